/* Training a parasitics model: estimate, pre-training, networks, honest deviations. */
#ifndef GAL_TASKS_PARASITICS_TRAIN_H
#define GAL_TASKS_PARASITICS_TRAIN_H

#include "base/report.h"
#include "tasks/parasitics/model.h"

typedef struct gal_pex_train_options {
    uint64_t seed;
    int members;  /* networks of the ensemble, 0: the estimate alone */
    int epochs;   /* passes over the training circuits, per network */
    int batch;    /* circuits per step */
    double rate;  /* peak learning rate of AdamW, cosine schedule with warm-up */
    double decay; /* weight decay */
    gal_pex_shape shape;
    int pretrain_epochs;     /* 0: none */
    gal_pex_balance balance; /* balanced regression loss */
    gal_pex_estimate_options estimate;
    int32_t max_pair;       /* pairs of one circuit per step */
    const char *checkpoint; /* files CHECKPOINT.0, ... to resume from, saved each epoch, or NULL */
    const char *trained_on; /* what stands in the model file */
} gal_pex_train_options;

GAL_API gal_pex_train_options gal_pex_train_defaults(void);

/* Names of the balances as the command line spells them: none, bmc, gai, bni, lds; -1: unknown. */
GAL_API int gal_pex_balance_find(const char *name);

/* Trains on every labelled case of the set. Each network is trained without a fifth of the
 * groups, which measures how much of its correction to believe and how wide its errors are. With a
 * checkpoint, an interrupted run continues bit for bit. Errors: GAL_EINVAL (no labels, fewer than
 * two groups), GAL_ECANCELED (checkpoint saved), GAL_ENOMEM, GAL_EIO. The caller clears the model.
 */
GAL_API gal_status gal_pex_train(gal_pex_model *model, const gal_pex_set *set,
                                 const gal_pex_train_options *options, const gal_report *report,
                                 gal_error *err);

#endif
