#include "tasks/sizing/acquire.h"

#include "tasks/sizing/cma.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    DRAWS = 48,
    GLANCE = 16, /* draws after which a point without any gain is left */
    FAR = 1200,  /* random candidates */
    PARENTS = 6, /* best designs with candidates about them */
    NEAR = 100,  /* each */
    REFINED = 4, /* candidates that CMA-ES starts from */
    LAMBDA = 16,
    GENERATIONS = 25,
    BLOCK = 512 /* points predicted together */
};

static const double LN10 = 2.30258509299404568402;

typedef struct search {
    gal__posterior *p;
    gal_rng *rng;
    double *normal;            /* [DRAWS, n_output] */
    double *mean, *sd, *valid; /* [n_output, BLOCK], [BLOCK] */
    double *y;                 /* [n_output] one draw */
    double *metric;            /* [n_corner, n_metric] one draw as metrics */
    gal_cost best;
} search;

static gal_status nomem(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for an acquisition");
}

static gal_status make(search *s, gal__posterior *p, gal_rng *rng, gal_error *err) {
    const gal_sizing *z = p->sizing;
    const size_t n = (size_t)p->n_output, m = (size_t)z->n_corner * z->bench->n_metric;
    *s = (search){.p = p, .rng = rng};
    s->normal = malloc((DRAWS * n + 2 * n * BLOCK + BLOCK + n + m) * sizeof *s->normal);
    if (!s->normal) return nomem(err);
    s->mean = s->normal + DRAWS * n;
    s->sd = s->mean + n * BLOCK;
    s->valid = s->sd + n * BLOCK;
    s->y = s->valid + BLOCK;
    s->metric = s->y + n;
    for (size_t i = 0; i < m; i++) s->metric[i] = NAN;
    for (size_t k = 0; k < DRAWS; k += 2)
        for (size_t i = k * n; i < (k + 1) * n; i++) {
            s->normal[i] = gal_rng_normal(rng);
            s->normal[i + n] = -s->normal[i]; /* antithetic */
        }
    s->best = z->best >= 0 ? z->design[z->best].cost : (gal_cost){.hard = 1e3, .soft = 1e3};
    return GAL_OK;
}

/* One draw of all measures at point j of the block. */
static gal_cost draw(search *s, const double *normal, int32_t j) {
    const gal__posterior *p = s->p;
    const gal_sizing *z = p->sizing;
    for (int32_t o = 0; o < p->n_output; o++) {
        const gal__output *out = &p->output[o];
        const size_t at = (size_t)o * BLOCK + (size_t)j;
        double y = s->mean[at] + s->sd[at] * normal[o];
        if (out->corner > 0)
            y += s->y[o % p->n_measure] - s->mean[(size_t)(o % p->n_measure) * BLOCK + j];
        s->y[o] = y;
        s->metric[(size_t)out->corner * z->bench->n_metric + out->metric] =
            out->log ? exp(LN10 * y) : y;
    }
    return gal_cost_of(z->spec, s->metric, z->bench->n_metric, z->n_corner);
}

/* Gain over the best design. */
static double improvement(const gal_cost *best, const gal_cost *cost) {
    if (best->hard > 0) {
        if (cost->hard <= 0) return 2 * best->hard;
        return cost->hard < best->hard ? best->hard - cost->hard : 0;
    }
    if (cost->hard > 0) return 0;
    if (best->soft > 0) {
        if (cost->soft <= 0) return 2 * best->soft;
        return cost->soft < best->soft ? best->soft - cost->soft : 0;
    }
    if (cost->soft > 0) return 0;
    return cost->objective < best->objective ? best->objective - cost->objective : 0;
}

/* Logarithm of the expected improvement; where all draws fail, minus the expected cost. */
static double score_of(search *s, int32_t j) {
    double gain = 0, cost = 0;
    int32_t n = 0;
    while (n < DRAWS && (n != GLANCE || gain > 0)) {
        const gal_cost c = draw(s, s->normal + (size_t)n * s->p->n_output, j);
        gain += improvement(&s->best, &c);
        cost += c.hard + 0.1 * c.soft;
        n++;
    }
    gain /= n;
    cost /= n;
    const double likely = log(fmax(s->valid[j], 1e-6));
    return (gain > 0 ? fmax(log(gain), -50) : -100 - cost) + likely;
}

/* score [n] of u [n, dim] */
static gal_status evaluate(double *score, search *s, const double *u, int32_t n, gal_error *err) {
    const gal__posterior *p = s->p;
    const size_t dim = (size_t)p->sizing->dim;
    for (int32_t from = 0; from < n; from += BLOCK) {
        const int32_t count = n - from < BLOCK ? n - from : BLOCK;
        GAL_TRY(gal__posterior_predict(s->mean, s->sd, s->valid, s->p, u + (size_t)from * dim,
                                       count, err));
        for (int32_t o = p->n_output - 1; o > 0 && count < BLOCK; o--) { /* rows of BLOCK */
            memmove(s->mean + (size_t)o * BLOCK, s->mean + (size_t)o * count,
                    (size_t)count * sizeof *s->mean);
            memmove(s->sd + (size_t)o * BLOCK, s->sd + (size_t)o * count,
                    (size_t)count * sizeof *s->sd);
        }
        for (int32_t j = 0; j < count; j++) score[from + j] = score_of(s, j);
    }
    return GAL_OK;
}

