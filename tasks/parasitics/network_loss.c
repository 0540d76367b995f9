#include "tasks/parasitics/network_loss.h"

#include "gnn/class_loss.h"
#include "gnn/loss.h"
#include <math.h>
#include <string.h>

enum { LDS_BINS = 60, BMC_MAX = 512 };

/* One regression with its classes: the labelled rows of a head's output, gathered. */
typedef struct target {
    gal_mat out, dout;     /* the head's output and gradient */
    int32_t mean, classes; /* columns: mean (log-variance follows), first class logit */
    const float *label;    /* [rows] NAN: none */
    int which;             /* into gal_pex_prior */
} target;

typedef struct gathered {
    int32_t n, *row, *cls;
    float *label, *pred, *grad; /* [n] */
    gal_mat gauss, dgauss;      /* [n, 2] */
    gal_mat logit, dlogit;      /* [n, GAL_PEX_N_CLASS] */
} gathered;

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the loss");
}

static int gather(gathered *g, gal_arena *arena, const target *t) {
    const size_t rows = (size_t)t->out.rows + 1;
    g->row = gal_arena_alloc(arena, rows * sizeof *g->row);
    g->cls = gal_arena_alloc(arena, rows * sizeof *g->cls);
    g->label = gal_arena_alloc(arena, 3 * rows * sizeof *g->label);
    g->gauss = gal_mat_new(arena, t->out.rows, 2);
    g->dgauss = gal_mat_new(arena, t->out.rows, 2);
    g->logit = gal_mat_new(arena, t->out.rows, GAL_PEX_N_CLASS);
    g->dlogit = gal_mat_new(arena, t->out.rows, GAL_PEX_N_CLASS);
    if (!g->row || !g->cls || !g->label || !g->gauss.data || !g->dgauss.data || !g->logit.data ||
        !g->dlogit.data)
        return 0;
    g->pred = g->label + rows;
    g->grad = g->pred + rows;
    g->n = 0;
    for (int32_t r = 0; r < t->out.rows; r++) {
        if (isnan(t->label[r])) continue;
        const float *out = gal_mat_row(t->out, r);
        float *gauss = gal_mat_row(g->gauss, g->n);
        g->row[g->n] = r;
        g->label[g->n] = t->label[r];
        g->cls[g->n] = gal_pex_class(t->label[r]);
        gauss[0] = g->pred[g->n] = out[t->mean];
        gauss[1] = out[t->mean + 1];
        memcpy(gal_mat_row(g->logit, g->n), out + t->classes, GAL_PEX_N_CLASS * sizeof(float));
        g->n++;
    }
    g->gauss.rows = g->dgauss.rows = g->logit.rows = g->dlogit.rows = g->n;
    return 1;
}

/* The balanced loss of the means and its gradient in g->grad; 0 when there is none. */
static gal_status balanced(double *loss, gathered *g, gal_arena *arena, const gal_pex_prior *prior,
                           int which, gal_error *err) {
    const int32_t n = g->n < BMC_MAX ? g->n : BMC_MAX;
    memset(g->grad, 0, (size_t)g->n * sizeof *g->grad);
    *loss = 0;
    switch (prior->balance) {
    case GAL_PEX_BALANCE_NONE:
        return GAL_OK;
    case GAL_PEX_BALANCE_BMC:
        *loss = gal_loss_bmc(g->grad, NULL, g->pred, g->label, n, prior->sigma);
        return GAL_OK;
    case GAL_PEX_BALANCE_GAI:
    case GAL_PEX_BALANCE_BNI:
        *loss = gal_loss_balanced(g->grad, NULL, g->pred, g->label, g->n, prior->sigma,
                                  &prior->label[which]);
        return GAL_OK;
    case GAL_PEX_BALANCE_LDS: {
        float *weight = gal_arena_alloc(arena, ((size_t)g->n + 1) * sizeof *weight);
        if (!weight) return no_memory(err);
        GAL_TRY(gal_lds_weights(weight, g->label, g->n, LDS_BINS, prior->sigma, err));
        *loss = gal_loss_mse(g->grad, g->pred, g->label, weight, g->n);
        return GAL_OK;
    }
    }
    return GAL_OK;
}

