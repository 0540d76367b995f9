/* The search itself: rounds of proposals and simulations. */
#include "tasks/sizing/engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_IDLE = 200,  /* rounds without a new design before the search gives up */
    MOST_FAILED = 20, /* first simulations that may all fail */
    HALF_SEEN = 10    /* simulations before a warning that half of them fail */
};

static gal_status nomem(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for a sizing");
}

/* A visited design with the same values; -1: none. */
static int32_t find_design(const gal_sizing *s, const double *value) {
    for (int32_t i = 0; i < s->n_design; i++)
        if (!memcmp(s->design[i].value, value, (size_t)s->bench->n_var * sizeof *value)) return i;
    return -1;
}

static gal_status add_design(gal_sizing *s, const double *value, const double *u, gal_error *err) {
    if (s->n_design == s->capacity) {
        const int32_t more = s->capacity ? 2 * s->capacity : 64;
        gal_sizing_design *moved = realloc(s->design, (size_t)more * sizeof *moved);
        if (!moved) return nomem(err);
        s->design = moved;
        s->capacity = more;
    }
    const size_t n_var = (size_t)s->bench->n_var, dim = (size_t)s->dim;
    const size_t n_metric = (size_t)s->n_corner * s->bench->n_metric;
    double *block = gal_arena_small(&s->arena, (dim + n_var + n_metric) * sizeof *block);
    if (!block) return nomem(err);
    gal_sizing_design *d = &s->design[s->n_design++];
    *d = (gal_sizing_design){.u = block, .value = block + dim, .metric = block + dim + n_var};
    memcpy(d->u, u, dim * sizeof *u);
    memcpy(d->value, value, n_var * sizeof *value);
    for (size_t i = 0; i < n_metric; i++) d->metric[i] = NAN;
    return GAL_OK;
}

/* A `valid` line of the deck fails though every measure is there. */
static int is_refused(const gal_sizing *s, const gal_sizing_design *d, int32_t corner,
                      gal_point_status status) {
    const double *row = d->metric + (size_t)corner * s->bench->n_metric;
    if (status != GAL_POINT_INVALID) return 0;
    for (int32_t i = 0; i < s->bench->n_metric; i++)
        if (isnan(row[i])) return 0;
    return 1;
}

static void count(gal_sizing *s, const gal_point_result *result, int stored) {
    s->n_sim++;
    s->n_stored += stored;
    if (result->status < GAL_POINT_NONCONVERGED) return;
    s->n_failed++;
    if (!*s->first_failure)
        snprintf(s->first_failure, sizeof s->first_failure, "%s: %s",
                 gal_point_status_name(result->status), result->words);
}

/* Points of one call of the simulator: a design in a corner each. */
typedef struct round_points {
    int32_t n;
    int32_t *design, *corner, *bench_corner; /* [n] */
    double *value, *metric;
    gal_point_result *result;
    uint8_t *stored;
} round_points;

static gal_status make_round(round_points *r, const gal_sizing *s, int32_t n, gal_error *err) {
    *r = (round_points){.design = calloc((size_t)n, sizeof *r->design),
                        .corner = calloc((size_t)n, sizeof *r->corner),
                        .bench_corner = calloc((size_t)n, sizeof *r->bench_corner),
                        .value = calloc((size_t)n * s->bench->n_var + 1, sizeof *r->value),
                        .metric = calloc((size_t)n * s->bench->n_metric + 1, sizeof *r->metric),
                        .result = calloc((size_t)n, sizeof *r->result),
                        .stored = calloc((size_t)n, 1)};
    return r->design && r->corner && r->bench_corner && r->value && r->metric && r->result &&
                   r->stored
               ? GAL_OK
               : nomem(err);
}

static void clear_round(round_points *r) {
    free(r->design);
    free(r->corner);
    free(r->bench_corner);
    free(r->value);
    free(r->metric);
    free(r->result);
    free(r->stored);
}

static void add_point(round_points *r, const gal_sizing *s, int32_t design, int32_t corner) {
    r->design[r->n] = design;
    r->corner[r->n] = corner;
    r->bench_corner[r->n] = s->corner[corner];
    memcpy(r->value + (size_t)r->n * s->bench->n_var, s->design[design].value,
           (size_t)s->bench->n_var * sizeof *r->value);
    r->n++;
}

