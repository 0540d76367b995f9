#include "tasks/parasitics/pretrain.h"

#include "gnn/aggregate.h"
#include "gnn/optim.h"
#include "tasks/parasitics/slots.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BATCH = 64 };

gal_pex_pretrain_options gal_pex_pretrain_defaults(void) {
    return (gal_pex_pretrain_options){.epochs = 12,
                                      .batch = 16,
                                      .online_rate = 1e-3,
                                      .target_rate = 2e-4,
                                      .keep = 0.9,
                                      .seed = 1};
}

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for pre-training");
}

/* The target's encoder and the online side's predictor, each with parameters of its own. */
typedef struct twin {
    gal_pex_member *online;
    gal_params target_params, predictor_params;
    gal_pex_encoder target;
    gal_mlp predictor;
    gal_adamw online_adam, target_adam, predictor_adam;
    gal_pex_slots online_slots, target_slots, predictor_slots;
} twin;

/* One case of a batch between its forward and backward pass. */
typedef struct lane {
    gal_pex_encoded online, target;
    gal_csr near;       /* nets that share a device, and themselves */
    float *near_weight; /* [edges] D^-1/2 D^-1/2 */
    gal_mat h;          /* f(x) + A f(x) */
    gal_mat prediction; /* [n_net, width] */
    gal_mlp_saved saved;
    double centre[512]; /* sum of the target's normalised rows */
    double scatter, align;
} lane;

static gal_status twin_new(twin *t, gal_pex_member *member, uint64_t seed, gal_error *err) {
    const gal_pex_encoder *e = &member->network.encoder;
    gal_rng rng;
    gal_rng_init(&rng, seed, 7);
    t->online = member;
    const int32_t width[] = {e->width, e->width, e->width};
    GAL_TRY(gal_pex_encoder_init(&t->target, &t->target_params, e->net_in, e->device_in, e->width,
                                 e->n_layer, &rng, err));
    GAL_TRY(gal_mlp_init(&t->predictor, &t->predictor_params, "predictor", width, 2, GAL_ACT_SILU,
                         0, 0, &rng, err));
    GAL_TRY(gal_adamw_init(&t->online_adam, &member->params, err));
    GAL_TRY(gal_adamw_init(&t->target_adam, &t->target_params, err));
    GAL_TRY(gal_adamw_init(&t->predictor_adam, &t->predictor_params, err));
    t->online_adam.decay = t->target_adam.decay = t->predictor_adam.decay = 0;
    GAL_TRY(gal_pex_slots_new(&t->online_slots, &member->params, err));
    GAL_TRY(gal_pex_slots_new(&t->target_slots, &t->target_params, err));
    return gal_pex_slots_new(&t->predictor_slots, &t->predictor_params, err);
}

static void twin_clear(twin *t) {
    gal_params_clear(&t->target_params);
    gal_params_clear(&t->predictor_params);
    gal_adamw_clear(&t->online_adam);
    gal_adamw_clear(&t->target_adam);
    gal_adamw_clear(&t->predictor_adam);
    gal_pex_slots_clear(&t->online_slots);
    gal_pex_slots_clear(&t->target_slots);
    gal_pex_slots_clear(&t->predictor_slots);
}

/* Nets that share a device, multiplicity counted, with self-loops; symmetric. */
static gal_status neighbourhood(lane *at, gal_arena *arena, const gal_graph *g, gal_error *err) {
    int32_t *first = GAL_ARENA_ARRAY(arena, int32_t, (int64_t)g->n_net + 12 * (int64_t)g->n_device);
    int32_t *second =
        GAL_ARENA_ARRAY(arena, int32_t, (int64_t)g->n_net + 12 * (int64_t)g->n_device);
    if (!first || !second) return no_memory(err);
    int64_t n = 0;
    for (int32_t i = 0; i < g->n_net; i++) first[n] = second[n] = i, n++;
    for (int32_t k = 0; k < g->n_pin;) {
        int32_t net[4], count = 0; /* pins of one device are consecutive; four are looked at */
        const int32_t device = g->pin_device[k];
        for (; k < g->n_pin && g->pin_device[k] == device; k++)
            if (count < 4) net[count++] = g->pin_net[k];
        for (int32_t i = 0; i < count; i++)
            for (int32_t j = 0; j < count; j++)
                if (net[i] != net[j]) first[n] = net[i], second[n++] = net[j];
    }
    GAL_TRY(gal_csr_build(&at->near, arena, g->n_net, g->n_net, n, first, second, err));
    at->near_weight = GAL_ARENA_ARRAY(arena, float, n);
    if (!at->near_weight) return no_memory(err);
    const int64_t *ptr = at->near.ptr;
    for (int64_t e = 0; e < n; e++)
        at->near_weight[e] = 1 / sqrtf((float)((ptr[first[e] + 1] - ptr[first[e]]) *
                                               (ptr[second[e] + 1] - ptr[second[e]])));
    return GAL_OK;
}

static double norm_of(const float *row, int32_t n) {
    double sum = 1e-12;
    for (int32_t c = 0; c < n; c++) sum += (double)row[c] * row[c];
    return sqrt(sum);
}

