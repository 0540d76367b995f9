/* Pre-trained sequence models: one for several circuits and technologies, from which a surrogate of
 * a new technology or circuit starts with few simulations of its own.
 *
 * A deck enters as its graph. Files are safetensors; see docs/surrogate.md.
 */
#ifndef GAL_TASKS_SURROGATE_PRETRAINED_H
#define GAL_TASKS_SURROGATE_PRETRAINED_H

#include "tasks/surrogate/samples.h"

typedef struct gal_pretrained gal_pretrained;

typedef struct gal_pretrain_options {
    int32_t nets;          /* trained side by side; surrogates average them */
    int32_t steps, batch;  /* points per step, all of one deck */
    double rate, decay;    /* of AdamW, one cycle */
    double invalid_weight; /* of a point that is not valid in the loss of the metrics */
    uint64_t seed;
    const char *checkpoint; /* "<this>.<net>": written as it goes, resumed from; NULL: none */
} gal_pretrain_options;

GAL_API gal_pretrain_options gal_pretrain_defaults(void);

/* Trains on samples[i] of bench[i], i < n; the more samples a deck has the more often its turn
 * comes. One seed, one result, at any number of threads and interruptions; nets train in parallel.
 * Errors: GAL_EINVAL (no deck, too few points, an option out of range), those of reading a deck's
 * circuit, GAL_ECANCELED (checkpoint written), GAL_EMISMATCH (a checkpoint of another run),
 * GAL_ENOMEM, GAL_EIO. The caller destroys it. */
GAL_API gal_status gal_pretrain(gal_pretrained **pretrained, const gal_bench *const *bench,
                                const gal_surrogate_samples *const *samples, int32_t n,
                                const gal_pretrain_options *options, const gal_report *report,
                                gal_error *err);
GAL_API void gal_pretrained_destroy(gal_pretrained *pretrained); /* NULL is fine */

GAL_API gal_status gal_pretrained_save(const char *path, const gal_pretrained *pretrained,
                                       gal_error *err);
/* From a shipped model's name or a path. Errors: those of gal_model_find and gal_safetensors_read,
 * GAL_EMISMATCH (another kind of file). */
GAL_API gal_status gal_pretrained_find(gal_pretrained **pretrained, const char *name,
                                       gal_error *err);

#endif
