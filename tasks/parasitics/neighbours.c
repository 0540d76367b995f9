#include "tasks/parasitics/neighbours.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RAIL_BULKS = 8, MOST_COPIES = 100000, MOST_TERMINALS = 1 << 30 };

#define PM_PER_M 1e12
#define LARGEST_PM 1e12        /* a metre: no drawn size is larger */
#define TYPICAL_PM (150 * 1e3) /* where the netlist gives no sizes */

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the neighbours of the nets");
}

static int32_t add_saturating(int32_t sum, int32_t more) {
    return sum > INT32_MAX - more ? INT32_MAX : sum + more;
}

/* Metres to whole picometres; what is no size becomes 0. */
static double whole_pm(double metre) {
    return metre > 0 ? fmin(rint(metre * PM_PER_M), LARGEST_PM) : 0;
}

/* Graph net, or minus the kind of a supply. */
static int32_t place_of(const gal_circuit *circuit, const gal_graph *graph, int32_t net) {
    if (graph->net_id[net] >= 0) return graph->net_id[net];
    return circuit->net[net].flags & GAL_NET_GROUND ? -GAL_PEX_GROUND_RAIL : -GAL_PEX_POWER_RAIL;
}

static gal_pex_mos mos_of(const gal_circuit *circuit, const gal_graph *graph, int32_t d) {
    static const int pin[GAL_PEX_N_TERMINAL] = {GAL_PIN_GATE, GAL_PIN_DRAIN, GAL_PIN_SOURCE};
    const gal_device *device = &circuit->device[d];
    const double fingers = device->fingers >= 1 ? device->fingers : 1;
    const double copies = rint(device->multiplier * fingers);
    gal_pex_mos mos = {.copies = copies >= 1 ? (int32_t)fmin(copies, MOST_COPIES) : 1,
                       .is_p = device->type == GAL_PMOS,
                       .width = whole_pm(device->width / fingers),
                       .length = whole_pm(device->length)};
    for (int t = 0; t < GAL_PEX_N_TERMINAL; t++)
        mos.net[t] = place_of(circuit, graph, gal_circuit_pin(circuit, d, pin[t]));
    return mos;
}

static int is_usable(const gal_device *device) {
    return gal_device_is_mos(device) && device->n_pin > GAL_PIN_SOURCE;
}

static void smallest_sizes(gal_pex_neighbours *list) {
    list->width_min = list->length_min = INFINITY;
    for (int32_t i = 0; i < list->n_mos; i++) {
        const gal_pex_mos *mos = &list->mos[i];
        if (mos->width > 0) list->width_min = fmin(list->width_min, mos->width);
        if (mos->length > 0) list->length_min = fmin(list->length_min, mos->length);
    }
    if (isinf(list->width_min)) list->width_min = TYPICAL_PM;
    if (isinf(list->length_min)) list->length_min = TYPICAL_PM;
}

/* Rails: a ground when the bulk of any NMOS, else a power. `bulks` is scratch, [n_net] zeros. */
static void find_rails(gal_pex_neighbours *list, const gal_circuit *circuit, const gal_graph *graph,
                       const int32_t *bulks) {
    for (int32_t i = 0; i < list->n_net; i++)
        if (bulks[i] >= RAIL_BULKS) list->kind[i] = GAL_PEX_POWER_RAIL;
    for (int32_t d = 0; d < circuit->n_device; d++) {
        const gal_device *device = &circuit->device[d];
        if (device->type != GAL_NMOS || device->n_pin <= GAL_PIN_BULK) continue;
        const int32_t net = graph->net_id[gal_circuit_pin(circuit, d, GAL_PIN_BULK)];
        if (net >= 0 && list->kind[net]) list->kind[net] = GAL_PEX_GROUND_RAIL;
    }
}

static gal_status list_mos(gal_pex_neighbours *list, gal_arena *arena, const gal_circuit *circuit,
                           const gal_graph *graph, gal_error *err) {
    int32_t *bulks = calloc((size_t)list->n_net + 1, sizeof *bulks);
    for (int32_t d = 0; d < circuit->n_device; d++) list->n_mos += is_usable(&circuit->device[d]);
    list->mos = GAL_ARENA_ARRAY(arena, gal_pex_mos, list->n_mos);
    list->kind = GAL_ARENA_ARRAY(arena, uint8_t, list->n_net);
    list->port = GAL_ARENA_ARRAY(arena, uint8_t, list->n_net);
    if (!bulks || !list->mos || !list->kind || !list->port) {
        free(bulks);
        return no_memory(err);
    }
    for (int32_t d = 0, n = 0; d < circuit->n_device; d++) {
        if (!is_usable(&circuit->device[d])) continue;
        list->mos[n] = mos_of(circuit, graph, d);
        if (circuit->device[d].n_pin > GAL_PIN_BULK) {
            const int32_t net = graph->net_id[gal_circuit_pin(circuit, d, GAL_PIN_BULK)];
            if (net >= 0) bulks[net] = add_saturating(bulks[net], list->mos[n].copies);
        }
        n++;
    }
    for (int32_t i = 0; i < list->n_net; i++)
        list->port[i] = (circuit->net[graph->net_order[i]].flags & GAL_NET_PORT) != 0;
    find_rails(list, circuit, graph, bulks);
    free(bulks);
    smallest_sizes(list);
    return GAL_OK;
}

