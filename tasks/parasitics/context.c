#include "tasks/parasitics/context.h"

gal_status gal_pex_context_build(gal_pex_context *context, gal_arena *arena,
                                 const gal_circuit *circuit, const gal_graph *graph,
                                 gal_error *err) {
    GAL_TRY(gal_pex_neighbours_build(&context->list, arena, circuit, graph, err));
    GAL_TRY(gal_pex_colours_build(&context->colours, arena, &context->list, err));
    context->net = gal_mat_new(arena, graph->n_net, GAL_PEX_NET_CONTEXT);
    if (!context->net.data)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the columns of the nets");
    return gal_pex_net_context(context->net, &context->list, &context->colours, err);
}

int gal_pex_rank(const gal_pex_context *context, int32_t a, int32_t b) {
    const gal_pex_neighbours *list = &context->list;
    const int rail_a = list->kind[a] != GAL_PEX_SIGNAL, rail_b = list->kind[b] != GAL_PEX_SIGNAL;
    if (rail_a != rail_b) return rail_a - rail_b;
    if (list->degree[a] != list->degree[b]) return list->degree[a] > list->degree[b] ? 1 : -1;
    for (int k = 1; k <= GAL_PEX_ROUNDS; k++) {
        const uint64_t *colour = context->colours.round[k];
        if (colour[a] != colour[b]) return colour[a] > colour[b] ? 1 : -1;
    }
    const float *x = gal_mat_row(context->net, a), *y = gal_mat_row(context->net, b);
    for (int f = 0; f < GAL_PEX_N_NET_BASE; f++)
        if (x[f] != y[f]) return x[f] > y[f] ? 1 : -1;
    return 0;
}
