/* What a sizing should reach: a deck, targets on its measures, ranges, corners, a budget.
 *
 * Three forms. Lines, one statement each, '#' or '*' starts a comment:
 *
 *     deck miller.sp               the testbench, relative to this file; more decks of the same
 *                                  circuit are corners, named by where their file names differ
 *     tech generic180              optional: technology by name or directory
 * (datasets/tech/README.md) gain >= 70                   hard: a measure of the deck and its target
 *     power <= 1m soft weight=2    good to have, once all hard ones hold
 *     vref = 0.6 tol=1%            within 1 % (the default)
 *     gain >= 200..400             drawn from the range: gal_sizing_spec_draw
 *     measure pm = pm(out)         a measure that the deck lacks
 *     minimize power               objective, once all others hold; also maximize
 *     corners nominal ss ff        where they must hold (default: nominal)
 *     var w1 1u 20u log            a range, as behind `*galena var` of the deck
 *     set cl=5p                    a parameter
 *     keep l1 l3                   variables that stay as they are in the deck
 *     budget 200                   most simulations
 *     margin 2%                    targets must be beaten by this much
 *
 * or a JSON object with the same words: "deck", "tech", "corners", "keep" (text or lists),
 * "budget", "margin" (numbers or text), "var", "set" and "measure" (objects: {"w1": "1u 20u log"},
 * {"cl": "5p"}), and "specs", either a list of lines or an object {"gain": ">= 70", "power": "<= 1m
 * soft weight=2"}; or YAML (.yaml, .yml) with these words or those of AutoCkt and PPAAS
 * (docs/sizing.md). Numbers take engineering suffixes (1m, 20MEG, 1.5k). Plain data once read.
 */
#ifndef GAL_TASKS_SIZING_SPEC_H
#define GAL_TASKS_SIZING_SPEC_H

#include "spice/bench.h"

typedef enum gal_sense {
    GAL_SENSE_GE,
    GAL_SENSE_LE,
    GAL_SENSE_EQ,
    GAL_SENSE_MIN, /* objectives */
    GAL_SENSE_MAX
} gal_sense;

typedef struct gal_target {
    const char *measure;
    int32_t metric; /* of the bench; -1 before gal_sizing_spec_bind */
    gal_sense sense;
    double value;     /* NAN for objectives */
    double low, high; /* where it is drawn from; NAN: fixed */
    double tolerance; /* GAL_SENSE_EQ: relative */
    double weight;    /* > 0 */
    int soft;
    int line; /* 0: JSON */
} gal_target;

/* A statement that is applied to the bench: a range or a parameter. */
typedef struct gal_sizing_edit {
    const char *text;
    int line;
} gal_sizing_edit;

typedef struct gal_sizing_spec {
    gal_arena arena;
    const char *path, *deck, *tech; /* deck: seen from the working directory; tech NULL: as it is */
    gal_target *target;             /* [n_target] */
    int32_t n_target;
    const char **corner;                 /* [n_corner]; none: nominal */
    int32_t n_corner;                    /* with more decks and none named: "all" */
    gal_sizing_edit *range, *set, *keep; /* [n_range] "w1 1u 20u log", [n_set] "cl=5p", names */
    int32_t n_range, n_set, n_keep;
    gal_sizing_edit *measure; /* [n_measure] "pm = pm(out)" */
    int32_t n_measure;
    gal_sizing_edit *more; /* [n_more] decks that are corners, seen as `deck` */
    int32_t n_more;
    gal_warnings warnings;
    int32_t budget; /* 0: not given */
    double margin;  /* 0.02 is 2 % */
} gal_sizing_spec;

/* Errors: GAL_EIO, GAL_EPARSE (file and line, what was expected), GAL_EINVAL (no deck, no target),
 * GAL_ENOMEM. On error nothing is left to clear. */
GAL_API gal_status gal_sizing_spec_read(gal_sizing_spec *spec, const char *path, const char *deck,
                                        gal_error *err); /* deck: instead of the spec's; or NULL */
GAL_API gal_status gal_sizing_spec_parse(gal_sizing_spec *spec, gal_view text, const char *path,
                                         gal_error *err);
GAL_API void gal_sizing_spec_clear(gal_sizing_spec *spec);

/* 1 for the name of a spec rather than a deck: .size, .json, .yaml, .yml. */
GAL_API int gal_sizing_spec_is(const char *path);

/* Draws every target that has a range, uniformly; reading draws number 0. */
GAL_API void gal_sizing_spec_draw(gal_sizing_spec *spec, uint64_t number);

/* Finds the measures and applies ranges, parameters and decks that are corners. Errors:
 * GAL_ENOTFOUND (a measure, parameter or corner that the deck lacks; lists those there are),
 * GAL_EINVAL (no variable has a range), those of gal_bench_add_deck. */
GAL_API gal_status gal_sizing_spec_bind(gal_sizing_spec *spec, gal_bench *bench, gal_error *err);

GAL_API const char *gal_sense_text(gal_sense sense); /* ">=", "<=", "=", "min", "max" */

#endif
