/* Where the transistors of a testbench come from (datasets/tech/README.md).
 *
 * A technology is a folder with a tech.lib: one .lib section per corner that defines nch, pch and
 * the units. It is named ("generic180": a folder of $GALENA_TECH, the installation or the source
 * tree), or given as a directory: one with its own tech.lib, or one that holds the card
 * files of a known technology, recognised by the file that its line `*galena tech NAME file=FILE`
 * names.
 */
#ifndef GAL_SPICE_TECHNOLOGY_H
#define GAL_SPICE_TECHNOLOGY_H

#include "base/data_dir.h"
#include "base/text.h"

/* The directories searched for NAME/tech.lib: $GALENA_TECH, then those of gal_data_dirs_find. */
GAL_API void gal_technology_dirs(gal_data_dirs *dirs);

/* Appends the library of a technology: the text of tech.lib with "{tech}" replaced by the directory
 * of the cards and every include made absolute, ready for `.lib FILE CORNER`. `corner` NULL: any;
 * else that section must be there. Errors: GAL_ENOTFOUND (no such name, directory, card file or
 * section; says what was looked for), GAL_EIO, GAL_ENOMEM. */
GAL_API gal_status gal_technology_library(gal_buf *library, const char *name, const char *corner,
                                          gal_error *err);

#endif
