#include "tasks/parasitics/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void gal_pex_model_clear(gal_pex_model *model) {
    gal_pex_estimator_clear(&model->estimator);
    gal_pex_scaler_clear(&model->scaler);
    for (int32_t m = 0; m < model->n_member; m++) gal_params_clear(&model->member[m].params);
    *model = (gal_pex_model){0};
}

gal_status gal_pex_member_init(gal_pex_member *member, const gal_pex_shape *shape, uint64_t seed,
                               gal_error *err) {
    gal_rng rng;
    gal_rng_init(&rng, seed, 0);
    gal_params_init(&member->params);
    const gal_status status = gal_pex_network_init(
        &member->network, &member->params, GAL_PEX_NET_FEATURES, GAL_PEX_DEVICE_FEATURES,
        GAL_PEX_PAIR_FEATURES, shape->width, shape->n_layer, shape->dropout, &rng, err);
    if (status != GAL_OK) gal_params_clear(&member->params);
    return status;
}

void gal_pex_output_clear(gal_pex_output *out) {
    gal_arena_clear(&out->arena);
    *out = (gal_pex_output){0};
}

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the prediction");
}

static gal_status output_new(gal_pex_output *out, const gal_pex_case *pex, gal_error *err) {
    *out = (gal_pex_output){0};
    gal_arena_init(&out->arena);
    int ok = 1;
    for (int t = 0; t < 3; t++) {
        const int32_t n = gal_pex_n_sample(pex, t);
        out->mean[t] = GAL_ARENA_ARRAY(&out->arena, float, n);
        out->sd[t] = GAL_ARENA_ARRAY(&out->arena, float, n);
        out->grade[t] = GAL_ARENA_ARRAY(&out->arena, int32_t, n);
        ok = ok && out->mean[t] && out->sd[t] && out->grade[t];
    }
    out->exist = GAL_ARENA_ARRAY(&out->arena, float, pex->n_pair);
    return ok && out->exist ? GAL_OK : no_memory(err);
}

static const gal_pex_trust *trust_of(const gal_pex_model *model, const gal_pex_case *pex) {
    return &model->trust[gal_technology_extractor(&pex->tech)];
}

/* Of a process with other gates than those measured on, so many times the deviations hold 68 % of
 * the errors: they themselves held 24, 46 and 57 % of those of sky130's training families, by a
 * model of gf180 (magic's labels). Gates within a tenth count as the same. */
static const double foreign[3] = {4, 1.6, 1.3};
static const double same = 0.1;

static int is_foreign(const gal_pex_trust *trust, const gal_pex_case *pex) {
    for (int k = 0; k < 2; k++) {
        const double length = (double)pex->tech.value[GAL_TECH_LENGTH_N + k];
        if (length < trust->shortest[k] - same || length > trust->longest[k] + same) return 1;
    }
    return 0;
}

/* Brings the deviations to scale. */
static void scale(gal_pex_output *out, const gal_pex_trust *trust, const gal_pex_case *pex) {
    out->foreign = is_foreign(trust, pex);
    for (int t = 0; t < 3; t++) {
        const double factor = trust->sd_factor[t] * (out->foreign ? foreign[t] : 1);
        for (int32_t i = 0; i < gal_pex_n_sample(pex, t); i++) out->sd[t][i] *= (float)factor;
    }
}

/* Sums over the ensemble, per sample of one target. */
typedef struct tally {
    float *mean, *square, *variance; /* [n] of corrections; of predicted variances */
    float *logit;                    /* [n, GAL_PEX_N_CLASS] */
} tally;

static int tally_new(tally *t, gal_arena *arena, int64_t n) {
    t->mean = GAL_ARENA_ARRAY(arena, float, 3 * n);
    t->logit = GAL_ARENA_ARRAY(arena, float, GAL_PEX_N_CLASS *n);
    if (!t->mean || !t->logit) return 0;
    t->square = t->mean + n;
    t->variance = t->square + n;
    return 1;
}

static void tally_add(tally *t, gal_mat out, int32_t mean, int32_t classes) {
    for (int64_t r = 0; r < out.rows; r++) {
        const float *row = gal_mat_row(out, r);
        t->mean[r] += row[mean];
        t->square[r] += row[mean] * row[mean];
        t->variance[r] += expf(fminf(row[mean + 1], 4));
        for (int k = 0; k < GAL_PEX_N_CLASS; k++)
            t->logit[r * GAL_PEX_N_CLASS + k] += row[classes + k];
    }
}

static int32_t largest(const float *logit) {
    int32_t best = 0;
    for (int32_t k = 1; k < GAL_PEX_N_CLASS; k++)
        if (logit[k] > logit[best]) best = k;
    return best;
}

/* Mixture of the members: mean of means; variance within plus variance between. `own` (NULL: all
 * 1) is the share of the estimate that the networks may correct. out->sd holds the spread of the
 * trees; errors grow faster than that (training without a kind of cell), hence its power. */
