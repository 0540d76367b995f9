#include "tasks/parasitics/network.h"

#include "tasks/parasitics/network_loss.h"
#include "tasks/parasitics/scaler.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PAIR_BLOCK = 4096, HEAD_WIDTH = 64 };

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the network");
}

int32_t gal_pex_class(float log10_ff) {
    const float k = floorf((log10_ff + 3) / 0.8f);
    return !(k > 0) ? 0 : k >= GAL_PEX_N_CLASS ? GAL_PEX_N_CLASS - 1 : (int32_t)k;
}

/* The last linear layer of a head to zero: training starts from 1 fF and even odds. */
static void silence(gal_params *params, const gal_mlp *head) {
    gal_mat_fill(gal_params_value(params, head->linear[head->n_layer - 1].weight), 0);
}

/* Widths of a head's layers. */
enum { HEAD_LAYERS = 2 };

static void head_widths(int32_t out[HEAD_LAYERS + 1], int32_t from, int32_t to) {
    out[0] = from;
    out[1] = HEAD_WIDTH;
    out[2] = to;
}

gal_status gal_pex_network_init(gal_pex_network *network, gal_params *params, int32_t net_in,
                                int32_t device_in, int32_t pair_in, int32_t width, int32_t n_layer,
                                float dropout, gal_rng *rng, gal_error *err) {
    network->net_in = net_in;
    network->pair_in = pair_in;
    GAL_TRY(gal_pex_encoder_init(&network->encoder, params, net_in, device_in, width, n_layer, rng,
                                 err));
    int32_t net[HEAD_LAYERS + 1], pair[HEAD_LAYERS + 1];
    head_widths(net, width + net_in, GAL_PEX_N_NET_OUT);
    head_widths(pair, 2 * width + pair_in, GAL_PEX_N_PAIR_OUT);
    GAL_TRY(gal_mlp_init(&network->net_head, params, "net_head", net, HEAD_LAYERS, GAL_ACT_SILU, 0,
                         dropout, rng, err));
    GAL_TRY(gal_mlp_init(&network->pair_head, params, "pair_head", pair, HEAD_LAYERS, GAL_ACT_SILU,
                         0, dropout, rng, err));
    silence(params, &network->net_head);
    silence(params, &network->pair_head);
    return GAL_OK;
}

int64_t gal_pex_network_size(int32_t net_in, int32_t device_in, int32_t pair_in, int32_t width,
                             int32_t n_layer) {
    int32_t net[HEAD_LAYERS + 1], pair[HEAD_LAYERS + 1];
    head_widths(net, width + net_in, GAL_PEX_N_NET_OUT);
    head_widths(pair, 2 * width + pair_in, GAL_PEX_N_PAIR_OUT);
    return gal_pex_encoder_size(net_in, device_in, width, n_layer) +
           gal_mlp_size(net, HEAD_LAYERS) + gal_mlp_size(pair, HEAD_LAYERS);
}

/* Rows [embedding | features] of the nets' head. */
static void net_rows(gal_mat x, gal_mat h, gal_mat features) {
    gal_mat_copy(gal_mat_cols(x, 0, h.cols), h);
    gal_mat_copy(gal_mat_cols(x, h.cols, features.cols), features);
}

/* Rows [h_a + h_b | h_a h_b | features] of the pairs' head, for pairs index[0..x.rows[ (NULL:
 * first, first + 1, ...). */
static void pair_rows(gal_mat x, gal_mat h, const gal_pex_input *input, const int32_t *index,
                      int32_t first) {
    for (int64_t i = 0; i < x.rows; i++) {
        const int32_t p = index ? index[i] : first + (int32_t)i;
        const float *a = gal_mat_row(h, input->pex->pair[p].a);
        const float *b = gal_mat_row(h, input->pex->pair[p].b);
        float *row = gal_mat_row(x, i);
        for (int32_t c = 0; c < h.cols; c++) row[c] = a[c] + b[c], row[h.cols + c] = a[c] * b[c];
        gal_pex_scale_row(row + 2 * h.cols, gal_mat_row(input->pex->pair_x, p), input->pair_scale,
                          input->pex->pair_x.cols);
    }
}

