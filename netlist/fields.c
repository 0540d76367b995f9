#include "netlist/fields.h"

#include "base/vec.h"
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

void gal_fields_init(gal_fields *fields, const char *file, gal_view text, unsigned flags) {
    *fields = (gal_fields){.file = file,
                           .next = text.text,
                           .end = text.text + text.size,
                           .line_start = text.text,
                           .line = 1,
                           .flags = flags};
}

void gal_fields_clear(gal_fields *fields) {
    gal__vec_release(fields->word);
    *fields = (gal_fields){0};
}

static int column_of(const gal_fields *fields, const char *p) {
    const ptrdiff_t offset = p - fields->line_start;
    return offset < INT_MAX ? (int)offset + 1 : INT_MAX;
}

static int at_end_of_line(const gal_fields *fields) {
    return fields->next == fields->end || *fields->next == '\n';
}

static void pass_newline(gal_fields *fields) {
    if (fields->next != fields->end) fields->next++;
    fields->line_start = fields->next;
    if (fields->line < INT_MAX) fields->line++;
}

static void skip_line(gal_fields *fields) {
    const size_t left = (size_t)(fields->end - fields->next);
    const char *newline = left ? memchr(fields->next, '\n', left) : NULL;
    fields->next = newline ? newline : fields->end;
}

static int starts(const gal_fields *fields, const char *text) {
    const size_t size = strlen(text);
    return (size_t)(fields->end - fields->next) >= size && !memcmp(fields->next, text, size);
}

/* Control characters count as blanks, bytes above 127 as letters. */
static int is_blank(const gal_fields *fields, char c) {
    if (c == '\n') return 0;
    if ((unsigned char)c <= ' ' || c == 127) return 1;
    return (fields->flags & GAL_FIELDS_CARDS) && (c == '(' || c == ')' || c == ',');
}

static void skip_blanks(gal_fields *fields) {
    while (fields->next != fields->end && is_blank(fields, *fields->next)) fields->next++;
}

static gal_status skip_c_comment(gal_fields *fields, gal_error *err) {
    const int line = fields->line, column = column_of(fields, fields->next);
    for (fields->next += 2; fields->next != fields->end; fields->next++) {
        if (starts(fields, "*/")) {
            fields->next += 2;
            return GAL_OK;
        }
        if (*fields->next == '\n') {
            pass_newline(fields);
            fields->next--;
        }
    }
    return gal_fail_at(err, GAL_EPARSE, fields->file, line, column,
                       "comment without an end: \"*/\"");
}

/* Blanks and what else separates words; stops at the next word or newline. */
static gal_status skip_gap(gal_fields *fields, gal_error *err) {
    for (;;) {
        skip_blanks(fields);
        if (!(fields->flags & GAL_FIELDS_SLASHES)) return GAL_OK;
        if (starts(fields, "//")) skip_line(fields);
        else if (starts(fields, "/*")) GAL_TRY(skip_c_comment(fields, err));
        else return GAL_OK;
    }
}

static gal_status push(gal_fields *fields, gal_field field, gal_error *err) {
    struct {
        gal_field *data;
        size_t size, capacity;
    } words = {fields->word, fields->size, fields->capacity};
    const int pushed = gal_vec_push(&words, field);
    fields->word = words.data;
    fields->size = words.size;
    fields->capacity = words.capacity;
    return pushed ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory for the words of a line");
}

static gal_status quoted_word(gal_fields *fields, gal_error *err) {
    gal_field field = {{fields->next + 1, 0}, fields->line, column_of(fields, fields->next)};
    fields->next++;
    while (!at_end_of_line(fields) && *fields->next != '"') fields->next++, field.text.size++;
    if (at_end_of_line(fields))
        return gal_fail_at(err, GAL_EPARSE, fields->file, field.line, field.column,
                           "quote without an end on its line");
    fields->next++;
    return push(fields, field, err);
}

static int at_equals(const gal_fields *fields) {
    return (fields->flags & GAL_FIELDS_CARDS) && *fields->next == '=';
}

/* '=' belongs to the word in front of it, blanks between included. */
static void take_equals(gal_fields *fields) {
    fields->next++;
    gal_field *last = fields->size ? &fields->word[fields->size - 1] : NULL;
    if (last && last->line == fields->line)
        last->text.size = (size_t)(fields->next - last->text.text);
}

static gal_status plain_word(gal_fields *fields, gal_error *err) {
    gal_field field = {{fields->next, 0}, fields->line, column_of(fields, fields->next)};
    while (!at_end_of_line(fields) && !is_blank(fields, *fields->next) && !at_equals(fields))
        fields->next++;
    field.text.size = (size_t)(fields->next - field.text.text);
    return push(fields, field, err);
}

