/* Compressed sparse rows: the one adjacency structure of galena.
 *
 * Row r's entries are [ptr[r]..ptr[r+1][; entry k leads to column col[k] and stems from edge
 * edge[k] of the list it was built from (so edge features stay where they are). A gather in one
 * direction uses a CSR, in the other its transpose: no scatter, no atomics.
 */
#ifndef GAL_BASE_CSR_H
#define GAL_BASE_CSR_H

#include "base/arena.h"
#include <stdint.h>

typedef struct gal_csr {
    int32_t n_row, n_col;
    int64_t n_edge;
    int64_t *ptr;  /* [n_row + 1] ascending, ptr[0] = 0 */
    int32_t *col;  /* [n_edge] in [0..n_col[ */
    int32_t *edge; /* [n_edge] in [0..n_edge[, a permutation */
} gal_csr;

/* From edges row[k] -> col[k], k in [0..n_edge[; entries of a row keep the edges' order (counting
 * sort). Memory from `arena`. Errors: GAL_ENOMEM, GAL_ELIMIT (n_edge >= 2^31), GAL_EINVAL (an id
 * out of range). O(n_row + n_edge). */
GAL_API gal_status gal_csr_build(gal_csr *csr, gal_arena *arena, int32_t n_row, int32_t n_col,
                                 int64_t n_edge, const int32_t *row, const int32_t *col,
                                 gal_error *err);

/* The transpose; its `edge` refers to the same edge list. O(n_row + n_col + n_edge). */
GAL_API gal_status gal_csr_transpose(gal_csr *out, gal_arena *arena, const gal_csr *csr,
                                     gal_error *err);

/* Breadth-first numbering of a square CSR (edges taken as given; pass a symmetric one). Components
 * start at their lowest id. order[new] = old. Halves the cost of random gathers on shuffled
 * graphs. O(n_row + n_edge). */
GAL_API gal_status gal_csr_bfs_order(int32_t *order, const gal_csr *csr, gal_error *err);

#endif
