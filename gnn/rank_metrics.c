#include "gnn/metrics.h"

#include <math.h>
#include <stdlib.h>

typedef struct ranked {
    double value;
    int64_t index;
} ranked;

static int falling(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->value != y->value) return x->value > y->value ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static int all_finite(const double *value, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(value[i])) return 0;
    return 1;
}

/* value[0..n[ with their places, highest first; NULL when memory is out. The caller frees it. */
static ranked *sorted(const double *value, int64_t n) {
    ranked *item = malloc(((size_t)n + 1) * sizeof *item);
    if (!item) return NULL;
    for (int64_t i = 0; i < n; i++) item[i] = (ranked){value[i], i};
    qsort(item, (size_t)n, sizeof *item, falling);
    return item;
}

/* The end of the run of equal values that starts at `first`. */
static int64_t run_end(const ranked *item, int64_t first, int64_t n) {
    int64_t end = first + 1;
    while (end < n && item[end].value == item[first].value) end++;
    return end;
}

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for scores");
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

gal_status gal_score_median_ape(double *out, const double *pred, const double *truth, int64_t n,
                                gal_error *err) {
    *out = NAN;
    if (!all_finite(pred, n) || !all_finite(truth, n)) return GAL_OK;
    double *ape = malloc(((size_t)n + 1) * sizeof *ape);
    if (!ape) return no_memory(err);
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++)
        if (truth[i] != 0) ape[kept++] = fabs((pred[i] - truth[i]) / truth[i]);
    qsort(ape, (size_t)kept, sizeof *ape, by_value);
    if (kept) *out = (ape[(kept - 1) / 2] + ape[kept / 2]) / 2;
    free(ape);
    return GAL_OK;
}

/* rank[i] of value[i], 0 for the highest, mean rank for ties; 0 when memory is out. */
static int fill_ranks(double *rank, const double *value, int64_t n) {
    ranked *item = sorted(value, n);
    if (!item) return 0;
    for (int64_t first = 0, end; first < n; first = end) {
        end = run_end(item, first, n);
        for (int64_t i = first; i < end; i++) rank[item[i].index] = (double)(first + end - 1) / 2;
    }
    free(item);
    return 1;
}

static double correlation(const double *x, const double *y, int64_t n) {
    double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
    for (int64_t i = 0; i < n; i++) {
        mean_x += x[i] / (double)n;
        mean_y += y[i] / (double)n;
    }
    for (int64_t i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : NAN;
}

gal_status gal_score_spearman(double *out, const double *pred, const double *truth, int64_t n,
                              gal_error *err) {
    *out = NAN;
    if (!all_finite(pred, n) || !all_finite(truth, n)) return GAL_OK;
    double *rank = malloc((2 * (size_t)n + 1) * sizeof *rank);
    if (!rank || !fill_ranks(rank, pred, n) || !fill_ranks(rank + n, truth, n)) {
        free(rank);
        return no_memory(err);
    }
    *out = correlation(rank, rank + n, n);
    free(rank);
    return GAL_OK;
}

static int64_t count_positive(const unsigned char *positive, int64_t n) {
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) count += positive[i] != 0;
    return count;
}

gal_status gal_score_auc(double *out, const double *score, const unsigned char *positive, int64_t n,
                         gal_error *err) {
    const int64_t total = count_positive(positive, n);
    *out = NAN;
    if (!total || total == n || !all_finite(score, n)) return GAL_OK;
    ranked *item = sorted(score, n);
    if (!item) return no_memory(err);
    double pairs = 0;  /* won by the positive, ties half */
    int64_t above = 0; /* positives of higher score */
    for (int64_t first = 0, end; first < n; first = end) {
        end = run_end(item, first, n);
        int64_t here = 0;
        for (int64_t i = first; i < end; i++) here += positive[item[i].index] != 0;
        pairs += (double)(end - first - here) * ((double)above + (double)here / 2);
        above += here;
    }
    *out = pairs / ((double)total * (double)(n - total));
    free(item);
    return GAL_OK;
}

gal_status gal_score_average_precision(double *out, const double *score,
                                       const unsigned char *positive, int64_t n, gal_error *err) {
    const int64_t total = count_positive(positive, n);
    *out = NAN;
    if (!total || !all_finite(score, n)) return GAL_OK;
    ranked *item = sorted(score, n);
    if (!item) return no_memory(err);
    double sum = 0;
    int64_t above = 0;
    for (int64_t first = 0, end; first < n; first = end) {
        end = run_end(item, first, n);
        int64_t here = 0;
        for (int64_t i = first; i < end; i++) here += positive[item[i].index] != 0;
        above += here;
        sum += (double)here * (double)above / (double)end;
    }
    *out = sum / (double)total;
    free(item);
    return GAL_OK;
}
