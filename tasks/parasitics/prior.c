#include "tasks/parasitics/prior.h"

#include "base/vec.h"
#include <math.h>

enum { COMPONENTS = 8, BUCKETS = 40 };
static const double sigma_decades = 0.2, balanced_share = 0.3;

typedef gal_vec(float) labels;

static int collect(labels *to, const float *label, int32_t n) {
    for (int32_t i = 0; i < n; i++)
        if (!isnan(label[i]) && !gal_vec_push(to, label[i])) return 0;
    return 1;
}

static gal_status fit_one(gal_pex_prior *prior, int which, gal_arena *arena, const labels *label,
                          gal_error *err) {
    const int64_t n = (int64_t)label->size;
    for (int64_t i = 0; i < n; i++) prior->count[which][gal_pex_class(label->data[i])]++;
    switch (prior->balance) {
    case GAL_PEX_BALANCE_GAI:
        return gal_gmm_fit(&prior->label[which], arena, label->data, n, COMPONENTS, err);
    case GAL_PEX_BALANCE_BNI:
        return gal_buckets_fit(&prior->label[which], arena, label->data, n, BUCKETS, err);
    default:
        return GAL_OK;
    }
}

gal_status gal_pex_prior_fit(gal_pex_prior *prior, gal_arena *arena, const gal_pex_set *set,
                             gal_pex_balance balance, gal_error *err) {
    *prior = (gal_pex_prior){
        .balance = balance, .balance_weight = balanced_share, .sigma = sigma_decades};
    labels label[3] = {{0}};
    int ok = 1;
    for (int32_t i = 0; ok && i < set->n; i++) {
        const gal_pex_case *pex = &set->item[i];
        if (!pex->ground) continue;
        for (int t = 0; ok && t < 3; t++)
            ok = collect(&label[t], gal_pex_labels(pex, t), gal_pex_n_sample(pex, t));
    }
    gal_status status = ok ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory for labels");
    for (int t = 0; t < 3; t++) {
        if (status == GAL_OK) status = fit_one(prior, t, arena, &label[t], err);
        gal_vec_free(&label[t]);
    }
    return status;
}