static gal_status words_of_line(gal_fields *fields, gal_error *err) {
    for (;;) {
        GAL_TRY(skip_gap(fields, err));
        if (at_end_of_line(fields)) return GAL_OK;
        if ((fields->flags & GAL_FIELDS_QUOTES) && *fields->next == '"')
            GAL_TRY(quoted_word(fields, err));
        else if (at_equals(fields)) take_equals(fields);
        else GAL_TRY(plain_word(fields, err));
    }
}

/* Moves over blanks and returns 1 when the line at `next` is a comment. */
static int at_comment(gal_fields *fields) {
    skip_blanks(fields);
    if (at_end_of_line(fields)) return 1;
    if ((fields->flags & GAL_FIELDS_HASH) && *fields->next == '#') return 1;
    if (!(fields->flags & GAL_FIELDS_STAR) || *fields->next != '*') return 0;
    return !starts(fields, "*|");
}

/* A trailing lone backslash is no word: it joins the next line. */
static int drop_backslash(gal_fields *fields) {
    if (!(fields->flags & GAL_FIELDS_BACKSLASH) || !fields->size) return 0;
    gal_view *last = &fields->word[fields->size - 1].text;
    if (!last->size || last->text[last->size - 1] != '\\') return 0;
    if (--last->size == 0) fields->size--;
    return 1;
}

/* Behind a newline: 1 when the coming line goes on with the present one (its sign is passed).
 * Comments and empty lines in between do not break a card. */
static int at_continuation(gal_fields *fields) {
    if (!(fields->flags & GAL_FIELDS_PLUS)) return 0;
    const int directive = fields->word[0].text.text[0] == '*';
    while (fields->next != fields->end) {
        const gal_fields kept = *fields;
        skip_blanks(fields);
        if (starts(fields, directive ? "*+" : "+")) {
            fields->next += directive ? 2 : 1;
            return 1;
        }
        if (directive || !at_comment(fields)) {
            *fields = kept;
            return 0;
        }
        skip_line(fields);
        pass_newline(fields);
    }
    return 0;
}

gal_status gal_fields_next(gal_fields *fields, gal_error *err) {
    fields->size = 0;
    while (fields->next != fields->end) {
        if (fields->size == 0 && at_comment(fields)) skip_line(fields);
        else GAL_TRY(words_of_line(fields, err));
        const int joined = drop_backslash(fields);
        fields->end_column = column_of(fields, fields->next);
        pass_newline(fields);
        if (fields->size && !joined && !at_continuation(fields)) return GAL_OK;
    }
    if (!fields->size) fields->end_column = column_of(fields, fields->next);
    return GAL_OK;
}

int gal_fields_is(const gal_fields *fields, size_t i, const char *text) {
    return i < fields->size && gal_view_equal_nocase(fields->word[i].text, text);
}

static int is_key(gal_view word) {
    return word.size && word.text[word.size - 1] == '=';
}

int gal_fields_is_key(const gal_fields *fields, size_t i, const char *text) {
    if (i >= fields->size || !is_key(fields->word[i].text)) return 0;
    gal_view key = fields->word[i].text;
    while (key.size && (key.text[key.size - 1] == '=' || is_blank(fields, key.text[key.size - 1])))
        key.size--;
    return gal_view_equal_nocase(key, text);
}

size_t gal_fields_positional(const gal_fields *fields) {
    size_t i = 0;
    while (i < fields->size && !is_key(fields->word[i].text)) i++;
    return i;
}

gal_status gal_fields_fail(const gal_fields *fields, size_t i, gal_error *err, const char *format,
                           ...) {
    char message[400];
    va_list args;
    va_start(args, format);
    gal_text_vprintf(message, sizeof message, format, args);
    va_end(args);
    const gal_field *last = fields->size ? &fields->word[fields->size - 1] : NULL;
    const int line = i < fields->size ? fields->word[i].line : last ? last->line : fields->line;
    const int column = i < fields->size ? fields->word[i].column : fields->end_column;
    return gal_fail_at(err, GAL_EPARSE, fields->file, line, column, "%s", message);
}

gal_status gal_fields_number(const gal_fields *fields, size_t i, const char *what, double *value,
                             gal_error *err) {
    if (i >= fields->size) return gal_fields_fail(fields, i, err, "expected %s", what);
    const gal_view text = fields->word[i].text;
    if (text.size == 0 || gal_number_parse(text, value) != text.size || !isfinite(*value))
        return gal_fields_fail(fields, i, err, "expected %s, found \"%.*s\"", what,
                               text.size < 60 ? (int)text.size : 60, text.text);
    return GAL_OK;
}