static gal_status regression(double *loss, gal_arena *arena, const target *t,
                             const gal_pex_prior *prior, gal_error *err) {
    gathered g;
    if (!gather(&g, arena, t)) return no_memory(err);
    if (g.n == 0) return GAL_OK;
    double extra;
    *loss += gal_loss_gaussian(g.dgauss, g.gauss, g.label, NULL);
    *loss += gal_loss_balanced_softmax(g.dlogit, g.logit, g.cls, prior->count[t->which]);
    GAL_TRY(balanced(&extra, &g, arena, prior, t->which, err));
    *loss += prior->balance_weight * extra;
    for (int32_t i = 0; i < g.n; i++) {
        float *d = gal_mat_row(t->dout, g.row[i]);
        const float *dg = gal_mat_row(g.dgauss, i), *dl = gal_mat_row(g.dlogit, i);
        d[t->mean] += dg[0] + (float)prior->balance_weight * g.grad[i];
        d[t->mean + 1] += dg[1];
        for (int k = 0; k < GAL_PEX_N_CLASS; k++) d[t->classes + k] += dl[k];
    }
    return GAL_OK;
}

/* Does the pair couple? */
static gal_status existence(double *loss, gal_mat dpair, gal_arena *arena, gal_mat pair_out,
                            const float *label, gal_error *err) {
    const size_t n = (size_t)pair_out.rows;
    float *z = gal_arena_alloc(arena, (3 * n + 1) * sizeof *z);
    if (!z) return no_memory(err);
    float *exists = z + n, *grad = exists + n;
    for (size_t i = 0; i < n; i++) {
        z[i] = gal_mat_row(pair_out, (int64_t)i)[GAL_PEX_OUT_EXIST];
        exists[i] = isnan(label[i]) ? 0.0f : 1.0f;
    }
    *loss += gal_loss_binary(grad, z, exists, (int64_t)n, 1);
    for (size_t i = 0; i < n; i++) gal_mat_row(dpair, (int64_t)i)[GAL_PEX_OUT_EXIST] += grad[i];
    return GAL_OK;
}

gal_status gal__pex_loss(double *loss, gal_mat dnet, gal_mat dpair, gal_arena *arena,
                         gal_mat net_out, gal_mat pair_out, const gal_pex_input *input,
                         const int32_t *index, const gal_pex_prior *prior, gal_error *err) {
    const gal_pex_case *pex = input->pex;
    const size_t n = (size_t)pair_out.rows;
    float *couple = gal_arena_alloc(arena, (n + 1) * sizeof *couple);
    if (!couple) return no_memory(err);
    for (size_t i = 0; i < n; i++) couple[i] = pex->couple[index[i]];
    *loss = 0;
    gal_mat_fill(dnet, 0);
    gal_mat_fill(dpair, 0);
    const target ground = {net_out,     dnet, GAL_PEX_OUT_GROUND, GAL_PEX_OUT_GROUND_CLASS,
                           pex->ground, 0};
    const target total = {net_out, dnet, GAL_PEX_OUT_TOTAL, GAL_PEX_OUT_TOTAL_CLASS, pex->total, 1};
    const target pair = {pair_out, dpair, GAL_PEX_OUT_COUPLE, GAL_PEX_OUT_COUPLE_CLASS, couple, 2};
    GAL_TRY(regression(loss, arena, &ground, prior, err));
    GAL_TRY(regression(loss, arena, &total, prior, err));
    GAL_TRY(regression(loss, arena, &pair, prior, err));
    return existence(loss, dpair, arena, pair_out, couple, err);
}
