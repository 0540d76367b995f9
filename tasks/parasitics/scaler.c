#include "tasks/parasitics/scaler.h"

#include <math.h>
#include <string.h>

static const float limit = 6;

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the network's input");
}

gal_status gal_pex_scaler_new(gal_pex_scaler *scaler, int32_t n_net, int32_t n_device,
                              int32_t n_pair, gal_error *err) {
    *scaler = (gal_pex_scaler){.n_net = n_net, .n_device = n_device, .n_pair = n_pair};
    gal_arena_init(&scaler->arena);
    scaler->net = GAL_ARENA_ARRAY(&scaler->arena, float, 2 * n_net);
    scaler->device = GAL_ARENA_ARRAY(&scaler->arena, float, 2 * n_device);
    scaler->pair = GAL_ARENA_ARRAY(&scaler->arena, float, 2 * n_pair);
    if (!scaler->net || !scaler->device || !scaler->pair) {
        gal_pex_scaler_clear(scaler);
        return no_memory(err);
    }
    for (int32_t i = 0; i < n_net; i++) scaler->net[n_net + i] = 1;
    for (int32_t i = 0; i < n_device; i++) scaler->device[n_device + i] = 1;
    for (int32_t i = 0; i < n_pair; i++) scaler->pair[n_pair + i] = 1;
    return GAL_OK;
}

void gal_pex_scaler_clear(gal_pex_scaler *scaler) {
    gal_arena_clear(&scaler->arena);
    *scaler = (gal_pex_scaler){0};
}

static int copy_of(gal_mat *out, gal_arena *arena, gal_mat features) {
    *out = gal_mat_new(arena, features.rows, features.cols);
    if (out->data) gal_mat_copy(*out, features);
    return out->data != NULL;
}

/* [device features | technology]. */
static int raw_devices(gal_mat *out, gal_arena *arena, const gal_pex_case *pex) {
    const gal_mat own = {pex->graph.device_feature, pex->graph.n_device, GAL_N_DEVICE_FEATURE,
                         GAL_N_DEVICE_FEATURE};
    *out = gal_mat_new(arena, own.rows, own.cols + GAL_N_TECH);
    if (!out->data) return 0;
    gal_mat_copy(gal_mat_cols(*out, 0, own.cols), own);
    for (int64_t r = 0; r < own.rows; r++)
        memcpy(gal_mat_row(*out, r) + own.cols, pex->tech.value, sizeof pex->tech.value);
    return 1;
}

static int raw_input(gal_pex_input *out, gal_arena *arena, const gal_pex_case *pex) {
    *out = (gal_pex_input){.pex = pex};
    return copy_of(&out->net, arena, pex->net_x) && copy_of(&out->pair, arena, pex->pair_x) &&
           raw_devices(&out->device, arena, pex);
}

/* Adds a matrix' rows to sums [2, cols] of values and squares. */
static void accumulate(double *sum, gal_mat x) {
    for (int64_t r = 0; r < x.rows; r++)
        for (int32_t c = 0; c < x.cols; c++) {
            const double v = gal_mat_row(x, r)[c];
            sum[c] += v;
            sum[x.cols + c] += v * v;
        }
}

static void finish(float *out, const double *sum, int32_t cols, double rows) {
    for (int32_t c = 0; c < cols; c++) {
        const double mean = sum[c] / rows, variance = sum[cols + c] / rows - mean * mean;
        out[c] = (float)mean;
        out[cols + c] = variance > 1e-8 ? (float)(1 / sqrt(variance)) : 0;
    }
}

gal_status gal_pex_scaler_fit(gal_pex_scaler *scaler, const gal_pex_set *set, gal_error *err) {
    const gal_pex_case *some = &set->item[0];
    GAL_TRY(gal_pex_scaler_new(scaler, some->net_x.cols, GAL_N_DEVICE_FEATURE + GAL_N_TECH,
                               some->pair_x.cols, err));
    gal_arena arena;
    gal_arena_init(&arena);
    double *net = GAL_ARENA_ARRAY(&scaler->arena, double, 2 * scaler->n_net);
    double *device = GAL_ARENA_ARRAY(&scaler->arena, double, 2 * scaler->n_device);
    double *pair = GAL_ARENA_ARRAY(&scaler->arena, double, 2 * scaler->n_pair);
    double rows[3] = {0};
    int ok = net && device && pair;
    for (int32_t i = 0; ok && i < set->n; i++) {
        gal_pex_input input;
        ok = raw_input(&input, &arena, &set->item[i]);
        if (!ok) break;
        accumulate(net, input.net);
        accumulate(device, input.device);
        accumulate(pair, input.pair);
        rows[0] += (double)input.net.rows;
        rows[1] += (double)input.device.rows;
        rows[2] += (double)input.pair.rows;
        gal_arena_reset(&arena);
    }
    gal_arena_clear(&arena);
    if (!ok) return gal_pex_scaler_clear(scaler), no_memory(err);
    finish(scaler->net, net, scaler->n_net, fmax(rows[0], 1));
    finish(scaler->device, device, scaler->n_device, fmax(rows[1], 1));
    finish(scaler->pair, pair, scaler->n_pair, fmax(rows[2], 1));
    return GAL_OK;
}

static void apply(gal_mat x, const float *scale) {
    for (int64_t r = 0; r < x.rows; r++) {
        float *row = gal_mat_row(x, r);
        for (int32_t c = 0; c < x.cols; c++) {
            const float v = (row[c] - scale[c]) * scale[x.cols + c];
            row[c] = v > limit ? limit : v < -limit ? -limit : v;
        }
    }
}

gal_status gal_pex_input_make(gal_pex_input *out, gal_arena *arena, const gal_pex_scaler *scaler,
                              const gal_pex_case *pex, gal_error *err) {
    if (!raw_input(out, arena, pex)) return no_memory(err);
    apply(out->net, scaler->net);
    apply(out->device, scaler->device);
    apply(out->pair, scaler->pair);
    return GAL_OK;
}
