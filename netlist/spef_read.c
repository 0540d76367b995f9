#include "netlist/spef.h"

#include "base/ascii.h"
#include "base/file.h"
#include "netlist/extract_build.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum section { SKIPPED, NAME_MAP, PORTS, POWER_NETS, GROUND_NETS, CONN, CAP } section;

/* A capacitor between nodes of two nets, as one of the nets lists it. */
typedef struct coupling {
    int32_t low, high; /* ids of the nodes' names */
    int32_t lister;    /* the net whose section it is in */
    int32_t low_net, high_net;
    double farad;
} coupling;

/* "*12 name": what an index stands for. */
typedef struct mapped_name {
    gal_view name; /* still escaped */
    int32_t net;   /* the net of that name once it was looked up, else GAL_NET_UNKNOWN */
} mapped_name;

typedef struct spef {
    gal_extract_build build;     /* its names are free of escapes and indices */
    gal_intern index;            /* "*12" */
    gal_vec(mapped_name) mapped; /* [index.count] */
    gal_intern node;             /* pins and sub-nodes as the file spells them */
    gal_vec(int32_t) node_net;   /* [node.count] */
    gal_vec(gal_field) port;
    gal_vec(coupling) coupling;
    gal_buf name; /* the last name free of escapes */
    double unit;  /* farad */
    char delimiter, divider, bus[2];
    section section;
    int32_t net;  /* of the section being read; GAL_NET_UNKNOWN outside */
    double total; /* its total capacitance, farad */
    int has_cap;  /* it lists capacitors */
} spef;

typedef gal_status line_reader(spef *file, const gal_fields *line, gal_error *err);

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for SPEF");
}

/* ---- names ---- */

static int is_index(gal_view text) {
    return text.size > 1 && text.text[0] == '*' &&
           gal_view_is_digits((gal_view){text.text + 1, text.size - 1});
}

/* A name without its escapes, with '/' between levels and bits in [ ] whatever the file has for
 * them; the view is valid until the next call. */
static gal_status unescape(spef *file, gal_view text, gal_view *name, gal_error *err) {
    file->name.size = 0;
    for (size_t i = 0; i < text.size; i++) {
        const int escaped = text.text[i] == '\\' && i + 1 < text.size;
        char c = text.text[i += (size_t)escaped];
        if (!escaped && c == file->divider) c = '/';
        else if (!escaped && c == file->bus[0]) c = '[';
        else if (!escaped && c == file->bus[1]) c = ']';
        gal_buf_append(&file->name, &c, 1);
    }
    *name = (gal_view){file->name.data, file->name.size};
    return gal_buf_ok(&file->name, err);
}

/* Bytes in front of the last delimiter that is not escaped; the whole size when there is none. */
static size_t stem_size(const spef *file, gal_view text) {
    for (size_t i = text.size; i > 1; i--)
        if (text.text[i - 1] == file->delimiter && text.text[i - 2] != '\\') return i - 1;
    return text.size;
}

/* What an index in word i stands for. */
static gal_status find_mapped(spef *file, const gal_fields *line, size_t i, gal_view index,
                              mapped_name **mapped, gal_error *err) {
    const int32_t id = gal_intern_find(&file->index, index);
    if (id < 0)
        return gal_fields_fail(line, i, err, "%.*s is not in *NAME_MAP",
                               index.size < 20 ? (int)index.size : 20, index.text);
    *mapped = &file->mapped.data[id];
    return GAL_OK;
}

/* Looks up the net called `text`, a name or index out of word i; GAL_NET_UNKNOWN: none. With
 * `alias` not GAL_NET_UNKNOWN an unseen name becomes one of that net. Each index is looked up
 * once, so a long mapped name costs its length once. */
static gal_status find_net(spef *file, const gal_fields *line, size_t i, gal_view text,
                           int32_t alias, int32_t *net, gal_error *err) {
    mapped_name *mapped = NULL;
    if (is_index(text)) GAL_TRY(find_mapped(file, line, i, text, &mapped, err));
    if (mapped && mapped->net != GAL_NET_UNKNOWN) {
        *net = mapped->net;
        return GAL_OK;
    }
    gal_view name;
    GAL_TRY(unescape(file, mapped ? mapped->name : text, &name, err));
    if (alias != GAL_NET_UNKNOWN) GAL_TRY(gal_extract_build_alias(&file->build, name, alias, err));
    *net = gal_extract_build_find(&file->build, name);
    if (mapped) mapped->net = *net;
    return GAL_OK;
}

