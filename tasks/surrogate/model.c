#include "tasks/surrogate/model_private.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

gal_status gal__surrogate_new(gal_surrogate **surrogate, int32_t n_var, int32_t n_feature,
                              int32_t n_metric, gal_error *err) {
    gal_surrogate *s = calloc(1, sizeof *s);
    *surrogate = NULL;
    if (!s) return gal_fail(err, GAL_ENOMEM, "out of memory for a surrogate");
    gal_arena_init(&s->arena);
    const size_t outputs = (size_t)n_metric + 1, inputs = (size_t)n_feature + 1;
    s->var_name = GAL_ARENA_ARRAY(&s->arena, const char *, n_var);
    s->metric_name = GAL_ARENA_ARRAY(&s->arena, const char *, n_metric);
    s->metric_unit = GAL_ARENA_ARRAY(&s->arena, const char *, n_metric);
    s->order = GAL_ARENA_ARRAY(&s->arena, int32_t, n_metric);
    s->sd_factor = GAL_ARENA_ARRAY(&s->arena, double, GAL__SURROGATE_MODES *n_metric);
    s->ridge = GAL_ARENA_ARRAY(&s->arena, double, outputs *inputs);
    s->technology = s->deck = "";
    if (s->var_name && s->metric_name && s->metric_unit && s->order && s->sd_factor && s->ridge &&
        gal__surrogate_scale_new(&s->scale, &s->arena, n_var, n_feature, n_metric, NULL) ==
            GAL_OK) {
        for (int32_t i = 0; i < GAL__SURROGATE_MODES * n_metric; i++) s->sd_factor[i] = 1;
        *surrogate = s;
        return GAL_OK;
    }
    gal_surrogate_destroy(s);
    return gal_fail(err, GAL_ENOMEM, "out of memory for a surrogate");
}

void gal_surrogate_destroy(gal_surrogate *surrogate) {
    if (!surrogate) return;
    for (int32_t i = 0; i < surrogate->n_member; i++)
        for (int stage = 0; stage < 2; stage++)
            gal__surrogate_net_clear(&surrogate->member[i].stage[stage]);
    for (int32_t i = 0; i < surrogate->n_decoder; i++)
        gal_params_clear(&surrogate->decoder[i].params);
    gal__surrogate_net_clear(&surrogate->fast);
    gal_arena_clear(&surrogate->arena);
    free(surrogate);
}

gal_status gal__surrogate_add_member(gal_surrogate *s, uint64_t seed, gal_error *err) {
    gal__surrogate_member *m = &s->member[s->n_member];
    GAL_TRY(gal__surrogate_net_init(&m->stage[0], s->scale.n_feature, s->n_first, s->width,
                                    s->n_hidden, seed, err));
    if (s->n_stage == 2) {
        const gal_status status = gal__surrogate_net_init(
            &m->stage[1], gal__surrogate_second_in(s->scale.n_feature, s->n_first),
            s->scale.n_metric - s->n_first, s->width, s->n_hidden, seed + 1, err);
        if (status != GAL_OK) {
            gal__surrogate_net_clear(&m->stage[0]);
            return status;
        }
    }
    s->n_member++;
    return GAL_OK;
}

static gal_status init_decoder(gal__surrogate_decoder *d, const gal_surrogate *s, uint64_t seed,
                               gal_error *err) {
    gal_rng rng;
    gal_rng_init(&rng, seed, 0);
    GAL_TRY(gal__decoder_init(&d->net, &d->params, &rng, err));
    for (int part = 0; part < GAL__PROMPT_PARTS; part++) {
        int32_t rows, cols;
        gal__prompt_shape(&rows, &cols, &d->net, part, s->scale.n_var, s->scale.n_metric);
        GAL_TRY(gal_params_register(&d->prompt[part], &d->params, "prompt",
                                    gal__prompt_part_name[part], rows, cols, NULL, err));
    }
    return GAL_OK;
}

gal_status gal__surrogate_add_decoder(gal_surrogate *s, uint64_t seed, gal_error *err) {
    gal__surrogate_decoder *d = &s->decoder[s->n_decoder];
    gal_params_init(&d->params);
    const gal_status status = init_decoder(d, s, seed, err);
    if (status == GAL_OK) s->n_decoder++;
    else gal_params_clear(&d->params);
    return status;
}

