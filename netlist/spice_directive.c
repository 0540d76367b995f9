#include "base/ascii.h"
#include "netlist/spice_reader.h"
#include "netlist/spice_type.h"

#include <math.h>
#include <string.h>

enum { DEEPEST_CELL = 64 };

static int has_value(const gal_spice_lex *lex, int32_t key) {
    return key + 1 < lex->n_token && lex->token[key + 1].kind != GAL_SPICE_KEY;
}

/* The next KEY from token i on, n_token when there is none. */
static int32_t next_key(const gal_spice_lex *lex, int32_t i) {
    while (i < lex->n_token && lex->token[i].kind != GAL_SPICE_KEY) i++;
    return i;
}

/* The text of the value behind `key`: all of it up to the next key, as in "a = 1 + 2". */
static gal_view value_text(const gal_spice_lex *lex, int32_t key) {
    const int32_t next = next_key(lex, key + 1);
    const gal_view first = lex->token[key + 1].view, last = lex->token[next - 1].view;
    if (lex->token[key + 1].kind != GAL_SPICE_WORD) return first;
    return (gal_view){first.text, (size_t)(last.text + last.size - first.text)};
}

/* The parameters from token `i` on, to the end of the cell's list. */
static gal_status add_params(gal_spice_reader *r, int32_t i) {
    gal_cell *cell = gal__spice_cell(r);
    for (i = next_key(r->lex, i); i < r->lex->n_token; i = next_key(r->lex, i + 1)) {
        gal_param param;
        GAL_TRY(gal__spice_name(r, i, &param.key));
        if (!has_value(r->lex, i))
            return gal_spice_lex_fail(r->lex, i, r->err, GAL_EPARSE,
                                      "expected a value behind '%s='",
                                      gal_design_name(r->design, param.key));
        GAL_TRY(gal__spice_quantity(r, value_text(r->lex, i), &param.value));
        if (!gal_vec_push(&cell->param, param)) return gal__spice_no_memory(r);
    }
    return GAL_OK;
}

/* Ports up to the parameters; "optional: a=0" names ports with a default net. */
static gal_status add_ports(gal_spice_reader *r, gal_cell *cell, int32_t *i) {
    int optional = 0;
    const gal_spice_lex *lex = r->lex;
    for (; *i < lex->n_token; ++*i) {
        if (gal_spice_lex_is(lex, *i, "params:")) return GAL_OK;
        if (gal_spice_lex_is(lex, *i, "optional:")) {
            optional = 1;
            continue;
        }
        if (lex->token[*i].kind == GAL_SPICE_KEY && !optional) return GAL_OK;
        int32_t name;
        GAL_TRY(gal__spice_net(r, cell, *i, &name));
        if (!gal_vec_push(&cell->port, name)) return gal__spice_no_memory(r);
        if (lex->token[*i].kind == GAL_SPICE_KEY && has_value(lex, *i)) ++*i;
    }
    return GAL_OK;
}

static gal_status read_subckt(gal_spice_reader *r) {
    if (r->lex->n_token < 2)
        return gal_spice_lex_fail(r->lex, 1, r->err, GAL_EPARSE, "expected a subcircuit name");
    if (r->open.size > DEEPEST_CELL)
        return gal_spice_lex_fail(r->lex, 0, r->err, GAL_ELIMIT,
                                  "subcircuits nested deeper than %d (is an .ends missing?)",
                                  DEEPEST_CELL);
    int32_t name, i = 2;
    GAL_TRY(gal__spice_name(r, 1, &name));
    gal_cell *cell = gal_design_add_cell(r->design, name, r->open.data[r->open.size - 1]);
    if (!cell || !gal_vec_push(&r->open, (int32_t)r->design->cell.size - 1))
        return gal__spice_no_memory(r);
    cell->file = r->source->file;
    cell->line = r->lex->line;
    if (cell->is_duplicate)
        gal__spice_warn(r, "subcircuit '%s' is already defined; the first one counts",
                        gal_design_name(r->design, name));
    GAL_TRY(add_ports(r, cell, &i));
    GAL_TRY(add_params(r, i));
    cell->n_header = (int32_t)cell->param.size;
    return GAL_OK;
}

static gal_status read_ends(gal_spice_reader *r) {
    if (r->open.size == 1)
        return gal_spice_lex_fail(r->lex, 0, r->err, GAL_EPARSE,
                                  "there is no .subckt that this could end");
    if (r->lex->n_token > 1) {
        const char *name = gal_design_name(r->design, gal__spice_cell(r)->name);
        if (!gal_view_equal_nocase(r->lex->token[1].view, name))
            gal__spice_warn(r, "this .ends names '%.*s' but ends '%s'",
                            r->lex->token[1].view.size > 60 ? 60 : (int)r->lex->token[1].view.size,
                            r->lex->token[1].view.text, name);
    }
    r->open.size--;
    return GAL_OK;
}

