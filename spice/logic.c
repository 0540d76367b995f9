#include "spice/logic.h"

#include <string.h>

/* What may or must reach a net. */
enum { MUST_0 = 1, MUST_1 = 2, MAY_0 = 4, MAY_1 = 8, MAY = MAY_0 | MAY_1 };

static void collect_switches(gal_logic *logic) {
    const gal_circuit *circuit = logic->circuit;
    for (int32_t d = 0; d < circuit->n_device; d++) {
        const gal_device *device = &circuit->device[d];
        gal_logic_switch *s = &logic->one_switch[logic->n_switch];
        if (gal_device_is_mos(device) && device->n_pin >= 3) {
            s->a = gal_circuit_pin(circuit, d, GAL_PIN_DRAIN);
            s->b = gal_circuit_pin(circuit, d, GAL_PIN_SOURCE);
            s->gate = gal_circuit_pin(circuit, d, GAL_PIN_GATE);
            s->closed_at = device->type == GAL_NMOS ? GAL_LOGIC_1 : GAL_LOGIC_0;
            logic->n_switch++;
        } else if (device->type == GAL_RESISTOR && device->n_pin >= 2) {
            s->a = gal_circuit_pin(circuit, d, 0);
            s->b = gal_circuit_pin(circuit, d, 1);
            s->gate = -1;
            logic->n_switch++;
        }
    }
}

static int is_supply(const gal_circuit *circuit, int32_t net) {
    return (circuit->net[net].flags & GAL_NET_SUPPLY) != 0;
}

static int32_t find_root(int32_t *parent, int32_t net) {
    while (parent[net] != net) net = parent[net] = parent[parent[net]];
    return net;
}

enum { MAX_WORK = 1 << 24 }; /* switches times vectors */

/* What the port rules need per net; the last two are valid at a channel group's root. */
enum { ON_GATE = 1, ON_CHANNEL = 2, GROUP_SUPPLIED = 4, GROUP_HAS_PURE = 8 };

/* Groups nets joined by channels (supplies do not join) and notes what touches what. */
static void mark_groups(uint8_t *mark, int32_t *parent, const gal_logic *logic) {
    const gal_circuit *circuit = logic->circuit;
    for (int32_t n = 0; n < circuit->n_net; n++) parent[n] = n;
    for (int32_t i = 0; i < logic->n_switch; i++) {
        const gal_logic_switch *s = &logic->one_switch[i];
        mark[s->a] |= ON_CHANNEL;
        mark[s->b] |= ON_CHANNEL;
        if (s->gate >= 0) mark[s->gate] |= ON_GATE;
        if (!is_supply(circuit, s->a) && !is_supply(circuit, s->b))
            parent[find_root(parent, s->a)] = find_root(parent, s->b);
    }
    for (int32_t i = 0; i < logic->n_switch; i++) {
        const gal_logic_switch *s = &logic->one_switch[i];
        if (is_supply(circuit, s->a)) mark[find_root(parent, s->b)] |= GROUP_SUPPLIED;
        if (is_supply(circuit, s->b)) mark[find_root(parent, s->a)] |= GROUP_SUPPLIED;
    }
    for (int32_t k = 0; k < circuit->n_port; k++) {
        const int32_t net = circuit->port[k];
        if ((mark[net] & ON_CHANNEL) && !(mark[net] & ON_GATE) && !is_supply(circuit, net))
            mark[find_root(parent, net)] |= GROUP_HAS_PURE;
    }
}

static void sort_ports(gal_logic *logic, const uint8_t *mark, int32_t *parent) {
    const gal_circuit *circuit = logic->circuit;
    for (int32_t k = 0; k < circuit->n_port; k++) {
        const int32_t net = circuit->port[k];
        int seen = is_supply(circuit, net);
        for (int32_t i = 0; i < k; i++) seen |= circuit->port[i] == net;
        if (seen || !(mark[net] & (ON_GATE | ON_CHANNEL))) continue;
        const uint8_t group = mark[find_root(parent, net)];
        const int pure = !(mark[net] & ON_GATE) || !(group & GROUP_HAS_PURE);
        if ((mark[net] & ON_CHANNEL) && (group & GROUP_SUPPLIED) && pure)
            logic->output[logic->n_output++] = net;
        else logic->input[logic->n_input++] = net;
    }
    for (int32_t n = 0; n < circuit->n_net; n++) logic->fixed[n] = is_supply(circuit, n) != 0;
    for (int32_t k = 0; k < logic->n_input; k++) logic->fixed[logic->input[k]] = 1;
}

