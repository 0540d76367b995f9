#include "netlist/spice_lex.h"

#include "base/ascii.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_CARD = 1 << 28 };

/* Byte classes; ordinary name characters are 0. */
enum { BLANK = 1, PAREN = 2, QUOTE = 4, EQUALS = 8, COMMENT = 16, ESCAPE = 32 };

#define B BLANK
static const unsigned char byte_class[256] = {
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    B,
    ['"'] = QUOTE,
    ['\''] = QUOTE,
    ['{'] = QUOTE,
    ['='] = EQUALS,
    [','] = BLANK,
    ['('] = PAREN,
    [')'] = PAREN,
    ['$'] = COMMENT,
    [';'] = COMMENT,
    ['/'] = COMMENT,
    ['\\'] = ESCAPE,
    [127] = BLANK,
};
#undef B

static int class_of(char c) {
    return byte_class[(unsigned char)c];
}
static int is_blank(char c) {
    return class_of(c) == BLANK;
}
void gal_spice_lex_init(gal_spice_lex *lex, const char *file, gal_view text) {
    *lex = (gal_spice_lex){.file = file, .p = text.text, .end = text.text + text.size};
    lex->next_line = 1;
    gal_buf_init(&lex->joined);
    if (text.size >= 3 && memcmp(text.text, "\xEF\xBB\xBF", 3) == 0) lex->p += 3;
}

void gal_spice_lex_clear(gal_spice_lex *lex) {
    free(lex->token);
    gal_buf_clear(&lex->joined);
    gal_vec_free(&lex->segment);
    lex->token = NULL;
    lex->n_token = 0;
    lex->token_capacity = 0;
}

static const char *skip_blanks(const char *p, const char *end) {
    while (p < end && is_blank(*p)) p++;
    return p;
}

static const char *line_end(const char *p, const char *end) {
    const char *newline = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
    return newline ? newline : end;
}

/* 1 when the '$' at p opens a CDL property rather than a comment. */
static int is_property(const char *p, const char *end) {
    const char *q = p + 1;
    if (q < end && *q == '[') return 1;
    while (q < end && (gal_is_word(*q) || *q == '.')) q++;
    if (q == p + 1) return 0;
    if (gal_view_equal_nocase((gal_view){p, (size_t)(q - p)}, "$pins")) return 1;
    q = skip_blanks(q, end);
    return q < end && *q == '=';
}

/* The quote a piece of text is in. */
typedef struct quotes {
    char close; /* 0 outside */
    int depth;  /* of nested braces */
} quotes;

/* Where the quoted text that *q describes ends: behind the closing quote, or `end`. */
static const char *skip_quoted(const char *p, const char *end, quotes *q) {
    for (; p < end; p++) {
        if (q->close == '}' && *p == '{') q->depth++;
        if (*p == q->close && --q->depth == 0) {
            q->close = 0;
            return p + 1;
        }
    }
    return end;
}

static void open_quotes(quotes *q, char c) {
    *q = (quotes){c == '{' ? '}' : c, 1};
}

/* 1 when a comment starts at p, `first` telling that a token would start there. */
static int starts_comment(const char *p, const char *end, int first) {
    if (*p == ';') return 1;
    if (!first) return 0;
    return *p == '/' ? p + 1 < end && p[1] == '/' : *p == '$' && !is_property(p, end);
}

/* The end of line [p, end[ without its comment; quotes may stay open for the next line. */
static const char *without_comment(const char *p, const char *end, quotes *q) {
    for (const char *start = p; p < end;) {
        if (q->close) {
            p = skip_quoted(p, end, q);
            continue;
        }
        const int class = class_of(*p);
        if (class & (QUOTE | COMMENT | ESCAPE)) {
            const int first = p == start || class_of(p[-1]) & (BLANK | PAREN | EQUALS);
            if (class == COMMENT && starts_comment(p, end, first)) return p;
            if (class == QUOTE && (first || *p == '{')) open_quotes(q, *p);
            if (class == ESCAPE && first)
                while (p + 1 < end && !is_blank(p[1])) p++;
        }
        p++;
    }
    return end;
}

