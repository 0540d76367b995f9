/* Mini-batches of large graphs: neighbour sampling around seed nodes (GraphSAGE, NeurIPS 2017).
 *
 * A draw starts from seeds and, hop by hop, adds up to fan_out[hop] neighbours (drawn without
 * replacement from the CSR row) of each node the last hop added. The result is the subgraph
 * induced by the nodes: every edge of the CSR between them. Link batches draw with both ends of
 * their pairs as seeds (link_sampler.h) and read the ends' local ids from `seed`.
 */
#ifndef GAL_GNN_SAMPLER_H
#define GAL_GNN_SAMPLER_H

#include "base/csr.h"
#include "base/rng.h"

typedef struct gal_subgraph {
    gal_csr csr;      /* [n_node] square, local ids; csr.edge[k] = k */
    int32_t *edge_id; /* [csr.n_edge] the parent's edge of csr entry k, for edge features */
    int32_t *node;    /* [n_node] the parent's node of each local id, distinct; seeds first */
    int32_t *seed;    /* [n_seed] local id of each seed as given (repeats share one) */
    int32_t n_node, n_seed;
} gal_subgraph;

typedef struct gal_sampler {
    const gal_csr *csr; /* kept, not owned */
    int32_t *local;     /* private: [n_row] local id, or -1 outside a draw */
    int32_t *node;      /* private: [n_row] nodes of the draw */
} gal_sampler;

/* For draws from a square CSR that outlives the sampler. Errors: GAL_EINVAL, GAL_ENOMEM. O(n_row).
 * The caller clears it. One sampler per thread. */
GAL_API gal_status gal_sampler_init(gal_sampler *sampler, const gal_csr *csr, gal_error *err);
GAL_API void gal_sampler_clear(gal_sampler *sampler);

/* Draws around seed[0..n_seed[; fan_out [n_hop], -1 takes all neighbours. The result lives in
 * `arena`. The same rng state gives the same draw. Errors: GAL_EINVAL (seed out of range),
 * GAL_ENOMEM. O(sum of the degrees of the drawn nodes + fan_out^2 per node). */
GAL_API gal_status gal_sampler_draw(gal_subgraph *out, gal_arena *arena, gal_sampler *sampler,
                                    const int32_t *seed, int32_t n_seed, const int32_t *fan_out,
                                    int32_t n_hop, gal_rng *rng, gal_error *err);

#endif
