#include "netlist/spice_names.h"

#include "base/ascii.h"
#include "netlist/spice_lex.h"
#include "netlist/spice_type.h"
#include <stdlib.h>
#include <string.h>

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory while writing SPICE");
}

/* More nodes than a card of the device's own letter has: shields of a capacitor, a diode's well. */
static int needs_instance(const gal_device *device) {
    return (device->type == GAL_CAPACITOR && device->n_pin > 3) ||
           (device->type == GAL_DIODE && device->n_pin > 2);
}

char gal__spice_letter(const gal_device *device) {
    const char *slash = strrchr(device->name, '/');
    const char first = slash ? slash[1] : device->name[0];
    if ((first == 'X' || first == 'x' || needs_instance(device)) &&
        gal_spice_device_of_name(device->model, device->n_pin) == (int)device->type)
        return 'X';
    if (device->type == GAL_SWITCH && device->n_pin == 2) return 'W';
    return gal_device_type_letter(device->type);
}

static int is_safe(char c) {
    return gal_is_word(c) || (c && strchr(".#:![]<>%@-+", c));
}

static int is_number(gal_view view) {
    double value;
    return view.size && gal_spice_number(view, &value) == view.size;
}

static void append_safe(gal_buf *buf, const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        const char c = text[i] == '/' && i ? '.' : is_safe(text[i]) ? text[i] : '_';
        gal_buf_append(buf, &c, 1);
    }
    if (size == 0) gal_buf_text(buf, "_");
}

void gal__spice_safe(gal_buf *buf, const char *text, size_t size) {
    const size_t start = buf->size;
    append_safe(buf, text, size);
    if (buf->failed || is_number((gal_view){text, size})) return;
    if (!is_number((gal_view){buf->data + start, buf->size - start})) return;
    buf->size = start; /* "1/2" must not become the number 1.2 */
    gal_buf_text(buf, "_");
    append_safe(buf, text, size);
}

/* Interns what `name` holds, with "_<number>" behind it where it is taken; -1 when memory is out.
 */
static int32_t add_unique(gal_intern *intern, gal_buf *name, int32_t number) {
    while (!name->failed && gal_intern_find(intern, (gal_view){name->data, name->size}) >= 0)
        gal_buf_printf(name, "_%d", (int)number);
    return name->failed ? -1 : gal_intern_add(intern, (gal_view){name->data, name->size});
}

static gal_status name_nets(gal_spice_names *names, const gal_circuit *circuit, gal_buf *scratch,
                            gal_error *err) {
    for (int32_t n = 0; n < circuit->n_net; n++) {
        scratch->size = 0;
        gal__spice_safe(scratch, circuit->net[n].name, strlen(circuit->net[n].name));
        if ((names->net[n] = add_unique(&names->nets, scratch, n)) < 0) return no_memory(err);
    }
    return GAL_OK;
}

static gal_status name_devices(gal_spice_names *names, const gal_circuit *circuit, gal_buf *scratch,
                               gal_error *err) {
    for (int32_t d = 0; d < circuit->n_device; d++) {
        const gal_device *device = &circuit->device[d];
        const char letter[2] = {gal__spice_letter(device), '\0'};
        scratch->size = 0;
        if ((device->name[0] & ~32) != letter[0]) {
            gal_buf_text(scratch, letter);
            gal_buf_text(scratch, ".");
        }
        gal__spice_safe(scratch, device->name, strlen(device->name));
        if ((names->device[d] = add_unique(&names->devices, scratch, d)) < 0) return no_memory(err);
        const int32_t known = names->originals.count;
        const int32_t id = gal_intern_add(&names->originals, gal_view_of(device->name));
        if (id < 0) return no_memory(err);
        if (id == known) names->first_original[id] = d;
    }
    return GAL_OK;
}

gal_status gal__spice_names_init(gal_spice_names *names, const gal_circuit *circuit,
                                 gal_error *err) {
    const size_t n_net = (size_t)circuit->n_net, n_device = (size_t)circuit->n_device;
    *names = (gal_spice_names){0};
    gal_intern_init(&names->nets, 1);
    gal_intern_init(&names->devices, 1);
    gal_intern_init(&names->originals, 1);
    names->net = malloc((n_net + 1) * sizeof *names->net);
    names->device = malloc((n_device + 1) * sizeof *names->device);
    names->first_original = malloc((n_device + 1) * sizeof *names->first_original);
    if (!names->net || !names->device || !names->first_original) return no_memory(err);
    gal_buf scratch;
    gal_buf_init(&scratch);
    gal_status status = name_nets(names, circuit, &scratch, err);
    if (status == GAL_OK) status = name_devices(names, circuit, &scratch, err);
    gal_buf_clear(&scratch);
    return status;
}

void gal__spice_names_clear(gal_spice_names *names) {
    gal_intern_clear(&names->nets);
    gal_intern_clear(&names->devices);
    gal_intern_clear(&names->originals);
    free(names->net);
    free(names->device);
    free(names->first_original);
}
