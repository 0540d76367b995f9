#include "spice/card_line.h"

#include "base/file.h"
#include <stdlib.h>
#include <string.h>

static int is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

int gal_card_line_next(gal_card_line *line, gal_view *rest) {
    if (!rest->size) return 0;
    const char *end = memchr(rest->text, '\n', rest->size);
    const size_t size = end ? (size_t)(end - rest->text) : rest->size;
    *line = (gal_card_line){.text = {rest->text, size}};
    rest->text += size + (end != NULL);
    rest->size -= size + (end != NULL);
    for (size_t i = 0, w = 0; i < size && w < 3; w++) {
        while (i < size && is_space(line->text.text[i])) i++;
        const size_t start = i;
        const char quote = i < size ? line->text.text[i] : 0;
        const char *close = quote == '"' || quote == '\''
                                ? memchr(line->text.text + i + 1, quote, size - i - 1)
                                : NULL;
        if (close) i = (size_t)(close - line->text.text);
        while (i < size && !is_space(line->text.text[i])) i++;
        line->word[w] = (gal_view){line->text.text + start, i - start};
    }
    return 1;
}

int gal_card_line_is_lib(const gal_card_line *line) {
    return gal_view_equal_nocase(line->word[0], ".lib") && line->word[2].size;
}

int gal_card_line_is_file(const gal_card_line *line) {
    static const char *const names[] = {".include", ".incl", ".inc"};
    int found = gal_card_line_is_lib(line);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        found = found || gal_view_equal_nocase(line->word[0], names[i]);
    return found;
}

gal_view gal_card_unquoted(gal_view word) {
    if (word.size > 1 && (*word.text == '"' || *word.text == '\'') &&
        word.text[word.size - 1] == *word.text)
        return (gal_view){word.text + 1, word.size - 2};
    return word;
}

int gal_card_line_file(char absolute[GAL_CARD_PATH], const gal_card_line *line, const char *deck) {
    gal_arena arena;
    gal_arena_init(&arena);
    const gal_view name = gal_card_unquoted(line->word[1]);
    const char *copy = gal_arena_text(&arena, name.text, name.size);
    const char *path = copy ? gal_path_beside(&arena, deck, copy) : NULL;
    const int found = path && realpath(path, absolute);
    gal_arena_clear(&arena);
    return found;
}

void gal_card_put(gal_buf *out, const gal_card_line *line, const char *deck) {
    char absolute[GAL_CARD_PATH];
    if (gal_card_line_is_file(line) && gal_card_line_file(absolute, line, deck)) {
        gal_buf_append(out, line->word[0].text, line->word[0].size);
        gal_buf_printf(out, " \"%s\" %.*s", absolute, (int)line->word[2].size, line->word[2].text);
    } else {
        gal_buf_append(out, line->text.text, line->text.size);
    }
    gal_buf_text(out, "\n");
}

int gal_card_holds_parameters(const char *path) {
    gal_file file;
    gal_card_line line;
    int depth = 0, n_param = 0, other = 0;
    if (gal_file_read(&file, path, 0, NULL) != GAL_OK) return 0;
    for (gal_view rest = {file.data, file.size}; !other && gal_card_line_next(&line, &rest);) {
        const gal_view word = line.word[0];
        depth += gal_view_equal_nocase(word, ".subckt") - gal_view_equal_nocase(word, ".ends");
        n_param += depth <= 0 && gal_view_equal_nocase(word, ".param");
        other = gal_card_line_is_file(&line) || gal_view_equal_nocase(word, ".model") ||
                gal_view_equal_nocase(word, ".lib");
    }
    gal_file_clear(&file);
    return n_param && !other;
}
