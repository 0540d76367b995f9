#include "tasks/parasitics/evaluate.h"

#include "gnn/metrics.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Pooled samples of one predictor and target. */
typedef struct pool {
    gal_vec(double) pred, truth, sd; /* log10 fF */
    gal_vec(int32_t) pred_class, class;
    gal_vec(unsigned char) routed;
    gal_vec(double) score; /* existence of near pairs */
    gal_vec(unsigned char) exists;
    double far_exists, far_absent; /* pairs never scored */
} pool;

static void pool_free(pool *p) {
    gal_vec_free(&p->pred);
    gal_vec_free(&p->truth);
    gal_vec_free(&p->sd);
    gal_vec_free(&p->pred_class);
    gal_vec_free(&p->class);
    gal_vec_free(&p->routed);
    gal_vec_free(&p->score);
    gal_vec_free(&p->exists);
}

/* One predictor's say on a case. */
typedef struct say {
    const float *mean, *sd; /* sd may be NULL */
    const int32_t *grade;   /* NULL: the class of the mean */
    const float *exist;     /* pairs only */
} say;

/* Is a net routed, are both of a pair? */
static int on_wires(const gal_pex_case *pex, gal_pex_target target, int32_t i) {
    if (target != GAL_PEX_COUPLE) return pex->routed[i];
    return pex->routed[pex->pair[i].a] && pex->routed[pex->pair[i].b];
}

/* The samples are also kept in `keep`, unless it is NULL. */
static int add_regression(pool *p, gal_pex_evaluation *keep, const say *s, const gal_pex_case *pex,
                          gal_pex_target target) {
    const float *label = gal_pex_labels(pex, target);
    int ok = 1;
    for (int32_t i = 0; ok && i < gal_pex_n_sample(pex, target); i++) {
        if (isnan(label[i])) continue;
        ok = gal_vec_push(&p->pred, (double)s->mean[i]) &&
             gal_vec_push(&p->truth, (double)label[i]) &&
             gal_vec_push(&p->sd, s->sd ? (double)s->sd[i] : 0.0) &&
             gal_vec_push(&p->pred_class, s->grade ? s->grade[i] : gal_pex_class(s->mean[i])) &&
             gal_vec_push(&p->class, gal_pex_class(label[i])) &&
             gal_vec_push(&p->routed, (unsigned char)on_wires(pex, target, i)) &&
             (!keep || gal_vec_push(&keep->sample, ((gal_pex_sample){pex, target, i, label[i],
                                                                     s->mean[i], s->sd[i]})));
    }
    return ok;
}

static int add_existence(pool *p, const float *score, const gal_pex_case *pex) {
    const double n = pex->graph.n_net;
    double scored = 0;
    for (int32_t i = 0; i < pex->n_pair; i++) {
        const int exists = !isnan(pex->couple[i]);
        scored++;
        if (!pex->near[i]) {
            p->far_exists += exists;
            p->far_absent += !exists;
        } else if (!gal_vec_push(&p->score, (double)score[i]) ||
                   !gal_vec_push(&p->exists, (unsigned char)exists)) {
            return 0;
        }
    }
    p->far_absent += n * (n - 1) / 2 - scored;
    return 1;
}

static int add_case(pool pools[3], gal_pex_evaluation *keep, const say s[3],
                    const gal_pex_case *pex) {
    for (int t = 0; t < 3; t++)
        if (!add_regression(&pools[t], keep, &s[t], pex, t)) return 0;
    return add_existence(&pools[GAL_PEX_COUPLE], s[GAL_PEX_COUPLE].exist, pex);
}

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the evaluation");
}

/* A baseline's say, into the arena. */
static gal_status add_baseline(pool pools[3], gal_pex_plain kind, const gal_pex_model *model,
                               const gal_pex_case *pex, gal_error *err) {
    gal_arena arena;
    gal_arena_init(&arena);
    const gal_pex_baseline *plain = &model->baseline[gal_technology_extractor(&pex->tech)];
    float *out[GAL_PEX_N_TARGET];
    int ok = 1;
    for (int t = 0; ok && t < GAL_PEX_N_TARGET; t++) {
        out[t] = GAL_ARENA_ARRAY(&arena, float, gal_pex_n_sample(pex, t));
        ok = out[t] != NULL;
        if (ok) gal_pex_baseline_apply(out[t], plain, kind, (gal_pex_target)t, pex);
    }
    if (ok) {
        const say s[3] = {{.mean = out[0]}, {.mean = out[1]}, {.mean = out[2], .exist = out[3]}};
        ok = add_case(pools, NULL, s, pex);
    }
    gal_arena_clear(&arena);
    return ok ? GAL_OK : no_memory(err);
}

