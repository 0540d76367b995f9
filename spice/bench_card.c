/* Cards of a deck: what each one means for the bench. */
#include "base/file.h"
#include "netlist/spice_lex.h"
#include "spice/bench_private.h"
#include "spice/card_line.h"

#include <stdio.h>
#include <string.h>

static gal_status keep(gal__bench_builder *b, gal_bench_card card, gal_error *err) {
    return card.text && gal_vec_push(&b->card, card) ? GAL_OK : gal__bench_nomem(err);
}

gal_status gal__bench_keep(gal__bench_builder *b, gal_view text, gal_error *err) {
    if (!gal__bench_draws(text))
        return keep(b, (gal_bench_card){.text = gal__bench_text(b, text)}, err);
    gal_buf tame;
    gal_buf_init(&tame);
    gal__bench_tame(&tame, text);
    b->bench->random = b->bench->switched = 1;
    gal_status status = gal_buf_ok(&tame, err);
    if (status == GAL_OK)
        status = keep(
            b, (gal_bench_card){.text = gal__bench_text(b, (gal_view){tame.data, tame.size})}, err);
    gal_buf_clear(&tame);
    return status;
}

static gal_status add_param(gal__bench_builder *b, gal_view name, double value, gal_error *err) {
    const gal_bench_var var = {.name = gal__bench_lower(&b->bench->arena, name),
                               .unit = "",
                               .value = value,
                               .nominal = value,
                               .lo = value,
                               .hi = value};
    for (size_t i = 0; i < b->param.size; i++)
        if (gal_view_equal_nocase(name, b->param.data[i].name))
            return b->param.data[i] = var, GAL_OK; /* the last one counts */
    return var.name && gal_vec_push(&b->param, var) ? GAL_OK : gal__bench_nomem(err);
}

gal_status gal__bench_derive(gal__bench_builder *b, gal_view name, gal_view text, gal_error *err) {
    const gal_bench_derived derived = {gal__bench_lower(&b->bench->arena, name),
                                       gal__bench_text(b, text)};
    gal_buf card;
    gal_buf_init(&card);
    gal_buf_printf(&card, ".param %.*s={%.*s}", (int)name.size, name.text, (int)text.size,
                   text.text);
    gal_status status = gal_buf_ok(&card, err);
    if (status == GAL_OK) status = gal__bench_keep(b, (gal_view){card.data, card.size}, err);
    gal_buf_clear(&card);
    GAL_TRY(status);
    return derived.name && derived.text && gal_vec_push(&b->derived, derived)
               ? GAL_OK
               : gal__bench_nomem(err);
}

/* `.param a=1 b={2*a}`: numbers become parameters, the rest stays. */
static gal_status take_param(gal__bench_builder *b, const gal_spice_lex *lex, gal_view text,
                             gal_error *err) {
    for (int32_t i = 1; i < lex->n_token; i += 2)
        if (lex->token[i].kind != GAL_SPICE_KEY || i + 1 == lex->n_token)
            return gal__bench_keep(b, text, err); /* a function, or what only ngspice understands */
    for (int32_t i = 1; i + 1 < lex->n_token; i += 2) {
        const gal_view name = lex->token[i].view, value = lex->token[i + 1].view;
        double number;
        if (lex->token[i + 1].kind == GAL_SPICE_WORD && value.size &&
            gal_spice_number(value, &number) == value.size)
            GAL_TRY(add_param(b, name, number, err));
        else GAL_TRY(gal__bench_derive(b, name, value, err));
    }
    return GAL_OK;
}

/* .include FILE and .lib FILE SECTION, made absolute. */
static gal_status take_file(gal__bench_builder *b, const gal_spice_lex *lex, int lib,
                            gal_error *err) {
    if (lex->n_token < (lib ? 3 : 2))
        return gal__bench_fail(b, err, GAL_EPARSE, "expected a file name%s",
                               lib ? " and a section" : "");
    char *name = gal__bench_text(b, lex->token[1].view);
    char *file = name ? gal_path_beside(&b->bench->arena, b->bench->path, name) : NULL;
    if (!file) return gal__bench_nomem(err);
    if (!gal_file_exists(file))
        return gal__bench_fail(b, err, GAL_EIO, "cannot read the included file %s", file);
    if (!lib && !b->depth && !b->inside && gal_card_holds_parameters(file))
        return gal__bench_inline(b, file, err);
    GAL_TRY(gal__bench_file(b, file, err));
    if (lib) {
        const gal_view section = lex->token[2].view;
        if (!gal__bench_has_section(file, section))
            return gal__bench_fail(b, err, GAL_ENOTFOUND, "no section '%.*s' in %s",
                                   (int)section.size, section.text, file);
        return keep(b,
                    (gal_bench_card){.text = "",
                                     .file = file,
                                     .section = gal__bench_lower(&b->bench->arena, section)},
                    err);
    }
    gal_buf card;
    gal_buf_init(&card);
    gal_buf_printf(&card, ".include \"%s\"", file);
    gal_status status = gal_buf_ok(&card, err);
    if (status == GAL_OK) status = gal__bench_keep(b, (gal_view){card.data, card.size}, err);
    gal_buf_clear(&card);
    return status;
}

static gal_status take_analysis(gal__bench_builder *b, gal_analysis kind, gal_view text,
                                gal_error *err) {
    const gal_view command = {text.text + 1, text.size - 1};
    const gal_bench_analysis analysis = {.kind = kind,
                                         .command = gal__bench_lower(&b->bench->arena, command)};
    return analysis.command && gal_vec_push(&b->analysis, analysis) ? GAL_OK
                                                                    : gal__bench_nomem(err);
}

