#include "netlist/spice_flatten.h"

#include "netlist/spice_frame.h"
#include "netlist/spice_pins.h"
#include <stdlib.h>
#include <string.h>

typedef struct flattener {
    const gal_design *design;
    gal_circuit *circuit;
    gal_error *err;
    gal_buf name;        /* the hierarchical prefix, then the name being built */
    gal_buf model;       /* of elements that refer to others */
    int32_t *global_net; /* [names] nets of the circuit, -1: not met yet */
    gal_vec(int32_t) pin;
    gal_spice_evaluator evaluator;
    gal_spice_pins pins;
    int in_cell; /* inside an instance that the circuit lists */
} flattener;

static gal_status no_memory(const flattener *f) {
    return gal_fail(f->err, GAL_ENOMEM, "out of memory for the circuit");
}

/* The hierarchical name of `name` inside the frame; NULL when memory is out. */
static const char *full_name(flattener *f, const gal_spice_frame *frame, const char *name) {
    f->name.size = frame->prefix;
    gal_buf_text(&f->name, name);
    return f->name.failed ? NULL : f->name.data;
}

static gal_status add_net(flattener *f, const char *name, uint32_t flags, int32_t *net) {
    *net = name ? gal_circuit_add_net(f->circuit, name, flags) : -1;
    return *net < 0 ? no_memory(f) : GAL_OK;
}

/* The circuit's net for a local one, new when it is met for the first time. */
static gal_status find_net(flattener *f, gal_spice_frame *frame, int32_t local, int32_t *net) {
    *net = frame->net[local];
    if (*net >= 0) return GAL_OK;
    const int32_t name = frame->cell->net[local];
    const char *text = gal_cell_net_text(f->design, frame->cell, local);
    if (f->design->is_global[name]) {
        if (f->global_net[name] < 0)
            GAL_TRY(
                add_net(f, gal_design_name(f->design, name), GAL_NET_GLOBAL, &f->global_net[name]));
        *net = f->global_net[name];
    } else {
        GAL_TRY(add_net(f, full_name(f, frame, text), 0, net));
    }
    frame->net[local] = *net;
    return GAL_OK;
}

/* A pin that $PINS does not name hangs in the air. */
static gal_status find_node(flattener *f, gal_spice_frame *frame, const gal_element *e, int32_t i,
                            int32_t *net) {
    const int32_t local = frame->cell->node.data[e->first_node + i];
    if (local >= 0) return find_net(f, frame, local, net);
    if (!full_name(f, frame, e->name)) return no_memory(f);
    gal_buf_printf(&f->name, "/%d", (int)i + 1);
    return add_net(f, f->name.failed ? NULL : f->name.data, 0, net);
}

/* "L1 L2" seen from the frame, then the model, if any. */
static gal_status build_model(flattener *f, const gal_spice_frame *frame, const gal_element *e) {
    f->model.size = 0;
    for (const char *p = e->refers; *p;) {
        const size_t n = strcspn(p, " ");
        if (f->model.size) gal_buf_text(&f->model, " ");
        gal_buf_append(&f->model, f->name.data ? f->name.data : "", frame->prefix);
        gal_buf_append(&f->model, p, n);
        p += n;
        while (*p == ' ') p++;
    }
    if (e->model >= 0) gal_buf_printf(&f->model, " %s", gal_design_name(f->design, e->model));
    return gal_buf_ok(&f->model, f->err);
}

/* Not what other elements refer to by name. */
static int may_be_left_out(gal_device_type type) {
    return type != GAL_INDUCTOR && type != GAL_VSOURCE && type != GAL_MUTUAL;
}

static gal_status add_device(flattener *f, gal_spice_frame *frame, const gal_element *e) {
    gal_device device;
    gal__spice_device(&device, &f->evaluator, frame, e);
    if (device.multiplier == 0 && may_be_left_out(device.type)) return GAL_OK;
    if (device.multiplier == 0) device.multiplier = 1;
    f->pin.size = 0;
    for (int32_t i = 0; i < e->n_node; i++) {
        int32_t net;
        GAL_TRY(find_node(f, frame, e, i, &net));
        if (!gal_vec_push(&f->pin, net)) return no_memory(f);
    }
    device.name = full_name(f, frame, e->name);
    if (!device.name) return no_memory(f);
    if (e->refers) {
        GAL_TRY(build_model(f, frame, e));
        device.model = f->model.data;
    }
    return gal_circuit_add_device(f->circuit, &device, f->pin.data, e->n_node) < 0 ? no_memory(f)
                                                                                   : GAL_OK;
}

static gal_status expand(flattener *f, gal_spice_frame *frame);

