#include "netlist/warning.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void gal_warnings_clear(gal_warnings *warnings) {
    gal_arena_clear(&warnings->arena);
    *warnings = (gal_warnings){0};
}

void gal_warn(gal_warnings *warnings, const char *file, int line, const char *format, ...) {
    if (!warnings) return;
    if (!warnings->item)
        warnings->item = GAL_ARENA_ARRAY(&warnings->arena, gal_warning, GAL_WARNINGS_KEPT);
    if (!warnings->item || warnings->n == GAL_WARNINGS_KEPT) {
        warnings->n_dropped++;
        return;
    }
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!file) file = "";
    const gal_warning warning = {gal_arena_text(&warnings->arena, text, strlen(text)),
                                 gal_arena_text(&warnings->arena, file, strlen(file)), line};
    if (warning.text && warning.file) warnings->item[warnings->n++] = warning;
    else warnings->n_dropped++;
}

void gal_warn_more(gal_warnings *warnings, int32_t which, int64_t n) {
    char text[600];
    gal_warning *warning = &warnings->item[which];
    const int size = snprintf(text, sizeof text, "%s (and %lld more)", warning->text, (long long)n);
    const char *longer = gal_arena_text(&warnings->arena, text, (size_t)size);
    if (longer) warning->text = longer;
}

void gal_warnings_format(gal_buf *buf, const gal_warnings *warnings) {
    for (int32_t i = 0; i < warnings->n; i++) {
        const gal_warning *w = &warnings->item[i];
        if (w->file[0]) gal_buf_printf(buf, "%s:", w->file);
        if (w->file[0] && w->line) gal_buf_printf(buf, "%d:", w->line);
        gal_buf_printf(buf, "%s%s\n", w->file[0] ? " " : "", w->text);
    }
    if (warnings->n_dropped) gal_buf_printf(buf, "and %lld more\n", (long long)warnings->n_dropped);
}
