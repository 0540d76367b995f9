/* Distillation (Hinton, Vinyals and Dean 2015): the small network learns what the ensemble answers,
 * at the samples and at many more points of the ranges, which cost no simulation. */
#include "tasks/surrogate/model_private.h"

#include <math.h>
#include <string.h>

enum { POOL = 60000, CHECK = 2000, BATCH = 192, CHUNK = 500 };

/* The teacher's answers; the last CHECK rows are for choosing. */
typedef struct pool {
    gal__surrogate_rows rows;
    int32_t *order; /* [POOL - CHECK] */
} pool;

static void random_point(double *value, const gal__surrogate_scale *s, gal_rng *rng) {
    for (int32_t v = 0; v < s->n_var; v++) {
        const double u = gal_rng_uniform(rng), lo = s->lo[v], hi = s->hi[v];
        value[v] = s->sampled_log[v] ? lo * pow(hi / lo, u) : lo + u * (hi - lo);
    }
}

static gal_status teach(pool *p, gal_arena *arena, const gal_surrogate *s, int64_t first,
                        gal_error *err) {
    const int32_t k = s->scale.n_metric;
    gal__surrogate_output out;
    gal_arena_reset(arena);
    GAL_TRY(gal__surrogate_output_new(&out, arena, s, CHUNK, err));
    GAL_TRY(gal__surrogate_ensemble(&out, arena, s, gal_mat_rows(p->rows.x, first, CHUNK),
                                    (gal_mat){0}, err));
    for (int64_t r = 0; r < CHUNK; r++) {
        memcpy(gal_mat_row(p->rows.y, first + r), gal_mat_row(out.mean, r),
               (size_t)k * sizeof(float));
        for (int32_t m = 0; m < k; m++)
            gal_mat_row(p->rows.log_variance, first + r)[m] = logf(gal_mat_row(out.variance, r)[m]);
        const float valid = 1 / (1 + expf(-out.logit[r]));
        p->rows.valid[first + r] = valid;
        p->rows.weight[first + r] = 0.1F + 0.9F * valid;
    }
    return GAL_OK;
}

static gal_status pool_new(pool *p, gal_arena *arena, const gal_surrogate *s,
                           const gal_surrogate_samples *samples, uint64_t seed, gal_error *err) {
    gal_rng rng;
    gal_rng_init(&rng, seed, 3);
    GAL_TRY(gal__surrogate_rows_new(&p->rows, arena, POOL, &s->fast, 1, err));
    p->order = GAL_ARENA_ARRAY(arena, int32_t, POOL - CHECK);
    double *value = GAL_ARENA_ARRAY(arena, double, s->scale.n_var);
    if (!p->order || !value) return gal_fail(err, GAL_ENOMEM, "out of memory for distillation");
    for (int32_t i = 0; i < POOL; i++) {
        if (i < samples->n && i < POOL / 2)
            memcpy(value, samples->value + (size_t)i * (size_t)s->scale.n_var,
                   (size_t)s->scale.n_var * sizeof *value);
        else random_point(value, &s->scale, &rng);
        gal__surrogate_features(gal_mat_row(p->rows.x, i), &s->scale, value);
        if (i < POOL - CHECK) p->order[i] = i;
    }
    gal_status status = GAL_OK;
#pragma omp parallel for schedule(dynamic, 1)
    for (int32_t first = 0; first < POOL; first += CHUNK) {
        gal_arena each;
        gal_error error;
        gal_arena_init(&each);
        if (teach(p, &each, s, first, &error) != GAL_OK) {
#pragma omp critical
            status = GAL_ENOMEM;
        }
        gal_arena_clear(&each);
    }
    return status == GAL_OK ? GAL_OK : gal_fail(err, status, "out of memory for distillation");
}

static void fill(void *user, const gal__surrogate_rows *batch, int64_t step, gal_rng *rng) {
    pool *p = user;
    const size_t y_size = (size_t)batch->y.cols * sizeof(float);
    for (int64_t r = 0; r < batch->x.rows; r++) {
        const int64_t at = (step * batch->x.rows + r) % (POOL - CHECK);
        if (at == 0) gal_rng_shuffle(rng, p->order, POOL - CHECK);
        const int32_t i = p->order[at];
        memcpy(gal_mat_row(batch->x, r), gal_mat_row(p->rows.x, i),
               (size_t)batch->x.cols * sizeof(float));
        memcpy(gal_mat_row(batch->y, r), gal_mat_row(p->rows.y, i), y_size);
        memcpy(gal_mat_row(batch->log_variance, r), gal_mat_row(p->rows.log_variance, i), y_size);
        batch->valid[r] = p->rows.valid[i];
        batch->weight[r] = p->rows.weight[i];
    }
}

static gal__surrogate_rows check_of(const gal__surrogate_rows *all) {
    const int64_t first = POOL - CHECK;
    return (gal__surrogate_rows){.x = gal_mat_rows(all->x, first, CHECK),
                                 .y = gal_mat_rows(all->y, first, CHECK),
                                 .log_variance = gal_mat_rows(all->log_variance, first, CHECK),
                                 .valid = all->valid + first,
                                 .weight = all->weight + first};
}

gal_status gal__surrogate_distil(gal_surrogate *s, const gal_surrogate_samples *samples,
                                 const gal_surrogate_options *options, const gal_report *report,
                                 gal_error *err) {
    pool p;
    gal_arena arena;
    volatile int stop = 0;
    GAL_TRY(gal__surrogate_add_fast(s, options->seed + 7, err));
    gal_arena_init(&arena);
    gal_status status = pool_new(&p, &arena, s, samples, options->seed, err);
    if (status == GAL_OK) {
        const gal__surrogate_rows check = check_of(&p.rows);
        const gal__surrogate_fit fit = {.steps = options->fast_steps,
                                        .batch = BATCH,
                                        .rate = 3 * options->rate,
                                        .decay = 0,
                                        .seed = options->seed,
                                        .check = &check,
                                        .report = report,
                                        .what = "distilling",
                                        .total = options->fast_steps,
                                        .stop = &stop};
        status = gal__surrogate_net_train(&s->fast, &(gal__surrogate_source){fill, &p}, &fit, err);
    }
    gal_arena_clear(&arena);
    return status;
}
