/* A deck on a technology of choice (spice/technology.h): `--tech NAME|DIR`. */
#ifndef GAL_SPICE_TECHNOLOGY_DECK_H
#define GAL_SPICE_TECHNOLOGY_DECK_H

#include "spice/bench.h"

/* Appends the text of a deck in which every `.lib .../tech.lib SECTION` card reads the library of
 * `tech` instead; NULL: the text as it is. `path` names the deck in errors. The library of a
 * technology whose cards lie elsewhere is kept in the user's cache directory, named by its content.
 * Errors: those of gal_technology_library, GAL_EMISMATCH (no such card), GAL_EIO, GAL_ENOMEM. */
GAL_API gal_status gal_technology_deck(gal_buf *out, gal_view deck, const char *path,
                                       const char *tech, gal_error *err);

/* gal_bench_read of such a deck. Errors: those of both. */
GAL_API gal_status gal_bench_read_on(gal_bench *bench, const char *path, const char *tech,
                                     gal_error *err);

#endif
