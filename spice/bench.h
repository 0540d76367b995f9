/* A simulation deck as its author meant it: design variables, analyses, metrics, corners.
 *
 * The deck is the user's own ngspice netlist. Its top-level `.param name=number` are parameters;
 * its .op, .ac, .noise, .dc and .tran cards are the analyses; its .meas cards are metrics. Comment
 * lines that ngspice ignores add what SPICE has no card for:
 *
 *     *galena var w1 0.5u 50u log [step=0.1u] [unit=m]     range of a parameter: a design variable
 *     *galena measure gain = dcgain(out)                   built-in measure (spice/builtin.h)
 *     *galena corner ss lib=ss temp=125 vdd=1.6            .lib section, temperature, parameters
 *     *galena valid gain>1 && power<1                      what a metric must fulfil to count
 *
 * Of .control blocks, analyses, `meas`, `let` with one number, `alter`, `option` and `set temp`
 * count (docs/simulate.md); the rest, .print, .plot, .save, .probe, .four, .width, .step and .data
 * are left out with a warning; .include and .lib paths become absolute, relative to the deck's own
 * folder. All names are lower case. One thread at a time; plain data once read.
 */
#ifndef GAL_SPICE_BENCH_H
#define GAL_SPICE_BENCH_H

#include "netlist/warning.h"
#include "spice/builtin.h"
#include <stdint.h>

/* A top-level parameter with a plain number. */
typedef struct gal_bench_var {
    const char *name, *unit; /* unit "" when not given */
    double value;            /* of the deck, or as gal_bench_set left it */
    double nominal;          /* of the deck */
    double lo, hi;           /* lo < hi; for fixed parameters both are `value` */
    double step;             /* values are lo + k step; 0: any */
    int log;                 /* 1: sampled evenly in the logarithm; lo > 0 */
} gal_bench_var;

typedef struct gal_bench_analysis {
    gal_analysis kind;
    const char *command; /* "ac dec 10 1 1g" */
    const char *excite;  /* NULL, or the one source with an AC magnitude (1) in this run */
    const char *before;  /* commands (alter, reset) that come first, a line each; NULL: none */
} gal_bench_analysis;

/* A vector that some metric needs of an analysis. */
typedef struct gal_bench_vector {
    const char *name; /* as in gal_sim_step.want */
    int32_t analysis;
} gal_bench_vector;

typedef struct gal_bench_metric {
    const char *name, *unit; /* unit "" when unknown (.meas) */
    const char *text;        /* the measure as written */
    int32_t analysis;        /* -1: computed from other metrics (.meas param=) */
    int expensive;           /* 1: needs a transient run, 10 to 100 times an op + ac */
    int line;
    const gal_builtin *builtin; /* NULL: a .meas card */
    const char *meas;           /* .meas: the command; for param= the expression */
    int32_t meas_vector;        /* .meas: its result; -1 */
    gal_builtin_operand operand[GAL_BUILTIN_OPERANDS];
    double key[GAL_BUILTIN_KEYS]; /* NAN: not given */
    int32_t n_operand;
    int32_t axis; /* vector of the frequency, time or swept source; -1: none */
} gal_bench_metric;

typedef struct gal_bench_card gal_bench_card;

typedef struct gal_bench_corner {
    const char *name, *lib; /* lib NULL: as in the deck */
    double temp;            /* degree Celsius; NAN: as in the deck */
    int32_t n_set;
    const char **set_name; /* [n_set] parameters */
    double *set_value;     /* [n_set] */
    /* Of a corner that is a deck of its own: its cards instead of the bench's. NULL: none. */
    const gal_bench_card *card; /* [n_card] */
    int32_t n_card;
    uint64_t hash; /* of those cards and the files they include; 0: none */
} gal_bench_corner;

typedef struct gal_bench_source {
    const char *name, *pos, *neg; /* nodes */
    int ac;                       /* 1: has an AC magnitude in the deck */
} gal_bench_source;

/* A parameter that follows from others. */
typedef struct gal_bench_derived {
    const char *name, *text; /* expression */
} gal_bench_derived;

/* A card of the deck, joined to one line. */
struct gal_bench_card {
    const char *text;
    const char *file, *section; /* .lib; else NULL */
    int temp;                   /* 1: sets the temperature */
};

