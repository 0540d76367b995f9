#include "netlist/graph.h"

#include "base/hash.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

gal_relation gal_pin_relation(const gal_device *device, int32_t which) {
    switch (device->type) {
    case GAL_NMOS:
    case GAL_PMOS:
    case GAL_NJF:
    case GAL_PJF:
        if (which == GAL_PIN_GATE) return GAL_REL_GATE;
        return which == GAL_PIN_BULK ? GAL_REL_BULK : GAL_REL_SOURCE_DRAIN;
    case GAL_NPN:
    case GAL_PNP: /* collector, base, emitter, substrate */
        if (which == 1) return GAL_REL_GATE;
        return which == 3 ? GAL_REL_BULK : GAL_REL_SOURCE_DRAIN;
    case GAL_VCVS:
    case GAL_VCCS: /* out+, out-, control+, control- */
    case GAL_SWITCH:
        return which >= 2 ? GAL_REL_GATE : GAL_REL_TERMINAL;
    default:
        return GAL_REL_TERMINAL;
    }
}

uint64_t gal_graph_schema_hash(void) {
    static const char schema[] =
        "net: log1p gates_n gates_p diff_n diff_p bulk terminal gate_w/um diff_w/um gate_area/um2 "
        "port; device: nmos pmos res cap other log1p width/um length/um multiplier gate_fixed "
        "on_power on_ground; relations gate source_drain bulk terminal; supplies dropped; v1";
    return gal_hash_bytes(schema, sizeof schema - 1, 0);
}

/* Graph under construction, in the circuit's own numbering. */
typedef struct builder {
    const gal_circuit *circuit;
    gal_arena *arena;
    gal_graph *graph;
    int32_t *first; /* [n_pin] scratch: bipartite edge rows */
    int32_t *second;
} builder;

/* Supplies leave; the other nets and all devices get consecutive provisional ids. */
static gal_status choose_nodes(builder *b, gal_error *err) {
    const gal_circuit *c = b->circuit;
    gal_graph *g = b->graph;
    g->net_id = GAL_ARENA_ARRAY(b->arena, int32_t, c->n_net);
    g->net_order = GAL_ARENA_ARRAY(b->arena, int32_t, c->n_net);
    g->device_order = GAL_ARENA_ARRAY(b->arena, int32_t, c->n_device);
    if (!g->net_id || !g->net_order || !g->device_order)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the circuit graph");
    for (int32_t n = 0; n < c->n_net; n++)
        g->net_id[n] = c->net[n].flags & GAL_NET_SUPPLY ? -1 : g->n_net++;
    g->n_device = c->n_device;
    for (int32_t p = 0; p < c->n_pin; p++) g->n_pin += g->net_id[c->pin_net[p]] >= 0;
    return GAL_OK;
}

/* Bipartite symmetric adjacency over nets [0..n_net[ and devices [n_net..[ for the numbering. */
static gal_status adjacency(gal_csr *csr, builder *b, gal_arena *scratch, gal_error *err) {
    const gal_circuit *c = b->circuit;
    const gal_graph *g = b->graph;
    int64_t n_edge = 0;
    for (int32_t d = 0; d < c->n_device; d++)
        for (int32_t i = 0; i < c->device[d].n_pin; i++) {
            const int32_t net = g->net_id[gal_circuit_pin(c, d, i)];
            if (net < 0) continue;
            b->first[n_edge] = net;
            b->second[n_edge++] = g->n_net + d;
            b->first[n_edge] = g->n_net + d;
            b->second[n_edge++] = net;
        }
    const int32_t n = g->n_net + g->n_device;
    return gal_csr_build(csr, scratch, n, n, n_edge, b->first, b->second, err);
}

