/* The search on functions instead of circuits: every engine, corners, budgets, failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tasks/sizing/deck.h"
#include "tasks/sizing/engine.h"
#include "tasks/sizing/report.h"
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

static const char deck[] = "* toy\n.param a=1 b=1 c=1 d=1\n.param e=2 ; untouched = 3\n"
                           "*galena var a 0.1 10 log\n*galena var b 0.1 10 log\n"
                           "*galena var c 0.1 10 log\n*galena var d 0 4 step=0.5\n"
                           "v1 x 0 {a*b*c*d}\n.op\n*galena measure gain = v(x)\n"
                           "*galena measure speed = v(x)\n*galena measure power = v(x)\n"
                           "*galena corner hot temp=125\n*galena corner cold temp=-40\n.end\n";

/* A made-up amplifier: gain, speed and power from four sizes; hot corners are slower. */
typedef struct toy {
    int n_call[3];    /* by corner */
    int fail_every;   /* 0: never; k: every k-th run has no result */
    int n, cancel_at; /* runs so far; 0: never */
    double bias;      /* of a predictor */
} toy;

static const char hard[] = "gain >= 58\nspeed >= 8e5\npower <= 4e-3\n";
static char said[1000];

static void note(void *user, const char *text) {
    (void)user;
    snprintf(said, sizeof said, "%s", text);
}

static int hear(void *user, const char *what, long done, long total, const char *detail) {
    (void)user, (void)done, (void)total, (void)detail;
    if (strcmp(what, "policy") == 0) snprintf(said, sizeof said, "%s", what);
    return 1;
}

static void amplifier(double metric[3], const double *value, int32_t corner) {
    const double a = value[0], b = value[1], c = value[2], d = value[3];
    const double slow = corner == 1 ? 0.7 : corner == 2 ? 1.2 : 1;
    metric[0] = 40 + 20 * log10(a * c / (b + 0.3)) - 2 * (d - 2) * (d - 2);
    metric[1] = 1e6 * b * slow / (0.2 + a * a * 0.1);
    metric[2] = 1e-3 * (b + 0.2 * c) * (1 + 0.1 * d);
}

static gal_status simulate(void *user, double *metric, gal_point_result *result, uint8_t *stored,
                           const double *value, const int32_t *corner, int32_t n,
                           const gal_report *report, gal_error *err) {
    toy *t = user;
    if (t->cancel_at && t->n >= t->cancel_at) return gal_fail(err, GAL_ECANCELED, "interrupted");
    assert_true(gal_progress(report, "toy", 0, 1, "%s", ""));
    for (int32_t i = 0; i < n; i++) {
        t->n_call[corner[i]]++;
        t->n++;
        stored[i] = 0;
        result[i] = (gal_point_result){.status = GAL_POINT_OK};
        amplifier(metric + (ptrdiff_t)i * 3, value + (ptrdiff_t)i * 4, corner[i]);
        if (!t->fail_every || t->n % t->fail_every) continue;
        for (int k = 0; k < 3; k++) metric[i * 3 + k] = NAN;
        result[i].status = GAL_POINT_NONCONVERGED;
        snprintf(result[i].words, sizeof result[i].words, "no operating point");
    }
    return GAL_OK;
}

static gal_status predict(void *user, double *mean, double *sd, double *valid, const double *value,
                          int32_t n, gal_error *err) {
    const toy *t = user;
    (void)err;
    for (int32_t i = 0; i < n; i++) {
        double *m = mean + (ptrdiff_t)i * 3;
        amplifier(m, value + (ptrdiff_t)i * 4, 0);
        m[0] += t->bias;
        m[1] *= 1 + 0.05 * t->bias;
        for (int k = 0; k < 3; k++) sd[i * 3 + k] = k ? 0.02 : 0.5;
        valid[i] = 1;
    }
    return GAL_OK;
}

