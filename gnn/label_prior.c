/* What balanced_loss.h learns from the training labels: Gaussian mixture, buckets, LDS weights. */
#include "gnn/balanced_loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROUNDS = 300, MAX_SAMPLE = 8192 };
static const double enough = 1e-7; /* gain in mean log-likelihood that ends the fit */

static int by_value(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static gal_status check_labels(const float *label, int64_t n, int32_t parts, gal_error *err) {
    if (parts < 1 || parts > GAL_LABEL_PRIOR_MAX)
        return gal_fail(err, GAL_EINVAL, "%d parts of a label distribution, expected 1 to %d",
                        (int)parts, GAL_LABEL_PRIOR_MAX);
    if (n < 1) return gal_fail(err, GAL_EINVAL, "no labels to describe");
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(label[i]))
            return gal_fail(err, GAL_EINVAL, "label %lld is not finite", (long long)i);
    return GAL_OK;
}

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the label distribution");
}

typedef struct mixture {
    int32_t n;
    double *mean, *variance, *weight; /* [n] */
    double *s0, *s1, *s2; /* [n] sums of a round: responsibility, and its moments about mean */
    double *q;            /* [n] responsibilities for one label */
    double *base;         /* [n] log weight - log variance / 2, once per round */
    double floor;         /* least variance */
} mixture;

static int mixture_alloc(mixture *m, gal_arena *arena, int32_t n) {
    m->n = n;
    double **const part[] = {&m->mean, &m->variance, &m->weight, &m->s0,
                             &m->s1,   &m->s2,       &m->q,      &m->base};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        if (!(*part[i] = GAL_ARENA_ARRAY(arena, double, n))) return 0;
    return 1;
}

static void moments(double *mean, double *variance, const float *label, int64_t n) {
    double sum = 0, square = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)label[i];
    *mean = sum / (double)n;
    for (int64_t i = 0; i < n; i++)
        square += ((double)label[i] - *mean) * ((double)label[i] - *mean);
    *variance = square / (double)n;
}

/* Component k starts as the k-th of n equal slices of the sorted labels. */
static void start_from_slices(mixture *m, const float *sorted, int64_t n) {
    double mean;
    moments(&mean, &m->floor, sorted, n);
    m->floor = fmax(1e-6 * m->floor, 1e-12);
    for (int32_t k = 0; k < m->n; k++) {
        const int64_t first = n * k / m->n, end = n * (k + 1) / m->n;
        moments(&m->mean[k], &m->variance[k], sorted + first, end - first);
        m->variance[k] = fmax(m->variance[k], m->floor);
        m->weight[k] = 1.0 / m->n;
    }
}

/* Adds one label's responsibilities to the sums; returns its log-likelihood. */
static double expect(mixture *m, double y) {
    double top = -INFINITY, sum = 0;
    for (int32_t k = 0; k < m->n; k++) {
        const double d = y - m->mean[k];
        m->q[k] = m->base[k] - d * d / (2 * m->variance[k]);
        top = fmax(top, m->q[k]);
    }
    for (int32_t k = 0; k < m->n; k++) sum += m->q[k] = exp(m->q[k] - top);
    for (int32_t k = 0; k < m->n; k++) {
        const double q = m->q[k] / sum, d = y - m->mean[k];
        m->s0[k] += q;
        m->s1[k] += q * d;
        m->s2[k] += q * d * d;
    }
    return top + log(sum);
}

/* A component that lost its labels keeps its place with a negligible weight. */
static void maximise(mixture *m, int64_t n) {
    double total = 0;
    for (int32_t k = 0; k < m->n; k++) {
        m->weight[k] = fmax(m->s0[k] / (double)n, 1e-12);
        total += m->weight[k];
        if (m->s0[k] < 1e-9) continue;
        const double shift = m->s1[k] / m->s0[k];
        m->mean[k] += shift;
        m->variance[k] = fmax(m->s2[k] / m->s0[k] - shift * shift, m->floor);
    }
    for (int32_t k = 0; k < m->n; k++) m->weight[k] /= total;
}

static void fit(mixture *m, const float *label, int64_t n) {
    double before = -INFINITY;
    for (int round = 0; round < MAX_ROUNDS; round++) {
        memset(m->s0, 0, (size_t)m->n * sizeof *m->s0);
        memset(m->s1, 0, (size_t)m->n * sizeof *m->s1);
        memset(m->s2, 0, (size_t)m->n * sizeof *m->s2);
        for (int32_t k = 0; k < m->n; k++) m->base[k] = log(m->weight[k]) - log(m->variance[k]) / 2;
        double likelihood = 0;
        for (int64_t i = 0; i < n; i++) likelihood += expect(m, (double)label[i]);
        maximise(m, n);
        if (likelihood - before < enough * (double)n) return;
        before = likelihood;
    }
}

