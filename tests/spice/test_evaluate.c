/* Evaluation of points by real ngspice processes. */
#include "spice/evaluate.h"

#include "spice/child.h"
#include "spice/plan.h"
#include "spice/spice_cells.h"
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MAX_POINT = 64, MAX_METRIC = 16 };

/* Points of a deck with their results. */
typedef struct sweep {
    gal_bench bench;
    gal_plan plan;
    double metric[MAX_POINT * MAX_METRIC];
    gal_point_result result[MAX_POINT];
    gal_sim_counts counts;
} sweep;

static void parse(gal_bench *bench, const char *text) {
    gal_error err = {0};
    if (gal_bench_parse(bench, gal_view_of(text), "data/spice/inline.sp", &err) != GAL_OK)
        fail_msg("%s", err.message);
}

static void read_deck(gal_bench *bench, const char *path) {
    gal_error err = {0};
    if (gal_bench_read(bench, path, &err) != GAL_OK) fail_msg("%s", err.message);
}

static void plan_points(sweep *s, const char *text, const int32_t *corner, int32_t n_corner) {
    const gal_plan_options options = {.sweep = text, .corner = corner, .n_corner = n_corner};
    gal_error err = {0};
    if (gal_plan_build(&s->plan, &s->bench, &options, &err) != GAL_OK) fail_msg("%s", err.message);
    assert_true(s->plan.n <= MAX_POINT && s->bench.n_metric <= MAX_METRIC);
}

static void run(sweep *s, int32_t n_worker, double deadline, const gal_evaluate_options *options) {
    gal_sim_pool *pool;
    gal_evaluator *evaluator;
    gal_error err = {0};
    const gal_points points = gal_plan_points(&s->plan);
    assert_int_equal(gal_sim_pool_create(&pool, n_worker, deadline, NULL), GAL_OK);
    assert_int_equal(gal_evaluator_create(&evaluator, &s->bench, pool, NULL), GAL_OK);
    if (gal_evaluator_run(s->metric, s->result, evaluator, &points, options, NULL, &err) != GAL_OK)
        fail_msg("%s", err.message);
    s->counts = gal_sim_pool_counts(pool);
    gal_evaluator_destroy(evaluator);
    gal_sim_pool_destroy(pool);
}

static void clear(sweep *s) {
    gal_plan_clear(&s->plan);
    gal_bench_clear(&s->bench);
}

static double value_of(const sweep *s, int32_t point, const char *metric) {
    const int32_t m = gal_bench_find_metric(&s->bench, metric);
    assert_true(m >= 0);
    return s->metric[point * s->bench.n_metric + m];
}

static void close_to(double value, double expected, double relative) {
    if (!(fabs(value - expected) <= relative * fabs(expected)))
        fail_msg("%.9g, expected %.9g", value, expected);
}

/* Every kind of analysis on circuits with closed forms. */
static void measures_follow_theory(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    static sweep s;
    parse(&s.bench, "rc\n.param r=1k c=1n rs=100\n*galena var r 1k 10k\n"
                    "v1 in 0 dc 1 ac 1 pulse(0 1 1u 1n 1n 1 2)\nv2 sup 0 2 \n"
                    "r1 in out {r}\nc1 out 0 {c}\nr2 sup out 1e9\n"
                    "vx x 0 3\nr3 x y {rs}\nr4 y z {3*rs}\nvz z 0 0\n"
                    ".op\n.ac dec 50 1 100meg\n.noise v(out) v1 dec 20 1 1g\n"
                    ".tran {r*c/100} {10*r*c+1u}\n.dc vx 0 10 1\n"
                    ".meas ac f3 when vdb(out)={20*log10(0.70710678)}\n"
                    ".meas tran half when v(out)={0.5*1} rise=1\n"
                    ".meas tran ln2 param='(half-1u)/(r*c)'\n"
                    ".meas tran never when v(out)=5\n"
                    ".meas tran twice max par('2*v(out)+v(x)')\n"
                    "*galena measure bw = bw3db(out)\n*galena measure ph = phase(out, at=1meg)\n"
                    "*galena measure psrr = psrr(out, v2)\n"
                    "*galena measure kt = onoise()\n"
                    "*galena measure ts = settle(out, from=1u, tol=0.02)\n"
                    "*galena measure y = v(y)\n*galena measure xy = v(v(x,y))\n"
                    "*galena measure p = power(vx)\n*galena measure eff = efficiency(vx, y, vz)\n"
                    "*galena measure line = linereg(y)\n");
    plan_points(&s, "grid:2", NULL, 0);
    run(&s, 1, 20, NULL);
    for (int i = 0; i < 2; i++) {
        const double r = i ? 1e4 : 1e3, tau = r * 1e-9, f3 = 1 / (2 * 3.14159265358979 * tau);
        close_to(value_of(&s, i, "f3"), f3, 2e-3);
        close_to(value_of(&s, i, "bw"), f3, 2e-3);
        close_to(value_of(&s, i, "ph"), -atan(1e6 / f3) * 180 / 3.14159265358979, 1e-3);
        close_to(value_of(&s, i, "psrr"), 20 * log10(1e9 / r), 1e-3);
        close_to(value_of(&s, i, "kt"), sqrt(1.380649e-23 * 300.15 / 1e-9), 1e-2);
        close_to(value_of(&s, i, "ln2"), log(2), 1e-2);
        close_to(value_of(&s, i, "twice"), 5, 1e-3);
        close_to(value_of(&s, i, "ts"), tau * log(50), 1e-2);
        close_to(value_of(&s, i, "y"), 2.25, 1e-6);
        close_to(value_of(&s, i, "xy"), 0.75, 1e-6);
        close_to(value_of(&s, i, "p"), 9.0 / 400, 1e-6);
        close_to(value_of(&s, i, "eff"), 75, 1e-6);
        close_to(value_of(&s, i, "line"), 0.75, 1e-6);
        assert_true(isnan(value_of(&s, i, "never")));
        assert_int_equal(s.result[i].status, GAL_POINT_INVALID);
        assert_string_equal(s.result[i].words, "never could not be measured");
    }
    clear(&s);
}