/* A search with all it needs. */
typedef struct fixture {
    gal_bench bench;
    gal_sizing_spec spec;
    gal_sizing *sizing;
    gal_report report;
    toy toy;
} fixture;

static gal_status start(fixture *f, const char *spec, const gal_sizing_options *options,
                        gal_error *err) {
    const gal_simulator simulator = {&f->toy, simulate};
    char text[1000];
    snprintf(text, sizeof text, "deck toy.sp\n%s", spec);
    f->sizing = NULL;
    assert_int_equal(gal_bench_parse(&f->bench, gal_view_of(deck), "toy.sp", NULL), GAL_OK);
    assert_int_equal(gal_sizing_spec_parse(&f->spec, gal_view_of(text), "x.size", NULL), GAL_OK);
    assert_int_equal(gal_sizing_spec_bind(&f->spec, &f->bench, NULL), GAL_OK);
    GAL_TRY(gal_sizing_create(&f->sizing, &f->bench, &f->spec, &simulator, options, err));
    return gal_sizing_run(f->sizing, &f->report, err);
}

static void finish(fixture *f) {
    gal_sizing_destroy(f->sizing);
    gal_sizing_spec_clear(&f->spec);
    gal_bench_clear(&f->bench);
}

static const gal_sizing_design *best(const fixture *f) {
    return &f->sizing->design[f->sizing->best];
}

static void every_engine_meets_the_targets(void **state) {
    (void)state;
    static const struct {
        const char *engine;
        int budget;
    } run[] = {{"gp", 60}, {"ddpg", 80}, {"cmaes", 400}, {"de", 600}, {"random", 4000}};
    for (size_t i = 0; i < sizeof run / sizeof *run; i++) {
        fixture f = {0};
        const gal_sizing_options options = {
            .engine = run[i].engine, .budget = run[i].budget, .batch = 2, .seed = 3};
        assert_int_equal(start(&f, hard, &options, NULL), GAL_OK);
        if (!gal_sizing_met(f.sizing)) fail_msg("%s misses", run[i].engine);
        assert_true(best(&f)->metric[0] >= 58 && best(&f)->metric[1] >= 8e5 &&
                    best(&f)->metric[2] <= 4e-3);
        assert_true(f.sizing->n_sim <= run[i].budget && f.sizing->n_sim == f.toy.n);
        finish(&f);
    }
}

static void a_surrogate_needs_few_runs_even_when_it_is_wrong(void **state) {
    (void)state;
    static const uint8_t is_log[3] = {0, 1, 1};
    for (int wrong = 0; wrong < 2; wrong++) {
        fixture f = {0};
        f.toy.bias = wrong ? 2 : 0;
        const gal_predictor predictor = {
            .user = &f.toy, .predict = predict, .is_log = is_log, .n_run = 1000};
        const gal_sizing_options options = {
            .engine = "surrogate", .budget = 40, .seed = 1, .predictor = &predictor};
        assert_int_equal(start(&f, hard, &options, NULL), GAL_OK);
        assert_true(gal_sizing_met(f.sizing));
        assert_true(f.sizing->n_sim <= (wrong ? 12 : 3));
        finish(&f);
    }
}