static gal_status bind_ports(flattener *f, gal_spice_frame *inner, const gal_element *e) {
    for (int32_t i = 0; i < e->n_node; i++) {
        const int32_t local = inner->cell->port_net[i];
        if (inner->up->cell->node.data[e->first_node + i] < 0) continue;
        GAL_TRY(find_node(f, inner->up, e, i, &inner->net[local]));
    }
    return GAL_OK;
}

/* The contents of an instance whose name is in f->name; lists it when it is the outermost cell. */
static gal_status expand_inside(flattener *f, gal_spice_frame *inner) {
    if (f->in_cell || gal__spice_is_module(inner->cell)) return expand(f, inner);
    const gal_cell_pins *pins = gal__spice_pins_of(&f->pins, f->circuit, inner->cell);
    if (!pins) return no_memory(f);
    f->pin.size = 0;
    for (int32_t i = 0; i < pins->n_pin; i++)
        if (!gal_vec_push(&f->pin, inner->net[inner->cell->port_net[i]])) return no_memory(f);
    f->name.data[inner->prefix - 1] = '\0'; /* the name without its '/' */
    const int32_t i = gal_circuit_add_instance(f->circuit, f->name.data, pins, f->pin.data);
    f->name.data[inner->prefix - 1] = '/';
    if (i < 0) return no_memory(f);
    f->in_cell = 1;
    const gal_status status = expand(f, inner);
    f->in_cell = 0;
    gal_circuit_end_instance(f->circuit, i);
    return status;
}

/* Nets for the ports and a name for the instance, then its contents. */
static gal_status expand_named(flattener *f, gal_spice_frame *inner, const gal_element *e) {
    GAL_TRY(bind_ports(f, inner, e));
    f->name.size = inner->up->prefix;
    gal_buf_text(&f->name, e->name);
    gal_buf_text(&f->name, "/");
    inner->prefix = f->name.size;
    GAL_TRY(gal_buf_ok(&f->name, f->err));
    return expand_inside(f, inner);
}

static gal_status expand_instance(flattener *f, gal_spice_frame *outer, const gal_element *e) {
    gal_spice_frame inner;
    GAL_TRY(gal__spice_frame_init(&inner, f->design->cell.data[e->cell], outer, f->err));
    inner.multiplier = outer->multiplier;
    gal__spice_override(&f->evaluator, &inner, e);
    const gal_status status = inner.multiplier > 0 ? expand_named(f, &inner, e) : GAL_OK;
    gal__spice_frame_clear(&inner);
    return status;
}

static gal_status expand(flattener *f, gal_spice_frame *frame) {
    const gal_cell *cell = frame->cell;
    for (size_t i = 0; i < cell->element.size; i++) {
        const gal_element *e = &cell->element.data[i];
        GAL_TRY(e->cell >= 0 ? expand_instance(f, frame, e) : add_device(f, frame, e));
        if (gal_spice_budget_is_spent(&f->evaluator.budget))
            return gal_fail_at(f->err, GAL_ELIMIT, f->design->file.data[e->file], e->line, 0,
                               "%s: the expressions up to here have more than %lld operands",
                               e->name, (long long)f->evaluator.budget.most);
    }
    return GAL_OK;
}

/* The top cell: its ports first, under their own names even where those are global. */
static gal_status expand_top(flattener *f, gal_spice_frame *frame) {
    for (size_t i = 0; i < frame->cell->port.size; i++) {
        int32_t net;
        GAL_TRY(find_net(f, frame, frame->cell->port_net[i], &net));
        if (gal_circuit_add_port(f->circuit, net) < 0) return no_memory(f);
    }
    return expand(f, frame);
}

/* Also sets the budget of expressions, so that flattening stays linear in its result. */
static gal_status check_size(flattener *f, int32_t top, const gal_flatten_options *options) {
    gal_cell_size size;
    GAL_TRY(gal_design_measure(&size, f->design, top, f->err));
    const double most = options->max_devices ? (double)options->max_devices : 50e6;
    const double bytes = options->max_bytes ? (double)options->max_bytes : 16e9;
    if (size.n_device > most || size.n_instance > most || size.n_net > 4 * most)
        return gal_fail(f->err, GAL_ELIMIT,
                        "'%s' expands to %.3g devices, %.3g instances and %.3g nets; %.3g are "
                        "allowed",
                        gal_design_name(f->design, f->design->cell.data[top]->name), size.n_device,
                        size.n_instance, size.n_net, most);
    if (size.n_byte > bytes)
        return gal_fail(f->err, GAL_ELIMIT, "the flat circuit would take %.3g bytes of %.3g",
                        size.n_byte, bytes);
    f->evaluator.budget.most =
        GAL_SPICE_BUDGET + GAL_SPICE_BUDGET_EACH * (int64_t)(size.n_device + size.n_instance);
    return GAL_OK;
}

