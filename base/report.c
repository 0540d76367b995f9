#include "base/report.h"

#include "base/text.h"
#include <stdarg.h>

void gal_note(const gal_report *report, const char *format, ...) {
    if (!report || !report->note) return;
    char text[1024];
    va_list args;
    va_start(args, format);
    gal_text_vprintf(text, sizeof text, format, args);
    va_end(args);
    report->note(report->user, text);
}

int gal_progress(const gal_report *report, const char *what, long done, long total,
                 const char *format, ...) {
    if (!report || !report->progress) return 1;
    char detail[256];
    va_list args;
    va_start(args, format);
    gal_text_vprintf(detail, sizeof detail, format, args);
    va_end(args);
    return report->progress(report->user, what, done, total, detail);
}