/* 1 when line [p, end[ says nothing: blank or a comment from its first character on. */
static int is_idle(const char *p, const char *end) {
    p = skip_blanks(p, end);
    return p == end || *p == '*' || *p == '#' || starts_comment(p, end, 1);
}

/* 1 when [p, end[ ends in a '\' or '\\' of its own; *end is moved before it. */
static int drops_backslash(const char *p, const char **end) {
    const char *q = *end;
    while (q > p && is_blank(q[-1])) q--;
    const char *tail = q;
    while (q > p && q[-1] == '\\' && tail - q < 2) q--;
    if (q == tail || (q > p && !is_blank(q[-1]))) return 0;
    *end = q;
    return 1;
}

/* "*.word" of CDL, or "**.subckt", with which xschem names a schematic that it wrote flat. */
static int is_directive(const char *p, const char *end) {
    static const char subckt[] = "**.subckt";
    const size_t size = sizeof subckt - 1;
    if (end - p > 2 && p[0] == '*' && p[1] == '.' && gal_is_letter(p[2])) return 1;
    return (size_t)(end - p) > size && gal_view_equal_nocase((gal_view){p, size}, subckt);
}

/* Goes to the next line that starts a card. 0 at the end of the text. */
static int find_card(gal_spice_lex *lex) {
    for (; lex->p < lex->end; lex->next_line++) {
        const char *eol = line_end(lex->p, lex->end);
        const char *p = skip_blanks(lex->p, eol);
        if (is_directive(p, eol) || !is_idle(p, eol)) return 1;
        lex->p = eol < lex->end ? eol + 1 : eol;
    }
    return 0;
}

/* Goes behind the '+' of the next line but blank and comment lines; 0 and stays when there is none,
 * noting how far it looked: a backslash may join those lines one by one. */
static int find_continuation(gal_spice_lex *lex) {
    int line = lex->next_line;
    const char *p = lex->p;
    if (lex->no_plus && p <= lex->no_plus) return 0;
    for (; p < lex->end; line++) {
        const char *eol = line_end(p, lex->end);
        if (!is_idle(p, eol)) {
            const char *first = skip_blanks(p, eol);
            if (*first != '+') break;
            lex->p = first + 1;
            lex->next_line = line;
            return 1;
        }
        p = eol < lex->end ? eol + 1 : eol;
    }
    lex->no_plus = p;
    return 0;
}

/* Appends a piece of one line to the card: a view as long as there is only one. */
static gal_status add_segment(gal_spice_lex *lex, const char *line_start, const char *p,
                              const char *end, gal_error *err) {
    const gal_spice_segment segment = {lex->segment.size ? lex->text.size + 1 : 0, lex->next_line,
                                       (int)(p - line_start) + 1};
    if (!gal_vec_push(&lex->segment, segment)) return gal_fail(err, GAL_ENOMEM, "out of memory");
    if (lex->segment.size == 1) {
        lex->text = (gal_view){p, (size_t)(end - p)};
        return GAL_OK;
    }
    if (lex->segment.size == 2) {
        lex->joined.size = 0;
        gal_buf_append(&lex->joined, lex->text.text, lex->text.size);
    }
    gal_buf_append(&lex->joined, " ", 1);
    gal_buf_append(&lex->joined, p, (size_t)(end - p));
    GAL_TRY(gal_buf_ok(&lex->joined, err));
    lex->text = (gal_view){lex->joined.data, lex->joined.size};
    if (lex->text.size > LARGEST_CARD)
        return gal_fail_at(err, GAL_ELIMIT, lex->file, lex->next_line, 1,
                           "a card of more than %d MB", LARGEST_CARD >> 20);
    return GAL_OK;
}

