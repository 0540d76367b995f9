/* The network: what the graph says beside the physical estimate.
 *
 * The encoder's embedding of a net and its features enter a head that gives mean and log-variance
 * of log10 C to ground and in total, and logits of five size classes; a second head does so for
 * pairs, with the logit that the pair couples at all. It is trained on the labels themselves, not
 * on what the trees leave over: two models that err differently, which the final prediction blends
 * (honesty.h).
 *
 * Losses: Gaussian likelihood of the labels (mean and uncertainty), a balanced regression loss
 * against the long tail of the labels, balanced softmax for the classes, binary cross-entropy for
 * existence.
 */
#ifndef GAL_TASKS_PARASITICS_NETWORK_H
#define GAL_TASKS_PARASITICS_NETWORK_H

#include "gnn/balanced_loss.h"
#include "gnn/mlp.h"
#include "tasks/parasitics/data.h"
#include "tasks/parasitics/encoder.h"

/* Five classes of 0.8 decade from 1 aF to 10 fF; the ends take what lies beyond, the
 * first what is no number. */
enum { GAL_PEX_N_CLASS = 5 };
GAL_API int32_t gal_pex_class(float log10_ff);

/* Columns of the heads' outputs. */
enum {
    GAL_PEX_OUT_GROUND,
    GAL_PEX_OUT_GROUND_LOGVAR,
    GAL_PEX_OUT_TOTAL,
    GAL_PEX_OUT_TOTAL_LOGVAR,
    GAL_PEX_OUT_GROUND_CLASS,
    GAL_PEX_OUT_TOTAL_CLASS = GAL_PEX_OUT_GROUND_CLASS + GAL_PEX_N_CLASS,
    GAL_PEX_N_NET_OUT = GAL_PEX_OUT_TOTAL_CLASS + GAL_PEX_N_CLASS
};
enum {
    GAL_PEX_OUT_COUPLE,
    GAL_PEX_OUT_COUPLE_LOGVAR,
    GAL_PEX_OUT_EXIST, /* logit */
    GAL_PEX_OUT_COUPLE_CLASS,
    GAL_PEX_N_PAIR_OUT = GAL_PEX_OUT_COUPLE_CLASS + GAL_PEX_N_CLASS
};

/* What the network sees of one case: standardised features. */
typedef struct gal_pex_input {
    const gal_pex_case *pex;
    gal_mat net, device;
    const float *pair_scale; /* pairs are many: pex->pair_x is standardised by it when it is read */
} gal_pex_input;

typedef enum gal_pex_balance {
    GAL_PEX_BALANCE_NONE,
    GAL_PEX_BALANCE_BMC, /* Balanced MSE, batch form */
    GAL_PEX_BALANCE_GAI, /* Balanced MSE under a Gaussian mixture of the training labels */
    GAL_PEX_BALANCE_BNI, /* the same under buckets of the training labels */
    GAL_PEX_BALANCE_LDS  /* inverse smoothed label density as weights */
} gal_pex_balance;

/* What the losses need to know of the whole training set. */
typedef struct gal_pex_prior {
    gal_label_prior label[3];          /* ground, total, coupling (GAI, BNI) */
    int64_t count[3][GAL_PEX_N_CLASS]; /* class frequencies */
    gal_pex_balance balance;
    double balance_weight; /* of the balanced loss beside the likelihood */
    double sigma;          /* noise of the balanced losses, decades */
} gal_pex_prior;

typedef struct gal_pex_network {
    gal_pex_encoder encoder;
    gal_mlp net_head, pair_head;
    int32_t net_in, pair_in; /* columns of a net's and of a pair's features */
} gal_pex_network;

/* Registers all parameters; the heads' last layers start at zero. Errors: GAL_ENOMEM, GAL_EINVAL.
 */
GAL_API gal_status gal_pex_network_init(gal_pex_network *network, gal_params *params,
                                        int32_t net_in, int32_t device_in, int32_t pair_in,
                                        int32_t width, int32_t n_layer, float dropout, gal_rng *rng,
                                        gal_error *err);

/* Numbers in its parameters. */
GAL_API int64_t gal_pex_network_size(int32_t net_in, int32_t device_in, int32_t pair_in,
                                     int32_t width, int32_t n_layer);

/* The heads' outputs: net_out [n_net, GAL_PEX_N_NET_OUT], pair_out
 * [n_pair, GAL_PEX_N_PAIR_OUT]. GAL_ENOMEM. */
GAL_API gal_status gal_pex_network_run(gal_mat net_out, gal_mat pair_out, gal_arena *arena,
                                       const gal_pex_network *network, const gal_params *params,
                                       const gal_pex_input *input, gal_error *err);

/* Loss of one labelled case times `weight`, and its gradients added to params. Of large cases `rng`
 * draws at most max_pair pairs, existing ones first. GAL_ENOMEM. */
GAL_API gal_status gal_pex_network_learn(double *loss, gal_arena *arena,
                                         const gal_pex_network *network, gal_params *params,
                                         const gal_pex_input *input, const gal_pex_prior *prior,
                                         int32_t max_pair, double weight, gal_rng *rng,
                                         gal_error *err);

#endif
