/* .control blocks: what a script of ngspice commands says about the deck.
 *
 * Its analyses run as the deck's own, with the `alter` commands between them; `meas` and `let` make
 * measures of the analysis before them. A block is read as a straight line: the body of a loop or
 * a condition counts once. What only shows or saves results is left out.
 */
#include "spice/bench_private.h"

#include <string.h>

/* Each word once, for the warning. */
static void skip(gal__bench_builder *b, gal_view word) {
    gal_view rest = {b->control.skipped.data, b->control.skipped.size};
    for (gal_view one; (one = gal__bench_word(&rest)).size;)
        if (gal_view_equal(one, word)) return;
    if (b->control.skipped.size > 200) return;
    if (b->control.skipped.size) gal_buf_text(&b->control.skipped, " ");
    gal_buf_append(&b->control.skipped, word.text, word.size);
}

/* The command with "$&tstop" as "{tstop}", an expression like those of cards. */
static const char *command_of(gal__bench_builder *b, gal_view text) {
    gal_buf out;
    gal_buf_init(&out);
    for (size_t i = 0; i < text.size; i++) {
        const gal_view rest = {text.text + i, text.size - i};
        const int variable = rest.size > 2 && rest.text[0] == '$' && rest.text[1] == '&';
        if (!variable) {
            gal_buf_append(&out, rest.text, 1);
            continue;
        }
        const size_t size = gal__bench_name_size((gal_view){rest.text + 2, rest.size - 2});
        gal_buf_printf(&out, "{%.*s}", (int)size, rest.text + 2);
        i += size + 1;
    }
    const char *command =
        out.failed ? NULL : gal__bench_lower(&b->bench->arena, (gal_view){out.data, out.size});
    gal_buf_clear(&out);
    return command;
}

static gal_status take_analysis(gal__bench_builder *b, gal_analysis kind, gal_view text,
                                gal_error *err) {
    gal__bench_control *c = &b->control;
    gal_arena *arena = &b->bench->arena;
    gal_bench_analysis analysis = {.kind = kind, .command = command_of(b, text)};
    if (c->before.size) {
        GAL_TRY(gal_buf_ok(&c->before, err));
        analysis.before = gal__bench_lower(arena, (gal_view){c->before.data, c->before.size});
        if (!analysis.before) return gal__bench_nomem(err);
        b->bench->altered = 1;
        c->before.size = 0;
    }
    if (!analysis.command || !gal_vec_push(&b->analysis, analysis)) return gal__bench_nomem(err);
    c->latest = c->last[kind] = (int32_t)b->analysis.size;
    c->n_analysis++;
    return GAL_OK;
}

/* "ac", "dc", ... : 1 and the kind. */
static int find_kind(gal_analysis *kind, gal_view word) {
    for (int k = GAL_ANALYSIS_OP; k <= GAL_ANALYSIS_TRAN; k++)
        if (gal_view_equal_nocase(word, gal_analysis_name((gal_analysis)k)))
            return *kind = (gal_analysis)k, 1;
    return 0;
}

static gal_status take_meas(gal__bench_builder *b, gal_view text, gal_view rest, gal_error *err) {
    gal_analysis kind;
    const int known = find_kind(&kind, gal__bench_word(&rest));
    b->control.n_measure++;
    return gal__bench_add_note(b, GAL__NOTE_CONTROL_MEAS, text,
                               known ? b->control.last[kind] - 1 : -1, err);
}

/* "temp=125", "temp = 125": the number. */
static gal_view setting_of(gal_view rest, const char *name) {
    const size_t size = strlen(name);
    rest = gal__bench_trim(rest);
    if (rest.size <= size || !gal_view_equal_nocase((gal_view){rest.text, size}, name))
        return (gal_view){0};
    gal_view value = gal__bench_trim((gal_view){rest.text + size, rest.size - size});
    if (!value.size || *value.text != '=') return (gal_view){0};
    return gal__bench_trim((gal_view){value.text + 1, value.size - 1});
}

/* A card of the deck in place of a command. */
static gal_status add_card(gal__bench_builder *b, const char *word, gal_view rest, int temp,
                           gal_error *err) {
    gal_buf text;
    gal_buf_init(&text);
    gal_buf_printf(&text, "%s %.*s", word, (int)rest.size, rest.text);
    gal_status status = gal_buf_ok(&text, err);
    const gal_bench_card card = {
        .text = status == GAL_OK ? gal__bench_text(b, (gal_view){text.data, text.size}) : NULL,
        .temp = temp};
    gal_buf_clear(&text);
    if (status != GAL_OK) return status;
    return card.text && gal_vec_push(&b->card, card) ? GAL_OK : gal__bench_nomem(err);
}

