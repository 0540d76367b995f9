/* The deck of a sizing: read with the spec's technology, written with the sizes found. */
#ifndef GAL_TASKS_SIZING_DECK_H
#define GAL_TASKS_SIZING_DECK_H

#include "tasks/sizing/spec.h"

/* Reads the spec's deck, on the spec's technology, into bench and its text into `text` (the
 * caller's to clear). Errors: those of gal_technology_deck and gal_bench_parse. */
GAL_API gal_status gal_sizing_deck_read(gal_bench *bench, gal_buf *text,
                                        const gal_sizing_spec *spec, gal_error *err);

/* Reads a deck, on `tech` if that is not NULL, or what a spec makes of its deck (when `path` is the
 * name of one: gal_sizing_spec_is). Errors: those of gal_bench_read_on and of the spec's functions.
 */
GAL_API gal_status gal_sizing_bench_read(gal_bench *bench, const char *path, const char *tech,
                                         gal_error *err);

/* Appends the deck with the parameters of `value` [n_var]; `note` (lines that start with '*') goes
 * behind the title. Relative paths of .include and .lib become absolute; an included file of
 * design variables takes the place of its card. */
GAL_API gal_status gal_sizing_deck_write(gal_buf *out, gal_view deck, const gal_bench *bench,
                                         const double *value, const char *note, gal_error *err);

#endif
