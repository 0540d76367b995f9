#include "gnn/edge.h"

#include "gnn/aggregate.h"
#include "gnn/part.h"
#include <assert.h>

gal_status gal__edge_init(gal_linear *l, gal_params *p, const char *name, int32_t in, int32_t out,
                          gal_rng *rng, gal_error *err) {
    *l = (gal_linear){.in = 0, .out = out, .weight = -1, .bias = -1};
    if (in == 0) return GAL_OK;
    return gal__part_linear(l, p, name, "edge", -1, in, out, rng, err);
}

void gal__edge_forward(gal_mat message, const gal_linear *l, const gal_params *p, gal_mat e) {
    if (l->in == 0) {
        gal_mat_fill(message, 0);
        return;
    }
    assert(e.rows == message.rows && e.cols == l->in);
    gal_linear_forward(message, l, p, e);
}

void gal__edge_backward(gal_mat de, const gal_linear *l, gal_params *p, gal_mat e,
                        gal_mat d_message) {
    if (l->in) gal_linear_backward(de, l, p, e, d_message);
}

void gal__edge_gather(gal_mat dx_src, const gal_csr *transposed, gal_mat d_message) {
    if (!dx_src.data) return;
    gal_csr incidence = *transposed; /* node -> its edges instead of its neighbours */
    incidence.n_col = (int32_t)d_message.rows;
    incidence.col = transposed->edge;
    gal_aggregate(dx_src, &incidence, d_message, NULL, NULL, 0);
}
