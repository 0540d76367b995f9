#include "tasks/parasitics/train.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "gnn/checkpoint.h"
#include "gnn/optim.h"
#include "gnn/schedule.h"
#include "tasks/parasitics/features.h"
#include "tasks/parasitics/honesty.h"
#include "tasks/parasitics/pretrain.h"
#include "tasks/parasitics/prior.h"
#include "tasks/parasitics/slots.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each network is trained without one fold of the families, another one each time: with as many
 * networks as folds, every family tells how far to trust them. */
enum { NETWORK_FOLDS = 5 };

gal_pex_train_options gal_pex_train_defaults(void) {
    return (gal_pex_train_options){.seed = 1,
                                   .members = NETWORK_FOLDS,
                                   .epochs = 60,
                                   .batch = 4,
                                   .rate = 2e-3,
                                   .decay = 0.1,
                                   .shape = {.width = 48, .n_layer = 2, .dropout = 0.3f},
                                   .pretrain_epochs = 12,
                                   .balance = GAL_PEX_BALANCE_GAI,
                                   .estimate = gal_pex_estimate_defaults(),
                                   .max_pair = 4096};
}

int gal_pex_balance_find(const char *name) {
    static const char *const known[] = {"none", "bmc", "gai", "bni", "lds"};
    for (int i = 0; i < 5; i++)
        if (gal_text_equal_nocase(name, known[i])) return i;
    return -1;
}

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for training");
}

/* Everything a run shares between its networks. */
typedef struct run {
    const gal_pex_set *set;
    const gal_pex_train_options *options;
    const gal_report *report;
    gal_arena arena;
    gal_pex_estimate *estimate; /* [set->n] cross-fitted */
    gal_pex_input *input;       /* [set->n] */
    int *fold;                  /* [set->n] which network does not see it */
    gal_pex_prior prior;
} run;

static uint64_t hash_set(const gal_pex_set *set) {
    uint64_t hash = 0;
    for (int32_t i = 0; i < set->n; i++)
        hash = gal_hash_mix(hash, gal_circuit_hash(set->item[i].circuit));
    return hash;
}

static gal_status prepare(run *r, gal_pex_model *model, gal_error *err) {
    const gal_pex_set *set = r->set;
    r->estimate = GAL_ARENA_ARRAY(&r->arena, gal_pex_estimate, set->n);
    r->input = GAL_ARENA_ARRAY(&r->arena, gal_pex_input, set->n);
    r->fold = GAL_ARENA_ARRAY(&r->arena, int, set->n);
    uint64_t *scratch = GAL_ARENA_ARRAY(&r->arena, uint64_t, set->n);
    if (!r->estimate || !r->input || !r->fold || !scratch) return no_memory(err);
    GAL_TRY(gal_pex_estimator_train(&model->estimator, r->estimate, set, &r->options->estimate,
                                    r->report, err));
    GAL_TRY(gal_pex_baseline_train(model->baseline, set, err));
    GAL_TRY(gal_pex_scaler_fit(&model->scaler, set, err));
    for (int32_t i = 0; i < set->n; i++)
        GAL_TRY(gal_pex_input_make(&r->input[i], &r->arena, &model->scaler, &set->item[i], err));
    gal__pex_assign_folds(r->fold, scratch, set, NETWORK_FOLDS, r->options->seed + 17);
    return gal_pex_prior_fit(&r->prior, &r->arena, set, r->options->balance, err);
}

/* One network in training: what a checkpoint holds. */
typedef struct trainee {
    gal_pex_member *member;
    gal_adamw adamw;
    float *average; /* [params.size] moving average of the weights: what is kept in the end */
    gal_pex_slots slots;
    int64_t step;
    int32_t number;
    int32_t *mine; /* [n_mine] cases it trains on */
    int32_t n_mine;
} trainee;

static int64_t steps_per_epoch(const trainee *t, const run *r) {
    return (t->n_mine + r->options->batch - 1) / r->options->batch;
}

static double rate_at(const trainee *t, const run *r) {
    const int64_t total = steps_per_epoch(t, r) * r->options->epochs;
    const gal_schedule schedule = {.kind = GAL_SCHEDULE_COSINE,
                                   .peak = r->options->rate,
                                   .last = 0.01 * r->options->rate,
                                   .warmup = total / 20,
                                   .total = total};
    return gal_schedule_rate(&schedule, t->step);
}

/* Larger circuits say more, but not in proportion: they repeat themselves. */
static double weight_of(const gal_pex_input *input) {
    return sqrt((double)input->pex->graph.n_net) / 4;
}

