#include "netlist/design.h"
#include "netlist/spice_type.h"
#include "netlist/supply.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WRAPPED = 12 }; /* elements in the body of a device wrapper */

static gal_status out_of_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the netlist");
}

static const char *file_of(const gal_design *design, const gal_element *e) {
    return design->file.data[e->file];
}

/* Type of the .model card, or -1. */
static int type_of_card(const gal_design *design, const gal_element *e) {
    const int32_t m = e->model < 0 ? -1 : design->model_of[e->model];
    return m < 0 ? -1 : design->model.data[m].type;
}

/* The flavour of a two-flavoured device: card, else what the name suggests. */
static gal_device_type pick(int card, gal_device_type plain, gal_device_type other,
                            int name_says_other) {
    if (card == (int)plain || card == (int)other) return (gal_device_type)card;
    return name_says_other ? other : plain;
}

static int name_has(const gal_design *design, const gal_element *e, const char *part) {
    if (e->model < 0) return 0;
    const gal_view view = gal_view_of(gal_design_name(design, e->model));
    const size_t size = strlen(part);
    for (size_t i = 0; i + size <= view.size; i++)
        if (gal_view_equal_nocase((gal_view){view.text + i, size}, part)) return 1;
    return 0;
}

/* A guess is kept as if there were a .model card: one model, one type, one warning. */
static gal_device_type mos_type(gal_design *design, const gal_cell *cell, const gal_element *e) {
    const int card = type_of_card(design, e);
    if (card == GAL_NMOS || card == GAL_PMOS) return (gal_device_type)card;
    const char *model = e->model < 0 ? "" : gal_design_name(design, e->model);
    const int named = gal_spice_mos_of_name(model);
    if (named >= 0) {
        gal_design_add_model(design, e->model, named, NULL); /* without it only slower */
        return (gal_device_type)named;
    }
    const int32_t bulk =
        e->n_node > GAL_PIN_BULK ? cell->node.data[e->first_node + GAL_PIN_BULK] : -1;
    const uint32_t supply = bulk < 0 ? 0 : gal_supply_of_name(gal_design_name(design, bulk));
    const gal_device_type type = supply & GAL_NET_POWER ? GAL_PMOS : GAL_NMOS;
    gal_warn(&design->warnings, file_of(design, e), e->line,
             "%s: model '%s' has no .model card; taken as %s %s", e->name, model,
             gal_device_type_name(type), supply ? "by its bulk" : "for want of a better guess");
    if (supply && e->model >= 0) gal_design_add_model(design, e->model, (int32_t)type, NULL);
    return type;
}

static gal_device_type type_of_letter(char letter) {
    switch (letter) {
    case 'R':
        return GAL_RESISTOR;
    case 'C':
        return GAL_CAPACITOR;
    case 'L':
        return GAL_INDUCTOR;
    case 'K':
        return GAL_MUTUAL;
    case 'D':
        return GAL_DIODE;
    case 'V':
        return GAL_VSOURCE;
    case 'I':
        return GAL_ISOURCE;
    case 'E':
        return GAL_VCVS;
    case 'F':
        return GAL_CCCS;
    case 'G':
        return GAL_VCCS;
    case 'H':
        return GAL_CCVS;
    case 'B':
        return GAL_BSOURCE;
    case 'S':
    case 'W':
        return GAL_SWITCH;
    case 'T':
    case 'O':
        return GAL_TLINE;
    default:
        return GAL_BLACKBOX;
    }
}

/* 1 when the cell is no more than a model of one device: few elements, at least one, no instances
 * but of further wrappers' names; exactly one MOS in case of a MOS, none otherwise. */
