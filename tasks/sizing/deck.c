#include "tasks/sizing/deck.h"

#include "base/ascii.h"
#include "base/file.h"
#include "netlist/spice_lex.h"
#include "spice/card_line.h"
#include "spice/technology_deck.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

static int count_lines(const gal_buf *text) {
    int n = 0;
    for (size_t i = 0; i < text->size; i++) n += text->data[i] == '\n';
    return n;
}

/* The spec's measures become lines behind the deck; errors in them get the spec's line. */
static gal_status read_measured(gal_bench *bench, gal_buf *text, const gal_sizing_spec *spec,
                                gal_error *err) {
    if (text->size && text->data[text->size - 1] != '\n') gal_buf_text(text, "\n");
    const int n = count_lines(text);
    for (int32_t i = 0; i < spec->n_measure; i++)
        gal_buf_printf(text, "*galena measure %s\n", spec->measure[i].text);
    GAL_TRY(gal_buf_ok(text, err));
    const gal_status status =
        gal_bench_parse(bench, (gal_view){text->data, text->size}, spec->deck, err);
    const int32_t own = err ? err->line - n - 1 : -1;
    if (status != GAL_OK && own >= 0 && own < spec->n_measure) {
        snprintf(err->file, sizeof err->file, "%s", spec->path);
        err->line = spec->measure[own].line;
    }
    return status;
}

gal_status gal_sizing_deck_read(gal_bench *bench, gal_buf *text, const gal_sizing_spec *spec,
                                gal_error *err) {
    gal_file file;
    GAL_TRY(gal_file_read(&file, spec->deck, 1 << 28, err));
    gal_status status =
        gal_technology_deck(text, (gal_view){file.data, file.size}, spec->deck, spec->tech, err);
    if (status == GAL_OK) status = read_measured(bench, text, spec, err);
    gal_file_clear(&file);
    return status;
}

gal_status gal_sizing_bench_read(gal_bench *bench, const char *path, const char *tech,
                                 gal_error *err) {
    gal_sizing_spec spec;
    gal_buf text;
    if (!gal_sizing_spec_is(path)) return gal_bench_read_on(bench, path, tech, err);
    GAL_TRY(gal_sizing_spec_read(&spec, path, NULL, err));
    gal_buf_init(&text);
    if (tech) spec.tech = tech;
    gal_status status = gal_sizing_deck_read(bench, &text, &spec, err);
    if (status == GAL_OK) {
        status = gal_sizing_spec_bind(&spec, bench, err);
        if (status != GAL_OK) gal_bench_clear(bench);
    }
    gal_buf_clear(&text);
    gal_sizing_spec_clear(&spec);
    return status;
}

static const double *find_value(double *number, const gal_bench *bench, const double *value,
                                gal_view name) {
    for (int32_t i = 0; i < bench->n_var; i++)
        if (gal_view_equal_nocase(name, bench->var[i].name)) return *number = value[i], number;
    for (int32_t i = 0; i < bench->n_fixed; i++)
        if (gal_view_equal_nocase(name, bench->fixed[i].name))
            return *number = bench->fixed[i].value, number;
    return NULL;
}

/* A line of a .param card: numbers behind "name=" become those of the parameters. */
static void write_params(gal_buf *out, gal_view text, const gal_bench *bench, const double *value) {
    for (size_t i = 0; i < text.size;) {
        size_t end = i, at;
        double old, number;
        while (end < text.size && gal_is_word(text.text[end])) end++;
        at = end;
        while (at < text.size && is_space(text.text[at])) at++;
        const int is_key = end > i && at < text.size && text.text[at] == '=';
        if (end == i) end++;
        gal_buf_append(out, text.text + i, end - i);
        const gal_view name = {text.text + i, end - i};
        i = end;
        if (!is_key || !find_value(&number, bench, value, name)) continue;
        for (at++; at < text.size && is_space(text.text[at]);) at++;
        const size_t used = gal_spice_number((gal_view){text.text + at, text.size - at}, &old);
        if (!used || old == number) continue;
        gal_buf_printf(out, "=%.6g", number);
        i = at + used;
        while (i < text.size && gal_is_word(text.text[i])) i++; /* letters of a unit */
    }
}

typedef struct writer {
    gal_buf *out;
    const gal_bench *bench;
    const double *value; /* [n_var] */
    int in_param, depth; /* of .subckt */
} writer;

static void write_line(writer *w, const gal_card_line *l, int may_inline);

/* A file of design variables in place of the card that includes it. */
static int write_inline(writer *w, const char *path) {
    gal_file file;
    gal_card_line l;
    if (!gal_card_holds_parameters(path) || gal_file_read(&file, path, 0, NULL) != GAL_OK) return 0;
    for (gal_view rest = {file.data, file.size}; gal_card_line_next(&l, &rest);)
        write_line(w, &l, 0);
    gal_file_clear(&file);
    return 1;
}

static void write_file_card(writer *w, const gal_card_line *l, int may_inline) {
    char absolute[GAL_CARD_PATH];
    const int inlined = may_inline && !w->depth && !gal_card_line_is_lib(l) &&
                        gal_card_line_file(absolute, l, w->bench->path) &&
                        write_inline(w, absolute);
    if (!inlined) gal_card_put(w->out, l, w->bench->path);
}

static void write_line(writer *w, const gal_card_line *l, int may_inline) {
    const gal_view word = l->word[0];
    if (gal_view_equal_nocase(word, ".subckt")) w->depth++;
    if (gal_view_equal_nocase(word, ".ends") && w->depth) w->depth--;
    const int continued = word.size && *word.text == '+';
    const int comment = !word.size || *word.text == '*';
    if (!continued && !comment) w->in_param = !w->depth && gal_view_equal_nocase(word, ".param");
    if (gal_card_line_is_file(l)) {
        write_file_card(w, l, may_inline);
        return;
    }
    if (w->in_param && !comment) write_params(w->out, l->text, w->bench, w->value);
    else gal_buf_append(w->out, l->text.text, l->text.size);
    gal_buf_text(w->out, "\n");
}

gal_status gal_sizing_deck_write(gal_buf *out, gal_view deck, const gal_bench *bench,
                                 const double *value, const char *note, gal_error *err) {
    writer w = {.out = out, .bench = bench, .value = value};
    gal_card_line l;
    if (gal_card_line_next(&l, &deck)) {
        gal_buf_append(out, l.text.text, l.text.size);
        gal_buf_printf(out, "\n%s", note);
    }
    while (gal_card_line_next(&l, &deck)) write_line(&w, &l, 1);
    return gal_buf_ok(out, err);
}
