/* Gathers of rows, summed in registers; the rows of later entries are touched in advance. */
enum { TOUCH_ENTRIES = 16 };

/* The factor of entry k. */
INLINE float entry_factor(const gal__gather *g, int64_t k) {
    float factor = g->edge_weight ? g->edge_weight[g->csr->edge[k]] : 1;
    if (g->col_scale) factor *= g->col_scale[g->csr->col[k]];
    return factor;
}

/* y[j..j+vectors[ of one row; vectors is a constant after inlining. */
INLINE void gather_vectors(const int vectors, float *y, const gal__gather *g, int32_t r, int64_t j,
                           float beta, const int weighted) {
    vec sum[8] = {{0}};
    const float *x = g->x + j;
    const int64_t final = g->csr->n_edge - 1;
    for (int64_t k = g->csr->ptr[r]; k < g->csr->ptr[r + 1]; k++) {
        const float *row = x + g->csr->col[k] * g->stride;
        const vec factor = splat(weighted ? entry_factor(g, k) : 1);
        const int64_t later = k + TOUCH_ENTRIES < final ? k + TOUCH_ENTRIES : final;
        const float *later_row = x + g->csr->col[later] * g->stride;
        UNROLL
        for (int v = 0; v < vectors; v += 16 / LANES) __builtin_prefetch(later_row + v * LANES);
        UNROLL
        for (int v = 0; v < vectors; v++)
            sum[v] += weighted ? factor * load(row + v * LANES) : load(row + v * LANES);
    }
    const vec scale = splat(g->row_scale ? g->row_scale[r] : 1);
    UNROLL
    for (int v = 0; v < vectors; v++) {
        float *to = y + j + v * LANES;
        store(to, beta != 0 ? beta * load(to) + scale * sum[v] : scale * sum[v]);
    }
}

/* The columns from j on that fill no vector. */
static void gather_rest(float *y, const gal__gather *g, int32_t r, int64_t j, float beta) {
    for (; j < g->cols; j++) {
        float sum = 0;
        for (int64_t k = g->csr->ptr[r]; k < g->csr->ptr[r + 1]; k++)
            sum += entry_factor(g, k) * g->x[g->csr->col[k] * g->stride + j];
        sum *= g->row_scale ? g->row_scale[r] : 1;
        y[j] = beta != 0 ? beta * y[j] + sum : sum;
    }
}

INLINE void gather_row(float *y, const gal__gather *g, int32_t r, float beta, const int weighted) {
    int64_t j = 0;
    for (; j + 8 * LANES <= g->cols; j += 8 * LANES) gather_vectors(8, y, g, r, j, beta, weighted);
    for (; j + 4 * LANES <= g->cols; j += 4 * LANES) gather_vectors(4, y, g, r, j, beta, weighted);
    for (; j + 2 * LANES <= g->cols; j += 2 * LANES) gather_vectors(2, y, g, r, j, beta, weighted);
    for (; j + LANES <= g->cols; j += LANES) gather_vectors(1, y, g, r, j, beta, weighted);
    if (j < g->cols) gather_rest(y, g, r, j, beta);
}

static void aggregate(float *y, int64_t ldy, const gal__gather *g, int32_t first, int32_t last,
                      float beta) {
    const int weighted = g->edge_weight || g->col_scale;
    for (int32_t r = first; r < last; r++, y += ldy) {
        if (weighted) gather_row(y, g, r, beta, 1);
        else gather_row(y, g, r, beta, 0);
    }
}
