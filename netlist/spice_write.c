#include "netlist/spice_write.h"

#include "netlist/spice_lex.h"
#include "netlist/spice_names.h"
#include "netlist/spice_type.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LINE_WIDTH = 96 };

typedef struct writer {
    gal_buf *buf;
    const gal_circuit *circuit;
    gal_spice_names names;
    gal_buf scratch;
    size_t line; /* where the current line starts in buf */
} writer;

/* One word of a card, on a continuation line when this one is full. */
static void put(writer *w, const char *text) {
    if (w->buf->size > w->line && w->buf->size - w->line + strlen(text) > LINE_WIDTH) {
        gal_buf_text(w->buf, "\n");
        w->line = w->buf->size;
        gal_buf_text(w->buf, "+");
    }
    if (w->buf->size > w->line) gal_buf_text(w->buf, " ");
    gal_buf_text(w->buf, text);
}

static void end_card(writer *w) {
    gal_buf_text(w->buf, "\n");
    w->line = w->buf->size;
}

/* key and the shortest number that, divided by `scale`, reads back as `value`. %g drops zeros at
 * the end, so a number of 7 to 15 digits shows as short as it is at 15. */
static void put_number(writer *w, const char *key, double value, double scale) {
    static const int digits[] = {6, 15, 16, 17};
    char text[80];
    const int head = snprintf(text, sizeof text, "%s", key);
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++) {
        const int n = gal_text_printf(text + head, sizeof text - (size_t)head, "%.*g", digits[i],
                                      value * scale);
        double again = 0;
        gal_number_parse((gal_view){text + head, (size_t)n}, &again);
        if (again / scale == value) break;
    }
    put(w, text);
}

/* A value or 0 for one that is no number. */
static void put_value(writer *w, double value) {
    if (isfinite(value)) put_number(w, "", value, 1);
    else put(w, "0");
}

/* A model's name; one that reads as a number gets a '_' before it. */
static void put_safe(writer *w, const char *text, size_t size) {
    double value;
    w->scratch.size = 0;
    gal__spice_safe(&w->scratch, text, size);
    const gal_view safe = {w->scratch.data, w->scratch.size};
    if (!w->scratch.failed && gal_spice_number(safe, &value) == safe.size) {
        w->scratch.size = 0;
        gal_buf_text(&w->scratch, "_");
        gal__spice_safe(&w->scratch, text, size);
    }
    if (w->scratch.failed) w->buf->failed = 1;
    else put(w, w->scratch.data);
}

/* Plain model names, also the types of .model cards; NULL for devices that have none. */
static const char *type_word(gal_device_type type) {
    switch (type) {
    case GAL_NMOS:
        return "nmos";
    case GAL_PMOS:
        return "pmos";
    case GAL_DIODE:
        return "d";
    case GAL_NPN:
        return "npn";
    case GAL_PNP:
        return "pnp";
    case GAL_NJF:
        return "njf";
    case GAL_PJF:
        return "pjf";
    case GAL_SWITCH:
        return "sw";
    case GAL_RESISTOR:
        return "r";
    case GAL_CAPACITOR:
        return "c";
    case GAL_INDUCTOR:
        return "l";
    default:
        return NULL;
    }
}

static void put_model(writer *w, const gal_device *device) {
    const char *plain = type_word(device->type);
    if (device->model[0]) put_safe(w, device->model, strlen(device->model));
    else put(w, plain ? plain : "blackbox");
}

static void put_nodes(writer *w, const gal_device *device, int32_t first, int32_t end) {
    for (int32_t i = first; i < end; i++) {
        const int32_t net = w->circuit->pin_net[device->first_pin + i];
        put(w, gal__spice_net_text(&w->names, net));
    }
}

static void put_sizes(writer *w, const gal_device *device, double scale) {
    if (device->width > 0) put_number(w, "w=", device->width, scale);
    if (device->length > 0) put_number(w, "l=", device->length, scale);
    if (device->fingers > 1) put_number(w, "nf=", device->fingers, 1);
    if (device->multiplier != 1) put_number(w, "m=", device->multiplier, 1);
}

static void put_more(writer *w, const gal_device *device) {
    for (const char *p = device->more; *p;) {
        const size_t size = strcspn(p, " ");
        w->scratch.size = 0;
        gal_buf_append(&w->scratch, p, size);
        put(w, w->scratch.failed ? "" : w->scratch.data);
        p += size + (p[size] == ' ');
    }
}

/* Word i of the names an element refers to (gal_device.model), as the device of that name is
 * written. Returns what follows the word. */