/* The net called `text`, a name or index out of word i, made when unseen. */
static gal_status make_net(spef *file, const gal_fields *line, size_t i, gal_view text,
                           int32_t *net, gal_error *err) {
    GAL_TRY(find_net(file, line, i, text, GAL_NET_UNKNOWN, net, err));
    if (*net != GAL_NET_UNKNOWN) return GAL_OK;
    mapped_name *mapped = NULL;
    if (is_index(text)) GAL_TRY(find_mapped(file, line, i, text, &mapped, err));
    gal_view name;
    GAL_TRY(unescape(file, mapped ? mapped->name : text, &name, err));
    GAL_TRY(gal_extract_build_net(&file->build, name, net, err));
    if (mapped) mapped->net = *net;
    return GAL_OK;
}

/* The net called as word i. */
static gal_status need_net(spef *file, const gal_fields *line, size_t i, int32_t *net,
                           gal_error *err) {
    if (i >= line->size || !line->word[i].text.size)
        return gal_fields_fail(line, i, err, "expected a name");
    return make_net(file, line, i, line->word[i].text, net, err);
}

static gal_status add_node(spef *file, gal_view text, int32_t net, int32_t *id, gal_error *err) {
    *id = gal_intern_add(&file->node, text);
    if (*id < 0 || ((size_t)*id == file->node_net.size && !gal_vec_push(&file->node_net, net)))
        return no_memory(err);
    return GAL_OK;
}

/* The node in word i and its net: a listed pin, "<net>:<number>", or a net's name. Pins of no
 * listed net count as ground. */
static gal_status find_node(spef *file, const gal_fields *line, size_t i, int32_t *net, int32_t *id,
                            gal_error *err) {
    if (i >= line->size) return gal_fields_fail(line, i, err, "expected a node");
    const gal_view text = line->word[i].text;
    *id = gal_intern_find(&file->node, text);
    if (*id < 0) {
        const gal_view stem = {text.text, stem_size(file, text)};
        const size_t next = stem.size + 1;
        if (stem.size == text.size) GAL_TRY(need_net(file, line, i, net, err));
        else if (gal_view_is_digits((gal_view){text.text + next, text.size - next}))
            GAL_TRY(make_net(file, line, i, stem, net, err));
        else GAL_TRY(find_net(file, line, i, stem, GAL_NET_UNKNOWN, net, err));
        if (*net == GAL_NET_UNKNOWN) *net = GAL_NET_FIXED;
        GAL_TRY(add_node(file, text, *net, id, err));
    }
    *net = file->node_net.data[*id];
    return GAL_OK;
}

/* ---- header ---- */

static gal_status set_unit(spef *file, const gal_fields *line, gal_error *err) {
    double scale;
    GAL_TRY(gal_fields_number(line, 1, "a scale", &scale, err));
    const double unit = gal_fields_is(line, 2, "FF")   ? 1e-15
                        : gal_fields_is(line, 2, "PF") ? 1e-12
                        : gal_fields_is(line, 2, "NF") ? 1e-9
                        : gal_fields_is(line, 2, "UF") ? 1e-6
                        : gal_fields_is(line, 2, "F")  ? 1
                                                       : 0;
    if (unit == 0) return gal_fields_fail(line, 2, err, "expected the unit PF or FF");
    file->unit = scale * unit;
    if (scale > 0 && file->unit <= 1) return GAL_OK;
    return gal_fields_fail(line, 1, err, "expected a scale above 0 and at most 1 F");
}

static gal_status set_sign(char *sign, const gal_fields *line, gal_error *err) {
    if (line->size < 2 || line->word[1].text.size != 1)
        return gal_fields_fail(line, 1, err, "expected one character as delimiter");
    *sign = line->word[1].text.text[0];
    return GAL_OK;
}

/* "[ ]", "[]" or the opening one alone. */
static void set_bus(char bus[2], const gal_fields *line) {
    size_t n = 0;
    for (size_t w = 1; w < (size_t)line->size; w++)
        for (size_t i = 0; i < line->word[w].text.size && n < 2; i++)
            bus[n++] = line->word[w].text.text[i];
}

