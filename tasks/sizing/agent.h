/* Actor and critic of engine ddpg, both over the deck's graph (H. Wang et al., L2DC, arXiv
 * 1812.02734; GCN-RL, DAC 2020).
 *
 * The actor encodes the graph and makes each variable's node into its place on the axis. The critic
 * is the surrogate's sequence model with a graph encoder of its own; it predicts every measure of a
 * design, of which the reward follows, instead of the reward alone. What other corners measure is
 * predicted as the nominal measure moved by what they differed so far.
 */
#ifndef GAL_TASKS_SIZING_AGENT_H
#define GAL_TASKS_SIZING_AGENT_H

#include "tasks/sizing/sizing.h"

typedef struct gal__agent gal__agent;

/* Keeps the sizing. Errors: those of gal__deck_graph_build, GAL_ENOMEM. */
gal_status gal__agent_create(gal__agent **agent, gal_sizing *sizing, gal_error *err);
void gal__agent_destroy(gal__agent *agent); /* NULL is fine */

/* Takes the sizing's designs as experience and trains both networks for `steps` steps. At least one
 * design. GAL_ENOMEM. */
gal_status gal__agent_learn(gal__agent *agent, int32_t steps, gal_error *err);
/* u [dim]: what the critic likes best among the actor's design with normal noise of that deviation,
 * and the best design so far with less. After learning. GAL_ENOMEM. */
gal_status gal__agent_act(double *u, gal__agent *agent, double noise, gal_error *err);

#endif