/* The gradient of pair_rows by h, added to dh. */
static void pair_rows_backward(gal_mat dh, gal_mat dx, gal_mat h, const gal_pex_input *input,
                               const int32_t *index) {
    for (int64_t i = 0; i < dx.rows; i++) {
        const gal_pex_pair pair = input->pex->pair[index[i]];
        const float *a = gal_mat_row(h, pair.a), *b = gal_mat_row(h, pair.b);
        const float *row = gal_mat_row(dx, i);
        float *da = gal_mat_row(dh, pair.a), *db = gal_mat_row(dh, pair.b);
        for (int32_t c = 0; c < h.cols; c++) {
            da[c] += row[c] + row[h.cols + c] * b[c];
            db[c] += row[c] + row[h.cols + c] * a[c];
        }
    }
}

/* Pairs first .. first + out.rows. */
static gal_status run_pairs(gal_mat out, gal_arena *scratch, const gal_pex_network *network,
                            const gal_params *params, gal_mat h, const gal_pex_input *input,
                            int32_t first, gal_error *err) {
    gal_mlp_saved saved;
    const gal_mat x = gal_mat_new(scratch, out.rows, network->pair_head.linear[0].in);
    if (!x.data) return no_memory(err);
    GAL_TRY(gal_mlp_saved_new(&saved, scratch, &network->pair_head, out.rows, err));
    pair_rows(x, h, input, NULL, first);
    gal_mlp_forward(out, &saved, &network->pair_head, params, x, 0);
    return GAL_OK;
}

gal_status gal_pex_network_run(gal_mat net_out, gal_mat pair_out, gal_arena *arena,
                               const gal_pex_network *network, const gal_params *params,
                               const gal_pex_input *input, gal_error *err) {
    const gal_pex_encoder *encoder = &network->encoder;
    gal_pex_encoded at;
    GAL_TRY(gal_pex_encode(&at, arena, encoder, params, &input->pex->graph, input->net,
                           input->device, 0, err));
    const gal_mat h = at.net[encoder->n_layer];
    const gal_mat net_x = gal_mat_new(arena, h.rows, network->net_head.linear[0].in);
    gal_mlp_saved saved;
    if (!net_x.data) return no_memory(err);
    GAL_TRY(gal_mlp_saved_new(&saved, arena, &network->net_head, h.rows, err));
    net_rows(net_x, h, input->net);
    gal_mlp_forward(net_out, &saved, &network->net_head, params, net_x, 0);
    gal_arena scratch;
    gal_arena_init(&scratch);
    gal_status status = GAL_OK;
    for (int32_t first = 0; status == GAL_OK && first < input->pex->n_pair; first += PAIR_BLOCK) {
        const int32_t left = input->pex->n_pair - first, n = left < PAIR_BLOCK ? left : PAIR_BLOCK;
        status = run_pairs(gal_mat_rows(pair_out, first, n), &scratch, network, params, h, input,
                           first, err);
        gal_arena_reset(&scratch);
    }
    gal_arena_clear(&scratch);
    return status;
}

/* At most `max` pair indices: coupled ones first, the rest for the others; all when they fit. */
static int32_t draw_pairs(int32_t *index, const gal_pex_case *pex, int32_t max, gal_rng *rng) {
    int32_t n = 0, coupled = 0;
    for (int32_t p = 0; p < pex->n_pair; p++)
        if (!isnan(pex->couple[p])) index[n++] = p;
    coupled = n;
    for (int32_t p = 0; p < pex->n_pair; p++)
        if (isnan(pex->couple[p])) index[n++] = p;
    if (n <= max) return n;
    const int32_t from_coupled = coupled < max / 2 ? coupled : max / 2;
    gal_rng_shuffle(rng, index, coupled);
    gal_rng_shuffle(rng, index + coupled, n - coupled);
    const int32_t others = n - coupled < max - from_coupled ? n - coupled : max - from_coupled;
    memmove(index + from_coupled, index + coupled, (size_t)others * sizeof *index);
    return from_coupled + others;
}

/* Everything a training pass over one case needs beside the encoder's activations. */
typedef struct pass {
    gal_mat net_x, net_out, dnet_out, dnet_x;
    gal_mat pair_x, pair_out, dpair_out, dpair_x;
    gal_mlp_saved net_saved, pair_saved;
    int32_t *index;
    int32_t n_pair;
} pass;

