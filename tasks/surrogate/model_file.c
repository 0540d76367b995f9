/* Surrogates as safetensors files: scales, weights, and what they belong to as metadata. */
#include "tasks/surrogate/model_private.h"

#include "gnn/safetensors.h"
#include "tasks/models.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char format_name[] = "galena surrogate 1";

enum { MAX_VAR = 4096, MAX_METRIC = 512, MAX_WIDTH = 4096 };

/* An array of the model under its name in the file. */
typedef struct field {
    const char *name;
    gal_dtype dtype;
    void *data;
    int64_t n;
} field;

enum { N_FIELD = 13 };

static void fields_of(field field_of[N_FIELD], const gal_surrogate *s) {
    const gal__surrogate_scale *c = &s->scale;
    const int64_t v = c->n_var, f = c->n_feature, m = c->n_metric;
    const field all[N_FIELD] = {
        {"scale.lo", GAL_F64, c->lo, v},
        {"scale.hi", GAL_F64, c->hi, v},
        {"scale.log", GAL_I32, c->sampled_log, v},
        {"feature.var", GAL_I32, c->feature_var, f},
        {"feature.log", GAL_I32, c->feature_log, f},
        {"feature.mean", GAL_F64, c->feature_mean, f},
        {"feature.factor", GAL_F64, c->feature_factor, f},
        {"metric.log", GAL_I32, c->metric_log, m},
        {"metric.mean", GAL_F64, c->metric_mean, m},
        {"metric.sd", GAL_F64, c->metric_sd, m},
        {"order", GAL_I32, s->order, m},
        {"sd.factor", GAL_F64, s->sd_factor, GAL__SURROGATE_MODES * m},
        {"ridge", GAL_F64, s->ridge, (m + 1) * (f + 1)},
    };
    memcpy(field_of, all, sizeof all);
}

/* Calls `each` for every network's every tensor. */
typedef gal_status tensor_call(void *user, const char *name, gal_mat value, gal_error *err);

static gal_status each_of(tensor_call *each, void *user, const char *prefix,
                          const gal_params *params, gal_error *err) {
    for (int32_t i = 0; i < params->n_param; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s.%s", prefix, params->param[i].name);
        GAL_TRY(each(user, name, gal_params_value(params, i), err));
    }
    return GAL_OK;
}

static gal_status each_tensor(tensor_call *each, void *user, const gal_surrogate *s,
                              gal_error *err) {
    for (int32_t i = 0; i < s->n_member; i++)
        for (int stage = 0; stage < s->n_stage; stage++) {
            char prefix[40];
            snprintf(prefix, sizeof prefix, "member%d.stage%d", (int)i, stage + 1);
            GAL_TRY(each_of(each, user, prefix, &s->member[i].stage[stage].params, err));
        }
    for (int32_t i = 0; i < s->n_decoder; i++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "decoder%d", (int)i);
        GAL_TRY(each_of(each, user, prefix, &s->decoder[i].params, err));
    }
    return s->has_fast ? each_of(each, user, "fast", &s->fast.params, err) : GAL_OK;
}

static gal_status add_tensor(void *user, const char *name, gal_mat value, gal_error *err) {
    return gal_safetensors_add(user, name, GAL_F32, 2, (int64_t[]){value.rows, value.cols},
                               value.data, err);
}

/* "a;b;c" under a key. */
static gal_status set_list(gal_safetensors *st, const char *key, const char *const *text, int32_t n,
                           gal_error *err) {
    gal_buf list;
    gal_buf_init(&list);
    for (int32_t i = 0; i < n; i++) gal_buf_printf(&list, "%s%s", i ? ";" : "", text[i]);
    gal_status status = gal_buf_ok(&list, err);
    if (status == GAL_OK) status = gal_safetensors_set(st, key, list.data ? list.data : "", err);
    gal_buf_clear(&list);
    return status;
}

static gal_status add_texts(gal_safetensors *st, const gal_surrogate *s, gal_error *err) {
    char text[200];
    GAL_TRY(gal_safetensors_set(st, "format", format_name, err));
    GAL_TRY(gal_safetensors_set(st, "technology", s->technology, err));
    GAL_TRY(gal_safetensors_set(st, "deck", s->deck, err));
    snprintf(text, sizeof text, "%016" PRIx64, s->hash);
    GAL_TRY(gal_safetensors_set(st, "deck.hash", text, err));
    snprintf(text, sizeof text, "%" PRId64, s->n_run);
    GAL_TRY(gal_safetensors_set(st, "simulations", text, err));
    snprintf(text, sizeof text, "%d %d %d %d %d %d %d %d %d %d", (int)s->scale.n_var,
             (int)s->scale.n_feature, (int)s->scale.n_metric, (int)s->n_first, (int)s->n_stage,
             (int)s->n_member, (int)s->width, (int)s->n_hidden,
             s->has_fast ? (int)s->fast_width : 0, (int)s->fast_hidden);
    GAL_TRY(gal_safetensors_set(
        st, "variables features metrics first stages members width layers fast fast_layers", text,
        err));
    if (s->n_decoder) {
        gal_text_printf(text, sizeof text, "%d %.17g", (int)s->n_decoder, s->decoder_share);
        GAL_TRY(gal_safetensors_set(st, "decoders share", text, err));
    }
    GAL_TRY(set_list(st, "variables", s->var_name, s->scale.n_var, err));
    GAL_TRY(set_list(st, "metrics", s->metric_name, s->scale.n_metric, err));
    return set_list(st, "units", s->metric_unit, s->scale.n_metric, err);
}

