#include "tasks/parasitics/honesty.h"

#include <math.h>

/* Sums over held-out samples of one target. */
typedef struct sums {
    double n, square;    /* errors of the estimate */
    double cross, power; /* correction x needed correction, correction squared */
    double normalised;   /* squared error over predicted variance, after the gain */
    double network;      /* squared error after the gain */
} sums;

static const float *labels_of(const gal_pex_case *pex, int t) {
    return t == GAL_PEX_GROUND ? pex->ground : t == GAL_PEX_TOTAL ? pex->total : pex->couple;
}

static const float *estimate_of(const gal_pex_estimate *e, int t) {
    return t == GAL_PEX_GROUND ? e->ground : t == GAL_PEX_TOTAL ? e->total : e->couple;
}

/* Large circuits count like moderate ones: at most this many samples' weight each. */
static double sample_weight(int32_t n) {
    return n > 500 ? 500.0 / n : 1.0;
}

static void add_case(sums *s, int t, const gal_pex_output *out, const gal_pex_case *pex,
                     const gal_pex_estimate *estimate) {
    const int32_t n = t == GAL_PEX_COUPLE ? pex->n_pair : pex->graph.n_net;
    const float *label = labels_of(pex, t), *before = estimate_of(estimate, t);
    const double w = sample_weight(n);
    for (int32_t i = 0; i < n; i++) {
        if (isnan(label[i])) continue;
        const double needed = (double)label[i] - before[i], offered = out->mean[t][i] - before[i];
        const double left = (double)label[i] - out->mean[t][i];
        s->n += w;
        s->square += w * needed * needed;
        s->cross += w * needed * offered;
        s->power += w * offered * offered;
        s->network += w * left * left;
        s->normalised += w * left * left / ((double)out->sd[t][i] * out->sd[t][i] + 1e-12);
    }
}

static gal_status measure(sums s[3], const gal_pex_model *model, const gal_pex_set *set,
                          const gal_pex_estimate *estimate, const unsigned char *apart, int any,
                          gal_error *err) {
    for (int t = 0; t < 3; t++) s[t] = (sums){0};
    for (int32_t i = 0; i < set->n; i++) {
        if (!set->item[i].ground || (any && !apart[i])) continue;
        gal_pex_output out;
        GAL_TRY(gal_pex_model_apply_to(&out, model, &set->item[i], &estimate[i], err));
        for (int t = 0; t < 3; t++) add_case(&s[t], t, &out, &set->item[i], &estimate[i]);
        gal_pex_output_clear(&out);
    }
    return GAL_OK;
}

static double clamp01(double x) {
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

gal_status gal_pex_honesty_fit(gal_pex_model *model, const gal_pex_set *set,
                               const gal_pex_estimate *estimate, const unsigned char *apart,
                               const gal_report *report, gal_error *err) {
    static const char *const name[3] = {"ground", "total", "coupling"};
    sums s[3];
    int any = 0;
    for (int32_t i = 0; i < set->n; i++) any |= apart[i] && set->item[i].ground;
    for (int t = 0; t < 4; t++) model->gain[t] = 1;
    for (int t = 0; t < 3; t++) model->sd_factor[t] = model->estimate_sd[t] = 1;
    GAL_TRY(measure(s, model, set, estimate, apart, any, err));
    for (int t = 0; t < 3; t++) {
        if (s[t].power > 0) model->gain[t] = clamp01(s[t].cross / s[t].power);
        if (s[t].n > 0) model->estimate_sd[t] = sqrt(s[t].square / s[t].n);
    }
    GAL_TRY(measure(s, model, set, estimate, apart, any, err));
    for (int t = 0; t < 3; t++) {
        if (s[t].n <= 0) continue;
        if (model->n_member > 0) model->sd_factor[t] = sqrt(s[t].normalised / s[t].n);
        gal_note(report, "%s: rms error %.4f decades by the estimate, %.4f after correction x %.2f",
                 name[t], sqrt(s[t].square / s[t].n), sqrt(s[t].network / s[t].n), model->gain[t]);
    }
    return GAL_OK;
}