/* Temperature and options in front of the first analysis hold for all, as cards; later ones would
 * outlast the point. */
static gal_status take_setting(gal__bench_builder *b, gal_view word, gal_view rest,
                               gal_error *err) {
    static const char *const option[] = {"option", "options"};
    const gal_view temp = setting_of(rest, "temp");
    const int early = b->control.n_analysis == 0;
    if (temp.size && early) return add_card(b, ".temp", temp, 1, err);
    if (GAL__BENCH_IS_ONE_OF(word, option) && early && !setting_of(rest, "numdgt").size) {
        b->bench->own_reltol |= setting_of(rest, "reltol").size > 0;
        return add_card(b, ".option", gal__bench_trim(rest), 0, err);
    }
    if (temp.size || GAL__BENCH_IS_ONE_OF(word, option))
        skip(b, temp.size ? gal__bench_trim(rest) : word);
    return GAL_OK;
}

/* "$name", a variable of the script, which is not followed here; "$&name" is a vector. */
static int has_variable(gal_view text) {
    for (size_t i = 0; i < text.size; i++)
        if (text.text[i] == '$' && (i + 1 == text.size || text.text[i + 1] != '&')) return 1;
    return 0;
}

/* "ac1": the first plot of that kind. A plot that is not of an analysis changes nothing. */
static void take_setplot(gal__bench_builder *b, gal_view rest) {
    const gal_view name = gal__bench_word(&rest);
    size_t letters = 0;
    gal_analysis kind;
    while (letters < name.size && (name.text[letters] < '0' || name.text[letters] > '9')) letters++;
    if (name.size != letters + 1 || name.text[letters] == '0' ||
        !find_kind(&kind, (gal_view){name.text, letters}))
        return;
    b->control.latest = gal__plot(kind, name.text[letters] - '0') + 1;
}

gal_status gal__bench_control_line(gal__bench_builder *b, gal_view text, gal_error *err) {
    static const char *const meas[] = {"meas", "measure"}, *const alter[] = {"alter", "altermod"};
    static const char *const setting[] = {"set", "option", "options"};
    static const char *const structure[] = {"dowhile", "while", "repeat", "foreach", "if",
                                            "else",    "end",   "run",    "unset",   "reset"};
    gal_view rest = text;
    gal_analysis kind;
    const gal_view word = gal__bench_word(&rest);
    if (gal_view_equal_nocase(word, ".endc")) return b->control.on = 0, GAL_OK;
    const int variable = has_variable(rest);
    if (find_kind(&kind, word) && !variable) return take_analysis(b, kind, text, err);
    if (gal_view_equal_nocase(word, "run")) b->control.latest = GAL__PLOT_OF_RUN + 1;
    if (gal_view_equal_nocase(word, "setplot") && !variable) return take_setplot(b, rest), GAL_OK;
    if (GAL__BENCH_IS_ONE_OF(word, meas) && !variable) return take_meas(b, text, rest, err);
    if (gal_view_equal_nocase(word, "let") && !variable)
        return gal__bench_add_note(b, GAL__NOTE_CONTROL_LET, rest, b->control.latest - 1, err);
    if (GAL__BENCH_IS_ONE_OF(word, setting)) return take_setting(b, word, rest, err);
    const int reset = gal_view_equal_nocase(word, "reset") && b->control.n_analysis;
    if (reset || (GAL__BENCH_IS_ONE_OF(word, alter) && !variable)) {
        const gal_view command = reset ? gal_view_of("reset") : text;
        gal_buf_printf(&b->control.before, "%.*s\n", (int)command.size, command.text);
        return GAL_OK;
    }
    if (!GAL__BENCH_IS_ONE_OF(word, structure) || variable) skip(b, word);
    return GAL_OK;
}

void gal__bench_control_end(gal__bench_builder *b) {
    const gal__bench_control *c = &b->control;
    const char *skipped = c->skipped.data && c->skipped.size ? c->skipped.data : NULL;
    if (!c->line) return;
    if (!c->n_analysis && !c->n_measure)
        gal_warn(&b->bench->warnings, b->path, c->line, ".control block skipped");
    else if (skipped)
        gal_warn(&b->bench->warnings, b->path, c->line,
                 ".control block: %d analyses and %d meas taken; skipped: %s", c->n_analysis,
                 c->n_measure, skipped);
}
