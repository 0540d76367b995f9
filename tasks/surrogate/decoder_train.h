/* Training steps of a decoder on the points of one deck. */
#ifndef GAL_TASKS_SURROGATE_DECODER_TRAIN_H
#define GAL_TASKS_SURROGATE_DECODER_TRAIN_H

#include "tasks/surrogate/model_private.h"

/* What steps draw from: the set's training part, and how the decoder errs on it. */
typedef struct gal__decoder_feed {
    const gal__surrogate_set *set;
    int32_t n_first; /* cheap metrics */
    gal_mat x;       /* [n, 2 n_var] as gal__decoder_input */
    gal_mat guess;   /* [n, n_metric] told as predictions where a metric is missing */
    float *noise;    /* [n_metric] how wrong predictions are that others follow from */
} gal__decoder_feed;

typedef struct gal__decoder_batch {
    gal__decoder_input in;
    gal__surrogate_rows rows; /* without x */
    gal_mat out, grad;
    gal__decoder_saved saved;
} gal__decoder_batch;

/* GAL_ENOMEM. */
gal_status gal__decoder_feed_new(gal__decoder_feed *feed, gal_arena *arena, const gal_surrogate *s,
                                 const gal__surrogate_set *set, gal_error *err);
/* guess and noise from what the decoder answers now; takes memory from the arena. GAL_ENOMEM. */
gal_status gal__decoder_feed_refresh(gal__decoder_feed *feed, gal_arena *arena,
                                     const gal__decoder *d, const gal_params *p,
                                     const gal__prompt *prompt, gal_error *err);

/* GAL_ENOMEM, GAL_ELIMIT. */
gal_status gal__decoder_batch_new(gal__decoder_batch *batch, gal_arena *arena,
                                  const gal__decoder *d, const gal__decoder_feed *feed, int32_t n,
                                  gal_error *err);
/* Draws points, tells some of them their own metrics as predictions that err, some as simulated
 * ones, some the cheap ones only as such; adds to the gradients in p and in d_prompt. Returns the
 * loss. */
double gal__decoder_learn(gal__decoder_batch *batch, const gal__decoder *d, gal_params *p,
                          const gal__prompt *prompt, const gal__prompt *d_prompt,
                          const gal__decoder_feed *feed, gal_rng *rng);

/* The learning rate of a step: one cycle, 15 % of the steps up. */
double gal__decoder_rate(double peak, int64_t step, int64_t steps);

#endif
