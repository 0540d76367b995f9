#include "tasks/sizing/deck.h"

#include "base/file.h"
#include "base/hash.h"
#include "netlist/spice_lex.h"
#include "spice/technology.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH = 4096 };

/* One physical line and the words it starts with. */
typedef struct line {
    gal_view text;    /* without the newline */
    gal_view word[3]; /* empty when there are fewer */
} line;

static int is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

static int next_line(line *l, gal_view *rest) {
    if (!rest->size) return 0;
    const char *end = memchr(rest->text, '\n', rest->size);
    const size_t size = end ? (size_t)(end - rest->text) : rest->size;
    *l = (line){.text = {rest->text, size}};
    rest->text += size + (end != NULL);
    rest->size -= size + (end != NULL);
    for (size_t i = 0, w = 0; i < size && w < 3; w++) {
        while (i < size && is_space(l->text.text[i])) i++;
        const size_t start = i;
        while (i < size && !is_space(l->text.text[i])) i++;
        l->word[w] = (gal_view){l->text.text + start, i - start};
    }
    return 1;
}

static gal_view unquoted(gal_view v) {
    if (v.size > 1 && (*v.text == '"' || *v.text == '\'') && v.text[v.size - 1] == *v.text)
        return (gal_view){v.text + 1, v.size - 2};
    return v;
}

static int is_lib(const line *l) {
    return gal_view_equal_nocase(l->word[0], ".lib") && l->word[2].size;
}

static int is_file_card(const line *l) {
    return is_lib(l) || gal_view_equal_nocase(l->word[0], ".include") ||
           gal_view_equal_nocase(l->word[0], ".inc");
}

/* The user's cache directory, made when it is not there; /tmp when there is no home. */
static void cache_directory(char path[PATH]) {
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char base[PATH - 16];
    if (cache && *cache == '/') snprintf(base, sizeof base, "%s", cache);
    else snprintf(base, sizeof base, "%s/.cache", home && *home == '/' ? home : "/tmp");
    mkdir(base, 0700);
    snprintf(path, PATH, "%s/galena", base);
    mkdir(path, 0700);
}

/* Writes the technology's library, named by its content; path [PATH]. */
static gal_status keep_library(char path[PATH], const char *tech, gal_error *err) {
    char directory[PATH];
    gal_buf library;
    gal_buf_init(&library);
    gal_status status = gal_technology_library(&library, tech, NULL, err);
    if (status == GAL_OK) {
        cache_directory(directory);
        const int n = snprintf(path, PATH, "%s/tech-%016llx.lib", directory,
                               (unsigned long long)gal_hash_bytes(library.data, library.size, 0));
        if (n < 0 || n >= PATH) status = gal_fail(err, GAL_ELIMIT, "%s: too long", directory);
        else if (!gal_file_exists(path))
            status = gal_file_write(path, library.data, library.size, err);
    }
    gal_buf_clear(&library);
    return status;
}

static int is_tech_lib(gal_view path) {
    static const char name[] = "tech.lib";
    const size_t size = sizeof name - 1;
    return path.size >= size &&
           gal_view_equal_nocase((gal_view){path.text + path.size - size, size}, name);
}

/* The deck's text with another library in its .lib cards of a tech.lib. */
static gal_status replace_library(gal_buf *out, gal_view deck, const gal_sizing_spec *spec,
                                  gal_error *err) {
    char path[PATH];
    int n = 0;
    line l;
    GAL_TRY(keep_library(path, spec->tech, err));
    while (next_line(&l, &deck)) {
        if (is_lib(&l) && is_tech_lib(unquoted(l.word[1]))) {
            gal_buf_printf(out, ".lib \"%s\" %.*s\n", path, (int)l.word[2].size, l.word[2].text);
            n++;
        } else {
            gal_buf_append(out, l.text.text, l.text.size);
            gal_buf_text(out, "\n");
        }
    }
    if (!n)
        return gal_fail_at(err, GAL_EINVAL, spec->deck, 0, 0,
                           "tech %s: the deck has no '.lib .../tech.lib SECTION' card to replace",
                           spec->tech);
    return gal_buf_ok(out, err);
}

gal_status gal_sizing_deck_read(gal_bench *bench, gal_buf *text, const gal_sizing_spec *spec,
                                gal_error *err) {
    gal_file file;
    GAL_TRY(gal_file_read(&file, spec->deck, 1 << 28, err));
    const gal_view deck = {file.data, file.size};
    gal_status status = GAL_OK;
    if (spec->tech) status = replace_library(text, deck, spec, err);
    else gal_buf_append(text, deck.text, deck.size);
    if (status == GAL_OK) status = gal_buf_ok(text, err);
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
static void write_file_card(gal_buf *out, const line *l, const gal_bench *bench) {
    char absolute[PATH];
    gal_arena arena;
    gal_arena_init(&arena);
    const gal_view name = unquoted(l->word[1]);
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
    line l;
    while (next_line(&l, &deck)) {
        const gal_view word = l.word[0];
        if (gal_view_equal_nocase(word, ".subckt")) depth++;
        if (gal_view_equal_nocase(word, ".ends") && depth) depth--;
        const int continued = word.size && *word.text == '+';
        const int comment = !word.size || *word.text == '*';
        if (!continued && !comment) in_param = !depth && gal_view_equal_nocase(word, ".param");
        if (!first && in_param && !comment) write_params(out, l.text, bench, value);
        else if (!first && is_file_card(&l)) write_file_card(out, &l, bench);
        else gal_buf_append(out, l.text.text, l.text.size);
        gal_buf_text(out, "\n");
        if (first) gal_buf_text(out, note);
        first = 0;
    }
    return gal_buf_ok(out, err);
}