static gal_status set_design(spef *file, const gal_fields *line, gal_error *err) {
    if (line->size < 2) return gal_fields_fail(line, 1, err, "expected the name of the design");
    gal_circuit *circuit = gal_extract_build_circuit(&file->build);
    circuit->name =
        gal_arena_text(&circuit->arena, line->word[1].text.text, line->word[1].text.size);
    return circuit->name ? GAL_OK : no_memory(err);
}

static gal_status map_name(spef *file, const gal_fields *line, gal_error *err) {
    if (!is_index(line->word[0].text) || line->size < 2)
        return gal_fields_fail(line, line->size < 2, err, "expected \"*<number> <name>\"");
    const int32_t id = gal_intern_add(&file->index, line->word[0].text);
    const mapped_name mapped = {line->word[1].text, GAL_NET_UNKNOWN};
    if (id < 0 || ((size_t)id == file->mapped.size && !gal_vec_push(&file->mapped, mapped)))
        return no_memory(err);
    file->mapped.data[id] = mapped;
    return GAL_OK;
}

static gal_status list_supplies(spef *file, const gal_fields *line, size_t first, gal_error *err) {
    const uint32_t flag = file->section == POWER_NETS ? GAL_NET_POWER : GAL_NET_GROUND;
    for (size_t i = first; i < line->size; i++) {
        int32_t net;
        GAL_TRY(need_net(file, line, i, &net, err));
        gal_extract_build_circuit(&file->build)->net[net].flags |= flag;
    }
    return GAL_OK;
}

/* ---- sections ---- */

static gal_status open_net(spef *file, const gal_fields *line, gal_error *err) {
    GAL_TRY(need_net(file, line, 1, &file->net, err));
    file->section = SKIPPED;
    file->has_cap = 0;
    return GAL_OK;
}

static gal_status list_pin(spef *file, const gal_fields *line, gal_error *err) {
    if (line->word[0].text.size != 2 || line->word[0].text.text[0] != '*')
        return gal_fields_fail(line, 0, err, "expected *P, *I or *N");
    if (line->size < 2 || !line->word[1].text.size)
        return gal_fields_fail(line, 1, err, "expected a name");
    const gal_view text = line->word[1].text;
    int32_t ignored;
    if (stem_size(file, text) == text.size)
        return find_net(file, line, 1, text, file->net, &ignored, err);
    return add_node(file, text, file->net, &ignored, err);
}

static gal_status list_port(spef *file, const gal_fields *line, gal_error *err) {
    return gal_vec_push(&file->port, line->word[0]) ? GAL_OK : no_memory(err);
}

/* One keyword line; returns through *known whether it was one. */
static gal_status read_keyword(spef *file, const gal_fields *line, int *known, gal_error *err) {
    static const struct {
        const char *word;
        section section;
    } opens[] = {{"*NAME_MAP", NAME_MAP},       {"*PORTS", PORTS}, {"*POWER_NETS", POWER_NETS},
                 {"*GROUND_NETS", GROUND_NETS}, {"*CONN", CONN},   {"*CAP", CAP}};
    *known = 1;
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++)
        if (gal_fields_is(line, 0, opens[i].word)) {
            file->section = opens[i].section;
            if ((file->section == CONN || file->section == CAP) && file->net == GAL_NET_UNKNOWN)
                return gal_fields_fail(line, 0, err, "expected *D_NET first");
            return GAL_OK;
        }
    if (gal_fields_is(line, 0, "*D_NET") || gal_fields_is(line, 0, "*R_NET"))
        return open_net(file, line, err);
    if (gal_fields_is(line, 0, "*END")) {
        file->section = SKIPPED;
        file->net = GAL_NET_UNKNOWN;
        return GAL_OK;
    }
    const gal_view word = line->word[0].text;
    const int is_pin = word.size == 2 && file->section == CONN;
    *known = word.size > 1 && word.text[0] == '*' && !is_index(word) && !is_pin &&
             !gal_is_digit(word.text[1]);
    if (*known) file->section = SKIPPED;
    return GAL_OK;
}

