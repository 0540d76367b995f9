#include "tasks/parasitics/honesty.h"

#include "base/vec.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The share of normal errors within one standard deviation. */
static const double one_sigma = 0.6827;

/* What a macro F1 moves by chance: its rarest class has a dozen labels. The class heads have to be
 * better by more. */
static const double chance = 0.04;

/* A value and the weight of its sample. */
typedef struct share {
    double value, weight;
} share;

/* Who names the class. */
enum { BY_MEAN, BY_HEAD, N_WAY };

/* Sums over held-out samples of one target. */
typedef struct sums {
    double n, square;     /* errors of the estimate */
    double cross, power;  /* what the networks change x what it should be, and its square */
    double blended;       /* squared error of the output */
    gal_vec(share) ratio; /* |error of the output| / predicted deviation */
    int64_t real[GAL_PEX_N_CLASS], named[N_WAY][GAL_PEX_N_CLASS], hit[N_WAY][GAL_PEX_N_CLASS];
} sums;

static void add_class(sums *s, int way, int32_t named, int32_t real) {
    s->named[way][named]++;
    s->hit[way][real] += real == named;
}

/* Large circuits count like moderate ones: at most this many samples' weight each. */
static double sample_weight(int32_t n) {
    return n > 500 ? 500.0 / n : 1.0;
}

static int add_regression(sums *s, gal_pex_target t, const gal_pex_output *out,
                          const gal_pex_case *pex, const gal_pex_estimate *estimate) {
    const int32_t n = gal_pex_n_sample(pex, t);
    const float *label = gal_pex_labels(pex, t), *before = estimate->mean[t];
    const double w = sample_weight(n);
    for (int32_t i = 0; i < n; i++) {
        if (isnan(label[i])) continue;
        const double needed = (double)label[i] - before[i];
        const double offered = (double)out->mean[t][i] - before[i], left = needed - offered;
        const double sd = out->sd[t][i];
        const int32_t real = gal_pex_class(label[i]);
        s->n += w;
        s->square += w * needed * needed;
        s->cross += w * needed * offered;
        s->power += w * offered * offered;
        s->blended += w * left * left;
        if (!gal_vec_push(&s->ratio, ((share){fabs(left) / (sd + 1e-6), w}))) return 0;
        s->real[real]++;
        add_class(s, BY_MEAN, gal_pex_class(out->mean[t][i]), real);
        add_class(s, BY_HEAD, out->grade[t][i], real);
    }
    return 1;
}

/* What is measured on: the labels of one extractor. `split`: every network predicts its own fold
 * alone. */
typedef struct probe {
    const gal_pex_set *set;
    const gal_pex_estimate *estimate;
    const int *fold;
    gal_extractor extractor;
    int split;
} probe;

static void clear_sums(sums s[3]) {
    for (int t = 0; t < 3; t++) gal_vec_free(&s[t].ratio);
    memset(s, 0, 3 * sizeof *s);
}

static gal_status measure_case(sums s[3], const gal_pex_model *model, const probe *on, int32_t i,
                               gal_error *err) {
    const gal_pex_case *pex = &on->set->item[i];
    gal_pex_model one = *model;
    gal_pex_output out;
    int ok = 1;
    if (on->split) {
        one.member[0] = model->member[on->fold[i]];
        one.n_member = 1;
    }
    GAL_TRY(gal_pex_model_apply_to(&out, &one, pex, &on->estimate[i], err));
    for (int t = 0; t < 3; t++) ok = ok && add_regression(&s[t], t, &out, pex, &on->estimate[i]);
    gal_pex_output_clear(&out);
    return ok ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory for held-out errors");
}

/* Fresh sums over the cases that count. */
static gal_status measure(sums s[3], const gal_pex_model *model, const probe *on, gal_error *err) {
    clear_sums(s);
    for (int32_t i = 0; i < on->set->n; i++)
        if (gal_pex_case_labelled(&on->set->item[i], on->extractor) &&
            (!on->split || on->fold[i] < model->n_member))
            GAL_TRY(measure_case(s, model, on, i, err));
    return GAL_OK;
}