/* A model and, or NULL, its calibration. */
typedef struct judged {
    const gal_pex_model *model;
    const gal_pex_calibration *calibration;
} judged;

static gal_status add_model(pool pools[3], gal_pex_evaluation *keep, const judged *by,
                            const gal_pex_case *pex, const gal_pex_estimate *estimate,
                            gal_error *err) {
    gal_pex_output out;
    GAL_TRY(gal_pex_model_apply_to(&out, by->model, pex, estimate, err));
    if (by->calibration) gal_pex_calibration_apply(&out, pex, by->calibration);
    say s[3];
    for (int t = 0; t < 3; t++)
        s[t] = (say){out.mean[t], out.sd[t], by->calibration ? NULL : out.grade[t], out.exist};
    const int ok = add_case(pools, keep, s, pex);
    gal_pex_output_clear(&out);
    return ok ? GAL_OK : no_memory(err);
}

/* The estimate is a model without networks. */
static gal_status add_estimate(pool pools[3], const judged *by, const gal_pex_case *pex,
                               const gal_pex_estimate *estimate, gal_error *err) {
    gal_pex_model bare = *by->model; /* shallow: only read */
    bare.n_member = 0;
    return add_model(pools, NULL, &(judged){&bare, by->calibration}, pex, estimate, err);
}

static gal_status add_all(pool pools[GAL_PEX_N_PREDICTOR][3], gal_pex_evaluation *to,
                          const judged *by, const gal_pex_case *pex, gal_error *err) {
    gal_pex_estimate estimate;
    GAL_TRY(gal_pex_estimate_case(&estimate, &by->model->estimator, pex, err));
    gal_status status = add_model(pools[GAL_PEX_BY_MODEL], to, by, pex, &estimate, err);
    if (status == GAL_OK)
        status = add_estimate(pools[GAL_PEX_BY_ESTIMATE], by, pex, &estimate, err);
    if (status == GAL_OK)
        status = add_baseline(pools[GAL_PEX_BY_LINEAR], GAL_PEX_LINEAR, by->model, pex, err);
    if (status == GAL_OK)
        status = add_baseline(pools[GAL_PEX_BY_FANOUT], GAL_PEX_FANOUT, by->model, pex, err);
    gal_pex_estimate_clear(&estimate);
    return status;
}

/* AUC over all pairs: near ones by their scores, far ones tied below. */
static gal_status existence_auc(double *auc, const pool *p, gal_error *err) {
    double near_auc;
    GAL_TRY(gal_score_auc(&near_auc, p->score.data, p->exists.data, (int64_t)p->score.size, err));
    double exists = 0;
    for (size_t i = 0; i < p->exists.size; i++) exists += p->exists.data[i];
    const double absent = (double)p->exists.size - exists;
    const double won = (exists > 0 && absent > 0 ? exists * absent * near_auc : 0) +
                       exists * p->far_absent + 0.5 * p->far_exists * p->far_absent;
    const double all = (exists + p->far_exists) * (absent + p->far_absent);
    *auc = all > 0 ? won / all : NAN;
    return GAL_OK;
}

static double routed_r2(int64_t *n, const pool *p) {
    double *pred = malloc((p->pred.size + 1) * sizeof *pred);
    double *truth = malloc((p->pred.size + 1) * sizeof *truth);
    double r2 = NAN;
    *n = 0;
    if (pred && truth) {
        for (size_t i = 0; i < p->pred.size; i++)
            if (p->routed.data[i]) {
                pred[*n] = p->pred.data[i];
                truth[(*n)++] = p->truth.data[i];
            }
        r2 = gal_score_regression(pred, truth, *n).r2;
    }
    free(pred);
    free(truth);
    return r2;
}

