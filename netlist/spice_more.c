#include "netlist/spice_more.h"

#include "base/ascii.h"
#include <math.h>
#include <string.h>

static int is_among(gal_view key, const char *const *list) {
    for (; *list; list++)
        if (gal_view_equal_nocase(key, *list)) return 1;
    return 0;
}

int gal__spice_keeps(char letter, gal_view key) {
    static const char *const any[] = {"temp", "dtemp", NULL};
    static const char *const mos[] = {"ad",  "as",  "pd",  "ps",     "nrd",   "nrs", "sa",
                                      "sb",  "sd",  "sca", "scb",    "scc",   "sc",  "geomod",
                                      "min", "rdc", "rsc", "delvto", "mulu0", NULL};
    static const char *const junction[] = {"area", "areab", "areac", "pj", "lm",
                                           "lp",   "wm",    "wp",    NULL};
    static const char *const passive[] = {"tc1", "tc2", "scale", "ic", NULL};
    switch (letter) {
    case 'X':
    case 'N':
        return 1;
    case 'M':
        return is_among(key, mos) || is_among(key, any);
    case 'D':
    case 'J':
    case 'Q':
        return is_among(key, junction) || is_among(key, any);
    case 'R':
    case 'C':
    case 'L':
        return is_among(key, passive) || is_among(key, any);
    default:
        return 0;
    }
}

/* Powers of length. */
static int power_of(gal_view key) {
    static const char *const area[] = {"ad", "as", NULL};
    static const char *const length[] = {"pd", "ps", "sa", "sb", "sd", "sc",
                                         "lm", "lp", "wm", "wp", NULL};
    return is_among(key, area) ? 2 : is_among(key, length);
}

/* 1 for text that any reader takes for one word. */
static int is_word(const char *text) {
    const char *p = text;
    while (gal_is_word(*p) || *p == '.') p++;
    return p > text && !*p;
}

void gal__spice_put_more(gal_spice_evaluator *evaluator, gal_spice_frame *frame,
                         const gal_element *element, const gal_param *param, double metres) {
    gal_buf *more = &evaluator->more;
    const char *name = gal_design_name(evaluator->design, param->key), *text = param->value.text;
    double value;
    if (!is_word(name) || gal_is_digit(*name)) return;
    const gal_status status =
        gal__spice_try(&value, evaluator, frame, element, &param->value, NULL);
    const int is_number = status == GAL_OK && isfinite(value);
    if (!is_number && (!text || !is_word(text))) {
        gal__spice_evaluate(evaluator, frame, &param->value, element); /* says why */
        return;
    }
    gal_buf_printf(more, "%s%s=", more->size ? " " : "", name);
    if (is_number) gal_buf_number(more, value * pow(metres, power_of(gal_view_of(name))));
    else gal_buf_text(more, text);
}
