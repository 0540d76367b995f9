/* A policy and what its parts share. */
#ifndef GAL_TASKS_SIZING_POLICY_PRIVATE_H
#define GAL_TASKS_SIZING_POLICY_PRIVATE_H

#include "gnn/mlp.h"
#include "tasks/sizing/policy.h"

enum { GAL_POLICY_GOALS = 64 }; /* of a training step */

struct gal_policy {
    gal_arena arena;
    gal_params params;
    gal_mlp mlp;          /* n_goal -> 64 -> 64 -> mean and log sd of dim */
    int32_t centre, unit; /* tensors [1, n_goal]: mean and spread of goals on their scales */
    int32_t dim, n_goal;
    int32_t *target;   /* [n_goal] of the spec */
    int32_t *metric;   /* [n_goal] of the bench */
    int *log, *harder; /* [n_goal] */
    uint64_t schema;   /* hash of deck, variables, measures, senses */
    gal_mlp_saved many, one;
    gal_mat goals, out, grad, one_in, one_out; /* [GOALS, n_goal], [GOALS, 2 dim], ..., [1, ...] */
};

/* A network without training for the sizing's targets. */
gal_status gal__policy_create(gal_policy **policy, const gal_sizing *sizing, uint64_t seed,
                              gal_error *err);
/* Log standard deviation within its limits. */
double gal__policy_log_sd(double raw);

#endif
