#include "tasks/parasitics/baseline.h"

#include "gnn/ridge.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Smaller labels than this weigh the same in the linear fit, fF. */
#define RELATIVE_FROM_FF 0.1

/* Pins of a net by relation and the devices two nets share: all that the baselines look at. */
static float count(const float *net, int feature) {
    return expm1f(net[feature]);
}

static const float *net_row(const gal_pex_case *pex, int32_t n) {
    return pex->graph.net_feature + (int64_t)n * GAL_N_NET_FEATURE;
}

static float pins(const float *net) {
    return count(net, GAL_NETF_GATES_N) + count(net, GAL_NETF_GATES_P) +
           count(net, GAL_NETF_DIFF_N) + count(net, GAL_NETF_DIFF_P) +
           count(net, GAL_NETF_TERMINAL);
}

/* Devices with a pin on both nets. */
static float shared_devices(const gal_pex_case *pex, gal_pex_pair pair) {
    const gal_graph *g = &pex->graph;
    float n = 0;
    for (int r = 0; r < GAL_N_RELATION; r++) {
        const gal_csr *a = &g->devices_of[r];
        for (int64_t k = a->ptr[pair.a]; k < a->ptr[pair.a + 1]; k++)
            for (int q = 0; q < GAL_N_RELATION; q++) {
                const gal_csr *nets = &g->nets_of[q];
                for (int64_t j = nets->ptr[a->col[k]]; j < nets->ptr[a->col[k] + 1]; j++)
                    n += nets->col[j] == pair.b;
            }
    }
    return n;
}

static void net_fanout(float *x, const float *net) {
    x[0] = 1;
    x[1] = log1pf(pins(net));
    x[2] = net[GAL_NETF_PORT];
    x[3] = 0;
}

/* A net that only joins two channels: usually bare diffusion without a wire. */
static int is_stack_node(const float *net) {
    return net[GAL_NETF_PORT] == 0 &&
           count(net, GAL_NETF_GATES_N) + count(net, GAL_NETF_GATES_P) <= 0 && pins(net) <= 2.01f;
}

/* A constant and the counts of wired nets; a constant of its own for stack nodes. */
static void net_linear(float *x, const float *net) {
    memset(x, 0, GAL_PEX_LINEAR_COEF * sizeof *x);
    if (is_stack_node(net)) {
        x[GAL_PEX_LINEAR_COEF - 1] = 1;
        return;
    }
    x[0] = 1;
    for (int f = 0; f < GAL_NETF_PORT; f++) x[1 + f] = count(net, f);
}

static void pair_fanout(float *x, const gal_pex_case *pex, gal_pex_pair pair) {
    x[0] = 1;
    x[1] = log1pf(pins(net_row(pex, pair.a))) + log1pf(pins(net_row(pex, pair.b)));
    x[2] = log1pf(shared_devices(pex, pair));
    x[3] = 0;
}

static void pair_linear(float *x, const gal_pex_case *pex, gal_pex_pair pair) {
    const float *a = net_row(pex, pair.a), *b = net_row(pex, pair.b);
    const float shared = shared_devices(pex, pair), pa = pins(a), pb = pins(b);
    memset(x, 0, GAL_PEX_LINEAR_COEF * sizeof *x);
    x[0] = 1;
    x[1] = shared;
    x[2] = shared > 0;
    x[3] = pa < pb ? pa : pb;
    x[4] = pa * pb / (pa + pb + 1e-6f);
    x[5] = sqrtf(count(a, GAL_NETF_GATE_W) * count(b, GAL_NETF_GATE_W));
    x[6] = sqrtf(count(a, GAL_NETF_DIFF_W) * count(b, GAL_NETF_DIFF_W));
}

static void row_of(float *x, gal_pex_plain kind, gal_pex_target target, const gal_pex_case *pex,
                   int32_t i) {
    const int nets = target == GAL_PEX_GROUND || target == GAL_PEX_TOTAL;
    if (nets && kind == GAL_PEX_FANOUT) net_fanout(x, net_row(pex, i));
    else if (nets) net_linear(x, net_row(pex, i));
    else if (kind == GAL_PEX_FANOUT) pair_fanout(x, pex, pex->pair[i]);
    else pair_linear(x, pex, pex->pair[i]);
}