gal_status gal_surrogate_save(const char *path, const gal_surrogate *surrogate, gal_error *err) {
    gal_safetensors st;
    field all[N_FIELD];
    gal_safetensors_init(&st);
    fields_of(all, surrogate);
    gal_status status = add_texts(&st, surrogate, err);
    for (int i = 0; status == GAL_OK && i < N_FIELD; i++)
        status =
            gal_safetensors_add(&st, all[i].name, all[i].dtype, 1, &all[i].n, all[i].data, err);
    if (status == GAL_OK) status = each_tensor(add_tensor, &st, surrogate, err);
    if (status == GAL_OK) status = gal_safetensors_write(path, &st, err);
    gal_safetensors_clear(&st);
    return status;
}

/* Copies the tensor `name` of exactly n elements. */
static gal_status take(const gal_safetensors *st, const char *name, gal_dtype dtype, void *data,
                       int64_t n, gal_error *err) {
    static const int64_t size_of[] = {[GAL_F32] = 4, [GAL_F64] = 8, [GAL_I32] = 4};
    const gal_tensor_view *view = gal_safetensors_find(st, name);
    if (!view || view->dtype != dtype || (int64_t)view->size != n * size_of[dtype])
        return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0,
                           "no tensor %s of %lld numbers: not a surrogate", name, (long long)n);
    memcpy(data, view->data, view->size);
    return GAL_OK;
}

static gal_status take_tensor(void *user, const char *name, gal_mat value, gal_error *err) {
    return take(user, name, GAL_F32, value.data, value.rows * value.cols, err);
}

static gal_status take_list(const char **text, int32_t n, gal_arena *arena,
                            const gal_safetensors *st, const char *key, gal_error *err) {
    const char *p = gal_safetensors_get(st, key);
    int32_t i = 0;
    for (; p && i < n; i++) {
        const size_t size = strcspn(p, ";");
        text[i] = gal_arena_text(arena, p, size);
        if (!text[i]) return gal_fail(err, GAL_ENOMEM, "out of memory for names");
        p = p[size] ? p + size + 1 : NULL;
    }
    if (i == n && !p) return GAL_OK;
    return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0, "%s: expected %d names", key, (int)n);
}

static const char *text_or_empty(const gal_safetensors *st, const char *key, gal_arena *arena) {
    const char *text = gal_safetensors_get(st, key);
    const char *copy = text ? gal_arena_text(arena, text, strlen(text)) : NULL;
    return copy ? copy : "";
}

/* Indices in range, each metric once: what prediction relies on. */
static gal_status check_arrays(const gal_surrogate *s, const char *path, gal_error *err) {
    const gal__surrogate_scale *c = &s->scale;
    uint8_t seen[MAX_METRIC] = {0};
    for (int32_t f = 0; f < c->n_feature; f++)
        if (c->feature_var[f] < 0 || c->feature_var[f] >= c->n_var)
            return gal_fail_at(err, GAL_EMISMATCH, path, 0, 0, "feature %d of no variable", (int)f);
    for (int32_t m = 0; m < c->n_metric; m++) {
        if (s->order[m] < 0 || s->order[m] >= c->n_metric || seen[s->order[m]])
            return gal_fail_at(err, GAL_EMISMATCH, path, 0, 0, "the order of metrics is none");
        seen[s->order[m]] = 1;
    }
    return GAL_OK;
}

/* The sizes, within limits. */
typedef struct sizes {
    int var, feature, metric, first, stage, member, width, hidden, fast, fast_hidden;
} sizes;

static int within(int value, int low, int high) {
    return value >= low && value <= high;
}

static int are_sizes(const sizes *z) {
    return within(z->var, 1, MAX_VAR) && within(z->feature, 1, 2 * MAX_VAR) &&
           within(z->metric, 1, MAX_METRIC) && within(z->first, 1, z->metric) &&
           within(z->stage, 1, 2) && (z->stage == 2) == (z->first < z->metric) &&
           within(z->member, 1, GAL_SURROGATE_MAX_MEMBER) && within(z->width, 1, MAX_WIDTH) &&
           within(z->hidden, 1, GAL_MLP_MAX_LAYER - 1) && within(z->fast, 0, MAX_WIDTH) &&
           within(z->fast_hidden, 1, GAL_MLP_MAX_LAYER - 1);
}

/* Nothing is built that the file cannot hold. (Decoders are of this program's own size, a few
 * megabytes, whatever the file says.) */
