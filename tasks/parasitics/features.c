#include "tasks/parasitics/features.h"

#include "base/hash.h"
#include "tasks/parasitics/context.h"
#include "tasks/parasitics/near_pairs.h"
#include <string.h>
#include <unistd.h>

/* Columns of the virtual layout that a pair takes over from each of its two nets. */
static const int32_t shown[] = {
    GAL_LAYOUT_NET_PORT,        GAL_LAYOUT_NET_STACK,          GAL_LAYOUT_NET_GATE_W_N,
    GAL_LAYOUT_NET_GATE_W_P,    GAL_LAYOUT_NET_ENDS_N,         GAL_LAYOUT_NET_ENDS_P,
    GAL_LAYOUT_NET_END_W_N,     GAL_LAYOUT_NET_END_W_P,        GAL_LAYOUT_NET_DEPTH_N,
    GAL_LAYOUT_NET_DEPTH_P,     GAL_LAYOUT_NET_FANIN,          GAL_LAYOUT_NET_FANOUT,
    GAL_LAYOUT_NET_FEEDBACK,    GAL_LAYOUT_NET_SPAN,           GAL_LAYOUT_NET_COLUMNS_BOTH,
    GAL_LAYOUT_NET_COLUMNS_ONE, GAL_LAYOUT_NET_CONTACT_W_N,    GAL_LAYOUT_NET_CONTACT_W_P,
    GAL_LAYOUT_NET_BARE,        GAL_LAYOUT_NET_GATE_BY_SUPPLY, GAL_LAYOUT_NET_GATE_BY_SIGNAL,
    GAL_LAYOUT_NET_GATE_RUNS,   GAL_LAYOUT_NET_CROWD_MEAN,     GAL_LAYOUT_NET_GATE_SPAN,
    GAL_LAYOUT_NET_CHANNEL_W,   GAL_LAYOUT_NET_ORBIT};
/* Columns of the whole cell, once per pair. */
static const int32_t of_cell[] = {GAL_LAYOUT_NET_CELL_W_N, GAL_LAYOUT_NET_CELL_W_P,
                                  GAL_LAYOUT_NET_CELL_W_MIN};
_Static_assert(sizeof shown / sizeof *shown == GAL_PEX_N_SHOWN, "columns shown");
_Static_assert(sizeof of_cell / sizeof *of_cell == GAL_PEX_N_OF_CELL, "columns of the cell");

/* Sizes in um go through the technology vector, where trees and networks may weigh them; these
 * columns would only name the library. */
static const int32_t withheld[] = {GAL_LAYOUT_NET_LENGTH, GAL_LAYOUT_NET_CELL_LENGTH,
                                   GAL_LAYOUT_NET_GATE_AREA};

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the features");
}

/* A net needs a wire unless it only joins channels of one type: bare diffusion within a stack. */
static uint8_t is_routed(const float *net) {
    return net[GAL_NETF_PORT] > 0 || net[GAL_NETF_GATES_N] > 0 || net[GAL_NETF_GATES_P] > 0 ||
           net[GAL_NETF_TERMINAL] > 0 || (net[GAL_NETF_DIFF_N] > 0 && net[GAL_NETF_DIFF_P] > 0);
}

static gal_status net_features(gal_pex_case *pex, const gal_pex_layout *layout,
                               const gal_pex_context *context, gal_error *err) {
    const int32_t n = pex->graph.n_net;
    pex->net_x = gal_mat_new(&pex->arena, n, GAL_PEX_NET_FEATURES);
    pex->routed = GAL_ARENA_ARRAY(&pex->arena, uint8_t, n);
    if (!pex->net_x.data || !pex->routed) return no_memory(err);
    gal_mat_copy(gal_mat_cols(pex->net_x, 0, GAL_PEX_LAYOUT_NET), layout->net);
    gal_mat_copy(gal_mat_cols(pex->net_x, GAL_PEX_LAYOUT_NET, GAL_PEX_NET_CONTEXT), context->net);
    for (int32_t i = 0; i < n; i++) {
        float *row = gal_mat_row(pex->net_x, i);
        pex->routed[i] = is_routed(pex->graph.net_feature + (int64_t)i * GAL_N_NET_FEATURE);
        for (size_t k = 0; k < sizeof withheld / sizeof *withheld; k++) row[withheld[k]] = 0;
        memcpy(row + GAL_PEX_NET_FEATURES - GAL_N_TECH, pex->tech.value, sizeof pex->tech.value);
    }
    return GAL_OK;
}

