#include "tasks/sizing/posterior.h"

#include "tasks/sizing/engine.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIT_STEPS = 25,   /* BFGS steps of a fit */
    FIT_ALWAYS = 40,  /* designs up to which every one starts a fit */
    FIT_EVERY = 6,    /* beyond, one in so many */
    CORRECT_FROM = 10 /* designs from which a correction of a predictor fits hyper-parameters */
};

static gal_status nomem(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for a model of measures");
}

void gal__posterior_destroy(gal__posterior *p) {
    if (!p) return;
    for (int32_t i = 0; p->output && i < p->n_output; i++) gal_gp_destroy(p->output[i].gp);
    gal_gp_destroy(p->valid);
    free(p->output);
    free(p->of_target);
    free(p->fantasy_u);
    free(p->fantasy);
    free(p);
}

/* Measures of the targets, each once. */
static int32_t list_measures(int32_t *metric, int32_t *of_target, const gal_sizing_spec *spec) {
    int32_t n = 0;
    for (int32_t i = 0; i < spec->n_target; i++) {
        int32_t k = 0;
        while (k < n && metric[k] != spec->target[i].metric) k++;
        if (k == n) metric[n++] = spec->target[i].metric;
        of_target[i] = k;
    }
    return n;
}

gal_status gal__posterior_create(gal__posterior **out, const gal_sizing *z,
                                 const gal_predictor *predictor, gal_error *err) {
    *out = NULL;
    gal__posterior *p = calloc(1, sizeof *p);
    int32_t *metric = calloc((size_t)z->spec->n_target + 1, sizeof *metric);
    if (p) p->of_target = calloc((size_t)z->spec->n_target + 1, sizeof *p->of_target);
    gal_status status = p && metric && p->of_target ? GAL_OK : nomem(err);
    if (status == GAL_OK) {
        p->sizing = z;
        p->predictor = predictor;
        p->n_measure = list_measures(metric, p->of_target, z->spec);
        p->n_output = p->n_measure * z->n_corner;
        p->output = calloc((size_t)p->n_output, sizeof *p->output);
        if (!p->output) status = nomem(err);
    }
    for (int32_t i = 0; status == GAL_OK && i < p->n_output; i++) {
        p->output[i] = (gal__output){
            .metric = metric[i % p->n_measure], .corner = i / p->n_measure, .spread = 1};
        status = gal_gp_create(&p->output[i].gp, z->dim, err);
    }
    if (status == GAL_OK) status = gal_gp_create(&p->valid, z->dim, err);
    free(metric);
    if (status != GAL_OK) gal__posterior_destroy(p);
    else *out = p;
    return status;
}

static double measured(const gal_sizing *z, int32_t design, const gal__output *o) {
    return z->design[design].metric[(size_t)o->corner * z->bench->n_metric + o->metric];
}

static int is_plain_unit(const char *unit) {
    return strncmp(unit, "dB", 2) == 0 || strcmp(unit, "deg") == 0 || strcmp(unit, "%") == 0;
}

/* Positive quantities go by their logarithm. */
static int wants_log(const gal__posterior *p, const gal__output *o) {
    const gal_sizing *z = p->sizing;
    if (p->predictor) return p->predictor->is_log[o->metric];
    if (is_plain_unit(z->bench->metric[o->metric].unit)) return 0;
    for (int32_t i = 0; i < z->spec->n_target; i++)
        if (z->spec->target[i].metric == o->metric && z->spec->target[i].value <= 0) return 0;
    for (int32_t i = 0; i < z->n_design; i++)
        if (measured(z, i, o) <= 0) return 0;
    return 1;
}

static double scaled(const gal__output *o, double y) {
    if (!o->log) return y;
    return y > 0 ? log10(y) : NAN;
}

