/* Models as files: see model.h. */
#include "tasks/parasitics/features.h"
#include "tasks/parasitics/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char format_name[] = "galena parasitics 5";

enum { MAX_WIDTH = 4096 };

/* Bytes of the saved trees, alive until the file is written. */
typedef struct tree_bytes {
    unsigned char *data[GAL_PEX_N_TARGET];
} tree_bytes;

/* Names of tensors: a trend, a forest. */
static void trend_tensor(char *out, size_t size, int extractor, int target) {
    snprintf(out, size, "%s.trend.%s", gal_extractor_name((gal_extractor)extractor),
             gal_pex_target_name[target]);
}

static void tree_tensor(char *out, size_t size, int target) {
    snprintf(out, size, "trees.%s", gal_pex_target_name[target]);
}

static gal_status add(gal_safetensors *st, const char *name, gal_dtype dtype, int64_t n,
                      const void *data, gal_error *err) {
    return gal_safetensors_add(st, name, dtype, 1, &n, data, err);
}

static gal_status add_trends(gal_safetensors *st, const gal_pex_estimator *estimator,
                             gal_error *err) {
    for (int e = 0; e < GAL_N_EXTRACTOR; e++)
        for (int t = 0; t < GAL_PEX_N_SIZE; t++) {
            char name[32];
            const gal_pex_trend *trend = &estimator->trend[e][t];
            trend_tensor(name, sizeof name, e, t);
            if (trend->form.n > 0)
                GAL_TRY(
                    add(st, name, GAL_F64, gal_pex_trend_size(&trend->form), trend->value, err));
        }
    return GAL_OK;
}

static gal_status add_estimator(gal_safetensors *st, tree_bytes *trees,
                                const gal_pex_estimator *estimator, gal_error *err) {
    GAL_TRY(add_trends(st, estimator, err));
    for (int t = 0; t < GAL_PEX_N_TARGET; t++) {
        size_t size;
        char name[32];
        tree_tensor(name, sizeof name, t);
        GAL_TRY(gal_trees_save(&trees->data[t], &size, estimator->trees[t], err));
        GAL_TRY(add(st, name, GAL_U8, (int64_t)size, trees->data[t], err));
    }
    const gal_roles *roles = &estimator->roles;
    GAL_TRY(add(st, "roles.key", GAL_I64, roles->n, roles->key, err));
    GAL_TRY(add(st, "roles.mean", GAL_F32, roles->n, roles->mean, err));
    return add(st, "roles.count", GAL_I32, roles->n, roles->count, err);
}

/* The parts of the scaler as tensors. */
typedef struct scaler_part {
    const char *name;
    float *value; /* within the scaler */
    int32_t cols; /* of GAL_PEX_SCALE_ROWS rows */
} scaler_part;

enum { PARTS = 3 };

static void list_parts(scaler_part list[PARTS], const gal_pex_scaler *s) {
    list[0] = (scaler_part){"scaler.net", s->net, GAL_PEX_NET_FEATURES};
    list[1] = (scaler_part){"scaler.device", s->device, GAL_PEX_DEVICE_FEATURES};
    list[2] = (scaler_part){"scaler.pair", s->pair, GAL_PEX_PAIR_FEATURES};
}

static gal_status add_scaler(gal_safetensors *st, const gal_pex_scaler *s, gal_error *err) {
    scaler_part list[PARTS];
    list_parts(list, s);
    for (int i = 0; i < PARTS; i++)
        GAL_TRY(add(st, list[i].name, GAL_F32, GAL_PEX_SCALE_ROWS * (int64_t)list[i].cols,
                    list[i].value, err));
    return GAL_OK;
}

static void member_tensor(char *out, size_t size, int32_t m, const char *name) {
    snprintf(out, size, "member%d.%s", (int)m, name);
}

static gal_status add_members(gal_safetensors *st, const gal_pex_model *model, gal_error *err) {
    for (int32_t m = 0; m < model->n_member; m++) {
        const gal_params *params = &model->member[m].params;
        for (int32_t i = 0; i < params->n_param; i++) {
            char name[96];
            member_tensor(name, sizeof name, m, params->param[i].name);
            const gal_mat value = gal_params_value(params, i);
            GAL_TRY(gal_safetensors_add(st, name, GAL_F32, 2, (int64_t[]){value.rows, value.cols},
                                        value.data, err));
        }
    }
    return GAL_OK;
}