static gal_status forward(lane *at, gal_arena *arena, const twin *t, const gal_pex_input *input,
                          gal_error *err) {
    const gal_pex_encoder *e = &t->online->network.encoder;
    const gal_graph *g = &input->pex->graph;
    GAL_TRY(neighbourhood(at, arena, g, err));
    GAL_TRY(gal_pex_encode(&at->online, arena, e, &t->online->params, g, input->net, input->device,
                           1, err));
    GAL_TRY(gal_pex_encode(&at->target, arena, &t->target, &t->target_params, g, input->net,
                           input->device, 1, err));
    at->h = gal_mat_new(arena, g->n_net, e->width);
    at->prediction = gal_mat_new(arena, g->n_net, e->width);
    if (!at->h.data || !at->prediction.data) return no_memory(err);
    gal_mat_copy(at->h, at->online.net[e->n_layer]);
    gal_aggregate(at->h, &at->near, at->online.net[e->n_layer], NULL, at->near_weight, 1);
    GAL_TRY(gal_mlp_saved_new(&at->saved, arena, &t->predictor, g->n_net, err));
    gal_mlp_forward(at->prediction, &at->saved, &t->predictor, &t->predictor_params, at->h, 0);
    memset(at->centre, 0, sizeof at->centre);
    for (int32_t n = 0; n < g->n_net; n++) {
        const float *row = gal_mat_row(at->target.net[e->n_layer], n);
        const double norm = norm_of(row, e->width);
        for (int32_t c = 0; c < e->width; c++) at->centre[c] += row[c] / norm;
    }
    return GAL_OK;
}

/* The gradient by a row v of a loss whose gradient by u = v / |v| is du: (du - (du u) u) / |v|. */
static void through_normalisation(float *dv, const double *du, const float *v, double norm,
                                  int32_t n) {
    double along = 0;
    for (int32_t c = 0; c < n; c++) along += du[c] * v[c] / norm;
    for (int32_t c = 0; c < n; c++) dv[c] = (float)((du[c] - along * v[c] / norm) / norm);
}

/* Both losses of a case and their gradients by the rows of g(x) and of the prediction. The centre
 * is that of the whole batch; since the z_i - c sum to zero it may count as constant. */
static void losses(lane *at, gal_mat dtarget, gal_mat dprediction, gal_mat target,
                   const double *centre, double rows) {
    const int32_t width = target.cols;
    double du[512];
    at->scatter = at->align = 0;
    for (int64_t n = 0; n < target.rows; n++) {
        const float *z = gal_mat_row(target, n), *p = gal_mat_row(at->prediction, n);
        const double z_norm = norm_of(z, width), p_norm = norm_of(p, width);
        for (int32_t c = 0; c < width; c++) {
            const double away = z[c] / z_norm - centre[c];
            at->scatter -= away * away / rows;
            du[c] = -2 * away / rows;
        }
        through_normalisation(gal_mat_row(dtarget, n), du, z, z_norm, width);
        for (int32_t c = 0; c < width; c++) {
            at->align -= z[c] / z_norm * (p[c] / p_norm) / rows;
            du[c] = -(z[c] / z_norm) / rows;
        }
        through_normalisation(gal_mat_row(dprediction, n), du, p, p_norm, width);
    }
}

static gal_status backward(lane *at, int slot, twin *t, const gal_pex_input *input,
                           const double *centre, double rows, gal_error *err) {
    const gal_pex_encoder *e = &t->online->network.encoder;
    const gal_graph *g = &input->pex->graph;
    gal_arena *arena = &t->online_slots.arena[slot];
    gal_mat dtarget = gal_mat_new(arena, g->n_net, e->width);
    gal_mat dprediction = gal_mat_new(arena, g->n_net, e->width);
    gal_mat dh = gal_mat_new(arena, g->n_net, e->width);
    gal_mat df = gal_mat_new(arena, g->n_net, e->width);
    if (!dtarget.data || !dprediction.data || !dh.data || !df.data) return no_memory(err);
    losses(at, dtarget, dprediction, at->target.net[e->n_layer], centre, rows);
    gal_mlp_backward(dh, &t->predictor, &t->predictor_slots.params[slot], at->h, &at->saved,
                     dprediction);
    gal_mat_copy(df, dh); /* A is symmetric: its transpose is itself */
    gal_aggregate(df, &at->near, dh, NULL, at->near_weight, 1);
    GAL_TRY(gal_pex_encode_backward(arena, e, &t->online_slots.params[slot], g, input->net,
                                    input->device, &at->online, df, err));
    return gal_pex_encode_backward(arena, &t->target, &t->target_slots.params[slot], g, input->net,
                                   input->device, &at->target, dtarget, err);
}

static void zero(twin *t) {
    gal_pex_slots_zero(&t->online_slots);
    gal_pex_slots_zero(&t->target_slots);
    gal_pex_slots_zero(&t->predictor_slots);
    for (int s = 0; s < GAL_PEX_N_SLOT; s++) gal_arena_reset(&t->online_slots.arena[s]);
}