/* Beyond these a value is as good or as bad as any. */
static void set_clip(gal__output *o, const gal_sizing_spec *spec) {
    o->lo = -INFINITY;
    o->hi = INFINITY;
    for (int32_t i = 0; i < spec->n_target; i++) {
        const gal_target *t = &spec->target[i];
        if (t->metric != o->metric) continue;
        if (t->sense >= GAL_SENSE_MIN || t->value == 0) {
            o->lo = -INFINITY;
            o->hi = INFINITY;
            return;
        }
        const double at = o->log ? log10(fabs(t->value)) : t->value;
        const double reach = o->log ? 1.2 : 1.2 * fabs(t->value);
        o->lo = o->lo == -INFINITY ? at - reach : fmin(o->lo, at - reach);
        o->hi = o->hi == INFINITY ? at + 2 * reach : fmax(o->hi, at + 2 * reach);
    }
}

static double clip(const gal__output *o, double x) {
    return x < o->lo ? o->lo : x > o->hi ? o->hi : x;
}

/* Values of the predictor at u [n, dim]: mean, sd [n, n_metric], valid [n]. */
static gal_status predict_base(double *mean, double *sd, double *valid, const gal__posterior *p,
                               const double *u, int32_t n, gal_error *err) {
    const gal_sizing *z = p->sizing;
    const size_t dim = (size_t)z->dim, n_var = (size_t)z->bench->n_var;
    double *value = malloc((n_var * (size_t)n + 1) * sizeof *value);
    if (!value) return nomem(err);
    for (int32_t i = 0; i < n; i++) gal__sizing_expand(value + i * n_var, u + i * dim, z);
    const gal_status status =
        p->predictor->predict(p->predictor->user, mean, sd, valid, value, n, err);
    free(value);
    return status;
}

/* Scratch of one fit: designs and what the predictor says of them. */
typedef struct samples {
    double *x, *y;                       /* [n, dim], [n] those with a value */
    double *base, *base_sd, *base_valid; /* [n_design, n_metric] of the predictor, [n_design] */
    double *all;                         /* [n_design, dim] */
    int32_t n;
} samples;

static gal_status make_samples(samples *s, const gal__posterior *p, gal_error *err) {
    const gal_sizing *z = p->sizing;
    const size_t n = (size_t)z->n_design + (size_t)p->n_fantasy + 1, dim = (size_t)z->dim;
    const size_t n_metric = (size_t)z->bench->n_metric;
    *s = (samples){.x = malloc((2 * n * dim + 2 * n + 2 * n * n_metric) * sizeof *s->x)};
    if (!s->x) return nomem(err);
    s->y = s->x + n * dim;
    s->all = s->y + n;
    s->base = s->all + n * dim;
    s->base_sd = s->base + n * n_metric;
    s->base_valid = s->base_sd + n * n_metric;
    for (int32_t i = 0; i < z->n_design; i++)
        memcpy(s->all + i * dim, z->design[i].u, dim * sizeof *s->all);
    if (!p->predictor || !z->n_design) return GAL_OK;
    return predict_base(s->base, s->base_sd, s->base_valid, p, s->all, z->n_design, err);
}

static double least_sd(double sd) {
    return sd > 1e-3 ? sd : 1e-3;
}

/* The value of an output at a design as its process sees it, before centring; NAN: none. */
static double response(const gal__posterior *p, const samples *s, const gal__output *o,
                       int32_t design) {
    const gal_sizing *z = p->sizing;
    const double y = clip(o, scaled(o, measured(z, design, o)));
    if (!isfinite(y)) return NAN;
    if (o->corner > 0) {
        const gal__output *first = &p->output[o - p->output - (ptrdiff_t)o->corner * p->n_measure];
        return y - clip(first, scaled(first, measured(z, design, first)));
    }
    if (!p->predictor) return y;
    const size_t at = (size_t)design * z->bench->n_metric + o->metric;
    const double base = clip(o, scaled(o, s->base[at]));
    return isfinite(base) ? (y - base) / least_sd(s->base_sd[at]) : NAN;
}

static void collect(samples *s, const gal__posterior *p, const gal__output *o) {
    const size_t dim = (size_t)p->sizing->dim;
    s->n = 0;
    for (int32_t i = 0; i < p->sizing->n_design; i++) {
        const double y = response(p, s, o, i);
        if (!isfinite(y)) continue;
        memcpy(s->x + s->n * dim, s->all + i * dim, dim * sizeof *s->x);
        s->y[s->n++] = y;
    }
}

