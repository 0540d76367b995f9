/* Lines of words: the lexical layer of .par, .ext, SPEF, DSPF and Calibre files.
 *
 * gal_fields_next joins a line with its continuations and splits it at blanks. A word is a view
 * into the text (nothing is copied) and knows its place for error messages. Control characters
 * are blanks; empty lines and comments are skipped. O(bytes) in all; memory is one line's words.
 */
#ifndef GAL_NETLIST_FIELDS_H
#define GAL_NETLIST_FIELDS_H

#include "base/text.h"

/* What a format understands beyond blanks and newlines. */
enum {
    GAL_FIELDS_HASH = 1,      /* lines that begin with '#' are comments */
    GAL_FIELDS_STAR = 2,      /* lines that begin with '*' are comments, but for "*|" */
    GAL_FIELDS_PLUS = 4,      /* a line that begins with '+' (after "*|": "*+") goes on */
    GAL_FIELDS_BACKSLASH = 8, /* a line that ends in '\' goes on */
    GAL_FIELDS_SLASHES = 16,  /* C comments */
    GAL_FIELDS_QUOTES = 32,   /* "a b" is one word, its quotes removed */
    GAL_FIELDS_CARDS = 64     /* SPICE: '(', ')' and ',' are blanks; "w=1" and "w = 1" are the
                                 words "w=" (or "w =") and "1" */
};

typedef struct gal_field {
    gal_view text;
    int line, column; /* 1-based */
} gal_field;

typedef struct gal_fields {
    gal_field *word; /* [0..size[ of the current line; size 0: the text has ended */
    size_t size, capacity;
    const char *file, *next, *end; /* private: name, what is unread */
    const char *line_start;
    int line, end_column;
    unsigned flags;
} gal_fields;

/* `file` (for messages) and `text` must outlive the reader. gal_fields_clear frees it. */
GAL_API void gal_fields_init(gal_fields *fields, const char *file, gal_view text, unsigned flags);
GAL_API void gal_fields_clear(gal_fields *fields);

/* The next line that holds a word. Errors: GAL_ENOMEM; GAL_EPARSE for an open quote or comment. */
GAL_API gal_status gal_fields_next(gal_fields *fields, gal_error *err);

/* 1 when word i exists and equals `text`, ASCII case ignored. */
GAL_API int gal_fields_is(const gal_fields *fields, size_t i, const char *text);

/* 1 when word i is the key of "text = value" (GAL_FIELDS_CARDS), ASCII case ignored. */
GAL_API int gal_fields_is_key(const gal_fields *fields, size_t i, const char *text);
/* The number of words in front of the first key; size when there is none. */
GAL_API size_t gal_fields_positional(const gal_fields *fields);

/* GAL_EPARSE at word i, or behind the last word when the line has fewer. */
GAL_API gal_status gal_fields_fail(const gal_fields *fields, size_t i, gal_error *err,
                                   const char *format, ...) GAL_PRINTF(4, 5);

/* Word i as a plain finite number; `what` names it in the message. */
GAL_API gal_status gal_fields_number(const gal_fields *fields, size_t i, const char *what,
                                     double *value, gal_error *err);

#endif
