#include "gnn/reduce.h"

#include <assert.h>

enum { MAX_BLOCK = 32, MIN_ROWS = 256, CHUNK = 64, FLOAT_ROWS = 16 };

static int64_t block_rows(int64_t rows) {
    const int64_t n = (rows + MAX_BLOCK - 1) / MAX_BLOCK;
    return n < MIN_ROWS ? MIN_ROWS : n;
}

/* acc[c] += a * b of one row; b NULL means ones. */
static void row_dot(float *restrict acc, const float *a, const float *b, int32_t n) {
    if (b)
        for (int32_t c = 0; c < n; c++) acc[c] += a[c] * b[c];
    else
        for (int32_t c = 0; c < n; c++) acc[c] += a[c];
}

/* part[c] = sum over the rows of a * b: float over a few rows, then double. */
static void block_dot(double *part, gal_mat a, gal_mat b) {
    for (int32_t c = 0; c < a.cols; c++) part[c] = 0;
    for (int64_t first = 0; first < a.rows; first += FLOAT_ROWS) {
        const int64_t end = first + FLOAT_ROWS < a.rows ? first + FLOAT_ROWS : a.rows;
        float acc[CHUNK] = {0};
        for (int64_t r = first; r < end; r++)
            row_dot(acc, gal_mat_row(a, r), b.data ? gal_mat_row(b, r) : NULL, a.cols);
        for (int32_t c = 0; c < a.cols; c++) part[c] += (double)acc[c];
    }
}

/* One chunk of at most CHUNK columns: blocks in parallel, their partial sums in order. */
static void chunk_dot(double *sum, gal_mat a, gal_mat b) {
    const int64_t step = block_rows(a.rows), n_block = (a.rows + step - 1) / step;
    double part[MAX_BLOCK][CHUNK];
#pragma omp parallel for schedule(static) if (n_block > 1)
    for (int64_t i = 0; i < n_block; i++) {
        const int64_t first = i * step, n = first + step > a.rows ? a.rows - first : step;
        const gal_mat rest = b.data ? gal_mat_rows(b, first, n) : b;
        block_dot(part[i], gal_mat_rows(a, first, n), rest);
    }
    for (int32_t c = 0; c < a.cols; c++) sum[c] = 0;
    for (int64_t i = 0; i < n_block; i++)
        for (int32_t c = 0; c < a.cols; c++) sum[c] += part[i][c];
}

static gal_mat chunk_of(gal_mat m, int32_t first) {
    if (!m.data) return m;
    return gal_mat_cols(m, first, m.cols - first < CHUNK ? m.cols - first : CHUNK);
}

void gal__column_dot(float *sum, gal_mat a, gal_mat b, double scale, float beta) {
    assert(!b.data || (b.rows == a.rows && b.cols == a.cols));
    for (int32_t first = 0; first < a.cols; first += CHUNK) {
        double part[CHUNK];
        const gal_mat chunk = chunk_of(a, first);
        chunk_dot(part, chunk, chunk_of(b, first));
        for (int32_t c = 0; c < chunk.cols; c++) {
            const float old = beta != 0 ? beta * sum[first + c] : 0;
            sum[first + c] = old + (float)(scale * part[c]);
        }
    }
}

double gal__dot(gal_mat a, gal_mat b) {
    assert(b.rows == a.rows && b.cols == a.cols);
    double total = 0;
    for (int32_t first = 0; first < a.cols; first += CHUNK) {
        double part[CHUNK];
        const gal_mat chunk = chunk_of(a, first);
        chunk_dot(part, chunk, chunk_of(b, first));
        for (int32_t c = 0; c < chunk.cols; c++) total += part[c];
    }
    return total;
}
