#include "netlist/supply.h"

#include "base/ascii.h"
#include "base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NAME = 40 };

static const char *const power_words[] = {"vdd",  "vddk", "vcc", "vpwr",  "vpb", "vpp",
                                          "vbat", "pwr",  "vnw", "nwell", NULL};
static const char *const ground_words[] = {"vss", "gnd",  "vgnd", "vnb", "vee",
                                           "vpw", "psub", "sub",  NULL};
static const char *const before_words[] = {
    "a",  "d",   "p",  "v",     "k",  "ka", "io",  "h",    "l",    "i",   "q",    "s",   "t",
    "tt", "n",   "x",  "c",     "m",  "sr", "srm", "sub",  "ana",  "dig", "core", "pad", "esd",
    "rf", "pll", "my", "local", "lv", "hv", "low", "high", "dest", "_",   NULL};
static const char *const behind_words[] = {
    "a",    "d",  "i",   "o",   "h",   "l",   "q",   "s",    "t",   "x",   "p",   "c",
    "n",    "io", "hv",  "lv",  "in",  "ext", "int", "core", "ana", "dig", "pad", "esd",
    "ring", "rf", "pll", "mem", "aux", "net", "sub", "st",   "_",   NULL};

/* 1 when text[0..size[ is a chain of `words`, and of numbers where `numbers` is set. */
static int is_chain(const char *text, size_t size, const char *const *words, int numbers) {
    char ok[LONGEST_NAME + 1] = {1}; /* ok[i]: text[0..i[ is a chain */
    for (size_t i = 0; i < size; i++) {
        if (!ok[i]) continue;
        if (numbers && gal_is_digit(text[i])) ok[i + 1] = 1;
        if (numbers && i && gal_is_digit(text[i - 1]) && i + 1 < size &&
            gal_is_digit(text[i + 1]) && (text[i] == 'p' || text[i] == 'v'))
            ok[i + 1] = 1;
        for (int w = 0; words[w]; w++) {
            const size_t n = strlen(words[w]);
            if (n <= size - i && memcmp(text + i, words[w], n) == 0) ok[i + n] = 1;
        }
    }
    return ok[size];
}

static int has_core(const char *name, const char *const *cores) {
    const size_t size = strlen(name);
    for (int w = 0; cores[w]; w++)
        for (const char *p = name; (p = strstr(p, cores[w])); p++) {
            const size_t head = (size_t)(p - name), core = strlen(cores[w]);
            if (is_chain(name, head, before_words, 0) &&
                is_chain(p + core, size - head - core, behind_words, 1))
                return 1;
        }
    return 0;
}

uint32_t gal_supply_of_name(const char *name) {
    const char *slash = strrchr(name, '/');
    if (slash) name = slash + 1;
    size_t size = strlen(name);
    if (size && name[size - 1] == '!') size--;
    if (size == 0 || size > LONGEST_NAME) return 0;
    char lower[LONGEST_NAME + 1] = {0};
    for (size_t i = 0; i < size; i++) lower[i] = gal_lower(name[i]);
    if (strcmp(lower, "0") == 0) return GAL_NET_GROUND;
    if (has_core(lower, power_words)) return GAL_NET_POWER;
    return has_core(lower, ground_words) ? GAL_NET_GROUND : 0;
}

/* What hangs on a net. */
typedef struct usage {
    int32_t gates;          /* gates and bases */
    int32_t bulk_n, bulk_p; /* bulks of NMOS, PMOS */
    int32_t ends_n, ends_p; /* drains and sources; collectors and emitters of NPN, PNP */
} usage;

static void count_pin(usage *u, const gal_device *device, int32_t which) {
    const int p = device->type == GAL_PMOS || device->type == GAL_PNP || device->type == GAL_PJF;
    const int bipolar = device->type == GAL_NPN || device->type == GAL_PNP;
    const int mos = gal_device_is_mos(device) || device->type == GAL_NJF || device->type == GAL_PJF;
    if (!mos && !bipolar) return;
    if (which == GAL_PIN_GATE) u->gates++; /* the base is the second pin too */
    else if (which >= GAL_PIN_BULK) ++*(p ? &u->bulk_p : &u->bulk_n);
    else ++*(p ? &u->ends_p : &u->ends_n);
}

static usage *count_pins(const gal_circuit *circuit) {
    usage *list = calloc((size_t)circuit->n_net + 1, sizeof *list);
    if (!list) return NULL;
    for (int32_t d = 0; d < circuit->n_device; d++)
        for (int32_t i = 0; i < circuit->device[d].n_pin; i++)
            count_pin(&list[gal_circuit_pin(circuit, d, i)], &circuit->device[d], i);
    return list;
}

