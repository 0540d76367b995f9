/* Circuits by hand and their virtual layouts, for tests. cmocka comes first. */
#ifndef GAL_TESTS_LAID_H
#define GAL_TESTS_LAID_H

#include "base/rng.h"
#include "tasks/parasitics/layout.h"
#include <stdio.h>
#include <stdlib.h>

/* A circuit by hand, of which shuffled copies are built. Nets 0 and 1 are the supplies. */
enum { GND, VDD, FIRST };

typedef struct item {
    gal_device device;
    int32_t pin[4];
} item;

typedef struct plan {
    item *item;
    uint32_t *flags;
    int32_t n_item, n_net;
} plan;

enum { MOST_ITEMS = 6000 };

static inline plan plan_new(void) {
    plan p = {.n_net = FIRST};
    p.item = calloc(MOST_ITEMS, sizeof *p.item);
    p.flags = calloc(MOST_ITEMS, sizeof *p.flags);
    assert_non_null(p.item);
    assert_non_null(p.flags);
    p.flags[GND] = GAL_NET_GROUND;
    p.flags[VDD] = GAL_NET_POWER;
    return p;
}

static inline void plan_clear(plan *p) {
    free(p->item);
    free(p->flags);
}

static inline int32_t net(plan *p, uint32_t flags) {
    assert_true(p->n_net < MOST_ITEMS);
    p->flags[p->n_net] = flags;
    return p->n_net++;
}

static inline gal_device *mos(plan *p, gal_device_type type, int32_t drain, int32_t gate,
                              int32_t source, double width_um) {
    assert_true(p->n_item < MOST_ITEMS);
    item *it = &p->item[p->n_item++];
    *it = (item){.device = {.name = "M",
                            .model = "",
                            .type = type,
                            .width = width_um * 1e-6,
                            .length = 0.15e-6,
                            .multiplier = 1,
                            .fingers = 1},
                 .pin = {drain, gate, source, type == GAL_NMOS ? GND : VDD}};
    return &it->device;
}

static inline void inverter(plan *p, int32_t in, int32_t out, double width) {
    mos(p, GAL_NMOS, out, in, GND, width);
    mos(p, GAL_PMOS, out, in, VDD, 1.5 * width);
}

/* A plan laid out; row(l, net) is a net's row. */
typedef struct laid {
    gal_circuit circuit;
    gal_graph graph;
    gal_arena arena;
    gal_pex_layout layout;
    int32_t *id; /* [plan.n_net] graph net, -1 for supplies */
} laid;

/* With an rng: devices and nets in random order, half the drains and sources exchanged. */
static inline laid lay(const plan *p, int all_pairs, gal_rng *rng) {
    laid l;
    gal_error err;
    int32_t *order = calloc((size_t)p->n_item + 1, sizeof *order);
    int32_t *net_order = calloc((size_t)p->n_net, sizeof *net_order);
    int32_t *place = calloc((size_t)p->n_net, sizeof *place);
    assert_true(order && net_order && place);
    for (int32_t i = 0; i < p->n_item; i++) order[i] = i;
    for (int32_t i = 0; i < p->n_net; i++) net_order[i] = i;
    if (rng) {
        gal_rng_shuffle(rng, order, p->n_item);
        gal_rng_shuffle(rng, net_order, p->n_net);
    }
    gal_circuit_init(&l.circuit);
    for (int32_t i = 0; i < p->n_net; i++) {
        char name[32];
        snprintf(name, sizeof name, rng ? "other%d" : "n%d", i);
        place[net_order[i]] = gal_circuit_add_net(&l.circuit, name, p->flags[net_order[i]]);
    }
    for (int32_t i = 0; i < p->n_item; i++) {
        const item *it = &p->item[order[i]];
        int32_t pin[4];
        for (int k = 0; k < 4; k++) pin[k] = place[it->pin[k]];
        if (rng && gal_rng_below(rng, 2)) {
            pin[GAL_PIN_DRAIN] = place[it->pin[GAL_PIN_SOURCE]];
            pin[GAL_PIN_SOURCE] = place[it->pin[GAL_PIN_DRAIN]];
        }
        assert_true(gal_circuit_add_device(&l.circuit, &it->device, pin, 4) >= 0);
    }
    gal_arena_init(&l.arena);
    assert_int_equal(gal_graph_build(&l.graph, &l.arena, &l.circuit, &err), GAL_OK);
    assert_int_equal(
        gal_pex_layout_build(&l.layout, &l.arena, &l.circuit, &l.graph, all_pairs, &err), GAL_OK);
    l.id = GAL_ARENA_ARRAY(&l.arena, int32_t, p->n_net);
    assert_non_null(l.id);
    for (int32_t i = 0; i < p->n_net; i++) l.id[i] = l.graph.net_id[place[i]];
    free(order);
    free(net_order);
    free(place);
    return l;
}

static inline void laid_clear(laid *l) {
    gal_arena_clear(&l->arena);
    gal_circuit_clear(&l->circuit);
}

static inline const float *row(const laid *l, int32_t n) {
    return gal_mat_row(l->layout.net, l->id[n]);
}

/* The row of (a, b), nets of the plan. */
static inline void pair_row(float *out, const laid *l, int32_t a, int32_t b) {
    const gal_pex_pair pair = {l->id[a], l->id[b]};
    const gal_mat m = {
        .data = out, .rows = 1, .cols = GAL_PEX_LAYOUT_PAIR, .stride = GAL_PEX_LAYOUT_PAIR};
    gal_error err;
    assert_int_equal(gal_pex_layout_pairs(m, &l->layout, &pair, 1, &err), GAL_OK);
}

#endif
