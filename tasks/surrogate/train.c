/* Training: the samples on the networks' scale, stage one, stage two, the distilled network,
 * calibration. Members of a stage train in parallel, each from a seed of its own. */
#include "tasks/surrogate/model_private.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_SAMPLES = 20, LEAST_STEPS = 1500, PLENTY = 3000 };

gal_surrogate_options gal_surrogate_defaults(void) {
    return (gal_surrogate_options){.members = 4,
                                   .width = 128,
                                   .layers = 4,
                                   .epochs = 240,
                                   .batch = 64,
                                   .rate = 2e-3,
                                   .decay = 0.02,
                                   .validation = 0.08,
                                   .invalid_weight = 0.3,
                                   .fast_width = 80,
                                   .fast_layers = 3,
                                   .fast_steps = 30000,
                                   .rank = 8,
                                   .seed = 1};
}

/* Rows of the set for one member and stage. */
typedef struct feed {
    const gal__surrogate_set *data;
    const gal_surrogate *s;
    int32_t stage;
    int32_t *order; /* [n - n_check] of this epoch */
} feed;

/* One row for stage two: with cheap metrics as simulated, or as stage one is wrong about them. */
static void second_input(float *x, const feed *f, int32_t i, int predicted, gal_rng *rng) {
    float first[512];
    const gal__surrogate_set *d = f->data;
    const int32_t k = f->s->n_first;
    for (int32_t m = 0; m < k; m++) {
        const float truth = gal_mat_row(d->y, i)[m], mean = gal_mat_row(d->mean, i)[m];
        first[m] = truth;
        if (!predicted) continue;
        if (!rng) first[m] = mean;
        else if (isnan(truth)) first[m] = mean;
        else first[m] += gal_mat_row(d->sd, i)[m] * (float)gal_rng_normal(rng);
    }
    gal__surrogate_second_row(x, f->s, gal_mat_row(d->x, i), first, predicted);
}

static void put_row(const gal__surrogate_rows *rows, int64_t r, const feed *f, int32_t i,
                    int predicted, gal_rng *rng) {
    const gal__surrogate_set *d = f->data;
    const int32_t first = f->stage ? f->s->n_first : 0;
    if (f->stage) second_input(gal_mat_row(rows->x, r), f, i, predicted, rng);
    else memcpy(gal_mat_row(rows->x, r), gal_mat_row(d->x, i), (size_t)d->x.cols * sizeof(float));
    memcpy(gal_mat_row(rows->y, r), gal_mat_row(d->y, i) + first,
           (size_t)rows->y.cols * sizeof(float));
    rows->valid[r] = d->valid[i];
    rows->weight[r] = d->weight[i];
}

static void fill(void *user, const gal__surrogate_rows *batch, int64_t step, gal_rng *rng) {
    feed *f = user;
    const int32_t n = f->data->n - f->data->n_check;
    for (int64_t r = 0; r < batch->x.rows; r++) {
        const int64_t at = (step * batch->x.rows + r) % n;
        if (at == 0) gal_rng_shuffle(rng, f->order, n);
        const int predicted = f->stage && gal_rng_uniform(rng) < 0.5;
        put_row(batch, r, f, f->order[at], predicted, rng);
    }
}

/* Stage one of all samples, its deviation widened to what the validation part shows. */
static gal_status predict_first(gal__surrogate_set *d, gal_arena *arena, const gal_surrogate *s,
                                gal_error *err) {
    gal__surrogate_output out;
    GAL_TRY(gal__surrogate_output_new(&out, arena, s, d->n, err));
    GAL_TRY(gal__surrogate_members(&out, arena, s, d->x, (gal_mat){0}, 1, err));
    for (int32_t m = 0; m < s->n_first; m++) {
        double ratio = 0;
        int32_t count = 0;
        for (int32_t i = 0; i < d->n; i++) {
            gal_mat_row(d->mean, i)[m] = gal_mat_row(out.mean, i)[m];
            gal_mat_row(d->sd, i)[m] = sqrtf(gal_mat_row(out.variance, i)[m]);
        }
        for (int32_t c = 0; c < d->n_check; c++) {
            const int32_t i = d->index[c];
            const double e = (double)(gal_mat_row(d->y, i)[m] - gal_mat_row(d->mean, i)[m]);
            if (isnan(e) || d->weight[i] < 1) continue;
            ratio += fmin(fabs(e) / (double)gal_mat_row(d->sd, i)[m], 5);
            count++;
        }
        const float widen = count ? (float)(1.2533 * ratio / count) : 1; /* sd / mean |error| */
        for (int32_t i = 0; i < d->n; i++) gal_mat_row(d->sd, i)[m] *= fmaxf(widen, 0.5F);
    }
    return GAL_OK;
}

/* The validation rows; for stage two each with predicted and with simulated cheap metrics. */
static gal_status check_rows(gal__surrogate_rows *rows, gal_arena *arena, const feed *f,
                             gal_error *err) {
    const gal__surrogate_set *d = f->data;
    const int64_t copies = f->stage ? 2 : 1;
    GAL_TRY(gal__surrogate_rows_new(rows, arena, copies * d->n_check,
                                    &f->s->member[0].stage[f->stage], 0, err));
    for (int64_t r = 0; r < copies * d->n_check; r++)
        put_row(rows, r, f, d->index[r % d->n_check], r < d->n_check, NULL);
    return GAL_OK;
}