static int is_wrapper(const gal_design *design, const gal_cell *cell, int type) {
    int n_mos = 0;
    if (cell->element.size == 0 || cell->element.size > MOST_WRAPPED) return 0;
    for (size_t i = 0; i < cell->element.size; i++) {
        const gal_element *e = &cell->element.data[i];
        if (e->letter != 'X' && e->letter != 'N') {
            n_mos += e->letter == 'M';
            continue;
        }
        const char *model = gal_design_name(design, e->model);
        const int inner = gal_spice_device_of_name(model, e->n_node);
        if (inner < 0) return 0;
        n_mos += inner == GAL_NMOS || inner == GAL_PMOS;
    }
    return n_mos == (type == GAL_NMOS || type == GAL_PMOS);
}

/* 1 when an instance gives a transistor its width and length itself. Others size it inside, by
 * parameters of their own (a number of fingers, say). */
static int is_sized(const gal_design *design, int32_t in_cell, const gal_element *e, int type) {
    int w = 0, l = 0;
    if (type != GAL_NMOS && type != GAL_PMOS) return 1;
    for (int32_t i = 0; i < e->n_param; i++) {
        const int32_t key = design->cell.data[in_cell]->element_param.data[e->first_param + i].key;
        w = w || key == GAL_KEY_W || key == GAL_KEY_WF || key == GAL_KEY_FW;
        l = l || key == GAL_KEY_L;
    }
    return w && l;
}

/* X: the subcircuit, unless it wraps one device that the instance sizes and stands in another file
 * (a device library); when it is undefined, the device its name tells of, or a black box. */
static void link_instance(gal_design *design, int32_t in_cell, gal_element *e) {
    const char *model = gal_design_name(design, e->model);
    const int type = gal_spice_device_of_name(model, e->n_node);
    const int32_t c = gal_design_find_cell(design, e->model, in_cell);
    e->type = GAL_BLACKBOX;
    if (c >= 0) {
        const gal_cell *cell = design->cell.data[c];
        if (type >= 0 && cell->file != e->file && is_wrapper(design, cell, type) &&
            is_sized(design, in_cell, e, type))
            e->type = (gal_device_type)type;
        else e->cell = c;
        return;
    }
    const int card = e->letter == 'N' && e->n_node >= 3 ? type_of_card(design, e) : -1;
    const int is_mos = card == GAL_NMOS || card == GAL_PMOS; /* N: a Verilog-A transistor */
    if (type >= 0 || is_mos) e->type = (gal_device_type)(is_mos ? card : type);
    else
        gal_warn(&design->warnings, file_of(design, e), e->line,
                 "%s: subcircuit '%s' is not defined; kept as a black box", e->name, model);
}

static void link_type(gal_design *design, int32_t in_cell, gal_element *e) {
    const gal_cell *cell = design->cell.data[in_cell];
    const int card = type_of_card(design, e);
    switch (e->letter) {
    case 'M':
        e->type = mos_type(design, cell, e);
        return;
    case 'Q':
        e->type = pick(card, GAL_NPN, GAL_PNP, name_has(design, e, "pnp"));
        return;
    case 'J':
    case 'Z':
        e->type = pick(card, GAL_NJF, GAL_PJF, name_has(design, e, "pj"));
        return;
    case 'X':
    case 'N':
        link_instance(design, in_cell, e);
        return;
    default:
        e->type = type_of_letter(e->letter);
    }
}

int32_t gal_cell_find_param(const gal_cell *cell, int32_t key) {
    int32_t low = 0, high = cell->n_by_key;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        const int32_t found = cell->param.data[cell->by_key[middle]].key;
        if (found == key) return middle;
        if (found < key) low = middle + 1;
        else high = middle;
    }
    return -1;
}

typedef struct ranked {
    int32_t key, index;
} ranked;