gal__prompt gal__surrogate_prompt(const gal__surrogate_decoder *d, int grad) {
    gal__prompt prompt;
    for (int part = 0; part < GAL__PROMPT_PARTS; part++)
        *gal__prompt_part(&prompt, part) = grad ? gal_params_grad(&d->params, d->prompt[part])
                                                : gal_params_value(&d->params, d->prompt[part]);
    return prompt;
}

gal_status gal__surrogate_add_fast(gal_surrogate *s, uint64_t seed, gal_error *err) {
    GAL_TRY(gal__surrogate_net_init(&s->fast, s->scale.n_feature, s->scale.n_metric, s->fast_width,
                                    s->fast_hidden, seed, err));
    s->has_fast = 1;
    return GAL_OK;
}

int32_t gal_surrogate_n_var(const gal_surrogate *surrogate) {
    return surrogate->scale.n_var;
}

int32_t gal_surrogate_n_metric(const gal_surrogate *surrogate) {
    return surrogate->scale.n_metric;
}

int64_t gal_surrogate_n_run(const gal_surrogate *surrogate) {
    return surrogate->n_run;
}

const char *gal_surrogate_metric_name(const gal_surrogate *surrogate, int32_t metric) {
    return surrogate->metric_name[metric];
}

const char *gal_surrogate_metric_unit(const gal_surrogate *surrogate, int32_t metric) {
    return surrogate->metric_unit[metric];
}

int gal_surrogate_metric_is_log(const gal_surrogate *surrogate, int32_t metric) {
    return surrogate->scale.metric_log[metric];
}

int gal_surrogate_metric_is_cheap(const gal_surrogate *surrogate, int32_t metric) {
    for (int32_t i = 0; i < surrogate->n_first; i++)
        if (surrogate->order[i] == metric) return surrogate->n_stage == 2;
    return 0;
}

const char *gal_surrogate_var_name(const gal_surrogate *surrogate, int32_t var) {
    return surrogate->var_name[var];
}

const char *gal_surrogate_technology(const gal_surrogate *surrogate) {
    return surrogate->technology;
}

void gal_surrogate_var_range(double *lo, double *hi, const gal_surrogate *surrogate, int32_t var) {
    *lo = surrogate->scale.lo[var];
    *hi = surrogate->scale.hi[var];
}

double gal_surrogate_var_middle(const gal_surrogate *surrogate, int32_t var) {
    const double lo = surrogate->scale.lo[var], hi = surrogate->scale.hi[var];
    return surrogate->scale.sampled_log[var] ? sqrt(lo * hi) : (lo + hi) / 2;
}

/* Names in the deck's order, and how many. */
static gal_status same_names(const char *what, const char *const *mine, int32_t n_mine,
                             const char *const *theirs, int32_t n_theirs, gal_error *err) {
    for (int32_t i = 0; i < n_mine || i < n_theirs; i++) {
        const char *a = i < n_mine ? mine[i] : "none", *b = i < n_theirs ? theirs[i] : "none";
        if (i >= n_mine || i >= n_theirs || !gal_text_equal_nocase(a, b))
            return gal_fail(err, GAL_EMISMATCH,
                            "%s %d is '%s' in the surrogate and '%s' in the deck", what, (int)i + 1,
                            a, b);
    }
    return GAL_OK;
}

gal_status gal_surrogate_check(const gal_surrogate *surrogate, const gal_bench *bench,
                               gal_error *err) {
    gal_arena arena;
    gal_arena_init(&arena);
    const char **var = GAL_ARENA_ARRAY(&arena, const char *, bench->n_var + 1);
    const char **metric = GAL_ARENA_ARRAY(&arena, const char *, bench->n_metric + 1);
    gal_status status = var && metric ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory");
    for (int32_t i = 0; status == GAL_OK && i < bench->n_var; i++) var[i] = bench->var[i].name;
    for (int32_t i = 0; status == GAL_OK && i < bench->n_metric; i++)
        metric[i] = bench->metric[i].name;
    if (status == GAL_OK)
        status = same_names("variable", surrogate->var_name, surrogate->scale.n_var, var,
                            bench->n_var, err);
    if (status == GAL_OK)
        status = same_names("metric", surrogate->metric_name, surrogate->scale.n_metric, metric,
                            bench->n_metric, err);
    gal_arena_clear(&arena);
    if (status != GAL_OK || surrogate->hash == bench->hash) return status;
    return gal_fail(err, GAL_EMISMATCH,
                    "%s (%016" PRIx64 ") is not the deck that the surrogate was trained on "
                    "(%016" PRIx64 "): its circuit, cards, analyses or measures differ",
                    bench->path, bench->hash, surrogate->hash);
}