/* "name(arg, ...) = body" or "name(arg, ...) {body}" behind the directive; 0 when it is neither. */
static gal_status read_function(gal_spice_reader *r, int *taken) {
    const gal_spice_lex *lex = r->lex;
    *taken = 0;
    if (lex->n_token < 4) return GAL_OK;
    const char *open = lex->token[1].view.text + lex->token[1].view.size;
    const char *end = lex->text.text + lex->text.size;
    const char *close = open < end && *open == '(' ? memchr(open, ')', (size_t)(end - open)) : NULL;
    int32_t n = 0;
    while (close && n + 2 < lex->n_token && lex->token[n + 2].view.text < close) n++;
    if (!close || n == 0 || n + 2 == lex->n_token) return GAL_OK;
    *taken = 1;
    gal_view *arg = gal_arena_small(&r->design->arena, (size_t)n * sizeof *arg);
    if (!arg) return gal__spice_no_memory(r);
    gal_spice_function f = {.arg = arg, .n_arg = n};
    for (int32_t k = -1; k < n; k++) {
        const char *copy;
        const gal_view view = lex->token[k + 2].view;
        GAL_TRY(gal__spice_copy(r, view, &copy));
        *(k < 0 ? &f.name : &arg[k]) = (gal_view){copy, view.size};
    }
    const char *body = close + 1;
    while (body < end && (*body == ' ' || *body == '\t' || *body == '=')) body++;
    const char *copy;
    f.body = (gal_view){body, (size_t)(end - body)};
    GAL_TRY(gal__spice_copy(r, f.body, &copy));
    f.body.text = copy;
    return gal_vec_push(&r->design->function, f) ? GAL_OK : gal__spice_no_memory(r);
}

static gal_status read_param(gal_spice_reader *r) {
    int taken;
    GAL_TRY(read_function(r, &taken));
    return taken ? GAL_OK : add_params(r, 1);
}

static gal_status read_func(gal_spice_reader *r) {
    int taken;
    GAL_TRY(read_function(r, &taken));
    if (taken) return GAL_OK;
    return gal_spice_lex_fail(r->lex, 1, r->err, GAL_EPARSE,
                              "expected a function: name(argument, ...) {expression}");
}

/* Verilog-A MOS models say which they are by type=1 or type=-1, VDMOS by the word pchan. */
static int refine_model(const gal_spice_reader *r, int type) {
    const gal_spice_lex *lex = r->lex;
    const int is_vdmos = gal_spice_lex_is(lex, 2, "vdmos");
    for (int32_t i = 3; i < lex->n_token; i++) {
        if (is_vdmos && gal_spice_lex_is(lex, i, "pchan")) return GAL_PMOS;
        double sign;
        if (type < 0 && lex->token[i].kind == GAL_SPICE_KEY && has_value(lex, i) &&
            gal_view_equal_nocase(lex->token[i].view, "type") &&
            gal_spice_number(lex->token[i + 1].view, &sign))
            return sign < 0 ? GAL_PMOS : GAL_NMOS;
    }
    return type;
}

static gal_status read_model(gal_spice_reader *r) {
    if (r->lex->n_token < 3)
        return gal_spice_lex_fail(r->lex, r->lex->n_token, r->err, GAL_EPARSE,
                                  "expected a model name and its type");
    int32_t name;
    GAL_TRY(gal__spice_name(r, 1, &name));
    const int type = refine_model(r, gal_spice_type_of_model(r->lex->token[2].view));
    GAL_TRY(gal_design_add_model(r->design, name, type, r->err));
    /* Bins "nch.3" make up the model "nch". */
    const gal_view full = r->lex->token[1].view;
    size_t stem = full.size;
    while (stem && gal_is_digit(full.text[stem - 1])) stem--;
    if (stem < 2 || stem == full.size || full.text[stem - 1] != '.') return GAL_OK;
    name = gal_design_intern(r->design, (gal_view){full.text, stem - 1});
    if (name < 0) return gal__spice_no_memory(r);
    return gal_design_add_model(r->design, name, type, r->err);
}

static gal_status read_global(gal_spice_reader *r) {
    for (int32_t i = 1; i < r->lex->n_token; i++) {
        gal_view view = r->lex->token[i].view; /* CDL: "vdd!:P" */
        if (view.size > 2 && view.text[view.size - 2] == ':') view.size -= 2;
        const int32_t name = gal_design_intern(r->design, view);
        if (name < 0) return gal__spice_no_memory(r);
        r->design->is_global[name] = 1;
    }
    return GAL_OK;
}

static gal_status read_option(gal_spice_reader *r) {
    for (int32_t i = 1; i + 1 < r->lex->n_token; i++) {
        if (r->lex->token[i].kind != GAL_SPICE_KEY ||
            !gal_view_equal_nocase(r->lex->token[i].view, "scale"))
            continue;
        double scale;
        const gal_view view = r->lex->token[i + 1].view;
        if (gal_spice_number(view, &scale) != view.size || !(scale > 0) || !isfinite(scale))
            return gal_spice_lex_fail(r->lex, i + 1, r->err, GAL_EPARSE,
                                      "expected a positive number of metres for scale");
        r->design->scale = scale;
    }
    return GAL_OK;
}