/* Counting sort of all terminals by net. */
static gal_status list_terminals(gal_pex_neighbours *list, gal_arena *arena, gal_error *err) {
    int64_t total = 0;
    list->degree = GAL_ARENA_ARRAY(arena, int32_t, list->n_net);
    list->term_first = GAL_ARENA_ARRAY(arena, int32_t, (int64_t)list->n_net + 2);
    if (!list->degree || !list->term_first) return no_memory(err);
    int32_t *next = list->term_first + 1; /* while sorting: where net i's next terminal goes */
    for (int32_t i = 0; i < list->n_mos; i++)
        for (int t = 0; t < GAL_PEX_N_TERMINAL; t++) total += list->mos[i].net[t] >= 0;
    if (total >= MOST_TERMINALS)
        return gal_fail(err, GAL_ELIMIT, "2^30 or more transistor terminals on signal nets");
    list->term = GAL_ARENA_ARRAY(arena, int32_t, total);
    if (!list->term) return no_memory(err);
    for (int32_t i = 0; i < list->n_mos; i++)
        for (int t = 0; t < GAL_PEX_N_TERMINAL; t++) {
            const int32_t net = list->mos[i].net[t];
            if (net < 0) continue;
            next[net + 1]++;
            list->degree[net] = add_saturating(list->degree[net], list->mos[i].copies);
        }
    for (int32_t i = 0; i < list->n_net; i++) next[i + 1] += next[i];
    for (int32_t i = 0; i < list->n_mos; i++)
        for (int t = 0; t < GAL_PEX_N_TERMINAL; t++) {
            const int32_t net = list->mos[i].net[t];
            if (net >= 0) list->term[next[net]++] = i * GAL_PEX_N_TERMINAL + t;
        }
    return GAL_OK;
}

static int32_t put(const gal_pex_neighbours *list, gal_pex_neighbour *out, int32_t owner,
                   int32_t net, int relation, int32_t copies) {
    if (net == owner || gal_pex_kind(list, net) != GAL_PEX_SIGNAL) return 0;
    *out = (gal_pex_neighbour){.net = net};
    out->count[relation] = copies;
    return 1;
}

/* One entry per device and relation; at most 2 per terminal. */
static int32_t raw_neighbours(const gal_pex_neighbours *list, int32_t net, gal_pex_neighbour *out) {
    int32_t n = 0;
    for (int32_t k = list->term_first[net]; k < list->term_first[net + 1]; k++) {
        const gal_pex_mos *mos = &list->mos[list->term[k] / GAL_PEX_N_TERMINAL];
        const int t = list->term[k] % GAL_PEX_N_TERMINAL;
        const int32_t drain = mos->net[GAL_PEX_DRAIN], source = mos->net[GAL_PEX_SOURCE];
        if (t == GAL_PEX_GATE) {
            n += put(list, out + n, net, drain, GAL_PEX_DRIVEN, mos->copies);
            n += put(list, out + n, net, source, GAL_PEX_DRIVEN, mos->copies);
        } else {
            const int32_t other = t == GAL_PEX_DRAIN ? source : drain;
            n += put(list, out + n, net, other, GAL_PEX_CHANNEL, mos->copies);
            n += put(list, out + n, net, mos->net[GAL_PEX_GATE], GAL_PEX_CONTROL, mos->copies);
        }
    }
    return n;
}

static int compare_neighbour(const void *x, const void *y) {
    const gal_pex_neighbour *a = x, *b = y;
    return (a->net > b->net) - (a->net < b->net);
}

static int32_t merge_neighbours(gal_pex_neighbour *v, int32_t n) {
    int32_t kept = 0;
    if (n) qsort(v, (size_t)n, sizeof *v, compare_neighbour);
    for (int32_t i = 0; i < n; i++) {
        if (!kept || v[kept - 1].net != v[i].net) {
            v[kept++] = v[i];
            continue;
        }
        for (int r = 0; r < GAL_PEX_N_RELATION; r++)
            v[kept - 1].count[r] = add_saturating(v[kept - 1].count[r], v[i].count[r]);
    }
    return kept;
}

static gal_status list_neighbours(gal_pex_neighbours *list, gal_arena *arena, gal_error *err) {
    const int32_t n_net = list->n_net;
    gal_pex_neighbour *raw = malloc(sizeof *raw * (2 * (size_t)list->term_first[n_net] + 1));
    list->adj_first = GAL_ARENA_ARRAY(arena, int32_t, (int64_t)n_net + 1);
    if (!raw || !list->adj_first) {
        free(raw);
        return no_memory(err);
    }
#pragma omp parallel for schedule(dynamic, 64) if (n_net > 8192)
    for (int32_t i = 0; i < n_net; i++) {
        gal_pex_neighbour *v = raw + 2 * (int64_t)list->term_first[i];
        list->adj_first[i + 1] = merge_neighbours(v, raw_neighbours(list, i, v));
    }
    for (int32_t i = 0; i < n_net; i++) list->adj_first[i + 1] += list->adj_first[i];
    list->adj = GAL_ARENA_ARRAY(arena, gal_pex_neighbour, list->adj_first[n_net]);
    for (int32_t i = 0; list->adj && i < n_net; i++)
        memcpy(list->adj + list->adj_first[i], raw + 2 * (int64_t)list->term_first[i],
               sizeof *raw * (size_t)gal_pex_n_adj(list, i));
    free(raw);
    return list->adj ? GAL_OK : no_memory(err);
}

gal_status gal_pex_neighbours_build(gal_pex_neighbours *list, gal_arena *arena,
                                    const gal_circuit *circuit, const gal_graph *graph,
                                    gal_error *err) {
    *list = (gal_pex_neighbours){.n_net = graph->n_net};
    GAL_TRY(list_mos(list, arena, circuit, graph, err));
    GAL_TRY(list_terminals(list, arena, err));
    return list_neighbours(list, arena, err);
}