static void results_do_not_depend_on_workers_or_order(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    static sweep one, two;
    static const int32_t corner[] = {2, 0, 1};
    read_deck(&one.bench, "data/spice/twostage.sp");
    read_deck(&two.bench, "data/spice/twostage.sp");
    plan_points(&one, "lhs:16", corner, 3);
    plan_points(&two, "lhs:16", corner, 3);
    run(&one, 1, 20, NULL);
    /* backwards */
    for (int i = 0, k = two.plan.n - 1; i < k; i++, k--) {
        for (int v = 0; v < 4; v++) {
            const double swap = two.plan.value[4 * i + v];
            two.plan.value[4 * i + v] = two.plan.value[4 * k + v];
            two.plan.value[4 * k + v] = swap;
        }
        const int32_t c = two.plan.corner[i];
        two.plan.corner[i] = two.plan.corner[k];
        two.plan.corner[k] = c;
    }
    run(&two, 3, 20, NULL);
    const size_t row = sizeof(double) * one.bench.n_metric;
    for (int i = 0; i < one.plan.n; i++) {
        const int k = one.plan.n - 1 - i;
        assert_int_equal(one.result[i].status, two.result[k].status);
        assert_memory_equal(one.metric + i * one.bench.n_metric,
                            two.metric + k * one.bench.n_metric, row);
    }
    clear(&one);
    clear(&two);
}

static void numbered_nodes_and_other_sweeps_work(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    static sweep s;
    parse(&s.bench, "odd\n.param r=1k\n*galena var r 500 2k\nv1 1 0 dc 1 ac 1\n"
                    "r1 1 2 {r} tc1=0.01\nr2 2 0 1k\nr3 2 N[3] 1k\nr4 n[3] 0 1k\n"
                    ".ac lin 3 1 10\n.dc temp 27 127 50\n.dc r2 500 1500 500\n"
                    "*galena measure a = dcgain(2)\n*galena measure b = v(2)\n"
                    "*galena measure c = v(v(1,n[3]))\n*galena measure t = slope(2)\n"
                    "*galena measure r2 = slope(v(2), run=2)\n");
    plan_points(&s, "nominal", NULL, 0);
    run(&s, 1, 20, NULL);
    assert_string_equal(s.result[0].words, "");
    close_to(value_of(&s, 0, "a"), 20 * log10(0.4), 1e-5);
    close_to(value_of(&s, 0, "b"), 0.4, 1e-6);
    close_to(value_of(&s, 0, "c"), 0.8, 1e-6);
    const double hot = 2.0 / 3 / (2 + 2.0 / 3); /* at 127 C r1 is 2 k */
    close_to(value_of(&s, 0, "t"), (hot - 0.4) / 100, 1e-5);
    const double low = 0.4e3, high = 1.5e3 * 2e3 / 3.5e3; /* r2 parallel to r3 + r4 */
    close_to(value_of(&s, 0, "r2"), (high / (1e3 + high) - low / (1e3 + low)) / 1000, 1e-5);
    clear(&s);
}