/* Few samples are passed more often: n below PLENTY counts as sqrt(n PLENTY). */
static int64_t steps_of(const gal_surrogate_options *options, int32_t n) {
    const double counted = n < PLENTY ? sqrt((double)n * PLENTY) : n;
    const int64_t steps = (int64_t)(options->epochs * counted / options->batch);
    return steps < LEAST_STEPS ? LEAST_STEPS : steps;
}

static gal_status train_member(gal_surrogate *s, const gal__surrogate_set *d, int32_t i, int stage,
                               const gal_surrogate_options *options, const gal_report *report,
                               volatile int *stop, gal_error *err) {
    static const char *const what[] = {"stage 1", "stage 2"};
    const int32_t n = d->n - d->n_check;
    gal_arena arena;
    gal__surrogate_rows rows;
    feed f = {.data = d, .s = s, .stage = stage};
    gal_arena_init(&arena);
    f.order = GAL_ARENA_ARRAY(&arena, int32_t, n);
    gal_status status =
        f.order ? check_rows(&rows, &arena, &f, err) : gal_fail(err, GAL_ENOMEM, "out of memory");
    if (status == GAL_OK) {
        memcpy(f.order, d->index + d->n_check, (size_t)n * sizeof *f.order);
        const int64_t steps = steps_of(options, n);
        const gal__surrogate_fit fit = {.steps = steps,
                                        .batch = options->batch,
                                        .rate = options->rate,
                                        .decay = options->decay,
                                        .seed = options->seed * 64 + (uint64_t)(2 * i + stage),
                                        .check = &rows,
                                        .report = report,
                                        .what = what[stage],
                                        .done = i * steps,
                                        .total = s->n_member * steps,
                                        .stop = stop};
        status = gal__surrogate_net_train(&s->member[i].stage[stage],
                                          &(gal__surrogate_source){fill, &f}, &fit, err);
    }
    gal_arena_clear(&arena);
    return status;
}

static gal_status train_stage(gal_surrogate *s, const gal__surrogate_set *d, int stage,
                              const gal_surrogate_options *options, const gal_report *report,
                              gal_error *err) {
    gal_error each[GAL_SURROGATE_MAX_MEMBER] = {0};
    volatile int stop = 0;
#pragma omp parallel for schedule(dynamic, 1)
    for (int32_t i = 0; i < s->n_member; i++)
        train_member(s, d, i, stage, options, omp_get_thread_num() ? NULL : report, &stop,
                     &each[i]);
    return gal_fail_first(err, each, s->n_member);
}

static gal_status train_networks(gal_surrogate *s, const gal_bench *bench,
                                 const gal_surrogate_samples *samples,
                                 const gal_surrogate_options *options, const gal_report *report,
                                 gal_error *err) {
    gal__surrogate_set d;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_status status = gal__surrogate_set_new(&d, &arena, s, samples, options->validation,
                                               options->invalid_weight, options->seed, err);
    for (int32_t i = 0; status == GAL_OK && i < options->members; i++)
        status = gal__surrogate_add_member(s, options->seed * 1000 + (uint64_t)(2 * i), err);
    if (status == GAL_OK) status = train_stage(s, &d, 0, options, report, err);
    if (status == GAL_OK && s->n_stage == 2) status = predict_first(&d, &arena, s, err);
    if (status == GAL_OK && s->n_stage == 2) status = train_stage(s, &d, 1, options, report, err);
    if (status == GAL_OK && options->from)
        status = gal__surrogate_adapt(s, options->from, bench, &d, options, report, err);
    if (status == GAL_OK && options->fast_steps > 0)
        status = gal__surrogate_distil(s, samples, options, report, err);
    if (status == GAL_OK) status = gal__surrogate_calibrate(s, samples, d.index, d.n_check, err);
    gal_arena_clear(&arena);
    return status;
}

static gal_status check_options(const gal_bench *bench, const gal_surrogate_samples *samples,
                                const gal_surrogate_options *o, gal_error *err) {
    int32_t n = 0;
    for (int32_t i = 0; i < samples->n; i++) n += samples->simulated[i];
    if (n < LEAST_SAMPLES)
        return gal_fail(err, GAL_EINVAL, "%d points have a result, a surrogate needs %d", n,
                        LEAST_SAMPLES);
    if (bench->n_metric > 512 || o->members < 1 || o->members > GAL_SURROGATE_MAX_MEMBER ||
        o->width < 1 || o->width > 4096 || o->layers < 1 || o->epochs < 1 || o->batch < 1 ||
        !(o->rate > 0) || !(o->validation > 0) || o->validation > 0.5 || o->fast_width < 1 ||
        o->fast_width > 4096 || o->fast_layers < 1 || o->rank < 1 || o->adapt_steps < 0)
        return gal_fail(err, GAL_EINVAL, "an option of the training is out of range");
    return GAL_OK;
}

gal_status gal_surrogate_train(gal_surrogate **surrogate, const gal_bench *bench,
                               const gal_surrogate_samples *samples,
                               const gal_surrogate_options *options, const gal_report *report,
                               gal_error *err) {
    *surrogate = NULL;
    GAL_TRY(check_options(bench, samples, options, err));
    gal_surrogate *s;
    GAL_TRY(gal__surrogate_describe(&s, bench, samples, options->technology, err));
    s->width = options->width;
    s->n_hidden = options->layers;
    s->fast_width = options->fast_width;
    s->fast_hidden = options->fast_layers;
    gal_status status = gal__surrogate_fit_ridge(s, samples, err);
    if (status == GAL_OK) status = train_networks(s, bench, samples, options, report, err);
    if (status == GAL_OK) *surrogate = s;
    else gal_surrogate_destroy(s);
    return status;
}