static gal_status read_connect(gal_spice_reader *r) {
    gal_alias alias;
    for (int32_t i = 2; i < r->lex->n_token; i++) {
        GAL_TRY(gal__spice_name(r, 1, &alias.keep));
        GAL_TRY(gal__spice_name(r, i, &alias.drop));
        if (!gal_vec_push(&gal__spice_cell(r)->alias, alias)) return gal__spice_no_memory(r);
    }
    return GAL_OK;
}

static gal_status read_include(gal_spice_reader *r) {
    return gal__spice_include(r, 1, INT32_MAX);
}

static gal_status read_lib(gal_spice_reader *r) {
    return gal__spice_include(r, 1, 2);
}

static gal_status read_end(gal_spice_reader *r) {
    r->source->ended = 1;
    return GAL_OK;
}

/* "*.SCALE METER" and "*.SCALE MICRON" of CDL. */
static gal_status read_scale(gal_spice_reader *r) {
    if (gal_spice_lex_is(r->lex, 1, "micron")) r->design->scale = 1e-6;
    if (gal_spice_lex_is(r->lex, 1, "meter")) r->design->scale = 1;
    return GAL_OK;
}

/* "*.ipin a" and its like: the ports of a schematic that xschem wrote as a main netlist. */
static gal_status read_pin(gal_spice_reader *r) {
    if (r->open.size > 1 || r->lex->n_token < 2) return GAL_OK;
    int32_t name;
    GAL_TRY(gal__spice_net(r, gal__spice_cell(r), 1, &name));
    return gal_vec_push(&gal__spice_cell(r)->port, name) ? GAL_OK : gal__spice_no_memory(r);
}

/* "**.subckt amp in out" before that. */
static gal_status read_sheet(gal_spice_reader *r) {
    const int has_name = r->lex->n_token > 1 && r->lex->token[1].kind == GAL_SPICE_WORD;
    return r->open.size == 1 && has_name ? gal__spice_name(r, 1, &r->schematic) : GAL_OK;
}

static gal_status read_nothing(gal_spice_reader *r) {
    return (void)r, GAL_OK;
}

typedef gal_status directive(gal_spice_reader *r);
static const struct {
    const char *word;
    directive *read;
} directives[] = {
    {".subckt", read_subckt},     {".macro", read_subckt},    {".ends", read_ends},
    {".eom", read_ends},          {".param", read_param},     {".params", read_param},
    {".parameter", read_param},   {".csparam", read_param},   {".func", read_func},
    {".model", read_model},       {".include", read_include}, {".inc", read_include},
    {".incl", read_include},      {".lib", read_lib},         {".global", read_global},
    {".option", read_option},     {".options", read_option},  {".opt", read_option},
    {".connect", read_connect},   {".end", read_end},         {".alter", read_end},
    {"*.scale", read_scale},      {"*.global", read_global},  {"*.connect", read_connect},
    {"*.ipin", read_pin},         {"*.opin", read_pin},       {"*.iopin", read_pin},
    {".tran", read_nothing},      {".ac", read_nothing},      {".dc", read_nothing},
    {".op", read_nothing},        {".noise", read_nothing},   {".tf", read_nothing},
    {".pz", read_nothing},        {".disto", read_nothing},   {".sens", read_nothing},
    {".four", read_nothing},      {".fft", read_nothing},     {".meas", read_nothing},
    {".measure", read_nothing},   {".print", read_nothing},   {".plot", read_nothing},
    {".probe", read_nothing},     {".save", read_nothing},    {".ic", read_nothing},
    {".nodeset", read_nothing},   {".width", read_nothing},   {".temp", read_nothing},
    {".title", read_nothing},     {".step", read_nothing},    {".backanno", read_nothing},
    {".lin", read_nothing},       {".net", read_nothing},     {".unprot", read_nothing},
    {".unprotect", read_nothing}, {".endc", read_nothing},    {".enddata", read_nothing},
    {".graph", read_nothing},     {".hdl", read_nothing},     {".vec", read_nothing},
    {".pss", read_nothing},       {".sp", read_nothing},      {".hb", read_nothing},
    {".snap", read_nothing},      {".stim", read_nothing},    {".sample", read_nothing},
    {".dellib", read_nothing},    {".del", read_nothing},     {".malias", read_nothing},
    {".load", read_nothing},      {".topcell", read_nothing}, {".pininfo", read_nothing},
    {"**.subckt", read_sheet},
};

gal_status gal__spice_directive(gal_spice_reader *r) {
    for (size_t i = 0; i < sizeof directives / sizeof directives[0]; i++)
        if (gal_spice_lex_is(r->lex, 0, directives[i].word)) return directives[i].read(r);
    const gal_view word = r->lex->token[0].view;
    if (word.text[0] == '.')
        gal__spice_warn(r, "directive '%.*s' is not known", (int)(word.size > 60 ? 60 : word.size),
                        word.text);
    return GAL_OK;
}
