/* The physical estimate: a trend, randomised trees over the physical features for what a part of it
 * leaves over, and the role memory. Trend and trees see the lengths of nets in column pitches, 1
 * being that of a 150 nm process: that carries over to other processes better than um (those of
 * pairs do not). Couplings also grow with the size of the cell.
 *
 * It stands before the network, which corrects it; and it is a model of its own. To train the
 * network on honest estimates, every training case is estimated by trees that never saw its group
 * (cross-fitting); unseen circuits are estimated by trees that saw all.
 */
#ifndef GAL_TASKS_PARASITICS_ESTIMATE_H
#define GAL_TASKS_PARASITICS_ESTIMATE_H

#include "gnn/trees.h"
#include "tasks/parasitics/data.h"
#include "tasks/parasitics/roles.h"
#include "tasks/parasitics/trend.h"

typedef struct gal_pex_estimator {
    gal_pex_trend trend[GAL_N_EXTRACTOR][GAL_PEX_N_SIZE]; /* of extractors that have labels */
    gal_trees *trees[GAL_PEX_N_TARGET];
    gal_roles roles; /* of coupled pairs */
} gal_pex_estimator;

/* Estimates of one case; log10 fF, exist as a logit. Memory belongs to the estimate. */
typedef struct gal_pex_estimate {
    float *mean[GAL_PEX_N_SIZE];   /* ground, total [n_net]; coupling [n_pair] */
    float *spread[GAL_PEX_N_SIZE]; /* standard deviation of the trees' answers, likewise */
    float *exist;                  /* [n_pair] */
    float *own; /* [n_pair] weight of the trees in the coupling, beside the role memory's */
} gal_pex_estimate;

typedef struct gal_pex_estimate_options {
    int folds;        /* of the cross-fitting, >= 2 */
    int trees;        /* per target */
    int32_t max_pair; /* coupled pairs, and as many others, drawn from one circuit */
    uint64_t seed;
} gal_pex_estimate_options;

GAL_API gal_pex_estimate_options gal_pex_estimate_defaults(void);

/* Trains on all cases of the set; estimate[set->n] receives the cross-fitted estimates, which
 * the caller clears, also after an error. Errors: GAL_ENOMEM, GAL_EINVAL (no labels),
 * GAL_ECANCELED. */
GAL_API gal_status gal_pex_estimator_train(gal_pex_estimator *estimator, gal_pex_estimate *estimate,
                                           const gal_pex_set *set,
                                           const gal_pex_estimate_options *options,
                                           const gal_report *report, gal_error *err);
GAL_API void gal_pex_estimator_clear(gal_pex_estimator *estimator);

/* Columns that trees and trends of a target see. */
int32_t gal__pex_target_columns(gal_pex_target target);
/* An empty trend of a target. GAL_ENOMEM. */
gal_status gal__pex_trend_new(gal_pex_trend *trend, gal_pex_target target, gal_error *err);

/* Estimates one case. GAL_ENOMEM. O(nets + pairs). */
GAL_API gal_status gal_pex_estimate_case(gal_pex_estimate *out, const gal_pex_estimator *estimator,
                                         const gal_pex_case *pex, gal_error *err);
/* The same, of a case whose unlikely pairs (logit below 0) are forgotten first. */
GAL_API gal_status gal_pex_estimate_likely(gal_pex_estimate *out,
                                           const gal_pex_estimator *estimator, gal_pex_case *pex,
                                           gal_error *err);
GAL_API void gal_pex_estimate_clear(gal_pex_estimate *estimate);

/* Deals the families to `folds` folds in the order of their mixed hashes, so that any two part
 * where they can. fold [set->n]; `hash` [set->n] is scratch. */
void gal__pex_assign_folds(int *fold, uint64_t *hash, const gal_pex_set *set, int folds,
                           uint64_t seed);

#endif
