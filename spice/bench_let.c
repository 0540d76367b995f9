/* `let` and `meas` of .control blocks as measures.
 *
 * A `let` over measures of several analyses, parameters and numbers is computed here; one over
 * .meas of one analysis runs in ngspice behind that, where a later `meas` can name it, and so does
 * one over vectors when it must have one value: after an operating point, or when it reduces the
 * vectors (vecmax, mean, ...). Others are steps of a calculation or counters of loops, and no
 * measures.
 */
#include "base/ascii.h"
#include "netlist/spice_expr.h"
#include "spice/bench_private.h"

#include <string.h>

size_t gal__bench_name_size(gal_view text) {
    size_t size = 0;
    while (size < text.size && gal_is_word(text.text[size])) size++;
    return size;
}

/* What an expression refers to. */
typedef struct finder {
    const gal__bench_builder *b;
    int32_t analysis;
    int n_near, n_far; /* measures of that analysis, of others */
    int32_t other;     /* the analysis that all of the others are .meas of; -1 */
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
    const gal_bench_metric *metric = gal__bench_find(f->b, name);
    const int near = metric && metric->meas_vector >= 0 && metric->analysis == f->analysis;
    if (near) return f->n_near++, GAL_OK;
    if (metric) {
        const int32_t other = metric->meas_vector >= 0 ? metric->analysis : -1;
        f->other = f->n_far++ && f->other != other ? -1 : other;
        return GAL_OK;
    }
    if (is_param(f->b, name)) return GAL_OK;
    return gal_fail(err, GAL_ENOTFOUND, "no '%.*s'", (int)name.size, name.text);
}

/* 1 when every name is known. */
static int is_known(finder *f, gal_view expression) {
    gal_spice_scope scope = {.user = f, .find = find};
    double value;
    return gal_spice_eval(&value, expression, &scope, NULL) == GAL_OK;
}

/* An expression over vectors on its way to ngspice. */
typedef struct rewrite {
    gal_buf sent;     /* as ngspice gets it: parameters in braces, for gal__bench_expand */
    gal_buf skeleton; /* vectors are 1 and functions of vectors gone: must be known by itself */
    int n_vector, n_reduction;
} rewrite;

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
    size_t end = i + gal__bench_name_size((gal_view){text.text + i, text.size - i});
    const gal_view name = {text.text + i, end - i};
    const int is_call = name.size && end < text.size && text.text[end] == '(';
    if (text.text[i] == '@' || (is_call && GAL__BENCH_IS_ONE_OF(name, vector))) {
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
    if (is_call && GAL__BENCH_IS_ONE_OF(name, reduction)) r->n_reduction++;
    else if (!is_call || !GAL__BENCH_IS_ONE_OF(name, map))
        gal_buf_append(&r->skeleton, text.text + i, end - i);
    return end;
}

/* `let` in ngspice: a measure of `analysis` when it is sure to be one number. */
static gal_status take_vectors(gal__bench_builder *b, gal_view name, gal_view expression,
                               int32_t analysis, gal_error *err) {
    rewrite r = {.n_vector = 0};
    finder f = {.b = b, .analysis = analysis};
    gal_status status = GAL_OK;
    gal_buf_init(&r.sent);
    gal_buf_init(&r.skeleton);
    gal_buf_printf(&r.sent, "let %.*s = ", (int)name.size, name.text);
    for (size_t i = 0; i < expression.size;) i = take_piece(&r, b, expression, i);
    const int is_op = b->analysis.data[analysis].kind == GAL_ANALYSIS_OP;
    const int one_value = !r.n_vector || r.n_reduction || is_op;
    const gal_view skeleton = {r.skeleton.data, r.skeleton.size};
    if (one_value && !r.sent.failed && is_known(&f, skeleton) && !f.n_far)
        status = gal__bench_command(b, name, (gal_view){r.sent.data, r.sent.size}, analysis, err);
    gal_buf_clear(&r.sent);
    gal_buf_clear(&r.skeleton);
    return status;
}

