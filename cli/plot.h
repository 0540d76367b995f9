/* Pictures through gnuplot. */
#ifndef GALENA_CLI_PLOT_H
#define GALENA_CLI_PLOT_H

#include "base/text.h"

/* 1 when `path` is NULL or ends in .png or .svg, else a message. */
int cli_can_plot(const char *path);

/* Has gnuplot draw `commands` into `path`, width x height pixels. Errors: GAL_ENOMEM, GAL_EIO. */
gal_status cli_plot(const char *path, int width, int height, const gal_buf *commands,
                    gal_error *err);

#endif