static int32_t parents(int32_t parent[PARENTS], const gal_sizing *z) {
    int32_t n = 0;
    for (int32_t i = 0; i < z->n_design; i++) {
        const double rank = z->design[i].cost.rank;
        int32_t at = n < PARENTS ? n++ : PARENTS;
        while (at > 0 && rank < z->design[parent[at - 1]].cost.rank) {
            if (at < PARENTS) parent[at] = parent[at - 1];
            at--;
        }
        if (at < PARENTS) parent[at] = i;
    }
    return n;
}

static double inside(double x) {
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* A parent with some of its axes moved, by steps of all sizes. */
static void mutate(double *u, const double *from, int32_t dim, gal_rng *rng) {
    const double sigma = 0.3 * pow(0.05, gal_rng_uniform(rng)), share = gal_rng_uniform(rng);
    for (int32_t k = 0; k < dim; k++)
        u[k] =
            gal_rng_uniform(rng) < share ? inside(from[k] + sigma * gal_rng_normal(rng)) : from[k];
    const int32_t one = gal_rng_below(rng, dim);
    u[one] = inside(u[one] + sigma * gal_rng_normal(rng));
}

static int32_t fill(double *u, const search *s) {
    const gal_sizing *z = s->p->sizing;
    int32_t parent[PARENTS], n = FAR;
    for (int32_t i = 0; i < FAR * z->dim; i++) u[i] = gal_rng_uniform(s->rng);
    const int32_t n_parent = parents(parent, z);
    for (int32_t i = 0; i < n_parent; i++)
        for (int32_t k = 0; k < NEAR; k++)
            mutate(u + (size_t)n++ * z->dim, z->design[parent[i]].u, z->dim, s->rng);
    return n;
}

static int32_t best_of(const double *score, int32_t n) {
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++)
        if (score[i] > score[best]) best = i;
    return best;
}

/* CMA-ES from u; u and *score become the best point it finds. */
static gal_status refine(double *u, double *score, search *s, double sigma, gal_error *err) {
    const size_t dim = (size_t)s->p->sizing->dim;
    gal_cma *cma;
    GAL_TRY(gal_cma_create(&cma, (int32_t)dim, u, sigma, LAMBDA, err));
    double *points = malloc(LAMBDA * dim * sizeof *points), value[LAMBDA];
    gal_status status = points ? GAL_OK : nomem(err);
    for (int g = 0; status == GAL_OK && g < GENERATIONS; g++) {
        gal_cma_ask(points, cma, s->rng);
        status = evaluate(value, s, points, LAMBDA, err);
        if (status != GAL_OK) break;
        const int32_t best = best_of(value, LAMBDA);
        if (value[best] > *score) {
            *score = value[best];
            memcpy(u, points + (size_t)best * dim, dim * sizeof *u);
        }
        for (int32_t i = 0; i < LAMBDA; i++) value[i] = -value[i];
        gal_cma_tell(cma, value);
    }
    free(points);
    gal_cma_destroy(cma);
    return status;
}

static gal_status maximise(double *u, search *s, double *candidate, double *score, gal_error *err) {
    const size_t dim = (size_t)s->p->sizing->dim;
    double most = -INFINITY;
    const int32_t n = fill(candidate, s);
    GAL_TRY(evaluate(score, s, candidate, n, err));
    for (int r = 0; r < REFINED; r++) {
        const int32_t from = best_of(score, n);
        double *at = candidate + (size_t)from * dim, value = score[from];
        score[from] = -INFINITY;
        GAL_TRY(refine(at, &value, s, r % 2 ? 0.15 : 0.05, err));
        if (value > most) {
            most = value;
            memcpy(u, at, dim * sizeof *u);
        }
    }
    return GAL_OK;
}

gal_status gal__acquire(double *u, gal__posterior *p, gal_rng *rng, gal_error *err) {
    search s;
    GAL_TRY(make(&s, p, rng, err));
    const size_t most = FAR + PARENTS * NEAR, dim = (size_t)p->sizing->dim;
    double *candidate = malloc(most * (dim + 1) * sizeof *candidate);
    const gal_status status =
        candidate ? maximise(u, &s, candidate, candidate + most * dim, err) : nomem(err);
    free(candidate);
    free(s.normal);
    return status;
}

gal_status gal__acquire_among(double *u, gal__posterior *p, const double *candidate, int32_t n,
                              gal_rng *rng, gal_error *err) {
    search s;
    const size_t dim = (size_t)p->sizing->dim;
    GAL_TRY(make(&s, p, rng, err));
    double *score = malloc((size_t)n * sizeof *score);
    const gal_status status = score ? evaluate(score, &s, candidate, n, err) : nomem(err);
    if (status == GAL_OK) memcpy(u, candidate + (size_t)best_of(score, n) * dim, dim * sizeof *u);
    free(score);
    free(s.normal);
    return status;
}
