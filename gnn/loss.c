#include "gnn/loss.h"

#include <assert.h>
#include <math.h>

static double weight_of(const float *weight, int64_t i) {
    return weight ? (double)weight[i] : 1;
}

double gal_loss_mse(float *grad, const float *pred, const float *target, const float *weight,
                    int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        const double e = (double)pred[i] - (double)target[i], w = weight_of(weight, i);
        sum += w * e * e;
        if (grad) grad[i] = (float)(2 * w * e / (double)n);
    }
    return n ? sum / (double)n : 0;
}

double gal_loss_huber(float *grad, const float *pred, const float *target, const float *weight,
                      int64_t n, double delta) {
    assert(delta > 0);
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        const double e = (double)pred[i] - (double)target[i], w = weight_of(weight, i);
        const double slope = fmax(-delta, fmin(e, delta));
        sum += w * slope * (e - slope / 2);
        if (grad) grad[i] = (float)(w * slope / (double)n);
    }
    return n ? sum / (double)n : 0;
}

double gal_loss_gaussian(gal_mat grad, gal_mat pred, const float *target, const float *weight) {
    assert(pred.cols == 2 && (!grad.data || (grad.cols == 2 && grad.rows == pred.rows)));
    const double n = (double)pred.rows, limit = GAL_LOG_VARIANCE_LIMIT;
    double sum = 0;
    for (int64_t i = 0; i < pred.rows; i++) {
        const float *p = gal_mat_row(pred, i);
        const double e = (double)p[0] - (double)target[i], w = weight_of(weight, i);
        const double log_v = fmax(-limit, fmin((double)p[1], limit)), precision = exp(-log_v);
        sum += w * (log_v + e * e * precision) / 2;
        if (!grad.data) continue;
        float *g = gal_mat_row(grad, i);
        g[0] = (float)(w * e * precision / n);
        g[1] = (float)(w * (1 - e * e * precision) / (2 * n));
    }
    return pred.rows ? sum / n : 0;
}
