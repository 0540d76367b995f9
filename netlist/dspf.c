#include "netlist/dspf.h"

#include "base/file.h"
#include "netlist/extract_build.h"
#include "netlist/extract_card.h"
#include "netlist/spice_type.h"

typedef struct dspf {
    gal_extract_build build;
    int32_t net;    /* of the "*|NET" being read; GAL_NET_UNKNOWN before the first */
    char delimiter; /* between a net and its sub-node, a device and its pin */
} dspf;

typedef gal_status line_reader(dspf *file, const gal_fields *line, gal_error *err);

/* ---- first pass: nets and their nodes ---- */

static gal_status need(const gal_fields *line, size_t n, const char *what, gal_error *err) {
    return line->size > n ? GAL_OK : gal_fields_fail(line, n, err, "expected %s", what);
}

static gal_status name_circuit(dspf *file, gal_view name, gal_error *err) {
    gal_circuit *circuit = gal_extract_build_circuit(&file->build);
    circuit->name = gal_arena_text(&circuit->arena, name.text, name.size);
    return circuit->name ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory for a name");
}

static gal_status open_net(dspf *file, const gal_fields *line, gal_error *err) {
    GAL_TRY(need(line, 1, "the name of a net", err));
    if (line->size > 2) {
        double total;
        GAL_TRY(gal_card_farad(line, 2, &total, err));
    }
    file->net = GAL_NET_FIXED;
    if (gal_fields_is(line, 1, "0")) return GAL_OK;
    return gal_extract_build_net(&file->build, line->word[1].text, &file->net, err);
}

static gal_status list_ground(dspf *file, const gal_fields *line, gal_error *err) {
    for (size_t i = 1; i < line->size; i++) {
        if (gal_fields_is(line, i, "0")) continue;
        int32_t net;
        GAL_TRY(gal_extract_build_net(&file->build, line->word[i].text, &net, err));
        if (net >= 0) gal_extract_build_circuit(&file->build)->net[net].flags |= GAL_NET_GROUND;
    }
    return GAL_OK;
}

/* Word i is a node of the open net. Node 0 stays ground wherever it is listed. */
static gal_status add_node(dspf *file, const gal_fields *line, size_t i, gal_error *err) {
    if (gal_fields_is(line, i, "0")) return GAL_OK;
    return gal_extract_build_alias(&file->build, line->word[i].text, file->net, err);
}

static gal_status list_node(dspf *file, const gal_fields *line, gal_error *err) {
    if (file->net == GAL_NET_UNKNOWN)
        return gal_fields_fail(line, 0, err, "node of no net, expected \"*|NET\" first");
    GAL_TRY(need(line, 1, "the name of a node", err));
    return add_node(file, line, 1, err);
}

static gal_status set_delimiter(dspf *file, const gal_fields *line, gal_error *err) {
    GAL_TRY(need(line, 1, "a delimiter", err));
    if (line->word[1].text.size != 1)
        return gal_fields_fail(line, 1, err, "expected one character as delimiter");
    file->delimiter = line->word[1].text.text[0];
    return GAL_OK;
}

/* A resistor of the open net draws a node that nothing else lists into it. */
static gal_status join_nodes(dspf *file, const gal_fields *line, gal_error *err) {
    GAL_TRY(need(line, 2, "two nodes", err));
    if (file->net == GAL_NET_UNKNOWN) return GAL_OK;
    for (size_t i = 1; i <= 2; i++)
        if (gal_extract_build_find(&file->build, line->word[i].text) == file->net)
            return add_node(file, line, 3 - i, err);
    return GAL_OK;
}