static gal_status add_texts(gal_safetensors *st, const gal_pex_model *model, gal_error *err) {
    char text[64];
    GAL_TRY(gal_safetensors_set(st, "format", format_name, err));
    GAL_TRY(gal_safetensors_set(st, "trained_on", model->trained_on, err));
    snprintf(text, sizeof text, "%016" PRIx64, gal_pex_schema_hash());
    GAL_TRY(gal_safetensors_set(st, "schema", text, err));
    snprintf(text, sizeof text, "%016" PRIx64, model->dataset);
    GAL_TRY(gal_safetensors_set(st, "dataset", text, err));
    gal_text_printf(text, sizeof text, "%d %d %g %d", (int)model->shape.width,
                    (int)model->shape.n_layer, (double)model->shape.dropout, (int)model->n_member);
    return gal_safetensors_set(st, "width layers dropout members", text, err);
}

/* What stands once per extractor, as tensors of doubles. */
typedef struct scale {
    char name[32];
    int64_t n;
    const void *value; /* within the model */
} scale;

enum { SCALES = 3 };

static void list_scales(scale list[SCALES], const gal_pex_model *model, int extractor) {
    static const char *const part[SCALES] = {"fanout", "linear", "trust"};
    const gal_pex_baseline *plain = &model->baseline[extractor];
    const gal_pex_trust *trust = &model->trust[extractor];
    list[0].value = plain->fanout, list[0].n = GAL_PEX_N_TARGET * GAL_PEX_FANOUT_COEF;
    list[1].value = plain->linear, list[1].n = GAL_PEX_N_TARGET * GAL_PEX_LINEAR_COEF;
    list[2].value = trust, list[2].n = sizeof *trust / sizeof(double);
    for (int i = 0; i < SCALES; i++)
        snprintf(list[i].name, sizeof list[i].name, "%s.%s",
                 gal_extractor_name((gal_extractor)extractor), part[i]);
}

static gal_status add_scales(gal_safetensors *st, const gal_pex_model *model, gal_error *err) {
    for (int e = 0; e < GAL_N_EXTRACTOR; e++) {
        scale list[SCALES];
        list_scales(list, model, e);
        for (int i = 0; i < SCALES; i++)
            GAL_TRY(add(st, list[i].name, GAL_F64, list[i].n, list[i].value, err));
    }
    return GAL_OK;
}

static gal_status fill(gal_safetensors *st, tree_bytes *trees, const gal_pex_model *model,
                       gal_error *err) {
    GAL_TRY(add_estimator(st, trees, &model->estimator, err));
    GAL_TRY(add_scaler(st, &model->scaler, err));
    GAL_TRY(add_scales(st, model, err));
    GAL_TRY(add_members(st, model, err));
    return add_texts(st, model, err);
}

gal_status gal_pex_model_save(const char *path, const gal_pex_model *model, gal_error *err) {
    gal_safetensors st;
    tree_bytes trees = {{0}};
    gal_safetensors_init(&st);
    gal_status status = fill(&st, &trees, model, err);
    if (status == GAL_OK) status = gal_safetensors_write(path, &st, err);
    gal_safetensors_clear(&st);
    for (int t = 0; t < GAL_PEX_N_TARGET; t++) free(trees.data[t]);
    return status;
}

/* The tensor `name` with `n` elements (n < 0: any number) of a type. */
static gal_status need(const gal_tensor_view **out, const gal_safetensors *st, const char *name,
                       gal_dtype dtype, int64_t n, gal_error *err) {
    const gal_tensor_view *view = gal_safetensors_find(st, name);
    if (!view)
        return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0, "no tensor %s: not a model", name);
    int64_t count = 1;
    for (int32_t d = 0; d < view->n_dim; d++) count *= view->dim[d];
    if (view->dtype != dtype)
        return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0,
                           "tensor %s is of another type than expected", name);
    if (n >= 0 && count != n)
        return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0,
                           "tensor %s has %lld numbers, expected %lld", name, (long long)count,
                           (long long)n);
    *out = view;
    return GAL_OK;
}

/* Copies a tensor of exactly `size` bytes. */
static gal_status copy(void *out, size_t size, const gal_safetensors *st, const char *name,
                       gal_dtype dtype, int64_t n, gal_error *err) {
    const gal_tensor_view *view = NULL;
    GAL_TRY(need(&view, st, name, dtype, n, err));
    memcpy(out, view->data, size);
    return GAL_OK;
}

