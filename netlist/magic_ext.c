#include "netlist/magic_ext.h"

#include "base/file.h"
#include "netlist/extract_build.h"
#include "netlist/spice_type.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct ext_port {
    double index;
    size_t order;
    gal_view name;
} ext_port;

typedef struct ext {
    gal_extract_build build;
    gal_intern name;         /* node names; the union of equivalent ones is below */
    gal_vec(int32_t) parent; /* [name.count] an older name of the same node, or itself */
    gal_vec(int32_t) net_of; /* [name.count] of the oldest names: their nets once looked up */
    gal_vec(ext_port) port;
    double farad, metre; /* units of the file */
} ext;

typedef gal_status line_reader(ext *file, const gal_fields *line, gal_error *err);

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for an .ext file");
}

/* ---- names ---- */

static gal_status add_name(ext *file, const gal_fields *line, size_t i, int32_t *id,
                           gal_error *err) {
    if (i >= line->size || !line->word[i].text.size)
        return gal_fields_fail(line, i, err, "expected the name of a node");
    *id = gal_intern_add(&file->name, line->word[i].text);
    if (*id < 0) return no_memory(err);
    if ((size_t)*id < file->parent.size) return GAL_OK;
    if (!gal_vec_push(&file->parent, *id) || !gal_vec_push(&file->net_of, GAL_NET_UNKNOWN))
        return no_memory(err);
    return GAL_OK;
}

static int32_t root_of(ext *file, int32_t id) {
    int32_t *parent = file->parent.data;
    for (; parent[id] != id; id = parent[id]) parent[id] = parent[parent[id]];
    return id;
}

/* The oldest name stands for the node. */
static gal_status make_equivalent(ext *file, const gal_fields *line, gal_error *err) {
    int32_t a, b;
    GAL_TRY(add_name(file, line, 1, &a, err));
    GAL_TRY(add_name(file, line, 2, &b, err));
    a = root_of(file, a);
    b = root_of(file, b);
    if (a < b) file->parent.data[b] = a;
    else file->parent.data[a] = b;
    return GAL_OK;
}

static gal_status find_net(ext *file, const gal_fields *line, size_t i, int32_t *net,
                           gal_error *err) {
    int32_t id = -1; /* gcc does not see that add_name sets it */
    GAL_TRY(add_name(file, line, i, &id, err));
    const int32_t root = root_of(file, id);
    int32_t *known = &file->net_of.data[root];
    if (*known == GAL_NET_UNKNOWN)
        GAL_TRY(
            gal_extract_build_net(&file->build, gal_view_of(file->name.text[root]), known, err));
    *net = *known;
    return GAL_OK;
}

/* ---- first pass: units and names ---- */

static gal_status read_scale(ext *file, const gal_fields *line, gal_error *err) {
    double c_scale, l_scale;
    GAL_TRY(gal_fields_number(line, 2, "a capacitance scale", &c_scale, err));
    GAL_TRY(gal_fields_number(line, 3, "a length scale", &l_scale, err));
    file->farad = c_scale * 1e-18;
    file->metre = l_scale * (l_scale >= 1000 ? 1e-14 : 1e-8);
    if (!(file->farad > 0 && file->farad <= 1))
        return gal_fields_fail(line, 2, err, "expected a scale above 0 and at most 1e18");
    if (!(file->metre > 0 && file->metre <= 1))
        return gal_fields_fail(line, 3, err, "expected a scale above 0 and at most 1e14");
    return GAL_OK;
}

static gal_status read_names(ext *file, const gal_fields *line, gal_error *err) {
    int32_t id;
    if (gal_fields_is(line, 0, "node") || gal_fields_is(line, 0, "substrate"))
        return add_name(file, line, 1, &id, err);
    if (gal_fields_is(line, 0, "equiv")) return make_equivalent(file, line, err);
    if (gal_fields_is(line, 0, "scale")) return read_scale(file, line, err);
    if (gal_fields_is(line, 0, "use"))
        return gal_fields_fail(line, 0, err,
                               "this cell uses other cells; flatten it in magic, then extract");
    return GAL_OK;
}

/* ---- second pass: capacitances, ports, devices ---- */

static gal_status read_node(ext *file, const gal_fields *line, gal_error *err) {
    int32_t net;
    double farad;
    GAL_TRY(find_net(file, line, 1, &net, err));
    GAL_TRY(gal_extract_build_farad(line, 3, file->farad, &farad, err));
    return gal_extract_build_cap(&file->build, GAL_NET_FIXED, net, farad, err);
}

