#include "netlist/spice_pins.h"

#include <string.h>

enum { USE_GATE = 1, USE_CHANNEL = 2 };

gal_status gal__spice_pins_init(gal_spice_pins *pins, const gal_design *design, gal_error *err) {
    *pins = (gal_spice_pins){.design = design};
    gal_arena_init(&pins->arena);
    pins->use = GAL_ARENA_ARRAY(&pins->arena, uint8_t *, design->cell.size);
    pins->pins = GAL_ARENA_ARRAY(&pins->arena, const gal_cell_pins *, design->cell.size);
    return pins->use && pins->pins ? GAL_OK
                                   : gal_fail(err, GAL_ENOMEM, "out of memory for the circuit");
}

void gal__spice_pins_clear(gal_spice_pins *pins) {
    gal_arena_clear(&pins->arena);
    *pins = (gal_spice_pins){0};
}

static int is_transistor(gal_device_type type) {
    return type == GAL_NMOS || type == GAL_PMOS || type == GAL_NPN || type == GAL_PNP ||
           type == GAL_NJF || type == GAL_PJF;
}

int gal__spice_is_module(const gal_cell *cell) {
    int n = 0;
    for (size_t i = 0; i < cell->element.size; i++) {
        const gal_element *e = &cell->element.data[i];
        if (e->cell >= 0) n++;
        else if (is_transistor(e->type)) return 0;
    }
    return n > 0;
}

/* What pin i of one device puts on its net. Capacitors and diodes drive nothing, nor does a bulk.
 */
static uint8_t use_of_pin(gal_device_type type, int32_t i) {
    if (type == GAL_CAPACITOR || type == GAL_DIODE) return 0;
    const int is_mos = type == GAL_NMOS || type == GAL_PMOS;
    if (is_mos && i >= GAL_PIN_BULK) return 0;
    return is_mos && i == GAL_PIN_GATE ? USE_GATE : USE_CHANNEL;
}

/* [cell->n_net]; as deep as the hierarchy is. NULL when memory is out. */
static const uint8_t *find_use(gal_spice_pins *pins, const gal_cell *cell) {
    uint8_t *use = pins->use[cell->index];
    if (use) return use;
    use = GAL_ARENA_ARRAY(&pins->arena, uint8_t, cell->n_net + 1);
    if (!use) return NULL;
    for (size_t k = 0; k < cell->element.size; k++) {
        const gal_element *e = &cell->element.data[k];
        const gal_cell *inner = e->cell >= 0 ? pins->design->cell.data[e->cell] : NULL;
        const uint8_t *inner_use = inner ? find_use(pins, inner) : NULL;
        if (inner && !inner_use) return NULL;
        for (int32_t i = 0; i < e->n_node; i++) {
            const int32_t net = cell->node.data[e->first_node + i];
            if (net < 0) continue;
            use[net] |= inner ? inner_use[inner->port_net[i]] : use_of_pin(e->type, i);
        }
    }
    return pins->use[cell->index] = use;
}

const gal_cell_pins *gal__spice_pins_of(gal_spice_pins *pins, gal_circuit *circuit,
                                        const gal_cell *cell) {
    if (pins->pins[cell->index]) return pins->pins[cell->index];
    const size_t n = cell->port.size;
    const char *name = gal_design_name(pins->design, cell->name);
    const uint8_t *use = find_use(pins, cell);
    gal_cell_pins *made = GAL_ARENA_ARRAY(&circuit->arena, gal_cell_pins, 1);
    const char **pin = GAL_ARENA_ARRAY(&circuit->arena, const char *, n + 1);
    char *direction = GAL_ARENA_ARRAY(&circuit->arena, char, n + 1);
    const char *copy = gal_arena_text(&circuit->arena, name, strlen(name));
    if (!use || !made || !pin || !direction || !copy) return NULL;
    for (size_t i = 0; i < n; i++) {
        const int32_t net = cell->port_net[i];
        const char *text = gal_cell_net_text(pins->design, cell, net);
        pin[i] = gal_arena_text(&circuit->arena, text, strlen(text));
        if (!pin[i]) return NULL;
        direction[i] = !(use[net] & USE_CHANNEL) ? 'I' : use[net] & USE_GATE ? 'B' : 'O';
    }
    *made = (gal_cell_pins){copy, pin, direction, (int32_t)n};
    return pins->pins[cell->index] = made;
}
