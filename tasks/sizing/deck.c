#include "tasks/sizing/deck.h"

#include "base/file.h"
#include "netlist/spice_lex.h"
#include "spice/card_line.h"
#include "spice/technology_deck.h"
#include <stdlib.h>
#include <string.h>

enum { PATH = 4096 };

static int is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

gal_status gal_sizing_deck_read(gal_bench *bench, gal_buf *text, const gal_sizing_spec *spec,
                                gal_error *err) {
    gal_file file;
    GAL_TRY(gal_file_read(&file, spec->deck, 1 << 28, err));
    gal_status status =
        gal_technology_deck(text, (gal_view){file.data, file.size}, spec->deck, spec->tech, err);
    if (status == GAL_OK)
        status = gal_bench_parse(bench, (gal_view){text->data, text->size}, spec->deck, err);
    gal_file_clear(&file);
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

static int is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* A line of a .param card: numbers behind "name=" become those of the parameters. */
static void write_params(gal_buf *out, gal_view text, const gal_bench *bench, const double *value) {
    for (size_t i = 0; i < text.size;) {
        size_t end = i, at;
        double old, number;
        while (end < text.size && is_name(text.text[end])) end++;
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
        while (i < text.size && is_name(text.text[i])) i++; /* letters of a unit */
    }
}

/* .include and .lib with their file's absolute path. */
static void write_file_card(gal_buf *out, const gal_card_line *l, const gal_bench *bench) {
    char absolute[PATH];
    gal_arena arena;
    gal_arena_init(&arena);
    const gal_view name = gal_card_unquoted(l->word[1]);
    const char *copy = gal_arena_text(&arena, name.text, name.size);
    const char *path = copy ? gal_path_beside(&arena, bench->path, copy) : NULL;
    if (path && realpath(path, absolute)) {
        gal_buf_append(out, l->word[0].text, l->word[0].size);
        gal_buf_printf(out, " \"%s\" %.*s", absolute, (int)l->word[2].size, l->word[2].text);
    } else {
        gal_buf_append(out, l->text.text, l->text.size);
    }
    gal_arena_clear(&arena);
}

gal_status gal_sizing_deck_write(gal_buf *out, gal_view deck, const gal_bench *bench,
                                 const double *value, const char *note, gal_error *err) {
    int first = 1, in_param = 0, depth = 0;
    gal_card_line l;
    while (gal_card_line_next(&l, &deck)) {
        const gal_view word = l.word[0];
        if (gal_view_equal_nocase(word, ".subckt")) depth++;
        if (gal_view_equal_nocase(word, ".ends") && depth) depth--;
        const int continued = word.size && *word.text == '+';
        const int comment = !word.size || *word.text == '*';
        if (!continued && !comment) in_param = !depth && gal_view_equal_nocase(word, ".param");
        if (!first && in_param && !comment) write_params(out, l.text, bench, value);
        else if (!first && gal_card_line_is_file(&l)) write_file_card(out, &l, bench);
        else gal_buf_append(out, l.text.text, l.text.size);
        gal_buf_text(out, "\n");
        if (first) gal_buf_text(out, note);
        first = 0;
    }
    return gal_buf_ok(out, err);
}
