/* How well a surrogate predicts samples it has not seen. */
#ifndef GAL_TASKS_SURROGATE_EVALUATE_H
#define GAL_TASKS_SURROGATE_EVALUATE_H

#include "tasks/surrogate/model.h"

#define GAL_SURROGATE_ANSWER_MAP(XX)                                                               \
    XX(FAST, "fast")   /* gal_surrogate_predict */                                                 \
    XX(FULL, "full")   /* the ensemble */                                                          \
    XX(MIXED, "mixed") /* the ensemble with cheap metrics as simulated */                          \
    XX(RIDGE, "ridge") /* the baseline */

typedef enum gal_surrogate_answer {
#define XX(name, text) GAL_SURROGATE_##name,
    GAL_SURROGATE_ANSWER_MAP(XX)
#undef XX
        GAL_SURROGATE_ANSWERS
} gal_surrogate_answer;

/* Over the valid samples that have the metric; NAN where a score has no value. */
typedef struct gal_surrogate_score {
    int64_t n;
    double r2;         /* in the metric's unit */
    double r2_log;     /* of log10, over values above 0; NAN for metrics that are not log */
    double mae;        /* in the metric's unit */
    double mape;       /* mean |error| / |truth| */
    double median_ape; /* median of the same */
    double coverage;   /* share within +-1 sd on the metric's scale; 0.683 is right */
} gal_surrogate_score;

typedef struct gal_surrogate_evaluation {
    const gal_surrogate *surrogate;
    gal_surrogate_score *score;             /* [GAL_SURROGATE_ANSWERS, n_metric] */
    double accuracy[GAL_SURROGATE_ANSWERS]; /* of validity, threshold 1/2, over all samples */
    double share_valid;
    int32_t n;
} gal_surrogate_evaluation;

/* Samples of the surrogate's deck. The caller clears it; it points to the surrogate. Errors:
 * GAL_ENOMEM. */
GAL_API gal_status gal_surrogate_evaluate(gal_surrogate_evaluation *evaluation,
                                          const gal_surrogate *surrogate,
                                          const gal_surrogate_samples *samples, gal_error *err);
GAL_API void gal_surrogate_evaluation_clear(gal_surrogate_evaluation *evaluation);

GAL_API void gal_surrogate_evaluation_table(gal_buf *text, const gal_surrogate_evaluation *e);
GAL_API void gal_surrogate_evaluation_json(gal_buf *text, const gal_surrogate_evaluation *e);

#endif