static void mark(gal_circuit *circuit, int32_t net, uint32_t flag) {
    if (!(circuit->net[net].flags & GAL_NET_SUPPLY)) circuit->net[net].flags |= flag;
}

/* 1 when a net with transistors on it carries `flag`. */
static int has_supply(const gal_circuit *circuit, const usage *list, uint32_t flag) {
    for (int32_t net = 0; net < circuit->n_net; net++)
        if (circuit->net[net].flags & flag && list[net].ends_n + list[net].ends_p) return 1;
    return 0;
}

/* Bulk majority and source fan-out. The common source of a pair may be the bulk of most transistors
 * too, so that nets with drains or sources count only while no supply of the kind is known. */
static void mark_by_use(gal_circuit *circuit, const usage *list) {
    const int has_power = has_supply(circuit, list, GAL_NET_POWER);
    const int has_ground = has_supply(circuit, list, GAL_NET_GROUND);
    int32_t n_mos = 0, p_mos = 0;
    for (int32_t d = 0; d < circuit->n_device; d++) {
        n_mos += circuit->device[d].type == GAL_NMOS;
        p_mos += circuit->device[d].type == GAL_PMOS;
    }
    const double many = fmax(64, 0.05 * 2 * ((double)n_mos + p_mos));
    for (int32_t net = 0; net < circuit->n_net; net++) {
        const usage *u = &list[net];
        if (u->gates) continue;
        const double ends = (double)u->ends_n + u->ends_p;
        if (2 * (int64_t)u->bulk_p > p_mos && !(has_power && ends > 0))
            mark(circuit, net, GAL_NET_POWER);
        if (2 * (int64_t)u->bulk_n > n_mos && !(has_ground && ends > 0))
            mark(circuit, net, GAL_NET_GROUND);
        if (ends < many) continue;
        if (u->ends_p > 0.9 * ends) mark(circuit, net, GAL_NET_POWER);
        if (u->ends_n > 0.9 * ends) mark(circuit, net, GAL_NET_GROUND);
    }
}

/* The far ends of DC sources at a ground. */
static void mark_by_source(gal_circuit *circuit, const usage *list) {
    for (int32_t d = 0; d < circuit->n_device; d++) {
        const gal_device *device = &circuit->device[d];
        if (device->type != GAL_VSOURCE || device->n_pin != 2) continue;
        const int32_t plus = gal_circuit_pin(circuit, d, 0), minus = gal_circuit_pin(circuit, d, 1);
        const int plus_low = (circuit->net[plus].flags & GAL_NET_GROUND) != 0;
        const int minus_low = (circuit->net[minus].flags & GAL_NET_GROUND) != 0;
        if (plus_low == minus_low || isnan(device->value) || device->value == 0) continue;
        const int32_t net = plus_low ? minus : plus;
        const usage *u = &list[net];
        if (u->gates || u->ends_n + u->ends_p + u->bulk_n + u->bulk_p == 0) continue;
        mark(circuit, net, (device->value > 0) != plus_low ? GAL_NET_POWER : GAL_NET_GROUND);
    }
}

static int is_separator(char c) {
    return c == ',' || c == ' ' || c == '\t' || c == '\n';
}

static gal_status mark_listed(gal_circuit *circuit, const char *list, uint32_t flag,
                              gal_error *err) {
    for (const char *p = list ? list : ""; *p;) {
        gal_view name = {p, 0};
        while (*p && !is_separator(*p)) p++, name.size++;
        while (is_separator(*p)) p++;
        int found = name.size == 0;
        for (int32_t net = 0; net < circuit->n_net; net++) {
            if (!gal_view_equal_nocase(name, circuit->net[net].name)) continue;
            circuit->net[net].flags &= ~(uint32_t)GAL_NET_SUPPLY;
            circuit->net[net].flags |= flag;
            found = 1;
        }
        if (!found)
            return gal_fail(err, GAL_ENOTFOUND, "there is no net '%.*s' to be a supply",
                            (int)name.size, name.text);
    }
    return GAL_OK;
}

gal_status gal_circuit_find_supplies(gal_circuit *circuit, const gal_supply_options *options,
                                     gal_error *err) {
    for (int32_t net = 0; net < circuit->n_net; net++) {
        circuit->net[net].flags &= ~(uint32_t)GAL_NET_SUPPLY;
        circuit->net[net].flags |= gal_supply_of_name(circuit->net[net].name);
    }
    if (options) {
        GAL_TRY(mark_listed(circuit, options->power, GAL_NET_POWER, err));
        GAL_TRY(mark_listed(circuit, options->ground, GAL_NET_GROUND, err));
    }
    usage *list = count_pins(circuit);
    if (!list) return gal_fail(err, GAL_ENOMEM, "out of memory for the supplies");
    mark_by_source(circuit, list);
    mark_by_use(circuit, list);
    free(list);
    return GAL_OK;
}