static void conclude(gal_pex_output *out, int target, const tally *t, int64_t n, int32_t n_member,
                     const gal_pex_trust *trust, const float *own) {
    const double members = n_member, gain = trust->gain[target];
    for (int64_t r = 0; r < n; r++) {
        const double m = (double)t->mean[r] / members;
        const double between = fmax((double)t->square[r] / members - m * m, 0);
        const double share = own ? gain * (double)own[r] : gain;
        out->mean[target][r] += (float)(share * (m - (double)out->mean[target][r]));
        const double sd = sqrt((double)t->variance[r] / members + between);
        out->sd[target][r] = (float)(sqrt(sd) * pow((double)out->sd[target][r], 0.75));
        out->grade[target][r] = trust->by_head[target] > 0 ? largest(t->logit + r * GAL_PEX_N_CLASS)
                                                           : gal_pex_class(out->mean[target][r]);
    }
}

static gal_status run_members(gal_pex_output *out, gal_arena *arena, gal_arena *scratch,
                              const gal_pex_model *model, const gal_pex_input *input,
                              const gal_pex_estimate *estimate, gal_error *err) {
    const int64_t n_net = input->pex->graph.n_net, n_pair = input->pex->n_pair;
    const gal_mat net = gal_mat_new(arena, n_net, GAL_PEX_N_NET_OUT);
    const gal_mat pair = gal_mat_new(arena, n_pair, GAL_PEX_N_PAIR_OUT);
    const gal_pex_trust *trust = trust_of(model, input->pex);
    tally t[3];
    if (!net.data || !pair.data || !tally_new(&t[0], arena, n_net) ||
        !tally_new(&t[1], arena, n_net) || !tally_new(&t[2], arena, n_pair))
        return no_memory(err);
    for (int32_t m = 0; m < model->n_member; m++) {
        const gal_pex_member *member = &model->member[m];
        GAL_TRY(
            gal_pex_network_run(net, pair, scratch, &member->network, &member->params, input, err));
        gal_arena_reset(scratch);
        tally_add(&t[0], net, GAL_PEX_OUT_GROUND, GAL_PEX_OUT_GROUND_CLASS);
        tally_add(&t[1], net, GAL_PEX_OUT_TOTAL, GAL_PEX_OUT_TOTAL_CLASS);
        tally_add(&t[2], pair, GAL_PEX_OUT_COUPLE, GAL_PEX_OUT_COUPLE_CLASS);
    }
    conclude(out, GAL_PEX_GROUND, &t[0], n_net, model->n_member, trust, NULL);
    conclude(out, GAL_PEX_TOTAL, &t[1], n_net, model->n_member, trust, NULL);
    conclude(out, GAL_PEX_COUPLE, &t[2], n_pair, model->n_member, trust, estimate->own);
    return GAL_OK;
}

/* Trees that agree are no surer than this, decades. */
static const float least_spread = 0.005f;

/* The estimate alone: the trees' spread, classes by the mean. */
static void fill_estimate(gal_pex_output *out, const gal_pex_case *pex,
                          const gal_pex_estimate *estimate) {
    for (int t = 0; t < 3; t++)
        for (int32_t i = 0; i < gal_pex_n_sample(pex, t); i++) {
            out->mean[t][i] = estimate->mean[t][i];
            out->sd[t][i] = estimate->spread[t][i] + least_spread;
            out->grade[t][i] = gal_pex_class(estimate->mean[t][i]);
        }
    memcpy(out->exist, estimate->exist, (size_t)pex->n_pair * sizeof *out->exist);
}

gal_status gal_pex_model_apply_to(gal_pex_output *out, const gal_pex_model *model,
                                  const gal_pex_case *pex, const gal_pex_estimate *estimate,
                                  gal_error *err) {
    gal_arena arena, scratch;
    gal_arena_init(&arena);
    gal_arena_init(&scratch);
    gal_pex_input input;
    gal_status status = output_new(out, pex, err);
    if (status == GAL_OK) fill_estimate(out, pex, estimate);
    if (status == GAL_OK && model->n_member > 0) {
        status = gal_pex_input_make(&input, &arena, &model->scaler, pex, err);
        if (status == GAL_OK)
            status = run_members(out, &arena, &scratch, model, &input, estimate, err);
    }
    if (status == GAL_OK) scale(out, trust_of(model, pex), pex);
    gal_arena_clear(&scratch);
    gal_arena_clear(&arena);
    if (status != GAL_OK) gal_pex_output_clear(out);
    return status;
}

gal_status gal_pex_model_apply(gal_pex_output *out, const gal_pex_model *model,
                               const gal_pex_case *pex, gal_error *err) {
    gal_pex_estimate estimate;
    GAL_TRY(gal_pex_estimate_case(&estimate, &model->estimator, pex, err));
    const gal_status status = gal_pex_model_apply_to(out, model, pex, &estimate, err);
    gal_pex_estimate_clear(&estimate);
    return status;
}
