#include "netlist/calibre.h"

#include "base/ascii.h"
#include "base/file.h"
#include "netlist/extract_build.h"
#include "netlist/extract_card.h"
#include <math.h>
#include <string.h>

typedef struct calibre_cell {
    gal_extract_build build;
    gal_intern network;      /* names of the .pex subcircuits */
    gal_vec(int32_t) net_of; /* [network.count] their nets */
    int32_t network_net;     /* of the .pex subcircuit being read; GAL_NET_UNKNOWN outside */
} calibre_cell;

typedef gal_status card_reader(calibre_cell *cell, const gal_fields *line, gal_error *err);

/* ---- nodes and nets ---- */

/* Bytes of "_c_<digits>_<letter>" at the end of a node name; 0 when it does not end so. */
static size_t numbered_tail(gal_view name) {
    if (name.size < 7 || name.text[name.size - 2] != '_') return 0;
    size_t i = name.size - 2;
    while (i > 0 && gal_is_digit(name.text[i - 1])) i--;
    const int named = i + 2 < name.size && i >= 3 && !memcmp(name.text + i - 3, "_c_", 3);
    return named ? name.size - (i - 3) : 0;
}

/* Bytes of "_M<device>_<pin>" (any letter for M) at the end of a node name. */
static size_t device_tail(gal_view name) {
    size_t i = name.size;
    for (int underscores = 0; i > 0; i--)
        if (name.text[i - 1] == '_' && ++underscores == 2) break;
    return i ? name.size - (i - 1) : 0;
}

/* N_A_M1001_g and N_A_c_24_n are nodes of the net A. */
static gal_view net_of_node(gal_view name) {
    if (name.size < 3 || memcmp(name.text, "N_", 2) != 0) return name;
    const size_t numbered = numbered_tail(name);
    const size_t tail = numbered ? numbered : device_tail(name);
    if (tail == 0 || tail + 2 >= name.size) return name;
    return (gal_view){name.text + 2, name.size - 2 - tail};
}

static gal_status find_net(calibre_cell *cell, gal_view node, int32_t *net, gal_error *err) {
    *net = gal_extract_build_find(&cell->build, node);
    if (*net != GAL_NET_UNKNOWN) return GAL_OK;
    GAL_TRY(gal_extract_build_net(&cell->build, net_of_node(node), net, err));
    return gal_extract_build_alias(&cell->build, node, *net, err);
}

/* ---- cards ---- */

static gal_status parse_subckt(calibre_cell *cell, const gal_fields *line, gal_error *err) {
    gal_circuit *circuit = gal_extract_build_circuit(&cell->build);
    if (circuit->name[0])
        return gal_fields_fail(line, 0, err, "second .subckt, expected one cell per file");
    if (line->size < 2) return gal_fields_fail(line, 1, err, "expected the name of the cell");
    const gal_view name = line->word[1].text;
    circuit->name = gal_arena_text(&circuit->arena, name.text, name.size);
    if (!circuit->name) return gal_fail(err, GAL_ENOMEM, "out of memory for a name");
    for (size_t i = 2; i < line->size; i++) {
        if (gal_fields_is(line, i, "0"))
            return gal_fields_fail(line, i, err, "expected a port, found node 0");
        GAL_TRY(gal_extract_build_port(&cell->build, line->word[i].text, err));
    }
    return GAL_OK;
}

static gal_status parse_pins(calibre_cell *cell, const gal_fields *line, int32_t *pin, size_t n_pin,
                             gal_error *err) {
    for (size_t i = 0; i < n_pin; i++) {
        if (gal_fields_is(line, 1 + i, "0"))
            return gal_fields_fail(line, 1 + i, err, "expected a net, found node 0");
        GAL_TRY(find_net(cell, line->word[1 + i].text, &pin[i], err));
    }
    return GAL_OK;
}

/* MM1001 and MX1/M1 are the devices M1001 and X1/M1 behind Calibre's card letter. */
static gal_view device_name(gal_view word) {
    const int doubled = word.size > 1 && word.text[1] >= 'A' && word.text[1] <= 'Z';
    return doubled ? (gal_view){word.text + 1, word.size - 1} : word;
}

static gal_status parse_mos(calibre_cell *cell, const gal_fields *line, gal_error *err) {
    gal_card_mos mos;
    GAL_TRY(gal_card_mos_parse(&mos, &cell->build, line, 5, err));
    int32_t pin[4];
    GAL_TRY(parse_pins(cell, line, pin, 4, err));
    return gal_card_mos_add(&cell->build, &mos, device_name(line->word[0].text), pin, err);
}

static int is_well_diode(gal_view name) {
    return name.size > 9 && (name.text[1] == 'X' || name.text[1] == 'x') &&
           gal_view_equal_nocase((gal_view){name.text + name.size - 7, 7}, "_noxref");
}

