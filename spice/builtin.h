/* The built-in measures: names, operands, units and definitions in one table.
 *
 * `*galena measure NAME = measure(operand, ..., key=value, ...)`. An operand is a node (out), a
 * pair of nodes (v(a,b)) or a source; keys are the enumerators below in lower case. `galena
 * simulate --measures` prints the table; docs/simulate.md has it with formulas.
 */
#ifndef GAL_SPICE_BUILTIN_H
#define GAL_SPICE_BUILTIN_H

#include "base/status.h"
#include <stdint.h>

typedef enum gal_analysis {
    GAL_ANALYSIS_OP,
    GAL_ANALYSIS_AC,
    GAL_ANALYSIS_NOISE,
    GAL_ANALYSIS_DC,
    GAL_ANALYSIS_TRAN
} gal_analysis;

enum { GAL_BUILTIN_OPERANDS = 12 };

typedef enum gal_builtin_key {
    GAL_KEY_AT,    /* s or Hz */
    GAL_KEY_FROM,  /* s or Hz */
    GAL_KEY_TO,    /* s or Hz */
    GAL_KEY_TOL,   /* part of the step */
    GAL_KEY_LEVEL, /* V */
    GAL_KEY_EDGE,  /* 1 rise, -1 fall: edge=rise, edge=fall */
    GAL_KEY_RUN,   /* which analysis of its kind, from 1 */
    GAL_BUILTIN_KEYS
} gal_builtin_key;

/* An operand as indices into gal_bench.vector; -1: ground or not needed. */
typedef struct gal_builtin_operand {
    int32_t pos, neg; /* voltages */
    int32_t current;  /* branch current of a source */
} gal_builtin_operand;

/* What a measure sees: sampled operands over the analysis's axis. */
typedef struct gal_builtin_signal {
    const double *real;    /* [n] v(pos) - v(neg) */
    const double *imag;    /* [n]; NULL: real */
    const double *current; /* [n] A, into the positive pin of a source; NULL: no source */
} gal_builtin_signal;

typedef struct gal_builtin_input {
    int32_t n;          /* samples; 1 for op */
    const double *axis; /* [n] Hz, s, or the swept value; NULL for op */
    gal_builtin_signal operand[GAL_BUILTIN_OPERANDS];
    int32_t n_operand;
    const double *key; /* [GAL_BUILTIN_KEYS] NAN: not given */
} gal_builtin_input;

typedef struct gal_builtin {
    const char *name;
    const char *operands; /* one letter each: n node, s source, c voltage source (its current),
                             x source that alone gets the AC magnitude; then ? optional, * any */
    const char *unit;
    gal_analysis analysis;
    double (*eval)(const gal_builtin_input *input); /* NAN: cannot be measured */
    const char *definition;
} gal_builtin;

/* NULL: there is no such measure. ASCII case ignored. */
GAL_API const gal_builtin *gal_builtin_find(const char *name);
GAL_API const gal_builtin *gal_builtin_at(int32_t i); /* NULL behind the last */
GAL_API const char *gal_builtin_key_name(gal_builtin_key key);

GAL_API const char *gal_analysis_name(gal_analysis kind); /* "op", "ac", ... */

#endif
