/* What a sizing found, as text. */
#ifndef GAL_TASKS_SIZING_REPORT_H
#define GAL_TASKS_SIZING_REPORT_H

#include "tasks/sizing/sizing.h"

/* Table of targets: target, what the best design achieves in each corner, its margin in the worst
 * one, whether it is met; then its sizes and the simulations spent, offline and online. */
GAL_API void gal_sizing_table(gal_buf *text, const gal_sizing *sizing);

/* For each target that the best design misses: by how much, in which corner, and the best value
 * that any design reached. Nothing when all are met. */
GAL_API void gal_sizing_missed(gal_buf *text, const gal_sizing *sizing);

/* The same and every design, as one JSON object. Errors: GAL_ENOMEM. */
GAL_API gal_status gal_sizing_json(gal_buf *text, const gal_sizing *sizing, gal_error *err);

/* Comment lines for the sized deck. */
GAL_API void gal_sizing_comment(gal_buf *text, const gal_sizing *sizing);

/* gnuplot commands that draw the convergence. */
GAL_API void gal_sizing_gnuplot(gal_buf *text, const gal_sizing *sizing);

#endif
