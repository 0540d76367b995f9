#include "netlist/spice_type.h"

#include "base/ascii.h"
#include <string.h>
#include <strings.h>

/* Where `part` occurs in text, case ignored; NULL when it does not. */
static const char *find_nocase(const char *text, const char *part) {
    const size_t size = strlen(part);
    for (; *text; text++)
        if (strncasecmp(text, part, size) == 0) return text;
    return NULL;
}

/* 1 when `part` is a word of `name`. */
static int has_word(const char *name, const char *part) {
    for (const char *p = name; (p = find_nocase(p, part)); p++)
        if ((p == name || !gal_is_letter(p[-1])) && !gal_is_letter(p[strlen(part)])) return 1;
    return 0;
}

int gal_spice_mos_of_name(const char *model) {
    static const char *const p_parts[] = {"pmos", "pfet", "pch"};
    static const char *const n_parts[] = {"nmos", "nfet", "nch"};
    for (int i = 0; i < 3; i++)
        if (find_nocase(model, p_parts[i])) return GAL_PMOS;
    for (int i = 0; i < 3; i++)
        if (find_nocase(model, n_parts[i])) return GAL_NMOS;
    for (const char *p; (p = strstr(model, "__"));) model = p + 2;
    const char first = (char)(model[0] | 32);
    return first == 'p' ? GAL_PMOS : first == 'n' ? GAL_NMOS : -1;
}

int gal_spice_device_of_name(const char *name, int32_t n_node) {
    static const struct {
        const char *part;
        gal_device_type type;
        int least, most; /* nodes */
    } rules[] = {
        {"nfet", GAL_NMOS, 4, 5},         {"nmos", GAL_NMOS, 4, 5},
        {"nch", GAL_NMOS, 4, 5},          {"nshort", GAL_NMOS, 4, 5},
        {"nlowvt", GAL_NMOS, 4, 5},       {"pfet", GAL_PMOS, 4, 5},
        {"pmos", GAL_PMOS, 4, 5},         {"pch", GAL_PMOS, 4, 5},
        {"pshort", GAL_PMOS, 4, 5},       {"plowvt", GAL_PMOS, 4, 5},
        {"phighvt", GAL_PMOS, 4, 5},      {"npn", GAL_NPN, 3, 5},
        {"pnp", GAL_PNP, 3, 5},           {"res", GAL_RESISTOR, 2, 3},
        {"rpoly", GAL_RESISTOR, 2, 3},    {"rppd", GAL_RESISTOR, 2, 3},
        {"rsil", GAL_RESISTOR, 2, 3},     {"rhigh", GAL_RESISTOR, 2, 3},
        {"ppolyf", GAL_RESISTOR, 2, 3},   {"npolyf", GAL_RESISTOR, 2, 3},
        {"cap", GAL_CAPACITOR, 2, 5},     {"cmim", GAL_CAPACITOR, 2, 5},
        {"cmom", GAL_CAPACITOR, 2, 5},    {"mim", GAL_CAPACITOR, 2, 5},
        {"mimcap", GAL_CAPACITOR, 2, 5},  {"moscap", GAL_CAPACITOR, 2, 5},
        {"nmoscap", GAL_CAPACITOR, 2, 5}, {"pmoscap", GAL_CAPACITOR, 2, 5},
        {"diode", GAL_DIODE, 2, 3},       {"dio", GAL_DIODE, 2, 3},
        {"dantenna", GAL_DIODE, 2, 3},    {"dpantenna", GAL_DIODE, 2, 3},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (n_node >= rules[i].least && n_node <= rules[i].most && has_word(name, rules[i].part))
            return (int)rules[i].type;
    return -1;
}

int gal_spice_is_in_microns(const char *model) {
    return strncmp(model, "sky130_", 7) == 0;
}

gal_spice_control gal_spice_control_of_word(gal_view word) {
    static const struct {
        const char *word;
        gal_spice_control control;
    } words[] = {{"vcvs", GAL_SPICE_VOLTAGE},   {"vccs", GAL_SPICE_VOLTAGE},
                 {"cccs", GAL_SPICE_CURRENT},   {"ccvs", GAL_SPICE_CURRENT},
                 {"poly", GAL_SPICE_POLY},      {"value", GAL_SPICE_FUNCTION},
                 {"vol", GAL_SPICE_FUNCTION},   {"cur", GAL_SPICE_FUNCTION},
                 {"table", GAL_SPICE_FUNCTION}, {"laplace", GAL_SPICE_FUNCTION},
                 {"pwl", GAL_SPICE_FUNCTION},   {"freq", GAL_SPICE_FUNCTION},
                 {"delay", GAL_SPICE_FUNCTION}, {"npwl", GAL_SPICE_FUNCTION},
                 {"ppwl", GAL_SPICE_FUNCTION},  {"zpole", GAL_SPICE_FUNCTION}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (gal_view_equal_nocase(word, words[i].word)) return words[i].control;
    return GAL_SPICE_NODES;
}

int gal_spice_type_of_model(gal_view word) {
    static const struct {
        const char *word;
        gal_device_type type;
    } types[] = {{"nmos", GAL_NMOS},     {"pmos", GAL_PMOS},    {"npn", GAL_NPN},
                 {"pnp", GAL_PNP},       {"d", GAL_DIODE},      {"njf", GAL_NJF},
                 {"pjf", GAL_PJF},       {"nmf", GAL_NJF},      {"pmf", GAL_PJF},
                 {"r", GAL_RESISTOR},    {"res", GAL_RESISTOR}, {"c", GAL_CAPACITOR},
                 {"cap", GAL_CAPACITOR}, {"l", GAL_INDUCTOR},   {"ind", GAL_INDUCTOR},
                 {"sw", GAL_SWITCH},     {"csw", GAL_SWITCH},   {"vswitch", GAL_SWITCH},
                 {"vdmos", GAL_NMOS},    {"ltra", GAL_TLINE}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (gal_view_equal_nocase(word, types[i].word)) return (int)types[i].type;
    return -1;
}