static int by_key_and_index(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static gal_status sort_params(gal_design *design, gal_cell *cell, gal_error *err) {
    const size_t n = cell->param.size;
    if (n == 0) return GAL_OK;
    ranked *list = malloc(n * sizeof *list);
    cell->by_key = gal_arena_small(&design->arena, n * sizeof *cell->by_key);
    if (!list || !cell->by_key) {
        free(list);
        return out_of_memory(err);
    }
    for (size_t i = 0; i < n; i++) list[i] = (ranked){cell->param.data[i].key, (int32_t)i};
    qsort(list, n, sizeof *list, by_key_and_index);
    for (size_t i = 0; i < n; i++)
        if (i + 1 == n || list[i].key != list[i + 1].key)
            cell->by_key[cell->n_by_key++] = list[i].index;
    free(list);
    return GAL_OK;
}

/* "R1 a b rval": a parameter rather than a model. */
static void link_value(gal_design *design, const gal_cell *cell, gal_element *e) {
    if (e->letter != 'R' && e->letter != 'C' && e->letter != 'L') return;
    if (e->model < 0 || design->model_of[e->model] >= 0) return;
    if (e->value.text || !isnan(e->value.value)) return;
    if (gal_cell_find_param(cell, e->model) < 0 &&
        gal_cell_find_param(design->cell.data[0], e->model) < 0)
        return;
    e->value.text = gal_design_name(design, e->model);
    e->model = -1;
}

/* Local numbering of one cell's nets; local[name] is valid where stamp[name] == cell. */
typedef struct numbering {
    int32_t *local, *stamp;
    int32_t *net; /* [n] names, room for all */
    int32_t n, cell;
} numbering;

/* CDL $PINS: the nodes in the order of the subcircuit's ports; a port not named gets node -1. Far
 * too few pins are left alone, for the flattening to complain about. */
static gal_status order_pins(gal_design *design, numbering *numbers, gal_cell *cell, gal_element *e,
                             gal_error *err) {
    if (e->first_pin < 0 || e->cell < 0) return GAL_OK;
    const gal_cell *inner = design->cell.data[e->cell];
    const size_t first = cell->node.size;
    if (inner->port.size > 4 * (size_t)e->n_node + 64) return GAL_OK;
    numbers->cell++; /* a fresh stamp */
    for (int32_t i = 0; i < e->n_node; i++) {
        const int32_t pin = cell->pin.data[e->first_pin + i];
        numbers->stamp[pin] = numbers->cell;
        numbers->local[pin] = cell->node.data[e->first_node + i];
    }
    for (size_t p = 0; p < inner->port.size; p++) {
        const int32_t port = inner->port.data[p];
        const int32_t node = numbers->stamp[port] == numbers->cell ? numbers->local[port] : -1;
        if (!gal_vec_push(&cell->node, node)) return out_of_memory(err);
    }
    if (cell->node.size > INT32_MAX)
        return gal_fail(err, GAL_ELIMIT, "a subcircuit of more than 2^31 nodes");
    e->first_node = (int32_t)first;
    e->n_node = (int32_t)inner->port.size;
    return GAL_OK;
}

/* The name a net goes by: GND is node 0 unless it is a port, and ports have their numbers first. */
static int32_t known_as(const numbering *numbers, int32_t name) {
    const int is_ground = name == GAL_KEY_GND && numbers->stamp[name] != numbers->cell;
    return is_ground ? GAL_KEY_NODE0 : name;
}

static int32_t number_net(numbering *numbers, int32_t name) {
    if (numbers->stamp[name] != numbers->cell) {
        numbers->stamp[name] = numbers->cell;
        numbers->local[name] = numbers->n;
        numbers->net[numbers->n++] = name;
    }
    return numbers->local[name];
}

/* .connect: both names get one number; ports keep theirs when both are ports. */
static void number_alias(numbering *numbers, const gal_alias *alias) {
    const int32_t keep = known_as(numbers, alias->keep), drop = known_as(numbers, alias->drop);
    const int drop_known = numbers->stamp[drop] == numbers->cell;
    const int keep_known = numbers->stamp[keep] == numbers->cell;
    if (drop_known && keep_known) return;
    const int32_t known = drop_known ? drop : keep, other = drop_known ? keep : drop;
    const int32_t number = number_net(numbers, known);
    numbers->stamp[other] = numbers->cell;
    numbers->local[other] = number;
}

/* Texts of the nets of a cell that does not spell all of them as other cells do. */
static gal_status spell_nets(gal_design *design, const numbering *numbers, gal_cell *cell,
                             gal_error *err) {
    if (!cell->spelling.size) return GAL_OK;
    cell->net_text = GAL_ARENA_ARRAY(&design->arena, const char *, cell->n_net);
    if (!cell->net_text) return out_of_memory(err);
    for (int32_t n = 0; n < cell->n_net; n++)
        cell->net_text[n] = gal_design_name(design, cell->net[n]);
    for (size_t i = cell->spelling.size; i-- > 0;) {
        const gal_spelling *spelling = &cell->spelling.data[i];
        if (numbers->stamp[spelling->name] != numbers->cell) continue;
        const int32_t n = numbers->local[spelling->name];
        if (cell->net[n] == spelling->name) cell->net_text[n] = spelling->text;
    }
    return GAL_OK;
}

static gal_status number_cell(gal_design *design, numbering *numbers, gal_cell *cell,
                              gal_error *err) {
    const size_t most = cell->port.size + cell->node.size + cell->alias.size + 1;
    numbers->net = gal_arena_alloc(&design->arena, most * sizeof *numbers->net);
    cell->port_net =
        gal_arena_alloc(&design->arena, (cell->port.size + 1) * sizeof *cell->port_net);
    if (!numbers->net || !cell->port_net) return out_of_memory(err);
    numbers->n = 0;
    for (size_t i = 0; i < cell->port.size; i++)
        cell->port_net[i] = number_net(numbers, cell->port.data[i]);
    for (size_t i = 0; i < cell->alias.size; i++) number_alias(numbers, &cell->alias.data[i]);
    for (size_t i = 0; i < cell->node.size; i++)
        if (cell->node.data[i] >= 0)
            cell->node.data[i] = number_net(numbers, known_as(numbers, cell->node.data[i]));
    cell->net = numbers->net;
    cell->n_net = numbers->n;
    return spell_nets(design, numbers, cell, err);
}

static gal_status link_cell(gal_design *design, numbering *numbers, int32_t c, gal_error *err) {
    gal_cell *cell = design->cell.data[c];
    if (cell->is_duplicate) return GAL_OK;
    for (size_t i = 0; i < cell->element.size; i++) {
        gal_element *e = &cell->element.data[i];
        link_type(design, c, e);
        link_value(design, cell, e);
        if (e->cell >= 0) design->cell.data[e->cell]->n_use++;
        GAL_TRY(order_pins(design, numbers, cell, e, err));
    }
    return GAL_OK;
}

static gal_status link_cells(gal_design *design, numbering *numbers, gal_error *err) {
    const size_t stamp_bytes = (size_t)design->names.count * sizeof *numbers->stamp;
    const int32_t n_cell = (int32_t)design->cell.size;
    for (int32_t c = 0; c < n_cell; c++) GAL_TRY(sort_params(design, design->cell.data[c], err));
    memset(numbers->stamp, -1, stamp_bytes);
    for (int32_t c = 0; c < n_cell; c++) GAL_TRY(link_cell(design, numbers, c, err));
    memset(numbers->stamp, -1, stamp_bytes);
    for (numbers->cell = 0; numbers->cell < n_cell; numbers->cell++)
        GAL_TRY(number_cell(design, numbers, design->cell.data[numbers->cell], err));
    return GAL_OK;
}

gal_status gal_design_link(gal_design *design, gal_error *err) {
    const size_t n_name = (size_t)design->names.count;
    numbering numbers = {.local = malloc(n_name * sizeof *numbers.local),
                         .stamp = malloc(n_name * sizeof *numbers.stamp)};
    const gal_status status =
        numbers.local && numbers.stamp ? link_cells(design, &numbers, err) : out_of_memory(err);
    free(numbers.local);
    free(numbers.stamp);
    return status;
}