static gal_status pass_new(pass *at, gal_arena *arena, const gal_pex_network *network,
                           const gal_pex_input *input, int32_t max_pair, gal_rng *rng,
                           gal_error *err) {
    const int32_t n_net = input->pex->graph.n_net;
    at->index = gal_arena_alloc(arena, ((size_t)input->pex->n_pair + 1) * sizeof *at->index);
    if (!at->index) return no_memory(err);
    at->n_pair = draw_pairs(at->index, input->pex, max_pair, rng);
    at->net_x = gal_mat_new(arena, n_net, network->net_head.linear[0].in);
    at->dnet_x = gal_mat_new(arena, n_net, network->net_head.linear[0].in);
    at->net_out = gal_mat_new(arena, n_net, GAL_PEX_N_NET_OUT);
    at->dnet_out = gal_mat_new(arena, n_net, GAL_PEX_N_NET_OUT);
    at->pair_x = gal_mat_new(arena, at->n_pair, network->pair_head.linear[0].in);
    at->dpair_x = gal_mat_new(arena, at->n_pair, network->pair_head.linear[0].in);
    at->pair_out = gal_mat_new(arena, at->n_pair, GAL_PEX_N_PAIR_OUT);
    at->dpair_out = gal_mat_new(arena, at->n_pair, GAL_PEX_N_PAIR_OUT);
    if (!at->net_x.data || !at->dnet_x.data || !at->net_out.data || !at->dnet_out.data ||
        !at->pair_x.data || !at->dpair_x.data || !at->pair_out.data || !at->dpair_out.data)
        return no_memory(err);
    GAL_TRY(gal_mlp_saved_new(&at->net_saved, arena, &network->net_head, n_net, err));
    return gal_mlp_saved_new(&at->pair_saved, arena, &network->pair_head, at->n_pair, err);
}

static void scale(gal_mat m, float factor) {
    for (int64_t i = 0; i < m.rows * m.cols; i++) m.data[i] *= factor;
}

gal_status gal_pex_network_learn(double *loss, gal_arena *arena, const gal_pex_network *network,
                                 gal_params *params, const gal_pex_input *input,
                                 const gal_pex_prior *prior, int32_t max_pair, double weight,
                                 gal_rng *rng, gal_error *err) {
    const gal_pex_encoder *encoder = &network->encoder;
    const gal_graph *graph = &input->pex->graph;
    gal_pex_encoded code;
    pass at;
    GAL_TRY(pass_new(&at, arena, network, input, max_pair, rng, err));
    GAL_TRY(
        gal_pex_encode(&code, arena, encoder, params, graph, input->net, input->device, 1, err));
    const gal_mat h = code.net[encoder->n_layer];
    net_rows(at.net_x, h, input->net);
    gal_mlp_forward(at.net_out, &at.net_saved, &network->net_head, params, at.net_x,
                    gal_rng_next(rng) | 1);
    pair_rows(at.pair_x, h, input, at.index, 0);
    gal_mlp_forward(at.pair_out, &at.pair_saved, &network->pair_head, params, at.pair_x,
                    gal_rng_next(rng) | 1);
    GAL_TRY(gal__pex_loss(loss, at.dnet_out, at.dpair_out, arena, at.net_out, at.pair_out, input,
                          at.index, prior, err));
    *loss *= weight;
    scale(at.dnet_out, (float)weight);
    scale(at.dpair_out, (float)weight);
    gal_mlp_backward(at.dnet_x, &network->net_head, params, at.net_x, &at.net_saved, at.dnet_out);
    gal_mlp_backward(at.dpair_x, &network->pair_head, params, at.pair_x, &at.pair_saved,
                     at.dpair_out);
    gal_mat dh = gal_mat_new(arena, h.rows, h.cols);
    if (!dh.data) return no_memory(err);
    gal_mat_copy(dh, gal_mat_cols(at.dnet_x, 0, h.cols));
    pair_rows_backward(dh, at.dpair_x, h, input, at.index);
    return gal_pex_encode_backward(arena, encoder, params, graph, input->net, input->device, &code,
                                   dh, err);
}