/* The number-th analysis of a kind that sources keep their AC magnitudes in; -1: none. */
static int32_t find_plot(const gal__bench_builder *b, gal_analysis kind, int32_t number) {
    for (size_t i = 0; i < b->analysis.size; i++)
        if (b->analysis.data[i].kind == kind && !b->analysis.data[i].excite && --number == 0)
            return (int32_t)i;
    return -1;
}

/* The analysis that a note is about. `run` does the deck's own in ngspice's order. */
static int32_t analysis_of(const gal__bench_builder *b, int32_t plot) {
    static const gal_analysis last[] = {GAL_ANALYSIS_NOISE, GAL_ANALYSIS_TRAN, GAL_ANALYSIS_OP,
                                        GAL_ANALYSIS_DC, GAL_ANALYSIS_AC};
    int32_t found = -1;
    if (plot >= -1) return plot;
    if (plot < GAL__PLOT_OF_RUN) return find_plot(b, gal__plot_kind(plot), gal__plot_number(plot));
    for (int k = 0; found < 0 && k < GAL__PLOT_KINDS; k++) found = find_plot(b, last[k], 1);
    return found;
}

static gal_status take_let(gal__bench_builder *b, const gal__bench_note *note, gal_error *err) {
    const int32_t analysis = analysis_of(b, note->analysis);
    finder f = {.b = b, .analysis = analysis};
    const gal_view text = gal_view_of(note->text);
    const char *equal = memchr(text.text, '=', text.size);
    if (!equal) return GAL_OK;
    const gal_view name = gal__bench_trim((gal_view){text.text, (size_t)(equal - text.text)});
    const gal_view expression =
        gal__bench_trim((gal_view){equal + 1, (size_t)(text.text + text.size - equal) - 1});
    if (gal__bench_name_size(name) != name.size) return GAL_OK; /* an element of a vector */
    if (!name.size || gal__bench_find(b, name)) return GAL_OK;
    const int known = is_known(&f, expression);
    if (known && f.n_far && !f.n_near && f.other >= 0)
        return take_vectors(b, name, expression, f.other, err);
    if (known && f.n_far) return gal__bench_computed(b, name, expression, err);
    if (known && !f.n_near)
        return is_param(b, name) ? GAL_OK : gal__bench_derive(b, name, expression, err);
    return analysis < 0 ? GAL_OK : take_vectors(b, name, expression, analysis, err);
}

/* In `when v(out)=half` and `at=$&t1`, a parameter or constant of the script becomes "{half}"; what
 * ngspice has as a vector stays. */
static gal_status take_meas(gal__bench_builder *b, const gal__bench_note *note, gal_error *err) {
    gal_buf text;
    gal_buf_init(&text);
    int value = 0; /* behind a '=' */
    for (gal_view rest = gal_view_of(note->text); rest.size;) {
        const size_t mark = rest.size > 2 && rest.text[0] == '$' && rest.text[1] == '&' ? 2 : 0;
        const size_t size = gal__bench_name_size((gal_view){rest.text + mark, rest.size - mark});
        const gal_view name = {rest.text + mark, size};
        const size_t used = mark + size ? mark + size : 1;
        if (size && (mark || value) && is_param(b, name))
            gal_buf_printf(&text, "{%.*s}", (int)size, name.text);
        else gal_buf_append(&text, rest.text, used);
        value = *rest.text == '=' || (value && *rest.text == ' ');
        rest.text += used;
        rest.size -= used;
    }
    gal_status status = gal_buf_ok(&text, err);
    if (status == GAL_OK)
        status = gal__bench_meas(b, (gal_view){text.data, text.size}, note->analysis, err);
    gal_buf_clear(&text);
    return status;
}

gal_status gal__bench_control_note(gal__bench_builder *b, const gal__bench_note *note,
                                   gal_error *err) {
    gal_view rest = gal_view_of(note->text);
    if (note->kind == GAL__NOTE_CONTROL_LET) return take_let(b, note, err);
    gal__bench_word(&rest);
    gal__bench_word(&rest);
    const gal_view name = gal__bench_word(&rest);
    if (!gal__bench_find(b, name)) return take_meas(b, note, err);
    gal_warn(&b->bench->warnings, note->path, note->line,
             "meas %.*s left out: there is a measure of that name", (int)name.size, name.text);
    return GAL_OK;
}