static gal_status take_roles(gal_roles *roles, const gal_safetensors *st, gal_error *err) {
    const gal_tensor_view *key = NULL, *mean = NULL, *count = NULL;
    GAL_TRY(need(&key, st, "roles.key", GAL_I64, -1, err));
    const int64_t n = (int64_t)(key->size / sizeof(uint64_t));
    if (n > INT32_MAX) return gal_fail_at(err, GAL_ELIMIT, st->path, 0, 0, "too many roles");
    GAL_TRY(need(&mean, st, "roles.mean", GAL_F32, n, err));
    GAL_TRY(need(&count, st, "roles.count", GAL_I32, n, err));
    gal_error why = {0};
    const gal_status status =
        gal_roles_restore(roles, key->data, mean->data, count->data, (int32_t)n, &why);
    if (status == GAL_OK) return GAL_OK;
    return gal_fail_at(err, status, st->path, 0, 0, "tensors roles: %s", why.message);
}

/* The trends of one target; extractors without labels have none, but one has. */
static gal_status take_trends(gal_pex_estimator *estimator, gal_pex_target target,
                              const gal_safetensors *st, gal_error *err) {
    char name[32];
    int found = 0;
    for (int e = 0; e < GAL_N_EXTRACTOR; e++) {
        gal_pex_trend *trend = &estimator->trend[e][target];
        trend_tensor(name, sizeof name, e, target);
        if (!gal_safetensors_find(st, name)) continue;
        GAL_TRY(gal__pex_trend_new(trend, target, err));
        const int64_t n = gal_pex_trend_size(&trend->form);
        GAL_TRY(copy(trend->value, (size_t)n * sizeof(double), st, name, GAL_F64, n, err));
        found = 1;
    }
    return found
               ? GAL_OK
               : gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0, "no tensor %s: not a model", name);
}

static gal_status take_trees(gal_trees **trees, gal_pex_target target, const gal_safetensors *st,
                             gal_error *err) {
    const gal_tensor_view *view = NULL;
    gal_error why = {0};
    char name[32];
    tree_tensor(name, sizeof name, target);
    GAL_TRY(need(&view, st, name, GAL_U8, -1, err));
    const gal_status status =
        gal_trees_load(trees, view->data, view->size, gal__pex_target_columns(target), &why);
    if (status == GAL_OK) return GAL_OK;
    return gal_fail_at(err, status, st->path, 0, 0, "tensor %s: %s", name, why.message);
}

static gal_status take_estimator(gal_pex_estimator *estimator, const gal_safetensors *st,
                                 gal_error *err) {
    for (int t = 0; t < GAL_PEX_N_TARGET; t++)
        GAL_TRY(take_trees(&estimator->trees[t], (gal_pex_target)t, st, err));
    for (int t = 0; t < GAL_PEX_N_SIZE; t++)
        GAL_TRY(take_trends(estimator, (gal_pex_target)t, st, err));
    return take_roles(&estimator->roles, st, err);
}

static gal_status take_scaler(gal_pex_scaler *scaler, const gal_safetensors *st, gal_error *err) {
    scaler_part list[PARTS];
    GAL_TRY(gal_pex_scaler_new(scaler, err));
    list_parts(list, scaler);
    for (int i = 0; i < PARTS; i++) {
        const int64_t n = GAL_PEX_SCALE_ROWS * (int64_t)list[i].cols;
        GAL_TRY(copy(list[i].value, (size_t)n * sizeof(float), st, list[i].name, GAL_F32, n, err));
    }
    return GAL_OK;
}

static gal_status take_matrix(gal_mat to, const gal_safetensors *st, const char *name,
                              gal_error *err) {
    const gal_tensor_view *view = NULL;
    GAL_TRY(need(&view, st, name, GAL_F32, to.rows * to.cols, err));
    if (view->n_dim != 2 || view->dim[0] != to.rows)
        return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0, "tensor %s is not [%lld, %d]", name,
                           (long long)to.rows, (int)to.cols);
    memcpy(to.data, view->data, view->size);
    return GAL_OK;
}