static gal_status parse_two_pin(calibre_cell *cell, const gal_fields *line, gal_error *err) {
    const int diode = (line->word[0].text.text[0] | 32) == 'd';
    if (diode && is_well_diode(line->word[0].text)) return GAL_OK;
    if (line->size < 4)
        return gal_fields_fail(line, line->size, err, "expected two nodes and a model");
    int32_t pin[2];
    GAL_TRY(parse_pins(cell, line, pin, 2, err));
    return gal_card_add(&cell->build, line, diode ? GAL_DIODE : GAL_RESISTOR, pin, 2, err);
}

static gal_status parse_cap(calibre_cell *cell, const gal_fields *line, gal_error *err) {
    double farad;
    GAL_TRY(gal_card_farad(line, 3, &farad, err));
    int32_t net[2];
    for (size_t i = 0; i < 2; i++) {
        net[i] = GAL_NET_FIXED;
        if (!gal_fields_is(line, 1 + i, "0"))
            GAL_TRY(find_net(cell, line->word[1 + i].text, &net[i], err));
    }
    return gal_extract_build_cap(&cell->build, net[0], net[1], farad, err);
}

/* x_<any> nodes... PM_<cell>%<net>: nodes of one net. */
static gal_status parse_network_use(calibre_cell *cell, const gal_fields *line, gal_error *err) {
    const gal_view network = line->word[line->size - 1].text;
    const char *percent = memchr(network.text, '%', network.size);
    if (line->size < 2 || !percent || percent + 1 == network.text + network.size)
        return gal_fields_fail(line, line->size - 1, err, "expected a network PM_<cell>%%<net>");
    const gal_view name = {percent + 1, (size_t)(network.text + network.size - percent - 1)};
    int32_t net;
    GAL_TRY(gal_extract_build_net(&cell->build, name, &net, err));
    for (size_t i = 1; i + 1 < line->size; i++)
        GAL_TRY(gal_extract_build_alias(&cell->build, line->word[i].text, net, err));
    const int32_t id = gal_intern_add(&cell->network, network);
    if (id < 0 || ((size_t)id == cell->net_of.size && !gal_vec_push(&cell->net_of, net)))
        return gal_fail(err, GAL_ENOMEM, "out of memory for networks");
    return GAL_OK;
}

/* ---- files ---- */

static gal_status read_ports(calibre_cell *cell, const gal_fields *line, gal_error *err) {
    return gal_fields_is(line, 0, ".subckt") ? parse_subckt(cell, line, err) : GAL_OK;
}

static gal_status read_cell(calibre_cell *cell, const gal_fields *line, gal_error *err) {
    switch (line->word[0].text.text[0] | 32) {
    case 'm':
        return parse_mos(cell, line, err);
    case 'd':
    case 'r':
        return parse_two_pin(cell, line, err);
    case 'c':
        return parse_cap(cell, line, err);
    default:
        return GAL_OK;
    }
}

static gal_status read_networks(calibre_cell *cell, const gal_fields *line, gal_error *err) {
    const int use = (line->word[0].text.text[0] | 32) == 'x';
    return use ? parse_network_use(cell, line, err) : GAL_OK;
}

static gal_status read_coupling(calibre_cell *cell, const gal_fields *line, gal_error *err) {
    const int cap = (line->word[0].text.text[0] | 32) == 'c';
    return cap ? parse_cap(cell, line, err) : GAL_OK;
}

static gal_status open_network(calibre_cell *cell, const gal_fields *line, gal_error *err) {
    if (line->size < 2) return gal_fields_fail(line, 1, err, "expected the name of a network");
    const int32_t id = gal_intern_find(&cell->network, line->word[1].text);
    if (id < 0)
        return gal_fields_fail(line, 1, err, "network that no x card of the .pxi file uses");
    cell->network_net = cell->net_of.data[id];
    return GAL_OK;
}

/* Inside a network only node 0 is foreign: every capacitor to it is the net's. */
static gal_status read_network(calibre_cell *cell, const gal_fields *line, gal_error *err) {
    if (gal_fields_is(line, 0, ".subckt")) return open_network(cell, line, err);
    if (gal_fields_is(line, 0, ".ends")) cell->network_net = GAL_NET_UNKNOWN;
    if ((line->word[0].text.text[0] | 32) != 'c') return GAL_OK;
    if (cell->network_net == GAL_NET_UNKNOWN)
        return gal_fields_fail(line, 0, err, "capacitor outside of a network");
    double farad;
    GAL_TRY(gal_card_farad(line, 3, &farad, err));
    if (gal_fields_is(line, 1, "0") == gal_fields_is(line, 2, "0")) return GAL_OK;
    return gal_extract_build_cap(&cell->build, GAL_NET_FIXED, cell->network_net, farad, err);
}

static gal_status each_card(calibre_cell *cell, const gal_calibre_source *source,
                            card_reader *reader, gal_error *err) {
    gal_fields line;
    gal_fields_init(&line, source->name, source->text,
                    GAL_FIELDS_STAR | GAL_FIELDS_PLUS | GAL_FIELDS_CARDS);
    gal_status status = gal_fields_next(&line, err);
    while (status == GAL_OK && line.size) {
        status = reader(cell, &line, err);
        if (status == GAL_OK) status = gal_fields_next(&line, err);
    }
    gal_fields_clear(&line);
    return status;
}

