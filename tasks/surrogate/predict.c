/* Predictions: features in blocks, networks, and back to the metrics' units. */
#include "tasks/surrogate/model_private.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 192 };

gal_status gal__surrogate_output_new(gal__surrogate_output *out, gal_arena *arena,
                                     const gal_surrogate *s, int64_t rows, gal_error *err) {
    out->mean = gal_mat_new(arena, rows, s->scale.n_metric);
    out->variance = gal_mat_new(arena, rows, s->scale.n_metric);
    out->logit = GAL_ARENA_ARRAY(arena, float, rows + 1);
    if (out->mean.data && out->variance.data && out->logit) return GAL_OK;
    return gal_fail(err, GAL_ENOMEM, "out of memory for predictions");
}

void gal__surrogate_second_row(float *x, const gal_surrogate *s, const float *feature,
                               const float *first, int predicted) {
    const int32_t n = s->scale.n_feature, k = s->n_first;
    memcpy(x, feature, (size_t)n * sizeof *x);
    for (int32_t m = 0; m < k; m++) {
        x[n + m] = isnan(first[m]) ? 0 : first[m];
        x[n + k + m] = isnan(first[m]) ? 0.0F : 1.0F;
    }
    x[n + 2 * k] = predicted ? 1 : 0;
}

/* Runs stage `stage` of all members on x and leaves mean and variance of its metrics in columns
 * [first..] of out; logit += share * their mean logit. */
static gal_status run_stage(gal__surrogate_output *out, gal_arena *arena, const gal_surrogate *s,
                            int stage, gal_mat x, int32_t first, float share, gal_error *err) {
    const gal__surrogate_net *net = &s->member[0].stage[stage];
    const int32_t k = net->n_metric;
    gal_mat y = gal_mat_new(arena, x.rows, gal__surrogate_net_out(net));
    float *scratch =
        gal_arena_alloc(arena, (size_t)gal_mlp_infer_floats(&net->mlp) * sizeof *scratch);
    if (!y.data || !scratch) return gal_fail(err, GAL_ENOMEM, "out of memory for predictions");
    const gal_mat mean = gal_mat_cols(out->mean, first, k);
    const gal_mat variance = gal_mat_cols(out->variance, first, k);
    const float each = 1 / (float)s->n_member;
    gal_mat_fill(mean, 0);
    gal_mat_fill(variance, 0);
    for (int32_t i = 0; i < s->n_member; i++) {
        net = &s->member[i].stage[stage];
        gal_mlp_infer(y, scratch, &net->mlp, &net->params, x);
        for (int64_t r = 0; r < x.rows; r++) {
            const float *p = gal_mat_row(y, r);
            for (int32_t m = 0; m < k; m++) {
                gal_mat_row(mean, r)[m] += each * p[m];
                gal_mat_row(variance, r)[m] +=
                    each * (p[m] * p[m] + expf(fminf(fmaxf(p[k + m], -14), 6)));
            }
            out->logit[r] += each * share * p[2 * k];
        }
    }
    for (int64_t r = 0; r < x.rows; r++)
        for (int32_t m = 0; m < k; m++) {
            float *v = &gal_mat_row(variance, r)[m];
            const float square = gal_mat_row(mean, r)[m] * gal_mat_row(mean, r)[m];
            *v = fmaxf(*v - square, 1e-8F);
        }
    return GAL_OK;
}

static int any_known(const float *first, int32_t n) {
    for (int32_t m = 0; m < n; m++)
        if (!isnan(first[m])) return 1;
    return 0;
}

gal_status gal__surrogate_members(gal__surrogate_output *out, gal_arena *arena,
                                  const gal_surrogate *s, gal_mat x, gal_mat first, int stages,
                                  gal_error *err) {
    const float share = s->n_stage == 2 && stages == 2 ? 0.5F : 1;
    memset(out->logit, 0, (size_t)x.rows * sizeof *out->logit);
    GAL_TRY(run_stage(out, arena, s, 0, x, 0, share, err));
    if (s->n_stage < 2 || stages < 2) return GAL_OK;
    gal_mat second =
        gal_mat_new(arena, x.rows, gal__surrogate_second_in(s->scale.n_feature, s->n_first));
    uint8_t *known = gal_arena_alloc(arena, (size_t)x.rows + 1);
    float *logit = GAL_ARENA_ARRAY(arena, float, x.rows + 1);
    if (!second.data || !known || !logit)
        return gal_fail(err, GAL_ENOMEM, "out of memory for predictions");
    for (int64_t r = 0; r < x.rows; r++) {
        const float *given = first.data ? gal_mat_row(first, r) : NULL;
        known[r] = given && any_known(given, s->n_first);
        gal__surrogate_second_row(gal_mat_row(second, r), s, gal_mat_row(x, r),
                                  known[r] ? given : gal_mat_row(out->mean, r), !known[r]);
    }
    memcpy(logit, out->logit, (size_t)x.rows * sizeof *logit);
    GAL_TRY(run_stage(out, arena, s, 1, second, s->n_first, share, err));
    for (int64_t r = 0; r < x.rows; r++) /* with simulated metrics stage two knows better */
        if (known[r]) out->logit[r] = (out->logit[r] - logit[r]) / share;
    return GAL_OK;
}

