/* The surrogate's inside. */
#ifndef GAL_TASKS_SURROGATE_MODEL_PRIVATE_H
#define GAL_TASKS_SURROGATE_MODEL_PRIVATE_H

#include "tasks/surrogate/decoder.h"
#include "tasks/surrogate/model.h"
#include "tasks/surrogate/network.h"
#include "tasks/surrogate/scale.h"

/* How a prediction is made; each has factors of its own on sd. */
typedef enum gal__surrogate_mode {
    GAL__SURROGATE_FULL,
    GAL__SURROGATE_MIXED,
    GAL__SURROGATE_FAST,
    GAL__SURROGATE_MODES
} gal__surrogate_mode;

typedef struct gal__surrogate_member {
    gal__surrogate_net stage[2];
} gal__surrogate_member;

enum { GAL__SURROGATE_MAX_DECODER = 4 };

/* A decoder of this deck: its parameters hold the prompt. */
typedef struct gal__surrogate_decoder {
    gal_params params;
    gal__decoder net;
    int32_t prompt[GAL__PROMPT_PARTS];
} gal__surrogate_decoder;

struct gal_surrogate {
    gal_arena arena;
    gal__surrogate_scale scale;
    const char *technology, *deck;
    uint64_t hash; /* of the deck */
    int64_t n_run;
    const char **var_name;                   /* [n_var] */
    const char **metric_name, **metric_unit; /* [n_metric] */
    int32_t *order;                          /* [n_metric] metrics, those of stage one first */
    int32_t n_first;                         /* metrics of stage one */
    int32_t n_stage;                         /* 2, or 1 when all metrics cost the same */
    gal__surrogate_member member[GAL_SURROGATE_MAX_MEMBER];
    int32_t n_member;
    gal__surrogate_decoder decoder[GAL__SURROGATE_MAX_DECODER];
    int32_t n_decoder;
    double decoder_share; /* of the decoders in an answer, 0..1 */
    int32_t width, n_hidden, fast_width, fast_hidden;
    gal__surrogate_net fast; /* all metrics in `order` */
    int32_t has_fast;
    double *sd_factor; /* [GAL__SURROGATE_MODES, n_metric] */
    double *ridge;     /* [n_metric + 1, n_feature + 1]: the last row is the validity */
};

/* Empty, with arrays of its sizes. GAL_ENOMEM. */
gal_status gal__surrogate_new(gal_surrogate **surrogate, int32_t n_var, int32_t n_feature,
                              int32_t n_metric, gal_error *err);
/* One that knows its deck and the scales of its samples but has no network. technology: NULL: as
 * the deck says. GAL_ENOMEM. */
gal_status gal__surrogate_describe(gal_surrogate **surrogate, const gal_bench *bench,
                                   const gal_surrogate_samples *samples, const char *technology,
                                   gal_error *err);

/* The samples as the networks see them. */
typedef struct gal__surrogate_set {
    gal_mat x, y; /* [n, n_feature], [n, n_metric] in order; NAN: missing */
    float *valid, *weight;
    int32_t *index; /* [n] validation first, then training */
    int32_t n, n_check;
    gal_mat mean, sd; /* [n, n_first] of stage one, once it is trained */
} gal__surrogate_set;

/* validation: the share held out. GAL_ENOMEM. */
gal_status gal__surrogate_set_new(gal__surrogate_set *d, gal_arena *arena, const gal_surrogate *s,
                                  const gal_surrogate_samples *samples, double validation,
                                  double invalid_weight, uint64_t seed, gal_error *err);

/* A member's networks, with the weights of a new one. */
gal_status gal__surrogate_add_member(gal_surrogate *s, uint64_t seed, gal_error *err);
gal_status gal__surrogate_add_fast(gal_surrogate *s, uint64_t seed, gal_error *err);

/* A decoder with zeros in its prompt. */
gal_status gal__surrogate_add_decoder(gal_surrogate *s, uint64_t seed, gal_error *err);
/* Views of the prompt or, when `grad`, of its gradients. */
gal__prompt gal__surrogate_prompt(const gal__surrogate_decoder *d, int grad);
/* Decoders from a pre-trained model, adapted to the set, and their share in an answer (adapt.c). */
gal_status gal__surrogate_adapt(gal_surrogate *s, const gal_pretrained *from,
                                const gal_bench *bench, const gal__surrogate_set *set,
                                const gal_surrogate_options *options, const gal_report *report,
                                gal_error *err);
/* The features as a decoder sees them: x [2 n_var], those of the logarithms first. */
void gal__decoder_features(float *x, const gal__surrogate_scale *scale, const float *feature);

/* Inputs of stage two: features, then value and presence of each cheap metric, then 1 when they
 * are predictions. */
static inline int32_t gal__surrogate_second_in(int32_t n_feature, int32_t n_first) {
    return n_feature + 2 * n_first + 1;
}
/* Fills one row of them; first [n_first] standardised, NAN: missing. */
void gal__surrogate_second_row(float *x, const gal_surrogate *s, const float *feature,
                               const float *first, int predicted);

/* Predictions on the networks' scale, in `order`: mean and variance [rows, n_metric], logit
 * [rows]. */
typedef struct gal__surrogate_output {
    gal_mat mean, variance;
    float *logit;
} gal__surrogate_output;

gal_status gal__surrogate_output_new(gal__surrogate_output *out, gal_arena *arena,
                                     const gal_surrogate *s, int64_t rows, gal_error *err);

/* By members and decoders in their shares, from features x [rows, n_feature]. first [rows,
 * n_first]: cheap metrics that are known, standardised, NAN elsewhere; .data NULL: none. Takes
 * memory from the arena. GAL_ENOMEM. */
gal_status gal__surrogate_ensemble(gal__surrogate_output *out, gal_arena *arena,
                                   const gal_surrogate *s, gal_mat x, gal_mat first,
                                   gal_error *err);
/* By the members alone; stages 1: stage one only. */
gal_status gal__surrogate_members(gal__surrogate_output *out, gal_arena *arena,
                                  const gal_surrogate *s, gal_mat x, gal_mat first, int stages,
                                  gal_error *err);

/* gal_surrogate_predict in one mode. */
gal_status gal__surrogate_answer(double *mean, double *sd, double *valid, const gal_surrogate *s,
                                 gal__surrogate_mode mode, const double *value, const double *known,
                                 int32_t n, gal_error *err);

/* The small network from the ensemble's answers at points of the ranges (distil.c). */
gal_status gal__surrogate_distil(gal_surrogate *s, const gal_surrogate_samples *samples,
                                 const gal_surrogate_options *options, const gal_report *report,
                                 gal_error *err);
/* How little the members agree at each of value [n, n_var] (active.c): > 0, more is less sure. */
gal_status gal__surrogate_doubt(double *doubt, const gal_surrogate *s, const double *value,
                                int32_t n, gal_error *err);
/* Factors on sd such that 68.3 % of the valid samples in index[0..n[ lie within one (calibrate). */
gal_status gal__surrogate_calibrate(gal_surrogate *s, const gal_surrogate_samples *samples,
                                    const int32_t *index, int32_t n, gal_error *err);
gal_status gal__surrogate_fit_ridge(gal_surrogate *s, const gal_surrogate_samples *samples,
                                    gal_error *err);

#endif
