#include "netlist/spice_caps.h"

#include "base/ascii.h"
#include "netlist/spice_flatten.h"
#include "netlist/spice_parse.h"
#include "netlist/supply.h"
#include <math.h>
#include <string.h>

/* ---- what is parasitic ---- */

/* Letter, perhaps one of "cgp", then digits and '_': C12, cc_5, Cg1_3, R7. */
static int has_parasitic_name(const char *name, char letter) {
    const char *slash = strrchr(name, '/');
    const char *p = slash ? slash + 1 : name;
    if ((*p | 32) != letter) return 0;
    p++;
    if (*p && strchr("cgpCGP", *p)) p++;
    int digits = 0;
    for (; gal_is_digit(*p) || *p == '_'; p++) digits += gal_is_digit(*p);
    return digits && *p == '\0';
}

static int is_plain(const gal_device *device, gal_device_type type, char letter) {
    return device->type == type && device->n_pin == 2 && device->model[0] == '\0' &&
           device->more[0] == '\0' && isfinite(device->value) &&
           has_parasitic_name(device->name, letter);
}

/* Bytes of a net's name in front of a sub-node's ending: .n3 .t3 :3 #3. */
static size_t stem_size(const char *name) {
    const size_t size = strlen(name);
    size_t i = size;
    while (i > 0 && gal_is_digit(name[i - 1])) i--;
    if (i == size || i == 0) return size;
    if (name[i - 1] == ':' || name[i - 1] == '#') return i > 1 ? i - 1 : size;
    const int lettered = i > 2 && (name[i - 1] == 'n' || name[i - 1] == 't') && name[i - 2] == '.';
    return lettered ? i - 2 : size;
}

static int is_net_resistor(const gal_circuit *circuit, int32_t d) {
    if (!is_plain(&circuit->device[d], GAL_RESISTOR, 'r')) return 0;
    const char *a = circuit->net[gal_circuit_pin(circuit, d, 0)].name;
    const char *b = circuit->net[gal_circuit_pin(circuit, d, 1)].name;
    const size_t size = stem_size(a);
    return size == stem_size(b) && memcmp(a, b, size) == 0;
}

static int is_parasitic(const gal_circuit *circuit, int32_t d) {
    return is_plain(&circuit->device[d], GAL_CAPACITOR, 'c') || is_net_resistor(circuit, d);
}

/* ---- nets that resistors join ---- */

static int32_t root_of(int32_t *parent, int32_t n) {
    for (; parent[n] != n; n = parent[n]) parent[n] = parent[parent[n]];
    return n;
}

static void join(int32_t *parent, int32_t a, int32_t b) {
    a = root_of(parent, a);
    b = root_of(parent, b);
    if (a < b) parent[b] = a;
    else parent[a] = b;
}

/* Joined nets become one, called by their stem; number[n] is then the new number of net n. */
static gal_status merge_nets(gal_circuit *circuit, int32_t *number, gal_error *err) {
    int32_t *parent = GAL_ARENA_ARRAY(&circuit->arena, int32_t, circuit->n_net);
    if (!parent) return gal_fail(err, GAL_ENOMEM, "out of memory for nets");
    for (int32_t n = 0; n < circuit->n_net; n++) parent[n] = n;
    for (int32_t d = 0; d < circuit->n_device; d++)
        if (is_net_resistor(circuit, d))
            join(parent, gal_circuit_pin(circuit, d, 0), gal_circuit_pin(circuit, d, 1));
    int32_t n_net = 0;
    for (int32_t n = 0; n < circuit->n_net; n++) {
        const int32_t root = root_of(parent, n);
        number[n] = root == n ? n_net++ : number[root];
        gal_net *net = &circuit->net[number[n]];
        if (root == n) {
            *net = circuit->net[n];
            continue;
        }
        net->flags |= circuit->net[n].flags;
        const size_t size = stem_size(net->name);
        if (net->name[size]) net->name = gal_arena_text(&circuit->arena, net->name, size);
        if (!net->name) return gal_fail(err, GAL_ENOMEM, "out of memory for nets");
    }
    circuit->n_net = n_net;
    for (int32_t i = 0; i < circuit->n_pin; i++) circuit->pin_net[i] = number[circuit->pin_net[i]];
    for (int32_t i = 0; i < circuit->n_port; i++) circuit->port[i] = number[circuit->port[i]];
    return GAL_OK;
}

