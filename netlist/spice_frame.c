#include "netlist/spice_frame.h"

#include "netlist/spice_more.h"
#include "netlist/spice_type.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

gal_status gal__spice_frame_init(gal_spice_frame *frame, const gal_cell *cell, gal_spice_frame *up,
                                 gal_error *err) {
    const size_t n_net = (size_t)cell->n_net, n_param = (size_t)cell->n_by_key;
    *frame = (gal_spice_frame){.cell = cell, .up = up, .multiplier = 1};
    char *memory = malloc(n_param * (sizeof(double) + 1) + n_net * sizeof(int32_t) + 1);
    if (!memory) return gal_fail(err, GAL_ENOMEM, "out of memory for the circuit");
    frame->value = (double *)(void *)memory;
    frame->net = (int32_t *)(void *)(memory + n_param * sizeof(double));
    frame->state = (char *)(frame->net + n_net);
    memset(frame->net, -1, n_net * sizeof(int32_t));
    memset(frame->state, GAL_PARAM_UNKNOWN, n_param);
    return GAL_OK;
}

void gal__spice_frame_clear(gal_spice_frame *frame) {
    free(frame->value);
    *frame = (gal_spice_frame){0};
}

/* What a scope's `user` points to while an expression is evaluated. */
typedef struct place {
    const gal_design *design;
    gal_spice_frame *frame; /* changes as parameters of outer frames are evaluated */
    const gal_element *own; /* a card of `home`, whose parameters count there, too; or NULL */
    const gal_spice_frame *home;
    int32_t busy; /* the one of them that is being evaluated */
} place;

static gal_status evaluate_param(gal_spice_scope *scope, gal_spice_frame *frame, int32_t i,
                                 gal_error *err) {
    const gal_quantity *q = &frame->cell->param.data[frame->cell->by_key[i]].value;
    gal_status status = GAL_OK;
    frame->value[i] = q->value;
    if (q->text) {
        place *at = scope->user;
        gal_spice_frame *outer = at->frame;
        frame->state[i] = GAL_PARAM_BUSY;
        at->frame = frame;
        status = gal_spice_eval(&frame->value[i], gal_view_of(q->text), scope, err);
        at->frame = outer;
    }
    frame->state[i] = status == GAL_OK ? GAL_PARAM_KNOWN : GAL_PARAM_UNKNOWN;
    return status;
}

/* A parameter of the card itself: ad='w*0.3u'. */
static gal_status find_own(gal_spice_scope *scope, int32_t key, double *value, gal_error *err) {
    place *at = scope->user;
    if (!at->own || at->frame != at->home) return GAL_ENOTFOUND;
    for (int32_t k = 0; k < at->own->n_param; k++) {
        const gal_param *p = &at->home->cell->element_param.data[at->own->first_param + k];
        if (p->key != key || k == at->busy) continue;
        *value = p->value.value;
        if (!p->value.text) return GAL_OK;
        const int32_t outer = at->busy;
        at->busy = k;
        const gal_status status = gal_spice_eval(value, gal_view_of(p->value.text), scope, err);
        at->busy = outer;
        return status;
    }
    return GAL_ENOTFOUND;
}

/* A parameter that is just being evaluated is looked for further out: "w=w" means the outer one. */
static gal_status find_param(gal_spice_scope *scope, gal_view name, double *value, gal_error *err) {
    const place *at = scope->user;
    const int32_t key = gal_intern_find(&at->design->names, name);
    if (key < 0) return GAL_ENOTFOUND;
    for (gal_spice_frame *frame = at->frame; frame; frame = frame->up) {
        const int32_t i = gal_cell_find_param(frame->cell, key);
        if (i < 0 || frame->state[i] == GAL_PARAM_BUSY) continue;
        if (frame->state[i] == GAL_PARAM_UNKNOWN) GAL_TRY(evaluate_param(scope, frame, i, err));
        *value = frame->value[i];
        return GAL_OK;
    }
    return find_own(scope, key, value, err);
}

static const gal_spice_function *find_function(gal_spice_scope *scope, gal_view name) {
    const gal_design *design = ((const place *)scope->user)->design;
    for (size_t i = design->function.size; i-- > 0;) {
        const gal_view known = design->function.data[i].name;
        if (known.size == name.size && gal_view_equal_nocase(name, known.text))
            return &design->function.data[i];
    }
    return NULL;
}

static gal_spice_tally *tally_of(const gal_spice_evaluator *evaluator, const gal_cell *cell,
                                 gal_spice_fault fault) {
    return &evaluator->tally[(size_t)cell->index * GAL_N_FAULT + fault];
}

