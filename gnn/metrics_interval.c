/* How sure a score is: samples of a group err together, so whole groups are drawn again. */
#include "base/rng.h"
#include "gnn/metrics.h"

#include <math.h>
#include <stdlib.h>

enum { DRAWS = 2000, LEAST_GROUPS = 20 };

/* What R2 needs of a group: sums over its samples, truth taken from the mean of all. */
typedef struct sums {
    uint64_t group;
    double n, y, yy, ee;
} sums;

static int by_group(const void *a, const void *b) {
    const sums *x = a, *y = b;
    return (x->group > y->group) - (x->group < y->group);
}

static int by_value(const void *a, const void *b) {
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void add(sums *to, const sums *from) {
    to->n += from->n;
    to->y += from->y;
    to->yy += from->yy;
    to->ee += from->ee;
}

/* Sums of each group in item[0..result[; item [n]. */
static int32_t gather(sums *item, const double *pred, const double *truth, const uint64_t *group,
                      int64_t n) {
    int32_t n_group = 0;
    double mean = 0;
    for (int64_t i = 0; i < n; i++) mean += truth[i] / (double)n;
    for (int64_t i = 0; i < n; i++) {
        const double y = truth[i] - mean, e = pred[i] - truth[i];
        item[i] = (sums){group[i], 1, y, y * y, e * e};
    }
    if (n) qsort(item, (size_t)n, sizeof *item, by_group);
    for (int64_t i = 0; i < n; i++)
        if (n_group && item[n_group - 1].group == item[i].group) add(&item[n_group - 1], &item[i]);
        else item[n_group++] = item[i];
    return n_group;
}

/* R2 of as many groups as there are, drawn with replacement; NAN: without spread. */
static double draw(gal_rng *rng, const sums *item, int32_t n) {
    sums all = {0};
    for (int32_t i = 0; i < n; i++) add(&all, &item[gal_rng_below(rng, n)]);
    const double spread = all.yy - all.y * all.y / all.n;
    return spread > 0 ? 1 - all.ee / spread : NAN;
}

gal_status gal_score_r2_interval(double interval[2], const double *pred, const double *truth,
                                 const uint64_t *group, int64_t n, gal_error *err) {
    double r2[DRAWS];
    int32_t n_draw = 0;
    gal_rng rng;
    interval[0] = interval[1] = NAN;
    sums *item = malloc(((size_t)n + 1) * sizeof *item);
    if (!item) return gal_fail(err, GAL_ENOMEM, "out of memory for an interval");
    const int32_t n_group = gather(item, pred, truth, group, n);
    gal_rng_init(&rng, 1, 0);
    int all_finite = 1;
    for (int32_t i = 0; i < n_group; i++)
        all_finite = all_finite && isfinite(item[i].yy) && isfinite(item[i].ee);
    for (int32_t i = 0; all_finite && n_group >= LEAST_GROUPS && i < DRAWS; i++) {
        const double value = draw(&rng, item, n_group);
        if (isfinite(value)) r2[n_draw++] = value;
    }
    free(item);
    if (!n_draw) return GAL_OK;
    qsort(r2, (size_t)n_draw, sizeof *r2, by_value);
    interval[0] = r2[(int32_t)(0.025 * (n_draw - 1))];
    interval[1] = r2[(int32_t)(0.975 * (n_draw - 1))];
    return GAL_OK;
}