static double clamp01(double x) {
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

static void choose_gains(gal_pex_trust *trust, const sums s[3]) {
    for (int t = 0; t < 3; t++)
        if (s[t].power > 0) trust->gain[t] = clamp01(s[t].cross / s[t].power);
}

/* Macro F1 over the classes that occur. */
static double macro_f1(const sums *s, int way) {
    double sum = 0, n = 0;
    for (int k = 0; k < GAL_PEX_N_CLASS; k++)
        if (s->real[k] + s->named[way][k] > 0) {
            sum += 2.0 * (double)s->hit[way][k] / (double)(s->real[k] + s->named[way][k]);
            n++;
        }
    return n > 0 ? sum / n : 0;
}

static int by_value(const void *x, const void *y) {
    const double a = ((const share *)x)->value, b = ((const share *)y)->value;
    return (a > b) - (a < b);
}

/* What makes one deviation hold its share of the errors. */
static double honest_factor(sums *s) {
    double left = one_sigma * s->n;
    size_t i = 0;
    if (s->ratio.size == 0) return 1;
    qsort(s->ratio.data, s->ratio.size, sizeof *s->ratio.data, by_value);
    while ((left -= s->ratio.data[i].weight) > 0 && i + 1 < s->ratio.size) i++;
    return s->ratio.data[i].value;
}

static void note_result(const gal_report *report, const gal_pex_trust *trust,
                        gal_extractor extractor, const sums s[3]) {
    for (int t = 0; t < 3; t++)
        if (s[t].n > 0)
            gal_note(report,
                     "%s %s: rms error %.4f decades by trees, %.4f blended (networks' share %.2f); "
                     "macro F1 %.3f by mean, %.3f by head",
                     gal_extractor_name(extractor), gal_pex_target_name[t],
                     sqrt(s[t].square / s[t].n), sqrt(s[t].blended / s[t].n), trust->gain[t],
                     macro_f1(&s[t], BY_MEAN), macro_f1(&s[t], BY_HEAD));
}

/* The gates of the processes with labels of the extractor. Capacitors out of transistors, long as
 * they are, have no pair of nets and do not count. */
static void find_gates(gal_pex_trust *trust, const probe *on) {
    for (int k = 0; k < 2; k++) {
        trust->shortest[k] = INFINITY;
        trust->longest[k] = -INFINITY;
        for (int32_t i = 0; i < on->set->n; i++) {
            const gal_pex_case *pex = &on->set->item[i];
            if (!gal_pex_case_labelled(pex, on->extractor) || pex->n_pair == 0) continue;
            const double length = (double)pex->tech.value[GAL_TECH_LENGTH_N + k];
            trust->shortest[k] = fmin(trust->shortest[k], length);
            trust->longest[k] = fmax(trust->longest[k], length);
        }
    }
}

/* Fills the trust in one extractor's numbers: first the networks' share, then what hangs on it. */
static gal_status fit(sums s[3], gal_pex_model *model, const probe *on, const gal_report *report,
                      gal_error *err) {
    gal_pex_trust *trust = &model->trust[on->extractor];
    for (int t = 0; t < 3; t++) trust->gain[t] = trust->sd_factor[t] = trust->by_head[t] = 1;
    find_gates(trust, on);
    GAL_TRY(measure(s, model, on, err));
    choose_gains(trust, s);
    GAL_TRY(measure(s, model, on, err));
    for (int t = 0; t < 3; t++) {
        trust->by_head[t] = macro_f1(&s[t], BY_HEAD) > macro_f1(&s[t], BY_MEAN) + chance;
        trust->sd_factor[t] = honest_factor(&s[t]);
    }
    note_result(report, trust, on->extractor, s);
    return GAL_OK;
}

/* Does any network have circuits that it did not see? */
static int has_split(const gal_pex_model *model, const probe *on) {
    for (int32_t i = 0; i < on->set->n; i++)
        if (gal_pex_case_labelled(&on->set->item[i], on->extractor) &&
            on->fold[i] < model->n_member)
            return 1;
    return 0;
}

gal_status gal_pex_honesty_fit(gal_pex_model *model, const gal_pex_set *set,
                               const gal_pex_estimate *estimate, const int *fold,
                               const gal_report *report, gal_error *err) {
    sums s[3] = {0};
    gal_status status = GAL_OK;
    for (int e = 0; status == GAL_OK && e < GAL_N_EXTRACTOR; e++) {
        probe on = {set, estimate, fold, (gal_extractor)e, 0};
        if (gal_pex_set_extractor(set, on.extractor) != on.extractor) continue;
        on.split = has_split(model, &on);
        status = fit(s, model, &on, report, err);
    }
    for (int e = 0; e < GAL_N_EXTRACTOR; e++)
        model->trust[e] = model->trust[gal_pex_set_extractor(set, (gal_extractor)e)];
    clear_sums(s);
    return status;
}