static int fits(const sizes *z, int64_t bytes) {
    const int32_t second_in = gal__surrogate_second_in(z->feature, z->first);
    const int32_t rest = z->metric - z->first;
    int64_t member = gal__surrogate_net_size(z->feature, z->first, z->width, z->hidden);
    if (z->stage == 2) member += gal__surrogate_net_size(second_in, rest, z->width, z->hidden);
    const int64_t fast =
        z->fast ? gal__surrogate_net_size(z->feature, z->metric, z->fast, z->fast_hidden) : 0;
    const int64_t ridge = ((int64_t)z->metric + 1) * (z->feature + 1);
    return (member * z->member + fast) * (int64_t)sizeof(float) + ridge * (int64_t)sizeof(double) <=
           bytes;
}

static gal_status take_sizes(sizes *z, const gal_safetensors *st, gal_error *err) {
    const char *format = gal_safetensors_get(st, "format");
    if (!format || strcmp(format, format_name) != 0)
        return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0, "not a model of format \"%s\"",
                           format_name);
    const char *text = gal_safetensors_get(
        st, "variables features metrics first stages members width layers fast fast_layers");
    if (!text ||
        sscanf(text, "%d %d %d %d %d %d %d %d %d %d", &z->var, &z->feature, &z->metric, &z->first,
               &z->stage, &z->member, &z->width, &z->hidden, &z->fast, &z->fast_hidden) != 10 ||
        !are_sizes(z))
        return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0, "no sizes of a surrogate");
    if (fits(z, gal_safetensors_bytes(st))) return GAL_OK;
    return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0,
                       "a surrogate of sizes \"%s\" is larger than the file", text);
}

static gal_status take_decoders(gal_surrogate *s, const gal_safetensors *st, gal_error *err) {
    const char *text = gal_safetensors_get(st, "decoders share");
    int n = 0;
    if (!text) return GAL_OK;
    if (gal_text_scan(text, "%d %lf", &n, &s->decoder_share) != 2 ||
        !within(n, 1, GAL__SURROGATE_MAX_DECODER) || !(s->decoder_share >= 0) ||
        s->decoder_share > 1)
        return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0, "\"%s\" are no decoders", text);
    for (int i = 0; i < n; i++) GAL_TRY(gal__surrogate_add_decoder(s, 0, err));
    return GAL_OK;
}

static gal_status fill(gal_surrogate *s, const sizes *z, const gal_safetensors *st,
                       gal_error *err) {
    const char *runs = gal_safetensors_get(st, "simulations"),
               *hash = gal_safetensors_get(st, "deck.hash");
    field all[N_FIELD];
    s->n_first = z->first;
    s->n_stage = z->stage;
    s->width = z->width;
    s->n_hidden = z->hidden;
    s->fast_width = z->fast;
    s->fast_hidden = z->fast_hidden;
    s->n_run = runs ? strtoll(runs, NULL, 10) : 0;
    s->hash = hash ? strtoull(hash, NULL, 16) : 0;
    s->technology = text_or_empty(st, "technology", &s->arena);
    s->deck = text_or_empty(st, "deck", &s->arena);
    GAL_TRY(take_list(s->var_name, z->var, &s->arena, st, "variables", err));
    GAL_TRY(take_list(s->metric_name, z->metric, &s->arena, st, "metrics", err));
    GAL_TRY(take_list(s->metric_unit, z->metric, &s->arena, st, "units", err));
    fields_of(all, s);
    for (int i = 0; i < N_FIELD; i++)
        GAL_TRY(take(st, all[i].name, all[i].dtype, all[i].data, all[i].n, err));
    GAL_TRY(check_arrays(s, st->path, err));
    for (int i = 0; i < z->member; i++) GAL_TRY(gal__surrogate_add_member(s, 0, err));
    if (z->fast) GAL_TRY(gal__surrogate_add_fast(s, 0, err));
    GAL_TRY(take_decoders(s, st, err));
    return each_tensor(take_tensor, (void *)(uintptr_t)st, s, err);
}

gal_status gal_surrogate_load(gal_surrogate **surrogate, const char *path, gal_error *err) {
    gal_safetensors st;
    sizes z;
    *surrogate = NULL;
    gal_safetensors_init(&st);
    gal_status status = gal_safetensors_read(&st, path, err);
    if (status == GAL_OK) status = take_sizes(&z, &st, err);
    if (status == GAL_OK) status = gal__surrogate_new(surrogate, z.var, z.feature, z.metric, err);
    if (status == GAL_OK) status = fill(*surrogate, &z, &st, err);
    gal_safetensors_clear(&st);
    if (status != GAL_OK) {
        gal_surrogate_destroy(*surrogate);
        *surrogate = NULL;
    }
    return status;
}

gal_status gal_surrogate_find(gal_surrogate **surrogate, const char *name, gal_error *err) {
    gal_arena arena;
    char *path;
    *surrogate = NULL;
    gal_arena_init(&arena);
    gal_status status = gal_model_find(&path, &arena, "surrogate", name, err);
    if (status == GAL_OK) status = gal_surrogate_load(surrogate, path, err);
    gal_arena_clear(&arena);
    return status;
}
