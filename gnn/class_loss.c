#include "gnn/class_loss.h"

#include <assert.h>
#include <math.h>

/* z + log count */
static double shifted(const float *z, const int64_t *count, int32_t c) {
    if (!count) return (double)z[c];
    return (double)z[c] + log(count[c] > 0 ? (double)count[c] : 1.0);
}

/* log sum exp over a row. */
static double log_sum(const float *z, const int64_t *count, int32_t k) {
    double top = -INFINITY, sum = 0;
    for (int32_t c = 0; c < k; c++) top = fmax(top, shifted(z, count, c));
    for (int32_t c = 0; c < k; c++) sum += exp(shifted(z, count, c) - top);
    return top + log(sum);
}

static double cross_entropy(gal_mat grad, gal_mat logit, const int32_t *label,
                            const int64_t *count) {
    assert(!grad.data || (grad.rows == logit.rows && grad.cols == logit.cols));
    const double n = (double)logit.rows;
    double sum = 0;
    for (int64_t i = 0; i < logit.rows; i++) {
        const float *z = gal_mat_row(logit, i);
        assert(label[i] >= 0 && label[i] < logit.cols);
        const double total = log_sum(z, count, logit.cols);
        sum += total - shifted(z, count, label[i]);
        if (!grad.data) continue;
        float *g = gal_mat_row(grad, i);
        for (int32_t c = 0; c < logit.cols; c++)
            g[c] = (float)((exp(shifted(z, count, c) - total) - (c == label[i])) / n);
    }
    return logit.rows ? sum / n : 0;
}

double gal_loss_cross_entropy(gal_mat grad, gal_mat logit, const int32_t *label) {
    return cross_entropy(grad, logit, label, NULL);
}

double gal_loss_balanced_softmax(gal_mat grad, gal_mat logit, const int32_t *label,
                                 const int64_t *count) {
    return cross_entropy(grad, logit, label, count);
}

/* With l = log p, p' = 1 - p:  loss -p'^gamma l  and  d loss / d l = gamma p p'^(gamma-1) l -
 * p'^gamma; d l / d z_c = (c == label) - p_c. */
double gal_loss_focal(gal_mat grad, gal_mat logit, const int32_t *label, double gamma) {
    assert(gamma >= 0 && (!grad.data || (grad.rows == logit.rows && grad.cols == logit.cols)));
    const double n = (double)logit.rows;
    double sum = 0;
    for (int64_t i = 0; i < logit.rows; i++) {
        const float *z = gal_mat_row(logit, i);
        assert(label[i] >= 0 && label[i] < logit.cols);
        const double total = log_sum(z, NULL, logit.cols), l = (double)z[label[i]] - total;
        const double rest = -expm1(l), power = pow(rest, gamma);
        sum -= power * l;
        if (!grad.data) continue;
        float *g = gal_mat_row(grad, i);
        const double bend = rest > 0 && gamma > 0 ? gamma * exp(l) * power / rest * l : 0;
        for (int32_t c = 0; c < logit.cols; c++)
            g[c] = (float)((bend - power) * ((c == label[i]) - exp((double)z[c] - total)) / n);
    }
    return logit.rows ? sum / n : 0;
}

double gal_loss_binary(float *grad, const float *logit, const float *target, int64_t n,
                       double positive_weight) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        const double z = (double)logit[i], y = (double)target[i];
        const double miss = log1p(exp(-fabs(z))) + fmax(-z, 0); /* -log s(z) */
        const double weight = 1 + (positive_weight - 1) * y;
        sum += (1 - y) * z + weight * miss;
        if (grad) grad[i] = (float)((1 - y - weight * (1 - exp(-miss))) / (double)n);
    }
    return n ? sum / (double)n : 0;
}