static gal_status simulate(round_points *r, gal_sizing *s, gal_error *err) {
    const size_t n_metric = (size_t)s->bench->n_metric;
    if (!r->n) return GAL_OK;
    GAL_TRY(s->simulator.run(s->simulator.user, r->metric, r->result, r->stored, r->value,
                             r->bench_corner, r->n, s->report, err));
    for (int32_t i = 0; i < r->n; i++) {
        gal_sizing_design *d = &s->design[r->design[i]];
        double *row = d->metric + (size_t)r->corner[i] * n_metric;
        memcpy(row, r->metric + i * n_metric, n_metric * sizeof *row);
        d->n_run++;
        if (r->corner[i] == 0) d->status = r->result[i].status;
        d->n_refused += is_refused(s, d, r->corner[i], r->result[i].status);
        count(s, &r->result[i], r->stored[i]);
        d->n_sim = s->n_sim;
    }
    return GAL_OK;
}

static int passes_nominal(const gal_sizing *s, const gal_sizing_design *d) {
    return d->n_refused == 0 && gal_cost_of(s->spec, d->metric, s->bench->n_metric, 1).hard <= 0;
}

/* A design is complete: its cost, and whether it is the best. */
static void judge(gal_sizing *s, int32_t i) {
    gal_sizing_design *d = &s->design[i];
    d->cost = gal_cost_of(s->spec, d->metric, s->bench->n_metric, s->n_corner);
    d->cost.hard += d->n_refused;
    d->cost.rank = gal_cost_rank(d->cost.hard, d->cost.soft, d->cost.objective);
    if (s->best < 0 || d->cost.rank < s->design[s->best].cost.rank) s->best = i;
}

static int32_t left(const gal_sizing *s) {
    return s->n_sim < s->options.budget ? s->options.budget - s->n_sim : 0;
}

/* Simulates new designs first..n_design[: the first corner, then the others where it passes. */
static gal_status evaluate(gal_sizing *s, int32_t first, gal_error *err) {
    round_points r;
    const int32_t n = s->n_design - first;
    gal_status status = make_round(&r, s, n * s->n_corner + 1, err);
    for (int32_t i = first; i < s->n_design; i++) add_point(&r, s, i, 0);
    if (status == GAL_OK) status = simulate(&r, s, err);
    r.n = 0;
    for (int32_t i = first; status == GAL_OK && i < s->n_design; i++)
        for (int32_t c = 1; c < s->n_corner && passes_nominal(s, &s->design[i]); c++)
            if (r.n < left(s)) add_point(&r, s, i, c);
    if (status == GAL_OK) status = simulate(&r, s, err);
    clear_round(&r);
    for (int32_t i = first; i < s->n_design; i++)
        if (s->design[i].n_run) judge(s, i);
    while (s->n_design > first && !s->design[s->n_design - 1].n_run) s->n_design--; /* canceled */
    return status;
}

/* Adds the points to the history: the visited ones are found, the new ones are simulated. */
static gal_status visit(int32_t *design, int32_t *n_new, gal_sizing *s, double *u, int32_t n,
                        gal_error *err) {
    const int32_t first = s->n_design;
    double *value = malloc(((size_t)s->bench->n_var + 1) * sizeof *value);
    if (!value) return nomem(err);
    gal_status status = GAL_OK;
    for (int32_t i = 0; i < n && status == GAL_OK; i++) {
        double *at = u + (size_t)i * s->dim;
        gal_sizing_snap(value, at, s);
        design[i] = find_design(s, value);
        if (design[i] >= 0) continue;
        design[i] = s->n_design;
        status = add_design(s, value, at, err);
    }
    free(value);
    *n_new = s->n_design - first;
    if (status == GAL_OK && *n_new) status = evaluate(s, first, err);
    return status;
}

static int tell_progress(gal_sizing *s, const gal_report *report) {
    char best[120] = "";
    if (s->best >= 0) {
        const gal_cost *cost = &s->design[s->best].cost;
        if (cost->hard > 0)
            gal_text_printf(best, sizeof best, "best misses hard targets by %.3g", cost->hard);
        else if (cost->soft > 0)
            gal_text_printf(best, sizeof best, "hard targets met, soft ones missed by %.3g",
                            cost->soft);
        else gal_text_printf(best, sizeof best, "all targets met, objective %.4g", cost->objective);
    }
    return gal_progress(report, "simulations", s->n_sim, s->options.budget, "%s", best);
}