static int32_t width_of(gal_pex_plain kind) {
    return kind == GAL_PEX_FANOUT ? GAL_PEX_FANOUT_COEF : GAL_PEX_LINEAR_COEF;
}

/* The regression's value for sample i; NAN: takes no part. */
static double label_of(gal_pex_plain kind, gal_pex_target target, const gal_pex_case *pex,
                       int32_t i) {
    if (target == GAL_PEX_EXIST) return !isnan(pex->couple[i]);
    const double label = gal_pex_labels(pex, target)[i];
    return kind == GAL_PEX_FANOUT ? label : pow(10, label);
}

/* Scores are of log C, so femtofarads count relative to the label. */
static double weight_of(gal_pex_plain kind, gal_pex_target target, double label) {
    if (kind == GAL_PEX_FANOUT || target == GAL_PEX_EXIST) return 1;
    return 1 / ((label + RELATIVE_FROM_FF) * (label + RELATIVE_FROM_FF));
}

static gal_status fit(double *coef, const gal_pex_set *set, gal_extractor extractor,
                      gal_pex_plain kind, gal_pex_target target, gal_error *err) {
    int64_t rows = 0;
    for (int32_t i = 0; i < set->n; i++) rows += gal_pex_n_sample(&set->item[i], target);
    gal_arena arena;
    gal_arena_init(&arena);
    gal_mat x = gal_mat_new(&arena, rows, width_of(kind));
    double *y = gal_arena_alloc(&arena, ((size_t)rows + 1) * sizeof *y);
    double *weight = gal_arena_alloc(&arena, ((size_t)rows + 1) * sizeof *weight);
    gal_status status = GAL_ENOMEM;
    if (x.data && y && weight) {
        x.rows = 0;
        for (int32_t i = 0; i < set->n; i++) {
            const gal_pex_case *pex = &set->item[i];
            if (!gal_pex_case_labelled(pex, extractor)) continue;
            for (int32_t k = 0; k < gal_pex_n_sample(pex, target); k++) {
                const double label = label_of(kind, target, pex, k);
                if (isnan(label)) continue;
                y[x.rows] = label;
                weight[x.rows] = weight_of(kind, target, label);
                row_of(gal_mat_row(x, x.rows++), kind, target, pex, k);
            }
        }
        const gal_ridge_options options = {.l2 = 1e-3,
                                           .nonnegative = kind == GAL_PEX_LINEAR,
                                           .free_column = kind == GAL_PEX_FANOUT};
        status = gal_ridge_fit(coef, x, y, weight, &options, err);
    } else {
        gal_fail(err, GAL_ENOMEM, "out of memory for the baselines");
    }
    gal_arena_clear(&arena);
    return status;
}

gal_status gal_pex_baseline_train(gal_pex_baseline baseline[GAL_N_EXTRACTOR],
                                  const gal_pex_set *set, gal_error *err) {
    for (int i = 0; i < GAL_N_EXTRACTOR; i++) {
        const gal_extractor e = (gal_extractor)i;
        for (int t = 0; t < GAL_PEX_N_TARGET && gal_pex_set_extractor(set, e) == e; t++) {
            GAL_TRY(fit(baseline[e].fanout[t], set, e, GAL_PEX_FANOUT, (gal_pex_target)t, err));
            GAL_TRY(fit(baseline[e].linear[t], set, e, GAL_PEX_LINEAR, (gal_pex_target)t, err));
        }
    }
    for (int i = 0; i < GAL_N_EXTRACTOR; i++)
        baseline[i] = baseline[gal_pex_set_extractor(set, (gal_extractor)i)];
    return GAL_OK;
}

void gal_pex_baseline_apply(float *out, const gal_pex_baseline *baseline, gal_pex_plain kind,
                            gal_pex_target target, const gal_pex_case *pex) {
    const double *coef =
        kind == GAL_PEX_FANOUT ? baseline->fanout[target] : baseline->linear[target];
    for (int32_t i = 0; i < gal_pex_n_sample(pex, target); i++) {
        float x[GAL_PEX_LINEAR_COEF];
        double sum = 0;
        row_of(x, kind, target, pex, i);
        for (int32_t c = 0; c < width_of(kind); c++) sum += coef[c] * x[c];
        if (kind == GAL_PEX_LINEAR && target != GAL_PEX_EXIST)
            sum = log10(fmax(sum, GAL_PEX_FLOOR_FF));
        out[i] = (float)sum;
    }
}