static gal_status read_sources(calibre_cell *cell, const gal_calibre_source *source,
                               gal_error *err) {
    GAL_TRY(each_card(cell, &source[GAL_CALIBRE_CELL], read_ports, err));
    if (!gal_extract_build_circuit(&cell->build)->name[0])
        return gal_fail_at(err, GAL_EPARSE, source[GAL_CALIBRE_CELL].name, 1, 1,
                           "no .subckt, expected a cell");
    GAL_TRY(each_card(cell, &source[GAL_CALIBRE_COUPLING], read_networks, err));
    GAL_TRY(each_card(cell, &source[GAL_CALIBRE_CELL], read_cell, err));
    GAL_TRY(each_card(cell, &source[GAL_CALIBRE_COUPLING], read_coupling, err));
    cell->network_net = GAL_NET_UNKNOWN;
    GAL_TRY(each_card(cell, &source[GAL_CALIBRE_NETWORK], read_network, err));
    return gal_extract_build_end(&cell->build, err);
}

gal_status gal_calibre_parse(gal_extract_set *set,
                             const gal_calibre_source source[GAL_CALIBRE_N_SOURCE],
                             gal_error *err) {
    calibre_cell cell = {.network_net = GAL_NET_UNKNOWN};
    gal_intern_init(&cell.network, 1);
    gal_status status = gal_extract_build_init(&cell.build, set, gal_view_of(""), 1, err);
    if (status == GAL_OK) status = read_sources(&cell, source, err);
    gal_extract_build_clear(&cell.build);
    gal_intern_clear(&cell.network);
    gal_vec_free(&cell.net_of);
    return status;
}

/* ---- the triple on disk ---- */

static int names(gal_view text, const char *part) {
    const size_t size = strlen(part);
    for (size_t i = 0; i + size <= text.size; i++)
        if (gal_view_equal_nocase((gal_view){text.text + i, size}, part)) return 1;
    return 0;
}

/* The source an .include line stands for, or GAL_CALIBRE_CELL when it is neither. */
static int included(const gal_fields *line) {
    if (line->size < 2 || !(gal_fields_is(line, 0, ".include") || gal_fields_is(line, 0, ".inc")))
        return GAL_CALIBRE_CELL;
    const gal_view name = line->word[1].text;
    return names(name, ".pxi")   ? GAL_CALIBRE_COUPLING
           : names(name, ".pex") ? GAL_CALIBRE_NETWORK
                                 : GAL_CALIBRE_CELL;
}

gal_status gal_calibre_is_cell(int *found, gal_view text, gal_error *err) {
    gal_fields line;
    gal_fields_init(&line, "", text, GAL_FIELDS_STAR | GAL_FIELDS_QUOTES);
    gal_status status = GAL_OK;
    *found = 0;
    while (!*found && (status = gal_fields_next(&line, err)) == GAL_OK && line.size)
        *found = included(&line) == GAL_CALIBRE_COUPLING;
    gal_fields_clear(&line);
    return status == GAL_ENOMEM ? status : GAL_OK; /* an open quote is none of Calibre's */
}

/* Reads what the cell includes; file[] by source. */
static gal_status read_included(gal_file *file, gal_calibre_source *source, gal_arena *arena,
                                gal_error *err) {
    gal_fields line;
    gal_fields_init(&line, source->name, source->text, GAL_FIELDS_STAR | GAL_FIELDS_QUOTES);
    gal_status status = gal_fields_next(&line, err);
    while (status == GAL_OK && line.size) {
        const int i = included(&line);
        if (i != GAL_CALIBRE_CELL && !file[i].data) {
            const gal_view word = line.word[1].text;
            const char *name = gal_arena_text(arena, word.text, word.size);
            if (name) name = gal_path_beside(arena, source->name, name);
            if (!name) status = gal_fail(err, GAL_ENOMEM, "out of memory for a path");
            else status = gal_file_read(&file[i], name, 0, err);
            source[i] = (gal_calibre_source){name, {file[i].data, file[i].size}};
        }
        if (status == GAL_OK) status = gal_fields_next(&line, err);
    }
    gal_fields_clear(&line);
    return status;
}

gal_status gal_calibre_read(gal_extract_set *set, const char *path, gal_error *err) {
    gal_file file[GAL_CALIBRE_N_SOURCE] = {0};
    gal_arena arena;
    gal_arena_init(&arena);
    gal_status status = gal_file_read(&file[GAL_CALIBRE_CELL], path, 0, err);
    if (status == GAL_OK) {
        const gal_view text = {file[GAL_CALIBRE_CELL].data, file[GAL_CALIBRE_CELL].size};
        gal_calibre_source source[GAL_CALIBRE_N_SOURCE] = {
            {path, text}, {"", {"", 0}}, {"", {"", 0}}};
        status = read_included(file, source, &arena, err);
        if (status == GAL_OK) status = gal_calibre_parse(set, source, err);
    }
    for (int i = 0; i < GAL_CALIBRE_N_SOURCE; i++) gal_file_clear(&file[i]);
    gal_arena_clear(&arena);
    return status;
}