static void cheap_runs_leave_transients_out(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    static sweep all, cheap;
    read_deck(&all.bench, "data/spice/buffer.sp");
    read_deck(&cheap.bench, "data/spice/buffer.sp");
    plan_points(&all, "nominal", NULL, 0);
    plan_points(&cheap, "nominal", NULL, 0);
    run(&all, 1, 20, NULL);
    run(&cheap, 1, 20, &(gal_evaluate_options){.cheap = 1});
    assert_int_equal(cheap.result[0].status, GAL_POINT_OK);
    assert_true(isnan(value_of(&cheap, 0, "sr")) && value_of(&all, 0, "sr") > 1e7);
    assert_true(value_of(&cheap, 0, "gain") == value_of(&all, 0, "gain"));
    assert_true(value_of(&cheap, 0, "power") == value_of(&all, 0, "power"));
    clear(&all);
    clear(&cheap);
}

static void random_functions_follow_the_seed(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    static sweep s, again;
    read_deck(&s.bench, "data/spice/mc.sp");
    read_deck(&again.bench, "data/spice/mc.sp");
    plan_points(&s, "mc:40", NULL, 0);
    plan_points(&again, "mc:40", NULL, 0);
    run(&s, 1, 20, NULL);
    run(&again, 2, 20, NULL);
    double sum = 0, square = 0;
    static sweep nominal; /* without a seed nothing is random */
    read_deck(&nominal.bench, "data/spice/mc.sp");
    plan_points(&nominal, "grid:5", NULL, 0);
    run(&nominal, 1, 20, NULL);
    for (int i = 0; i < 5; i++) close_to(nominal.metric[i], 0.5, 1e-9);
    clear(&nominal);
    for (int i = 0; i < 40; i++) {
        assert_true(s.metric[i] == again.metric[i]);
        sum += s.metric[i];
        square += s.metric[i] * s.metric[i];
    }
    const double mean = sum / 40, sigma = sqrt(square / 40 - mean * mean);
    assert_true(fabs(mean - 0.5) < 0.006); /* sigma is 0.03 sqrt(2) / 4 = 0.0106 */
    assert_true(sigma > 0.006 && sigma < 0.016);
    clear(&s);
    clear(&again);
}

/* Half of the range has no operating point: each point says so, none gets another's number. */
static void points_without_a_solution_have_no_numbers(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    static sweep s;
    parse(&s.bench, "half\n.param x=0.1\n*galena var x 0 1\n*galena measure a = v(o)\n"
                    "b1 o 0 v={x}>0.5 ? (v(o)>0.5 ? 0 : 1) : {x}\n.op\n*galena valid a>0.2\n");
    plan_points(&s, "grid:8", NULL, 0);
    run(&s, 2, 20, NULL);
    for (int i = 0; i < 8; i++) {
        const double x = s.plan.value[i];
        assert_int_equal(s.result[i].status, x > 0.5    ? GAL_POINT_NONCONVERGED
                                             : x <= 0.2 ? GAL_POINT_INVALID
                                                        : GAL_POINT_OK);
        if (x > 0.5) {
            assert_true(isnan(s.metric[i]));
            assert_int_equal(s.result[i].n_attempt, 2);
            assert_non_null(strstr(s.result[i].words, "trouble with node \"o\""));
        } else {
            close_to(s.metric[i] + 1, x + 1, 1e-9);
        }
    }
    assert_string_equal(s.result[0].words, "not valid: a>0.2");
    clear(&s);
}

static void check_words(const char *deck, gal_point_status status, const char *words) {
    static sweep s;
    memset(&s, 0, sizeof s);
    parse(&s.bench, deck);
    plan_points(&s, "nominal", NULL, 0);
    run(&s, 1, 0.5, NULL);
    if (s.result[0].status != status || !strstr(s.result[0].words, words))
        fail_msg("status %d: %s", s.result[0].status, s.result[0].words);
    assert_true(isnan(s.metric[0]));
    clear(&s);
}

