/* The surrogate's inside. */
#ifndef GAL_TASKS_SURROGATE_MODEL_PRIVATE_H
#define GAL_TASKS_SURROGATE_MODEL_PRIVATE_H

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
    int32_t width, n_hidden, fast_width, fast_hidden;
    gal__surrogate_net fast; /* all metrics in `order` */
    int32_t has_fast;
    double *sd_factor; /* [GAL__SURROGATE_MODES, n_metric] */
    double *ridge;     /* [n_metric + 1, n_feature + 1]: the last row is the validity */
};

/* Empty, with arrays of its sizes. GAL_ENOMEM. */
gal_status gal__surrogate_new(gal_surrogate **surrogate, int32_t n_var, int32_t n_feature,
                              int32_t n_metric, gal_error *err);
/* A member's networks, with the weights of a new one. */
gal_status gal__surrogate_add_member(gal_surrogate *s, uint64_t seed, gal_error *err);
gal_status gal__surrogate_add_fast(gal_surrogate *s, uint64_t seed, gal_error *err);

/* Inputs of stage two: features, then value and presence of each cheap metric, then 1 when they
 * are predictions. */
static inline int32_t gal__surrogate_second_in(const gal_surrogate *s) {
    return s->scale.n_feature + 2 * s->n_first + 1;
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

/* By the ensemble from features x [rows, n_feature]. first [rows, n_first]: cheap metrics that are
 * known, standardised, NAN elsewhere; .data NULL: none. stages 1: stage one only. Takes memory from
 * the arena. GAL_ENOMEM. */
gal_status gal__surrogate_ensemble(gal__surrogate_output *out, gal_arena *arena,
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
