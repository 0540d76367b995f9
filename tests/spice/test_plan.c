/* Plans of points. */
#include "spice/plan.h"
#include "spice/sobol.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int read_bench(void **state) {
    static gal_bench bench;
    *state = &bench;
    return gal_bench_read(&bench, "data/spice/twostage.sp", NULL) == GAL_OK ? 0 : -1;
}

static int clear_bench(void **state) {
    gal_bench_clear(*state);
    return 0;
}

static void build(gal_plan *plan, const gal_bench *bench, const gal_plan_options *options) {
    gal_error err = {0};
    if (gal_plan_build(plan, bench, options, &err) != GAL_OK) fail_msg("%s", err.message);
}

static double part_of(const gal_bench_var *var, double value) {
    return var->log ? log(value / var->lo) / log(var->hi / var->lo)
                    : (value - var->lo) / (var->hi - var->lo);
}

static void lhs_has_one_point_per_stratum(void **state) {
    const gal_bench *bench = *state;
    enum { N = 50 };
    gal_plan plan, again, other;
    build(&plan, bench, &(gal_plan_options){.sweep = "lhs:50", .seed = 3});
    build(&again, bench, &(gal_plan_options){.sweep = "lhs:50", .seed = 3});
    build(&other, bench, &(gal_plan_options){.sweep = "lhs:50", .seed = 4});
    assert_int_equal(plan.n, N);
    assert_memory_equal(plan.value, again.value, sizeof(double) * N * 4);
    assert_memory_not_equal(plan.value, other.value, sizeof(double) * N * 4);
    for (int v = 0; v < 4; v++) {
        int seen[N] = {0};
        if (bench->var[v].step > 0) continue; /* moved to its step */
        for (int i = 0; i < N; i++)
            seen[(int)(part_of(&bench->var[v], plan.value[4 * i + v]) * N)]++;
        for (int i = 0; i < N; i++) assert_int_equal(seen[i], 1);
    }
    for (int i = 0; i < N; i++) {
        const double k = (plan.value[4 * i + 1] - 10e-6) / 0.5e-6;
        assert_true(fabs(k - nearbyint(k)) < 1e-9);
    }
    gal_plan_clear(&plan);
    gal_plan_clear(&again);
    gal_plan_clear(&other);
}

static void a_grid_has_every_combination(void **state) {
    const gal_bench *bench = *state;
    const uint8_t vary[4] = {1, 0, 0, 1};
    gal_plan plan;
    build(&plan, bench, &(gal_plan_options){.sweep = "grid:3", .vary = vary});
    assert_int_equal(plan.n, 9);
    assert_true(plan.value[0] == 2e-6 && fabs(plan.value[8 * 4] - 50e-6) < 1e-18);
    assert_true(fabs(plan.value[4 * 4] - 10e-6) < 1e-15); /* the middle of a logarithmic range */
    assert_true(plan.value[1] == 40e-6);
    assert_true(plan.value[3] == 0.3e-6 && plan.value[4 + 3] == 1.15e-6);
    gal_plan_clear(&plan);
    build(&plan, bench, &(gal_plan_options){.sweep = "nominal"});
    assert_int_equal(plan.n, 1);
    assert_true(plan.value[2] == 1e-12 && plan.corner[0] == 0 && plan.seed[0] == 0);
    gal_plan_clear(&plan);
}

static void given_points_stand_as_they_are(void **state) {
    const gal_bench *bench = *state;
    const double point[2][4] = {{3e-6, NAN, NAN, 1e-3}, {NAN, 41e-6, NAN, NAN}};
    const int32_t corner[] = {0, 2};
    gal_plan plan;
    build(&plan, bench,
          &(gal_plan_options){
              .point = point[0], .n_point = 2, .corner = corner, .n_corner = 2, .seed = 5});
    assert_int_equal(plan.n, 4);
    assert_true(plan.value[4] == 3e-6 && plan.value[4 + 2] == 1e-12 && plan.value[4 + 3] == 1e-3);
    assert_true(plan.value[8] == bench->var[0].value && plan.value[8 + 1] == 41e-6);
    assert_true(plan.corner[3] == 2 && plan.seed[3] == 0);
    gal_plan_clear(&plan);
}