static gal_status renumber(builder *b, gal_arena *scratch, gal_error *err) {
    gal_graph *g = b->graph;
    gal_csr csr;
    GAL_TRY(adjacency(&csr, b, scratch, err));
    int32_t *order = gal_arena_alloc(scratch, ((size_t)csr.n_row + 1) * sizeof *order);
    int32_t *net_new = gal_arena_alloc(scratch, ((size_t)g->n_net + 1) * sizeof *net_new);
    if (!order || !net_new) return gal_fail(err, GAL_ENOMEM, "out of memory for the circuit graph");
    GAL_TRY(gal_csr_bfs_order(order, &csr, err));
    int32_t n_net = 0, n_device = 0;
    for (int32_t i = 0; i < csr.n_row; i++)
        if (order[i] < g->n_net) net_new[order[i]] = n_net++;
        else g->device_order[n_device++] = order[i] - g->n_net;
    for (int32_t n = 0; n < b->circuit->n_net; n++) {
        if (g->net_id[n] < 0) continue;
        g->net_id[n] = net_new[g->net_id[n]];
        g->net_order[g->net_id[n]] = n;
    }
    return GAL_OK;
}

static gal_status list_pins(builder *b, gal_error *err) {
    const gal_circuit *c = b->circuit;
    gal_graph *g = b->graph;
    g->pin_device = GAL_ARENA_ARRAY(b->arena, int32_t, g->n_pin);
    g->pin_net = GAL_ARENA_ARRAY(b->arena, int32_t, g->n_pin);
    g->pin_relation = GAL_ARENA_ARRAY(b->arena, uint8_t, g->n_pin);
    if (!g->pin_device || !g->pin_net || !g->pin_relation)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the circuit graph");
    int32_t k = 0;
    for (int32_t i = 0; i < g->n_device; i++) {
        const int32_t d = g->device_order[i];
        for (int32_t which = 0; which < c->device[d].n_pin; which++) {
            const int32_t net = g->net_id[gal_circuit_pin(c, d, which)];
            if (net < 0) continue;
            g->pin_device[k] = i;
            g->pin_net[k] = net;
            g->pin_relation[k++] = (uint8_t)gal_pin_relation(&c->device[d], which);
        }
    }
    return GAL_OK;
}

/* One CSR per relation and direction; `edge` is mapped back from the relation's list to the pin. */
static gal_status relation_csr(builder *b, gal_relation relation, gal_arena *scratch,
                               gal_error *err) {
    gal_graph *g = b->graph;
    int32_t *pin = gal_arena_alloc(scratch, ((size_t)g->n_pin + 1) * sizeof *pin);
    if (!pin) return gal_fail(err, GAL_ENOMEM, "out of memory for the circuit graph");
    int64_t n = 0;
    for (int32_t k = 0; k < g->n_pin; k++) {
        if (g->pin_relation[k] != relation) continue;
        b->first[n] = g->pin_device[k];
        b->second[n] = g->pin_net[k];
        pin[n++] = k;
    }
    gal_csr *forward = &g->nets_of[relation], *backward = &g->devices_of[relation];
    GAL_TRY(gal_csr_build(forward, b->arena, g->n_device, g->n_net, n, b->first, b->second, err));
    GAL_TRY(gal_csr_transpose(backward, b->arena, forward, err));
    for (int64_t k = 0; k < n; k++) {
        forward->edge[k] = pin[forward->edge[k]];
        backward->edge[k] = pin[backward->edge[k]];
    }
    return GAL_OK;
}

static void add_net_feature(float *row, gal_relation relation, const gal_device *device) {
    const float copies = (float)device->multiplier;
    const int p = device->type == GAL_PMOS || device->type == GAL_PNP;
    const float width_um = (float)(device->width * 1e6) * copies;
    switch (relation) {
    case GAL_REL_GATE:
        row[p ? GAL_NETF_GATES_P : GAL_NETF_GATES_N] += copies;
        row[GAL_NETF_GATE_W] += width_um;
        row[GAL_NETF_GATE_AREA] += width_um * (float)(device->length * 1e6);
        break;
    case GAL_REL_SOURCE_DRAIN:
        row[p ? GAL_NETF_DIFF_P : GAL_NETF_DIFF_N] += copies;
        row[GAL_NETF_DIFF_W] += width_um;
        break;
    case GAL_REL_BULK:
        row[GAL_NETF_BULK] += copies;
        break;
    default:
        row[GAL_NETF_TERMINAL] += copies;
    }
}