static gal_status take_member(gal_pex_model *model, const gal_safetensors *st, gal_error *err) {
    const int32_t m = model->n_member;
    gal_pex_member *member = &model->member[m];
    GAL_TRY(gal_pex_member_init(member, &model->shape, 0, err));
    model->n_member++; /* from here on gal_pex_model_clear frees it */
    for (int32_t i = 0; i < member->params.n_param; i++) {
        char name[96];
        member_tensor(name, sizeof name, m, member->params.param[i].name);
        const gal_mat value = gal_params_value(&member->params, i);
        GAL_TRY(take_matrix(value, st, name, err));
    }
    return GAL_OK;
}

/* The networks' sizes. Nothing is built that the file cannot hold. */
static gal_status take_shape(gal_pex_shape *shape, int *members, const gal_safetensors *st,
                             gal_error *err) {
    const char *text = gal_safetensors_get(st, "width layers dropout members");
    int width, layers;
    if (!text ||
        gal_text_scan(text, "%d %d %f %d", &width, &layers, &shape->dropout, members) != 4 ||
        width < 1 || width > MAX_WIDTH || layers < 1 || layers > GAL_PEX_MAX_LAYER ||
        !(shape->dropout >= 0 && shape->dropout < 1) || *members < 0 ||
        *members > GAL_PEX_MAX_MEMBER)
        return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0,
                           "no sizes of the network: width 1 to %d, 1 to %d layers, at most %d "
                           "members",
                           MAX_WIDTH, GAL_PEX_MAX_LAYER, GAL_PEX_MAX_MEMBER);
    shape->width = width;
    shape->n_layer = layers;
    const int64_t size = gal_pex_network_size(GAL_PEX_NET_FEATURES, GAL_PEX_DEVICE_FEATURES,
                                              GAL_PEX_PAIR_FEATURES, width, layers) *
                         *members * (int64_t)sizeof(float);
    if (size <= gal_safetensors_bytes(st)) return GAL_OK;
    return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0,
                       "networks of \"%s\" (width, layers, dropout, members) are larger than the "
                       "file",
                       text);
}

/* Format, features and sizes, before anything is built. */
static gal_status take_texts(gal_pex_model *model, int *members, const gal_safetensors *st,
                             gal_error *err) {
    const char *format = gal_safetensors_get(st, "format");
    if (!format || strcmp(format, format_name) != 0)
        return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0, "not a model of format \"%s\"",
                           format_name);
    char mine[17];
    const char *schema = gal_safetensors_get(st, "schema");
    snprintf(mine, sizeof mine, "%016" PRIx64, gal_pex_schema_hash());
    if (!schema || strcmp(schema, mine) != 0)
        return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0,
                           "trained on features %s, this program computes %s: train it again",
                           schema ? schema : "unknown", mine);
    GAL_TRY(take_shape(&model->shape, members, st, err));
    const char *text = gal_safetensors_get(st, "trained_on");
    snprintf(model->trained_on, sizeof model->trained_on, "%s", text ? text : "");
    text = gal_safetensors_get(st, "dataset");
    model->dataset = text ? strtoull(text, NULL, 16) : 0;
    return GAL_OK;
}

static gal_status take_scales(gal_pex_model *model, const gal_safetensors *st, gal_error *err) {
    for (int e = 0; e < GAL_N_EXTRACTOR; e++) {
        scale list[SCALES];
        list_scales(list, model, e);
        for (int i = 0; i < SCALES; i++)
            GAL_TRY(copy((void *)list[i].value, (size_t)list[i].n * sizeof(double), st,
                         list[i].name, GAL_F64, list[i].n, err));
    }
    return GAL_OK;
}

static gal_status take(gal_pex_model *model, const gal_safetensors *st, gal_error *err) {
    int members = 0;
    GAL_TRY(take_texts(model, &members, st, err));
    GAL_TRY(take_estimator(&model->estimator, st, err));
    GAL_TRY(take_scaler(&model->scaler, st, err));
    GAL_TRY(take_scales(model, st, err));
    for (int m = 0; m < members; m++) GAL_TRY(take_member(model, st, err));
    return GAL_OK;
}

gal_status gal_pex_model_load(gal_pex_model *model, const char *path, gal_error *err) {
    gal_safetensors st;
    *model = (gal_pex_model){0};
    gal_safetensors_init(&st);
    gal_status status = gal_safetensors_read(&st, path, err);
    if (status == GAL_OK) status = take(model, &st, err);
    gal_safetensors_clear(&st);
    if (status != GAL_OK) gal_pex_model_clear(model);
    return status;
}
