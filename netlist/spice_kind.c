#include "netlist/spice_reader.h"

#include <string.h>

/* Files that people take for SPICE netlists. Read as such they would give errors far from the
 * cause, or circuits that nobody meant. */

static const struct {
    const char *start, *what;
} kinds[] = {
    {"v {xschem ", "an xschem schematic, not its netlist"},
    {"Version 4\nSHEET ", "an LTspice schematic, not its netlist"},
    {"Version 4\r\nSHEET ", "an LTspice schematic, not its netlist"},
};

static const char *skip_blanks(const char *p, const char *end) {
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')) p++;
    return p;
}

/* A title may begin with a brace, too. */
static int is_json(const char *p, const char *end) {
    if (p == end || *p != '{') return 0;
    p = skip_blanks(p + 1, end);
    return p < end && (*p == '"' || *p == '}');
}

static gal_status refuse(const gal_spice_reader *r, const char *what) {
    return gal_fail_at(r->err, GAL_EPARSE, r->source->path, 0, 0,
                       "this looks like %s; expected a SPICE or CDL netlist", what);
}

gal_status gal__spice_check_kind(const gal_spice_reader *r, gal_view text) {
    const char *p = text.text, *end = p + text.size;
    if (text.size >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) p += 3;
    p = skip_blanks(p, end);
    if (is_json(p, end)) return refuse(r, "JSON");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const size_t size = strlen(kinds[i].start);
        if ((size_t)(end - p) >= size && memcmp(p, kinds[i].start, size) == 0)
            return refuse(r, kinds[i].what);
    }
    return GAL_OK;
}

gal_status gal__spice_language(const gal_spice_reader *r, int *taken) {
    const gal_spice_lex *lex = r->lex;
    *taken = gal_spice_lex_is(lex, 0, "simulator") && lex->n_token > 2 &&
             lex->token[1].kind == GAL_SPICE_KEY &&
             gal_view_equal_nocase(lex->token[1].view, "lang");
    if (!*taken || gal_spice_lex_is(lex, 2, "spice")) return GAL_OK;
    return gal_spice_lex_fail(lex, 0, r->err, GAL_EPARSE,
                              "this looks like a Spectre netlist; expected SPICE or CDL");
}