typedef struct gal_bench {
    gal_arena arena;
    const char *path, *title;
    uint64_t hash;      /* of the normalised deck, all files it includes, analyses and measures;
                           neither of parameter values nor of ranges */
    gal_bench_var *var; /* [n_var] design variables: those with a range, in deck order */
    int32_t n_var;
    gal_bench_var *fixed; /* [n_fixed] the other parameters */
    int32_t n_fixed;
    gal_bench_derived *derived; /* [n_derived] in deck order */
    int32_t n_derived;
    gal_bench_analysis *analysis; /* [n_analysis] in the order they run */
    int32_t n_analysis;
    gal_bench_vector *vector; /* [n_vector] */
    int32_t n_vector;
    gal_bench_metric *metric; /* [n_metric] in deck order */
    int32_t n_metric;
    gal_bench_corner *corner; /* [n_corner]; corner[0] is the deck as it is, named "nominal" */
    int32_t n_corner;
    gal_bench_source *source; /* [n_source] top-level V and I elements */
    int32_t n_source;
    const char **valid; /* [n_valid] predicates over metrics */
    int32_t n_valid;
    gal_bench_card *card; /* [n_card] what ngspice gets, without parameters */
    int32_t n_card;
    int own_reltol; /* 1: some .option of the deck sets reltol */
    int random;     /* 1: the deck or a file it includes draws random numbers (agauss, ...) */
    int switched;   /* 1: the deck itself does, at its nominal values where the seed is 0 */
    int altered;    /* 1: some analysis has commands before it */
    gal_warnings warnings;
} gal_bench;

/* Reads the deck and the files it includes. Errors: GAL_EIO (deck or included file), GAL_EPARSE
 * (file and line: malformed *galena line, unknown measure or node operand), GAL_ENOTFOUND (a range
 * for an unknown parameter, a corner's unknown section), GAL_ENOMEM. On error nothing is left to
 * clear. O(bytes). */
GAL_API gal_status gal_bench_read(gal_bench *bench, const char *path, gal_error *err);
/* The same from text; `path` is what its includes are relative to and errors name. */
GAL_API gal_status gal_bench_parse(gal_bench *bench, gal_view text, const char *path,
                                   gal_error *err);
GAL_API void gal_bench_clear(gal_bench *bench);

/* Indices by name (ASCII case ignored); -1: none. */
GAL_API int32_t gal_bench_find_var(const gal_bench *bench, const char *name);
GAL_API int32_t gal_bench_find_metric(const gal_bench *bench, const char *name);
GAL_API int32_t gal_bench_find_corner(const gal_bench *bench, const char *name);

/* Sets a parameter, design variable or not. Errors: GAL_ENOTFOUND (lists those there are). */
GAL_API gal_status gal_bench_set(gal_bench *bench, const char *name, double value, gal_error *err);
/* Gives a parameter a range ("w1 1u 10u log", as behind `*galena var`). Errors: as a deck's. */
GAL_API gal_status gal_bench_set_range(gal_bench *bench, const char *text, gal_error *err);
/* Adds a corner ("hot temp=125 vdd=1.6"). */
GAL_API gal_status gal_bench_add_corner(gal_bench *bench, const char *text, gal_error *err);

/* Adds another deck of the same circuit as a corner: its cards (models, temperature) and the values
 * of its parameters that are no design variables. Its parameters and analyses must be the bench's;
 * the measures are the bench's. Errors: those of gal_bench_read; GAL_EMISMATCH (how it differs). */
GAL_API gal_status gal_bench_add_deck(gal_bench *bench, const char *name, const char *path,
                                      gal_error *err);

/* The nearest value a variable can take: within lo..hi, on its step. */
GAL_API double gal_bench_snap(const gal_bench_var *var, double value);

/* Appends the deck for ngspice in that corner, without analyses: design variables at their nominal
 * values, other parameters as they are, all as the corner sets them. Errors: GAL_ENOMEM. */
GAL_API gal_status gal_bench_deck(gal_buf *deck, const gal_bench *bench, int32_t corner,
                                  gal_error *err);

#endif
