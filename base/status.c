#include "base/status.h"

#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *gal_status_text(gal_status code) {
    switch (code) {
#define XX(name, number, text)                                                                     \
    case GAL_##name:                                                                               \
        return text;
        GAL_STATUS_MAP(XX)
#undef XX
    }
    return "unknown status";
}

static void fill(gal_error *err, gal_status code, const char *file, int line, int column,
                 const char *format, va_list args) {
    if (!err) return;
    /* The arguments may point into *err itself (an error being wrapped): format aside first. */
    char message[sizeof err->message];
    gal_text_vprintf(message, sizeof message, format, args);
    char name[sizeof err->file];
    snprintf(name, sizeof name, "%s", file ? file : "");
    err->code = code;
    err->line = line;
    err->column = column;
    memcpy(err->file, name, sizeof name);
    memcpy(err->message, message, sizeof message);
}

gal_status gal_fail(gal_error *err, gal_status code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fill(err, code, NULL, 0, 0, format, args);
    va_end(args);
    return code;
}

gal_status gal_fail_at(gal_error *err, gal_status code, const char *file, int line, int column,
                       const char *format, ...) {
    va_list args;
    va_start(args, format);
    fill(err, code, file, line, column, format, args);
    va_end(args);
    return code;
}

gal_status gal_fail_first(gal_error *err, const gal_error *each, int n) {
    for (int i = 0; i < n; i++) {
        if (each[i].code == GAL_OK) continue;
        if (err) *err = each[i];
        return each[i].code;
    }
    return GAL_OK;
}

const char *gal_error_format(const gal_error *err, char *buf, unsigned long size) {
    char place[300] = "";
    if (err->file[0] && err->line && err->column)
        snprintf(place, sizeof place, "%s:%d:%d: ", err->file, err->line, err->column);
    else if (err->file[0] && err->line)
        snprintf(place, sizeof place, "%s:%d: ", err->file, err->line);
    else if (err->file[0]) snprintf(place, sizeof place, "%s: ", err->file);
    snprintf(buf, size, "%s%s", place, err->message[0] ? err->message : gal_status_text(err->code));
    return buf;
}
