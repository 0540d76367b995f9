/* A goal-conditioned policy: targets in, a distribution over sizes out, learnt inside a surrogate.
 *
 * Model-based batch reinforcement learning with one step per episode: the state is a goal (the
 * values of a spec's targets), the action a design, the reward minus its violation as the
 * surrogate predicts it, pessimistic by half the surrogate's spread. Goals are what random designs
 * of the surrogate achieve, picked towards random directions of the front and moved between
 * 0.2 deviations back and 0.1 beyond; that design is replayed as one of the actions (hindsight).
 * The network is fitted to the actions weighted by exp(advantage) (X. B. Peng et al.,
 * "Advantage-Weighted Regression", 2019). No simulation is spent. A policy fits every spec with the
 * same deck, variables, measures and senses: other values of the targets need no new training.
 */
#ifndef GAL_TASKS_SIZING_POLICY_H
#define GAL_TASKS_SIZING_POLICY_H

#include "tasks/sizing/sizing.h"

typedef struct gal_policy gal_policy;

typedef struct gal_policy_options {
    int32_t steps; /* of training; <= 0: 2000 */
    uint64_t seed;
} gal_policy_options;

/* Trains for the sizing's targets inside its predictor. The same options give the same policy.
 * Errors: GAL_EINVAL (only objectives; the surrogate calls no design valid), GAL_ECANCELED,
 * GAL_ENOMEM, those of the predictor. Some ten seconds. */
GAL_API gal_status gal_policy_train(gal_policy **policy, const gal_sizing *sizing,
                                    const gal_policy_options *options, const gal_report *report,
                                    gal_error *err);
/* Errors: those of gal_checkpoint_load; GAL_EMISMATCH when it was trained for other targets. */
GAL_API gal_status gal_policy_load(gal_policy **policy, const char *path, const gal_sizing *sizing,
                                   gal_error *err);
GAL_API gal_status gal_policy_save(const char *path, const gal_policy *policy, gal_error *err);
GAL_API void gal_policy_destroy(gal_policy *policy); /* NULL is fine */

GAL_API int32_t gal_policy_n_goal(const gal_policy *policy);
/* The spec's targets as a goal [n_goal], in standard deviations of the training goals. */
GAL_API void gal_policy_goal(double *goal, const gal_policy *policy, const gal_sizing *sizing);
/* How a goal moves when target k becomes harder by one standard deviation: 1, -1; 0 for `=`. */
GAL_API int gal_policy_harder(const gal_policy *policy, int32_t k);
/* A measure's change, on its scale, in those standard deviations; k-th goal. */
GAL_API double gal_policy_unit(const gal_policy *policy, int32_t k);
/* Mean and standard deviation [dim] of the action for a goal. */
GAL_API void gal_policy_act(double *mean, double *sd, gal_policy *policy, const double *goal);

#endif
