#include "netlist/spice_parse.h"

#include "base/ascii.h"
#include "base/file.h"
#include "netlist/spice_reader.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_NAME = 1 << 16, LARGEST_FILE = INT32_MAX - 1 };

gal_cell *gal__spice_cell(const gal_spice_reader *r) {
    return r->design->cell.data[r->open.data[r->open.size - 1]];
}

gal_status gal__spice_no_memory(const gal_spice_reader *r) {
    return gal_fail_at(r->err, GAL_ENOMEM, r->source->path, r->lex ? r->lex->line : 0, 0,
                       "out of memory for the netlist");
}

void gal__spice_warn(const gal_spice_reader *r, const char *format, ...) {
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    gal_warn(&r->design->warnings, r->source->path, r->lex->line, "%s", text);
}

gal_status gal__spice_name(gal_spice_reader *r, int32_t i, int32_t *name) {
    const gal_spice_token *token = &r->lex->token[i];
    if (token->kind == GAL_SPICE_UNCLOSED)
        return gal_spice_lex_fail(r->lex, i, r->err, GAL_EPARSE, "this quote is never closed");
    if (token->view.size == 0)
        return gal_spice_lex_fail(r->lex, i, r->err, GAL_EPARSE, "expected a name in these quotes");
    if (token->view.size > LONGEST_NAME)
        return gal_spice_lex_fail(r->lex, i, r->err, GAL_ELIMIT,
                                  "a name of %zu bytes, at most %d are read", token->view.size,
                                  LONGEST_NAME);
    *name = gal_design_intern(r->design, token->view);
    return *name < 0 ? gal__spice_no_memory(r) : GAL_OK;
}

gal_status gal__spice_net(gal_spice_reader *r, gal_cell *cell, int32_t i, int32_t *name) {
    GAL_TRY(gal__spice_name(r, i, name));
    return gal_design_spell(r->design, cell, *name, r->lex->token[i].view)
               ? GAL_OK
               : gal__spice_no_memory(r);
}

gal_status gal__spice_copy(gal_spice_reader *r, gal_view view, const char **copy) {
    *copy = gal_arena_text(&r->design->arena, view.text, view.size);
    return *copy ? GAL_OK : gal__spice_no_memory(r);
}

gal_status gal__spice_quantity(gal_spice_reader *r, gal_view view, gal_quantity *quantity) {
    quantity->text = NULL;
    if (view.size && gal_spice_number(view, &quantity->value) == view.size) return GAL_OK;
    quantity->value = NAN;
    return gal__spice_copy(r, view, &quantity->text);
}

int gal__spice_is_active(const gal_spice_reader *r) {
    return r->condition.size == 0 || r->condition.data[r->condition.size - 1].now;
}

/* Steps over what .control, .data and .prot enclose; 1 when the card belongs to it. */
static int skip_block(gal_spice_reader *r) {
    static const char *const last[] = {"", ".endc", ".enddata", ".unprot"};
    static const char *const other[] = {"", ".endc", ".enddata", ".unprotect"};
    static const struct {
        const char *word;
        gal_spice_skip skip;
    } first[] = {{".control", GAL_SKIP_CONTROL},
                 {".data", GAL_SKIP_DATA},
                 {".prot", GAL_SKIP_PROTECTED},
                 {".protect", GAL_SKIP_PROTECTED}};
    const int was = r->skip != GAL_SKIP_NOTHING;
    if (was) {
        if (gal_spice_lex_is(r->lex, 0, last[r->skip]) ||
            gal_spice_lex_is(r->lex, 0, other[r->skip]))
            r->skip = GAL_SKIP_NOTHING;
        return 1;
    }
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++)
        if (gal_spice_lex_is(r->lex, 0, first[i].word)) return r->skip = first[i].skip, 1;
    return 0;
}

/* 1 outside the library section that is read. */
static int is_outside(const gal_spice_source *s) {
    return s->in_section == 1 || (s->section && s->in_section == 0);
}

/* Library sections: 1 when the card opens or closes one or lies in one nobody asked for. */
static int skip_section(gal_spice_reader *r) {
    gal_spice_source *s = r->source;
    const gal_spice_lex *lex = r->lex;
    if (gal_spice_lex_is(lex, 0, ".endl")) {
        s->in_section = 0;
        return 1;
    }
    const int opens = gal_spice_lex_is(lex, 0, ".lib") && lex->n_token == 2 &&
                      lex->token[1].kind == GAL_SPICE_WORD &&
                      !memchr(lex->token[1].view.text, '.', lex->token[1].view.size);
    if (opens) {
        s->in_section = s->section && gal_view_equal_nocase(lex->token[1].view, s->section) ? 2 : 1;
        if (s->in_section == 2) s->found = 1;
        return 1;
    }
    return is_outside(s);
}

/* 1 when the card is not for reading: part of a block, section or branch, or one of their limits.
 */
static gal_status skip_card(gal_spice_reader *r, int is_directive, int *skipped) {
    *skipped = 1;
    if (!is_directive) {
        *skipped = r->skip != GAL_SKIP_NOTHING || is_outside(r->source) || !gal__spice_is_active(r);
        return GAL_OK;
    }
    if (skip_block(r) || skip_section(r)) return GAL_OK;
    GAL_TRY(gal__spice_conditional(r, skipped));
    *skipped |= !gal__spice_is_active(r);
    return GAL_OK;
}