/* One step over the cases order[0..n[. */
static gal_status step(double *loss, trainee *t, const run *r, const int32_t *order, int32_t n,
                       gal_error *err) {
    gal_status status[GAL_PEX_N_SLOT] = {GAL_OK};
    double sum[GAL_PEX_N_SLOT] = {0};
    gal_pex_slots_zero(&t->slots);
#pragma omp parallel for schedule(dynamic, 1)
    for (int s = 0; s < GAL_PEX_N_SLOT; s++)
        for (int32_t i = s; i < n && status[s] == GAL_OK; i += GAL_PEX_N_SLOT) {
            const gal_pex_input *input = &r->input[order[i]];
            double one = 0;
            gal_rng rng;
            gal_rng_init(&rng, gal_hash_mix(r->options->seed, (uint64_t)t->number),
                         gal_hash_mix((uint64_t)t->step, (uint64_t)i));
            gal_arena_reset(&t->slots.arena[s]);
            status[s] = gal_pex_network_learn(&one, &t->slots.arena[s], &t->member->network,
                                              &t->slots.params[s], input, &r->prior,
                                              r->options->max_pair, weight_of(input), &rng, NULL);
            sum[s] += one;
        }
    for (int s = 0; s < GAL_PEX_N_SLOT; s++) {
        if (status[s] != GAL_OK) return no_memory(err);
        *loss += sum[s];
    }
    gal_params *params = &t->member->params;
    gal_pex_slots_reduce(params, &t->slots, 1.0 / n);
    if (isfinite(gal_grad_clip(params, 1))) gal_adamw_step(&t->adamw, params, rate_at(t, r));
    gal_ema_update(t->average, params, 0.99);
    t->step++;
    return GAL_OK;
}

/* Everything that a run's steps depend on; a checkpoint of another run is refused. */
static uint64_t hash_run(const run *r, int32_t number) {
    const gal_pex_train_options *o = r->options;
    const double real[] = {o->rate, o->decay, (double)o->shape.dropout};
    const int64_t whole[] = {o->epochs,
                             o->batch,
                             o->pretrain_epochs,
                             o->balance,
                             o->max_pair,
                             o->estimate.folds,
                             o->estimate.trees,
                             o->shape.width,
                             o->shape.n_layer,
                             o->estimate.max_pair,
                             number};
    uint64_t hash = gal_hash_mix(hash_set(r->set), o->seed);
    hash = gal_hash_bytes(real, sizeof real, hash);
    return gal_hash_bytes(whole, sizeof whole, hash);
}

static gal_checkpoint checkpoint_of(trainee *t, const run *r) {
    return (gal_checkpoint){.params = &t->member->params,
                            .adamw = &t->adamw,
                            .ema = t->average,
                            .step = t->step,
                            .schema = gal_pex_schema_hash(),
                            .dataset = hash_run(r, t->number)};
}

/* The file of network `number`: CHECKPOINT.0, CHECKPOINT.1, ... */
static void checkpoint_path(char *out, size_t size, const run *r, int32_t number) {
    snprintf(out, size, "%s.%d", r->options->checkpoint, (int)number);
}

static gal_status epoch(double *loss, trainee *t, const run *r, int32_t *order, gal_error *err) {
    const int64_t per_epoch = steps_per_epoch(t, r), number = t->step / per_epoch;
    gal_rng rng;
    gal_rng_init(&rng, gal_hash_mix(r->options->seed, (uint64_t)t->number),
                 1000 + (uint64_t)number);
    memcpy(order, t->mine, (size_t)t->n_mine * sizeof *order);
    gal_rng_shuffle(&rng, order, t->n_mine);
    *loss = 0;
    for (int32_t first = 0; first < t->n_mine; first += r->options->batch) {
        const int32_t left = t->n_mine - first;
        GAL_TRY(step(loss, t, r, order + first, left < r->options->batch ? left : r->options->batch,
                     err));
    }
    *loss /= t->n_mine;
    return GAL_OK;
}

static gal_status epochs(trainee *t, const run *r, gal_error *err) {
    char path[4096];
    int32_t *order = malloc(((size_t)t->n_mine + 1) * sizeof *order);
    gal_status status = order ? GAL_OK : no_memory(err);
    const int64_t per_epoch = steps_per_epoch(t, r), total = per_epoch * r->options->epochs;
    while (status == GAL_OK && t->step < total) {
        double loss;
        status = epoch(&loss, t, r, order, err);
        if (status == GAL_OK && r->options->checkpoint) {
            const gal_checkpoint at = checkpoint_of(t, r);
            checkpoint_path(path, sizeof path, r, t->number);
            status = gal_checkpoint_save(path, &at, NULL, 0, err);
        }
        if (status == GAL_OK &&
            !gal_progress(r->report, "network", t->step / per_epoch, r->options->epochs,
                          "member %d loss %.4f", t->number, loss))
            status = gal_fail(err, GAL_ECANCELED, "interrupted");
    }
    free(order);
    return status;
}

