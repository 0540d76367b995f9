#include "tasks/parasitics/encoder.h"

#include "gnn/activation.h"
#include <stdio.h>

gal_status gal_pex_encoder_init(gal_pex_encoder *encoder, gal_params *params, int32_t net_in,
                                int32_t device_in, int32_t width, int32_t n_layer, gal_rng *rng,
                                gal_error *err) {
    if (n_layer < 1 || n_layer > GAL_PEX_MAX_LAYER || width < 1)
        return gal_fail(err, GAL_EINVAL, "an encoder has 1 to %d layers", GAL_PEX_MAX_LAYER);
    *encoder = (gal_pex_encoder){net_in, device_in, width, n_layer, {0}, {0}, {{0}}, {{0}}};
    GAL_TRY(gal_linear_init(&encoder->from_net, params, "encoder.net", net_in, width, rng, err));
    GAL_TRY(gal_linear_init(&encoder->from_device, params, "encoder.device", device_in, width, rng,
                            err));
    for (int32_t l = 0; l < n_layer; l++) {
        char name[40];
        snprintf(name, sizeof name, "encoder.%d.device", l);
        GAL_TRY(gal_hetero_init(&encoder->to_device[l], params, name, width, width, width,
                                GAL_N_RELATION, GAL_ACT_SILU, rng, err));
        snprintf(name, sizeof name, "encoder.%d.net", l);
        GAL_TRY(gal_hetero_init(&encoder->to_net[l], params, name, width, width, width,
                                GAL_N_RELATION, GAL_ACT_SILU, rng, err));
    }
    return GAL_OK;
}

int64_t gal_pex_encoder_size(int32_t net_in, int32_t device_in, int32_t width, int32_t n_layer) {
    const int64_t w = width, layer = ((1 + GAL_N_RELATION) * w + 1) * w;
    return ((int64_t)net_in + 1 + device_in + 1) * w + 2 * n_layer * layer;
}

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the graph encoder");
}

/* Two matrices of the graph's nodes. */
static int nodes_new(gal_mat *net, gal_mat *device, gal_arena *arena, const gal_graph *graph,
                     int32_t width) {
    *net = gal_mat_new(arena, graph->n_net, width);
    *device = gal_mat_new(arena, graph->n_device, width);
    return net->data && device->data;
}

/* Buffers of layer l; when nothing is kept, those of the layer before. */
static gal_status layer_new(gal_pex_encoded *out, int32_t l, gal_arena *arena,
                            const gal_pex_encoder *encoder, const gal_graph *graph, int keep,
                            gal_error *err) {
    if (!keep) {
        out->net[l + 1] = out->net[l];
        out->device[l + 1] = out->device[l];
    } else if (!nodes_new(&out->net[l + 1], &out->device[l + 1], arena, graph, encoder->width)) {
        return no_memory(err);
    }
    if (!keep && l > 0) {
        out->net_step[l] = out->net_step[l - 1];
        out->device_step[l] = out->device_step[l - 1];
        out->net_saved[l] = out->net_saved[l - 1];
        out->device_saved[l] = out->device_saved[l - 1];
        return GAL_OK;
    }
    if (!nodes_new(&out->net_step[l], &out->device_step[l], arena, graph, encoder->width))
        return no_memory(err);
    GAL_TRY(gal_hetero_saved_new(&out->device_saved[l], arena, &encoder->to_device[l],
                                 graph->n_device, err));
    return gal_hetero_saved_new(&out->net_saved[l], arena, &encoder->to_net[l], graph->n_net, err);
}

/* after = before + step; after may be before. */
static void advance(gal_mat after, gal_mat before, gal_mat step) {
    if (after.data != before.data) gal_mat_copy(after, before);
    gal_mat_add(after, step, 1);
}

gal_status gal_pex_encode(gal_pex_encoded *out, gal_arena *arena, const gal_pex_encoder *encoder,
                          const gal_params *params, const gal_graph *graph, gal_mat net_x,
                          gal_mat device_x, int keep, gal_error *err) {
    if (!nodes_new(&out->net[0], &out->device[0], arena, graph, encoder->width))
        return no_memory(err);
    out->net_z = out->net[0];
    out->device_z = out->device[0];
    if (keep && !nodes_new(&out->net_z, &out->device_z, arena, graph, encoder->width))
        return no_memory(err);
    gal_linear_forward(out->net_z, &encoder->from_net, params, net_x);
    gal_act_forward(out->net[0], GAL_ACT_SILU, out->net_z);
    gal_linear_forward(out->device_z, &encoder->from_device, params, device_x);
    gal_act_forward(out->device[0], GAL_ACT_SILU, out->device_z);
    for (int32_t l = 0; l < encoder->n_layer; l++) {
        GAL_TRY(layer_new(out, l, arena, encoder, graph, keep, err));
        gal_hetero_forward(out->device_step[l], &out->device_saved[l], &encoder->to_device[l],
                           params, graph->nets_of, out->device[l], out->net[l]);
        advance(out->device[l + 1], out->device[l], out->device_step[l]);
        gal_hetero_forward(out->net_step[l], &out->net_saved[l], &encoder->to_net[l], params,
                           graph->devices_of, out->net[l], out->device[l + 1]);
        advance(out->net[l + 1], out->net[l], out->net_step[l]);
    }
    return GAL_OK;
}

gal_status gal_pex_encode_backward(gal_arena *arena, const gal_pex_encoder *encoder,
                                   gal_params *params, const gal_graph *graph, gal_mat net_x,
                                   gal_mat device_x, gal_pex_encoded *at, gal_mat dnet,
                                   gal_error *err) {
    const gal_mat ddevice = gal_mat_new(arena, graph->n_device, encoder->width);
    const gal_mat net_part = gal_mat_new(arena, graph->n_net, encoder->width);
    const gal_mat device_part = gal_mat_new(arena, graph->n_device, encoder->width);
    const gal_mat unwanted = {0};
    if (!ddevice.data || !net_part.data || !device_part.data) return no_memory(err);
    gal_mat_fill(ddevice, 0);
    for (int32_t l = encoder->n_layer - 1; l >= 0; l--) {
        gal_hetero_backward(net_part, device_part, &encoder->to_net[l], params, graph->nets_of,
                            at->net[l], &at->net_saved[l], at->net_step[l], dnet);
        gal_mat_add(dnet, net_part, 1);
        gal_mat_add(ddevice, device_part, 1);
        gal_hetero_backward(device_part, net_part, &encoder->to_device[l], params,
                            graph->devices_of, at->device[l], &at->device_saved[l],
                            at->device_step[l], ddevice);
        gal_mat_add(ddevice, device_part, 1);
        gal_mat_add(dnet, net_part, 1);
    }
    gal_act_backward(dnet, GAL_ACT_SILU, at->net_z, at->net[0], dnet);
    gal_linear_backward(unwanted, &encoder->from_net, params, net_x, dnet);
    gal_act_backward(ddevice, GAL_ACT_SILU, at->device_z, at->device[0], ddevice);
    gal_linear_backward(unwanted, &encoder->from_device, params, device_x, ddevice);
    return GAL_OK;
}
