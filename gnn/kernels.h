/* The inner loops of the engine, one table per instruction set.
 *
 * gnn/kernels/kernels_impl.h is compiled once for AVX-512, once for AVX2 + FMA and once for the
 * compiler's baseline; gal__kernels_active() picks the best table the machine runs, once. The
 * environment variable GALENA_ISA (generic, avx2 or avx512) overrides the choice, for tests.
 * Kernels run on the calling thread; threads and block sizes are their callers' business. Private.
 */
#ifndef GAL_GNN_KERNELS_H
#define GAL_GNN_KERNELS_H

#include "base/csr.h"
#include "gnn/activation.h"
#include <stdint.h>

/* A matrix factor in any order: element (i, j) is data[i * row + j * col]. */
typedef struct gal__factor {
    const float *data;
    int64_t row, col;
} gal__factor;

/* Rows of a table that are gathered soon: a product touches `quota` of them, a few after each
 * register tile, so that memory works while the arithmetic units do. */
typedef struct gal__ahead {
    const float *table;
    int64_t stride;            /* floats between rows */
    int32_t cols;              /* floats of a row to touch */
    int64_t quota;             /* rows per product */
    const int32_t *next, *end; /* row ids; next moves to end */
} gal__ahead;

/* What aggregate() gathers: row r of y is
 * row_scale[r] * sum over entries k of row r of edge_weight[edge[k]] * col_scale[col[k]] x[col[k]];
 * a NULL factor is 1. */
typedef struct gal__gather {
    const gal_csr *csr;
    const float *x;
    int64_t stride; /* floats between rows of x */
    int32_t cols;   /* width of x and y */
    const float *row_scale, *col_scale, *edge_weight;
} gal__gather;

typedef struct gal__kernels {
    const char *name;
    /* c[m, n] = a[m, k] b[k, n], or += when `add`; ahead may be NULL. */
    void (*product)(int64_t m, int64_t n, int64_t k, gal__factor a, gal__factor b, float *c,
                    int64_t ldc, int add, gal__ahead *ahead);
    /* Rows [first..last[ into y, y + ldy, ...; y = beta * y + ... (beta 0 ignores y). */
    void (*aggregate)(float *y, int64_t ldy, const gal__gather *gather, int32_t first, int32_t last,
                      float beta);
    /* y[m, n] = act(z[m, n] + bias), z rows ldz apart; bias may be NULL; y may be z. `stream`
     * writes around the caches where alignment allows. */
    void (*finish)(float *y, int64_t ldy, const float *z, int64_t ldz, int64_t m, int64_t n,
                   const float *bias, gal_act act, int stream);
    /* dx = dy * act'(x or y), n values; dx may be dy. */
    void (*act_backward)(float *dx, gal_act act, const float *x, const float *y, const float *dy,
                         int64_t n);
    /* sum[j] += x[i][j] over m rows. */
    void (*col_sum)(float *sum, const float *x, int64_t ldx, int64_t m, int64_t n);
    void (*exponential)(float *y, const float *x, int64_t n);
} gal__kernels;

/* The table in use: never NULL, chosen at the first call. */
GAL_API const gal__kernels *gal__kernels_active(void);
/* The table of an instruction set by name, or NULL when this build or machine lacks it. */
GAL_API const gal__kernels *gal__kernels_find(const char *name);

extern const gal__kernels gal__kernels_generic;
#if defined(__x86_64__)
extern const gal__kernels gal__kernels_avx2, gal__kernels_avx512;
#endif

#endif
