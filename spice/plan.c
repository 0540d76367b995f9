#include "spice/plan.h"

#include "base/rng.h"
#include "spice/sobol.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum plan_kind { NOMINAL, LHS, RANDOM, SOBOL, GRID, MC, POINTS } plan_kind;

/* A base plan, before corners and shards: value [n, n_var] */
typedef struct base_plan {
    const gal_bench *bench;
    const uint8_t *vary; /* [n_var] */
    plan_kind kind;
    int32_t count; /* N or K */
    int32_t n;     /* points */
    double *value;
} base_plan;

void gal_plan_clear(gal_plan *plan) {
    free(plan->value);
    free(plan->corner);
    free(plan->seed);
    *plan = (gal_plan){0};
}

gal_points gal_plan_points(const gal_plan *plan) {
    return (gal_points){plan->n, plan->value, plan->corner, plan->seed};
}

static gal_status parse_sweep(base_plan *base, const char *text, gal_error *err) {
    static const char *const name[] = {"nominal", "lhs", "random", "sobol", "grid", "mc"};
    base->count = 1;
    base->kind = NOMINAL;
    if (!text || !*text || strcmp(text, "nominal") == 0) return GAL_OK;
    const size_t size = strcspn(text, ":");
    for (int k = LHS; k <= MC; k++) {
        if (!gal_view_equal_nocase((gal_view){text, size}, name[k]) || !text[size]) continue;
        char *end;
        const long count = strtol(text + size + 1, &end, 10);
        if (*end || count < 1 || count > INT32_MAX) break;
        base->kind = (plan_kind)k;
        base->count = (int32_t)count;
        return GAL_OK;
    }
    return gal_fail(err, GAL_EINVAL,
                    "sweep '%s': expected nominal, lhs:N, random:N, sobol:N, grid:K or mc:N", text);
}

static int is_varied(const base_plan *base, int32_t v) {
    return !base->vary || base->vary[v];
}

static int32_t n_varied(const base_plan *base) {
    int32_t n = 0;
    for (int32_t v = 0; v < base->bench->n_var; v++) n += is_varied(base, v);
    return n;
}

static int moves_variables(const base_plan *base) {
    return base->kind >= LHS && base->kind <= GRID;
}

static gal_status check(base_plan *base, gal_error *err) {
    if (moves_variables(base) && n_varied(base) == 0)
        return gal_fail_at(err, GAL_EINVAL, base->bench->path, 0, 0,
                           "no design variable has a range: add '*galena var NAME LOW HIGH "
                           "[lin|log]' lines%s%s",
                           base->bench->n_fixed ? ", for example for " : "",
                           base->bench->n_fixed ? base->bench->fixed[0].name : "");
    if (base->kind == MC && !base->bench->random)
        return gal_fail_at(err, GAL_EINVAL, base->bench->path, 0, 0,
                           "mc: nothing in the deck is random: no agauss, gauss, aunif, unif");
    double n = base->count;
    if (base->kind == GRID) n = pow(base->count, n_varied(base));
    if (n > INT32_MAX) return gal_fail(err, GAL_ELIMIT, "a sweep of %g points", n);
    base->n = (int32_t)n;
    return GAL_OK;
}

/* The value at `part` (0..1) of a variable's range. */
static double value_at(const gal_bench_var *var, double part) {
    const double value =
        var->log ? var->lo * pow(var->hi / var->lo, part) : var->lo + part * (var->hi - var->lo);
    return gal_bench_snap(var, value);
}

/* Column v by a permutation of strata. */
static gal_status fill_lhs(base_plan *base, int32_t v, gal_rng *rng, gal_error *err) {
    int32_t *stratum = malloc((size_t)base->n * sizeof *stratum);
    if (!stratum) return gal_fail(err, GAL_ENOMEM, "out of memory for a sweep");
    for (int32_t i = 0; i < base->n; i++) stratum[i] = i;
    gal_rng_shuffle(rng, stratum, base->n);
    for (int32_t i = 0; i < base->n; i++)
        base->value[(size_t)i * base->bench->n_var + v] =
            value_at(&base->bench->var[v], (stratum[i] + gal_rng_uniform(rng)) / base->n);
    free(stratum);
    return GAL_OK;
}

