/* Reports: how a library tells its caller about warnings and progress without printing.
 *
 * Long work takes a `const gal_report *` (NULL: silence). The command line fills it in with
 * functions that write to standard error and that learn of Ctrl-C.
 */
#ifndef GAL_BASE_REPORT_H
#define GAL_BASE_REPORT_H

#include "base/status.h"

typedef struct gal_report {
    void *user;
    /* One finished line of text without a newline; may be NULL. */
    void (*note)(void *user, const char *text);
    /* `done` of `total` steps of `what`, `detail` such as "loss 0.123"; return 0 to stop the work,
     * which then ends with GAL_ECANCELED after saving what it has. May be NULL. */
    int (*progress)(void *user, const char *what, long done, long total, const char *detail);
} gal_report;

GAL_API void gal_note(const gal_report *report, const char *format, ...) GAL_PRINTF(2, 3);
/* 1 to go on, 0 to stop. */
GAL_API int gal_progress(const gal_report *report, const char *what, long done, long total,
                         const char *format, ...) GAL_PRINTF(5, 6);

#endif