static const char *put_reference(writer *w, const char *model) {
    const size_t size = strcspn(model, " ");
    const int32_t id = gal_intern_find(&w->names.originals, (gal_view){model, size});
    if (id >= 0) put(w, w->names.devices.text[w->names.device[w->names.first_original[id]]]);
    else put_safe(w, model, size);
    model += size;
    return *model ? model + 1 : model;
}

/* A substrate node could be taken for the value: parentheses then hold the nodes. */
static void put_passive(writer *w, const gal_device *device) {
    const int has_model = device->model[0] != '\0', has_value = isfinite(device->value);
    if (device->n_pin > 2) {
        put(w, "(");
        put_nodes(w, device, 0, device->n_pin);
        put(w, ")");
    } else {
        put_nodes(w, device, 0, device->n_pin);
    }
    if (has_value || !has_model) put_value(w, device->value);
    if (has_model) put_model(w, device);
    put_sizes(w, device, 1);
    put_more(w, device);
}

/* How many controls follow, where it is more than one or the first is called like a keyword; 1 when
 * that was said. */
static int put_poly(writer *w, int32_t n, const char *first) {
    char poly[24];
    const gal_view name = {first, strcspn(first, " ")};
    if (n <= 1 && gal_spice_control_of_word(name) == GAL_SPICE_NODES) return 0;
    snprintf(poly, sizeof poly, "poly(%d)", (int)n);
    put(w, poly);
    return 1;
}

/* The gain of a source with n controls; a polynomial starts with its constant. */
static void put_gain(writer *w, const gal_device *device, int32_t n, int poly) {
    if (poly && n == 1) put(w, "0");
    put_value(w, device->value);
}

/* F, H: out+ out- [poly(n)] source... gain. W: a b source model. */
static void put_current_controlled(writer *w, const gal_device *device) {
    const char *p = device->model;
    put_nodes(w, device, 0, device->n_pin);
    if (device->type == GAL_SWITCH) {
        p = put_reference(w, p);
        put_safe(w, p, strlen(p));
        return;
    }
    int32_t n = *p != '\0';
    for (const char *q = p; *q; q++) n += *q == ' ';
    const int poly = put_poly(w, n, p);
    while (*p) p = put_reference(w, p);
    put_gain(w, device, n, poly);
}

static void put_voltage_controlled(writer *w, const gal_device *device) {
    put_nodes(w, device, 0, 2);
    if (device->n_pin == 2) {
        put(w, "value={0}");
        return;
    }
    const int32_t control = w->circuit->pin_net[device->first_pin + 2], n = (device->n_pin - 2) / 2;
    const int poly = put_poly(w, n, gal__spice_net_text(&w->names, control));
    put_nodes(w, device, 2, device->n_pin);
    put_gain(w, device, n, poly);
    if (device->type == GAL_VCCS && device->multiplier != 1)
        put_number(w, "m=", device->multiplier, 1);
}

static void put_instance(writer *w, const gal_device *device) {
    put_nodes(w, device, 0, device->n_pin);
    put_model(w, device);
    put_sizes(w, device, gal_spice_is_in_microns(device->model) ? 1e6 : 1);
    if (device->type == GAL_RESISTOR && isfinite(device->value))
        put_number(w, "r=", device->value, 1);
    if (device->type == GAL_CAPACITOR && isfinite(device->value))
        put_number(w, "c=", device->value, 1);
    put_more(w, device);
}

/* What stands behind the name on the card of a device. */
static void put_body(writer *w, const gal_device *device, char letter) {
    const char *refers = device->model;
    switch (letter) {
    case 'X':
        put_instance(w, device);
        return;
    case 'R':
    case 'C':
    case 'L':
        put_passive(w, device);
        return;
    case 'F':
    case 'H':
    case 'W':
        put_current_controlled(w, device);
        return;
    case 'E':
    case 'G':
        put_voltage_controlled(w, device);
        return;
    case 'K':
        while (*refers) refers = put_reference(w, refers);
        put_value(w, device->value);
        return;
    }
    put_nodes(w, device, 0, device->n_pin);
    if (letter == 'V' || letter == 'I') put_value(w, device->value);
    else if (letter == 'B') put(w, "v=0");
    else if (letter == 'T') put(w, "z0=50 td=1n");
    else put_model(w, device);
    if (strchr("MDQJ", letter)) put_sizes(w, device, 1);
    if (letter == 'I' && device->multiplier != 1) put_number(w, "m=", device->multiplier, 1);
    put_more(w, device);
}

static void put_devices(writer *w) {
    for (int32_t d = 0; d < w->circuit->n_device; d++) {
        const gal_device *device = &w->circuit->device[d];
        put(w, w->names.devices.text[w->names.device[d]]);
        put_body(w, device, gal__spice_letter(device));
        end_card(w);
    }
}

