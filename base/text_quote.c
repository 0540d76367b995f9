/* Texts and numbers as fields of JSON and CSV. */
#include "base/text.h"

#include <math.h>
#include <string.h>

size_t gal_utf8_size(const char *text) {
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)text;
    const size_t n = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (n < 2 || p[0] > 0xF4) return n == 1;
    unsigned code = p[0] & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) return 0;
        code = code << 6 | (p[i] & 0x3Fu);
    }
    const int surrogate = code >= 0xD800 && code < 0xE000;
    return code < least[n] || code > 0x10FFFF || surrogate ? 0 : n;
}

void gal_buf_json(gal_buf *buf, const char *text) {
    gal_buf_text(buf, "\"");
    for (const char *p = text; *p;) {
        const unsigned char c = (unsigned char)*p;
        const size_t n = gal_utf8_size(p);
        if (c == '"' || c == '\\') gal_buf_printf(buf, "\\%c", c);
        else if (c < 0x20) gal_buf_printf(buf, "\\u%04x", c);
        else if (n == 0) gal_buf_text(buf, "\xEF\xBF\xBD");
        else gal_buf_append(buf, p, n);
        p += n ? n : 1;
    }
    gal_buf_text(buf, "\"");
}

void gal_buf_json_number(gal_buf *buf, double value) {
    if (isfinite(value)) gal_buf_number(buf, value);
    else gal_buf_text(buf, "null");
}

void gal_buf_csv(gal_buf *buf, const char *text) {
    if (!strpbrk(text, ",\"\r\n")) {
        gal_buf_text(buf, text);
        return;
    }
    gal_buf_text(buf, "\"");
    for (const char *p = text; *p; p++) {
        if (*p == '"') gal_buf_text(buf, "\"");
        gal_buf_append(buf, p, 1);
    }
    gal_buf_text(buf, "\"");
}
