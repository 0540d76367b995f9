/* The options of `galena simulate` that change a bench or choose points. */
#ifndef GALENA_CLI_SIMULATE_SETUP_H
#define GALENA_CLI_SIMULATE_SETUP_H

#include "spice/plan.h"

typedef struct cli_simulate_setup {
    gal_buf set, var; /* the caller's to clear */
    const char *corners, *temp, *supply, *vary, *sweep, *points, *shard;
    long seed;
} cli_simulate_setup;

/* Parameters, ranges and corners of the command line. */
gal_status cli_setup_bench(gal_bench *bench, const cli_simulate_setup *setup, gal_error *err);
/* The points, in the corners chosen. */
gal_status cli_setup_plan(gal_plan *plan, gal_bench *bench, const cli_simulate_setup *setup,
                          gal_error *err);
/* Indices of the metrics in a comma list (NULL: all) into column [n_metric]. */
gal_status cli_setup_columns(int32_t *column, int32_t *n, const gal_bench *bench, const char *list,
                             gal_error *err);

#endif