/* Warns about the first of the cell's faults of a kind, and counts the others. */
static void warn_once(gal_spice_evaluator *evaluator, const gal_cell *cell, gal_spice_fault fault,
                      const gal_element *element, const char *text) {
    gal_warnings *warnings = evaluator->warnings;
    gal_spice_tally *tally = tally_of(evaluator, cell, fault);
    if (tally->n++ || !warnings) return;
    const int32_t next = warnings->n;
    gal_warn(warnings, evaluator->design->file.data[element->file], element->line, "%s: %s",
             element->name, text);
    tally->warning = warnings->n > next ? next : -1;
}

gal_status gal__spice_try(double *value, gal_spice_evaluator *evaluator, gal_spice_frame *frame,
                          const gal_element *own, const gal_quantity *quantity, gal_error *err) {
    const char *text = quantity->text;
    *value = quantity->value;
    if (text) {
        place at = {evaluator->design, frame, own, frame, -1};
        gal_spice_scope scope = {.user = &at,
                                 .find = find_param,
                                 .function = find_function,
                                 .budget = &evaluator->budget};
        GAL_TRY(gal_spice_eval(value, gal_view_of(text), &scope, err));
    }
    if (!isinf(*value) && !(text && isnan(*value))) return GAL_OK;
    if (!text) return gal_fail(err, GAL_EINVAL, "a value is infinite");
    return gal_fail(err, GAL_EINVAL, "'%.60s' is %s", text,
                    isnan(*value) ? "not a number" : "infinite");
}

double gal__spice_evaluate(gal_spice_evaluator *evaluator, gal_spice_frame *frame,
                           const gal_quantity *quantity, const gal_element *element) {
    gal_error err = {0};
    double value;
    if (gal__spice_try(&value, evaluator, frame, NULL, quantity, &err) == GAL_OK) return value;
    warn_once(evaluator, frame->cell, GAL_FAULT_VALUE, element, err.message);
    return NAN;
}

/* As gal__spice_evaluate, for a width, length or number of devices: a negative one is no value. */
static double evaluate_size(gal_spice_evaluator *evaluator, gal_spice_frame *frame,
                            const gal_param *param, const gal_element *element) {
    const double value = gal__spice_evaluate(evaluator, frame, &param->value, element);
    if (!(value < 0)) return value;
    char text[100];
    snprintf(text, sizeof text, "%.40s=%g is negative",
             gal_design_name(evaluator->design, param->key), value);
    warn_once(evaluator, frame->cell, GAL_FAULT_VALUE, element, text);
    return NAN;
}

void gal__spice_override(gal_spice_evaluator *evaluator, gal_spice_frame *frame,
                         const gal_element *instance) {
    gal_spice_frame *outer = frame->up;
    for (int32_t k = 0; k < instance->n_param; k++) {
        const gal_param *param = &outer->cell->element_param.data[instance->first_param + k];
        const int32_t i = gal_cell_find_param(frame->cell, param->key);
        const int declared = i >= 0 && frame->cell->by_key[i] < frame->cell->n_header;
        if (!declared && param->key != GAL_KEY_M) continue;
        if (declared) {
            frame->value[i] = gal__spice_evaluate(evaluator, outer, &param->value, instance);
            frame->state[i] = GAL_PARAM_KNOWN;
        } else {
            const double m = evaluate_size(evaluator, outer, param, instance);
            frame->multiplier *= isnan(m) ? 1 : m;
        }
    }
}

static const double microns = 1e6; /* per metre */

/* The parameters a device may have; NAN where it has none. */
typedef struct sizes {
    double w, l, wf, m, mult, nf;
    double value; /* of r, c, ind, dc, gain, k */
} sizes;

static double *size_of_key(sizes *s, int32_t key, gal_device_type type) {
    if (type == GAL_BLACKBOX) return key == GAL_KEY_M ? &s->m : NULL; /* w may be anything */
    switch (key) {
    case GAL_KEY_W:
        return &s->w;
    case GAL_KEY_L:
        return type == GAL_INDUCTOR ? &s->value : &s->l;
    case GAL_KEY_WF:
    case GAL_KEY_FW:
        return &s->wf;
    case GAL_KEY_M:
        return &s->m;
    case GAL_KEY_MULT:
    case GAL_KEY_MULTI:
        return &s->mult;
    case GAL_KEY_NF:
    case GAL_KEY_NG:
    case GAL_KEY_FINGERS:
        return &s->nf;
    case GAL_KEY_R:
        return type == GAL_RESISTOR ? &s->value : NULL;
    case GAL_KEY_C:
        return type == GAL_CAPACITOR ? &s->value : NULL;
    case GAL_KEY_IND:
        return type == GAL_INDUCTOR ? &s->value : NULL;
    case GAL_KEY_DC:
        return type == GAL_VSOURCE || type == GAL_ISOURCE ? &s->value : NULL;
    case GAL_KEY_K:
        return type == GAL_MUTUAL ? &s->value : NULL;
    case GAL_KEY_GAIN:
        return &s->value;
    default:
        return NULL;
    }
}

static double or_else(double value, double otherwise) {
    return value > 0 ? value : otherwise;
}

