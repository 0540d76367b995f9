/* Shared by the files of evaluate: one point as a job, and a result as metrics. */
#ifndef GAL_SPICE_EVALUATE_PRIVATE_H
#define GAL_SPICE_EVALUATE_PRIVATE_H

#include "spice/bench_value.h"
#include "spice/evaluate.h"

/* The deck of one corner as workers hold it, with .nodeset cards. */
typedef struct gal__eval_deck {
    gal_buf text;
    uint64_t key; /* of text; 0: not made yet */
} gal__eval_deck;

/* Where vectors are in a job's result: order[k] = bench vector of result vector k. */
typedef struct gal__eval_layout {
    int32_t *order; /* [n] */
    int32_t n;
} gal__eval_layout;

/* Makes the decks of the corners that `points` are in, deck [n_corner]: solves the nominal
 * operating point of each and has every point start from there, which spares most of them the gmin
 * stepping that takes two thirds of an op + ac. Decks with .nodeset or .ic of their own start from
 * those.
 */
gal_status gal__eval_decks(gal__eval_deck *deck, const gal_bench *bench, gal_sim_pool *pool,
                           const gal_points *points, gal_error *err);

/* Fills *job for one point, in `arena`. order and *n_order (both may be NULL) receive the layout.
 */
gal_status gal__eval_job(gal_sim_job *job, gal__eval_layout *layout, gal_arena *arena,
                         const gal__bench_point *point, uint64_t seed, int cheap,
                         const gal__eval_deck *deck, gal_error *err);

/* Metrics of a finished job: metric [n_metric], and the point's status and words. */
gal_status gal__eval_metrics(double *metric, gal_point_result *out, gal_arena *scratch,
                             const gal__bench_point *point, const gal_sim_result *result,
                             const gal__eval_layout *layout, int cheap, gal_error *err);

#endif
