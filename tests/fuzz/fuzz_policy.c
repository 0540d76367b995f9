/* Sizing policies: an edited file is refused or proposes designs. */
#include "edited.h"
#include "tasks/sizing/policy_private.h"

static const char deck[] = "* toy\n.param a=1 b=1\n*galena var a 0.1 10 log\n"
                           "*galena var b 0 4 step=0.5\nv1 x 0 {a*b}\n.op\n"
                           "*galena measure gain = v(x)\n*galena measure power = v(x)\n.end\n";
static const char targets[] = "deck toy.sp\ngain >= 58\npower <= 4e-3\n";
enum { N_VAR = 2, N_GOAL = 2 };

static struct shared {
    gal_bench bench;
    gal_sizing_spec spec;
    gal_sizing *sizing;
    gal_safetensors base;
} shared;

static void must(gal_status status) {
    if (status != GAL_OK) abort();
}

static void set_up(void) {
    static const uint8_t is_log[] = {0, 1};
    static const gal_predictor predictor = {.is_log = is_log};
    const gal_simulator never_run = {0};
    const gal_sizing_options options = {.engine = "random", .predictor = &predictor};
    gal_policy *policy;
    must(gal_bench_parse(&shared.bench, gal_view_of(deck), "toy.sp", NULL));
    must(gal_sizing_spec_parse(&shared.spec, gal_view_of(targets), "x.size", NULL));
    must(gal_sizing_spec_bind(&shared.spec, &shared.bench, NULL));
    must(
        gal_sizing_create(&shared.sizing, &shared.bench, &shared.spec, &never_run, &options, NULL));
    must(gal__policy_create(&policy, shared.sizing, 1, NULL));
    must(gal_policy_save(own_path(), policy, NULL));
    take_base(&shared.base);
    gal_policy_destroy(policy);
}

/* An action, as the search uses it, is a design within the ranges. */
static void act(gal_policy *policy) {
    double goal[N_GOAL], mean[N_VAR], sd[N_VAR], value[N_VAR];
    if (gal_policy_n_goal(policy) != N_GOAL) abort();
    gal_policy_goal(goal, policy, shared.sizing);
    gal_policy_act(mean, sd, policy, goal);
    gal_sizing_snap(value, mean, shared.sizing);
    for (int32_t v = 0; v < N_VAR; v++)
        if (!(value[v] >= shared.bench.var[v].lo && value[v] <= shared.bench.var[v].hi)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    gal_policy *policy;
    gal_error err = {0};
    if (shared.base.n_tensor == 0) set_up();
    const char *path = edited_file(&shared.base, (edits){data, data + size});
    const gal_status status = gal_policy_load(&policy, path, shared.sizing, &err);
    unlink(path);
    if (size == 0 && status != GAL_OK) abort();
    if (status != GAL_OK) return 0;
    act(policy);
    gal_policy_destroy(policy);
    return 0;
}