static gal_status read_card(gal_spice_reader *r) {
    const char c = r->lex->token[0].view.size ? r->lex->token[0].view.text[0] : 0;
    int skipped;
    GAL_TRY(skip_card(r, c == '.', &skipped));
    if (skipped) return GAL_OK;
    if (c == '.' || c == '*') return gal__spice_directive(r);
    if (gal_is_letter(c)) return gal__spice_element(r);
    return gal_spice_lex_fail(r->lex, 0, r->err, GAL_EPARSE,
                              c == '+' ? "a continuation without a card to continue"
                                       : "expected an element, which starts with a letter, a "
                                         "directive or a comment");
}

/* What a text must not leave open for the one that includes it. */
static void close_text(gal_spice_reader *r) {
    const gal_spice_source *s = r->source;
    if (s->section && !s->found)
        gal_warn(&r->design->warnings, s->path, 0, "there is no library section '%s'", s->section);
    if (r->skip != GAL_SKIP_NOTHING)
        gal_warn(&r->design->warnings, s->path, 0, "the last skipped block is never closed");
    r->skip = GAL_SKIP_NOTHING;
}

gal_status gal__spice_read_text(gal_spice_reader *r, gal_spice_source *source, gal_view text) {
    gal_spice_source *outer_source = r->source;
    gal_spice_lex *outer_lex = r->lex, lex;
    gal_spice_lex_init(&lex, source->path, text);
    r->source = source;
    r->lex = &lex;
    gal_status status = GAL_OK;
    while (status == GAL_OK && !source->ended) {
        int more, taken;
        status = gal_spice_lex_next(&lex, &more, r->err);
        if (status != GAL_OK || !more) break;
        status = gal__spice_language(r, &taken);
        const int first = lex.line == 1 && source->depth == 0;
        if (taken || (first && gal__spice_is_title(&lex, text))) continue;
        status = read_card(r);
    }
    if (status == GAL_OK) close_text(r);
    gal_spice_lex_clear(&lex);
    r->source = outer_source;
    r->lex = outer_lex;
    return status;
}

/* Subcircuits and conditions that the end of the netlist leaves open. */
static void close_netlist(gal_spice_reader *r) {
    gal_design *design = r->design;
    for (; r->open.size > 1; r->open.size--) {
        const gal_cell *cell = gal__spice_cell(r);
        gal_warn(&design->warnings, design->file.data[cell->file], cell->line,
                 "subcircuit '%s' has no .ends", gal_design_name(design, cell->name));
        design->unclosed = cell->index;
    }
    gal_cell *main_cell = design->cell.data[0];
    if (r->schematic >= 0 && main_cell->port.size) main_cell->name = r->schematic;
    if (r->condition.size)
        gal_warn(&design->warnings, design->file.data[0], 0, "an .if has no .endif");
}

/* Global parameters given by the caller win over those of the text. */
static gal_status add_defines(gal_spice_reader *r) {
    for (int32_t i = 0; i < r->options->n_define; i++) {
        const char *text = r->options->define[i], *equals = strchr(text, '=');
        if (!equals || equals == text)
            return gal_fail(r->err, GAL_EINVAL, "expected name=value, found '%s'", text);
        gal_param param;
        param.key = gal_design_intern(r->design, (gal_view){text, (size_t)(equals - text)});
        GAL_TRY(gal__spice_quantity(r, gal_view_of(equals + 1), &param.value));
        if (param.key < 0 || !gal_vec_push(&r->design->cell.data[0]->param, param))
            return gal__spice_no_memory(r);
    }
    return GAL_OK;
}

static gal_status read_design(gal_spice_reader *r, const char *name, gal_view text) {
    gal_spice_source source = {.file = 0};
    r->source = &source;
    GAL_TRY(gal__spice_copy(r, gal_view_of(name), &source.path));
    if (!gal_vec_push(&r->design->file, source.path) || !gal_vec_push(&r->open, 0))
        return gal__spice_no_memory(r);
    GAL_TRY(gal__spice_check_kind(r, text));
    GAL_TRY(gal__spice_read_text(r, &source, text));
    r->source = &source;
    close_netlist(r);
    return add_defines(r);
}

gal_status gal_design_parse_spice(gal_design *design, const char *name, const char *text,
                                  size_t size, const gal_spice_options *options, gal_error *err) {
    static const gal_spice_options none = {0};
    GAL_TRY(gal_design_init(design, err));
    if (size > LARGEST_FILE) return gal_fail_at(err, GAL_ELIMIT, name, 0, 0, "larger than 2 GB");
    gal_spice_reader r = {.design = design,
                          .options = options ? options : &none,
                          .err = err,
                          .schematic = -1,
                          .budget = {.most = GAL_SPICE_BUDGET}};
    gal_status status = read_design(&r, name, (gal_view){text ? text : "", size});
    gal_vec_free(&r.open);
    gal_vec_free(&r.condition);
    return status == GAL_OK ? gal_design_link(design, err) : status;
}

gal_status gal_design_read_spice(gal_design *design, const char *path,
                                 const gal_spice_options *options, gal_error *err) {
    gal_file file;
    *design = (gal_design){0};
    GAL_TRY(gal_file_read(&file, path, LARGEST_FILE, err));
    const gal_status status =
        gal_design_parse_spice(design, path, file.data, file.size, options, err);
    gal_file_clear(&file);
    return status;
}
