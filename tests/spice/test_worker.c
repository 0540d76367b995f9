#include "spice/worker.h"

#include "spice/child.h"
#include "spice/spice_cells.h"
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char divider[] = "* divider\nv1 in 0 3\nr1 in out 2k\nr2 out 0 1k\n.end\n";
static const char *const want_out[] = {"out", "v1#branch"};
static const gal_sim_step operating_point = {.command = "op", .want = want_out, .n_want = 2};
static const gal_sim_job good_job = {.deck = divider, .step = &operating_point, .n_step = 1};

static int set_up(void **state) {
    if (ngspice_missing()) return 0;
    return gal_sim_worker_create((gal_sim_worker **)state, NULL);
}

static int tear_down(void **state) {
    gal_sim_worker_destroy(*state);
    return 0;
}

static gal_sim_worker *worker_of(void **state) {
    if (!*state) skip();
    return *state;
}

static void check_divider(gal_sim_worker *worker) {
    gal_sim_result result = {0};
    assert_int_equal(gal_sim_worker_run(&result, worker, &good_job, 20, NULL), GAL_OK);
    assert_int_equal(result.error.code, GAL_OK);
    assert_int_equal(result.n_vector, 2);
    assert_int_equal(result.vector[0].n, 1);
    assert_true(fabs(gal_sim_result_find(&result, "OUT")->real[0] - 1.0) < 1e-9);
    assert_true(fabs(result.vector[1].real[0] + 1e-3) < 1e-9);
    assert_null(gal_sim_result_find(&result, "nothing"));
    gal_sim_result_clear(&result);
}

/* Runs a job that must fail with `words` in its message, then a good one. */
static void check_failure(gal_sim_worker *worker, const gal_sim_job *job, double deadline,
                          const char *words) {
    gal_sim_result result = {0};
    assert_int_equal(gal_sim_worker_run(&result, worker, job, deadline, NULL), GAL_OK);
    assert_int_equal(result.error.code, GAL_ESIM);
    assert_int_equal(result.n_vector, 0);
    if (!strstr(result.error.message, words)) print_error("message: %s\n", result.error.message);
    assert_non_null(strstr(result.error.message, words));
    gal_sim_result_clear(&result);
    check_divider(worker);
}

static void divider_and_again(void **state) {
    gal_sim_worker *worker = worker_of(state);
    for (int i = 0; i < 5; i++) check_divider(worker);
    assert_int_equal(gal_sim_worker_starts(worker), 1);
}

static void rc_step_follows_the_exponential(void **state) {
    gal_sim_worker *worker = worker_of(state);
    const char deck[] = "* rc\nv1 in 0 pwl(0 0 1p 1)\nr1 in out 1k\nc1 out 0 1n\n.end\n";
    const char *const want[] = {"time", "v(out)"};
    const gal_sim_step step = {.command = "tran 10n 5u", .want = want, .n_want = 2, .reach = 5e-6};
    const gal_sim_job job = {.deck = deck, .step = &step, .n_step = 1};
    gal_sim_result result = {0};
    assert_int_equal(gal_sim_worker_run(&result, worker, &job, 20, NULL), GAL_OK);
    assert_int_equal(result.error.code, GAL_OK);
    assert_true(result.vector[0].n > 100 && result.vector[0].n == result.vector[1].n);
    for (int32_t i = 0; i < result.vector[0].n; i++) {
        const double t = result.vector[0].real[i], v = result.vector[1].real[i];
        if (t > 1e-9) assert_true(fabs(v - (1 - exp(-t / 1e-6))) < 1e-3);
    }
    gal_sim_result_clear(&result);
}

static void ac_is_complex_and_meas_a_number(void **state) {
    gal_sim_worker *worker = worker_of(state);
    const char deck[] = "* rc\nv1 in 0 dc 0 ac 1\nr1 in out 1k\nc1 out 0 1n\n.end\n";
    const char *const want[] = {"frequency", "out"}, *const corner[] = {"corner"};
    const gal_sim_step step[] = {
        {.command = "ac dec 20 1k 10meg", .want = want, .n_want = 2, .reach = 10e6},
        {.command = "meas ac corner when vdb(out)=-3.0103", .want = corner, .n_want = 1}};
    const gal_sim_job job = {.deck = deck, .step = step, .n_step = 2};
    gal_sim_result result = {0};
    assert_int_equal(gal_sim_worker_run(&result, worker, &job, 20, NULL), GAL_OK);
    assert_string_equal(result.error.message, "");
    const gal_sim_vector *f = &result.vector[0], *out = &result.vector[1];
    assert_non_null(out->imag);
    const double x = 2 * 3.14159265358979 * f->real[40] * 1e-6;
    assert_true(fabs(out->real[40] - 1 / (1 + x * x)) < 1e-6);
    assert_true(fabs(out->imag[40] + x / (1 + x * x)) < 1e-6);
    assert_true(fabs(result.vector[2].real[0] - 159155) < 500);
    gal_sim_result_clear(&result);
}