static gal_status join_card(gal_spice_lex *lex, gal_error *err) {
    quotes q = {0};
    lex->segment.size = 0;
    const char *line_start = lex->p;
    for (int more = 1; more;) {
        const char *eol = line_end(lex->p, lex->end);
        const char *p = skip_blanks(lex->p, eol);
        const char *stop = without_comment(p, eol, &q);
        const int backslash = !q.close && drops_backslash(p, &stop);
        GAL_TRY(add_segment(lex, line_start, p, stop, err));
        lex->p = eol < lex->end ? eol + 1 : eol;
        lex->next_line++;
        line_start = lex->p;
        more = find_continuation(lex);
        if (more) line_start = lex->p - 1; /* the column of an indented '+' is not kept */
        else more = backslash && lex->p < lex->end;
    }
    return GAL_OK;
}

static gal_status push_token(gal_spice_lex *lex, const char *p, const char *end,
                             gal_spice_kind kind, gal_error *err) {
    if ((size_t)lex->n_token == lex->token_capacity) {
        gal_spice_token *moved = gal__vec_reserve(lex->token, &lex->token_capacity,
                                                  lex->token_capacity + 1, sizeof *moved);
        if (!moved) return gal_fail(err, GAL_ENOMEM, "out of memory");
        lex->token = moved;
    }
    lex->token[lex->n_token++] = (gal_spice_token){{p, (size_t)(end - p)}, kind};
    return GAL_OK;
}

/* 1 when '=' at p is part of == <= >= !=. */
static int is_comparison(const char *p, const char *start, const char *end) {
    return (p + 1 < end && p[1] == '=') || (p > start && strchr("=<>!", p[-1]) && p[-1]);
}

/* Where the value that starts at p ends: a blank or '=' outside parentheses and quotes. */
static const char *value_end(const char *p, const char *end) {
    int depth = 0;
    for (const char *start = p; p < end; p++) {
        const int class = class_of(*p);
        if (class == BLANK && depth == 0) return p;
        if (*p == ')' && depth-- == 0) return p;
        depth += *p == '(';
        if (class == EQUALS && depth == 0 && !is_comparison(p, start, end)) return p;
        if (class == QUOTE && (*p == '{' || p == start || class_of(p[-1]) & PAREN)) {
            quotes q;
            open_quotes(&q, *p);
            p = skip_quoted(p + 1, end, &q) - 1;
        }
    }
    return end;
}

static const char *word_end(const char *p, const char *end) {
    if (*p == '\\') {
        while (p < end && !is_blank(*p)) p++;
        return p;
    }
    for (; p < end; p++) {
        const int class = class_of(*p);
        if (class & (BLANK | PAREN | EQUALS)) return p;
        if (class == ESCAPE && p + 1 < end && !is_blank(p[1])) p++;
    }
    return end;
}

/* One token at *p (no blank, no parenthesis); `value` when it follows an '='. */
static gal_status cut_token(gal_spice_lex *lex, const char **p, const char *end, int value,
                            gal_error *err) {
    const char *start = *p;
    if (class_of(*start) == QUOTE) {
        quotes q;
        open_quotes(&q, *start);
        const char *stop = skip_quoted(start + 1, end, &q);
        const int whole = stop == end || !value || class_of(*stop) & (BLANK | PAREN | EQUALS);
        if (whole) {
            *p = stop;
            return push_token(lex, start + 1, q.close ? stop : stop - 1,
                              q.close ? GAL_SPICE_UNCLOSED : GAL_SPICE_QUOTED, err);
        }
    }
    const char *stop = value ? value_end(start, end) : word_end(start, end);
    if (stop == start) stop++; /* an '=' of its own */
    *p = stop;
    return push_token(lex, start, stop, GAL_SPICE_WORD, err);
}

/* Cuts the joined card. A parenthesis separates, but at the start of a value belongs to it. */
static gal_status cut_card(gal_spice_lex *lex, gal_error *err) {
    const char *p = lex->text.text, *end = p + lex->text.size;
    lex->n_token = 0;
    for (int value = 0;;) {
        while (p < end && class_of(*p) & (BLANK | PAREN) && !(value && *p == '(')) p++;
        if (p == end) return GAL_OK;
        GAL_TRY(cut_token(lex, &p, end, value, err));
        gal_spice_token *token = &lex->token[lex->n_token - 1];
        const char *next = skip_blanks(p, end);
        value = next < end && *next == '=' && token->kind == GAL_SPICE_WORD;
        if (!value) continue;
        token->kind = GAL_SPICE_KEY;
        p = next + 1;
    }
}

