/* The agent's inside: networks, experience, and one pass through the critic. */
#ifndef GAL_TASKS_SIZING_AGENT_PRIVATE_H
#define GAL_TASKS_SIZING_AGENT_PRIVATE_H

#include "gnn/optim.h"
#include "tasks/sizing/agent.h"
#include "tasks/surrogate/deck_encoder.h"
#include "tasks/surrogate/model_private.h"

typedef struct gal__agent_network {
    gal_params params;
    gal_adamw adamw;
    gal__deck_encoder encoder;
} gal__agent_network;

struct gal__agent {
    gal_sizing *z;
    gal_arena now;    /* of a step */
    gal_arena arena;  /* of the experience */
    gal_arena always; /* of the graph */
    gal_surrogate *s; /* scales and order of the measures */
    gal__surrogate_set set;
    gal_mat x; /* [n_design, 2 n_var] */
    gal__deck_graph graph;
    int32_t *axis;  /* [n_var] of each variable; -1: it does not move */
    double *offset; /* [n_corner, n_metric] in `order`, on the networks' scale */
    int32_t *best;  /* [n_design] designs, best first */
    gal__agent_network critic, actor;
    gal__decoder decoder; /* the critic's */
    gal_mlp head;         /* the actor's: a variable's vectors to its place */
};

/* The designs so far as samples. GAL_ENOMEM. */
gal_status gal__agent_gather(gal__agent *a, gal_error *err);

/* The network's prompt, in a->now. GAL_ENOMEM. */
gal_status gal__agent_encode(gal__prompted *p, gal__agent *a, const gal__agent_network *net,
                             gal_error *err);

/* n points through the critic; no metric is told of another. */
typedef struct gal__judged {
    gal__decoder_input in;
    gal__decoder_saved saved;
    gal_mat out, d_out, dx;
} gal__judged;

/* In a->now. GAL_ENOMEM. */
gal_status gal__judged_new(gal__judged *j, gal__agent *a, int32_t n, gal_error *err);

#endif
