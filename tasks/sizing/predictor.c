#include "tasks/sizing/predictor.h"

#include "tasks/surrogate/surrogate.h"
#include <stdlib.h>

typedef struct loaded {
    gal_predictor predictor; /* first: destroyed by its address */
    gal_surrogate *surrogate;
} loaded;

static gal_status predict(void *user, double *mean, double *sd, double *valid, const double *value,
                          int32_t n, gal_error *err) {
    const loaded *l = user;
    return gal_surrogate_predict(mean, sd, valid, l->surrogate, value, n, err);
}

void gal_predictor_destroy(gal_predictor *predictor) {
    loaded *l = (loaded *)predictor;
    if (!l) return;
    gal_surrogate_destroy(l->surrogate);
    free((void *)predictor->is_log);
    free(l);
}

gal_status gal_predictor_load(gal_predictor **out, const char *name, const gal_bench *bench,
                              gal_error *err) {
    *out = NULL;
    loaded *l = calloc(1, sizeof *l);
    uint8_t *is_log = calloc((size_t)bench->n_metric + 1, 1);
    if (!l || !is_log) return free(l), free(is_log), gal_fail(err, GAL_ENOMEM, "out of memory");
    l->predictor.is_log = is_log;
    gal_status status = gal_surrogate_find(&l->surrogate, name, err);
    if (status == GAL_OK) status = gal_surrogate_check(l->surrogate, bench, err);
    if (status != GAL_OK) return gal_predictor_destroy(&l->predictor), status;
    for (int32_t i = 0; i < bench->n_metric; i++)
        is_log[i] = (uint8_t)gal_surrogate_metric_is_log(l->surrogate, i);
    l->predictor.user = l;
    l->predictor.predict = predict;
    l->predictor.n_run = gal_surrogate_n_run(l->surrogate);
    *out = &l->predictor;
    return GAL_OK;
}