/* Continues from the checkpoint of this very run, or pre-trains. */
static gal_status begin(trainee *t, const run *r, gal_error *err) {
    char path[4096];
    if (r->options->checkpoint) {
        checkpoint_path(path, sizeof path, r, t->number);
        if (gal_file_exists(path)) {
            gal_checkpoint at = checkpoint_of(t, r);
            GAL_TRY(gal_checkpoint_load(&at, path, err));
            t->step = at.step;
            gal_note(r->report, "network %d continues from %s, step %lld", t->number, path,
                     (long long)t->step);
            return GAL_OK;
        }
    }
    if (r->options->pretrain_epochs > 0) {
        gal_pex_pretrain_options pretrain = gal_pex_pretrain_defaults();
        double scatter, align;
        pretrain.epochs = r->options->pretrain_epochs;
        pretrain.seed = r->options->seed + (uint64_t)t->number;
        GAL_TRY(gal_pex_pretrain(&scatter, &align, t->member, r->input, r->set->n, &pretrain,
                                 r->report, err));
        gal_note(r->report, "network %d pre-trained: scattering %.3f, alignment %.3f", t->number,
                 scatter, align);
    }
    memcpy(t->average, t->member->params.value, (size_t)t->member->params.size * sizeof(float));
    return GAL_OK;
}

/* The cases that a network may see. */
static gal_status choose_cases(trainee *t, run *r, gal_error *err) {
    const gal_pex_set *set = r->set;
    t->mine = GAL_ARENA_ARRAY(&r->arena, int32_t, set->n);
    if (!t->mine) return no_memory(err);
    for (int32_t i = 0; i < set->n; i++)
        if (r->fold[i] != t->number % NETWORK_FOLDS && set->item[i].ground &&
            set->item[i].n_pair > 0)
            t->mine[t->n_mine++] = i;
    return t->n_mine ? GAL_OK : gal_fail(err, GAL_EINVAL, "too few labelled circuits to train on");
}

static gal_status train_member(gal_pex_model *model, run *r, gal_error *err) {
    trainee t = {.number = model->n_member, .member = &model->member[model->n_member]};
    GAL_TRY(choose_cases(&t, r, err));
    GAL_TRY(gal_pex_member_init(t.member, &model->shape,
                                gal_hash_mix(r->options->seed, (uint64_t)t.number), err));
    model->n_member++;
    const gal_params *params = &t.member->params;
    t.average = calloc((size_t)params->size + 1, sizeof *t.average);
    gal_status status = t.average ? gal_adamw_init(&t.adamw, params, err) : no_memory(err);
    t.adamw.decay = r->options->decay;
    if (status == GAL_OK) status = gal_pex_slots_new(&t.slots, params, err);
    if (status == GAL_OK) status = begin(&t, r, err);
    if (status == GAL_OK) status = epochs(&t, r, err);
    if (status == GAL_OK)
        memcpy(params->value, t.average, (size_t)params->size * sizeof *t.average);
    gal_pex_slots_clear(&t.slots);
    gal_adamw_clear(&t.adamw);
    free(t.average);
    return status;
}

gal_status gal_pex_train(gal_pex_model *model, const gal_pex_set *set,
                         const gal_pex_train_options *options, const gal_report *report,
                         gal_error *err) {
    run r = {.set = set, .options = options, .report = report};
    gal_arena_init(&r.arena);
    *model = (gal_pex_model){.shape = options->shape, .dataset = hash_set(set)};
    snprintf(model->trained_on, sizeof model->trained_on, "%s",
             options->trained_on ? options->trained_on : "");
    gal_status status = prepare(&r, model, err);
    for (int m = 0; status == GAL_OK && m < options->members && m < GAL_PEX_MAX_MEMBER; m++)
        status = train_member(model, &r, err);
    if (status == GAL_OK) status = gal_pex_honesty_fit(model, set, r.estimate, r.fold, report, err);
    for (int32_t i = 0; r.estimate && i < set->n; i++) gal_pex_estimate_clear(&r.estimate[i]);
    gal_arena_clear(&r.arena);
    if (status != GAL_OK) gal_pex_model_clear(model);
    return status;
}
