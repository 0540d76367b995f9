/* Status codes and error reports.
 *
 * Every fallible function returns a gal_status and takes a `gal_error *err` as its last argument
 * (NULL is allowed: the caller then only learns the code). Bad input is reported this way with
 * file, line and column; broken invariants are asserts. Nothing in the libraries exits or prints.
 */
#ifndef GAL_BASE_STATUS_H
#define GAL_BASE_STATUS_H

#if defined(__GNUC__)
#define GAL_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define GAL_SCANF(fmt, first) __attribute__((format(scanf, fmt, first)))
#define GAL_EXPORT __attribute__((visibility("default")))
#else
#define GAL_PRINTF(fmt, first)
#define GAL_SCANF(fmt, first)
#define GAL_EXPORT
#endif

/* What the library exports, functions and data; both have C linkage in C++, where `extern "C"`
 * makes a declaration of either. */
#if defined(__cplusplus)
#define GAL_API extern "C" GAL_EXPORT
#define GAL_API_DATA extern "C" GAL_EXPORT
#else
#define GAL_API GAL_EXPORT
#define GAL_API_DATA extern GAL_EXPORT
#endif

/* One list: enum value, number, text. */
#define GAL_STATUS_MAP(XX)                                                                         \
    XX(OK, 0, "success")                                                                           \
    XX(ENOMEM, -1, "out of memory")                                                                \
    XX(EIO, -2, "input/output error")                                                              \
    XX(EPARSE, -3, "malformed input")                                                              \
    XX(ELIMIT, -4, "limit exceeded")                                                               \
    XX(ENOTFOUND, -5, "not found")                                                                 \
    XX(EINVAL, -6, "invalid argument")                                                             \
    XX(EMISMATCH, -7, "does not fit")                                                              \
    XX(ESIM, -8, "simulation failed")                                                              \
    XX(ECANCELED, -9, "interrupted")

typedef enum gal_status {
#define XX(name, number, text) GAL_##name = number,
    GAL_STATUS_MAP(XX)
#undef XX
} gal_status;

typedef struct gal_error {
    gal_status code;
    int line;          /* 1-based; 0 when no line applies */
    int column;        /* 1-based; 0 when no column applies */
    char file[256];    /* "" when no file applies */
    char message[512]; /* what was found and what was expected */
} gal_error;

/* The fixed text of a code, e.g. "out of memory"; never NULL. */
GAL_API const char *gal_status_text(gal_status code);

/* Fills *err (when not NULL) and returns `code`, so that `return gal_fail(err, ...)` reads well. */
GAL_API gal_status gal_fail(gal_error *err, gal_status code, const char *format, ...)
    GAL_PRINTF(3, 4);

/* As gal_fail, with a place in an input file; file may be NULL, line and column 0. */
GAL_API gal_status gal_fail_at(gal_error *err, gal_status code, const char *file, int line,
                               int column, const char *format, ...) GAL_PRINTF(6, 7);

/* The first failure of each[0..n[, of work done side by side, into *err; GAL_OK: there is none. */
GAL_API gal_status gal_fail_first(gal_error *err, const gal_error *each, int n);

/* Renders "file:line:column: message" (parts that do not apply are left out) into buf; returns buf.
 */
GAL_API const char *gal_error_format(const gal_error *err, char *buf, unsigned long size);

/* Returns early with the status of a failed call. */
#define GAL_TRY(call)                                                                              \
    do {                                                                                           \
        const gal_status gal_try_status = (call);                                                  \
        if (gal_try_status != GAL_OK) return gal_try_status;                                       \
    } while (0)

#endif