/* Differences between corners and corrections are about zero, others about their mean. */
static void centre(gal__output *o, samples *s, const gal__posterior *p) {
    double mean = 0, square = 0;
    const int about_zero = o->corner == 0 && p->predictor;
    for (int32_t i = 0; i < s->n; i++) mean += s->y[i] / s->n;
    if (about_zero) mean = 0;
    for (int32_t i = 0; i < s->n; i++) square += (s->y[i] - mean) * (s->y[i] - mean) / s->n;
    o->centre = mean;
    o->spread = square > 1e-16 ? sqrt(square) : 1;
    if (about_zero) o->spread = fmax(1, sqrt((square * s->n + 3) / (s->n + 3)));
    if (o->corner > 0 && s->n < 3) o->spread = fmax(o->spread, o->log ? 0.05 : 1);
    for (int32_t i = 0; i < s->n; i++) s->y[i] = (s->y[i] - o->centre) / o->spread;
}

static void add_fantasies(samples *s, const gal__posterior *p, int32_t output) {
    const size_t dim = (size_t)p->sizing->dim;
    for (int32_t i = 0; i < p->n_fantasy; i++) {
        memcpy(s->x + s->n * dim, p->fantasy_u + i * dim, dim * sizeof *s->x);
        s->y[s->n++] = p->fantasy[(size_t)i * p->n_output + output];
    }
}

static gal_status fit_output(gal__posterior *p, samples *s, int32_t output, int steps,
                             gal_error *err) {
    gal__output *o = &p->output[output];
    collect(s, p, o);
    if (o->corner == 0 && p->predictor && s->n < CORRECT_FROM) steps = 0;
    if (p->n_fantasy == 0) centre(o, s, p);
    else
        for (int32_t i = 0; i < s->n; i++) s->y[i] = (s->y[i] - o->centre) / o->spread;
    add_fantasies(s, p, output);
    GAL_TRY(gal_gp_data(o->gp, s->x, s->y, s->n, err));
    return gal_gp_fit(o->gp, s->n > 3 ? steps : 0, err);
}

/* Usable: every measure of a target is there and no `valid` line of the deck fails. */
static int is_usable(const gal__posterior *p, int32_t design) {
    if (p->sizing->design[design].n_refused) return 0;
    for (int32_t i = 0; i < p->n_measure; i++)
        if (!isfinite(measured(p->sizing, design, &p->output[i]))) return 0;
    return 1;
}

static gal_status fit_valid(gal__posterior *p, samples *s, int steps, gal_error *err) {
    p->any_invalid = 0;
    for (int32_t i = 0; i < p->sizing->n_design; i++) {
        const int usable = is_usable(p, i);
        p->any_invalid |= !usable;
        s->y[i] = usable ? 0.5 : -1.5;
    }
    if (!p->any_invalid) return GAL_OK;
    GAL_TRY(gal_gp_data(p->valid, s->all, s->y, p->sizing->n_design, err));
    return gal_gp_fit(p->valid, steps, err);
}

static gal_status fit(gal__posterior *p, int steps, gal_error *err) {
    samples s;
    gal_status status = make_samples(&s, p, err);
    for (int32_t i = 0; status == GAL_OK && i < p->n_output; i++)
        status = fit_output(p, &s, i, steps, err);
    if (status == GAL_OK && p->n_fantasy == 0) status = fit_valid(p, &s, steps, err);
    free(s.x);
    return status;
}

gal_status gal__posterior_fit(gal__posterior *p, gal_error *err) {
    const int32_t n = p->sizing->n_design;
    const int due = n <= FIT_ALWAYS || n - p->fitted >= FIT_EVERY;
    p->n_fantasy = 0;
    for (int32_t i = 0; i < p->n_output; i++) {
        p->output[i].log = wants_log(p, &p->output[i % p->n_measure]);
        set_clip(&p->output[i], p->sizing->spec);
    }
    if (due) p->fitted = n;
    return fit(p, due ? FIT_STEPS : 0, err);
}

