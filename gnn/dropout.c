#include "gnn/dropout.h"

#include <assert.h>

/* SplitMix64: four 16-bit lanes decide on four neighbouring columns. */
static uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void drop_row(float *y, const float *x, int32_t n, uint32_t threshold, float scale,
                     uint64_t counter) {
    for (int32_t first = 0; first < n; first += 4) {
        const uint64_t bits = mix(counter += 0x9e3779b97f4a7c15u);
        const int32_t end = n - first < 4 ? n : first + 4;
        for (int32_t c = first; c < end; c++) {
            const uint32_t lane = (uint32_t)(bits >> (16 * (c - first))) & 0xffffu;
            y[c] = lane < threshold ? 0.0f : x[c] * scale;
        }
    }
}

void gal_dropout(gal_mat y, gal_mat x, float rate, uint64_t seed) {
    assert(rate >= 0 && rate < 1 && y.rows == x.rows && y.cols == x.cols);
    uint32_t threshold = (uint32_t)(rate * 65536.0f + 0.5f);
    if (threshold > 65535) threshold = 65535;
    if (threshold == 0) {
        if (y.data != x.data) gal_mat_copy(y, x);
        return;
    }
    const float scale = 65536.0f / (float)(65536 - threshold);
#pragma omp parallel for schedule(static)
    for (int64_t r = 0; r < x.rows; r++)
        drop_row(gal_mat_row(y, r), gal_mat_row(x, r), x.cols, threshold, scale,
                 mix(seed ^ mix((uint64_t)r)));
}
