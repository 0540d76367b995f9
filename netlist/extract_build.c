#include "netlist/extract_build.h"

#include "netlist/supply.h"
#include <math.h>
#include <stdio.h>

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for an extracted netlist");
}

gal_status gal_extract_build_init(gal_extract_build *build, gal_extract_set *set, gal_view circuit,
                                  int fold_case, gal_error *err) {
    *build = (gal_extract_build){0};
    gal_intern_init(&build->name, fold_case);
    gal_extract *extract = gal_extract_set_add(set);
    if (!extract) return no_memory(err);
    build->set = set;
    extract->circuit.name = gal_arena_text(&extract->circuit.arena, circuit.text, circuit.size);
    return extract->circuit.name ? GAL_OK : no_memory(err);
}

void gal_extract_build_clear(gal_extract_build *build) {
    gal_intern_clear(&build->name);
    gal_vec_free(&build->net_of);
    gal_vec_free(&build->cap);
    if (build->set) gal_extract_clear(&build->set->item[--build->set->n]);
    build->set = NULL;
}

/* The slot of `name` in net_of, new ones GAL_NET_UNKNOWN; NULL when memory is out. */
static int32_t *slot_of(gal_extract_build *build, gal_view name) {
    const int32_t id = gal_intern_add(&build->name, name);
    if (id < 0) return NULL;
    if ((size_t)id == build->net_of.size && !gal_vec_push(&build->net_of, GAL_NET_UNKNOWN))
        return NULL;
    return &build->net_of.data[id];
}

gal_status gal_extract_build_net(gal_extract_build *build, gal_view name, int32_t *net,
                                 gal_error *err) {
    int32_t *slot = slot_of(build, name);
    if (!slot) return no_memory(err);
    if (*slot == GAL_NET_UNKNOWN) {
        gal_circuit *circuit = gal_extract_build_circuit(build);
        const char *text = build->name.text[slot - build->net_of.data];
        const int32_t made = gal_circuit_add_net(circuit, text, 0);
        if (made < 0) return no_memory(err);
        *slot = made;
    }
    *net = *slot;
    return GAL_OK;
}

int32_t gal_extract_build_find(const gal_extract_build *build, gal_view name) {
    const int32_t id = gal_intern_find(&build->name, name);
    return id < 0 ? GAL_NET_UNKNOWN : build->net_of.data[id];
}

gal_status gal_extract_build_alias(gal_extract_build *build, gal_view name, int32_t net,
                                   gal_error *err) {
    int32_t *slot = slot_of(build, name);
    if (!slot) return no_memory(err);
    if (*slot == GAL_NET_UNKNOWN) *slot = net;
    return GAL_OK;
}

gal_status gal_extract_build_cap(gal_extract_build *build, int32_t a, int32_t b, double farad,
                                 gal_error *err) {
    if (a == b) return GAL_OK;
    const gal_cap cap = {a < b ? a : b, a < b ? b : a, farad};
    return gal_vec_push(&build->cap, cap) ? GAL_OK : no_memory(err);
}

gal_status gal_extract_build_farad(const gal_fields *fields, size_t i, double unit, double *farad,
                                   gal_error *err) {
    GAL_TRY(gal_fields_number(fields, i, "a capacitance", farad, err));
    *farad *= unit;
    if (fabs(*farad) <= 1) return GAL_OK;
    return gal_fields_fail(fields, i, err, "capacitance of %g F, expected at most 1 F", *farad);
}

gal_status gal_extract_build_mos(gal_extract_build *build, const char *name, const char *model,
                                 gal_device_type type, const int32_t pin[4], double width,
                                 double length, double multiplier, gal_error *err) {
    gal_circuit *circuit = gal_extract_build_circuit(build);
    char numbered[16];
    if (!name) snprintf(numbered, sizeof numbered, "M%d", circuit->n_device + 1);
    const gal_device device = {.name = name ? name : numbered,
                               .model = model,
                               .type = type,
                               .width = width,
                               .length = length,
                               .multiplier = multiplier,
                               .fingers = 1,
                               .value = NAN};
    return gal_circuit_add_device(circuit, &device, pin, 4) < 0 ? no_memory(err) : GAL_OK;
}

gal_status gal_extract_build_port(gal_extract_build *build, gal_view name, gal_error *err) {
    int32_t net;
    GAL_TRY(gal_extract_build_net(build, name, &net, err));
    if (net < 0) return gal_fail(err, GAL_EPARSE, "a port cannot be ground or substrate");
    const int32_t port = gal_circuit_add_port(gal_extract_build_circuit(build), net);
    return port < 0 ? no_memory(err) : GAL_OK;
}

/* Supplies by name and structure, but what the file itself says about a net stands. */
static gal_status find_supplies(gal_circuit *circuit, gal_error *err) {
    uint32_t *told = GAL_ARENA_ARRAY(&circuit->arena, uint32_t, circuit->n_net);
    if (!told) return no_memory(err);
    for (int32_t n = 0; n < circuit->n_net; n++) told[n] = circuit->net[n].flags & GAL_NET_SUPPLY;
    GAL_TRY(gal_circuit_find_supplies(circuit, NULL, err));
    for (int32_t n = 0; n < circuit->n_net; n++)
        if (told[n]) circuit->net[n].flags = (circuit->net[n].flags & ~GAL_NET_SUPPLY) | told[n];
    return GAL_OK;
}

gal_status gal_extract_build_end(gal_extract_build *build, gal_error *err) {
    gal_extract *extract = &build->set->item[build->set->n - 1];
    GAL_TRY(gal_extract_set_caps(extract, build->cap.data, (int64_t)build->cap.size, err));
    GAL_TRY(find_supplies(&extract->circuit, err));
    build->set = NULL;
    return GAL_OK;
}