void gal__decoder_features(float *x, const gal__surrogate_scale *scale, const float *feature) {
    memset(x, 0, 2 * (size_t)scale->n_var * sizeof *x);
    for (int32_t f = 0; f < scale->n_feature; f++)
        x[scale->feature_var[f] + (scale->feature_log[f] ? 0 : scale->n_var)] = feature[f];
}

/* What decoders are told: cheap metrics lead the order. */
static gal_status decoder_inputs(gal_mat *wide, gal_mat *known, gal_arena *arena,
                                 const gal_surrogate *s, gal_mat x, gal_mat first, gal_error *err) {
    *wide = gal_mat_new(arena, x.rows, 2 * s->scale.n_var);
    *known = gal_mat_new(arena, x.rows, s->scale.n_metric);
    if (!wide->data || !known->data) return gal_fail(err, GAL_ENOMEM, "out of memory");
    gal_mat_fill(*known, NAN);
    if (first.data) gal_mat_copy(gal_mat_cols(*known, 0, first.cols), first);
    for (int64_t r = 0; r < x.rows; r++)
        gal__decoder_features(gal_mat_row(*wide, r), &s->scale, gal_mat_row(x, r));
    return GAL_OK;
}

/* old and its new part as one distribution. */
static void mix(float *mean, float *variance, float share, float new_mean, float new_variance) {
    const float apart = new_mean - *mean;
    *variance += share * (new_variance - *variance) + share * (1 - share) * apart * apart;
    *mean += share * apart;
}

gal_status gal__surrogate_ensemble(gal__surrogate_output *out, gal_arena *arena,
                                   const gal_surrogate *s, gal_mat x, gal_mat first,
                                   gal_error *err) {
    const int32_t k = s->scale.n_metric;
    gal_mat wide, known, y = gal_mat_new(arena, x.rows, 2 * k + 1);
    GAL_TRY(gal__surrogate_members(out, arena, s, x, first, 2, err));
    if (s->n_decoder == 0) return GAL_OK;
    GAL_TRY(decoder_inputs(&wide, &known, arena, s, x, first, err));
    if (!y.data) return gal_fail(err, GAL_ENOMEM, "out of memory for predictions");
    double weight = 1 - s->decoder_share; /* of what is mixed already */
    for (int32_t i = 0; i < s->n_decoder; i++) {
        const gal__surrogate_decoder *d = &s->decoder[i];
        const gal__prompt prompt = gal__surrogate_prompt(d, 0);
        const double mine = s->decoder_share / s->n_decoder;
        const float share = mine > 0 ? (float)(mine / (weight + mine)) : 0;
        weight += mine;
        GAL_TRY(gal__decoder_infer(y, arena, &d->net, &d->params, &prompt, wide, known, err));
        for (int64_t r = 0; r < x.rows; r++) {
            const float *p = gal_mat_row(y, r);
            for (int32_t m = 0; m < k; m++)
                mix(&gal_mat_row(out->mean, r)[m], &gal_mat_row(out->variance, r)[m], share, p[m],
                    expf(fminf(fmaxf(p[k + m], -14), 6)));
            out->logit[r] += share * (p[2 * k] - out->logit[r]);
        }
    }
    return GAL_OK;
}

static gal_status run_fast(gal__surrogate_output *out, gal_arena *arena, const gal_surrogate *s,
                           gal_mat x, gal_error *err) {
    const gal__surrogate_net *net = &s->fast;
    const int32_t k = net->n_metric;
    gal_mat y = gal_mat_new(arena, x.rows, gal__surrogate_net_out(net));
    float *scratch =
        gal_arena_alloc(arena, (size_t)gal_mlp_infer_floats(&net->mlp) * sizeof *scratch);
    if (!y.data || !scratch) return gal_fail(err, GAL_ENOMEM, "out of memory for predictions");
    gal_mlp_infer(y, scratch, &net->mlp, &net->params, x);
    out->mean = gal_mat_cols(y, 0, k);
    for (int64_t r = 0; r < x.rows; r++) {
        float *p = gal_mat_row(y, r);
        out->logit[r] = p[2 * k];
        gal_exp(gal_mat_row(out->variance, r), p + k, k);
    }
    return GAL_OK;
}

/* A block's inputs: features and known cheap metrics. */
typedef struct inputs {
    gal_mat x, first;
} inputs;

