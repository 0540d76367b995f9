#include "tasks/surrogate/active.h"

#include "base/rng.h"
#include "tasks/surrogate/model_private.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_SHARE = 3,
    LEAST_FIRST = 40,
    ROUNDS = 4,
    CANDIDATES = 32,
    LEAST_CANDIDATES = 4000,
    BLOCK = 500
};

/* The ensemble of a round: it only has to know where it does not know. */
static gal_surrogate_options round_options(uint64_t seed) {
    gal_surrogate_options o = gal_surrogate_defaults();
    o.width = 64;
    o.epochs = 120;
    o.fast_steps = 0;
    o.seed = seed;
    return o;
}

/* What each member answers at a block of points, stage two after its own stage one. */
typedef struct committee {
    gal_arena arena;
    gal__surrogate_output by[GAL_SURROGATE_MAX_MEMBER];
} committee;

static gal_status ask(committee *c, const gal_surrogate *s, const double *value, int32_t rows,
                      gal_error *err) {
    gal_mat x = gal_mat_new(&c->arena, rows, s->scale.n_feature);
    if (!x.data) return gal_fail(err, GAL_ENOMEM, "out of memory for candidates");
    for (int32_t r = 0; r < rows; r++)
        gal__surrogate_features(gal_mat_row(x, r), &s->scale,
                                value + (size_t)r * (size_t)s->scale.n_var);
    for (int32_t i = 0; i < s->n_member; i++) {
        gal_surrogate one = *s;
        one.member[0] = s->member[i];
        one.n_member = 1;
        GAL_TRY(gal__surrogate_output_new(&c->by[i], &c->arena, s, rows, err));
        GAL_TRY(gal__surrogate_members(&c->by[i], &c->arena, &one, x, (gal_mat){0}, 2, err));
    }
    return GAL_OK;
}

static double variance(double sum, double square, int32_t n) {
    return fmax(square / n - sum / n * (sum / n), 0);
}

/* Variance of the members' means over metrics, in deviations of the metric, of a point that is
 * valid, and of their validity. */
static double doubt_at(const committee *c, const gal_surrogate *s, int32_t row) {
    const int32_t k = s->scale.n_metric, n = s->n_member;
    double metrics = 0, valid = 0, valid_square = 0;
    for (int32_t i = 0; i < n; i++) {
        const double p = 1 / (1 + exp(-(double)c->by[i].logit[row]));
        valid += p;
        valid_square += p * p;
    }
    for (int32_t m = 0; m < k; m++) {
        double sum = 0, square = 0;
        for (int32_t i = 0; i < n; i++) {
            const double y = (double)gal_mat_row(c->by[i].mean, row)[m];
            sum += y;
            square += y * y;
        }
        metrics += variance(sum, square, n);
    }
    return valid / n * metrics / k + variance(valid, valid_square, n);
}

gal_status gal__surrogate_doubt(double *doubt, const gal_surrogate *s, const double *value,
                                int32_t n, gal_error *err) {
    committee c;
    gal_status status = GAL_OK;
    gal_arena_init(&c.arena);
    for (int32_t first = 0; status == GAL_OK && first < n; first += BLOCK) {
        const int32_t rows = n - first < BLOCK ? n - first : BLOCK;
        gal_arena_reset(&c.arena);
        status = ask(&c, s, value + (size_t)first * (size_t)s->scale.n_var, rows, err);
        for (int32_t r = 0; status == GAL_OK && r < rows; r++)
            doubt[first + r] = doubt_at(&c, s, r);
    }
    gal_arena_clear(&c.arena);
    return status;
}

/* A candidate and its place in the draw. */
typedef struct ticket {
    double place;
    int32_t candidate;
} ticket;

static int by_place(const void *a, const void *b) {
    const ticket *x = a, *y = b;
    if (x->place != y->place) return x->place < y->place ? 1 : -1;
    return (x->candidate > y->candidate) - (x->candidate < y->candidate);
}

