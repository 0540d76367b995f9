/* `let` and `meas` of .control blocks as measures.
 *
 * A `let` over earlier measures, parameters and numbers is computed here; one over vectors runs in
 * ngspice behind its analysis when it must have one value: after an operating point, or when it
 * reduces the vectors (vecmax, mean, ...). Others are steps of a calculation or counters of loops,
 * and no measures.
 */
#include "netlist/spice_expr.h"
#include "spice/bench_private.h"

#include <string.h>

static int is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* What an expression refers to. */
typedef struct finder {
    const gal__bench_builder *b;
    int n_metric; /* measures found */
} finder;

static int is_param(const gal__bench_builder *b, gal_view name) {
    for (size_t i = 0; i < b->param.size; i++)
        if (gal_view_equal_nocase(name, b->param.data[i].name)) return 1;
    for (size_t i = 0; i < b->derived.size; i++)
        if (gal_view_equal_nocase(name, b->derived.data[i].name)) return 1;
    return 0;
}

static gal_status find(gal_spice_scope *scope, gal_view name, double *value, gal_error *err) {
    finder *f = scope->user;
    *value = 1;
    if (gal__bench_has_metric(f->b, name)) return f->n_metric++, GAL_OK;
    if (is_param(f->b, name)) return GAL_OK;
    return gal_fail(err, GAL_ENOTFOUND, "no '%.*s'", (int)name.size, name.text);
}

/* 1 when every name is known; *n_metric counts measures. */
static int is_known(const gal__bench_builder *b, gal_view expression, int *n_metric) {
    finder f = {.b = b};
    gal_spice_scope scope = {.user = &f, .find = find};
    double value;
    const gal_status status = gal_spice_eval(&value, expression, &scope, NULL);
    *n_metric = f.n_metric;
    return status == GAL_OK;
}

/* An expression over vectors on its way to ngspice. */
typedef struct rewrite {
    gal_buf sent;     /* as ngspice gets it: parameters in braces, for gal__bench_expand */
    gal_buf skeleton; /* vectors are 1 and functions of vectors gone: must be known by itself */
    int n_vector, n_reduction;
} rewrite;

static int is_one_of(gal_view word, const char *const *list, size_t n) {
    for (size_t k = 0; k < n; k++)
        if (gal_view_equal_nocase(word, list[k])) return 1;
    return 0;
}

#define IS_ONE_OF(word, list) is_one_of(word, list, sizeof(list) / sizeof *(list))

/* Behind the bracket that closes the one at `open`. */
static size_t behind(gal_view text, size_t open) {
    int depth = 0;
    for (size_t i = open; i < text.size; i++) {
        depth += (text.text[i] == '(' || text.text[i] == '[') -
                 (text.text[i] == ')' || text.text[i] == ']');
        if (depth <= 0) return i + 1;
    }
    return text.size;
}

/* Takes what starts at text[i]; returns where the next piece starts. */
static size_t take_piece(rewrite *r, const gal__bench_builder *b, gal_view text, size_t i) {
    static const char *const vector[] = {"v", "i", "vdb", "vm", "vp", "vr", "vi"};
    static const char *const reduction[] = {"vecmax", "vecmin", "maximum", "minimum",
                                            "mean",   "avg",    "length",  "stddev"};
    static const char *const map[] = {"mag", "ph", "cph", "real", "imag", "re", "im"};
    size_t end = i;
    while (end < text.size && is_name(text.text[end])) end++;
    const gal_view name = {text.text + i, end - i};
    const int is_call = name.size && end < text.size && text.text[end] == '(';
    if (text.text[i] == '@' || (is_call && IS_ONE_OF(name, vector))) {
        while (end < text.size && !strchr("([", text.text[end])) end++; /* @m1[gm] */
        end = behind(text, end);
        gal_buf_append(&r->sent, text.text + i, end - i);
        gal_buf_text(&r->skeleton, "1");
        r->n_vector++;
        return end;
    }
    if (!name.size) end++;
    if (name.size && !is_call && is_param(b, name)) {
        gal_buf_printf(&r->sent, "{%.*s}", (int)name.size, name.text);
    } else {
        gal_buf_append(&r->sent, text.text + i, end - i);
    }
    if (is_call && IS_ONE_OF(name, reduction)) r->n_reduction++;
    else if (!is_call || !IS_ONE_OF(name, map))
        gal_buf_append(&r->skeleton, text.text + i, end - i);
    return end;
}