/* First pass: header, names, nets and which pins they have. */
static gal_status read_names(spef *file, const gal_fields *line, gal_error *err) {
    if (gal_fields_is(line, 0, "*C_UNIT")) return set_unit(file, line, err);
    if (gal_fields_is(line, 0, "*DELIMITER")) return set_sign(&file->delimiter, line, err);
    if (gal_fields_is(line, 0, "*DIVIDER")) return set_sign(&file->divider, line, err);
    if (gal_fields_is(line, 0, "*BUS_DELIMITER")) set_bus(file->bus, line);
    if (gal_fields_is(line, 0, "*DESIGN")) return set_design(file, line, err);
    int known;
    GAL_TRY(read_keyword(file, line, &known, err));
    switch (file->section) {
    case POWER_NETS:
    case GROUND_NETS:
        return list_supplies(file, line, known ? 1 : 0, err);
    case NAME_MAP:
        return known ? GAL_OK : map_name(file, line, err);
    case PORTS:
        return known ? GAL_OK : list_port(file, line, err);
    case CONN:
        return known ? GAL_OK : list_pin(file, line, err);
    default:
        return GAL_OK;
    }
}

/* ---- capacitances ---- */

/* "1.5" or a triplet "1:2:3", of which the middle counts. */
static gal_status read_farad(const spef *file, const gal_fields *line, size_t i, double *farad,
                             gal_error *err) {
    if (i >= line->size) return gal_fields_fail(line, i, err, "expected a capacitance");
    const gal_view text = line->word[i].text;
    double value[3] = {0};
    size_t used = 0;
    int n = 0;
    for (;;) {
        const size_t size =
            gal_number_parse((gal_view){text.text + used, text.size - used}, &value[n]);
        used += size;
        if (size == 0) return gal_fields_fail(line, i, err, "expected a capacitance");
        n++;
        if (used == text.size || n == 3 || text.text[used] != ':') break;
        used++;
    }
    *farad = value[n == 3] * file->unit;
    if (used != text.size || n == 2 || !(fabs(*farad) <= 1))
        return gal_fields_fail(line, i, err, "expected a capacitance or a triplet, at most 1 F");
    return GAL_OK;
}

static gal_status add_coupling(spef *file, const gal_fields *line, gal_error *err) {
    int32_t net[2], node[2];
    for (size_t i = 0; i < 2; i++) GAL_TRY(find_node(file, line, 1 + i, &net[i], &node[i], err));
    double farad;
    GAL_TRY(read_farad(file, line, 3, &farad, err));
    if (net[0] == net[1]) return GAL_OK;
    const int swap = node[0] > node[1];
    const coupling both = {node[swap], node[!swap], file->net, net[swap], net[!swap], farad};
    return gal_vec_push(&file->coupling, both) ? GAL_OK : no_memory(err);
}

/* "<id> node C" or "<id> node node C", sensitivities behind. */
static gal_status read_cap(spef *file, const gal_fields *line, gal_error *err) {
    size_t n = 0;
    while (n < line->size && !gal_fields_is(line, n, "*SC")) n++;
    file->has_cap = 1;
    if (n == 4) return add_coupling(file, line, err);
    if (n != 3)
        return gal_fields_fail(line, n < 4 ? n : 4, err,
                               "expected \"<id> node [node] capacitance\"");
    int32_t net, node;
    double farad;
    GAL_TRY(find_node(file, line, 1, &net, &node, err));
    GAL_TRY(read_farad(file, line, 2, &farad, err));
    return gal_extract_build_cap(&file->build, GAL_NET_FIXED, net, farad, err);
}

/* A net that lists no capacitors is known by its total alone. */
static gal_status close_net(spef *file, gal_error *err) {
    const int32_t net = file->net;
    file->net = GAL_NET_UNKNOWN;
    if (net == GAL_NET_UNKNOWN || file->has_cap) return GAL_OK;
    return gal_extract_build_cap(&file->build, GAL_NET_FIXED, net, file->total, err);
}

/* Second pass. */
static gal_status read_caps(spef *file, const gal_fields *line, gal_error *err) {
    const int opens = gal_fields_is(line, 0, "*D_NET") || gal_fields_is(line, 0, "*R_NET");
    if (opens || gal_fields_is(line, 0, "*END")) GAL_TRY(close_net(file, err));
    int known;
    GAL_TRY(read_keyword(file, line, &known, err));
    if (opens) return read_farad(file, line, 2, &file->total, err);
    return file->section == CAP && !known ? read_cap(file, line, err) : GAL_OK;
}

static int by_nodes(const void *x, const void *y) {
    const coupling *p = x, *q = y;
    if (p->low != q->low) return p->low < q->low ? -1 : 1;
    if (p->high != q->high) return p->high < q->high ? -1 : 1;
    if (p->lister != q->lister) return p->lister < q->lister ? -1 : 1;
    return (p->farad > q->farad) - (p->farad < q->farad);
}

