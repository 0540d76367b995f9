/* The graph encoder: embeddings of a circuit's nets by typed message passing.
 *
 * Nets and devices start from linear maps of their features; each layer sends messages from nets
 * to devices and back, with a weight per relation (gate, source/drain, bulk, terminal), and adds
 * the result to what it had:  d += relation layer(d, n),  n += relation layer(n, d).
 */
#ifndef GAL_TASKS_PARASITICS_ENCODER_H
#define GAL_TASKS_PARASITICS_ENCODER_H

#include "gnn/hetero.h"
#include "gnn/linear.h"
#include "netlist/graph.h"

enum { GAL_PEX_MAX_LAYER = 8 };

typedef struct gal_pex_encoder {
    int32_t net_in, device_in, width, n_layer;
    gal_linear from_net, from_device;
    gal_hetero to_device[GAL_PEX_MAX_LAYER], to_net[GAL_PEX_MAX_LAYER];
} gal_pex_encoder;

/* Activations of one graph; memory from an arena. Kept for the backward pass, or all layers share
 * those of the first. */
typedef struct gal_pex_encoded {
    gal_mat net_z, device_z; /* before the first activation */
    gal_mat net[GAL_PEX_MAX_LAYER + 1], device[GAL_PEX_MAX_LAYER + 1]; /* [n, width] */
    gal_mat net_step[GAL_PEX_MAX_LAYER], device_step[GAL_PEX_MAX_LAYER];
    gal_hetero_saved device_saved[GAL_PEX_MAX_LAYER], net_saved[GAL_PEX_MAX_LAYER];
} gal_pex_encoded;

/* Registers the parameters under "encoder.". Errors: GAL_ENOMEM, GAL_EINVAL (n_layer). */
GAL_API gal_status gal_pex_encoder_init(gal_pex_encoder *encoder, gal_params *params,
                                        int32_t net_in, int32_t device_in, int32_t width,
                                        int32_t n_layer, gal_rng *rng, gal_error *err);

/* Numbers in its parameters. */
GAL_API int64_t gal_pex_encoder_size(int32_t net_in, int32_t device_in, int32_t width,
                                     int32_t n_layer);

/* The embeddings out->net[n_layer] from net_x [n_net, net_in], device_x [n_device, device_in].
 * keep: 1 when a backward pass follows, 0 to save memory. GAL_ENOMEM. O(pins * width + nodes *
 * width^2) a layer. */
GAL_API gal_status gal_pex_encode(gal_pex_encoded *out, gal_arena *arena,
                                  const gal_pex_encoder *encoder, const gal_params *params,
                                  const gal_graph *graph, gal_mat net_x, gal_mat device_x, int keep,
                                  gal_error *err);

/* Adds the parameters' gradients given dnet [n_net, width] (clobbered), the loss by the
 * embeddings. Once per gal_pex_encode that keeps. GAL_ENOMEM. */
GAL_API gal_status gal_pex_encode_backward(gal_arena *arena, const gal_pex_encoder *encoder,
                                           gal_params *params, const gal_graph *graph,
                                           gal_mat net_x, gal_mat device_x, gal_pex_encoded *at,
                                           gal_mat dnet, gal_error *err);

#endif
