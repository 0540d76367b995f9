#include "tasks/parasitics/predict.h"

#include <math.h>
#include <stdlib.h>

static gal_pex_value value_of(float mean, float sd) {
    return (gal_pex_value){.farad = pow(10, (double)mean) * 1e-15, .sd = (double)sd};
}

static int by_net(const void *x, const void *y) {
    const gal_pex_net *p = x, *q = y;
    return (p->net > q->net) - (p->net < q->net);
}

static int by_pair(const void *x, const void *y) {
    const gal_pex_coupling *p = x, *q = y;
    if (p->a != q->a) return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

static void take_nets(gal_pex_result *out, const gal_pex_output *output, const gal_pex_case *pex) {
    for (int32_t n = 0; n < pex->graph.n_net; n++) {
        const gal_pex_value ground = value_of(output->mean[0][n], output->sd[0][n]);
        gal_pex_value total = value_of(output->mean[1][n], output->sd[1][n]);
        if (total.farad < ground.farad) total.farad = ground.farad;
        out->net[out->n_net++] = (gal_pex_net){pex->graph.net_order[n], ground, total};
    }
    qsort(out->net, (size_t)out->n_net, sizeof *out->net, by_net);
}

static void take_pairs(gal_pex_result *out, const gal_pex_output *output, const gal_pex_case *pex) {
    for (int32_t p = 0; p < pex->n_pair; p++) {
        if (output->exist[p] < 0) continue;
        const int32_t a = pex->graph.net_order[pex->pair[p].a];
        const int32_t b = pex->graph.net_order[pex->pair[p].b];
        out->coupling[out->n_coupling++] = (gal_pex_coupling){
            a < b ? a : b, a < b ? b : a, value_of(output->mean[2][p], output->sd[2][p]),
            1 / (1 + exp(-(double)output->exist[p]))};
    }
    qsort(out->coupling, (size_t)out->n_coupling, sizeof *out->coupling, by_pair);
}

/* Pairs that will not be listed are dropped as soon as that is known. */
static gal_status apply(gal_pex_output *out, const gal_pex_model *model, gal_pex_case *pex,
                        gal_error *err) {
    gal_pex_estimate estimate;
    GAL_TRY(gal_pex_estimate_likely(&estimate, &model->estimator, pex, err));
    const gal_status status = gal_pex_model_apply_to(out, model, pex, &estimate, err);
    gal_pex_estimate_clear(&estimate);
    return status;
}

static gal_status predict(gal_pex_result *out, const gal_pex_model *model, gal_pex_case *pex,
                          const gal_pex_predict_options *options, gal_error *err) {
    gal_pex_output output;
    GAL_TRY(apply(&output, model, pex, err));
    if (options->calibration) gal_pex_calibration_apply(&output, pex, options->calibration);
    out->net = GAL_ARENA_ARRAY(&out->arena, gal_pex_net, pex->graph.n_net);
    out->coupling = GAL_ARENA_ARRAY(&out->arena, gal_pex_coupling, pex->n_pair);
    if (out->net && out->coupling) {
        out->foreign = output.foreign;
        take_nets(out, &output, pex);
        take_pairs(out, &output, pex);
    }
    gal_pex_output_clear(&output);
    if (!out->net || !out->coupling)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the prediction");
    return GAL_OK;
}

static int has_mos(const gal_circuit *circuit) {
    for (int32_t d = 0; d < circuit->n_device; d++)
        if (gal_device_is_mos(&circuit->device[d])) return 1;
    return 0;
}

gal_status gal_pex_predict(gal_pex_result *out, const gal_pex_model *model,
                           const gal_circuit *circuit, const gal_pex_predict_options *options,
                           gal_error *err) {
    *out = (gal_pex_result){.circuit = circuit};
    if (!has_mos(circuit))
        return gal_fail(err, GAL_EINVAL, "no MOS transistors in %s: nothing to predict from",
                        circuit->name[0] ? circuit->name : "the netlist");
    gal_arena_init(&out->arena);
    gal_pex_case pex;
    gal_status status = gal_pex_case_build(&pex, circuit, options->extractor, NULL, err);
    if (status == GAL_OK) {
        status = predict(out, model, &pex, options, err);
        gal_pex_case_clear(&pex);
    }
    if (status != GAL_OK) gal_pex_result_clear(out);
    return status;
}