/* The n of plan that come first in a draw without replacement, each with chances in proportion to
 * the root of its doubt (log weight + a Gumbel number, largest first), to the front of plan. */
static gal_status draw(gal_plan *plan, int32_t n, const gal_surrogate *s, uint64_t seed,
                       gal_error *err) {
    const size_t n_var = (size_t)s->scale.n_var;
    double *doubt = malloc((size_t)plan->n * sizeof *doubt);
    double *chosen = malloc((size_t)n * n_var * sizeof *chosen);
    ticket *all = malloc((size_t)plan->n * sizeof *all);
    gal_status status = doubt && chosen && all
                            ? gal__surrogate_doubt(doubt, s, plan->value, plan->n, err)
                            : gal_fail(err, GAL_ENOMEM, "out of memory for candidates");
    if (status == GAL_OK) {
        gal_rng rng;
        gal_rng_init(&rng, seed, 4);
        for (int32_t i = 0; i < plan->n; i++)
            all[i] =
                (ticket){0.5 * log(doubt[i] + 1e-12) - log(-log(1 - gal_rng_uniform(&rng))), i};
        qsort(all, (size_t)plan->n, sizeof *all, by_place);
        for (int32_t i = 0; i < n; i++)
            memcpy(chosen + (size_t)i * n_var, plan->value + (size_t)all[i].candidate * n_var,
                   n_var * sizeof *chosen);
        memcpy(plan->value, chosen, (size_t)n * n_var * sizeof *chosen);
        plan->n = n;
    }
    free(doubt);
    free(chosen);
    free(all);
    return status;
}

/* A surrogate of the samples so far, candidates, the n best doubted, simulated. */
static gal_status one_round(gal_surrogate_samples *samples, const gal_bench *bench,
                            const gal_surrogate_sampling *sampling, int32_t n, uint64_t seed,
                            const gal_report *report, gal_error *err) {
    char sweep[32];
    gal_plan plan = {0};
    gal_surrogate *s;
    const gal_surrogate_options options = round_options(seed);
    snprintf(sweep, sizeof sweep, "random:%d",
             n * CANDIDATES < LEAST_CANDIDATES ? LEAST_CANDIDATES : n * CANDIDATES);
    GAL_TRY(gal_surrogate_train(&s, bench, samples, &options, report, err));
    gal_status status =
        gal_plan_build(&plan, bench, &(gal_plan_options){.sweep = sweep, .seed = seed}, err);
    if (status == GAL_OK) status = draw(&plan, n, s, seed, err);
    if (status == GAL_OK)
        status = gal_surrogate_sample_more(samples, bench, &plan, sampling, report, err);
    gal_plan_clear(&plan);
    gal_surrogate_destroy(s);
    return status;
}

gal_status gal_surrogate_sample_active(gal_surrogate_samples *samples, const gal_bench *bench,
                                       const gal_surrogate_sampling *sampling, int32_t n,
                                       const gal_report *report, gal_error *err) {
    char sweep[64];
    const int32_t share = (n + FIRST_SHARE - 1) / FIRST_SHARE;
    const int32_t first = share > LEAST_FIRST ? share : n < LEAST_FIRST ? n : LEAST_FIRST;
    gal_surrogate_sampling start = *sampling;
    snprintf(sweep, sizeof sweep, "%s:%d", sampling->sweep, first);
    start.sweep = sweep;
    GAL_TRY(gal_surrogate_sample(samples, bench, &start, report, err));
    gal_status status = GAL_OK;
    int32_t done = first;
    for (int32_t i = 1; status == GAL_OK && i <= ROUNDS; i++) {
        const int32_t until = first + (int32_t)((int64_t)(n - first) * i / ROUNDS);
        if (until > done)
            status = one_round(samples, bench, sampling, until - done,
                               sampling->seed * 64 + (uint64_t)i, report, err);
        done = until;
    }
    if (status != GAL_OK) gal_surrogate_samples_clear(samples);
    return status;
}