static gal_status set_up(gal_logic *logic, gal_error *err) {
    const gal_circuit *circuit = logic->circuit;
    gal_arena *arena = &logic->arena;
    logic->input = GAL_ARENA_ARRAY(arena, int32_t, circuit->n_port);
    logic->output = GAL_ARENA_ARRAY(arena, int32_t, circuit->n_port);
    logic->one_switch = GAL_ARENA_ARRAY(arena, gal_logic_switch, (int64_t)circuit->n_device + 1);
    logic->fixed = GAL_ARENA_ARRAY(arena, uint8_t, circuit->n_net);
    logic->pull = GAL_ARENA_ARRAY(arena, uint8_t, circuit->n_net);
    uint8_t *mark = GAL_ARENA_ARRAY(arena, uint8_t, circuit->n_net);
    int32_t *parent = GAL_ARENA_ARRAY(arena, int32_t, circuit->n_net);
    if (!logic->input || !logic->output || !logic->one_switch || !logic->fixed || !logic->pull ||
        !mark || !parent)
        return gal_fail(err, GAL_ENOMEM, "out of memory for a cell's logic");
    collect_switches(logic);
    mark_groups(mark, parent, logic);
    sort_ports(logic, mark, parent);
    if (logic->n_input > GAL_LOGIC_MAX_INPUT)
        return gal_fail(err, GAL_ELIMIT, "cell %s has %d inputs; sensitisation tries at most %d",
                        circuit->name, logic->n_input, GAL_LOGIC_MAX_INPUT);
    if (logic->n_switch > MAX_WORK >> logic->n_input)
        return gal_fail(err, GAL_ELIMIT, "cell %s has %d transistors: too many for %d inputs",
                        circuit->name, logic->n_switch, logic->n_input);
    return GAL_OK;
}

gal_status gal_logic_init(gal_logic *logic, const gal_circuit *circuit, gal_error *err) {
    *logic = (gal_logic){.circuit = circuit};
    const gal_status status = set_up(logic, err);
    if (status != GAL_OK) gal_logic_clear(logic);
    return status;
}

void gal_logic_clear(gal_logic *logic) {
    gal_arena_clear(&logic->arena);
    *logic = (gal_logic){0};
}

/* 2: closed, 1: perhaps, 0: open. */
static int conduction(const gal_logic_switch *s, const uint8_t *value) {
    if (s->gate < 0) return 2;
    if (value[s->gate] == GAL_LOGIC_X) return 1;
    return value[s->gate] == s->closed_at ? 2 : 0;
}

/* Spreads what reaches the nets through the switches as they stand. */
static void spread(gal_logic *logic, const uint8_t *value) {
    static const uint8_t source[] = {MUST_0 | MAY_0, MUST_1 | MAY_1, MAY};
    uint8_t *pull = logic->pull;
    for (int32_t n = 0; n < logic->circuit->n_net; n++)
        pull[n] = logic->fixed[n] ? source[value[n]] : 0;
    for (int changed = 1; changed;) {
        changed = 0;
        for (int32_t i = 0; i < logic->n_switch; i++) {
            const gal_logic_switch *s = &logic->one_switch[i];
            const int state = conduction(s, value);
            if (!state) continue;
            const uint8_t through = state == 2 ? 0xff : MAY;
            const uint8_t a = logic->fixed[s->a] ? pull[s->a] : pull[s->a] | (pull[s->b] & through);
            const uint8_t b = logic->fixed[s->b] ? pull[s->b] : pull[s->b] | (a & through);
            changed |= a != pull[s->a] || b != pull[s->b];
            pull[s->a] = a;
            pull[s->b] = b;
        }
    }
}

