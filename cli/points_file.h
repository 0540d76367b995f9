/* Points from a CSV file: a line of names, then one point a line. */
#ifndef GALENA_CLI_POINTS_FILE_H
#define GALENA_CLI_POINTS_FILE_H

#include "base/status.h"
#include "base/vec.h"
#include <stdint.h>

typedef struct cli_points {
    gal_vec(double) cell; /* [n, n_column] NAN: the file has no number there */
    int32_t n, n_column;
} cli_points;

/* column_of(user, name): which of the n_column columns a name of the first line stands for, -1:
 * none, its fields are skipped. Numbers may have SPICE suffixes. Errors: GAL_EIO, GAL_EPARSE (file
 * and line: no number in a column that counts, no such column at all), GAL_ENOMEM. The caller
 * clears it. */
gal_status cli_points_read(cli_points *points, const char *path, int32_t n_column,
                           int32_t (*column_of)(const void *user, const char *name),
                           const void *user, gal_error *err);
void cli_points_clear(cli_points *points);

#endif
