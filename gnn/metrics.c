/* Scores that are single passes; rank_metrics.c holds those that sort. */
#include "gnn/metrics.h"

#include <assert.h>
#include <math.h>
#include <string.h>

gal_regression_score gal_score_regression(const double *pred, const double *truth, int64_t n) {
    double mean = 0, spread = 0, square = 0, absolute = 0;
    if (!n) return (gal_regression_score){0, NAN, NAN, NAN};
    for (int64_t i = 0; i < n; i++) mean += truth[i] / (double)n;
    for (int64_t i = 0; i < n; i++) {
        const double e = pred[i] - truth[i];
        spread += (truth[i] - mean) * (truth[i] - mean);
        square += e * e;
        absolute += fabs(e);
    }
    return (gal_regression_score){.n = n,
                                  .r2 = spread > 0 ? 1 - square / spread : NAN,
                                  .mae = absolute / (double)n,
                                  .rmse = sqrt(square / (double)n)};
}

double gal_score_coverage(const double *mean, const double *deviation, const double *truth,
                          int64_t n, double z) {
    int64_t inside = 0;
    for (int64_t i = 0; i < n; i++) inside += fabs(truth[i] - mean[i]) <= z * deviation[i];
    return n ? (double)inside / (double)n : NAN;
}

double gal_score_calibration(const double *mean, const double *deviation, const double *truth,
                             int64_t n) {
    /* z[i] is the half-width, in deviations, of the central interval of (i + 1) * 10 %. */
    static const double z[9] = {0.12566134685507402, 0.25334710313579972, 0.38532046640756773,
                                0.52440051270804067, 0.67448975019608171, 0.84162123357291441,
                                1.03643338949378970, 1.28155156554460040, 1.64485362695147270};
    double sum = 0;
    for (int i = 0; i < 9; i++)
        sum += fabs(gal_score_coverage(mean, deviation, truth, n, z[i]) - (i + 1) / 10.0);
    return sum / 9;
}

gal_class_score gal_score_classes(int64_t *confusion, const int32_t *pred, const int32_t *truth,
                                  int64_t n, int32_t k) {
    memset(confusion, 0, (size_t)k * (size_t)k * sizeof *confusion);
    for (int64_t i = 0; i < n; i++) {
        assert(pred[i] >= 0 && pred[i] < k && truth[i] >= 0 && truth[i] < k);
        confusion[(int64_t)truth[i] * k + pred[i]]++;
    }
    int64_t hits = 0, occurring = 0;
    double f1 = 0;
    for (int32_t c = 0; c < k; c++) {
        const int64_t hit = confusion[(int64_t)c * k + c];
        int64_t members = 0; /* twice the hits plus the misses of both kinds */
        for (int32_t other = 0; other < k; other++)
            members += confusion[(int64_t)c * k + other] + confusion[(int64_t)other * k + c];
        hits += hit;
        if (!members) continue;
        occurring++;
        f1 += 2 * (double)hit / (double)members;
    }
    return (gal_class_score){.n = n,
                             .accuracy = n ? (double)hits / (double)n : NAN,
                             .macro_f1 = occurring ? f1 / (double)occurring : NAN};
}
