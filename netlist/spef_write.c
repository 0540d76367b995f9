#include "netlist/spef.h"

#include "base/ascii.h"
#include "base/csr.h"
#include "base/file.h"
#include <string.h>

typedef struct writer {
    gal_buf *buf;
    const gal_extract *extract;
    const gal_circuit *circuit;
    gal_arena arena;
    gal_csr couplings;      /* net -> net over capacitances between nets that are no supplies */
    double *farad;          /* [couplings.n_edge] */
    gal_csr pins;           /* net -> owner of a pin: device, or n_device + instance */
    int32_t *pin_number;    /* [pins.n_edge] which pin of its owner */
    double *ground, *total; /* [n_net] farad */
    uint8_t *net_inside, *device_inside; /* [n_net], [n_device] in a listed instance */
    int outer;                           /* nets inside are left out */
} writer;

/* ---- names ---- */

/* Bytes of a bit "[12]" or, as CDL has it, "<12>" at text; 0 when there is none. */
static size_t bit_size(const char *text) {
    const char end = text[0] == '[' ? ']' : text[0] == '<' ? '>' : 0;
    size_t i = 1;
    while (end && gal_is_digit(text[i])) i++;
    return end && i > 1 && text[i] == end ? i + 1 : 0;
}

/* A name as SPEF identifier: bits and dividers stay, other signs are escaped. */
static void print_name(gal_buf *buf, const char *name) {
    if (!name[0]) gal_buf_text(buf, "_");
    for (const char *p = name; *p; p++) {
        const int inside = p > name && (gal_is_word(p[-1]) || p[-1] == ']' || p[-1] == '>');
        const size_t bit = inside ? bit_size(p) : 0;
        if (bit) {
            gal_buf_printf(buf, "[%.*s]", (int)bit - 2, p + 1);
            p += bit - 1;
            continue;
        }
        const int divider = *p == '/' && inside && gal_is_word(p[1]);
        const int blank = (unsigned char)*p <= ' ' || *p == 127;
        if (!gal_is_word(*p) && !divider && !blank) gal_buf_text(buf, "\\");
        gal_buf_append(buf, blank ? "_" : p, 1);
    }
}

static int is_supply(const writer *w, int32_t net) {
    return (w->circuit->net[net].flags & GAL_NET_SUPPLY) != 0;
}

static int is_left_out(const writer *w, int32_t net) {
    return w->outer && w->net_inside[net];
}

/* ---- preparation ---- */

static gal_status mark_insides(writer *w, gal_error *err) {
    const gal_circuit *circuit = w->circuit;
    w->net_inside = GAL_ARENA_ARRAY(&w->arena, uint8_t, circuit->n_net);
    w->device_inside = GAL_ARENA_ARRAY(&w->arena, uint8_t, circuit->n_device);
    if (!w->net_inside || !w->device_inside)
        return gal_fail(err, GAL_ENOMEM, "out of memory for SPEF");
    for (int32_t i = 0; i < circuit->n_instance; i++) {
        const gal_instance *instance = &circuit->instance[i];
        memset(w->device_inside + instance->first_device, 1, (size_t)instance->n_device);
        for (int32_t n = 0; n < instance->n_net; n++) {
            const int32_t net = instance->first_net + n;
            w->net_inside[net] = !(circuit->net[net].flags & GAL_NET_GLOBAL);
        }
    }
    return GAL_OK;
}

static gal_status index_couplings(writer *w, gal_error *err) {
    const int64_t most = 2 * w->extract->n_cap;
    int32_t *row = GAL_ARENA_ARRAY(&w->arena, int32_t, most);
    int32_t *col = GAL_ARENA_ARRAY(&w->arena, int32_t, most);
    w->farad = GAL_ARENA_ARRAY(&w->arena, double, most);
    if (!row || !col || !w->farad) return gal_fail(err, GAL_ENOMEM, "out of memory for SPEF");
    int64_t n = 0;
    for (int64_t k = 0; k < w->extract->n_cap; k++) {
        const gal_cap *cap = &w->extract->cap[k];
        if (cap->a < 0 || is_supply(w, cap->a) || is_supply(w, cap->b)) continue;
        if (is_left_out(w, cap->a) || is_left_out(w, cap->b)) {
            w->ground[cap->a] += cap->farad;
            w->ground[cap->b] += cap->farad;
            continue;
        }
        for (int turn = 0; turn < 2; turn++, n++) {
            row[n] = turn ? cap->b : cap->a;
            col[n] = turn ? cap->a : cap->b;
            w->farad[n] = cap->farad;
        }
    }
    const int32_t n_net = w->circuit->n_net;
    return gal_csr_build(&w->couplings, &w->arena, n_net, n_net, n, row, col, err);
}

/* Fills row, col and w->pin_number with the pins of all nets (row NULL: only counts them); returns
 * their number. A transistor on a net outside its cell is reached through the cell's pin. */
