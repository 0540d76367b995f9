/* W = W0 + D U, so dD = dW U^T and dU = D^T dW. D starts as normal numbers of variance 1 / m. */
#include "gnn/lora.h"

#include "gnn/gemm.h"
#include "gnn/part.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static gal_status add(int32_t *index, gal_lora *lora, const char *name, const char *part,
                      int32_t rows, int32_t cols, gal_error *err) {
    gal__part_name full;
    GAL_TRY(gal__part_name_set(&full, name, part, -1, err));
    *index = gal_params_add(&lora->low, full.text, rows, cols);
    return *index < 0 ? gal_fail(err, GAL_ENOMEM, "out of memory for an adaptation") : GAL_OK;
}

static gal_status adapt(gal_lora *lora, const gal_params *params, int32_t i, gal_rng *rng,
                        gal_error *err) {
    const gal_tensor_info *t = &params->param[i];
    const int64_t low = (int64_t)lora->rank * (t->rows + t->cols);
    if (t->rows == 1 || low >= (int64_t)t->rows * t->cols) {
        lora->up[i] = -1;
        GAL_TRY(add(&lora->down[i], lora, t->name, "whole", t->rows, t->cols, err));
        gal_mat_copy(gal_params_value(&lora->low, lora->down[i]), gal_params_value(params, i));
        return GAL_OK;
    }
    GAL_TRY(add(&lora->down[i], lora, t->name, "down", t->rows, lora->rank, err));
    GAL_TRY(add(&lora->up[i], lora, t->name, "up", lora->rank, t->cols, err));
    const gal_mat down = gal_params_value(&lora->low, lora->down[i]);
    const double sd = 1 / sqrt((double)t->rows);
    for (int64_t k = 0; k < down.rows * down.cols; k++)
        down.data[k] = (float)(sd * gal_rng_normal(rng));
    return GAL_OK;
}

gal_status gal_lora_init(gal_lora *lora, const gal_params *params, int32_t rank, gal_rng *rng,
                         gal_error *err) {
    const size_t n = (size_t)params->n_param + 1, size = (size_t)params->size + 1;
    *lora = (gal_lora){.n_param = params->n_param, .rank = rank};
    gal_params_init(&lora->low);
    if (rank < 1) return gal_fail(err, GAL_EINVAL, "rank %d, expected 1 or more", (int)rank);
    lora->base = malloc(size * sizeof *lora->base);
    lora->down = malloc(n * sizeof *lora->down);
    lora->up = malloc(n * sizeof *lora->up);
    if (!lora->base || !lora->down || !lora->up)
        return gal_fail(err, GAL_ENOMEM, "out of memory for an adaptation");
    if (params->size) memcpy(lora->base, params->value, (size_t)params->size * sizeof(float));
    for (int32_t i = 0; i < params->n_param; i++) GAL_TRY(adapt(lora, params, i, rng, err));
    return GAL_OK;
}

void gal_lora_clear(gal_lora *lora) {
    gal_params_clear(&lora->low);
    free(lora->base);
    free(lora->down);
    free(lora->up);
    *lora = (gal_lora){0};
}

void gal_lora_apply(const gal_lora *lora, gal_params *params) {
    memcpy(params->value, lora->base, (size_t)params->size * sizeof(float));
    for (int32_t i = 0; i < lora->n_param; i++) {
        const gal_mat w = gal_params_value(params, i);
        const gal_mat down = gal_params_value(&lora->low, lora->down[i]);
        if (lora->up[i] < 0) gal_mat_copy(w, down);
        else gal_gemm(w, down, gal_params_value(&lora->low, lora->up[i]), 1);
    }
}

void gal_lora_gradients(gal_lora *lora, const gal_params *params) {
    for (int32_t i = 0; i < lora->n_param; i++) {
        const gal_mat dw = gal_params_grad(params, i);
        const gal_mat d_down = gal_params_grad(&lora->low, lora->down[i]);
        if (lora->up[i] < 0) {
            gal_mat_add(d_down, dw, 1);
            continue;
        }
        gal_gemm_nt(d_down, dw, gal_params_value(&lora->low, lora->up[i]), 1);
        gal_gemm_tn(gal_params_grad(&lora->low, lora->up[i]),
                    gal_params_value(&lora->low, lora->down[i]), dw, 1);
    }
}
