#include "tasks/parasitics/scaler.h"

#include <math.h>
#include <string.h>

static const float limit = 6;

/* Rows of a scale and of the sums it is made from. */
enum { MEAN, FACTOR, LOW, HIGH, ROWS = GAL_PEX_SCALE_ROWS };

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the network's input");
}

static int new_scale(float **scale, gal_arena *arena, int32_t cols) {
    *scale = GAL_ARENA_ARRAY(arena, float, ROWS *cols);
    for (int32_t c = 0; *scale && c < cols; c++) {
        (*scale)[FACTOR * cols + c] = 1;
        (*scale)[LOW * cols + c] = -limit;
        (*scale)[HIGH * cols + c] = limit;
    }
    return *scale != NULL;
}

gal_status gal_pex_scaler_new(gal_pex_scaler *scaler, gal_error *err) {
    *scaler = (gal_pex_scaler){0};
    gal_arena_init(&scaler->arena);
    if (new_scale(&scaler->net, &scaler->arena, GAL_PEX_NET_FEATURES) &&
        new_scale(&scaler->device, &scaler->arena, GAL_PEX_DEVICE_FEATURES) &&
        new_scale(&scaler->pair, &scaler->arena, GAL_PEX_PAIR_FEATURES))
        return GAL_OK;
    gal_pex_scaler_clear(scaler);
    return no_memory(err);
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
    *out = gal_mat_new(arena, own.rows, GAL_PEX_DEVICE_FEATURES);
    if (!out->data) return 0;
    gal_mat_copy(gal_mat_cols(*out, 0, own.cols), own);
    for (int64_t r = 0; r < own.rows; r++)
        memcpy(gal_mat_row(*out, r) + own.cols, pex->tech.value, sizeof pex->tech.value);
    return 1;
}

static int raw_input(gal_pex_input *out, gal_arena *arena, const gal_pex_case *pex) {
    *out = (gal_pex_input){.pex = pex};
    return copy_of(&out->net, arena, pex->net_x) && raw_devices(&out->device, arena, pex);
}

/* [ROWS, cols]: sums of values and of squares, extremes. */
static double *new_sums(gal_arena *arena, int32_t cols) {
    double *sum = GAL_ARENA_ARRAY(arena, double, ROWS *cols);
    for (int32_t c = 0; sum && c < cols; c++) {
        sum[LOW * cols + c] = INFINITY;
        sum[HIGH * cols + c] = -INFINITY;
    }
    return sum;
}

static void accumulate(double *sum, gal_mat x) {
    double *square = sum + x.cols, *low = sum + LOW * x.cols, *high = sum + HIGH * x.cols;
    for (int64_t r = 0; r < x.rows; r++)
        for (int32_t c = 0; c < x.cols; c++) {
            const double v = gal_mat_row(x, r)[c];
            sum[c] += v;
            square[c] += v * v;
            low[c] = fmin(low[c], v);
            high[c] = fmax(high[c], v);
        }
}

static float limited(double v) {
    return v > limit ? limit : v < -limit ? -limit : (float)v;
}

static void finish(float *out, const double *sum, int32_t cols, double rows) {
    for (int32_t c = 0; c < cols && rows > 0; c++) {
        const double mean = sum[c] / rows, variance = sum[cols + c] / rows - mean * mean;
        const double factor = variance > 1e-8 ? 1 / sqrt(variance) : 0;
        out[c] = (float)mean;
        out[FACTOR * cols + c] = (float)factor;
        out[LOW * cols + c] = limited((sum[LOW * cols + c] - mean) * factor);
        out[HIGH * cols + c] = limited((sum[HIGH * cols + c] - mean) * factor);
    }
}

gal_status gal_pex_scaler_fit(gal_pex_scaler *scaler, const gal_pex_set *set, gal_error *err) {
    GAL_TRY(gal_pex_scaler_new(scaler, err));
    gal_arena arena;
    gal_arena_init(&arena);
    double *net = new_sums(&scaler->arena, GAL_PEX_NET_FEATURES);
    double *device = new_sums(&scaler->arena, GAL_PEX_DEVICE_FEATURES);
    double *pair = new_sums(&scaler->arena, GAL_PEX_PAIR_FEATURES);
    double rows[3] = {0};
    int ok = net && device && pair;
    for (int32_t i = 0; ok && i < set->n; i++) {
        gal_pex_input input;
        ok = raw_input(&input, &arena, &set->item[i]);
        if (!ok) break;
        accumulate(net, input.net);
        accumulate(device, input.device);
        accumulate(pair, set->item[i].pair_x);
        rows[0] += (double)input.net.rows;
        rows[1] += (double)input.device.rows;
        rows[2] += (double)set->item[i].pair_x.rows;
        gal_arena_reset(&arena);
    }
    gal_arena_clear(&arena);
    if (!ok) return gal_pex_scaler_clear(scaler), no_memory(err);
    finish(scaler->net, net, GAL_PEX_NET_FEATURES, rows[0]);
    finish(scaler->device, device, GAL_PEX_DEVICE_FEATURES, rows[1]);
    finish(scaler->pair, pair, GAL_PEX_PAIR_FEATURES, rows[2]);
    return GAL_OK;
}

void gal_pex_scale_row(float *to, const float *from, const float *scale, int32_t cols) {
    const float *factor = scale + cols, *low = scale + LOW * cols, *high = scale + HIGH * cols;
    for (int32_t c = 0; c < cols; c++) {
        const float v = (from[c] - scale[c]) * factor[c];
        to[c] = v > high[c] ? high[c] : v < low[c] ? low[c] : v;
    }
}

static void apply(gal_mat x, const float *scale) {
    for (int64_t r = 0; r < x.rows; r++)
        gal_pex_scale_row(gal_mat_row(x, r), gal_mat_row(x, r), scale, x.cols);
}

gal_status gal_pex_input_make(gal_pex_input *out, gal_arena *arena, const gal_pex_scaler *scaler,
                              const gal_pex_case *pex, gal_error *err) {
    if (!raw_input(out, arena, pex)) return no_memory(err);
    apply(out->net, scaler->net);
    apply(out->device, scaler->device);
    out->pair_scale = scaler->pair;
    return GAL_OK;
}