static int64_t list_pins(const writer *w, int32_t *row, int32_t *col) {
    const gal_circuit *circuit = w->circuit;
    int64_t n = 0;
    for (int32_t d = 0; d < circuit->n_device; d++) {
        if (!gal_device_is_mos(&circuit->device[d]) || circuit->device[d].n_pin < 4) continue;
        for (int32_t k = 0; k < 4; k++) {
            const int32_t net = gal_circuit_pin(circuit, d, k);
            if (w->device_inside[d] && !w->net_inside[net]) continue;
            if (row) row[n] = net, col[n] = d, w->pin_number[n] = k;
            n++;
        }
    }
    for (int32_t i = 0; i < circuit->n_instance; i++) {
        const gal_instance *instance = &circuit->instance[i];
        for (int32_t k = 0; k < instance->cell->n_pin; k++) {
            const int32_t net = circuit->instance_net[instance->first_pin + k];
            if (net < 0) continue;
            if (row) row[n] = net, col[n] = circuit->n_device + i, w->pin_number[n] = k;
            n++;
        }
    }
    return n;
}

static gal_status index_pins(writer *w, gal_error *err) {
    const int64_t n = list_pins(w, NULL, NULL);
    int32_t *row = GAL_ARENA_ARRAY(&w->arena, int32_t, n);
    int32_t *col = GAL_ARENA_ARRAY(&w->arena, int32_t, n);
    w->pin_number = GAL_ARENA_ARRAY(&w->arena, int32_t, n);
    if (!row || !col || !w->pin_number) return gal_fail(err, GAL_ENOMEM, "out of memory for SPEF");
    list_pins(w, row, col);
    const int32_t n_owner = w->circuit->n_device + w->circuit->n_instance;
    return gal_csr_build(&w->pins, &w->arena, w->circuit->n_net, n_owner, n, row, col, err);
}

static gal_status prepare(writer *w, gal_error *err) {
    w->ground = GAL_ARENA_ARRAY(&w->arena, double, w->circuit->n_net);
    w->total = GAL_ARENA_ARRAY(&w->arena, double, w->circuit->n_net);
    if (!w->ground || !w->total) return gal_fail(err, GAL_ENOMEM, "out of memory for SPEF");
    gal_extract_totals(w->ground, w->total, w->extract);
    GAL_TRY(mark_insides(w, err));
    GAL_TRY(index_couplings(w, err));
    return index_pins(w, err);
}

/* ---- sections ---- */

static void print_header(const writer *w) {
    gal_buf_text(w->buf, "*SPEF \"IEEE 1481-1998\"\n*DESIGN \"");
    for (const char *p = w->circuit->name; *p; p++)
        gal_buf_append(w->buf, *p == '"' || (unsigned char)*p < ' ' ? "_" : p, 1);
    gal_buf_text(w->buf, "\"\n"
                         "*DATE \"\"\n"
                         "*VENDOR \"galena\"\n"
                         "*PROGRAM \"galena\"\n"
                         "*VERSION \"1\"\n"
                         "*DESIGN_FLOW \"COUPLING C\" \"PIN_CAP NONE\" \"NAME_SCOPE LOCAL\"\n"
                         "*DIVIDER /\n"
                         "*DELIMITER :\n"
                         "*BUS_DELIMITER [ ]\n"
                         "*T_UNIT 1 PS\n"
                         "*C_UNIT 1 FF\n"
                         "*R_UNIT 1 OHM\n"
                         "*L_UNIT 1 HENRY\n");
}

static void map_name(const writer *w, int64_t index, const char *name) {
    gal_buf_printf(w->buf, "*%lld ", (long long)index);
    print_name(w->buf, name);
    gal_buf_text(w->buf, "\n");
}

/* Nets are *1, *2, ...; devices follow, then instances. */
static void print_name_map(const writer *w) {
    const gal_circuit *circuit = w->circuit;
    const int64_t n_net = circuit->n_net, n_device = circuit->n_device;
    if (circuit->n_net) gal_buf_text(w->buf, "\n*NAME_MAP\n");
    for (int32_t n = 0; n < n_net; n++)
        if (!is_left_out(w, n)) map_name(w, n + 1, circuit->net[n].name);
    for (int32_t d = 0; d < n_device; d++)
        if (gal_device_is_mos(&circuit->device[d]) && !(w->outer && w->device_inside[d]))
            map_name(w, n_net + d + 1, circuit->device[d].name);
    for (int32_t i = 0; i < circuit->n_instance; i++)
        map_name(w, n_net + n_device + i + 1, circuit->instance[i].name);
}

static void print_supplies(const writer *w, const char *keyword, uint32_t flag) {
    int any = 0;
    for (int32_t n = 0; n < w->circuit->n_net; n++)
        if (w->circuit->net[n].flags & flag && !is_left_out(w, n))
            gal_buf_printf(w->buf, "%s *%d", any++ ? "" : keyword, n + 1);
    if (any) gal_buf_text(w->buf, "\n");
}