/* Metres, from what may be micrometres (see spice_flatten.h). */
static void set_dimensions(gal_device *device, gal_spice_evaluator *evaluator,
                           const gal_element *element, double w, double l) {
    const double least = 1e-3;
    const int l_bare = l >= least, w_bare = w >= least && (l_bare || l == 0);
    device->length = l_bare ? l / microns : l;
    device->width = w_bare ? w / microns : w;
    evaluator->is_micron = l_bare || w_bare;
    if (evaluator->is_micron) {
        if (!evaluator->micron) evaluator->micron = element;
        evaluator->n_micron++;
    } else {
        evaluator->n_metre += l > 0 || w > 0;
    }
}

static void warn_microns(const gal_spice_evaluator *evaluator) {
    if (!evaluator->n_micron || !evaluator->n_metre) return;
    const gal_element *first = evaluator->micron;
    gal_warn(evaluator->warnings, evaluator->design->file.data[first->file], first->line,
             "%s: widths and lengths of 1 mm and more are taken as micrometres (%d devices; %d "
             "others have sizes below)",
             first->name, (int)evaluator->n_micron, (int)evaluator->n_metre);
}

/* The parameters that are none of `sizes`, in the units of the card it will be written as. */
static void add_more(gal_device *device, gal_spice_evaluator *evaluator, gal_spice_frame *frame,
                     const gal_element *element) {
    sizes held;
    const int by_instance = element->letter == 'X' || element->letter == 'N';
    const int in_microns = by_instance && gal_spice_is_in_microns(device->model);
    double metres = element->type == GAL_BLACKBOX ? 1 : evaluator->design->scale;
    if (evaluator->is_micron && !in_microns) metres /= microns;
    if (!evaluator->is_micron && in_microns) metres *= microns;
    evaluator->more.size = 0;
    for (int32_t k = 0; k < element->n_param; k++) {
        const gal_param *param = &frame->cell->element_param.data[element->first_param + k];
        if (!by_instance && param->key < GAL_N_KEY) continue;
        if (!size_of_key(&held, param->key, element->type))
            gal__spice_put_more(evaluator, frame, element, param, metres);
    }
    if (evaluator->more.size) device->more = evaluator->more.data;
}

void gal__spice_end_warnings(const gal_spice_evaluator *evaluator) {
    const size_t n_tally = evaluator->design->cell.size * GAL_N_FAULT;
    for (size_t i = 0; evaluator->warnings && i < n_tally; i++) {
        const gal_spice_tally *tally = &evaluator->tally[i];
        if (tally->n > 1 && tally->warning >= 0)
            gal_warn_more(evaluator->warnings, tally->warning, tally->n - 1);
    }
    warn_microns(evaluator);
}

/* A MOS transistor is sized by its card; one of three nodes is a VDMOS, which its model sizes. */
static void check_gate(gal_spice_evaluator *evaluator, const gal_cell *cell,
                       const gal_element *element, const gal_device *device) {
    if (!gal_device_is_mos(device) || element->n_node <= GAL_PIN_BULK) return;
    if (device->width > 0 && device->length > 0) return;
    const char *text = device->length > 0  ? "no width"
                       : device->width > 0 ? "no length"
                                           : "neither width nor length";
    warn_once(evaluator, cell, GAL_FAULT_SIZE, element, text);
}

void gal__spice_device(gal_device *device, gal_spice_evaluator *evaluator, gal_spice_frame *frame,
                       const gal_element *element) {
    sizes s = {NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    const gal_spice_tally *lost = tally_of(evaluator, frame->cell, GAL_FAULT_VALUE);
    const int64_t n_lost = lost->n;
    for (int32_t k = 0; k < element->n_param; k++) {
        const gal_param *param = &frame->cell->element_param.data[element->first_param + k];
        double *slot = size_of_key(&s, param->key, element->type);
        if (!slot) continue;
        *slot = slot == &s.value ? gal__spice_evaluate(evaluator, frame, &param->value, element)
                                 : evaluate_size(evaluator, frame, param, element);
    }
    *device = (gal_device){.type = element->type, .model = "", .partial = element->partial};
    if (element->model >= 0) device->model = gal_design_name(evaluator->design, element->model);
    const double scale = evaluator->design->scale;
    device->fingers = fmax(1, or_else(s.nf, 1));
    const double m = isnan(s.m) ? s.mult : s.m;
    device->multiplier = frame->multiplier * (isnan(m) ? 1 : m);
    const double w = or_else(s.w, or_else(s.wf, 0) * device->fingers);
    set_dimensions(device, evaluator, element, w * scale, or_else(s.l, 0) * scale);
    device->value = gal__spice_evaluate(evaluator, frame, &element->value, element);
    if (isnan(device->value)) device->value = s.value;
    add_more(device, evaluator, frame, element);
    if (lost->n == n_lost) check_gate(evaluator, frame->cell, element, device);
}