static void fill_device_feature(float *row, const gal_circuit *c, int32_t d) {
    const gal_device *device = &c->device[d];
    const int type = device->type == GAL_NMOS        ? GAL_DEVF_NMOS
                     : device->type == GAL_PMOS      ? GAL_DEVF_PMOS
                     : device->type == GAL_RESISTOR  ? GAL_DEVF_RESISTOR
                     : device->type == GAL_CAPACITOR ? GAL_DEVF_CAPACITOR
                                                     : GAL_DEVF_OTHER;
    row[type] = 1;
    row[GAL_DEVF_WIDTH] = log1pf((float)(device->width * device->multiplier * 1e6));
    row[GAL_DEVF_LENGTH] = log1pf((float)(device->length * 1e6));
    row[GAL_DEVF_MULTIPLIER] = log1pf((float)(device->multiplier * device->fingers));
    for (int32_t i = 0; i < device->n_pin; i++) {
        const uint32_t flags = c->net[gal_circuit_pin(c, d, i)].flags;
        const gal_relation relation = gal_pin_relation(device, i);
        if (relation == GAL_REL_BULK) continue;
        if (relation == GAL_REL_GATE) {
            if (flags & GAL_NET_SUPPLY) row[GAL_DEVF_GATE_FIXED] = 1;
        } else {
            row[GAL_DEVF_ON_POWER] += (flags & GAL_NET_POWER) != 0;
            row[GAL_DEVF_ON_GROUND] += (flags & GAL_NET_GROUND) != 0;
        }
    }
}

static gal_status fill_features(builder *b, gal_error *err) {
    gal_graph *g = b->graph;
    g->net_feature = GAL_ARENA_ARRAY(b->arena, float, (int64_t)g->n_net *GAL_N_NET_FEATURE);
    g->device_feature =
        GAL_ARENA_ARRAY(b->arena, float, (int64_t)g->n_device *GAL_N_DEVICE_FEATURE);
    if (!g->net_feature || !g->device_feature)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the circuit graph");
    for (int32_t i = 0; i < g->n_device; i++)
        fill_device_feature(g->device_feature + (int64_t)i * GAL_N_DEVICE_FEATURE, b->circuit,
                            g->device_order[i]);
    for (int32_t k = 0; k < g->n_pin; k++)
        add_net_feature(g->net_feature + (int64_t)g->pin_net[k] * GAL_N_NET_FEATURE,
                        g->pin_relation[k], &b->circuit->device[g->device_order[g->pin_device[k]]]);
    for (int32_t i = 0; i < g->n_net; i++) {
        float *row = g->net_feature + (int64_t)i * GAL_N_NET_FEATURE;
        for (int32_t f = 0; f < GAL_NETF_PORT; f++) row[f] = log1pf(row[f]);
        row[GAL_NETF_PORT] = (b->circuit->net[g->net_order[i]].flags & GAL_NET_PORT) != 0;
    }
    return GAL_OK;
}

static gal_status build(builder *b, gal_arena *scratch, gal_error *err) {
    GAL_TRY(choose_nodes(b, err));
    const size_t room = (2 * (size_t)b->graph->n_pin + 1) * sizeof(int32_t);
    b->first = gal_arena_alloc(scratch, room);
    b->second = gal_arena_alloc(scratch, room);
    if (!b->first || !b->second)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the circuit graph");
    GAL_TRY(renumber(b, scratch, err));
    GAL_TRY(list_pins(b, err));
    for (int r = 0; r < GAL_N_RELATION; r++)
        GAL_TRY(relation_csr(b, (gal_relation)r, scratch, err));
    return fill_features(b, err);
}

gal_status gal_graph_build(gal_graph *graph, gal_arena *arena, const gal_circuit *circuit,
                           gal_error *err) {
    *graph = (gal_graph){0};
    gal_arena scratch;
    gal_arena_init(&scratch);
    builder b = {.circuit = circuit, .arena = arena, .graph = graph};
    const gal_status status = build(&b, &scratch, err);
    gal_arena_clear(&scratch);
    return status;
}