static gal_status read_nodes(dspf *file, const gal_fields *line, gal_error *err) {
    if ((line->word[0].text.text[0] | 32) == 'r') return join_nodes(file, line, err);
    if (gal_fields_is(line, 0, "*|NET")) return open_net(file, line, err);
    if (gal_fields_is(line, 0, "*|GROUND_NET")) return list_ground(file, line, err);
    if (gal_fields_is(line, 0, "*|DELIMITER")) return set_delimiter(file, line, err);
    if (gal_fields_is(line, 0, "*|P") || gal_fields_is(line, 0, "*|I") ||
        gal_fields_is(line, 0, "*|S"))
        return list_node(file, line, err);
    if (gal_fields_is(line, 0, "*|DESIGN") && line->size > 1)
        return name_circuit(file, line->word[1].text, err);
    return GAL_OK;
}

/* ---- second pass: cards ---- */

/* The net of a node: listed, "<net>:<number>", or a net of that very name. */
static gal_status find_net(dspf *file, gal_view node, int32_t *net, gal_error *err) {
    *net = gal_extract_build_find(&file->build, node);
    if (*net != GAL_NET_UNKNOWN) return GAL_OK;
    for (size_t i = node.size; i > 1; i--)
        if (node.text[i - 1] == file->delimiter) {
            *net = gal_extract_build_find(&file->build, (gal_view){node.text, i - 1});
            break;
        }
    if (*net == GAL_NET_UNKNOWN) return gal_extract_build_net(&file->build, node, net, err);
    return gal_extract_build_alias(&file->build, node, *net, err);
}

static gal_status find_pins(dspf *file, const gal_fields *line, int32_t *pin, size_t n_pin,
                            gal_error *err) {
    GAL_TRY(need(line, n_pin, "a node", err));
    for (size_t i = 0; i < n_pin; i++) {
        pin[i] = GAL_NET_FIXED;
        if (!gal_fields_is(line, 1 + i, "0"))
            GAL_TRY(find_net(file, line->word[1 + i].text, &pin[i], err));
        if (pin[i] < 0)
            GAL_TRY(gal_extract_build_net(&file->build, gal_view_of("0"), &pin[i], err));
    }
    return GAL_OK;
}

static gal_status read_subckt(dspf *file, const gal_fields *line, gal_error *err) {
    GAL_TRY(need(line, 1, "the name of the circuit", err));
    GAL_TRY(name_circuit(file, line->word[1].text, err));
    for (size_t i = 2; i < gal_fields_positional(line); i++)
        if (!gal_fields_is(line, i, "0"))
            GAL_TRY(gal_extract_build_port(&file->build, line->word[i].text, err));
    return GAL_OK;
}

static int is_value(const gal_fields *line, size_t i) {
    double value;
    return gal_card_number(line, i, "", &value, NULL) == GAL_OK;
}

static gal_status read_two_pin(dspf *file, const gal_fields *line, gal_device_type type,
                               gal_error *err) {
    int32_t pin[2];
    GAL_TRY(find_pins(file, line, pin, 2, err));
    GAL_TRY(need(line, 3, "a model or value", err));
    return gal_card_add(&file->build, line, type, pin, 2, err);
}

static gal_status read_capacitor(dspf *file, const gal_fields *line, gal_error *err) {
    GAL_TRY(need(line, 3, "two nodes and a capacitance", err));
    if (!is_value(line, 3) && gal_fields_positional(line) > 3 &&
        (line->word[3].text.text[0] | 32) >= 'a')
        return read_two_pin(file, line, GAL_CAPACITOR, err);
    double farad;
    GAL_TRY(gal_card_farad(line, 3, &farad, err));
    int32_t net[2];
    for (size_t i = 0; i < 2; i++) {
        net[i] = GAL_NET_FIXED;
        if (!gal_fields_is(line, 1 + i, "0"))
            GAL_TRY(find_net(file, line->word[1 + i].text, &net[i], err));
    }
    return gal_extract_build_cap(&file->build, net[0], net[1], farad, err);
}

/* Nodes behind the bulk (an isolation well) are left out. */
static gal_status read_mos(dspf *file, const gal_fields *line, size_t model, gal_error *err) {
    gal_card_mos mos;
    GAL_TRY(gal_card_mos_parse(&mos, &file->build, line, model, err));
    int32_t pin[4];
    GAL_TRY(find_pins(file, line, pin, 4, err));
    return gal_card_mos_add(&file->build, &mos, line->word[0].text, pin, err);
}