/* Of many sorted labels, evenly spaced ones move to the front; returns how many. */
static int64_t thin_out(float *sorted, int64_t n) {
    if (n <= MAX_SAMPLE) return n;
    for (int64_t i = 0; i < MAX_SAMPLE; i++) sorted[i] = sorted[(2 * i + 1) * n / (2 * MAX_SAMPLE)];
    return MAX_SAMPLE;
}

gal_status gal_gmm_fit(gal_label_prior *prior, gal_arena *arena, const float *label, int64_t n,
                       int32_t n_component, gal_error *err) {
    GAL_TRY(check_labels(label, n, n_component, err));
    if (n < n_component)
        return gal_fail(err, GAL_EINVAL, "%lld labels are too few for %d components", (long long)n,
                        (int)n_component);
    mixture m;
    float *centre = GAL_ARENA_ARRAY(arena, float, n_component);
    float *sorted = malloc((size_t)n * sizeof *sorted);
    if (!centre || !sorted || !mixture_alloc(&m, arena, n_component)) {
        free(sorted);
        return no_memory(err);
    }
    memcpy(sorted, label, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, by_value);
    const int64_t n_sample = thin_out(sorted, n);
    start_from_slices(&m, sorted, n_sample);
    fit(&m, sorted, n_sample);
    free(sorted);
    for (int32_t k = 0; k < n_component; k++) centre[k] = (float)m.mean[k];
    *prior = (gal_label_prior){n_component, centre, m.variance, m.weight};
    return GAL_OK;
}

typedef struct bins {
    double first, width; /* left end; > 0 */
    int32_t n;
} bins;

static bins bins_over(const float *label, int64_t n, int32_t n_bin) {
    double low = (double)label[0], high = low;
    for (int64_t i = 1; i < n; i++) {
        low = fmin(low, (double)label[i]);
        high = fmax(high, (double)label[i]);
    }
    return high > low ? (bins){low, (high - low) / n_bin, n_bin} : (bins){low - 0.5, 1, 1};
}

static int32_t bin_of(bins b, float label) {
    const int32_t k = (int32_t)(((double)label - b.first) / b.width);
    return k < b.n ? k : b.n - 1;
}

gal_status gal_buckets_fit(gal_label_prior *prior, gal_arena *arena, const float *label, int64_t n,
                           int32_t n_bucket, gal_error *err) {
    GAL_TRY(check_labels(label, n, n_bucket, err));
    const bins b = bins_over(label, n, n_bucket);
    float *centre = GAL_ARENA_ARRAY(arena, float, n_bucket);
    double *weight = GAL_ARENA_ARRAY(arena, double, n_bucket);
    if (!centre || !weight) return no_memory(err);
    for (int64_t i = 0; i < n; i++) weight[bin_of(b, label[i])] += 1;
    int32_t kept = 0;
    for (int32_t k = 0; k < b.n; k++) {
        if (weight[k] == 0) continue;
        centre[kept] = (float)(b.first + (k + 0.5) * b.width);
        weight[kept++] = weight[k] / (double)n;
    }
    *prior = (gal_label_prior){kept, centre, NULL, weight};
    return GAL_OK;
}

/* to[k] = sum over |j - k| <= 4 sigma of from[j] exp(-(j - k)^2 / 2 sigma^2); sigma in bins. */
static void smooth(double *to, const double *from, int32_t n, double sigma) {
    const double reach = fmin(4 * sigma, n);
    for (int32_t k = 0; k < n; k++) {
        to[k] = from[k];
        for (int32_t d = 1; d <= reach; d++) {
            const double kernel = exp(-(double)d * d / (2 * sigma * sigma));
            if (k >= d) to[k] += kernel * from[k - d];
            if (k + d < n) to[k] += kernel * from[k + d];
        }
    }
}

gal_status gal_lds_weights(float *weight, const float *label, int64_t n, int32_t n_bin,
                           double sigma, gal_error *err) {
    GAL_TRY(check_labels(label, n, n_bin, err));
    const bins b = bins_over(label, n, n_bin);
    double count[GAL_LABEL_PRIOR_MAX] = {0}, density[GAL_LABEL_PRIOR_MAX], total = 0;
    for (int64_t i = 0; i < n; i++) count[bin_of(b, label[i])] += 1;
    smooth(density, count, b.n, sigma / b.width);
    for (int64_t i = 0; i < n; i++) total += 1 / density[bin_of(b, label[i])];
    for (int64_t i = 0; i < n; i++)
        weight[i] = (float)((double)n / (total * density[bin_of(b, label[i])]));
    return GAL_OK;
}
