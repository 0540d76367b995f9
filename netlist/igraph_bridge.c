#include "netlist/igraph_bridge.h"

#include "base/hash.h"
#include "netlist/graph.h"
#include <igraph/igraph.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static gal_status igraph_failed(gal_error *err, igraph_error_t code) {
    return gal_fail(err, code == IGRAPH_ENOMEM ? GAL_ENOMEM : GAL_EINVAL, "igraph: %s",
                    igraph_strerror(code));
}

/* Vertices: nets, then devices, then pins; edges device-pin and pin-net. */
static igraph_error_t to_igraph(igraph_t *graph, const gal_circuit *c, int skip_supplies) {
    igraph_vector_int_t edges;
    igraph_error_t code = igraph_vector_int_init(&edges, 0);
    if (code) return code;
    code = igraph_vector_int_reserve(&edges, 4 * (igraph_integer_t)c->n_pin);
    const int32_t pins = c->n_net + c->n_device;
    for (int32_t d = 0; !code && d < c->n_device; d++)
        for (int32_t i = 0; !code && i < c->device[d].n_pin; i++) {
            const int32_t pin = c->device[d].first_pin + i, net = c->pin_net[pin];
            if (skip_supplies && (c->net[net].flags & GAL_NET_SUPPLY)) continue;
            const igraph_integer_t end[4] = {c->n_net + d, pins + pin, pins + pin, net};
            for (int k = 0; !code && k < 4; k++) code = igraph_vector_int_push_back(&edges, end[k]);
        }
    if (!code) code = igraph_create(graph, &edges, (igraph_integer_t)pins + c->n_pin, 0);
    igraph_vector_int_destroy(&edges);
    return code;
}

gal_status gal_circuit_components(int32_t *component, int32_t *n_component,
                                  const gal_circuit *circuit, gal_error *err) {
    igraph_set_error_handler(igraph_error_handler_ignore);
    igraph_t graph;
    igraph_error_t code = to_igraph(&graph, circuit, 1);
    if (code) return igraph_failed(err, code);
    igraph_vector_int_t member;
    code = igraph_vector_int_init(&member, 0);
    if (!code) {
        code = igraph_connected_components(&graph, &member, NULL, NULL, IGRAPH_WEAK);
        /* Components are numbered over nets only, in order of first sight. */
        int32_t *seen = calloc((size_t)igraph_vcount(&graph) + 1, sizeof *seen);
        if (!seen && !code) code = IGRAPH_ENOMEM;
        *n_component = 0;
        for (int32_t n = 0; !code && n < circuit->n_net; n++) {
            int32_t *number = &seen[VECTOR(member)[n]];
            if (circuit->net[n].flags & GAL_NET_SUPPLY) component[n] = -1;
            else component[n] = (*number ? *number : (*number = ++*n_component)) - 1;
        }
        free(seen);
        igraph_vector_int_destroy(&member);
    }
    igraph_destroy(&graph);
    return code ? igraph_failed(err, code) : GAL_OK;
}

/* Sizes count to 0.1 %: formats print them with few digits. */
static uint64_t size_class(double metre) {
    return metre > 0 ? (uint64_t)llround(log(metre) * 1e3 + 1e6) : 0;
}

/* 64-bit colours per vertex; equal colours may be matched. Every pin keeps its position as colour
 * except that a MOS's drain and source look alike. */
static void colour(uint64_t *out, const gal_circuit *c) {
    for (int32_t n = 0; n < c->n_net; n++)
        out[n] = gal_hash_mix(1, c->net[n].flags & (GAL_NET_PORT | GAL_NET_SUPPLY));
    for (int32_t d = 0; d < c->n_device; d++) {
        const gal_device *device = &c->device[d];
        uint64_t hash = gal_hash_mix(2, (uint64_t)device->type);
        hash = gal_hash_mix(hash, size_class(device->width * device->multiplier));
        out[c->n_net + d] = gal_hash_mix(hash, size_class(device->length));
        for (int32_t i = 0; i < device->n_pin; i++) {
            const int swaps = gal_device_is_mos(device) && i == GAL_PIN_SOURCE;
            const uint64_t place = swaps ? GAL_PIN_DRAIN : (uint64_t)i;
            out[c->n_net + c->n_device + device->first_pin + i] = gal_hash_mix(3, place);
        }
    }
}

/* Ranks 64-bit colours of both circuits in one order. Returns 0 when memory is out. */
static int rank_colours(igraph_vector_int_t *rank, const uint64_t *mine, const uint64_t *sorted,
                        int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        const uint64_t *at = bsearch(&mine[i], sorted, (size_t)n, sizeof *sorted, gal_hash_compare);
        if (!at) return 0;
        while (at > sorted && at[-1] == *at) at--;
        VECTOR(*rank)[i] = at - sorted;
    }
    return 1;
}

static igraph_error_t compare(int *same, const igraph_t *ga, const igraph_t *gb,
                              igraph_vector_int_t *ca, igraph_vector_int_t *cb) {
    igraph_bool_t iso = 0;
    const igraph_error_t code =
        igraph_isomorphic_bliss(ga, gb, ca, cb, &iso, NULL, NULL, IGRAPH_BLISS_FL, NULL, NULL);
    *same = iso;
    return code;
}

/* The coloured graphs compared; `ca` and `cb` hold colours of n vertices each. */
static igraph_error_t isomorphic(int *same, const gal_circuit *a, const gal_circuit *b,
                                 const uint64_t *ca, const uint64_t *cb, const uint64_t *sorted,
                                 int64_t n) {
    igraph_vector_int_t ra, rb;
    igraph_t ga, gb;
    igraph_error_t code = igraph_vector_int_init(&ra, n);
    if (code) return code;
    code = igraph_vector_int_init(&rb, n);
    if (!code) {
        if (rank_colours(&ra, ca, sorted, n) && rank_colours(&rb, cb, sorted, n)) {
            code = to_igraph(&ga, a, 0);
            if (!code) {
                code = to_igraph(&gb, b, 0);
                if (!code) {
                    code = compare(same, &ga, &gb, &ra, &rb);
                    igraph_destroy(&gb);
                }
                igraph_destroy(&ga);
            }
        }
        igraph_vector_int_destroy(&rb);
    }
    igraph_vector_int_destroy(&ra);
    return code;
}

gal_status gal_circuit_isomorphic(int *same, const gal_circuit *a, const gal_circuit *b,
                                  gal_error *err) {
    *same = 0;
    if (a->n_net != b->n_net || a->n_device != b->n_device || a->n_pin != b->n_pin) return GAL_OK;
    igraph_set_error_handler(igraph_error_handler_ignore);
    const int64_t n = (int64_t)a->n_net + a->n_device + a->n_pin;
    uint64_t *ca = malloc(3 * ((size_t)n + 1) * sizeof *ca);
    if (!ca) return gal_fail(err, GAL_ENOMEM, "out of memory while comparing circuits");
    uint64_t *cb = ca + n, *sorted = cb + n;
    colour(ca, a);
    colour(cb, b);
    /* `sorted` holds a's colours; b's must be the same multiset. */
    memcpy(sorted, cb, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, gal_hash_compare);
    const uint64_t b_hash = gal_hash_bytes(sorted, (size_t)n * sizeof *sorted, 0);
    memcpy(sorted, ca, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, gal_hash_compare);
    igraph_error_t code = IGRAPH_SUCCESS;
    if (b_hash == gal_hash_bytes(sorted, (size_t)n * sizeof *sorted, 0))
        code = isomorphic(same, a, b, ca, cb, sorted, n);
    free(ca);
    return code ? igraph_failed(err, code) : GAL_OK;
}