static gal_status fill_inputs(inputs *in, gal_arena *arena, const gal_surrogate *s,
                              const double *value, const double *known, int32_t rows,
                              gal_error *err) {
    const gal__surrogate_scale *scale = &s->scale;
    in->x = gal_mat_new(arena, rows, scale->n_feature);
    if (known && s->n_stage == 2) in->first = gal_mat_new(arena, rows, s->n_first);
    if (!in->x.data || (known && s->n_stage == 2 && !in->first.data))
        return gal_fail(err, GAL_ENOMEM, "out of memory for predictions");
    for (int32_t r = 0; r < rows; r++) {
        gal__surrogate_features(gal_mat_row(in->x, r), scale,
                                value + (size_t)r * (size_t)scale->n_var);
        for (int32_t m = 0; in->first.data && m < s->n_first; m++)
            gal_mat_row(in->first, r)[m] = (float)gal__surrogate_standard(
                scale, s->order[m],
                known[(size_t)r * (size_t)scale->n_metric + (size_t)s->order[m]]);
    }
    return GAL_OK;
}

/* Outputs of a block in the metrics' units; the arrays are the block's, any may be NULL. */
static void convert(double *mean, double *sd, double *valid, const gal_surrogate *s,
                    gal__surrogate_mode mode, const gal__surrogate_output *out, int32_t rows) {
    const gal__surrogate_scale *scale = &s->scale;
    const double *factor = s->sd_factor + (size_t)mode * (size_t)scale->n_metric;
    for (int32_t r = 0; r < rows; r++) {
        const size_t at = (size_t)r * (size_t)scale->n_metric;
        for (int32_t i = 0; i < scale->n_metric; i++) {
            const int32_t m = s->order[i];
            mean[at + (size_t)m] =
                gal__surrogate_from_standard(scale, m, (double)gal_mat_row(out->mean, r)[i]);
            if (sd)
                sd[at + (size_t)m] = factor[m] * scale->metric_sd[m] *
                                     (double)sqrtf(gal_mat_row(out->variance, r)[i]);
        }
        if (valid) valid[r] = (double)(1 / (1 + expf(-out->logit[r])));
    }
}

/* What was simulated comes back as it is. */
static void put_known(double *mean, double *sd, const gal_surrogate *s, const double *known,
                      int32_t rows) {
    for (int32_t r = 0; r < rows && s->n_stage == 2; r++)
        for (int32_t i = 0; i < s->n_first; i++) {
            const size_t at = (size_t)r * (size_t)s->scale.n_metric + (size_t)s->order[i];
            if (isnan(known[at])) continue;
            mean[at] = known[at];
            if (sd) sd[at] = 0;
        }
}

gal_status gal__surrogate_answer(double *mean, double *sd, double *valid, const gal_surrogate *s,
                                 gal__surrogate_mode mode, const double *value, const double *known,
                                 int32_t n, gal_error *err) {
    const size_t n_var = (size_t)s->scale.n_var, n_metric = (size_t)s->scale.n_metric;
    gal_arena arena;
    gal_status status = GAL_OK;
    gal_arena_init(&arena);
    for (int32_t first = 0; status == GAL_OK && first < n; first += BLOCK) {
        const int32_t rows = n - first < BLOCK ? n - first : BLOCK;
        const size_t at = (size_t)first;
        const double *given = known ? known + at * n_metric : NULL;
        inputs in = {0};
        gal__surrogate_output out;
        gal_arena_reset(&arena);
        status = fill_inputs(&in, &arena, s, value + at * n_var, given, rows, err);
        if (status == GAL_OK) status = gal__surrogate_output_new(&out, &arena, s, rows, err);
        if (status == GAL_OK)
            status = mode == GAL__SURROGATE_FAST
                         ? run_fast(&out, &arena, s, in.x, err)
                         : gal__surrogate_ensemble(&out, &arena, s, in.x, in.first, err);
        if (status != GAL_OK) break;
        double *to_sd = sd ? sd + at * n_metric : NULL;
        convert(mean + at * n_metric, to_sd, valid ? valid + at : NULL, s, mode, &out, rows);
        if (given) put_known(mean + at * n_metric, to_sd, s, given, rows);
    }
    gal_arena_clear(&arena);
    return status;
}

gal_status gal_surrogate_predict(double *mean, double *sd, double *valid,
                                 const gal_surrogate *surrogate, const double *value, int32_t n,
                                 gal_error *err) {
    return gal__surrogate_answer(mean, sd, valid, surrogate,
                                 surrogate->has_fast ? GAL__SURROGATE_FAST : GAL__SURROGATE_FULL,
                                 value, NULL, n, err);
}

gal_status gal_surrogate_predict_full(double *mean, double *sd, double *valid,
                                      const gal_surrogate *surrogate, const double *value,
                                      int32_t n, gal_error *err) {
    return gal__surrogate_answer(mean, sd, valid, surrogate, GAL__SURROGATE_FULL, value, NULL, n,
                                 err);
}

gal_status gal_surrogate_predict_mixed(double *mean, double *sd, double *valid,
                                       const gal_surrogate *surrogate, const double *value,
                                       const double *known, int32_t n, gal_error *err) {
    return gal__surrogate_answer(mean, sd, valid, surrogate, GAL__SURROGATE_MIXED, value, known, n,
                                 err);
}