static void print_ports(const writer *w) {
    if (w->circuit->n_port) gal_buf_text(w->buf, "\n*PORTS\n");
    for (int32_t i = 0; i < w->circuit->n_port; i++)
        gal_buf_printf(w->buf, "*%d B\n", w->circuit->port[i] + 1);
}

/* "*7:A": pin k of w->pins; returns its direction. */
static char print_pin(const writer *w, int64_t k) {
    const gal_circuit *circuit = w->circuit;
    const int32_t owner = w->pins.col[k], number = w->pin_number[w->pins.edge[k]];
    gal_buf_printf(w->buf, "*%lld:", (long long)circuit->n_net + owner + 1);
    if (owner < circuit->n_device) {
        gal_buf_append(w->buf, &"DGSB"[number], 1);
        return number == GAL_PIN_GATE ? 'I' : 'B';
    }
    const gal_cell_pins *cell = circuit->instance[owner - circuit->n_device].cell;
    print_name(w->buf, cell->pin[number]);
    return cell->direction[number];
}

/* The pins of net n, as connections or as a star of resistors; returns their number. */
static int64_t print_pins(const writer *w, int32_t n, int resistors) {
    int64_t count = 0;
    if (w->circuit->net[n].flags & GAL_NET_PORT) {
        count++;
        if (resistors) gal_buf_printf(w->buf, "1 *%d:1 *%d 0.001\n", n + 1, n + 1);
        else gal_buf_printf(w->buf, "*P *%d B\n", n + 1);
    }
    for (int64_t k = w->pins.ptr[n]; k < w->pins.ptr[n + 1]; k++, count++) {
        if (resistors) gal_buf_printf(w->buf, "%lld *%d:1 ", (long long)count + 1, n + 1);
        else gal_buf_text(w->buf, "*I ");
        const char direction = print_pin(w, k);
        if (resistors) gal_buf_text(w->buf, " 0.001\n");
        else gal_buf_printf(w->buf, " %c\n", direction);
    }
    return count;
}

static void print_caps(const writer *w, int32_t n) {
    long long number = 1;
    if (w->ground[n] > 0)
        gal_buf_printf(w->buf, "%lld *%d:1 %.9g\n", number++, n + 1, w->ground[n] * 1e15);
    for (int64_t k = w->couplings.ptr[n]; k < w->couplings.ptr[n + 1]; k++)
        gal_buf_printf(w->buf, "%lld *%d:1 *%d:1 %.9g\n", number++, n + 1, w->couplings.col[k] + 1,
                       w->farad[w->couplings.edge[k]] * 1e15);
}

static void print_net(const writer *w, int32_t n) {
    gal_buf_printf(w->buf, "\n*D_NET *%d %.9g\n", n + 1, w->total[n] * 1e15);
    const size_t start = w->buf->size;
    gal_buf_text(w->buf, "*CONN\n");
    const int64_t pins = print_pins(w, n, 0);
    if (!pins && !w->buf->failed) w->buf->size = start; /* the grammar wants one pin or no *CONN */
    if (w->total[n] > 0) {
        gal_buf_text(w->buf, "*CAP\n");
        print_caps(w, n);
    }
    if (pins) {
        gal_buf_text(w->buf, "*RES\n");
        print_pins(w, n, 1);
    }
    gal_buf_text(w->buf, "*END\n");
}

gal_status gal_spef_print(gal_buf *buf, const gal_extract *extract, const gal_spef_options *options,
                          gal_error *err) {
    writer w = {.buf = buf, .extract = extract, .circuit = &extract->circuit};
    w.outer = options && options->outer;
    gal_arena_init(&w.arena);
    const gal_status status = prepare(&w, err);
    if (status == GAL_OK) {
        print_header(&w);
        print_name_map(&w);
        gal_buf_text(buf, "\n");
        print_supplies(&w, "*POWER_NETS", GAL_NET_POWER);
        print_supplies(&w, "*GROUND_NETS", GAL_NET_GROUND);
        print_ports(&w);
        for (int32_t n = 0; n < w.circuit->n_net; n++)
            if (!is_supply(&w, n) && !is_left_out(&w, n)) print_net(&w, n);
    }
    gal_arena_clear(&w.arena);
    return status == GAL_OK ? gal_buf_ok(buf, err) : status;
}

gal_status gal_spef_write(const char *path, const gal_extract *extract,
                          const gal_spef_options *options, gal_error *err) {
    gal_buf buf;
    gal_buf_init(&buf);
    gal_status status = gal_spef_print(&buf, extract, options, err);
    if (status == GAL_OK) status = gal_file_write(path, buf.data, buf.size, err);
    gal_buf_clear(&buf);
    return status;
}
