/* A parasitics model of the right form that learnt nothing, made in a millisecond. */
#ifndef GAL_TESTS_BLANK_MODEL_H
#define GAL_TESTS_BLANK_MODEL_H

#include "tasks/parasitics/model.h"

/* A forest of noise over the columns of a target. */
static inline gal_status blank_forest(gal_trees **trees, gal_pex_target target, gal_rng *rng,
                                      gal_error *err) {
    enum { ROWS = 12 };
    gal_arena arena;
    float y[ROWS];
    gal_arena_init(&arena);
    const gal_mat x = gal_mat_new(&arena, ROWS, gal__pex_target_columns(target));
    if (!x.data) return gal_fail(err, GAL_ENOMEM, "out of memory for a forest");
    gal_trees_options options = gal_trees_defaults();
    options.count = 2;
    for (int64_t i = 0; i < x.rows * x.cols; i++) x.data[i] = (float)gal_rng_uniform(rng);
    for (int r = 0; r < ROWS; r++) y[r] = (float)gal_rng_uniform(rng);
    const gal_status status = gal_trees_train(trees, x, y, &options, err);
    gal_arena_clear(&arena);
    return status;
}

/* Errors: GAL_ENOMEM. The caller clears it. */
static inline gal_status blank_model(gal_pex_model *model, gal_error *err) {
    *model = (gal_pex_model){.shape = {.width = 4, .n_layer = 1}};
    gal_pex_estimator *estimator = &model->estimator;
    gal_rng rng;
    gal_rng_init(&rng, 1, 0);
    for (int t = 0; t < GAL_PEX_N_TARGET; t++)
        GAL_TRY(blank_forest(&estimator->trees[t], (gal_pex_target)t, &rng, err));
    for (int t = 0; t < GAL_PEX_N_SIZE; t++) {
        gal_pex_trend *trend = &estimator->trend[GAL_EXTRACTOR_FOUNDRY][t];
        GAL_TRY(gal__pex_trend_new(trend, (gal_pex_target)t, err));
        for (int64_t i = 0; i < gal_pex_trend_size(&trend->form); i++)
            trend->value[i] = 0.01 * gal_rng_uniform(&rng);
    }
    const uint64_t key[] = {1, 2, 3};
    GAL_TRY(gal_roles_add(&estimator->roles, key, 3, 0.5F, err));
    GAL_TRY(gal_roles_finish(&estimator->roles, 1, err));
    GAL_TRY(gal_pex_scaler_new(&model->scaler, err));
    GAL_TRY(gal_pex_member_init(&model->member[0], &model->shape, 1, err));
    model->n_member = 1;
    for (int t = 0; t < 3; t++) model->trust[0].sd_factor[t] = model->trust[0].gain[t] = 0.5;
    model->trust[1] = model->trust[0];
    return GAL_OK;
}

#endif