/* The simulator's own progress only asks whether to go on. */
typedef struct quiet {
    gal_sizing *sizing;
    const gal_report *outer;
} quiet;

static int ask_outer(void *user, const char *what, long done, long total, const char *detail) {
    quiet *q = user;
    (void)what, (void)done, (void)total, (void)detail;
    const long n = q->sizing->n_sim, budget = q->sizing->options.budget;
    return n < budget ? tell_progress(q->sizing, q->outer) : 1;
}

static gal_status check_failures(gal_sizing *s, int *warned, gal_error *err) {
    if (s->n_failed == s->n_sim && s->n_sim >= MOST_FAILED)
        return gal_fail(err, GAL_ESIM,
                        "none of the first %d simulations has a result; the first: %s", s->n_sim,
                        s->first_failure);
    if (!*warned && s->n_sim >= HALF_SEEN && 2 * s->n_failed >= s->n_sim) {
        *warned = 1;
        gal_note(s->outer_report, "warning: %d of %d simulations have no result; the first: %s",
                 s->n_failed, s->n_sim, s->first_failure);
    }
    return GAL_OK;
}

/* The deck's own values. */
static gal_status start(gal_sizing *s, double *u, int32_t *design, gal_error *err) {
    int32_t n_new;
    for (int32_t k = 0; k < s->dim; k++) {
        const gal_bench_var *var = &s->bench->var[s->var[k]];
        u[k] = gal__sizing_unit(var, var->value);
    }
    return visit(design, &n_new, s, u, 1, err);
}

static int is_done(const gal_sizing *s) {
    return s->best >= 0 && gal_cost_done(s->spec, &s->design[s->best].cost);
}

static gal_status one_round(gal_sizing *s, void *state, double *u, int32_t *design, int *idle,
                            gal_error *err) {
    int32_t n = s->options.batch, n_new = 0;
    if (n > left(s)) n = left(s);
    GAL_TRY(s->engine->ask(u, &n, state, s, err));
    GAL_TRY(visit(design, &n_new, s, u, n, err));
    *idle = n_new ? 0 : *idle + 1;
    return s->engine->tell ? s->engine->tell(state, s, design, n, err) : GAL_OK;
}

static gal_status search(gal_sizing *s, void *state, double *u, int32_t *design,
                         const gal_report *report, gal_error *err) {
    int idle = 0, warned = 0;
    if (!s->options.no_start && !s->engine->needs_predictor) GAL_TRY(start(s, u, design, err));
    while (left(s) && !is_done(s) && idle < MOST_IDLE) {
        if (!tell_progress(s, report)) return gal_fail(err, GAL_ECANCELED, "interrupted");
        GAL_TRY(one_round(s, state, u, design, &idle, err));
        GAL_TRY(check_failures(s, &warned, err));
    }
    if (idle >= MOST_IDLE)
        gal_note(report, "the search finds no new designs after %d: its grid is exhausted",
                 s->n_design);
    gal_progress(report, "simulations", s->n_sim, s->n_sim, "%s", "");
    return GAL_OK;
}

gal_status gal_sizing_run(gal_sizing *s, const gal_report *report, gal_error *err) {
    void *state = NULL;
    quiet q = {s, report};
    const gal_report inner = {.user = &q, .progress = ask_outer};
    const size_t batch = (size_t)s->options.batch;
    double *u = malloc(batch * (size_t)s->dim * sizeof *u);
    int32_t *design = malloc(batch * sizeof *design);
    s->report = &inner;
    s->outer_report = report;
    gal_status status = u && design ? s->engine->create(&state, s, err) : nomem(err);
    if (status == GAL_OK) status = search(s, state, u, design, report, err);
    if (state) s->engine->destroy(state);
    s->report = s->outer_report = NULL;
    free(u);
    free(design);
    return status;
}

int gal_sizing_met(const gal_sizing *s) {
    return s->best >= 0 && s->design[s->best].cost.hard <= 0;
}