static void put_caps(writer *w, const gal_cap *cap, int64_t n_cap) {
    gal_view name;
    char text[32];
    int64_t number = 0;
    for (int64_t k = 0; k < n_cap; k++) {
        do {
            snprintf(text, sizeof text, "Cp%lld", (long long)++number);
            name = gal_view_of(text);
        } while (gal_intern_find(&w->names.devices, name) >= 0);
        put(w, text);
        put(w, gal__spice_net_text(&w->names, cap[k].a));
        put(w, gal__spice_net_text(&w->names, cap[k].b));
        put_value(w, cap[k].farad);
        end_card(w);
    }
}

/* A card for each model name of devices that have one. */
static gal_status put_models(writer *w, gal_error *err) {
    gal_intern seen;
    gal_intern_init(&seen, 1);
    gal_status status = GAL_OK;
    for (int32_t d = 0; d < w->circuit->n_device && status == GAL_OK; d++) {
        const gal_device *device = &w->circuit->device[d];
        const char *type = type_word(device->type), letter = gal__spice_letter(device);
        const int passive = letter == 'R' || letter == 'C' || letter == 'L';
        if (!type || letter == 'X' || letter == 'W' || (passive && !device->model[0])) continue;
        const char *model = device->model[0] ? device->model : type;
        const int32_t known = seen.count, id = gal_intern_add(&seen, gal_view_of(model));
        if (id < 0) status = gal_fail(err, GAL_ENOMEM, "out of memory while writing SPICE");
        if (id != known) continue;
        put(w, ".model");
        put_safe(w, model, strlen(model));
        put(w, type);
        if (letter == 'M') put(w, "level=54"); /* level 1 has no nf */
        end_card(w);
    }
    gal_intern_clear(&seen);
    return status;
}

static void put_globals(writer *w) {
    for (int32_t n = 0; n < w->circuit->n_net; n++) {
        const gal_net *net = &w->circuit->net[n];
        if (!(net->flags & GAL_NET_GLOBAL) || strcmp(net->name, "0") == 0) continue;
        put(w, ".global");
        put(w, gal__spice_net_text(&w->names, n));
        end_card(w);
    }
}

/* 1 when an instance is of a subcircuit that is written under this name. */
static int is_instantiated(writer *w, gal_view name) {
    int found = 0;
    for (int32_t d = 0; d < w->circuit->n_device && !found; d++) {
        const gal_device *device = &w->circuit->device[d];
        if (gal__spice_letter(device) != 'X') continue;
        w->scratch.size = 0;
        gal__spice_safe(&w->scratch, device->model, strlen(device->model));
        found = !w->scratch.failed && gal_view_equal_nocase(name, w->scratch.data);
    }
    return found;
}

/* The .subckt card. A name that instances inside use too (after cleaning) gets "_top" behind it. */
static gal_status put_header(writer *w, gal_error *err) {
    gal_buf name;
    gal_buf_init(&name);
    gal__spice_safe(&name, w->circuit->name, strlen(w->circuit->name));
    while (!name.failed && is_instantiated(w, (gal_view){name.data, name.size}))
        gal_buf_text(&name, "_top");
    put(w, ".subckt");
    if (!name.failed) put(w, name.data);
    for (int32_t i = 0; i < w->circuit->n_port; i++)
        put(w, gal__spice_net_text(&w->names, w->circuit->port[i]));
    end_card(w);
    const gal_status status = gal_buf_ok(&name, err);
    gal_buf_clear(&name);
    return status;
}

static gal_status put_circuit(writer *w, const gal_spice_write_options *options, gal_error *err) {
    const gal_circuit *circuit = w->circuit;
    const int is_cell = circuit->name[0] || circuit->n_port;
    gal_buf_text(w->buf, "* ");
    gal__spice_safe(w->buf, circuit->name, strlen(circuit->name));
    end_card(w);
    put_globals(w);
    if (is_cell) GAL_TRY(put_header(w, err));
    if (options->models) GAL_TRY(put_models(w, err));
    put_devices(w);
    put_caps(w, options->cap, options->n_cap);
    put(w, is_cell ? ".ends" : ".end");
    end_card(w);
    return gal_buf_ok(w->buf, err);
}

gal_status gal_spice_write(gal_buf *buf, const gal_circuit *circuit,
                           const gal_spice_write_options *options, gal_error *err) {
    static const gal_spice_write_options plain = {0};
    writer w = {.buf = buf, .circuit = circuit, .line = buf->size};
    gal_buf_init(&w.scratch);
    gal_status status = gal__spice_names_init(&w.names, circuit, err);
    if (status == GAL_OK) status = put_circuit(&w, options ? options : &plain, err);
    gal__spice_names_clear(&w.names);
    gal_buf_clear(&w.scratch);
    return status;
}