/* Trained once, a policy serves other values of the targets. */
static void a_policy_is_trained_once(void **state) {
    (void)state;
    static const uint8_t is_log[3] = {0, 1, 1};
    static const char path[] = GALENA_TEST_TMP "/toy.policy";
    static const char *const specs[] = {hard, "gain >= 52\nspeed >= 1.5e6\npower <= 5e-3\n"};
    remove(path);
    for (int i = 0; i < 2; i++) {
        fixture f = {0};
        const gal_predictor predictor = {
            .user = &f.toy, .predict = predict, .is_log = is_log, .n_run = 1000};
        const gal_sizing_options options = {
            .engine = "policy", .budget = 40, .seed = 1, .predictor = &predictor, .policy = path};
        said[0] = '\0';
        f.report = (gal_report){.progress = hear};
        assert_int_equal(start(&f, specs[i], &options, NULL), GAL_OK);
        assert_true(gal_sizing_met(f.sizing));
        assert_true(f.sizing->n_sim <= 4);
        assert_int_equal(strstr(said, "policy") != NULL, i == 0);
        finish(&f);
    }
    fixture f = {0};
    gal_error err = {0};
    const gal_predictor predictor = {.user = &f.toy, .predict = predict, .is_log = is_log};
    const gal_sizing_options options = {
        .engine = "policy", .predictor = &predictor, .policy = path};
    assert_int_equal(start(&f, "gain >= 58\npower <= 4e-3\n", &options, &err), GAL_EMISMATCH);
    assert_non_null(strstr(err.message, "a policy for another deck"));
    finish(&f);
}

static void a_surrogate_is_asked_for(void **state) {
    (void)state;
    fixture f = {0};
    gal_error err = {0};
    const gal_sizing_options options = {.engine = "surrogate"};
    assert_int_equal(start(&f, hard, &options, &err), GAL_EINVAL);
    assert_non_null(strstr(err.message, "--model"));
    finish(&f);
    f = (fixture){0};
    const gal_sizing_options unknown = {.engine = "magic"};
    assert_int_equal(start(&f, hard, &unknown, &err), GAL_ENOTFOUND);
    assert_non_null(strstr(err.message, "gp, surrogate, policy, ddpg, cmaes, de, random"));
    finish(&f);
}

/* Other corners run only where the nominal one passes, and all of them must hold. */
static void corners_are_skipped_on_failure(void **state) {
    (void)state;
    fixture f = {0};
    char spec[200];
    const gal_sizing_options options = {.budget = 150, .seed = 2};
    snprintf(spec, sizeof spec, "%scorners nominal hot cold\n", hard);
    assert_int_equal(start(&f, spec, &options, NULL), GAL_OK);
    assert_true(gal_sizing_met(f.sizing));
    assert_true(best(&f)->metric[3 + 1] >= 8e5 && best(&f)->metric[6 + 1] >= 8e5);
    assert_true(f.toy.n_call[1] < f.toy.n_call[0] && f.toy.n_call[1] == f.toy.n_call[2]);
    for (int32_t i = 0; i < f.sizing->n_design; i++) {
        const gal_sizing_design *d = &f.sizing->design[i];
        const int passes = gal_cost_of(&f.spec, d->metric, 3, 1).hard <= 0;
        assert_int_equal(d->n_run, passes ? 3 : 1);
    }
    finish(&f);
}

/* The agent learns how the other corners differ from the first. */
static void an_agent_sees_corners(void **state) {
    (void)state;
    fixture f = {0};
    const gal_sizing_options options = {.engine = "ddpg", .budget = 150, .seed = 2};
    assert_int_equal(
        start(&f, "gain >= 54\nspeed >= 7e5\npower <= 5e-3\ncorners all\n", &options, NULL),
        GAL_OK);
    assert_true(gal_sizing_met(f.sizing));
    finish(&f);
}

static void hard_targets_come_before_soft_ones(void **state) {
    (void)state;
    fixture f = {0};
    const gal_sizing_options options = {.budget = 25, .seed = 4};
    assert_int_equal(
        start(&f, "gain >= 58\nspeed >= 8e5\npower <= 1e-6 soft weight=9\n", &options, NULL),
        GAL_OK);
    assert_true(gal_sizing_met(f.sizing) && best(&f)->cost.soft > 0);
    assert_int_equal(f.sizing->n_sim, 25);
    finish(&f);
}

