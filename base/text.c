#include "base/text.h"

#include "base/ascii.h"
#include <locale.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

gal_view gal_view_of(const char *text) {
    return (gal_view){text, strlen(text)};
}

int gal_view_equal(gal_view a, gal_view b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.text, b.text, a.size) == 0);
}

int gal_view_is_digits(gal_view view) {
    for (size_t i = 0; i < view.size; i++)
        if (!gal_is_digit(view.text[i])) return 0;
    return view.size > 0;
}

int gal_view_equal_nocase(gal_view a, const char *b) {
    for (size_t i = 0; i < a.size; i++)
        if (!b[i] || gal_lower(a.text[i]) != gal_lower(b[i])) return 0;
    return b[a.size] == '\0';
}

int gal_text_equal_nocase(const char *a, const char *b) {
    return gal_view_equal_nocase(gal_view_of(a), b);
}

/* The digit run at *p without leading zeros; moves *p behind it. */
static gal_view digit_run(const char **p) {
    while (**p == '0' && gal_is_digit((*p)[1])) (*p)++;
    gal_view run = {*p, 0};
    while (gal_is_digit(**p)) (*p)++, run.size++;
    return run;
}

int gal_text_compare_natural(const char *a, const char *b) {
    const char *first_a = a, *first_b = b;
    while (*a && *b) {
        if (gal_is_digit(*a) && gal_is_digit(*b)) {
            const gal_view x = digit_run(&a), y = digit_run(&b);
            if (x.size != y.size) return x.size < y.size ? -1 : 1;
            const int order = memcmp(x.text, y.text, x.size);
            if (order) return order < 0 ? -1 : 1;
        } else {
            if (*a != *b) return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
            a++, b++;
        }
    }
    if (*a || *b) return *a ? 1 : -1;
    const int order = strcmp(first_a, first_b); /* "a01" and "a1" differ only here */
    return (order > 0) - (order < 0);
}

static locale_t c_locale;
static pthread_once_t c_locale_made = PTHREAD_ONCE_INIT;

static void make_c_locale(void) {
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* This thread's locale is C from here on; the one it had, for uselocale to put back. */
static locale_t enter_c_locale(void) {
    pthread_once(&c_locale_made, make_c_locale);
    return uselocale(c_locale);
}

int gal_text_vprintf(char *text, size_t size, const char *format, va_list args) {
    const locale_t before = enter_c_locale();
    const int length = vsnprintf(text, size, format, args);
    uselocale(before);
    return length;
}

int gal_text_printf(char *text, size_t size, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const int length = gal_text_vprintf(text, size, format, args);
    va_end(args);
    return length;
}

int gal_text_scan(const char *text, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const locale_t before = enter_c_locale();
    const int n = vsscanf(text, format, args);
    uselocale(before);
    va_end(args);
    return n;
}

void gal_buf_init(gal_buf *buf) {
    *buf = (gal_buf){0};
}

void gal_buf_clear(gal_buf *buf) {
    free(buf->data);
    gal_buf_init(buf);
}

/* Room for `extra` more bytes and the final NUL. */
static int reserve(gal_buf *buf, size_t extra) {
    if (buf->failed) return 0;
    if (extra < buf->capacity - buf->size) return 1;
    size_t capacity = buf->capacity ? buf->capacity : 256;
    while (capacity - buf->size <= extra && capacity <= SIZE_MAX / 2) capacity *= 2;
    char *moved = capacity - buf->size > extra ? realloc(buf->data, capacity) : NULL;
    if (!moved) return buf->failed = 1, 0;
    buf->data = moved;
    buf->capacity = capacity;
    return 1;
}

void gal_buf_append(gal_buf *buf, const char *text, size_t size) {
    if (!reserve(buf, size)) return;
    if (size) memcpy(buf->data + buf->size, text, size);
    buf->size += size;
    buf->data[buf->size] = '\0';
}

void gal_buf_text(gal_buf *buf, const char *text) {
    gal_buf_append(buf, text, strlen(text));
}

void gal_buf_printf(gal_buf *buf, const char *format, ...) {
    if (!reserve(buf, 0)) return;
    for (int fits = 0; !fits;) {
        va_list args;
        va_start(args, format);
        const size_t room = buf->capacity - buf->size;
        const int size = gal_text_vprintf(buf->data + buf->size, room, format, args);
        va_end(args);
        fits = size >= 0 && (size_t)size < room;
        if (fits) buf->size += (size_t)size;
        else if (size < 0 || !reserve(buf, (size_t)size)) break;
    }
    if (buf->data) buf->data[buf->size] = '\0';
}

void gal_buf_number(gal_buf *buf, double value) {
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        double again;
        gal_text_printf(text, sizeof text, "%.*g", digits, value);
        if (gal_number_parse(gal_view_of(text), &again) && again == value) break;
    }
    gal_buf_text(buf, text);
}

gal_status gal_buf_ok(const gal_buf *buf, gal_error *err) {
    return buf->failed ? gal_fail(err, GAL_ENOMEM, "out of memory while writing text") : GAL_OK;
}

/* Powers of ten that are exact in double. */
static const double ten_to[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* digits * 10^exponent; the quick way is exact (both operands are), strtod does the rest. */
static double scale(uint64_t digits, int n_digit, int exponent, const char *text, size_t size) {
    if (n_digit <= 15 && exponent >= -22 && exponent <= 22)
        return exponent < 0 ? (double)digits / ten_to[-exponent]
                            : (double)digits * ten_to[exponent];
    char copy[128];
    if (size < sizeof copy) {
        memcpy(copy, text, size);
        copy[size] = '\0';
        const locale_t before = enter_c_locale();
        const double value = strtod(copy, NULL);
        uselocale(before);
        return value;
    }
    double value = (double)digits; /* absurdly long literals: close enough is all one can ask */
    for (; exponent > 0 && value < 1e308; exponent--) value *= 10;
    for (; exponent < 0 && value > 0; exponent++) value /= 10;
    return value;
}

/* An exponent "e-12" at p; returns its bytes (0 when it is not one, as in "1eq"). */
static size_t exponent_parse(const char *p, const char *end, int *exponent) {
    const char *start = p;
    if (p == end || gal_lower(*p) != 'e') return 0;
    p++;
    const int negative = p != end && *p == '-';
    if (p != end && (*p == '-' || *p == '+')) p++;
    if (p == end || !gal_is_digit(*p)) return 0;
    int value = 0;
    for (; p != end && gal_is_digit(*p); p++)
        if (value < 10000) value = 10 * value + (*p - '0');
    *exponent += negative ? -value : value;
    return (size_t)(p - start);
}

size_t gal_number_parse(gal_view view, double *value) {
    const char *p = view.text, *end = view.text + view.size;
    const int negative = p != end && *p == '-';
    if (p != end && (*p == '-' || *p == '+')) p++;
    const char *body = p;
    uint64_t digits = 0;
    int n_digit = 0, exponent = 0, any = 0;
    for (int fraction = 0; p != end && (gal_is_digit(*p) || (*p == '.' && !fraction)); p++) {
        if (*p == '.') {
            fraction = 1;
            continue;
        }
        any = 1;
        if (n_digit < 19) {
            digits = 10 * digits + (uint64_t)(*p - '0');
            n_digit += digits != 0;
            exponent -= fraction;
        } else if (!fraction) {
            if (exponent < 100000) exponent++;
        }
    }
    if (!any) return 0;
    p += exponent_parse(p, end, &exponent);
    const double magnitude = scale(digits, n_digit, exponent, body, (size_t)(p - body));
    *value = negative ? -magnitude : magnitude;
    return (size_t)(p - view.text);
}
