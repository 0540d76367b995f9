/* What the message-passing layers share: edge features projected to the width of a message.
 *
 * Layers take a bipartite graph: `csr` has a row per destination and a column per source node,
 * `transposed` is its transpose. Edge features e and messages are indexed by csr->edge[k], so a row
 * of messages is written by one destination only; number the edges by destination, then messages
 * are written in order (1.5 times as fast). On an ordinary graph pass the same x as x_dst and x_src
 * and add the two gradients. The projection is a gal_linear; in == 0 means the graph has no edge
 * features.
 */
#ifndef GAL_GNN_EDGE_H
#define GAL_GNN_EDGE_H

#include "base/csr.h"
#include "gnn/linear.h"

/* Below this many edges a loop stays on one thread. */
enum { GAL__PARALLEL_EDGES = 1024 };

/* Registers "<name>.edge.weight" and ".bias", or nothing when in is 0. */
gal_status gal__edge_init(gal_linear *l, gal_params *p, const char *name, int32_t in, int32_t out,
                          gal_rng *rng, gal_error *err);
/* message [n_edge, out] = e W + b, or zeros without edge features. */
void gal__edge_forward(gal_mat message, const gal_linear *l, const gal_params *p, gal_mat e);
/* de is overwritten (.data NULL: not wanted); nothing happens without edge features. */
void gal__edge_backward(gal_mat de, const gal_linear *l, gal_params *p, gal_mat e,
                        gal_mat d_message);
/* dx_src[j] = sum over the edges of j of d_message[edge]: the backward pass of a gather. */
void gal__edge_gather(gal_mat dx_src, const gal_csr *transposed, gal_mat d_message);

/* Fetches the rows that entry k + 8 of the CSR will need, of x by column and of message by edge
 * (.data NULL: none), while those of entry k are worked on: rows come in no order, so the hardware
 * does not see them coming. */
static inline void gal__edge_prefetch(const gal_csr *csr, int64_t k, gal_mat x, gal_mat message) {
    const int64_t ahead = k + 8;
    if (ahead >= csr->n_edge) return;
    const float *row = x.data ? gal_mat_row(x, csr->col[ahead]) : NULL;
    for (int32_t c = 0; row && c < x.cols; c += 16) __builtin_prefetch(row + c);
    row = message.data ? gal_mat_row(message, csr->edge[ahead]) : NULL;
    for (int32_t c = 0; row && c < message.cols; c += 16) __builtin_prefetch(row + c);
}

#endif
