/* The SPICE / CDL reader: text -> gal_design.
 *
 * Dialects: SPICE 3, ngspice, HSPICE, PSPICE and LTspice as far as they agree, CDL, the netlists of
 * Calibre, magic and xschem, and cards with the nodes in parentheses, "I0 (a b) master". Analyses,
 * measurements and .control blocks are skipped. See spice_lex.h for lines and comments.
 *
 * Rules worth knowing:
 * - The first line of the text is a title unless it starts with one of * . $ # and + or is an
 *   element beyond doubt: a digit in its name or both w= and l=, the nodes and the model or value
 *   its letter asks for, and a net that another card names, too, if there is another element.
 * - .include and .lib look beside the including file, then in the working directory, then in the
 *   search directories. A file that is missing is a warning: predictions need no model cards.
 * - .lib FILE SECTION reads one section; sections nobody asks for are skipped.
 * - Reading ends at .end (of the file it stands in) and at .alter.
 * - .if conditions see the parameters defined so far, subcircuit parameters with their defaults.
 * - In a CDL X card '/' or the last word before the parameters gives the cell; $PINS names pins.
 * - .model cards are global, whichever subcircuit they stand in.
 */
#ifndef GAL_NETLIST_SPICE_PARSE_H
#define GAL_NETLIST_SPICE_PARSE_H

#include "netlist/design.h"

typedef struct gal_spice_options {
    const char *const *search_dir; /* [n_search_dir] for .include and .lib */
    const char *const *define;     /* [n_define] "name=value": override global parameters */
    int32_t n_search_dir, n_define;
    int no_include; /* .include and .lib become warnings: for text from strangers */
} gal_spice_options;

/* Reads a file (gzip too, "-" is standard input) and links the design. `options` may be NULL.
 * Errors: GAL_EIO, GAL_EPARSE with file, line and column, GAL_ELIMIT (includes nested deeper than
 * 64, more than 100,000 of them, names above 64 KB, conditions of more than 10 million operands
 * and 1000 for each), GAL_ENOMEM. Initialises *design; the caller clears it, also after an error.
 * O(size of the text). */
GAL_API gal_status gal_design_read_spice(gal_design *design, const char *path,
                                         const gal_spice_options *options, gal_error *err);

/* The same from memory; `name` stands for the file in messages and for relative includes. */
GAL_API gal_status gal_design_parse_spice(gal_design *design, const char *name, const char *text,
                                          size_t size, const gal_spice_options *options,
                                          gal_error *err);

#endif
