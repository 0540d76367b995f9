#include "tasks/sizing/sizing.h"

#include "tasks/sizing/engine.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_BUDGET = 200 };

static const gal_engine *const engines[] = {
    &gal__engine_gp,    &gal__engine_surrogate, &gal__engine_policy, &gal__engine_ddpg,
    &gal__engine_cmaes, &gal__engine_de,        &gal__engine_random};
enum { N_ENGINE = sizeof engines / sizeof *engines };

const gal_engine *gal_sizing_engine(int32_t index) {
    return index >= 0 && index < N_ENGINE ? engines[index] : NULL;
}

static gal_status nomem(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for a sizing");
}

static gal_status find_engine(gal_sizing *s, gal_error *err) {
    char list[200] = "";
    const char *name = s->options.engine ? s->options.engine : engines[0]->name;
    for (int32_t i = 0; i < N_ENGINE; i++) {
        const size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", engines[i]->name);
        if (strcmp(engines[i]->name, name) == 0) s->engine = engines[i];
    }
    if (!s->engine) return gal_fail(err, GAL_ENOTFOUND, "no engine '%s'; there are %s", name, list);
    if (s->engine->needs_predictor && !s->options.predictor)
        return gal_fail(err, GAL_EINVAL, "engine '%s' needs a trained surrogate: --model FILE",
                        name);
    return GAL_OK;
}

static int is_kept(const gal_sizing_spec *spec, const char *name) {
    for (int32_t i = 0; i < spec->n_keep; i++)
        if (gal_text_equal_nocase(spec->keep[i].text, name)) return 1;
    return 0;
}

static void choose_vars(gal_sizing *s) {
    for (int32_t i = 0; i < s->bench->n_var; i++)
        if (!is_kept(s->spec, s->bench->var[i].name)) s->var[s->dim++] = i;
}

/* The corners of the spec, each once, nominal or the first named one leading. */
static void choose_corners(gal_sizing *s) {
    for (int32_t i = 0; i < s->spec->n_corner; i++)
        for (int32_t c = 0; c < s->bench->n_corner; c++) {
            int seen = 0;
            if (strcmp(s->spec->corner[i], "all") != 0 &&
                c != gal_bench_find_corner(s->bench, s->spec->corner[i]))
                continue;
            for (int32_t k = 0; k < s->n_corner; k++) seen |= s->corner[k] == c;
            if (!seen) s->corner[s->n_corner++] = c;
        }
    if (!s->n_corner) s->corner[s->n_corner++] = 0;
}

gal_status gal_sizing_create(gal_sizing **out, const gal_bench *bench, const gal_sizing_spec *spec,
                             const gal_simulator *simulator, const gal_sizing_options *options,
                             gal_error *err) {
    *out = NULL;
    gal_sizing *s = calloc(1, sizeof *s);
    if (!s) return nomem(err);
    gal_arena_init(&s->arena);
    s->bench = bench;
    s->spec = spec;
    s->simulator = *simulator;
    if (options) s->options = *options;
    if (s->options.budget <= 0) s->options.budget = spec->budget ? spec->budget : DEFAULT_BUDGET;
    if (s->options.batch <= 0) s->options.batch = 1;
    s->best = -1;
    gal_rng_init(&s->rng, s->options.seed, 0);
    s->var = GAL_ARENA_ARRAY(&s->arena, int32_t, bench->n_var + 1);
    s->corner = GAL_ARENA_ARRAY(&s->arena, int32_t, bench->n_corner + 1);
    gal_status status = s->var && s->corner ? find_engine(s, err) : nomem(err);
    if (status != GAL_OK) return gal_sizing_destroy(s), status;
    choose_vars(s);
    choose_corners(s);
    *out = s;
    return GAL_OK;
}

void gal_sizing_destroy(gal_sizing *s) {
    if (!s) return;
    free(s->design);
    gal_arena_clear(&s->arena);
    free(s);
}

double gal__sizing_value(const gal_bench_var *var, double u) {
    return var->log ? var->lo * pow(var->hi / var->lo, u) : var->lo + u * (var->hi - var->lo);
}

double gal__sizing_unit(const gal_bench_var *var, double value) {
    const double u = var->log ? log(value / var->lo) / log(var->hi / var->lo)
                              : (value - var->lo) / (var->hi - var->lo);
    return u < 0 ? 0 : u > 1 ? 1 : u;
}

/* Five significant digits: what a person can write down and get the same results. */
static double rounded(double value) {
    char text[32];
    double short_value = value;
    gal_text_printf(text, sizeof text, "%.5g", value);
    gal_number_parse(gal_view_of(text), &short_value);
    return short_value;
}

void gal__sizing_expand(double *value, const double *u, const gal_sizing *s) {
    for (int32_t i = 0; i < s->bench->n_var; i++) value[i] = s->bench->var[i].value;
    for (int32_t k = 0; k < s->dim; k++) {
        const gal_bench_var *var = &s->bench->var[s->var[k]];
        value[s->var[k]] = gal_bench_snap(var, gal__sizing_value(var, u[k]));
    }
}

void gal_sizing_snap(double *value, double *u, const gal_sizing *s) {
    for (int32_t i = 0; i < s->bench->n_var; i++) value[i] = s->bench->var[i].value;
    for (int32_t k = 0; k < s->dim; k++) {
        const gal_bench_var *var = &s->bench->var[s->var[k]];
        const double x = u[k] >= 0 ? u[k] <= 1 ? u[k] : 1 : 0; /* NAN: 0 */
        value[s->var[k]] = gal_bench_snap(var, rounded(gal__sizing_value(var, x)));
        u[k] = gal__sizing_unit(var, value[s->var[k]]);
    }
}

gal_status gal__cube_new(gal__cube *cube, int32_t n, gal_sizing *s, gal_error *err) {
    int32_t *order = malloc((size_t)n * sizeof *order);
    *cube = (gal__cube){.u = malloc((size_t)n * (size_t)s->dim * sizeof *cube->u), .n = n};
    if (!order || !cube->u) return free(order), nomem(err);
    for (int32_t k = 0; k < s->dim; k++) {
        for (int32_t i = 0; i < n; i++) order[i] = i;
        gal_rng_shuffle(&s->rng, order, n);
        for (int32_t i = 0; i < n; i++)
            cube->u[(size_t)i * s->dim + k] = (order[i] + gal_rng_uniform(&s->rng)) / n;
    }
    free(order);
    return GAL_OK;
}

int gal__cube_take(double *u, int32_t *n, gal__cube *cube, int32_t dim) {
    const int32_t left = cube->n - cube->used;
    if (left == 0) return 0;
    if (*n > left) *n = left;
    memcpy(u, cube->u + (size_t)cube->used * dim, (size_t)*n * (size_t)dim * sizeof *u);
    cube->used += *n;
    return 1;
}