/* ---- labels ---- */

static int32_t label_net(const gal_circuit *circuit, int32_t net) {
    return strcmp(circuit->net[net].name, "0") == 0 ? -1 : net;
}

/* Keeps the devices that are not marked, pins close together. */
static void drop_devices(gal_circuit *circuit, const uint8_t *dropped) {
    int32_t kept = 0, n_pin = 0;
    for (int32_t d = 0; d < circuit->n_device; d++) {
        if (dropped[d]) continue;
        gal_device device = circuit->device[d];
        memmove(circuit->pin_net + n_pin, circuit->pin_net + device.first_pin,
                (size_t)device.n_pin * sizeof *circuit->pin_net);
        device.first_pin = n_pin;
        n_pin += device.n_pin;
        circuit->device[kept++] = device;
    }
    circuit->n_device = kept;
    circuit->n_pin = n_pin;
}

static gal_status move_caps(gal_extract *extract, gal_error *err) {
    gal_circuit *circuit = &extract->circuit;
    uint8_t *dropped = GAL_ARENA_ARRAY(&circuit->arena, uint8_t, circuit->n_device);
    gal_cap *raw = GAL_ARENA_ARRAY(&circuit->arena, gal_cap, circuit->n_device);
    int32_t *number = GAL_ARENA_ARRAY(&circuit->arena, int32_t, circuit->n_net);
    if (!dropped || !raw || !number) return gal_fail(err, GAL_ENOMEM, "out of memory for labels");
    for (int32_t d = 0; d < circuit->n_device; d++) dropped[d] = (uint8_t)is_parasitic(circuit, d);
    GAL_TRY(merge_nets(circuit, number, err));
    int64_t n = 0;
    for (int32_t d = 0; d < circuit->n_device; d++) {
        const gal_device *device = &circuit->device[d];
        if (!dropped[d] || device->type != GAL_CAPACITOR) continue;
        raw[n++] = (gal_cap){label_net(circuit, gal_circuit_pin(circuit, d, 0)),
                             label_net(circuit, gal_circuit_pin(circuit, d, 1)),
                             device->value * device->multiplier};
    }
    drop_devices(circuit, dropped);
    circuit->n_instance = circuit->n_instance_pin = 0; /* their ranges no longer hold */
    return gal_extract_set_caps(extract, raw, n, err);
}

gal_status gal_spice_caps_take(gal_extract_set *set, gal_circuit *circuit, gal_error *err) {
    gal_extract *extract = gal_extract_set_add(set);
    if (!extract) return gal_fail(err, GAL_ENOMEM, "out of memory for an extracted netlist");
    gal_circuit_clear(&extract->circuit);
    extract->circuit = *circuit;
    gal_circuit_init(circuit);
    const gal_status status = move_caps(extract, err);
    if (status != GAL_OK) gal_extract_clear(&set->item[--set->n]);
    return status;
}

static void pass_warnings(gal_warnings *to, const gal_warnings *from) {
    for (int32_t i = 0; i < from->n; i++)
        gal_warn(to, from->item[i].file, from->item[i].line, "%s", from->item[i].text);
}

gal_status gal_spice_caps_parse(gal_extract_set *set, const char *name, gal_view text,
                                const char *top, gal_warnings *warnings, gal_error *err) {
    const gal_flatten_options options = {.warnings = warnings};
    gal_design design;
    gal_circuit circuit;
    gal_circuit_init(&circuit);
    gal_status status = gal_design_parse_spice(&design, name, text.text, text.size, NULL, err);
    if (status == GAL_OK) status = gal_design_flatten(&circuit, &design, top, &options, err);
    if (status == GAL_OK) status = gal_circuit_find_supplies(&circuit, NULL, err);
    if (status == GAL_OK) status = gal_spice_caps_take(set, &circuit, err);
    pass_warnings(warnings, &design.warnings);
    gal_design_clear(&design);
    gal_circuit_clear(&circuit);
    return status;
}