/* The wider net of a pair first. */
static int wider(const float *a, const float *b) {
    const float w_a = a[GAL_LAYOUT_NET_GATE_W_N] + a[GAL_LAYOUT_NET_GATE_W_P] +
                      a[GAL_LAYOUT_NET_END_W_N] + a[GAL_LAYOUT_NET_END_W_P];
    const float w_b = b[GAL_LAYOUT_NET_GATE_W_N] + b[GAL_LAYOUT_NET_GATE_W_P] +
                      b[GAL_LAYOUT_NET_END_W_N] + b[GAL_LAYOUT_NET_END_W_P];
    return w_a >= w_b;
}

/* What a pair takes from its nets; the layout's columns of the pair are in the row already. */
static void add_nets(float *row, const gal_pex_layout *layout, gal_pex_pair pair) {
    const float *a = gal_mat_row(layout->net, pair.a), *b = gal_mat_row(layout->net, pair.b);
    if (!wider(a, b)) {
        const float *kept = a;
        const float gate = row[GAL_LAYOUT_PAIR_GATE_A];
        a = b;
        b = kept;
        row[GAL_LAYOUT_PAIR_GATE_A] = row[GAL_LAYOUT_PAIR_GATE_B];
        row[GAL_LAYOUT_PAIR_GATE_B] = gate;
    }
    float *at = row + GAL_PEX_LAYOUT_PAIR;
    for (int k = 0; k < GAL_PEX_N_SHOWN; k++) *at++ = a[shown[k]];
    for (int k = 0; k < GAL_PEX_N_SHOWN; k++) *at++ = b[shown[k]];
    for (int k = 0; k < GAL_PEX_N_OF_CELL; k++) *at++ = a[of_cell[k]];
}

/* What is remembered of a role is one extractor's number, not another's. */
static void tell_apart(gal_pex_case *pex) {
    const uint64_t extractor = (uint64_t)gal_technology_extractor(&pex->tech);
    for (int64_t i = 0; i < (int64_t)pex->n_pair * GAL_PEX_N_ROLE; i++)
        pex->pair_role[i] = gal_hash_mix(pex->pair_role[i], extractor);
}

/* The machine would swap, or kill the program without a word. */
static gal_status check_memory(int32_t n_pair, gal_error *err) {
    const double row = GAL_PEX_PAIR_FEATURES * sizeof(float) + GAL_PEX_N_ROLE * sizeof(uint64_t);
    const double have = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    if (row * n_pair < have) return GAL_OK;
    return gal_fail(err, GAL_ELIMIT,
                    "%d pairs of nets would take %.1f GB of memory, there are %.1f: take a part of "
                    "the circuit",
                    (int)n_pair, row * n_pair / 1e9, have / 1e9);
}