static void failures_have_ngspices_words(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    check_words("t\nv1 d 0 1\nm1 d d 0 0 lost w=1u l=1u\n.op\n*galena measure a = v(d)\n",
                GAL_POINT_PARSE, "can't find model 'lost'");
    check_words("t\nv1 d 0 1\n.op\n*galena measure a = v(e)\n", GAL_POINT_PARSE,
                "no vector 'v(e)'");
    check_words("t\n.param x={nosuch*2}\nv1 d 0 {x}\n.op\n*galena measure a = v(d)\n",
                GAL_POINT_PARSE, "nosuch");
    check_words("t\nv1 d 0 1\nv2 d 0 2\n.op\n*galena measure a = v(d)\n", GAL_POINT_NONCONVERGED,
                "singular");
    check_words("t\nv1 d 0 sin(0 1 1)\nr1 d 0 1\n.tran 1p 1000\n*galena measure a = max(d)\n",
                GAL_POINT_TIMEOUT, "within 0.5 s");
}

/* Kills a simulator after the 4th and the 26th point: far enough apart for a new one in between. */
static gal_status kill_one(void *user, int32_t index, const double *metric,
                           const gal_point_result *result, gal_error *err) {
    int *n = user;
    (void)index, (void)metric, (void)result, (void)err;
    const pid_t child = ++*n == 4 || *n == 26 ? find_child() : 0;
    if (child > 0) kill(child, SIGKILL);
    return GAL_OK;
}

static void killed_workers_are_replaced(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    static sweep calm, rough;
    int n = 0;
    read_deck(&calm.bench, "data/spice/twostage.sp");
    read_deck(&rough.bench, "data/spice/twostage.sp");
    plan_points(&calm, "lhs:30", NULL, 0);
    plan_points(&rough, "lhs:30", NULL, 0);
    run(&calm, 2, 20, NULL);
    run(&rough, 2, 20, &(gal_evaluate_options){.user = &n, .done = kill_one});
    assert_int_equal(n, 30);
    assert_true(rough.counts.n_retry > 0 && rough.counts.n_restart > 0);
    assert_int_equal(rough.counts.n_failed, 0);
    assert_memory_equal(calm.metric, rough.metric, sizeof(double) * 30 * calm.bench.n_metric);
    clear(&calm);
    clear(&rough);
}

static gal_status stop_at_five(void *user, int32_t index, const double *metric,
                               const gal_point_result *result, gal_error *err) {
    int *n = user;
    (void)index, (void)metric, (void)result;
    return ++*n == 5 ? gal_fail(err, GAL_EIO, "enough") : GAL_OK;
}

static void the_receiver_can_stop_a_run(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    static sweep s;
    gal_sim_pool *pool;
    gal_evaluator *evaluator;
    gal_error err;
    int n = 0;
    read_deck(&s.bench, "data/spice/mc.sp");
    plan_points(&s, "mc:20", NULL, 0);
    const gal_points points = gal_plan_points(&s.plan);
    const gal_evaluate_options options = {.user = &n, .done = stop_at_five};
    assert_int_equal(gal_sim_pool_create(&pool, 2, 20, NULL), GAL_OK);
    assert_int_equal(gal_evaluator_create(&evaluator, &s.bench, pool, NULL), GAL_OK);
    assert_int_equal(gal_evaluator_run(NULL, NULL, evaluator, &points, &options, NULL, &err),
                     GAL_EIO);
    assert_string_equal(err.message, "enough");
    assert_int_equal(n, 5);
    assert_int_equal(gal_evaluator_run(s.metric, s.result, evaluator, &points, NULL, NULL, &err),
                     GAL_OK); /* and goes on */
    gal_evaluator_destroy(evaluator);
    gal_sim_pool_destroy(pool);
    clear(&s);
}

static void a_deck_without_measures_is_refused(void **state) {
    (void)state;
    gal_bench bench;
    gal_evaluator *evaluator;
    gal_error err;
    parse(&bench, "t\nv1 a 0 1\n.op\n");
    assert_int_equal(gal_evaluator_create(&evaluator, &bench, NULL, &err), GAL_EINVAL);
    assert_non_null(strstr(err.message, "nothing to measure"));
    gal_bench_clear(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_follow_theory),
        cmocka_unit_test(results_do_not_depend_on_workers_or_order),
        cmocka_unit_test(numbered_nodes_and_other_sweeps_work),
        cmocka_unit_test(cheap_runs_leave_transients_out),
        cmocka_unit_test(random_functions_follow_the_seed),
        cmocka_unit_test(points_without_a_solution_have_no_numbers),
        cmocka_unit_test(failures_have_ngspices_words),
        cmocka_unit_test(killed_workers_are_replaced),
        cmocka_unit_test(the_receiver_can_stop_a_run),
        cmocka_unit_test(a_deck_without_measures_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