static void an_objective_uses_the_whole_budget(void **state) {
    (void)state;
    fixture f = {0};
    const gal_sizing_options options = {.budget = 40, .seed = 4};
    assert_int_equal(start(&f, "gain >= 55\nspeed >= 5e5\nminimize power\n", &options, NULL),
                     GAL_OK);
    assert_true(gal_sizing_met(f.sizing));
    assert_int_equal(f.sizing->n_sim, 40);
    assert_true(best(&f)->metric[2] < 8e-4); /* random search of 100000: 6.0e-4 */
    finish(&f);
}

static void one_seed_gives_one_result(void **state) {
    (void)state;
    static const char *const engine[] = {"gp", "ddpg"};
    double value[2][4];
    const int before = omp_get_max_threads();
    for (int e = 0; e < 2; e++) {
        for (int i = 0; i < 2; i++) {
            fixture f = {0};
            const gal_sizing_options options = {
                .engine = engine[e], .budget = 16, .seed = 9, .batch = 2};
            omp_set_num_threads(i + 1);
            assert_int_equal(start(&f, "gain >= 100\n", &options, NULL), GAL_OK);
            memcpy(value[i], f.sizing->design[15].value, sizeof value[i]);
            finish(&f);
        }
        assert_memory_equal(value[0], value[1], sizeof value[0]);
    }
    omp_set_num_threads(before);
}

static void an_unreachable_target_is_named(void **state) {
    (void)state;
    fixture f = {0};
    gal_buf text;
    const gal_sizing_options options = {.budget = 25, .seed = 1};
    assert_int_equal(start(&f, "gain >= 200\nspeed >= 1e5\n", &options, NULL), GAL_OK);
    assert_false(gal_sizing_met(f.sizing));
    gal_buf_init(&text);
    gal_sizing_missed(&text, f.sizing);
    if (!strstr(text.data, "x.size: gain >= 200 V is missed by ") ||
        !strstr(text.data, "no design of 25 meets it"))
        fail_msg("%s", text.data);
    assert_null(strstr(text.data, "speed"));
    gal_buf_clear(&text);
    finish(&f);
}

static void failures_are_reported(void **state) {
    (void)state;
    fixture f = {0};
    gal_error err = {0};
    const gal_report report = {.note = note};
    const gal_sizing_options options = {.engine = "random", .budget = 60};
    f.toy.fail_every = 1;
    assert_int_equal(start(&f, hard, &options, &err), GAL_ESIM);
    assert_non_null(strstr(err.message, "nonconverged: no operating point"));
    assert_int_equal(f.sizing->n_design, 20);
    finish(&f);
    f = (fixture){0};
    f.toy.fail_every = 2;
    assert_int_equal(start(&f, "gain >= 300\n", &options, NULL), GAL_OK);
    assert_int_equal(f.sizing->n_failed, 30);
    finish(&f);
    f = (fixture){0};
    f.toy.fail_every = 2;
    assert_int_equal(
        start(&f, "gain >= 300\nbudget 1\n", &(gal_sizing_options){.engine = "random"}, NULL),
        GAL_OK);
    f.sizing->options.budget = 40;
    assert_int_equal(gal_sizing_run(f.sizing, &report, NULL), GAL_OK);
    assert_non_null(strstr(said, "simulations have no result; the first: nonconverged"));
    finish(&f);
}

static void half_of_the_gps_samples_may_fail(void **state) {
    (void)state;
    fixture f = {0};
    const gal_sizing_options options = {.budget = 120, .seed = 5};
    f.toy.fail_every = 2;
    assert_int_equal(start(&f, hard, &options, NULL), GAL_OK);
    assert_true(gal_sizing_met(f.sizing));
    finish(&f);
}

static void an_interrupted_search_keeps_the_best(void **state) {
    (void)state;
    fixture f = {0};
    const gal_sizing_options options = {.engine = "random", .budget = 60};
    f.toy.cancel_at = 17;
    assert_int_equal(start(&f, "gain >= 300\n", &options, NULL), GAL_ECANCELED);
    assert_true(f.sizing->n_design == 17 && f.sizing->best >= 0);
    finish(&f);
}

