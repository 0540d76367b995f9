/* The trend: a plain formula for log10 C, which goes on beyond the cells that it was fitted to.
 *
 * C in fF is fitted as a non-negative sum over the layout columns of a net or pair (widths,
 * contacts, lengths), to relative errors; stack nodes have a constant of their own. Then log10 C is
 * linear in the log of this sum and in sign(x) log(1 + |x|) of every column, with a ridge penalty;
 * columns stay within their range of training, the sum does not. Trees, which only repeat values
 * that they saw, learn what a part of the trend leaves over (estimate.c).
 *
 * Lengths may come in column pitches, which carries over to other processes; the sum is over um, as
 * fF go by um.
 */
#ifndef GAL_TASKS_PARASITICS_TREND_H
#define GAL_TASKS_PARASITICS_TREND_H

#include "gnn/tensor.h"

typedef struct gal_pex_trend_form {
    int32_t n;            /* columns of a sample, the last GAL_N_TECH its technology */
    int32_t n_sum;        /* the first of them, which the sum runs over */
    int32_t stack;        /* the column that marks stack nodes; -1: none */
    const uint8_t *power; /* [n_sum] powers of a pitch (0 to 2) in each; NULL: all 0. Borrowed */
} gal_pex_trend_form;

typedef struct gal_pex_trend {
    gal_pex_trend_form form; /* n 0: not fitted */
    double *value;           /* [gal_pex_trend_size]: sum, slope, low, high in a row */
    /* Within value. sum [n_sum + 2], fF: of 1, of a stack node, of the columns. slope [n + 2]: of
     * 1, of log10 of the sum, of the columns' logs. low, high [n]: their range. */
    double *sum, *slope, *low, *high;
} gal_pex_trend;

GAL_API int64_t gal_pex_trend_size(const gal_pex_trend_form *form);
/* An empty trend, to be fitted or filled. GAL_ENOMEM. */
GAL_API gal_status gal_pex_trend_new(gal_pex_trend *trend, const gal_pex_trend_form *form,
                                     gal_error *err);
GAL_API void gal_pex_trend_clear(gal_pex_trend *trend);

/* Fits y[rows] (log10 fF) from x [rows, n]; samples of weight 0 are left out, and of more than
 * 20,000 some. GAL_ENOMEM. O(rows n^2). */
GAL_API gal_status gal_pex_trend_fit(gal_pex_trend *trend, gal_mat x, const float *y,
                                     const float *weight, gal_error *err);

/* log10 fF of a sample [n]. O(n). */
GAL_API double gal_pex_trend_at(const gal_pex_trend *trend, const float *x);

#endif
