/* A surrogate before its networks: what it knows of its deck and samples. */
#include "tasks/surrogate/model_private.h"

#include "base/file.h"
#include <math.h>
#include <string.h>

/* Products of the valid points' standardised metrics: product [n_metric, n_metric]. */
static void multiply(double *product, const gal_surrogate *s,
                     const gal_surrogate_samples *samples) {
    const int32_t k = s->scale.n_metric;
    for (int32_t i = 0; i < samples->n; i++)
        for (int32_t a = 0; samples->valid[i] && a < k; a++)
            for (int32_t b = 0; b < k; b++) {
                const double *row = samples->metric + (size_t)i * (size_t)k;
                const double both = gal__surrogate_standard(&s->scale, a, row[a]) *
                                    gal__surrogate_standard(&s->scale, b, row[b]);
                if (!isnan(both)) product[a * k + b] += both;
            }
}

/* What metric m explains of the metrics that are not taken yet. */
static double explained(const double *product, const uint8_t *taken, int32_t m, int32_t k) {
    double sum = 0;
    for (int32_t b = 0; b < k; b++)
        if (!taken[b]) sum += product[m * k + b] * product[m * k + b];
    return product[m * k + m] > 1e-9 ? sum / product[m * k + m] : 0;
}

/* Takes metric m: what remains of the others is what it does not explain. */
static void take_out(double *product, uint8_t *taken, int32_t m, int32_t k) {
    const double own = product[m * k + m];
    taken[m] = 1;
    if (!(own > 1e-9)) return;
    for (int32_t a = 0; a < k; a++)
        for (int32_t b = 0; a != m && b < k; b++)
            if (b != m) product[a * k + b] -= product[a * k + m] * product[m * k + b] / own;
}

/* Cheap metrics first, and within a group always the one that explains most of the metrics that
 * are still to come, given those before it: information gain, were they Gaussian. */
static gal_status choose_order(gal_surrogate *s, const gal_bench *bench,
                               const gal_surrogate_samples *samples, gal_error *err) {
    const int32_t k = bench->n_metric;
    double *product = GAL_ARENA_ARRAY(&s->arena, double, k *k + 1);
    uint8_t *taken = GAL_ARENA_ARRAY(&s->arena, uint8_t, k + 1);
    if (!product || !taken) return gal_fail(err, GAL_ENOMEM, "out of memory for a surrogate");
    multiply(product, s, samples);
    for (int32_t m = 0; m < k; m++) s->n_first += !bench->metric[m].expensive;
    for (int32_t n = 0; n < k; n++) {
        int32_t best = -1;
        for (int32_t m = 0; m < k; m++)
            if (!taken[m] && !bench->metric[m].expensive == (n < s->n_first) &&
                (best < 0 || explained(product, taken, m, k) > explained(product, taken, best, k)))
                best = m;
        s->order[n] = best;
        take_out(product, taken, best, k);
    }
    s->n_stage = s->n_first > 0 && s->n_first < k ? 2 : 1;
    if (s->n_stage == 1) s->n_first = k;
    return GAL_OK;
}

/* The folder of the deck's .../NAME/tech.lib; "" when there is no such card. */
static gal_view technology_of(const gal_bench *bench) {
    static const char tail[] = "/tech.lib";
    for (int32_t i = 0; i < bench->n_card; i++) {
        const char *file = bench->card[i].file;
        if (!file || !gal_path_has_ending(file, tail)) continue;
        const char *end = file + strlen(file) - strlen(tail), *start = end;
        while (start > file && start[-1] != '/') start--;
        return (gal_view){start, (size_t)(end - start)};
    }
    return (gal_view){"", 0};
}

static const char *copy_text(gal_arena *arena, const char *text, int *ok) {
    const char *copy = gal_arena_text(arena, text, strlen(text));
    if (!copy) *ok = 0;
    return copy;
}

static gal_status fill_in(gal_surrogate *s, const gal_bench *bench,
                          const gal_surrogate_samples *samples, const char *technology,
                          gal_error *err) {
    int ok = 1;
    GAL_TRY(gal__surrogate_scale_fit(&s->scale, &s->arena, bench, samples, err));
    for (int32_t v = 0; v < bench->n_var; v++)
        s->var_name[v] = copy_text(&s->arena, bench->var[v].name, &ok);
    for (int32_t m = 0; m < bench->n_metric; m++) {
        s->metric_name[m] = copy_text(&s->arena, bench->metric[m].name, &ok);
        s->metric_unit[m] = copy_text(&s->arena, bench->metric[m].unit, &ok);
    }
    const gal_view name = technology ? gal_view_of(technology) : technology_of(bench);
    s->technology = gal_arena_text(&s->arena, name.text, name.size);
    if (!s->technology) ok = 0;
    s->deck = copy_text(&s->arena, bench->title, &ok);
    s->hash = bench->hash;
    s->n_run = samples->n_run;
    return ok ? choose_order(s, bench, samples, err)
              : gal_fail(err, GAL_ENOMEM, "out of memory for a surrogate");
}

gal_status gal__surrogate_describe(gal_surrogate **surrogate, const gal_bench *bench,
                                   const gal_surrogate_samples *samples, const char *technology,
                                   gal_error *err) {
    GAL_TRY(gal__surrogate_new(surrogate, bench->n_var, 2 * bench->n_var, bench->n_metric, err));
    const gal_status status = fill_in(*surrogate, bench, samples, technology, err);
    if (status == GAL_OK) return status;
    gal_surrogate_destroy(*surrogate);
    *surrogate = NULL;
    return status;
}

gal_status gal__surrogate_set_new(gal__surrogate_set *d, gal_arena *arena, const gal_surrogate *s,
                                  const gal_surrogate_samples *samples, double validation,
                                  double invalid_weight, uint64_t seed, gal_error *err) {
    const int32_t n = samples->n, n_metric = s->scale.n_metric;
    *d = (gal__surrogate_set){.n = n,
                              .x = gal_mat_new(arena, n, s->scale.n_feature),
                              .y = gal_mat_new(arena, n, n_metric),
                              .mean = gal_mat_new(arena, n, s->n_first),
                              .sd = gal_mat_new(arena, n, s->n_first),
                              .valid = GAL_ARENA_ARRAY(arena, float, n),
                              .weight = GAL_ARENA_ARRAY(arena, float, n),
                              .index = GAL_ARENA_ARRAY(arena, int32_t, n)};
    if (!d->x.data || !d->y.data || !d->mean.data || !d->sd.data || !d->valid || !d->weight ||
        !d->index)
        return gal_fail(err, GAL_ENOMEM, "out of memory for %d samples", n);
    for (int32_t i = 0; i < n; i++) {
        gal__surrogate_features(gal_mat_row(d->x, i), &s->scale,
                                samples->value + (size_t)i * (size_t)s->scale.n_var);
        for (int32_t m = 0; m < n_metric; m++)
            gal_mat_row(d->y, i)[m] = (float)gal__surrogate_standard(
                &s->scale, s->order[m],
                samples->metric[(size_t)i * (size_t)n_metric + (size_t)s->order[m]]);
        d->valid[i] = samples->valid[i];
        d->weight[i] = samples->valid[i] ? 1 : (float)invalid_weight;
    }
    d->n_check = gal_surrogate_split(d->index, n, validation, seed);
    return GAL_OK;
}
