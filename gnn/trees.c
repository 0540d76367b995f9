#include "gnn/trees.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xgboost/c_api.h>
#include <zlib.h>

/* A saved model: length of the plain bytes (little-endian), then the bytes deflated. */
enum { LENGTH_BYTES = 8, MODEL_MAX = 1 << 28 };

struct gal_trees {
    BoosterHandle booster;
};

static gal_status failed(gal_error *err) {
    return gal_fail(err, GAL_EINVAL, "boosted trees: %s", XGBGetLastError());
}

gal_trees_options gal_trees_defaults(void) {
    return (gal_trees_options){.objective = GAL_TREES_SQUARED,
                               .rounds = 400,
                               .depth = 5,
                               .rate = 0.05,
                               .row_sample = 0.8,
                               .column_sample = 0.5,
                               .min_child_weight = 5,
                               .l2 = 1};
}

static gal_status to_dmatrix(DMatrixHandle *out, gal_mat x, gal_error *err) {
    assert(x.stride == x.cols);
    if (XGDMatrixCreateFromMat(x.data, (bst_ulong)x.rows, (bst_ulong)x.cols, NAN, out) != 0)
        return failed(err);
    return GAL_OK;
}

static int set_real(BoosterHandle booster, const char *name, double value) {
    char text[32];
    snprintf(text, sizeof text, "%.9g", value);
    return XGBoosterSetParam(booster, name, text);
}

static int configure(BoosterHandle b, const gal_trees_options *o) {
    static const char *const objective[] = {"reg:squarederror", "reg:pseudohubererror",
                                            "binary:logistic"};
    return XGBoosterSetParam(b, "objective", objective[o->objective]) ||
           XGBoosterSetParam(b, "tree_method", "hist") || XGBoosterSetParam(b, "nthread", "1") ||
           XGBoosterSetParam(b, "verbosity", "0") || set_real(b, "max_depth", o->depth) ||
           set_real(b, "eta", o->rate) || set_real(b, "subsample", o->row_sample) ||
           set_real(b, "colsample_bytree", o->column_sample) ||
           set_real(b, "min_child_weight", o->min_child_weight) || set_real(b, "lambda", o->l2) ||
           set_real(b, "seed", (double)(o->seed % 1000003));
}

static gal_status boost(gal_trees *trees, DMatrixHandle data, const gal_trees_options *options,
                        const gal_report *report, gal_error *err) {
    if (XGBoosterCreate(&data, 1, &trees->booster) != 0 || configure(trees->booster, options) != 0)
        return failed(err);
    for (int round = 0; round < options->rounds; round++) {
        if (XGBoosterUpdateOneIter(trees->booster, round, data) != 0) return failed(err);
        if (round % 16 == 0 && !gal_progress(report, "boosted trees", round, options->rounds, " "))
            return gal_fail(err, GAL_ECANCELED, "interrupted while growing trees");
    }
    return GAL_OK;
}

gal_status gal_trees_train(gal_trees **out, gal_mat x, const float *y, const float *weight,
                           const gal_trees_options *options, const gal_report *report,
                           gal_error *err) {
    *out = NULL;
    if (x.rows == 0) return gal_fail(err, GAL_EINVAL, "boosted trees: no samples to learn from");
    gal_trees *trees = calloc(1, sizeof *trees);
    if (!trees) return gal_fail(err, GAL_ENOMEM, "out of memory for boosted trees");
    DMatrixHandle data = NULL;
    gal_status status = to_dmatrix(&data, x, err);
    if (status == GAL_OK &&
        (XGDMatrixSetFloatInfo(data, "label", y, (bst_ulong)x.rows) != 0 ||
         (weight && XGDMatrixSetFloatInfo(data, "weight", weight, (bst_ulong)x.rows) != 0)))
        status = failed(err);
    if (status == GAL_OK) status = boost(trees, data, options, report, err);
    if (data) XGDMatrixFree(data);
    if (status == GAL_OK) *out = trees;
    else gal_trees_destroy(trees);
    return status;
}

void gal_trees_destroy(gal_trees *trees) {
    if (!trees) return;
    if (trees->booster) XGBoosterFree(trees->booster);
    free(trees);
}

gal_status gal_trees_predict(float *y, const gal_trees *trees, gal_mat x, gal_error *err) {
    static const char config[] = "{\"type\": 0, \"training\": false, \"iteration_begin\": 0, "
                                 "\"iteration_end\": 0, \"strict_shape\": false}";
    if (x.rows == 0) return GAL_OK;
    DMatrixHandle data = NULL;
    GAL_TRY(to_dmatrix(&data, x, err));
    const bst_ulong *shape;
    bst_ulong dim;
    const float *result;
    gal_status status = GAL_OK;
    if (XGBoosterPredictFromDMatrix(trees->booster, data, config, &shape, &dim, &result) != 0)
        status = failed(err);
    else memcpy(y, result, (size_t)x.rows * sizeof *y);
    XGDMatrixFree(data);
    return status;
}

gal_status gal_trees_save(unsigned char **bytes, size_t *size, const gal_trees *trees,
                          gal_error *err) {
    bst_ulong length;
    const char *data;
    if (XGBoosterSaveModelToBuffer(trees->booster, "{\"format\": \"ubj\"}", &length, &data) != 0)
        return failed(err);
    uLongf packed = compressBound((uLong)length);
    *bytes = malloc(LENGTH_BYTES + packed);
    if (!*bytes) return gal_fail(err, GAL_ENOMEM, "out of memory while saving trees");
    const uint64_t plain = length;
    memcpy(*bytes, &plain, LENGTH_BYTES);
    if (compress2(*bytes + LENGTH_BYTES, &packed, (const Bytef *)data, (uLong)length, 9) != Z_OK) {
        free(*bytes);
        return gal_fail(err, GAL_ENOMEM, "out of memory while saving trees");
    }
    *size = LENGTH_BYTES + packed;
    return GAL_OK;
}

static gal_status load_plain(gal_trees **out, const void *data, size_t size, gal_error *err) {
    gal_trees *trees = calloc(1, sizeof *trees);
    if (!trees) return gal_fail(err, GAL_ENOMEM, "out of memory for boosted trees");
    if (XGBoosterCreate(NULL, 0, &trees->booster) != 0 ||
        XGBoosterSetParam(trees->booster, "nthread", "1") != 0 ||
        XGBoosterLoadModelFromBuffer(trees->booster, data, (bst_ulong)size) != 0) {
        gal_trees_destroy(trees);
        return failed(err);
    }
    *out = trees;
    return GAL_OK;
}

gal_status gal_trees_load(gal_trees **out, const void *bytes, size_t size, gal_error *err) {
    uint64_t plain = 0;
    *out = NULL;
    if (size > LENGTH_BYTES) memcpy(&plain, bytes, LENGTH_BYTES);
    if (plain == 0 || plain > MODEL_MAX)
        return gal_fail(err, GAL_EPARSE, "boosted trees: not a saved model");
    unsigned char *data = malloc(plain);
    if (!data) return gal_fail(err, GAL_ENOMEM, "out of memory for boosted trees");
    uLongf length = (uLongf)plain;
    gal_status status = GAL_OK;
    if (uncompress(data, &length, (const Bytef *)bytes + LENGTH_BYTES,
                   (uLong)(size - LENGTH_BYTES)) != Z_OK ||
        length != plain)
        status = gal_fail(err, GAL_EPARSE, "boosted trees: damaged model");
    if (status == GAL_OK) status = load_plain(out, data, plain, err);
    free(data);
    return status;
}