static void update(twin *t, const gal_pex_pretrain_options *o) {
    gal_pex_slots_reduce(&t->online->params, &t->online_slots, 1);
    gal_pex_slots_reduce(&t->target_params, &t->target_slots, 1);
    gal_pex_slots_reduce(&t->predictor_params, &t->predictor_slots, 1);
    gal_adamw_step(&t->online_adam, &t->online->params, o->online_rate);
    gal_adamw_step(&t->target_adam, &t->target_params, o->target_rate);
    gal_adamw_step(&t->predictor_adam, &t->predictor_params, o->online_rate);
}

/* One step over cases order[0..n[; adds to both losses. */
static gal_status step(double *scatter, double *align, twin *t, lane *lanes,
                       const gal_pex_input *input, const int32_t *order, int32_t n,
                       const gal_pex_pretrain_options *options, gal_error *err) {
    gal_status status[GAL_PEX_N_SLOT] = {GAL_OK};
    double centre[512] = {0}, rows = 0;
    zero(t);
#pragma omp parallel for schedule(dynamic, 1)
    for (int s = 0; s < GAL_PEX_N_SLOT; s++)
        for (int32_t i = s; i < n && status[s] == GAL_OK; i += GAL_PEX_N_SLOT)
            status[s] = forward(&lanes[i], &t->online_slots.arena[s], t, &input[order[i]], NULL);
    const int32_t width = t->target.width;
    for (int32_t i = 0; i < n; i++) rows += input[order[i]].pex->graph.n_net;
    for (int s = 0; s < GAL_PEX_N_SLOT; s++)
        if (status[s] != GAL_OK) return no_memory(err);
    for (int32_t i = 0; i < n; i++)
        for (int32_t c = 0; c < width; c++) centre[c] += lanes[i].centre[c] / rows;
#pragma omp parallel for schedule(dynamic, 1)
    for (int s = 0; s < GAL_PEX_N_SLOT; s++)
        for (int32_t i = s; i < n && status[s] == GAL_OK; i += GAL_PEX_N_SLOT)
            status[s] = backward(&lanes[i], s, t, &input[order[i]], centre, rows, NULL);
    for (int s = 0; s < GAL_PEX_N_SLOT; s++)
        if (status[s] != GAL_OK) return no_memory(err);
    update(t, options);
    for (int32_t i = 0; i < n; i++) *scatter += lanes[i].scatter, *align += lanes[i].align;
    return GAL_OK;
}

/* The target's encoder moves towards the online one; both register their tensors in one order. */
static void follow(twin *t, double keep) {
    for (int32_t i = 0; i < t->target_params.n_param; i++) {
        gal_mat to = gal_params_value(&t->target_params, i);
        const int32_t from = gal_params_find(&t->online->params, t->target_params.param[i].name);
        const gal_mat value = gal_params_value(&t->online->params, from);
        for (int64_t k = 0; k < to.rows * to.cols; k++)
            to.data[k] = (float)(keep * to.data[k] + (1 - keep) * value.data[k]);
    }
}

static gal_status epochs(double *scatter, double *align, twin *t, lane *lanes, int32_t *order,
                         const gal_pex_input *input, int32_t n,
                         const gal_pex_pretrain_options *options, const gal_report *report,
                         gal_error *err) {
    const int32_t batch = options->batch < MAX_BATCH ? options->batch : MAX_BATCH;
    for (int epoch = 0; epoch < options->epochs; epoch++) {
        gal_rng rng;
        gal_rng_init(&rng, options->seed, 100 + (uint64_t)epoch);
        for (int32_t i = 0; i < n; i++) order[i] = i;
        gal_rng_shuffle(&rng, order, n);
        int32_t steps = 0;
        *scatter = *align = 0;
        for (int32_t first = 0; first < n; first += batch, steps++)
            GAL_TRY(step(scatter, align, t, lanes, input, order + first,
                         n - first < batch ? n - first : batch, options, err));
        *scatter /= steps;
        *align /= steps;
        follow(t, options->keep);
        if (!gal_progress(report, "pre-training", epoch + 1, options->epochs,
                          "scatter %.3f align %.3f", *scatter, *align))
            return gal_fail(err, GAL_ECANCELED, "interrupted");
    }
    return GAL_OK;
}

gal_status gal_pex_pretrain(double *scatter, double *align, gal_pex_member *member,
                            const gal_pex_input *input, int32_t n,
                            const gal_pex_pretrain_options *options, const gal_report *report,
                            gal_error *err) {
    assert(member->network.encoder.width <= 512);
    twin t = {0};
    double last[2] = {0, 0};
    lane *lanes = malloc(MAX_BATCH * sizeof *lanes);
    int32_t *order = malloc(((size_t)n + 1) * sizeof *order);
    gal_status status = lanes && order ? twin_new(&t, member, options->seed, err) : no_memory(err);
    if (status == GAL_OK)
        status = epochs(&last[0], &last[1], &t, lanes, order, input, n, options, report, err);
    twin_clear(&t);
    free(lanes);
    free(order);
    if (scatter) *scatter = last[0];
    if (align) *align = last[1];
    return status;
}
