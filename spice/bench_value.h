/* Expressions over a bench's parameters and metrics at one point. */
#ifndef GAL_SPICE_BENCH_VALUE_H
#define GAL_SPICE_BENCH_VALUE_H

#include "spice/bench.h"

/* Values by name: parameters (those of the corner first), derived parameters, metrics. */
typedef struct gal__bench_point {
    const gal_bench *bench;
    const double *value; /* [n_var] */
    int32_t corner;
    const double *metric; /* [n_metric] so far; NULL: none */
    int depth;            /* private, 0 at first */
} gal__bench_point;

/* A parameter as it is at the point: the corner's, else the point's, else the bench's; NAN: no such
 * parameter. */
double gal__bench_param(const gal__bench_point *point, const char *name);

/* Evaluates an expression. Errors: as gal_spice_eval. */
gal_status gal__bench_eval(double *out, gal__bench_point *point, const char *text, gal_error *err);

/* Appends `text` with each {...} and '...' replaced by its value. */
gal_status gal__bench_expand(gal_buf *out, gal__bench_point *point, const char *text,
                             gal_error *err);

#endif
