/* The lines of a deck as they stand, for rewriting some and keeping the rest. */
#ifndef GAL_SPICE_CARD_LINE_H
#define GAL_SPICE_CARD_LINE_H

#include "base/text.h"

/* One physical line and the words it starts with. */
typedef struct gal_card_line {
    gal_view text;    /* without the newline */
    gal_view word[3]; /* empty when there are fewer */
} gal_card_line;

/* Takes the first line off `rest`; 0 when nothing is left. */
GAL_API int gal_card_line_next(gal_card_line *line, gal_view *rest);

/* 1 for a .lib FILE SECTION card; for that, .include or .inc. */
GAL_API int gal_card_line_is_lib(const gal_card_line *line);
GAL_API int gal_card_line_is_file(const gal_card_line *line);

/* A word without the quotes around it. */
GAL_API gal_view gal_card_unquoted(gal_view word);

enum { GAL_CARD_PATH = 4096 }; /* PATH_MAX, which realpath writes */

/* The absolute path of the file that such a card of the deck `deck` names; 0 when there is none. */
GAL_API int gal_card_line_file(char absolute[GAL_CARD_PATH], const gal_card_line *line,
                               const char *deck);
/* Appends a line of `deck`, with that path where it names a file: the text may stand in another
 * folder then. */
GAL_API void gal_card_put(gal_buf *out, const gal_card_line *line, const char *deck);

/* 1 for a file of design variables, which is part of the deck that includes it: it has .param cards
 * outside subcircuits, and neither models nor files of its own. */
GAL_API int gal_card_holds_parameters(const char *path);

#endif