static void bad_decks_give_an_error_then_good_ones_work(void **state) {
    gal_sim_worker *worker = worker_of(state);
    const gal_sim_job undefined = {
        .deck = "* p\nv1 in 0 1\nr1 in 0 {nowhere}\n.end\n", .step = &operating_point, .n_step = 1};
    const gal_sim_job no_model = {.deck = "* m\nv1 in 0 1\nm1 in in 0 0 lost w=1u l=1u\n.end\n",
                                  .step = &operating_point,
                                  .n_step = 1};
    const gal_sim_job empty = {.deck = "", .step = &operating_point, .n_step = 1};
    check_failure(worker, &undefined, 20, "nowhere");
    check_failure(worker, &no_model, 20, "lost");
    check_failure(worker, &empty, 20, "");
}

static void bad_commands_and_vectors_are_errors(void **state) {
    gal_sim_worker *worker = worker_of(state);
    const char *const missing[] = {"nowhere"};
    const gal_sim_step no_vector = {.command = "op", .want = missing, .n_want = 1},
                       no_command = {.command = "flurb 1 2", .want = want_out, .n_want = 2},
                       short_run = {.command = "tran 1n 1u", .reach = 2e-6},
                       bad_meas = {
                           .command = "meas tran x when v(out)=77", .want = missing, .n_want = 1};
    const gal_sim_step *const step[] = {&no_vector, &no_command, &short_run, &bad_meas};
    for (size_t i = 0; i < sizeof step / sizeof *step; i++) {
        const gal_sim_job job = {.deck = divider, .step = step[i], .n_step = 1};
        check_failure(worker, &job, 20, "");
    }
}

static void quit_costs_one_process(void **state) {
    gal_sim_worker *worker = worker_of(state);
    const int32_t before = gal_sim_worker_starts(worker);
    const gal_sim_step quit = {.command = "quit"};
    const gal_sim_job job = {.deck = divider, .step = &quit, .n_step = 1};
    check_failure(worker, &job, 20, "quit");
    assert_int_equal(gal_sim_worker_starts(worker), before + 1);
}

static void a_crash_is_reported_and_repaired(void **state) {
    gal_sim_worker *worker = worker_of(state);
    const gal_sim_step endless = {.command = "tran 1p 1000"};
    const gal_sim_job busy = {.deck = divider, .step = &endless, .n_step = 1};
    gal_sim_result result = {0};
    assert_int_equal(gal_sim_worker_start(worker, &busy, 20, NULL), GAL_OK);
    const pid_t child = find_child();
    if (child <= 0) skip();
    assert_int_equal(kill(child, SIGSEGV), 0);
    while (!gal_sim_worker_poll(&result, worker)) usleep(1000);
    assert_int_equal(result.error.code, GAL_ESIM);
    assert_non_null(strstr(result.error.message, "signal 11"));
    gal_sim_result_clear(&result);
    check_divider(worker);
    assert_int_equal(kill(find_child(), SIGKILL), 0); /* dies between two jobs */
    assert_int_equal(gal_sim_worker_run(&result, worker, &good_job, 20, NULL), GAL_OK);
    assert_int_equal(result.error.code, GAL_ESIM);
    check_divider(worker);
}

static void a_hang_ends_at_its_deadline(void **state) {
    gal_sim_worker *worker = worker_of(state);
    const gal_sim_step sleeper = {.command = "shell sleep 20"},
                       endless = {.command = "tran 1p 1000"};
    const gal_sim_job hang = {.deck = divider, .step = &sleeper, .n_step = 1},
                      busy = {.deck = divider, .step = &endless, .n_step = 1};
    check_failure(worker, &hang, 0.2, "within 0.2 s");
    check_failure(worker, &busy, 0.2, "within 0.2 s");
}

