/* The output of `galena simulate`: a table, CSV or JSON of points. */
#ifndef GALENA_CLI_SIMULATE_PRINT_H
#define GALENA_CLI_SIMULATE_PRINT_H

#include "base/text.h"
#include "spice/plan.h"

/* Points with their results; `known` 0: not simulated (interrupted). */
typedef struct cli_runs {
    const gal_bench *bench;
    const gal_plan *plan;
    const double *metric;           /* [n, n_metric] */
    const gal_point_result *result; /* [n] */
    const uint8_t *known;           /* [n] */
    const int32_t *column;          /* [n_column] metrics to show */
    int32_t n_column;
} cli_runs;

void cli_runs_table(gal_buf *text, const cli_runs *runs, long limit);
void cli_runs_csv(gal_buf *text, const cli_runs *runs);
void cli_runs_json(gal_buf *text, const cli_runs *runs);

/* "1000 points: 930 ok, 50 invalid, 20 nonconverged" */
void cli_runs_summary(gal_buf *text, const cli_runs *runs);

/* What was understood of a deck; the table of built-in measures. */
void cli_bench_describe(gal_buf *text, const gal_bench *bench);
void cli_measures(gal_buf *text);

#endif
