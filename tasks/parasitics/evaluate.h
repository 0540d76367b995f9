/* The error of a model and of the baselines on labelled circuits.
 *
 * Regressions are scored on log10 C over labels of 1 aF and more, each net and each coupled pair
 * once. Existence is scored over all pairs of signal nets: pairs that a rule leaves out as too far
 * apart count as scored lowest. Classes are five of 0.8 decade from 1 aF.
 */
#ifndef GAL_TASKS_PARASITICS_EVALUATE_H
#define GAL_TASKS_PARASITICS_EVALUATE_H

#include "base/report.h"
#include "base/text.h"
#include "base/vec.h"
#include "tasks/parasitics/calibrate.h"
#include "tasks/parasitics/model.h"

typedef enum gal_pex_predictor {
    GAL_PEX_BY_MODEL,
    GAL_PEX_BY_ESTIMATE, /* trend, randomised trees and roles, no network */
    GAL_PEX_BY_LINEAR,
    GAL_PEX_BY_FANOUT,
    GAL_PEX_N_PREDICTOR
} gal_pex_predictor;

typedef struct gal_pex_score {
    int64_t n;
    double r2_log, mae_log; /* of log10 C */
    double r2_interval[2];  /* 95 % over cell families; NAN: fewer than twenty */
    double median_ape;      /* of C; 0.2 is 20 % */
    double macro_f1;
    double routed_r2_log; /* nets (pairs of nets) that need a wire */
    int64_t routed_n;
    double auc;      /* existence; coupling only, else NAN */
    double coverage; /* share of labels within the +-1 sd band; model and estimate only */
} gal_pex_score;

/* A label beside the model's answer; log10 fF. */
typedef struct gal_pex_sample {
    const gal_pex_case *pex; /* of the set */
    gal_pex_target target;   /* ground, total or coupling */
    int32_t index;           /* net or pair of the case */
    float truth, mean, sd;
} gal_pex_sample;

typedef struct gal_pex_evaluation {
    gal_pex_score score[GAL_PEX_N_PREDICTOR][3]; /* ground, total, coupling */
    gal_vec(gal_pex_sample) sample;              /* by circuit, target, index */
    int32_t n_circuit;
} gal_pex_evaluation;

/* `calibration` (may be NULL) changes what the model and its trees say. The set must outlive the
 * evaluation, which the caller clears. Errors: GAL_ENOMEM, GAL_ECANCELED,
 * GAL_EINVAL (no labels). O(nets + pairs). */
GAL_API gal_status gal_pex_evaluate(gal_pex_evaluation *out, const gal_pex_model *model,
                                    const gal_pex_calibration *calibration, const gal_pex_set *set,
                                    const gal_report *report, gal_error *err);

GAL_API void gal_pex_evaluation_clear(gal_pex_evaluation *evaluation);

/* Aligned columns: for each target a line per predictor. */
GAL_API gal_status gal_pex_evaluation_table(gal_buf *out, const gal_pex_evaluation *evaluation,
                                            gal_error *err);
GAL_API gal_status gal_pex_evaluation_json(gal_buf *out, const gal_pex_evaluation *evaluation,
                                           gal_error *err);
/* A line per sample: circuit, kind (ground, total, coupling), net_a, net_b, and in farad what was
 * extracted, what the model predicts, the ends of its +-1 sd band. */
GAL_API gal_status gal_pex_evaluation_csv(gal_buf *out, const gal_pex_evaluation *evaluation,
                                          gal_error *err);
/* gnuplot commands: predicted against extracted capacitances, a panel per target, samples outside
 * their band in another colour. */
GAL_API void gal_pex_evaluation_gnuplot(gal_buf *out, const gal_pex_evaluation *evaluation);

#endif