/* Gives unknown nets the value that closed paths force on them; 1 when any got one. */
static int raise_values(uint8_t *value, gal_logic *logic) {
    int changed = 0;
    spread(logic, value);
    for (int32_t n = 0; n < logic->circuit->n_net; n++) {
        const uint8_t must = logic->pull[n] & (MUST_0 | MUST_1);
        if (logic->fixed[n] || value[n] != GAL_LOGIC_X || (must != MUST_0 && must != MUST_1))
            continue;
        value[n] = must == MUST_1 ? GAL_LOGIC_1 : GAL_LOGIC_0;
        changed = 1;
    }
    return changed;
}

/* Takes back values that a perhaps-closed path to the opposite contests; 1 when any was. */
static int drop_values(uint8_t *value, gal_logic *logic) {
    static const uint8_t justified[] = {MUST_0 | MAY_0, MUST_1 | MAY_1};
    int changed = 0;
    spread(logic, value);
    for (int32_t n = 0; n < logic->circuit->n_net; n++) {
        if (logic->fixed[n] || value[n] == GAL_LOGIC_X) continue;
        if (logic->pull[n] == justified[value[n]]) continue;
        value[n] = GAL_LOGIC_X;
        changed = 1;
    }
    return changed;
}

void gal_logic_eval(uint8_t *value, gal_logic *logic, uint32_t vector) {
    const gal_circuit *circuit = logic->circuit;
    memset(value, GAL_LOGIC_X, (size_t)circuit->n_net);
    for (int32_t n = 0; n < circuit->n_net; n++)
        if (is_supply(circuit, n)) value[n] = (circuit->net[n].flags & GAL_NET_POWER) != 0;
    for (int32_t k = 0; k < logic->n_input; k++) value[logic->input[k]] = vector >> k & 1;
    while (raise_values(value, logic)) continue;
    while (drop_values(value, logic)) continue;
}

/* The lowest vector under which input k moves an output, from the table of output values
 * [2^n_input][n_output]; 0 when there is none. */
static int find_arc(gal_logic_arc *arc, const gal_logic *logic, const uint8_t *table, int32_t k,
                    int32_t o) {
    const uint32_t bit = 1u << k, end = 1u << logic->n_input;
    for (uint32_t v = 0; v < end; v++) {
        if (v & bit) continue;
        const uint8_t low = table[v * (uint32_t)logic->n_output + (uint32_t)o];
        const uint8_t high = table[(v | bit) * (uint32_t)logic->n_output + (uint32_t)o];
        if (low == high || low == GAL_LOGIC_X || high == GAL_LOGIC_X) continue;
        *arc = (gal_logic_arc){logic->input[k], logic->output[o], v, low == GAL_LOGIC_1};
        return 1;
    }
    return 0;
}

gal_status gal_logic_arcs(gal_logic_arc **arc, int32_t *n_arc, gal_logic *logic, gal_error *err) {
    const size_t n_vector = (size_t)1 << logic->n_input, n_out = (size_t)logic->n_output;
    uint8_t *value = GAL_ARENA_ARRAY(&logic->arena, uint8_t, logic->circuit->n_net);
    uint8_t *table = GAL_ARENA_ARRAY(&logic->arena, uint8_t, n_vector * n_out);
    *arc = GAL_ARENA_ARRAY(&logic->arena, gal_logic_arc, (size_t)logic->n_input * n_out);
    *n_arc = 0;
    if (!value || !table || !*arc)
        return gal_fail(err, GAL_ENOMEM, "out of memory for a cell's truth table");
    if (!n_out) return GAL_OK;
    for (uint32_t v = 0; v < n_vector; v++) {
        gal_logic_eval(value, logic, v);
        for (size_t o = 0; o < n_out; o++) table[v * n_out + o] = value[logic->output[o]];
    }
    for (int32_t k = 0; k < logic->n_input; k++)
        for (int32_t o = 0; o < logic->n_output; o++)
            *n_arc += find_arc(&(*arc)[*n_arc], logic, table, k, o);
    return GAL_OK;
}