static gal_status take_source(gal__bench_builder *b, const gal_spice_lex *lex, gal_error *err) {
    gal_arena *arena = &b->bench->arena;
    gal_bench_source source = {gal__bench_lower(arena, lex->token[0].view),
                               gal__bench_lower(arena, lex->token[1].view),
                               gal__bench_lower(arena, lex->token[2].view), 0};
    for (int32_t i = 3; i < lex->n_token; i++) source.ac |= gal_spice_lex_is(lex, i, "ac");
    return source.name && source.pos && source.neg && gal_vec_push(&b->source, source)
               ? GAL_OK
               : gal__bench_nomem(err);
}

/* Cards whose work the bench does itself or that would hide vectors. */
static int is_output_card(gal_view word) {
    static const char *const name[] = {".print", ".plot",  ".save", ".probe",
                                       ".four",  ".width", ".step", ".data"};
    return GAL__BENCH_IS_ONE_OF(word, name);
}

static void warn_skipped(gal__bench_builder *b, gal_view word) {
    gal_warn(&b->bench->warnings, b->path, b->line, "%.*s skipped", (int)word.size, word.text);
}

static gal_status take_dot(gal__bench_builder *b, const gal_spice_lex *lex, gal_view text,
                           gal_error *err) {
    const gal_view word = lex->token[0].view;
    static const char *const meas[] = {".meas", ".measure"}, *const include[] = {".include",
                                                                                 ".inc"};
    for (int kind = GAL_ANALYSIS_OP; kind <= GAL_ANALYSIS_TRAN; kind++)
        if (gal_view_equal_nocase((gal_view){word.text + 1, word.size - 1},
                                  gal_analysis_name((gal_analysis)kind)))
            return take_analysis(b, (gal_analysis)kind, text, err);
    if (gal_view_equal_nocase(word, ".param")) return take_param(b, lex, text, err);
    if (GAL__BENCH_IS_ONE_OF(word, include)) return take_file(b, lex, 0, err);
    if (gal_view_equal_nocase(word, ".lib") && lex->n_token >= 3) return take_file(b, lex, 1, err);
    if (GAL__BENCH_IS_ONE_OF(word, meas))
        return gal__bench_add_note(b, GAL__NOTE_MEAS, text, -1, err);
    if (is_output_card(word)) return warn_skipped(b, word), GAL_OK;
    if (gal_view_equal_nocase(word, ".end")) return b->ended = 1, GAL_OK;
    const int temp = gal_view_equal_nocase(word, ".temp");
    if (gal_view_equal_nocase((gal_view){word.text, word.size < 7 ? word.size : 7}, ".option"))
        for (int32_t i = 1; i < lex->n_token; i++)
            b->bench->own_reltol |= gal_view_equal_nocase(lex->token[i].view, "reltol");
    return keep(b, (gal_bench_card){.text = gal__bench_text(b, text), .temp = temp}, err);
}

static gal_status take_top(gal__bench_builder *b, const gal_spice_lex *lex, gal_view text,
                           gal_error *err) {
    const char first = *text.text;
    if (first == '.') return take_dot(b, lex, text, err);
    if (strchr("vViI", first) && lex->n_token >= 3) GAL_TRY(take_source(b, lex, err));
    return gal__bench_keep(b, text, err);
}

/* Inside subcircuits everything stays but includes, whose paths must become absolute. */
static gal_status take_nested(gal__bench_builder *b, const gal_spice_lex *lex, gal_view text,
                              gal_error *err) {
    const gal_view word = lex->token[0].view;
    if (gal_view_equal_nocase(word, ".include") || gal_view_equal_nocase(word, ".inc"))
        return take_file(b, lex, 0, err);
    if (gal_view_equal_nocase(word, ".lib") && lex->n_token >= 3) return take_file(b, lex, 1, err);
    return gal__bench_keep(b, text, err);
}

gal_status gal__bench_add_note(gal__bench_builder *b, gal__bench_note_kind kind, gal_view text,
                               int32_t analysis, gal_error *err) {
    const gal__bench_note note = {.text = gal__bench_text(b, text),
                                  .path = b->path,
                                  .line = b->line,
                                  .order = b->order,
                                  .kind = kind,
                                  .analysis = analysis};
    return note.text && gal_vec_push(&b->note, note) ? GAL_OK : gal__bench_nomem(err);
}

gal_status gal__bench_card(gal__bench_builder *b, gal_view text, gal_error *err) {
    if (b->control.on) return gal__bench_control_line(b, text, err);
    gal_spice_lex lex;
    int more;
    gal_spice_lex_init(&lex, b->path, text);
    gal_status status = gal_spice_lex_next(&lex, &more, err);
    if (status == GAL_OK && more) {
        const gal_view word = lex.token[0].view;
        if (gal_view_equal_nocase(word, ".control")) {
            b->control.on = 1;
            b->control.line = b->line;
        } else if (!gal_view_equal_nocase(word, ".endc")) {
            if (gal_view_equal_nocase(word, ".subckt")) b->depth++;
            status = b->depth ? take_nested(b, &lex, text, err) : take_top(b, &lex, text, err);
            if (gal_view_equal_nocase(word, ".ends") && b->depth) b->depth--;
        }
    }
    gal_spice_lex_clear(&lex);
    return status;
}