static gal_status pair_features(gal_pex_case *pex, const gal_pex_layout *layout,
                                const gal_pex_context *context, gal_error *err) {
    const int32_t n = pex->n_pair,
                  first = GAL_PEX_PAIR_FEATURES - GAL_N_TECH - GAL_PEX_PAIR_CONTEXT;
    GAL_TRY(check_memory(n, err));
    pex->pair_x = gal_mat_new(&pex->arena, n, GAL_PEX_PAIR_FEATURES);
    pex->pair_role = GAL_ARENA_ARRAY(&pex->arena, uint64_t, (int64_t)n * GAL_PEX_N_ROLE);
    if (!pex->pair_x.data || !pex->pair_role) return no_memory(err);
    GAL_TRY(gal_pex_layout_pairs(gal_mat_cols(pex->pair_x, 0, GAL_PEX_LAYOUT_PAIR), layout,
                                 pex->pair, n, err));
    GAL_TRY(gal_pex_pair_context(gal_mat_cols(pex->pair_x, first, GAL_PEX_PAIR_CONTEXT),
                                 pex->pair_role, context, pex->pair, n, err));
    tell_apart(pex);
    for (int32_t p = 0; p < n; p++) {
        float *row = gal_mat_row(pex->pair_x, p);
        add_nets(row, layout, pex->pair[p]);
        memcpy(row + GAL_PEX_PAIR_FEATURES - GAL_N_TECH, pex->tech.value, sizeof pex->tech.value);
    }
    return GAL_OK;
}

/* The pairs to score, and which of them the rule would have found by itself. */
static gal_status choose_pairs(gal_pex_case *pex, gal_arena *scratch,
                               const gal_pex_context *context, const gal_pex_pair *extra,
                               int32_t n_extra, gal_error *err) {
    const int all = pex->graph.n_net <= GAL_PEX_ALL_PAIRS;
    gal_pex_pair *near;
    int32_t n_near;
    GAL_TRY(gal_pex_near_pairs(&near, &n_near, scratch, &context->list, all, NULL, 0, err));
    GAL_TRY(gal_pex_near_pairs(&pex->pair, &pex->n_pair, &pex->arena, &context->list, all, extra,
                               n_extra, err));
    pex->near = GAL_ARENA_ARRAY(&pex->arena, uint8_t, pex->n_pair);
    if (!pex->near) return no_memory(err);
    for (int32_t p = 0, k = 0; p < pex->n_pair && k < n_near; p++)
        if (pex->pair[p].a == near[k].a && pex->pair[p].b == near[k].b) pex->near[p] = 1, k++;
    return GAL_OK;
}

static gal_status build(gal_pex_case *pex, gal_arena *scratch, const gal_pex_pair *extra,
                        int32_t n_extra, gal_error *err) {
    gal_pex_context context;
    gal_pex_layout layout;
    GAL_TRY(gal_pex_context_build(&context, scratch, pex->circuit, &pex->graph, err));
    GAL_TRY(gal_pex_layout_build(&layout, scratch, pex->circuit, &pex->graph,
                                 pex->graph.n_net <= GAL_PEX_ALL_PAIRS, err));
    GAL_TRY(choose_pairs(pex, scratch, &context, extra, n_extra, err));
    GAL_TRY(net_features(pex, &layout, &context, err));
    GAL_TRY(pair_features(pex, &layout, &context, err));
    pex->n_place = (int32_t)gal_hash_unique(layout.colour, pex->graph.n_net);
    return GAL_OK;
}

gal_status gal_pex_features_build(gal_pex_case *pex, const gal_pex_pair *extra, int32_t n_extra,
                                  gal_error *err) {
    gal_arena scratch;
    gal_arena_init(&scratch);
    const gal_status status = build(pex, &scratch, extra, n_extra, err);
    gal_arena_clear(&scratch);
    return status;
}

/* The columns in order; the version counts changes of meaning that no name shows. */
#define NAME(name, unit, meaning) #name " " unit ";"
#define SCREENED(name) #name ";"
uint64_t gal_pex_schema_hash(void) {
    static const char schema[] = "v14 net: " GAL_LAYOUT_NET_MAP(NAME) //
        "screened: " GAL_LAYOUT_SCREENED_MAP(SCREENED)                //
        "pair: " GAL_LAYOUT_PAIR_MAP(NAME);
    uint64_t hash = gal_hash_bytes(schema, sizeof schema - 1, gal_graph_schema_hash());
    hash = gal_hash_bytes(shown, sizeof shown, hash);
    return gal_hash_mix(hash, GAL_PEX_NET_FEATURES * 100003 + GAL_PEX_PAIR_FEATURES);
}