static gal_status score_ape(double *out, const pool *p, gal_error *err) {
    const size_t n = p->pred.size;
    double *linear = malloc((2 * n + 1) * sizeof *linear);
    if (!linear) return no_memory(err);
    for (size_t i = 0; i < n; i++) {
        linear[i] = pow(10, p->pred.data[i]);
        linear[n + i] = pow(10, p->truth.data[i]);
    }
    const gal_status status = gal_score_median_ape(out, linear, linear + n, (int64_t)n, err);
    free(linear);
    return status;
}

/* `group` [samples]: their families. */
static gal_status conclude(gal_pex_score *score, const pool *p, const uint64_t *group, int pairs,
                           int has_sd, gal_error *err) {
    const int64_t n = (int64_t)p->pred.size;
    int64_t confusion[GAL_PEX_N_CLASS * GAL_PEX_N_CLASS];
    const gal_regression_score r = gal_score_regression(p->pred.data, p->truth.data, n);
    *score = (gal_pex_score){.n = n, .r2_log = r.r2, .mae_log = r.mae, .auc = NAN, .coverage = NAN};
    GAL_TRY(gal_score_r2_interval(score->r2_interval, p->pred.data, p->truth.data, group, n, err));
    GAL_TRY(score_ape(&score->median_ape, p, err));
    score->macro_f1 =
        gal_score_classes(confusion, p->pred_class.data, p->class.data, n, GAL_PEX_N_CLASS)
            .macro_f1;
    score->routed_r2_log = routed_r2(&score->routed_n, p);
    if (has_sd) score->coverage = gal_score_coverage(p->pred.data, p->sd.data, p->truth.data, n, 1);
    return pairs ? existence_auc(&score->auc, p, err) : GAL_OK;
}

/* All predictors answered the samples of a target in one order, that of out->sample. */
static gal_status conclude_target(gal_pex_evaluation *out, pool pools[GAL_PEX_N_PREDICTOR][3],
                                  const gal_pex_set *set, gal_pex_target target, gal_error *err) {
    uint64_t *group = malloc((out->sample.size + 1) * sizeof *group);
    size_t n = 0;
    gal_status status = group ? GAL_OK : no_memory(err);
    for (size_t i = 0; group && i < out->sample.size; i++)
        if (out->sample.data[i].target == target)
            group[n++] = set->group[out->sample.data[i].pex - set->item];
    for (int k = 0; status == GAL_OK && k < GAL_PEX_N_PREDICTOR; k++)
        status = conclude(&out->score[k][target], &pools[k][target], group,
                          target == GAL_PEX_COUPLE, k <= GAL_PEX_BY_ESTIMATE, err);
    free(group);
    return status;
}

static gal_status gather(pool pools[GAL_PEX_N_PREDICTOR][3], gal_pex_evaluation *out,
                         const judged *by, const gal_pex_set *set, const gal_report *report,
                         gal_error *err) {
    int has_any = 0;
    for (int32_t i = 0; i < set->n; i++) {
        if (!set->item[i].ground) continue;
        if (!gal_progress(report, "evaluating", i, set->n, "%s", set->item[i].circuit->name))
            return gal_fail(err, GAL_ECANCELED, "interrupted");
        GAL_TRY(add_all(pools, out, by, &set->item[i], err));
        out->n_circuit++;
        has_any = has_any || set->item[i].labels->n_cap > 0;
    }
    if (!has_any) return gal_fail(err, GAL_EINVAL, "the data has no capacitances");
    for (int t = 0; t < 3; t++) GAL_TRY(conclude_target(out, pools, set, t, err));
    return GAL_OK;
}

gal_status gal_pex_evaluate(gal_pex_evaluation *out, const gal_pex_model *model,
                            const gal_pex_calibration *calibration, const gal_pex_set *set,
                            const gal_report *report, gal_error *err) {
    const judged by = {model, calibration};
    pool pools[GAL_PEX_N_PREDICTOR][3];
    memset(pools, 0, sizeof pools);
    *out = (gal_pex_evaluation){0};
    const gal_status status = gather(pools, out, &by, set, report, err);
    for (int k = 0; k < GAL_PEX_N_PREDICTOR; k++)
        for (int t = 0; t < 3; t++) pool_free(&pools[k][t]);
    if (status != GAL_OK) gal_pex_evaluation_clear(out);
    return status;
}

void gal_pex_evaluation_clear(gal_pex_evaluation *evaluation) {
    gal_vec_free(&evaluation->sample);
}