/* Column v, the k-th that varies. */
static gal_status fill_column(base_plan *base, int32_t v, int32_t k, uint64_t seed,
                              gal_error *err) {
    const gal_bench_var *var = &base->bench->var[v];
    gal_rng rng;
    gal_rng_init(&rng, seed, (uint64_t)k);
    if (base->kind == LHS) return fill_lhs(base, v, &rng, err);
    int64_t stride = 1; /* grid: the last variable runs fastest */
    for (int32_t w = v + 1; w < base->bench->n_var && base->kind == GRID; w++)
        if (is_varied(base, w)) stride *= base->count;
    for (int32_t i = 0; i < base->n; i++) {
        double part = 0.5;
        if (base->kind == RANDOM) part = gal_rng_uniform(&rng);
        else if (base->kind == SOBOL) part = gal_sobol(k, (uint32_t)i + 1);
        else if (base->count > 1) part = (double)(i / stride % base->count) / (base->count - 1);
        base->value[(size_t)i * base->bench->n_var + v] = value_at(var, part);
    }
    return GAL_OK;
}

/* Where a variable stands that is not swept. */
static double given(const base_plan *base, const gal_plan_options *o, int32_t i, int32_t v) {
    const double at = base->kind == POINTS ? o->point[(size_t)i * base->bench->n_var + v] : NAN;
    return isnan(at) ? base->bench->var[v].value : at;
}

static gal_status fill(base_plan *base, const gal_plan_options *o, gal_error *err) {
    const int32_t n_var = base->bench->n_var;
    base->value = malloc(((size_t)base->n * n_var + 1) * sizeof *base->value);
    if (!base->value) return gal_fail(err, GAL_ENOMEM, "out of memory for a sweep");
    int32_t k = 0;
    if (base->kind == SOBOL && n_varied(base) > GAL_SOBOL_DIMENSIONS)
        return gal_fail(err, GAL_ELIMIT, "sobol: %d variables, at most %d", n_varied(base),
                        GAL_SOBOL_DIMENSIONS);
    for (int32_t v = 0; v < n_var; v++) {
        for (int32_t i = 0; i < base->n; i++)
            base->value[(size_t)i * n_var + v] = given(base, o, i, v);
        if (moves_variables(base) && is_varied(base, v))
            GAL_TRY(fill_column(base, v, k++, o->seed, err));
    }
    return GAL_OK;
}

/* Every base point in every corner, then this shard's part. */
static gal_status spread(gal_plan *plan, const base_plan *base, const gal_plan_options *o,
                         gal_error *err) {
    const int64_t n_corner = o->corner ? o->n_corner : 1, total = base->n * n_corner;
    const int32_t n_var = base->bench->n_var;
    const int64_t step = o->n_shard > 0 ? o->n_shard : 1, first = o->n_shard > 0 ? o->shard : 0;
    if (total > INT32_MAX)
        return gal_fail(err, GAL_ELIMIT, "a sweep of %lld points", (long long)total);
    const size_t room = (size_t)(total / step + 1);
    plan->value = malloc((room * n_var + 1) * sizeof *plan->value);
    plan->corner = malloc(room * sizeof *plan->corner);
    plan->seed = malloc(room * sizeof *plan->seed);
    if (!plan->value || !plan->corner || !plan->seed)
        return gal_fail(err, GAL_ENOMEM, "out of memory for a sweep");
    for (int64_t i = first; i < total; i += step) {
        const int64_t p = i / n_corner;
        if (n_var)
            memcpy(plan->value + (size_t)plan->n * n_var, base->value + (size_t)p * n_var,
                   (size_t)n_var * sizeof *plan->value);
        plan->corner[plan->n] = o->corner ? o->corner[i % n_corner] : 0;
        plan->seed[plan->n++] =
            base->kind == MC ? o->seed * UINT64_C(1000003) + (uint64_t)p + 1 : 0;
    }
    return GAL_OK;
}

gal_status gal_plan_build(gal_plan *plan, const gal_bench *bench, const gal_plan_options *options,
                          gal_error *err) {
    base_plan base = {.bench = bench, .vary = options->vary};
    *plan = (gal_plan){0};
    if (options->point)
        base = (base_plan){.bench = bench, .kind = POINTS, .count = options->n_point};
    else GAL_TRY(parse_sweep(&base, options->sweep, err));
    GAL_TRY(check(&base, err));
    gal_status status = fill(&base, options, err);
    if (status == GAL_OK) status = spread(plan, &base, options, err);
    free(base.value);
    if (status != GAL_OK) gal_plan_clear(plan);
    return status;
}