static void a_small_grid_is_exhausted(void **state) {
    (void)state;
    fixture f = {0};
    const gal_sizing_options options = {.budget = 400, .engine = "random"};
    assert_int_equal(start(&f, "gain >= 300\nkeep a b c\n", &options, NULL), GAL_OK);
    assert_int_equal(f.sizing->n_design, 9); /* d: 0 to 4 by 0.5 */
    assert_int_equal(f.toy.n, 9);
    finish(&f);
}

static void a_sized_deck_reads_back(void **state) {
    (void)state;
    gal_bench bench, again;
    gal_buf out;
    const double value[] = {2.5, 0.125, 7, 3.5};
    gal_buf_init(&out);
    assert_int_equal(gal_bench_parse(&bench, gal_view_of(deck), "toy.sp", NULL), GAL_OK);
    assert_int_equal(
        gal_sizing_deck_write(&out, gal_view_of(deck), &bench, value, "* sized\n", NULL), GAL_OK);
    assert_non_null(strstr(out.data, "* toy\n* sized\n.param a=2.5 b=0.125 c=7 d=3.5\n"));
    assert_non_null(strstr(out.data, ".param e=2 ; untouched = 3\n"));
    assert_int_equal(gal_bench_parse(&again, (gal_view){out.data, out.size}, "toy.sp", NULL),
                     GAL_OK);
    for (int i = 0; i < 4; i++) assert_true(again.var[i].value == value[i]);
    assert_true(again.hash == bench.hash);
    gal_bench_clear(&bench);
    gal_bench_clear(&again);
    gal_buf_clear(&out);
}

static void costs_are_ordered(void **state) {
    (void)state;
    gal_target t = {.sense = GAL_SENSE_GE, .value = 60, .weight = 1};
    assert_true(gal_target_miss(&t, 0, 60) == 0 && gal_target_miss(&t, 0.02, 60) > 0);
    assert_true(fabs(gal_target_miss(&t, 0, 40) - 0.2) < 1e-12 && gal_target_miss(&t, 0, NAN) == 1);
    t = (gal_target){.sense = GAL_SENSE_LE, .value = -60, .weight = 1};
    assert_true(gal_target_miss(&t, 0, -61) == 0 && gal_target_miss(&t, 0, -40) > 0);
    t = (gal_target){.sense = GAL_SENSE_EQ, .value = 2, .tolerance = 0.1, .weight = 1};
    assert_true(gal_target_miss(&t, 0, 2.1) == 0 && gal_target_miss(&t, 0, 1.7) > 0);
    assert_true(gal_cost_rank(0.1, 0, 0) > gal_cost_rank(0, 5, 0));
    assert_true(gal_cost_rank(0, 0.1, -9) > gal_cost_rank(0, 0, 9));
    assert_true(gal_cost_rank(0, 0, 1) > gal_cost_rank(0, 0, -1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_engine_meets_the_targets),
        cmocka_unit_test(a_surrogate_needs_few_runs_even_when_it_is_wrong),
        cmocka_unit_test(a_policy_is_trained_once),
        cmocka_unit_test(a_surrogate_is_asked_for),
        cmocka_unit_test(corners_are_skipped_on_failure),
        cmocka_unit_test(an_agent_sees_corners),
        cmocka_unit_test(hard_targets_come_before_soft_ones),
        cmocka_unit_test(an_objective_uses_the_whole_budget),
        cmocka_unit_test(one_seed_gives_one_result),
        cmocka_unit_test(an_unreachable_target_is_named),
        cmocka_unit_test(failures_are_reported),
        cmocka_unit_test(half_of_the_gps_samples_may_fail),
        cmocka_unit_test(an_interrupted_search_keeps_the_best),
        cmocka_unit_test(a_small_grid_is_exhausted),
        cmocka_unit_test(a_sized_deck_reads_back),
        cmocka_unit_test(costs_are_ordered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
