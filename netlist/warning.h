/* Warnings: what a reader could not use but can live without, collected for whoever shows them.
 *
 * A list keeps the first GAL_WARNINGS_KEPT and counts the rest. Memory running out while a warning
 * is added only drops it. An initialised list is all zeros. Not thread-safe.
 */
#ifndef GAL_NETLIST_WARNING_H
#define GAL_NETLIST_WARNING_H

#include "base/arena.h"
#include "base/text.h"
#include <stdint.h>

enum { GAL_WARNINGS_KEPT = 1000 };

typedef struct gal_warning {
    const char *text; /* one line, without a newline */
    const char *file; /* "" when no file applies */
    int line;         /* 1-based; 0 when no line applies */
} gal_warning;

typedef struct gal_warnings {
    gal_arena arena;
    gal_warning *item; /* [n] in the order they were met */
    int32_t n;
    int64_t n_dropped; /* beyond those kept */
} gal_warnings;

GAL_API void gal_warnings_clear(gal_warnings *warnings);

/* `warnings` may be NULL (nothing happens), `file` too. Texts are copied. */
GAL_API void gal_warn(gal_warnings *warnings, const char *file, int line, const char *format, ...)
    GAL_PRINTF(4, 5);

/* Appends "(and n more)" to warnings->item[which], for what was met again and not warned about. */
GAL_API void gal_warn_more(gal_warnings *warnings, int32_t which, int64_t n);

/* "file:line: text" lines. */
GAL_API void gal_warnings_format(gal_buf *buf, const gal_warnings *warnings);

#endif