static gal_status read_instance(dspf *file, const gal_fields *line, gal_error *err) {
    const size_t n = gal_fields_positional(line);
    if (n < 2) return gal_fields_fail(line, n, err, "expected the name of a cell");
    const size_t n_pin = n - 2;
    const char *model;
    GAL_TRY(gal_card_text(&file->build, line->word[n - 1].text, &model, err));
    const int type =
        gal_spice_device_of_name(model, n_pin < INT32_MAX ? (int32_t)n_pin : INT32_MAX);
    if ((type == GAL_NMOS || type == GAL_PMOS) && n_pin >= 4)
        return read_mos(file, line, n - 1, err);
    gal_arena *arena = &gal_extract_build_circuit(&file->build)->arena;
    int32_t *pin = GAL_ARENA_ARRAY(arena, int32_t, n);
    if (!pin) return gal_fail(err, GAL_ENOMEM, "out of memory for an instance");
    GAL_TRY(find_pins(file, line, pin, n_pin, err));
    const gal_device_type known = type < 0 ? GAL_BLACKBOX : (gal_device_type)type;
    return gal_card_add(&file->build, line, known, pin, n_pin, err);
}

/* A resistor inside one net is parasitic, one between two nets is drawn. */
static gal_status read_resistor(dspf *file, const gal_fields *line, gal_error *err) {
    int32_t pin[2];
    GAL_TRY(find_pins(file, line, pin, 2, err));
    return pin[0] == pin[1] ? GAL_OK : read_two_pin(file, line, GAL_RESISTOR, err);
}

static gal_status read_card(dspf *file, const gal_fields *line, gal_error *err) {
    switch (line->word[0].text.text[0] | 32) {
    case 'c':
        return read_capacitor(file, line, err);
    case 'm':
        return read_mos(file, line, 5, err);
    case 'x':
        return read_instance(file, line, err);
    case 'd':
        return read_two_pin(file, line, GAL_DIODE, err);
    case 'r':
        return read_resistor(file, line, err);
    default:
        break;
    }
    return gal_fields_is(line, 0, ".subckt") ? read_subckt(file, line, err) : GAL_OK;
}

static gal_status each_line(dspf *file, const char *name, gal_view text, line_reader *reader,
                            gal_error *err) {
    gal_fields line;
    gal_fields_init(&line, name, text,
                    GAL_FIELDS_STAR | GAL_FIELDS_PLUS | GAL_FIELDS_CARDS | GAL_FIELDS_QUOTES);
    gal_status status = gal_fields_next(&line, err);
    while (status == GAL_OK && line.size) {
        status = line.word[0].text.size ? reader(file, &line, err)
                                        : gal_fields_fail(&line, 0, err, "empty quotes");
        if (status == GAL_OK) status = gal_fields_next(&line, err);
    }
    gal_fields_clear(&line);
    return status;
}

gal_status gal_dspf_parse(gal_extract_set *set, const char *name, const char *text, size_t size,
                          gal_error *err) {
    const gal_view view = {text, size};
    dspf file = {.net = GAL_NET_UNKNOWN, .delimiter = ':'};
    gal_status status = gal_extract_build_init(&file.build, set, gal_view_of(""), 0, err);
    if (status == GAL_OK) status = each_line(&file, name, view, read_nodes, err);
    if (status == GAL_OK) status = each_line(&file, name, view, read_card, err);
    if (status == GAL_OK) status = gal_extract_build_end(&file.build, err);
    gal_extract_build_clear(&file.build);
    return status;
}

gal_status gal_dspf_read(gal_extract_set *set, const char *path, gal_error *err) {
    gal_file file;
    GAL_TRY(gal_file_read(&file, path, 0, err));
    const gal_status status = gal_dspf_parse(set, path, file.data, file.size, err);
    gal_file_clear(&file);
    return status;
}