/* Two nodes coupled in the sections of both nets are coupled once: the larger listing counts. */
static gal_status add_couplings(spef *file, gal_error *err) {
    const coupling *list = file->coupling.data;
    const size_t n = file->coupling.size;
    if (n) qsort(file->coupling.data, n, sizeof *list, by_nodes);
    for (size_t i = 0; i < n;) {
        const coupling *first = &list[i];
        double most = 0;
        while (i < n && list[i].low == first->low && list[i].high == first->high) {
            const int32_t lister = list[i].lister;
            double sum = 0;
            for (; i < n && list[i].low == first->low && list[i].high == first->high &&
                   list[i].lister == lister;
                 i++)
                sum += list[i].farad;
            if (sum > most) most = sum;
        }
        GAL_TRY(gal_extract_build_cap(&file->build, first->low_net, first->high_net, most, err));
    }
    return GAL_OK;
}

/* ---- the file ---- */

static gal_status each_line(spef *file, const char *name, gal_view text, line_reader *reader,
                            gal_error *err) {
    gal_fields line;
    gal_fields_init(&line, name, text, GAL_FIELDS_SLASHES | GAL_FIELDS_QUOTES);
    file->section = SKIPPED;
    file->net = GAL_NET_UNKNOWN;
    gal_status status = gal_fields_next(&line, err);
    if (status == GAL_OK && !gal_fields_is(&line, 0, "*SPEF"))
        status = gal_fields_fail(&line, 0, err, "expected \"*SPEF\"");
    while (status == GAL_OK && line.size) {
        status = reader(file, &line, err);
        if (status == GAL_OK) status = gal_fields_next(&line, err);
    }
    gal_fields_clear(&line);
    return status;
}

/* Ports come late: a pin list may have made one a name of another net. */
static gal_status add_ports(spef *file, const char *file_name, gal_error *err) {
    const gal_fields ports = {.word = file->port.data, .size = file->port.size, .file = file_name};
    for (size_t i = 0; i < ports.size; i++) {
        int32_t net;
        GAL_TRY(need_net(file, &ports, i, &net, err));
        if (gal_circuit_add_port(gal_extract_build_circuit(&file->build), net) < 0)
            return no_memory(err);
    }
    return GAL_OK;
}

static gal_status read_file(spef *file, const char *name, gal_view text, gal_error *err) {
    GAL_TRY(each_line(file, name, text, read_names, err));
    const int32_t n_listed = gal_extract_build_circuit(&file->build)->n_net;
    GAL_TRY(add_ports(file, name, err));
    GAL_TRY(each_line(file, name, text, read_caps, err));
    GAL_TRY(close_net(file, err));
    GAL_TRY(add_couplings(file, err));
    gal_circuit *circuit = gal_extract_build_circuit(&file->build);
    for (int32_t n = n_listed; n < circuit->n_net; n++) circuit->net[n].flags |= GAL_NET_PARTIAL;
    return gal_extract_build_end(&file->build, err);
}

gal_status gal_spef_parse(gal_extract_set *set, const char *name, const char *text, size_t size,
                          gal_error *err) {
    spef file = {
        .unit = 1e-12, .delimiter = ':', .divider = '/', .bus = "[]", .net = GAL_NET_UNKNOWN};
    gal_intern_init(&file.index, 0);
    gal_intern_init(&file.node, 0);
    gal_status status = gal_extract_build_init(&file.build, set, gal_view_of(""), 0, err);
    if (status == GAL_OK) status = read_file(&file, name, (gal_view){text, size}, err);
    gal_extract_build_clear(&file.build);
    gal_intern_clear(&file.index);
    gal_intern_clear(&file.node);
    gal_vec_free(&file.node_net);
    gal_vec_free(&file.mapped);
    gal_vec_free(&file.port);
    gal_vec_free(&file.coupling);
    gal_buf_clear(&file.name);
    return status;
}

gal_status gal_spef_read(gal_extract_set *set, const char *path, gal_error *err) {
    gal_file file;
    GAL_TRY(gal_file_read(&file, path, 0, err));
    const gal_status status = gal_spef_parse(set, path, file.data, file.size, err);
    gal_file_clear(&file);
    return status;
}
