/* The training loss of the network over the outputs of one case. */
#ifndef GAL_TASKS_PARASITICS_NETWORK_LOSS_H
#define GAL_TASKS_PARASITICS_NETWORK_LOSS_H

#include "tasks/parasitics/network.h"

/* *loss and its gradients dnet, dpair by the head outputs net_out [n_net, ...] and pair_out
 * [n, ...], row i of which belongs to pair index[i]. GAL_ENOMEM. */
gal_status gal__pex_loss(double *loss, gal_mat dnet, gal_mat dpair, gal_arena *arena,
                         gal_mat net_out, gal_mat pair_out, const gal_pex_input *input,
                         const int32_t *index, const gal_pex_prior *prior, gal_error *err);

#endif
