#include "gnn/tensor.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

gal_mat gal_mat_new(gal_arena *arena, int64_t rows, int32_t cols) {
    gal_mat m = {.rows = rows, .cols = cols, .stride = cols};
    m.data = gal_arena_alloc(arena, (size_t)rows * (size_t)cols * sizeof(float));
    return m;
}

gal_mat gal_mat_rows(gal_mat m, int64_t first, int64_t rows) {
    assert(first >= 0 && rows >= 0 && first + rows <= m.rows);
    return (gal_mat){gal_mat_row(m, first), rows, m.cols, m.stride};
}

gal_mat gal_mat_cols(gal_mat m, int32_t first, int32_t cols) {
    assert(first >= 0 && cols >= 0 && first + cols <= m.cols);
    return (gal_mat){m.data + first, m.rows, cols, m.stride};
}

void gal_mat_fill(gal_mat m, float value) {
    for (int64_t r = 0; r < m.rows; r++) {
        float *row = gal_mat_row(m, r);
        for (int32_t c = 0; c < m.cols; c++) row[c] = value;
    }
}

void gal_mat_copy(gal_mat to, gal_mat from) {
    assert(to.rows == from.rows && to.cols == from.cols);
    for (int64_t r = 0; r < to.rows; r++)
        memcpy(gal_mat_row(to, r), gal_mat_row(from, r), (size_t)to.cols * sizeof(float));
}

void gal_mat_add(gal_mat to, gal_mat from, float scale) {
    assert(to.rows == from.rows && to.cols == from.cols);
    for (int64_t r = 0; r < to.rows; r++) {
        float *a = gal_mat_row(to, r);
        const float *b = gal_mat_row(from, r);
        for (int32_t c = 0; c < to.cols; c++) a[c] += scale * b[c];
    }
}

void gal_params_init(gal_params *params) {
    *params = (gal_params){0};
}

void gal_params_clear(gal_params *params) {
    free(params->param);
    free(params->value);
    free(params->grad);
    gal_params_init(params);
}

/* realloc of a float block, the new part zeroed. */
static int extend(float **block, int64_t old_size, int64_t new_size) {
    float *moved = realloc(*block, (size_t)new_size * sizeof(float));
    if (!moved) return 0;
    memset(moved + old_size, 0, (size_t)(new_size - old_size) * sizeof(float));
    *block = moved;
    return 1;
}

int32_t gal_params_add(gal_params *params, const char *name, int32_t rows, int32_t cols) {
    assert(rows > 0 && cols > 0 && strlen(name) < sizeof params->param->name);
    if (params->n_param == params->capacity) {
        const int32_t capacity = params->capacity ? 2 * params->capacity : 16;
        gal_tensor_info *moved = realloc(params->param, (size_t)capacity * sizeof *moved);
        if (!moved) return -1;
        params->param = moved;
        params->capacity = capacity;
    }
    const int64_t need = ((int64_t)rows * cols + 15) / 16 * 16, size = params->size + need;
    if (!extend(&params->value, params->size, size) || !extend(&params->grad, params->size, size))
        return -1;
    gal_tensor_info *param = &params->param[params->n_param];
    *param = (gal_tensor_info){.rows = rows, .cols = cols, .offset = params->size};
    snprintf(param->name, sizeof param->name, "%s", name);
    params->size = size;
    return params->n_param++;
}

static gal_mat view(const gal_params *params, int32_t index, float *block) {
    assert(index >= 0 && index < params->n_param);
    const gal_tensor_info *param = &params->param[index];
    return (gal_mat){block + param->offset, param->rows, param->cols, param->cols};
}

gal_mat gal_params_value(const gal_params *params, int32_t index) {
    return view(params, index, params->value);
}

gal_mat gal_params_grad(const gal_params *params, int32_t index) {
    return view(params, index, params->grad);
}

int32_t gal_params_find(const gal_params *params, const char *name) {
    for (int32_t i = 0; i < params->n_param; i++)
        if (strcmp(params->param[i].name, name) == 0) return i;
    return -1;
}

void gal_params_zero_grad(gal_params *params) {
    if (params->size) memset(params->grad, 0, (size_t)params->size * sizeof(float));
}

void gal_params_init_glorot(gal_params *params, int32_t index, gal_rng *rng) {
    gal_mat m = gal_params_value(params, index);
    const double limit = sqrt(6.0 / (double)(m.rows + m.cols));
    for (int64_t i = 0; i < m.rows * m.cols; i++)
        m.data[i] = (float)((2 * gal_rng_uniform(rng) - 1) * limit);
}
