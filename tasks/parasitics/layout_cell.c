#include "tasks/parasitics/layout_private.h"

#include <stdlib.h>

/* More parallel fingers of one device count as this many. */
enum { MOST_FINGERS = 1000000 };

/* Two gates of one column need two contacts between the rows, for which the widest fingers leave no
 * room. In cells of training columns of up to 0.73 of their width are drawn so. */
static const double mixed_share = 0.8;

/* Metres to um; sizes that are not given or not plausible count as 0. */
static double micrometres(double metres) {
    return metres > 0 && metres < 1 ? metres * 1e6 : 0;
}

static int32_t finger_count(const gal_device *device) {
    const double n = device->multiplier * device->fingers;
    return n > 1 ? n < MOST_FINGERS ? (int32_t)(n + 0.5) : MOST_FINGERS : 1;
}

static gal__mos make_mos(const gal_circuit *circuit, int32_t d, const int32_t *net_of) {
    const gal_device *device = &circuit->device[d];
    gal__mos mos = {.gate = net_of[gal_circuit_pin(circuit, d, GAL_PIN_GATE)],
                    .end = {net_of[gal_circuit_pin(circuit, d, GAL_PIN_DRAIN)],
                            net_of[gal_circuit_pin(circuit, d, GAL_PIN_SOURCE)]},
                    .fingers = finger_count(device),
                    .row = device->type == GAL_PMOS,
                    .width = micrometres(device->width / device->fingers),
                    .length = micrometres(device->length)};
    if (mos.end[0] > mos.end[1]) {
        const int32_t kept = mos.end[0];
        mos.end[0] = mos.end[1];
        mos.end[1] = kept;
    }
    return mos;
}

static int compare_int(int32_t a, int32_t b) {
    return (a > b) - (a < b);
}

static int compare_double(double a, double b) {
    return (a > b) - (a < b);
}

static int compare_mos(const void *a, const void *b) {
    const gal__mos *x = a, *y = b;
    int c = compare_int(x->gate, y->gate);
    if (!c) c = compare_int(x->row, y->row);
    if (!c) c = compare_int(x->end[0], y->end[0]);
    if (!c) c = compare_int(x->end[1], y->end[1]);
    if (!c) c = compare_double(x->length, y->length);
    return c ? c : compare_double(x->width, y->width);
}

/* Sorts transistors and joins those that only differ in their number of fingers. */
static void merge_parallel(gal__cell *cell) {
    int32_t n = 0;
    if (cell->n_mos) qsort(cell->mos, (size_t)cell->n_mos, sizeof *cell->mos, compare_mos);
    for (int32_t i = 0; i < cell->n_mos; i++) {
        if (n && compare_mos(&cell->mos[n - 1], &cell->mos[i]) == 0) {
            const int64_t sum = (int64_t)cell->mos[n - 1].fingers + cell->mos[i].fingers;
            cell->mos[n - 1].fingers = sum < MOST_FINGERS ? (int32_t)sum : MOST_FINGERS;
        } else {
            cell->mos[n++] = cell->mos[i];
        }
    }
    cell->n_mos = n;
}

/* The widest finger of each row, together. */
static double full_width(const gal__cell *cell) {
    double widest[2] = {0, 0};
    for (int32_t i = 0; i < cell->n_mos; i++) {
        const gal__mos *mos = &cell->mos[i];
        if (mos->width > widest[mos->row]) widest[mos->row] = mos->width;
    }
    return widest[0] + widest[1];
}

static void add_pins(int32_t *n_pin, int32_t count) {
    *n_pin = *n_pin < GAL__NO_END * MOST_FINGERS ? *n_pin + count : *n_pin;
}

static void count_pins(gal__cell *cell) {
    for (int32_t i = 0; i < cell->n_mos; i++) {
        const gal__mos *mos = &cell->mos[i];
        add_pins(&cell->n_pin[mos->gate], GAL__NO_END);
        for (int e = 0; e < 2; e++) add_pins(&cell->n_pin[mos->end[e]], mos->fingers);
    }
    for (int32_t i = 0; i < cell->n_net; i++) {
        if (cell->n_pin[i] == 0) cell->fixed[i] = 1, cell->port[i] = 0;
        if (cell->port[i]) add_pins(&cell->n_pin[i], GAL__NO_END);
    }
}

/* Numbers the supplies after the signals; net_of[i] is the cell's net of circuit net i. */
static void number_nets(gal__cell *cell, const gal_circuit *circuit, const gal_graph *graph,
                        int32_t *net_of) {
    int32_t next = graph->n_net;
    for (int32_t i = 0; i < circuit->n_net; i++) {
        net_of[i] = graph->net_id[i] >= 0 ? graph->net_id[i] : next++;
        cell->fixed[net_of[i]] = graph->net_id[i] < 0;
        cell->port[net_of[i]] = (circuit->net[i].flags & GAL_NET_PORT) != 0;
    }
    cell->n_net = next;
    cell->n_signal = graph->n_net;
}

gal_status gal__cell_import(gal__cell *cell, gal_arena *scratch, const gal_circuit *circuit,
                            const gal_graph *graph, gal_error *err) {
    const size_t n_net = (size_t)circuit->n_net;
    int32_t *net_of = GAL_ARENA_ARRAY(scratch, int32_t, n_net);
    cell->rules = gal_pex_rules_default();
    cell->mos = GAL_ARENA_ARRAY(scratch, gal__mos, circuit->n_device);
    cell->port = GAL_ARENA_ARRAY(scratch, uint8_t, n_net);
    cell->fixed = GAL_ARENA_ARRAY(scratch, uint8_t, n_net);
    cell->n_pin = GAL_ARENA_ARRAY(scratch, int32_t, n_net);
    cell->kept = GAL_ARENA_ARRAY(scratch, uint8_t, n_net);
    cell->beyond = GAL_ARENA_ARRAY(scratch, uint64_t, n_net);
    cell->twin = GAL_ARENA_ARRAY(scratch, uint64_t, n_net);
    cell->rank = GAL_ARENA_ARRAY(scratch, int32_t, n_net);
    cell->colour = GAL_ARENA_ARRAY(scratch, uint64_t, n_net);
    if (!net_of || !cell->mos || !cell->port || !cell->fixed || !cell->n_pin || !cell->kept ||
        !cell->beyond || !cell->twin || !cell->rank || !cell->colour)
        return gal_fail(err, GAL_ENOMEM, "no memory to lay out %d devices", circuit->n_device);
    number_nets(cell, circuit, graph, net_of);
    cell->n_mos = 0;
    for (int32_t d = 0; d < circuit->n_device; d++)
        if (gal_device_is_mos(&circuit->device[d]) && circuit->device[d].n_pin > GAL_PIN_SOURCE)
            cell->mos[cell->n_mos++] = make_mos(circuit, d, net_of);
    merge_parallel(cell);
    cell->mixed_width = mixed_share * full_width(cell);
    count_pins(cell);
    return GAL_OK;
}
