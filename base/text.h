/* Text: views into memory someone else owns, a growable buffer for writers, numbers.
 *
 * Numbers are read and written with '.' whatever locale the program has set.
 *
 * Views are not NUL-terminated. Buffers are (data[size] == '\0'); a failed append sets `failed`,
 * later appends do nothing, and gal_buf_ok reports it once at the end.
 */
#ifndef GAL_BASE_TEXT_H
#define GAL_BASE_TEXT_H

#include "base/status.h"
#include <stdarg.h>
#include <stddef.h>

typedef struct gal_view {
    const char *text;
    size_t size; /* bytes */
} gal_view;

typedef struct gal_buf {
    char *data;
    size_t size, capacity;
    int failed;
} gal_buf;

GAL_API gal_view gal_view_of(const char *text);
GAL_API int gal_view_equal(gal_view a, gal_view b);
/* 1 for digits and nothing else, one or more. */
GAL_API int gal_view_is_digits(gal_view view);
/* ASCII case-insensitive. */
GAL_API int gal_view_equal_nocase(gal_view a, const char *b);
GAL_API int gal_text_equal_nocase(const char *a, const char *b);
/* -1, 0, 1 in "natural" order: digit runs compare as numbers, so net2 < net10. */
GAL_API int gal_text_compare_natural(const char *a, const char *b);

/* snprintf, vsnprintf and sscanf in the C locale. */
GAL_API int gal_text_printf(char *text, size_t size, const char *format, ...) GAL_PRINTF(3, 4);
GAL_API int gal_text_vprintf(char *text, size_t size, const char *format, va_list args)
    GAL_PRINTF(3, 0);
GAL_API int gal_text_scan(const char *text, const char *format, ...) GAL_SCANF(2, 3);

/* Bytes of the UTF-8 character that text starts with, 0 when it is none. */
GAL_API size_t gal_utf8_size(const char *text);

GAL_API void gal_buf_init(gal_buf *buf);
GAL_API void gal_buf_clear(gal_buf *buf);
GAL_API void gal_buf_append(gal_buf *buf, const char *text, size_t size);
GAL_API void gal_buf_text(gal_buf *buf, const char *text);
GAL_API void gal_buf_printf(gal_buf *buf, const char *format, ...) GAL_PRINTF(2, 3);
/* The shortest decimal of 15 to 17 digits that reads back as `value`; "nan", "inf" as printf. */
GAL_API void gal_buf_number(gal_buf *buf, double value);
/* As JSON: a string (bytes that are no UTF-8 become U+FFFD), a number (null when not finite). */
GAL_API void gal_buf_json(gal_buf *buf, const char *text);
GAL_API void gal_buf_json_number(gal_buf *buf, double value);
/* As a field of CSV: quoted when it has to be (RFC 4180). */
GAL_API void gal_buf_csv(gal_buf *buf, const char *text);
/* GAL_OK, or GAL_ENOMEM when any append failed. */
GAL_API gal_status gal_buf_ok(const gal_buf *buf, gal_error *err);

/* Plain decimal number "-1.5e-3" at the start of `view`, locale-independent. Returns the bytes
 * read, 0 when there is none. Overflow gives +-HUGE_VAL. */
GAL_API size_t gal_number_parse(gal_view view, double *value);

#endif