static void shards_add_up(void **state) {
    const gal_bench *bench = *state;
    const int32_t corner[] = {1, 2};
    gal_plan all, part;
    gal_plan_options o = {.sweep = "sobol:7", .corner = corner, .n_corner = 2};
    build(&all, bench, &o);
    assert_int_equal(all.n, 14);
    int n = 0;
    for (o.shard = 0, o.n_shard = 3; o.shard < 3; o.shard++) {
        build(&part, bench, &o);
        for (int i = 0; i < part.n; i++, n++) {
            const int k = o.shard + 3 * i;
            assert_memory_equal(part.value + 4 * i, all.value + 4 * k, 4 * sizeof(double));
            assert_int_equal(part.corner[i], all.corner[k]);
        }
        gal_plan_clear(&part);
    }
    assert_int_equal(n, 14);
    gal_plan_clear(&all);
}

/* Every coordinate's first 2^k points (the origin included) hit each of 2^k intervals once, and the
 * mean of a product of two coordinates tends to 1/4. */
static void sobol_is_even(void **state) {
    (void)state;
    for (int d = 0; d < GAL_SOBOL_DIMENSIONS; d++) {
        int seen[256] = {0};
        for (uint32_t i = 0; i < 256; i++) seen[(int)(gal_sobol(d, i) * 256)]++;
        for (int i = 0; i < 256; i++) assert_int_equal(seen[i], 1);
        for (int e = 0; e < d; e++) {
            double sum = 0;
            for (uint32_t i = 0; i < 4096; i++) sum += gal_sobol(d, i) * gal_sobol(e, i);
            assert_true(fabs(sum / 4096 - 0.25) < 2e-3);
        }
    }
}

static void bad_plans_are_refused(void **state) {
    gal_plan plan;
    gal_error err = {0};
    static const char *const bad[] = {"lhs",    "lhs:",     "lhs:0", "lhs:-1",
                                      "lhs:1x", "latin:10", "mc:5",  "grid:100000"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_not_equal(
            gal_plan_build(&plan, *state, &(gal_plan_options){.sweep = bad[i]}, &err), GAL_OK);
    gal_bench bench;
    assert_int_equal(gal_bench_parse(&bench,
                                     gal_view_of("t\n.param w=1\nv1 a 0 {w}\n.op\n"
                                                 "*galena measure x = v(a)\n"),
                                     "t.sp", NULL),
                     GAL_OK);
    assert_int_equal(gal_plan_build(&plan, &bench, &(gal_plan_options){.sweep = "lhs:5"}, &err),
                     GAL_EINVAL);
    assert_non_null(strstr(err.message, "no design variable has a range"));
    assert_non_null(strstr(err.message, "for example for w"));
    gal_bench_clear(&bench);
}

static void monte_carlo_points_differ_by_seed(void **state) {
    (void)state;
    gal_bench bench;
    gal_plan plan;
    assert_int_equal(gal_bench_read(&bench, "data/spice/mc.sp", NULL), GAL_OK);
    assert_true(bench.random);
    build(&plan, &bench, &(gal_plan_options){.sweep = "mc:3", .seed = 7});
    assert_int_equal(plan.n, 3);
    assert_true(plan.seed[0] && plan.seed[0] != plan.seed[1] && plan.seed[1] != plan.seed[2]);
    assert_true(plan.value[0] == 1e3 && plan.value[2] == 1e3);
    gal_plan_clear(&plan);
    gal_bench_clear(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lhs_has_one_point_per_stratum),
        cmocka_unit_test(a_grid_has_every_combination),
        cmocka_unit_test(given_points_stand_as_they_are),
        cmocka_unit_test(shards_add_up),
        cmocka_unit_test(sobol_is_even),
        cmocka_unit_test(bad_plans_are_refused),
        cmocka_unit_test(monte_carlo_points_differ_by_seed),
    };
    return cmocka_run_group_tests(tests, read_bench, clear_bench);
}
