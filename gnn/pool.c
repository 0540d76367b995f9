/* sum: y_s = sum of x_i, dx_i = dy_s.  mean: y_s = sum / n_s, dx_i = dy_s / n_s.
 * max, per column: y_s = x_a with a the first row of the maximum, dx_a = dy_s, else 0.
 */
#include "gnn/pool.h"

#include "gnn/reduce.h"
#include <assert.h>

/* Maximum and its row number (counted from `first`) of every column of the segment x. */
static void max_segment(float *y, int64_t *arg, gal_mat x, int64_t first) {
    for (int32_t c = 0; c < x.cols; c++) {
        y[c] = x.rows ? x.data[c] : 0;
        arg[c] = x.rows ? first : -1;
    }
    for (int64_t r = 1; r < x.rows; r++) {
        const float *row = gal_mat_row(x, r);
        for (int32_t c = 0; c < x.cols; c++) {
            if (!(row[c] > y[c])) continue;
            y[c] = row[c];
            arg[c] = first + r;
        }
    }
}

static double scale_of(gal_pool kind, int64_t rows) {
    return kind == GAL_POOL_MEAN && rows ? 1.0 / (double)rows : 1.0;
}

void gal_pool_forward(gal_mat y, int64_t *arg, gal_pool kind, gal_mat x, const int64_t *ptr) {
    assert(y.cols == x.cols && ptr[0] == 0 && ptr[y.rows] == x.rows);
    assert(kind != GAL_POOL_MAX || arg);
#pragma omp parallel for schedule(static) if (y.rows > 1 && x.rows > 256)
    for (int64_t s = 0; s < y.rows; s++) {
        const gal_mat segment = gal_mat_rows(x, ptr[s], ptr[s + 1] - ptr[s]);
        if (kind == GAL_POOL_MAX) max_segment(gal_mat_row(y, s), arg + s * x.cols, segment, ptr[s]);
        else
            gal__column_dot(gal_mat_row(y, s), segment, (gal_mat){0}, scale_of(kind, segment.rows),
                            0);
    }
}

static void max_backward(gal_mat dx, const int64_t *arg, gal_mat dy) {
    for (int64_t s = 0; s < dy.rows; s++)
        for (int32_t c = 0; c < dy.cols; c++) {
            const int64_t r = arg[s * dy.cols + c];
            if (r >= 0) gal_mat_row(dx, r)[c] = gal_mat_row(dy, s)[c];
        }
}

/* dx[r] = scale * dy for every row of a segment. */
static void spread(gal_mat dx, const float *dy, float scale) {
    for (int64_t r = 0; r < dx.rows; r++) {
        float *row = gal_mat_row(dx, r);
        for (int32_t c = 0; c < dx.cols; c++) row[c] = scale * dy[c];
    }
}

void gal_pool_backward(gal_mat dx, const int64_t *arg, gal_pool kind, const int64_t *ptr,
                       gal_mat dy) {
    assert(dy.cols == dx.cols && ptr[dy.rows] == dx.rows);
    if (kind == GAL_POOL_MAX) {
        gal_mat_fill(dx, 0);
        max_backward(dx, arg, dy);
        return;
    }
#pragma omp parallel for schedule(static) if (dy.rows > 1 && dx.rows > 256)
    for (int64_t s = 0; s < dy.rows; s++) {
        const gal_mat segment = gal_mat_rows(dx, ptr[s], ptr[s + 1] - ptr[s]);
        spread(segment, gal_mat_row(dy, s), (float)scale_of(kind, segment.rows));
    }
}