/* `let` over vectors: a measure of `analysis` when it is sure to be one number. */
static gal_status take_vectors(gal__bench_builder *b, gal_view name, gal_view expression,
                               int32_t analysis, gal_error *err) {
    rewrite r = {.n_vector = 0};
    int n_metric;
    gal_status status = GAL_OK;
    gal_buf_init(&r.sent);
    gal_buf_init(&r.skeleton);
    gal_buf_printf(&r.sent, "let %.*s = ", (int)name.size, name.text);
    for (size_t i = 0; i < expression.size;) i = take_piece(&r, b, expression, i);
    const int one_value = r.n_reduction || b->analysis.data[analysis].kind == GAL_ANALYSIS_OP;
    const gal_view skeleton = {r.skeleton.data, r.skeleton.size};
    if (r.n_vector && one_value && !r.sent.failed && is_known(b, skeleton, &n_metric) && !n_metric)
        status = gal__bench_command(b, name, (gal_view){r.sent.data, r.sent.size}, analysis, err);
    gal_buf_clear(&r.sent);
    gal_buf_clear(&r.skeleton);
    return status;
}

/* In ngspice's scripts log is to base 10, in expressions of parameters natural. */
static gal_status take_known(gal__bench_builder *b, gal_view name, gal_view expression,
                             int is_measure, gal_error *err) {
    gal_buf text;
    gal_buf_init(&text);
    for (size_t i = 0; i < expression.size; i++) {
        const gal_view rest = {expression.text + i, expression.size - i};
        gal_buf_append(&text, rest.text, 1);
        const int starts = i == 0 || !is_name(rest.text[-1]);
        if (starts && rest.size > 4 && gal_view_equal_nocase((gal_view){rest.text, 4}, "log(")) {
            gal_buf_text(&text, "og10");
            i += 2;
        }
    }
    gal_status status = gal_buf_ok(&text, err);
    const gal_view known = {text.data, text.size};
    if (status == GAL_OK && is_measure) status = gal__bench_computed(b, name, known, err);
    else if (status == GAL_OK && !is_param(b, name))
        status = gal__bench_derive(b, name, known, err);
    gal_buf_clear(&text);
    return status;
}

static gal_status take_let(gal__bench_builder *b, const gal__bench_note *note, gal_error *err) {
    int n_metric;
    const gal_view text = gal_view_of(note->text);
    const char *equal = memchr(text.text, '=', text.size);
    if (!equal) return GAL_OK;
    const gal_view name = gal__bench_trim((gal_view){text.text, (size_t)(equal - text.text)});
    const gal_view expression =
        gal__bench_trim((gal_view){equal + 1, (size_t)(text.text + text.size - equal) - 1});
    for (size_t i = 0; i < name.size; i++)
        if (!is_name(name.text[i])) return GAL_OK; /* an element of a vector */
    if (!name.size || gal__bench_has_metric(b, name)) return GAL_OK;
    if (is_known(b, expression, &n_metric))
        return take_known(b, name, expression, n_metric > 0, err);
    return note->analysis < 0 ? GAL_OK : take_vectors(b, name, expression, note->analysis, err);
}

gal_status gal__bench_control_note(gal__bench_builder *b, const gal__bench_note *note,
                                   gal_error *err) {
    gal_view rest = gal_view_of(note->text);
    if (note->kind == GAL__NOTE_CONTROL_LET) return take_let(b, note, err);
    gal__bench_word(&rest);
    gal__bench_word(&rest);
    const gal_view name = gal__bench_word(&rest);
    if (!gal__bench_has_metric(b, name))
        return gal__bench_meas(b, gal_view_of(note->text), note->analysis, err);
    gal_warn(&b->bench->warnings, note->path, note->line,
             "meas %.*s left out: there is a measure of that name", (int)name.size, name.text);
    return GAL_OK;
}