static gal_status read_substrate(ext *file, const gal_fields *line, gal_error *err) {
    int32_t net;
    GAL_TRY(find_net(file, line, 1, &net, err));
    gal_extract_build_circuit(&file->build)->net[net].flags |= GAL_NET_GROUND;
    return GAL_OK;
}

static gal_status read_cap(ext *file, const gal_fields *line, gal_error *err) {
    int32_t a, b;
    double farad;
    GAL_TRY(find_net(file, line, 1, &a, err));
    GAL_TRY(find_net(file, line, 2, &b, err));
    GAL_TRY(gal_extract_build_farad(line, 3, file->farad, &farad, err));
    return gal_extract_build_cap(&file->build, a, b, farad, err);
}

static gal_status read_port(ext *file, const gal_fields *line, gal_error *err) {
    int32_t net;
    ext_port port = {.order = file->port.size};
    GAL_TRY(find_net(file, line, 1, &net, err));
    GAL_TRY(gal_fields_number(line, 2, "the number of a port", &port.index, err));
    port.name = gal_view_of(gal_extract_build_circuit(&file->build)->net[net].name);
    return gal_vec_push(&file->port, port) ? GAL_OK : no_memory(err);
}

static int by_index(const void *x, const void *y) {
    const ext_port *p = x, *q = y;
    if (p->index != q->index) return p->index < q->index ? -1 : 1;
    return p->order < q->order ? -1 : 1;
}

static gal_status add_ports(ext *file, gal_error *err) {
    if (file->port.size) qsort(file->port.data, file->port.size, sizeof(ext_port), by_index);
    for (size_t i = 0; i < file->port.size; i++)
        GAL_TRY(gal_extract_build_port(&file->build, file->port.data[i].name, err));
    return GAL_OK;
}

/* The triple "name length attributes" at word *i; moves *i behind it. */
static gal_status read_terminal(ext *file, const gal_fields *line, size_t *i, int32_t *net,
                                double *length, gal_error *err) {
    GAL_TRY(find_net(file, line, *i, net, err));
    GAL_TRY(gal_fields_number(line, *i + 1, "the length of a terminal", length, err));
    if (*i + 2 >= line->size) return gal_fields_fail(line, *i + 2, err, "expected attributes or 0");
    *i += 3;
    while (*i < line->size && line->word[*i].text.size && line->word[*i].text.text[0] == ',') ++*i;
    return GAL_OK;
}

/* BULK, then the triples GATE, SOURCE and (unless both are one) DRAIN from word i on. */
static gal_status read_pins(ext *file, const gal_fields *line, size_t i, int32_t pin[4],
                            double *terminal, gal_error *err) {
    double gate, other;
    GAL_TRY(find_net(file, line, i++, &pin[GAL_PIN_BULK], err));
    GAL_TRY(read_terminal(file, line, &i, &pin[GAL_PIN_GATE], &gate, err));
    GAL_TRY(read_terminal(file, line, &i, &pin[GAL_PIN_SOURCE], terminal, err));
    pin[GAL_PIN_DRAIN] = pin[GAL_PIN_SOURCE];
    if (i >= line->size) return GAL_OK;
    GAL_TRY(read_terminal(file, line, &i, &pin[GAL_PIN_DRAIN], &other, err));
    *terminal = (*terminal + other) / 2;
    return GAL_OK;
}

static gal_status add_mos(ext *file, const gal_fields *line, const char *model,
                          const int32_t pin[4], double width, double length, gal_error *err) {
    const int type = gal_spice_mos_of_name(model);
    if (type < 0) return GAL_OK; /* a varactor, say */
    if (!(width >= 0 && width <= 1 && length >= 0 && length <= 1))
        return gal_fields_fail(line, 0, err, "expected a device of 0 to 1 m");
    return gal_extract_build_mos(&file->build, NULL, model, (gal_device_type)type, pin, width,
                                 length, 1, err);
}

static const char *model_name(ext *file, const gal_fields *line, size_t i) {
    const gal_view text = line->word[i].text;
    return gal_arena_text(&gal_extract_build_circuit(&file->build)->arena, text.text, text.size);
}

/* fet TYPE x y x2 y2 area perimeter BULK ... */
static gal_status read_fet(ext *file, const gal_fields *line, gal_error *err) {
    double area, terminal;
    int32_t pin[4];
    GAL_TRY(gal_fields_number(line, 6, "the area of the gate", &area, err));
    GAL_TRY(read_pins(file, line, 8, pin, &terminal, err));
    const char *model = model_name(file, line, 1);
    if (!model) return no_memory(err);
    const double length = terminal > 0 ? area / terminal : 0;
    return add_mos(file, line, model, pin, terminal * file->metre, length * file->metre, err);
}