gal_status gal__posterior_believe(gal__posterior *p, const double *u, gal_error *err) {
    const size_t dim = (size_t)p->sizing->dim, n_output = (size_t)p->n_output;
    if (p->n_fantasy == p->capacity) {
        const size_t more = 2 * (size_t)p->capacity + 4;
        double *place = realloc(p->fantasy_u, more * dim * sizeof *place);
        if (place) p->fantasy_u = place;
        double *value = realloc(p->fantasy, more * n_output * sizeof *value);
        if (value) p->fantasy = value;
        if (!place || !value) return nomem(err);
        p->capacity = (int32_t)more;
    }
    for (int32_t i = 0; i < p->n_output; i++)
        GAL_TRY(gal_gp_predict(&p->fantasy[(size_t)p->n_fantasy * n_output + i], NULL,
                               p->output[i].gp, u, 1, err));
    memcpy(p->fantasy_u + (size_t)p->n_fantasy * dim, u, dim * sizeof *u);
    p->n_fantasy++;
    return fit(p, 0, err);
}

static double normal_cdf(double z) {
    return 0.5 * erfc(-z * 0.70710678118654752);
}

/* Probability that a point is usable, from the process of labels -1.5 and 0.5. */
static gal_status predict_valid(double *valid, gal__posterior *p, const double *u, int32_t n,
                                gal_error *err) {
    if (!p->any_invalid) return GAL_OK;
    double *mean = malloc(2 * (size_t)n * sizeof *mean), *sd = mean + n;
    if (!mean) return nomem(err);
    const gal_status status = gal_gp_predict(mean, sd, p->valid, u, n, err);
    for (int32_t i = 0; status == GAL_OK && i < n; i++)
        valid[i] *= normal_cdf((mean[i] + 0.5) / fmax(sd[i], 0.2));
    free(mean);
    return status;
}

/* Corrections by the predictor: the process is of its error in its own spread. */
static void apply_base(double *mean, double *sd, const gal__posterior *p, const gal__output *o,
                       const double *base, const double *base_sd, int32_t n) {
    const size_t n_metric = (size_t)p->sizing->bench->n_metric;
    for (int32_t i = 0; i < n; i++) {
        const double m = clip(o, scaled(o, base[i * n_metric + o->metric]));
        const double own = least_sd(base_sd[i * n_metric + o->metric]);
        mean[i] = (isfinite(m) ? m : o->lo > -INFINITY ? o->lo : 0) + own * mean[i];
        sd[i] *= own;
    }
}

gal_status gal__posterior_predict(double *mean, double *sd, double *valid, gal__posterior *p,
                                  const double *u, int32_t n, gal_error *err) {
    const size_t count = (size_t)n, n_metric = (size_t)p->sizing->bench->n_metric;
    double *base = NULL;
    for (size_t i = 0; i < count; i++) valid[i] = 1;
    if (p->predictor) {
        base = malloc(2 * count * n_metric * sizeof *base);
        if (!base) return nomem(err);
        const gal_status status = predict_base(base, base + count * n_metric, valid, p, u, n, err);
        if (status != GAL_OK) return free(base), status;
    }
    gal_status status = GAL_OK;
    for (int32_t o = 0; status == GAL_OK && o < p->n_output; o++) {
        const gal__output *output = &p->output[o];
        double *m = mean + o * count, *s = sd + o * count;
        status = gal_gp_predict(m, s, output->gp, u, n, err);
        for (size_t i = 0; i < count; i++) {
            m[i] = output->centre + output->spread * m[i];
            s[i] *= output->spread;
        }
        if (output->corner == 0 && base)
            apply_base(m, s, p, output, base, base + count * n_metric, n);
        for (size_t i = 0; output->corner > 0 && i < count; i++)
            m[i] += mean[(size_t)(o % p->n_measure) * count + i];
    }
    free(base);
    return status == GAL_OK ? predict_valid(valid, p, u, n, err) : status;
}
