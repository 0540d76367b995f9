#include "gnn/optim.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

gal_status gal_adamw_init(gal_adamw *adamw, const gal_params *params, gal_error *err) {
    *adamw = (gal_adamw){.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .decay = 0.01};
    adamw->size = params->size;
    adamw->n_param = params->n_param;
    const size_t size = (size_t)params->size + 1, n = (size_t)params->n_param + 1;
    adamw->m = calloc(size, sizeof *adamw->m);
    adamw->v = calloc(size, sizeof *adamw->v);
    adamw->plain = calloc(n, 1);
    if (!adamw->m || !adamw->v || !adamw->plain) {
        gal_adamw_clear(adamw);
        return gal_fail(err, GAL_ENOMEM, "out of memory for the optimiser");
    }
    for (int32_t i = 0; i < params->n_param; i++) adamw->plain[i] = params->param[i].rows == 1;
    return GAL_OK;
}

void gal_adamw_clear(gal_adamw *adamw) {
    free(adamw->m);
    free(adamw->v);
    free(adamw->plain);
    *adamw = (gal_adamw){0};
}

/* The constants of one step, as the float arithmetic of a tensor needs them. */
typedef struct pace {
    float beta1, beta2, keep; /* keep = 1 - rate * decay */
    float rate;               /* bias-corrected */
    float root;               /* 1 / sqrt of the second moment's bias correction */
    float epsilon;
} pace;

static void update(float *restrict w, float *restrict m, float *restrict v, const float *restrict g,
                   int64_t n, pace s) {
    const float rest1 = 1 - s.beta1, rest2 = 1 - s.beta2;
    for (int64_t i = 0; i < n; i++) {
        m[i] = s.beta1 * m[i] + rest1 * g[i];
        v[i] = s.beta2 * v[i] + rest2 * g[i] * g[i];
        w[i] = s.keep * w[i] - s.rate * m[i] / (sqrtf(v[i]) * s.root + s.epsilon);
    }
}

void gal_adamw_step(gal_adamw *adamw, gal_params *params, double rate) {
    assert(adamw->size == params->size && adamw->n_param == params->n_param);
    const double t = (double)++adamw->step;
    pace s = {.beta1 = (float)adamw->beta1,
              .beta2 = (float)adamw->beta2,
              .rate = (float)(rate / (1 - pow(adamw->beta1, t))),
              .root = (float)(1 / sqrt(1 - pow(adamw->beta2, t))),
              .epsilon = (float)adamw->epsilon};
    for (int32_t i = 0; i < params->n_param; i++) {
        const gal_tensor_info *p = &params->param[i];
        s.keep = (float)(1 - (adamw->plain[i] ? 0 : rate * adamw->decay));
        update(params->value + p->offset, adamw->m + p->offset, adamw->v + p->offset,
               params->grad + p->offset, (int64_t)p->rows * p->cols, s);
    }
}

double gal_grad_clip(gal_params *params, double limit) {
    double sum = 0;
    for (int64_t i = 0; i < params->size; i++)
        sum += (double)params->grad[i] * (double)params->grad[i];
    const double norm = sqrt(sum);
    if (!isfinite(norm) || norm <= limit) return norm;
    const float scale = (float)(limit / norm);
    for (int64_t i = 0; i < params->size; i++) params->grad[i] *= scale;
    return norm;
}

void gal_ema_update(float *average, const gal_params *params, double keep) {
    const float old = (float)keep, fresh = (float)(1 - keep);
    for (int64_t i = 0; i < params->size; i++)
        average[i] = old * average[i] + fresh * params->value[i];
}
