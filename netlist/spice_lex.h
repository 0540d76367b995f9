/* Logical lines of SPICE-like text: SPICE 3, ngspice, HSPICE, PSPICE, CDL, Calibre.
 *
 * gal_spice_lex_next joins a card with its continuations ('+' at the start of the next line, which
 * may follow blank and comment lines; or '\' or '\\' behind a blank at the end of a line) and cuts
 * it into tokens. Blanks, commas and parentheses separate tokens; "a = b" makes a KEY token `a` and
 * then the value, which runs to the next blank outside parentheses. '...', "..." and {...} make one
 * QUOTED token without its quotes. A name that starts with '\' runs to the next blank.
 *
 * Comments: lines that start with '*' or '#' (a line "*.word" or "**.subckt" outside a card is a
 * card of its own: directives of CDL and xschem); ';' anywhere; "//" and '$' at the start of a
 * token. CDL properties are no comments: "$name=", "$PINS" and "$[model]" are tokens, the '$'
 * included. None of this applies inside quotes. Control characters count as blanks, bytes above 127
 * as letters.
 *
 * Cost: one pass over the text, no copies but of continued cards; 150 to 200 MB/s on one core.
 */
#ifndef GAL_NETLIST_SPICE_LEX_H
#define GAL_NETLIST_SPICE_LEX_H

#include "base/text.h"
#include "base/vec.h"
#include <stdint.h>

typedef enum gal_spice_kind {
    GAL_SPICE_WORD,
    GAL_SPICE_KEY,     /* followed by '='; the next token is its value unless that is a KEY too */
    GAL_SPICE_QUOTED,  /* an expression or a file name; the quotes are not part of it */
    GAL_SPICE_UNCLOSED /* a quote that the card does not close: an error wherever it matters */
} gal_spice_kind;

typedef struct gal_spice_token {
    gal_view view; /* into gal_spice_lex.text */
    gal_spice_kind kind;
} gal_spice_token;

/* A piece of the card that stems from one line. */
typedef struct gal_spice_segment {
    size_t offset; /* where it starts in gal_spice_lex.text */
    int line, column;
} gal_spice_segment;

typedef struct gal_spice_lex {
    const char *file;       /* for errors */
    gal_spice_token *token; /* [n_token] of the current card, never 0 of them */
    int32_t n_token;
    gal_view text; /* the current card, joined; valid until the next call */
    int line;      /* 1-based line of its first token */
    /* private */
    const char *p, *end;
    const char *no_plus; /* between p and here no line starts with '+' */
    int next_line;
    size_t token_capacity;
    gal_buf joined;
    gal_vec(gal_spice_segment) segment;
} gal_spice_lex;

/* `file` and `text` stay the caller's and must outlive the lexer. A byte order mark is skipped. */
GAL_API void gal_spice_lex_init(gal_spice_lex *lex, const char *file, gal_view text);
GAL_API void gal_spice_lex_clear(gal_spice_lex *lex);

/* The next card. *more = 0 at the end of the text. Errors: GAL_ENOMEM, GAL_ELIMIT (a card above
 * 256 MB); never GAL_EPARSE. */
GAL_API gal_status gal_spice_lex_next(gal_spice_lex *lex, int *more, gal_error *err);

/* 1 when token i exists, is a WORD and equals `word`, ASCII case ignored. */
GAL_API int gal_spice_lex_is(const gal_spice_lex *lex, int32_t i, const char *word);

/* Line and column (1-based) of a place inside lex->text; line or column may be NULL. */
GAL_API void gal_spice_lex_place(const gal_spice_lex *lex, const char *where, int *line,
                                 int *column);

/* As gal_fail_at, at token i of the current card (i == n_token: behind the last). */
GAL_API gal_status gal_spice_lex_fail(const gal_spice_lex *lex, int32_t i, gal_error *err,
                                      gal_status code, const char *format, ...) GAL_PRINTF(5, 6);

/* "1.5meg", "0.3pF", "10mil", "1e-3": a number with an optional scale factor t g meg x k m mil u n
 * p f a (any case) or a micro sign, and unit letters, which are ignored. Returns the bytes read, 0
 * when there is no number; the whole view is a number when that equals view.size. */
GAL_API size_t gal_spice_number(gal_view view, double *value);

#endif
