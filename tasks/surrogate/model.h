/* Training, files and the several ways to ask a surrogate (surrogate.h is what a user of one
 * needs).
 *
 * An ensemble of staged networks. Stage one predicts what an operating point and an AC analysis
 * measure; stage two predicts the transient metrics from the sizes and those, predicted or
 * simulated (Poddar et al., INSIGHT, arXiv 2407.07346: cheap metrics first). A small network
 * distilled from the ensemble answers gal_surrogate_predict.
 */
#ifndef GAL_TASKS_SURROGATE_MODEL_H
#define GAL_TASKS_SURROGATE_MODEL_H

#include "tasks/surrogate/pretrained.h"
#include "tasks/surrogate/samples.h"
#include "tasks/surrogate/surrogate.h"

enum { GAL_SURROGATE_MAX_MEMBER = 16 };

typedef struct gal_surrogate_options {
    int32_t members, width, layers; /* networks per stage; hidden layers of so many units */
    int32_t epochs, batch; /* passes over the samples, more when these are few; >= 1500 steps */
    double rate, decay;    /* of AdamW, one cycle */
    double validation;     /* share of the samples that chooses and calibrates */
    double invalid_weight; /* of a point that is not valid in the loss of the metrics */
    int32_t fast_width, fast_layers, fast_steps; /* of the distilled network; steps 0: none */
    const gal_pretrained *from; /* to start from, or NULL; the caller's during the training */
    int32_t rank, adapt_steps;  /* of its adaptation; steps 0: as many as the samples want */
    uint64_t seed;
    const char *technology; /* what the file says of it; NULL: the folder of the deck's tech.lib */
} gal_surrogate_options;

GAL_API gal_surrogate_options gal_surrogate_defaults(void);

/* Trains on samples of `bench`. One seed, one result, at any number of threads: members train in
 * parallel. Errors: GAL_EINVAL (fewer than 20 simulated points, an option out of range),
 * GAL_ENOMEM, GAL_ECANCELED. The caller destroys it. */
GAL_API gal_status gal_surrogate_train(gal_surrogate **surrogate, const gal_bench *bench,
                                       const gal_surrogate_samples *samples,
                                       const gal_surrogate_options *options,
                                       const gal_report *report, gal_error *err);

GAL_API gal_status gal_surrogate_save(const char *path, const gal_surrogate *surrogate,
                                      gal_error *err);

/* As gal_surrogate_predict, by the whole ensemble in two stages: slower, a little more accurate. */
GAL_API gal_status gal_surrogate_predict_full(double *mean, double *sd, double *valid,
                                              const gal_surrogate *surrogate, const double *value,
                                              int32_t n, gal_error *err);
/* The transient metrics where the cheap ones have been simulated: known [n, n_metric] in the
 * metrics' units, of which those that gal_surrogate_metric_is_cheap are used; NAN: not known (then
 * predicted). Known metrics come back as they are, with sd 0. GAL_ENOMEM. */
GAL_API gal_status gal_surrogate_predict_mixed(double *mean, double *sd, double *valid,
                                               const gal_surrogate *surrogate, const double *value,
                                               const double *known, int32_t n, gal_error *err);
/* Ridge regression on the features of the same samples: what a surrogate has to beat. valid may be
 * NULL. */
GAL_API gal_status gal_surrogate_predict_ridge(double *mean, double *valid,
                                               const gal_surrogate *surrogate, const double *value,
                                               int32_t n, gal_error *err);

GAL_API int gal_surrogate_metric_is_cheap(const gal_surrogate *surrogate, int32_t metric);
GAL_API const char *gal_surrogate_metric_unit(const gal_surrogate *surrogate, int32_t metric);
GAL_API const char *gal_surrogate_var_name(const gal_surrogate *surrogate, int32_t var);
/* The range it was trained on. */
GAL_API void gal_surrogate_var_range(double *lo, double *hi, const gal_surrogate *surrogate,
                                     int32_t var);
/* A value inside the range, its middle (the geometric one where it was sampled so). */
GAL_API double gal_surrogate_var_middle(const gal_surrogate *surrogate, int32_t var);
GAL_API const char *gal_surrogate_technology(const gal_surrogate *surrogate);

#endif