static void a_resident_deck_is_loaded_once(void **state) {
    gal_sim_worker *worker = worker_of(state);
    const char deck[] = "* r\n.param r=1k\nv1 in 0 3\nr1 in out {r}\nr2 out 0 1k\n.end\n";
    const char *const three[] = {"alterparam r = 2k", "reset"}, *const back[] = {"reset"};
    gal_sim_job job = {.deck = deck, .step = &operating_point, .n_step = 1, .resident = 77};
    gal_sim_result result = {0};
    for (int round = 0; round < 3; round++) {
        job.prepare = round == 1 ? three : back;
        job.n_prepare = round == 1 ? 2 : 1;
        if (round == 2) job.resident = 78; /* another deck: the altered one is gone */
        assert_int_equal(gal_sim_worker_run(&result, worker, &job, 20, NULL), GAL_OK);
        assert_string_equal(result.error.message, "");
        assert_true(fabs(result.vector[0].real[0] - (round == 1 ? 1.0 : 1.5)) < 1e-9);
        gal_sim_result_clear(&result);
    }
    check_divider(worker); /* which is not resident */
    job.resident = 78;
    assert_int_equal(gal_sim_worker_run(&result, worker, &job, 20, NULL), GAL_OK);
    assert_true(fabs(result.vector[0].real[0] - 1.5) < 1e-9);
    gal_sim_result_clear(&result);
}

static void an_optional_step_may_fail(void **state) {
    gal_sim_worker *worker = worker_of(state);
    const char *const x[] = {"x"}, *const all[] = {"*"}, *const op[] = {"op:v(out)"};
    const gal_sim_step step[] = {
        {.command = "op", .want = all, .n_want = 1},
        {.command = "tran 1n 1u", .want = op, .n_want = 1},
        {.command = "meas tran x when v(out)=77", .want = x, .n_want = 1, .optional = 1},
        {.command = "meas tran x max v(out)", .want = x, .n_want = 1, .optional = 1}};
    const gal_sim_job job = {.deck = divider, .step = step, .n_step = 4};
    gal_sim_result result = {0};
    assert_int_equal(gal_sim_worker_run(&result, worker, &job, 20, NULL), GAL_OK);
    assert_string_equal(result.error.message, "");
    assert_int_equal(result.n_vector, 5); /* in and out, out again, x twice */
    assert_true(fabs(gal_sim_result_find(&result, "op:v(out)")->real[0] - 1) < 1e-9);
    assert_int_equal(result.vector[3].n, 0);
    assert_null(result.vector[3].real);
    assert_true(fabs(result.vector[4].real[0] - 1) < 1e-9);
    gal_sim_result_clear(&result);
}

static void failures_are_told_apart(void **state) {
    gal_sim_worker *worker = worker_of(state);
    const char *const lost[] = {"nowhere"};
    const gal_sim_step missing = {.command = "op", .want = lost, .n_want = 1},
                       endless = {.command = "tran 1p 1000"}, quit = {.command = "quit"};
    const struct {
        gal_sim_job job;
        gal_sim_fault fault;
        double deadline;
    } one[] = {
        {{.deck = "* p\nr1 a 0 {x}\n", .step = &operating_point, .n_step = 1}, GAL_SIM_PARSE, 20},
        {{.deck = "* s\nv1 a 0 1\nv2 a 0 2\n", .step = &operating_point, .n_step = 1},
         GAL_SIM_CONVERGENCE,
         20},
        {{.deck = divider, .step = &missing, .n_step = 1}, GAL_SIM_MISSING, 20},
        {{.deck = divider, .step = &endless, .n_step = 1}, GAL_SIM_TIMEOUT, 0.1},
        {{.deck = divider, .step = &quit, .n_step = 1}, GAL_SIM_PARSE, 20},
    };
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        gal_sim_result result = {0};
        assert_int_equal(gal_sim_worker_run(&result, worker, &one[i].job, one[i].deadline, NULL),
                         GAL_OK);
        assert_int_equal(result.fault, one[i].fault);
        gal_sim_result_clear(&result);
    }
}

static void memory_is_bounded(void **state) {
    gal_sim_worker *worker = worker_of(state);
#if defined(__SANITIZE_ADDRESS__)
    skip(); /* shadow memory and limits do not go together */
#endif
    const gal_sim_step glutton = {.command = "let x = vector(500000000)"}; /* 4 GB */
    const gal_sim_job job = {.deck = divider, .step = &glutton, .n_step = 1};
    check_failure(worker, &job, 20, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divider_and_again),
        cmocka_unit_test(rc_step_follows_the_exponential),
        cmocka_unit_test(ac_is_complex_and_meas_a_number),
        cmocka_unit_test(bad_decks_give_an_error_then_good_ones_work),
        cmocka_unit_test(bad_commands_and_vectors_are_errors),
        cmocka_unit_test(quit_costs_one_process),
        cmocka_unit_test(a_crash_is_reported_and_repaired),
        cmocka_unit_test(a_hang_ends_at_its_deadline),
        cmocka_unit_test(a_resident_deck_is_loaded_once),
        cmocka_unit_test(an_optional_step_may_fail),
        cmocka_unit_test(failures_are_told_apart),
        cmocka_unit_test(memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
