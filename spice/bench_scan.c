/* The deck's lines: joins continuations, drops comments, keeps *galena lines. */
#include "base/file.h"
#include "spice/bench_private.h"

#include <string.h>

/* The next line without its end; *text is advanced. */
static gal_view next_line(gal_view *text) {
    const char *end = memchr(text->text, '\n', text->size);
    gal_view line = {text->text, end ? (size_t)(end - text->text) : text->size};
    const size_t used = line.size + (end != NULL);
    text->text += used;
    text->size -= used;
    while (line.size && (unsigned char)line.text[line.size - 1] <= ' ') line.size--;
    return line;
}

/* Without leading blanks and without a trailing comment: `;` anywhere, `$` behind a blank (but for
 * the variables `$&name` of scripts), both outside quotes. */
static gal_view strip(gal_view line) {
    char quote = 0;
    line = gal__bench_trim(line);
    for (size_t i = 0; i < line.size; i++) {
        const char c = line.text[i];
        if (quote) {
            if (c == quote) quote = 0;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == ';' || (c == '$' && (i == 0 || line.text[i - 1] <= ' ') &&
                                !(i + 1 < line.size && line.text[i + 1] == '&'))) {
            line.size = i;
        }
    }
    return gal__bench_trim(line);
}

/* "*galena rest": 1 and the rest, else 0. */
static int is_note(gal_view line, gal_view *rest) {
    static const char mark[] = "*galena";
    const size_t size = sizeof mark - 1;
    if (line.size <= size || line.text[size] > ' ') return 0;
    if (!gal_view_equal_nocase((gal_view){line.text, size}, mark)) return 0;
    *rest = gal__bench_trim((gal_view){line.text + size, line.size - size});
    return 1;
}

/* The card in the making keeps its line. */
static gal_status add_note(gal__bench_builder *b, gal_view text, int number, gal_error *err) {
    const int line = b->line, order = b->order;
    b->line = number;
    if (!b->inside) b->order = number;
    const gal_status status = gal__bench_add_note(b, GAL__NOTE_GALENA, text, -1, err);
    b->line = line;
    b->order = order;
    return status;
}

static gal_status flush(gal__bench_builder *b, gal_buf *card, gal_error *err) {
    GAL_TRY(gal_buf_ok(card, err));
    const gal_view text = {card->data, card->size};
    const gal_status status = card->size && !b->ended ? gal__bench_card(b, text, err) : GAL_OK;
    card->size = 0;
    return status;
}

/* One physical line behind the title. */
static gal_status take_line(gal__bench_builder *b, gal_buf *card, gal_view line, int number,
                            gal_error *err) {
    gal_view rest;
    const gal_view bare = gal__bench_trim(line);
    if (!bare.size) return GAL_OK;
    if (*bare.text == '*' && is_note(bare, &rest)) return add_note(b, rest, number, err);
    if (*bare.text == '*' || *bare.text == '#') return GAL_OK;
    const gal_view text = strip(line);
    if (!text.size) return GAL_OK;
    if (*text.text == '+') {
        gal_buf_text(card, " ");
        gal_buf_append(card, text.text + 1, text.size - 1);
        return GAL_OK;
    }
    GAL_TRY(flush(b, card, err));
    b->line = number;
    if (!b->inside) b->order = number;
    gal_buf_append(card, text.text, text.size);
    return GAL_OK;
}

static gal_status take_lines(gal__bench_builder *b, gal_view text, int number, gal_error *err) {
    gal_buf card;
    gal_buf_init(&card);
    gal_status status = GAL_OK;
    for (; status == GAL_OK && text.size; number++)
        status = take_line(b, &card, next_line(&text), number, err);
    if (status == GAL_OK) status = flush(b, &card, err);
    gal_buf_clear(&card);
    return status;
}

gal_status gal__bench_scan(gal__bench_builder *b, gal_view text, gal_error *err) {
    b->bench->title = gal__bench_text(b, next_line(&text));
    return b->bench->title ? take_lines(b, text, 2, err) : gal__bench_nomem(err);
}

gal_status gal__bench_inline(gal__bench_builder *b, const char *path, gal_error *err) {
    gal_file file;
    const char *outer = b->path;
    const int line = b->line;
    GAL_TRY(gal_file_read(&file, path, 0, err));
    b->path = path;
    b->inside = 1;
    const gal_status status = take_lines(b, (gal_view){file.data, file.size}, 1, err);
    b->inside = 0;
    b->path = outer;
    b->line = line;
    gal_file_clear(&file);
    return status;
}