static gal_status flatten_from(flattener *f, int32_t top) {
    const gal_cell *main_cell = f->design->cell.data[0], *cell = f->design->cell.data[top];
    const char *name = gal_design_name(f->design, cell->name);
    f->circuit->name = gal_arena_text(&f->circuit->arena, name, strlen(name));
    if (!f->circuit->name) {
        f->circuit->name = "";
        return no_memory(f);
    }
    gal_spice_frame global, frame = {0};
    GAL_TRY(gal__spice_frame_init(&global, main_cell, NULL, f->err));
    gal_status status = GAL_OK;
    if (top == 0) {
        status = expand_top(f, &global);
    } else {
        status = gal__spice_frame_init(&frame, cell, &global, f->err);
        if (status == GAL_OK) status = expand_top(f, &frame);
        gal__spice_frame_clear(&frame);
    }
    gal__spice_frame_clear(&global);
    return status;
}

static int is_candidate(const gal_cell *cell) {
    return cell->parent == 0 && !cell->is_duplicate && cell->n_use == 0;
}

/* Why there is no top cell; `top` as below. A missing .ends explains it best. */
static gal_status no_top(const gal_design *design, const char *top, gal_error *err) {
    const gal_cell *open = design->cell.data[design->unclosed];
    if (design->unclosed)
        return gal_fail_at(err, GAL_EPARSE, design->file.data[open->file], open->line, 0,
                           "subcircuit '%s' has no .ends, so that all behind it is part of it",
                           gal_design_name(design, open->name));
    if (top)
        return gal_fail_at(err, GAL_ENOTFOUND, design->file.data[0], 0, 0,
                           "there is no subcircuit '%s'", top);
    return gal_fail_at(err, GAL_ENOTFOUND, design->file.data[0], 0, 0,
                       "no circuit here: neither elements nor a subcircuit that is used nowhere");
}

gal_status gal_design_find_top(int32_t *cell, const gal_design *design, const char *top,
                               gal_error *err) {
    if (top) {
        const int32_t name = gal_intern_find(&design->names, gal_view_of(top));
        *cell = name < 0 ? -1 : gal_design_find_cell(design, name, 0);
        if (*cell < 0 && name == design->cell.data[0]->name) *cell = 0;
        return *cell >= 0 ? GAL_OK : no_top(design, top, err);
    }
    *cell = 0;
    if (design->cell.data[0]->element.size) return GAL_OK;
    for (int32_t c = (int32_t)design->cell.size - 1; c > 0; c--)
        if (is_candidate(design->cell.data[c])) return *cell = c, GAL_OK;
    return no_top(design, NULL, err);
}

static void clear(flattener *f) {
    free(f->global_net);
    free(f->evaluator.tally);
    gal__spice_pins_clear(&f->pins);
    gal_vec_free(&f->pin);
    gal_buf_clear(&f->name);
    gal_buf_clear(&f->model);
    gal_buf_clear(&f->evaluator.more);
}

gal_status gal_design_flatten(gal_circuit *circuit, const gal_design *design, const char *top,
                              const gal_flatten_options *options, gal_error *err) {
    static const gal_flatten_options defaults = {0};
    if (!options) options = &defaults;
    gal_circuit_init(circuit);
    flattener f = {.design = design, .circuit = circuit, .err = err};
    gal_buf_init(&f.name);
    gal_buf_init(&f.model);
    int32_t cell;
    gal_status status = gal_design_find_top(&cell, design, top, err);
    const size_t n_name = (size_t)design->names.count;
    f.global_net = malloc(n_name * sizeof *f.global_net);
    f.evaluator = (gal_spice_evaluator){
        .design = design,
        .warnings = options->warnings,
        .tally = calloc(design->cell.size * GAL_N_FAULT, sizeof *f.evaluator.tally)};
    if (status == GAL_OK) status = check_size(&f, cell, options);
    if (status == GAL_OK && (!f.global_net || !f.evaluator.tally)) status = no_memory(&f);
    if (status == GAL_OK) status = gal__spice_pins_init(&f.pins, design, err);
    if (status == GAL_OK) {
        memset(f.global_net, -1, n_name * sizeof *f.global_net);
        status = flatten_from(&f, cell);
        gal__spice_end_warnings(&f.evaluator);
        circuit->n_micron = f.evaluator.n_micron;
    }
    clear(&f);
    return status;
}
