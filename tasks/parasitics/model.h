/* A parasitics model: estimator, scaler and an ensemble of networks in one file.
 *
 * The prediction is estimate + gain * (networks - estimate); of a pair that the role memory knows,
 * the gain falls with the trees' share in the estimate. Whether a pair couples is the trees' say
 * alone: the networks' logits grow without bound on cells larger than those they were trained on.
 *
 * Its deviation is made of two: what the networks say, which knows the hard places of circuits like
 * those of training, and the spread of the trees, which grows where a circuit is like none of them.
 *
 * The file is safetensors: trees as u8 tensors, roles, scales and network weights as arrays,
 * sizes and provenance as metadata. A file whose features differ from this program's is refused.
 */
#ifndef GAL_TASKS_PARASITICS_MODEL_H
#define GAL_TASKS_PARASITICS_MODEL_H

#include "gnn/safetensors.h"
#include "tasks/parasitics/baseline.h"
#include "tasks/parasitics/scaler.h"

enum { GAL_PEX_MAX_MEMBER = 8 };

/* Sizes of the network; stored with the model. */
typedef struct gal_pex_shape {
    int32_t width, n_layer;
    float dropout;
} gal_pex_shape;

typedef struct gal_pex_member {
    gal_params params;
    gal_pex_network network;
} gal_pex_member;

/* How much of a model to believe; from training circuits the networks did not see, per ground,
 * total, coupling. */
typedef struct gal_pex_trust {
    double sd_factor[3]; /* makes the deviations honest */
    double by_head[3];   /* 1: the class head names classes better than the mean does */
    double gain[3];      /* share of the networks' say beside the estimate's, in [0, 1] */
    /* Shortest and longest gates of the processes it was measured on (logs of um: NMOS, PMOS). */
    double shortest[2], longest[2];
} gal_pex_trust;

/* What depends on the scale of the labels stands once per extractor; one that was not in the
 * training data has what the other has. */
typedef struct gal_pex_model {
    gal_pex_estimator estimator;
    gal_pex_scaler scaler;
    gal_pex_baseline baseline[GAL_N_EXTRACTOR];
    gal_pex_shape shape;
    gal_pex_member member[GAL_PEX_MAX_MEMBER];
    int32_t n_member; /* 0: the estimate alone */
    gal_pex_trust trust[GAL_N_EXTRACTOR];
    char trained_on[512]; /* data, split and seeds, for the record */
    uint64_t dataset;     /* hash of the training circuits */
} gal_pex_model;

/* A network of that shape, its parameters initialised from `seed`. GAL_EINVAL, GAL_ENOMEM. */
GAL_API gal_status gal_pex_member_init(gal_pex_member *member, const gal_pex_shape *shape,
                                       uint64_t seed, gal_error *err);
GAL_API void gal_pex_model_clear(gal_pex_model *model);

GAL_API gal_status gal_pex_model_save(const char *path, const gal_pex_model *model, gal_error *err);
/* Errors: those of gal_safetensors_read, GAL_EMISMATCH. The caller clears it. */
GAL_API gal_status gal_pex_model_load(gal_pex_model *model, const char *path, gal_error *err);

/* What a model says of one case; memory from one block freed by clear. log10 fF. */
typedef struct gal_pex_output {
    gal_arena arena;
    float *mean[3], *sd[3]; /* ground, total [n_net]; coupling [n_pair] */
    int32_t *grade[3];      /* class: of the class head where by_head, else of the mean */
    float *exist;           /* [n_pair] logit that the pair couples */
    int foreign; /* 1: no process with labels of its extractor has such gates; sd is widened */
} gal_pex_output;

/* Applies the model. GAL_ENOMEM. Near-linear in nets and pairs. */
GAL_API gal_status gal_pex_model_apply(gal_pex_output *out, const gal_pex_model *model,
                                       const gal_pex_case *pex, gal_error *err);
/* The same from a ready estimate (cross-fitted ones, in training). */
GAL_API gal_status gal_pex_model_apply_to(gal_pex_output *out, const gal_pex_model *model,
                                          const gal_pex_case *pex, const gal_pex_estimate *estimate,
                                          gal_error *err);
GAL_API void gal_pex_output_clear(gal_pex_output *out);

#endif