/* "l=30" and the like: 1 when word i is one; w and l are stored. */
static int is_parameter(const gal_fields *line, size_t i, double *width, double *length) {
    if (i >= line->size) return 0;
    const gal_view word = line->word[i].text;
    const char *equals = word.size ? memchr(word.text, '=', word.size) : NULL;
    if (!equals) return 0;
    const gal_view value = {equals + 1, (size_t)(word.text + word.size - equals - 1)};
    const char key = (char)(word.text[0] | 32);
    double number;
    if (equals == word.text + 1 && gal_number_parse(value, &number) == value.size) {
        if (key == 'w') *width = number;
        if (key == 'l') *length = number;
    }
    return 1;
}

/* device msubckt MODEL x y x2 y2 l= w= BULK ... ; device mosfet MODEL x y x2 y2 L W BULK ... */
static gal_status read_device(ext *file, const gal_fields *line, gal_error *err) {
    const int plain = gal_fields_is(line, 1, "mosfet");
    if (!plain && !gal_fields_is(line, 1, "msubckt")) return GAL_OK;
    if (line->size < 8) return gal_fields_fail(line, line->size, err, "expected a transistor");
    double width = 0, length = 0, terminal;
    size_t i = 7;
    if (plain) {
        GAL_TRY(gal_fields_number(line, i++, "a length", &length, err));
        GAL_TRY(gal_fields_number(line, i++, "a width", &width, err));
    }
    while (is_parameter(line, i, &width, &length)) i++;
    int32_t pin[4];
    GAL_TRY(read_pins(file, line, i, pin, &terminal, err));
    const char *model = model_name(file, line, 2);
    if (!model) return no_memory(err);
    return add_mos(file, line, model, pin, width * file->metre, length * file->metre, err);
}

static gal_status read_circuit(ext *file, const gal_fields *line, gal_error *err) {
    static const struct {
        const char *word;
        line_reader *read;
    } readers[] = {{"node", read_node}, {"cap", read_cap}, {"device", read_device},
                   {"port", read_port}, {"fet", read_fet}, {"substrate", read_substrate}};
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (gal_fields_is(line, 0, readers[i].word)) return readers[i].read(file, line, err);
    return GAL_OK;
}

/* ---- the file ---- */

static gal_status each_line(ext *file, const char *name, gal_view text, line_reader *reader,
                            gal_error *err) {
    gal_fields line;
    gal_fields_init(&line, name, text, GAL_FIELDS_HASH | GAL_FIELDS_BACKSLASH | GAL_FIELDS_QUOTES);
    gal_status status = gal_fields_next(&line, err);
    while (status == GAL_OK && line.size) {
        status = reader(file, &line, err);
        if (status == GAL_OK) status = gal_fields_next(&line, err);
    }
    gal_fields_clear(&line);
    return status;
}

/* The file name without directory and ".ext" or ".ext.gz". */
static gal_view cell_name(const char *path) {
    gal_view name = gal_view_of(gal_path_base(path));
    if (!gal_path_has_ending(path, ".ext")) return name;
    name.size -= name.text[name.size - 1] == 't' || name.text[name.size - 1] == 'T' ? 4 : 7;
    return name;
}

gal_status gal_magic_ext_parse(gal_extract_set *set, const char *name, const char *text,
                               size_t size, gal_error *err) {
    const gal_view view = {text, size};
    ext file = {.farad = 1e-18, .metre = 1e-8};
    gal_intern_init(&file.name, 0);
    gal_status status = gal_extract_build_init(&file.build, set, cell_name(name), 0, err);
    if (status == GAL_OK) set->item[set->n - 1].by_magic = 1;
    if (status == GAL_OK) status = each_line(&file, name, view, read_names, err);
    if (status == GAL_OK) status = each_line(&file, name, view, read_circuit, err);
    if (status == GAL_OK) status = add_ports(&file, err);
    if (status == GAL_OK) status = gal_extract_build_end(&file.build, err);
    gal_extract_build_clear(&file.build);
    gal_intern_clear(&file.name);
    gal_vec_free(&file.parent);
    gal_vec_free(&file.net_of);
    gal_vec_free(&file.port);
    return status;
}

gal_status gal_magic_ext_read(gal_extract_set *set, const char *path, gal_error *err) {
    gal_file file;
    GAL_TRY(gal_file_read(&file, path, 0, err));
    const gal_status status = gal_magic_ext_parse(set, path, file.data, file.size, err);
    gal_file_clear(&file);
    return status;
}