gal_status gal_spice_lex_next(gal_spice_lex *lex, int *more, gal_error *err) {
    *more = 0;
    lex->n_token = 0;
    while (lex->n_token == 0) {
        if (!find_card(lex)) return GAL_OK;
        lex->line = lex->next_line;
        GAL_TRY(join_card(lex, err));
        GAL_TRY(cut_card(lex, err));
    }
    *more = 1;
    return GAL_OK;
}

int gal_spice_lex_is(const gal_spice_lex *lex, int32_t i, const char *word) {
    return i < lex->n_token && lex->token[i].kind == GAL_SPICE_WORD &&
           gal_view_equal_nocase(lex->token[i].view, word);
}

void gal_spice_lex_place(const gal_spice_lex *lex, const char *where, int *line, int *column) {
    const size_t offset = (size_t)(where - lex->text.text);
    size_t i = lex->segment.size;
    while (i > 1 && lex->segment.data[i - 1].offset > offset) i--;
    const gal_spice_segment *segment = &lex->segment.data[i - 1];
    if (line) *line = segment->line;
    if (column) *column = segment->column + (int)(offset - segment->offset);
}

gal_status gal_spice_lex_fail(const gal_spice_lex *lex, int32_t i, gal_error *err, gal_status code,
                              const char *format, ...) {
    char message[sizeof err->message];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    int line, column;
    const char *where =
        i < lex->n_token ? lex->token[i].view.text : lex->text.text + lex->text.size;
    gal_spice_lex_place(lex, where, &line, &column);
    return gal_fail_at(err, code, lex->file, line, column, "%s", message);
}

/* Bytes of the micro sign at p, as LTspice writes it: U+00B5 or the Greek letter in UTF-8, or
 * Latin-1; 0 when there is none. */
static size_t micro_size(const char *p, size_t size) {
    if (size >= 2 && (memcmp(p, "\xC2\xB5", 2) == 0 || memcmp(p, "\xCE\xBC", 2) == 0)) return 2;
    return size >= 1 && *p == '\xB5';
}

/* The power of ten of the scale factor at p and the bytes of its name; 0 and 0 without one. */
static int scale_power(const char *p, size_t size, size_t *used) {
    static const struct {
        char letter;
        int power;
    } factor[] = {{'t', 12}, {'g', 9},  {'x', 6},   {'k', 3},   {'m', -3},
                  {'u', -6}, {'n', -9}, {'p', -12}, {'f', -15}, {'a', -18}};
    if ((*used = micro_size(p, size))) return -6;
    *used = 3;
    if (size >= 3 && gal_view_equal_nocase((gal_view){p, 3}, "meg")) return 6;
    *used = 1;
    for (size_t i = 0; size && i < sizeof factor / sizeof factor[0]; i++)
        if ((*p | 32) == factor[i].letter) return factor[i].power;
    *used = 0;
    return 0;
}

/* number * 10^power, rounded once: "0.1u" is the double nearest to 1e-7. */
static double scaled(gal_view number, double value, int power) {
    char text[48];
    if (number.size > 32) return value * pow(10, power);
    for (size_t i = 0; i < number.size; i++) {
        if ((number.text[i] | 32) == 'e') return value * pow(10, power);
        text[i] = number.text[i];
    }
    const int tail = snprintf(text + number.size, sizeof text - number.size, "e%d", power);
    gal_number_parse((gal_view){text, number.size + (size_t)tail}, &value);
    return value;
}

size_t gal_spice_number(gal_view view, double *value) {
    size_t n = gal_number_parse(view, value);
    if (n == 0 || n == view.size) return n;
    size_t used;
    const int power = scale_power(view.text + n, view.size - n, &used);
    if (view.size - n >= 3 && gal_view_equal_nocase((gal_view){view.text + n, 3}, "mil"))
        *value *= 25.4e-6;
    else if (power) *value = scaled((gal_view){view.text, n}, *value, power);
    n += used;
    while (n < view.size && gal_is_letter(view.text[n])) n++;
    return n;
}
