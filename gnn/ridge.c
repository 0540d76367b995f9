#include "gnn/ridge.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_SWEEP = 20000 };

/* gram[cols, cols] = X'WX and right[cols] = X'Wy. */
static void normal_equations(double *gram, double *right, gal_mat x, const double *y,
                             const double *weight) {
    for (int64_t r = 0; r < x.rows; r++) {
        const float *row = gal_mat_row(x, r);
        const double w = weight ? weight[r] : 1;
        for (int32_t i = 0; i < x.cols; i++) {
            const double wi = w * row[i];
            right[i] += wi * y[r];
            for (int32_t j = 0; j <= i; j++) gram[(size_t)i * x.cols + j] += wi * row[j];
        }
    }
    for (int32_t i = 0; i < x.cols; i++)
        for (int32_t j = 0; j < i; j++) gram[(size_t)j * x.cols + i] = gram[(size_t)i * x.cols + j];
}

gal_status gal_ridge_fit(double *coef, gal_mat x, const double *y, const double *weight,
                         const gal_ridge_options *options, gal_error *err) {
    const size_t n = (size_t)x.cols;
    double *gram = calloc(n * n + n + 1, sizeof *gram);
    if (!gram) return gal_fail(err, GAL_ENOMEM, "out of memory for a linear fit");
    double *right = gram + n * n;
    normal_equations(gram, right, x, y, weight);
    for (size_t i = 0; i < n; i++) {
        coef[i] = 0;
        if (!(options->free_column && i == 0)) gram[i * n + i] += options->l2;
    }
    for (int sweep = 0; sweep < MAX_SWEEP; sweep++) {
        double moved = 0;
        for (size_t i = 0; i < n; i++) {
            if (gram[i * n + i] <= 0) continue;
            double rest = right[i];
            for (size_t j = 0; j < n; j++)
                if (j != i) rest -= gram[i * n + j] * coef[j];
            double value = rest / gram[i * n + i];
            if (options->nonnegative && value < 0 && !(options->free_column && i == 0)) value = 0;
            moved = fmax(moved, fabs(value - coef[i]) / (1e-12 + fabs(value)));
            coef[i] = value;
        }
        if (moved < 1e-10) break;
    }
    free(gram);
    return GAL_OK;
}
