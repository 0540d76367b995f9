#include "netlist/spef.h"

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
    gal_csr pins;           /* net -> MOS transistor; edge 4 * k + pin, k the transistor's number */
    double *ground, *total; /* [n_net] farad */
} writer;

/* ---- names ---- */

static int is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Bytes of a bit "[12]" at text; 0 when there is none. */
static size_t bit_size(const char *text) {
    size_t i = 1;
    while (text[0] == '[' && text[i] >= '0' && text[i] <= '9') i++;
    return text[0] == '[' && i > 1 && text[i] == ']' ? i + 1 : 0;
}

/* A name as SPEF identifier: bits and dividers stay, other signs are escaped. */
static void print_name(gal_buf *buf, const char *name) {
    if (!name[0]) gal_buf_text(buf, "_");
    for (const char *p = name; *p; p++) {
        const int inside = p > name && (is_plain(p[-1]) || p[-1] == ']');
        const size_t bit = inside ? bit_size(p) : 0;
        if (bit) {
            gal_buf_append(buf, p, bit);
            p += bit - 1;
            continue;
        }
        const int divider = *p == '/' && inside && is_plain(p[1]);
        const int blank = (unsigned char)*p <= ' ' || *p == 127;
        if (!is_plain(*p) && !divider && !blank) gal_buf_text(buf, "\\");
        gal_buf_append(buf, blank ? "_" : p, 1);
    }
}

static int is_supply(const writer *w, int32_t net) {
    return (w->circuit->net[net].flags & GAL_NET_SUPPLY) != 0;
}

/* ---- preparation ---- */

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
        for (int turn = 0; turn < 2; turn++, n++) {
            row[n] = turn ? cap->b : cap->a;
            col[n] = turn ? cap->a : cap->b;
            w->farad[n] = cap->farad;
        }
    }
    const int32_t n_net = w->circuit->n_net;
    return gal_csr_build(&w->couplings, &w->arena, n_net, n_net, n, row, col, err);
}

static gal_status index_pins(writer *w, gal_error *err) {
    const gal_circuit *circuit = w->circuit;
    const int64_t most = 4 * (int64_t)circuit->n_device;
    int32_t *row = GAL_ARENA_ARRAY(&w->arena, int32_t, most);
    int32_t *col = GAL_ARENA_ARRAY(&w->arena, int32_t, most);
    if (!row || !col) return gal_fail(err, GAL_ENOMEM, "out of memory for SPEF");
    int64_t n = 0;
    for (int32_t d = 0; d < circuit->n_device; d++) {
        if (!gal_device_is_mos(&circuit->device[d]) || circuit->device[d].n_pin < 4) continue;
        for (int32_t k = 0; k < 4; k++, n++) {
            row[n] = gal_circuit_pin(circuit, d, k);
            col[n] = d;
        }
    }
    return gal_csr_build(&w->pins, &w->arena, circuit->n_net, circuit->n_device, n, row, col, err);
}

static gal_status prepare(writer *w, gal_error *err) {
    w->ground = GAL_ARENA_ARRAY(&w->arena, double, w->circuit->n_net);
    w->total = GAL_ARENA_ARRAY(&w->arena, double, w->circuit->n_net);
    if (!w->ground || !w->total) return gal_fail(err, GAL_ENOMEM, "out of memory for SPEF");
    gal_extract_totals(w->ground, w->total, w->extract);
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

/* Nets are *1, *2, ...; transistors follow. */
static void print_name_map(const writer *w) {
    const gal_circuit *circuit = w->circuit;
    if (circuit->n_net) gal_buf_text(w->buf, "\n*NAME_MAP\n");
    for (int32_t n = 0; n < circuit->n_net; n++) {
        gal_buf_printf(w->buf, "*%d ", n + 1);
        print_name(w->buf, circuit->net[n].name);
        gal_buf_text(w->buf, "\n");
    }
    for (int32_t d = 0; d < circuit->n_device; d++) {
        if (!gal_device_is_mos(&circuit->device[d])) continue;
        gal_buf_printf(w->buf, "*%lld ", (long long)circuit->n_net + d + 1);
        print_name(w->buf, circuit->device[d].name);
        gal_buf_text(w->buf, "\n");
    }
}

static void print_supplies(const writer *w, const char *keyword, uint32_t flag) {
    int any = 0;
    for (int32_t n = 0; n < w->circuit->n_net; n++)
        if (w->circuit->net[n].flags & flag)
            gal_buf_printf(w->buf, "%s *%d", any++ ? "" : keyword, n + 1);
    if (any) gal_buf_text(w->buf, "\n");
}

static void print_ports(const writer *w) {
    if (w->circuit->n_port) gal_buf_text(w->buf, "\n*PORTS\n");
    for (int32_t i = 0; i < w->circuit->n_port; i++)
        gal_buf_printf(w->buf, "*%d B\n", w->circuit->port[i] + 1);
}

/* The pins of net n, each line "prefix <k> pin suffix"; returns their number. */
static int64_t print_pins(const writer *w, int32_t n, int resistors) {
    int64_t count = 0;
    if (w->circuit->net[n].flags & GAL_NET_PORT) {
        count++;
        if (resistors) gal_buf_printf(w->buf, "1 *%d:1 *%d 0.001\n", n + 1, n + 1);
        else gal_buf_printf(w->buf, "*P *%d B\n", n + 1);
    }
    for (int64_t k = w->pins.ptr[n]; k < w->pins.ptr[n + 1]; k++, count++) {
        const long long device = (long long)w->circuit->n_net + w->pins.col[k] + 1;
        const char pin = "DGSB"[w->pins.edge[k] % 4];
        if (resistors)
            gal_buf_printf(w->buf, "%lld *%d:1 *%lld:%c 0.001\n", (long long)count + 1, n + 1,
                           device, pin);
        else gal_buf_printf(w->buf, "*I *%lld:%c %c\n", device, pin, pin == 'G' ? 'I' : 'B');
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

gal_status gal_spef_print(gal_buf *buf, const gal_extract *extract, gal_error *err) {
    writer w = {.buf = buf, .extract = extract, .circuit = &extract->circuit};
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
            if (!is_supply(&w, n)) print_net(&w, n);
    }
    gal_arena_clear(&w.arena);
    return status == GAL_OK ? gal_buf_ok(buf, err) : status;
}

gal_status gal_spef_write(const char *path, const gal_extract *extract, gal_error *err) {
    gal_buf buf;
    gal_buf_init(&buf);
    gal_status status = gal_spef_print(&buf, extract, err);
    if (status == GAL_OK) status = gal_file_write(path, buf.data, buf.size, err);
    gal_buf_clear(&buf);
    return status;
}
