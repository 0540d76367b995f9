/* Matrices and parameter blocks of the engine.
 *
 * A gal_mat is a view: float rows of `cols` values, `stride` floats apart. Nothing here owns
 * activation memory; it comes from a gal_arena sized once per batch shape. Parameters live in one
 * block (values) with equally shaped blocks for gradients, so that optimisers, EMA and checkpoints
 * are loops over one array.
 */
#ifndef GAL_GNN_TENSOR_H
#define GAL_GNN_TENSOR_H

#include "base/arena.h"
#include "base/rng.h"
#include <stdint.h>

typedef struct gal_mat {
    float *data;
    int64_t rows;
    int32_t cols;
    int32_t stride; /* >= cols */
} gal_mat;

static inline float *gal_mat_row(gal_mat m, int64_t row) {
    return m.data + row * m.stride;
}

/* rows x cols uninitialised floats from the arena, stride = cols; .data is NULL when memory is out.
 */
GAL_API gal_mat gal_mat_new(gal_arena *arena, int64_t rows, int32_t cols);
/* Rows [first..first+rows[ of m. */
GAL_API gal_mat gal_mat_rows(gal_mat m, int64_t first, int64_t rows);
/* Columns [first..first+cols[ of m. */
GAL_API gal_mat gal_mat_cols(gal_mat m, int32_t first, int32_t cols);
GAL_API void gal_mat_fill(gal_mat m, float value);
GAL_API void gal_mat_copy(gal_mat to, gal_mat from);
/* to += scale * from */
GAL_API void gal_mat_add(gal_mat to, gal_mat from, float scale);

/* A named tensor inside a parameter block. */
typedef struct gal_tensor_info {
    char name[64];
    int32_t rows, cols;
    int64_t offset; /* floats into the block */
} gal_tensor_info;

typedef struct gal_params {
    gal_tensor_info *param; /* [n_param] */
    int32_t n_param, capacity;
    int64_t size; /* floats of a block */
    float *value; /* [size] */
    float *grad;  /* [size] */
} gal_params;

GAL_API void gal_params_init(gal_params *params);
GAL_API void gal_params_clear(gal_params *params);

/* Registers a tensor (zeros); returns its index or -1 when memory is out. Blocks may move, so hold
 * indices, not pointers. Offsets are multiples of 16 floats. */
GAL_API int32_t gal_params_add(gal_params *params, const char *name, int32_t rows, int32_t cols);

/* The tensor as a matrix view of the value / gradient block. */
GAL_API gal_mat gal_params_value(const gal_params *params, int32_t index);
GAL_API gal_mat gal_params_grad(const gal_params *params, int32_t index);
/* The index of `name`, or -1. */
GAL_API int32_t gal_params_find(const gal_params *params, const char *name);
GAL_API void gal_params_zero_grad(gal_params *params);

/* Glorot uniform: U(+-sqrt(6 / (rows + cols))). */
GAL_API void gal_params_init_glorot(gal_params *params, int32_t index, gal_rng *rng);

#endif
