#include "base/csr.h"

#include <stdlib.h>
#include <string.h>

static gal_status allocate(gal_csr *csr, gal_arena *arena, int32_t n_row, int32_t n_col,
                           int64_t n_edge, gal_error *err) {
    if (n_row < 0 || n_col < 0 || n_edge < 0 || n_edge > INT32_MAX)
        return gal_fail(err, GAL_ELIMIT, "graph too large: %lld edges", (long long)n_edge);
    *csr = (gal_csr){.n_row = n_row, .n_col = n_col, .n_edge = n_edge};
    csr->ptr = GAL_ARENA_ARRAY(arena, int64_t, (int64_t)n_row + 1);
    csr->col = gal_arena_alloc(arena, (size_t)n_edge * sizeof *csr->col);
    csr->edge = gal_arena_alloc(arena, (size_t)n_edge * sizeof *csr->edge);
    if (!csr->ptr || !csr->col || !csr->edge)
        return gal_fail(err, GAL_ENOMEM, "out of memory for a graph of %lld edges",
                        (long long)n_edge);
    return GAL_OK;
}

/* Turns counts in ptr[1..n_row] into starts; placing entries through place() moves each start to
 * its row's end, and shift_back() restores the starts. */
static void prefix_sum(gal_csr *csr) {
    for (int32_t r = 0; r < csr->n_row; r++) csr->ptr[r + 1] += csr->ptr[r];
}

static void place(gal_csr *csr, int32_t row, int32_t col, int32_t edge) {
    const int64_t k = csr->ptr[row]++;
    csr->col[k] = col;
    csr->edge[k] = edge;
}

static void shift_back(gal_csr *csr) {
    memmove(csr->ptr + 1, csr->ptr, (size_t)csr->n_row * sizeof *csr->ptr);
    csr->ptr[0] = 0;
}

gal_status gal_csr_build(gal_csr *csr, gal_arena *arena, int32_t n_row, int32_t n_col,
                         int64_t n_edge, const int32_t *row, const int32_t *col, gal_error *err) {
    GAL_TRY(allocate(csr, arena, n_row, n_col, n_edge, err));
    for (int64_t k = 0; k < n_edge; k++) {
        if (row[k] < 0 || row[k] >= n_row || col[k] < 0 || col[k] >= n_col)
            return gal_fail(err, GAL_EINVAL, "edge %lld leaves the graph", (long long)k);
        csr->ptr[row[k] + 1]++;
    }
    prefix_sum(csr);
    for (int64_t k = 0; k < n_edge; k++) place(csr, row[k], col[k], (int32_t)k);
    shift_back(csr);
    return GAL_OK;
}

gal_status gal_csr_transpose(gal_csr *out, gal_arena *arena, const gal_csr *csr, gal_error *err) {
    GAL_TRY(allocate(out, arena, csr->n_col, csr->n_row, csr->n_edge, err));
    for (int64_t k = 0; k < csr->n_edge; k++) out->ptr[csr->col[k] + 1]++;
    prefix_sum(out);
    for (int32_t r = 0; r < csr->n_row; r++)
        for (int64_t k = csr->ptr[r]; k < csr->ptr[r + 1]; k++)
            place(out, csr->col[k], r, csr->edge[k]);
    shift_back(out);
    return GAL_OK;
}

gal_status gal_csr_bfs_order(int32_t *order, const gal_csr *csr, gal_error *err) {
    if (csr->n_row != csr->n_col)
        return gal_fail(err, GAL_EINVAL, "a numbering needs a square graph, not %d x %d",
                        csr->n_row, csr->n_col);
    char *seen = calloc((size_t)csr->n_row + 1, 1);
    if (!seen) return gal_fail(err, GAL_ENOMEM, "out of memory while numbering a graph");
    int32_t head = 0, tail = 0;
    for (int32_t start = 0; start < csr->n_row; start++) {
        if (seen[start]) continue;
        seen[start] = 1;
        order[tail++] = start;
        for (; head < tail; head++)
            for (int64_t k = csr->ptr[order[head]]; k < csr->ptr[order[head] + 1]; k++)
                if (!seen[csr->col[k]]) {
                    seen[csr->col[k]] = 1;
                    order[tail++] = csr->col[k];
                }
    }
    free(seen);
    return GAL_OK;
}
