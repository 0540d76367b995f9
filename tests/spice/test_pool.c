#include "spice/pool.h"

#include "spice/spice_cells.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_JOB = 24 };

/* RC circuits with growing resistors; every seventh has an undefined parameter. */
static char deck[N_JOB][160];
static const char *const want[] = {"time", "v(out)"};
static const gal_sim_step step = {
    .command = "tran 20n 2u", .want = want, .n_want = 2, .reach = 2e-6};
static gal_sim_job job[N_JOB];

static int write_jobs(void **state) {
    (void)state;
    for (int j = 0; j < N_JOB; j++) {
        snprintf(deck[j], sizeof deck[j],
                 "* rc\nv1 in 0 pwl(0 0 10n 1)\nr1 in out %s%d\nc1 out 0 1n\nr2 out 0 10k\n.end\n",
                 j % 7 == 3 ? "{lost}" : "", 100 * (j + 1));
        job[j] = (gal_sim_job){.deck = deck[j], .step = &step, .n_step = 1};
    }
    return 0;
}

static void run_all(gal_sim_result *result, int32_t n_worker) {
    gal_sim_pool *pool;
    assert_int_equal(gal_sim_pool_create(&pool, n_worker, 20, NULL), GAL_OK);
    assert_int_equal(gal_sim_pool_run(result, pool, job, N_JOB, NULL, NULL), GAL_OK);
    const gal_sim_counts counts = gal_sim_pool_counts(pool);
    assert_int_equal(counts.n_job, N_JOB);
    assert_int_equal(counts.n_failed, 3);
    assert_int_equal(counts.n_retry, 3);
    assert_true(counts.n_restart >= 3);
    gal_sim_pool_destroy(pool);
}

static void results_do_not_depend_on_the_workers(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    gal_sim_result one[N_JOB], two[N_JOB];
    run_all(one, 1);
    run_all(two, 2);
    for (int j = 0; j < N_JOB; j++) {
        const int bad = j % 7 == 3;
        assert_int_equal(one[j].error.code, bad ? GAL_ESIM : GAL_OK);
        assert_int_equal(one[j].n_attempt, bad ? 2 : 1);
        assert_string_equal(one[j].error.message, two[j].error.message);
        assert_int_equal(one[j].n_vector, two[j].n_vector);
        for (int32_t v = 0; v < one[j].n_vector; v++) {
            const gal_sim_vector *a = &one[j].vector[v], *b = &two[j].vector[v];
            assert_int_equal(a->n, b->n);
            assert_memory_equal(a->real, b->real, (size_t)a->n * sizeof(double));
        }
        if (!bad) { /* the final value of the divider tells which job this is */
            const gal_sim_vector *out = &one[j].vector[1];
            const double r = 100.0 * (j + 1), tau = 1e-9 * r * 1e4 / (r + 1e4);
            const double expected = 1e4 / (r + 1e4) * (1 - exp(-1.995e-6 / tau));
            assert_true(fabs(out->real[out->n - 1] - expected) < 2e-3);
        }
        gal_sim_result_clear(&one[j]);
        gal_sim_result_clear(&two[j]);
    }
}

static int stop_after_three(void *user, const char *what, long done, long total,
                            const char *detail) {
    (void)user, (void)what, (void)total, (void)detail;
    return done < 3;
}

static void the_report_can_stop_a_run(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    gal_sim_pool *pool;
    gal_sim_result result[N_JOB];
    const gal_report report = {.progress = stop_after_three};
    gal_error err;
    assert_int_equal(gal_sim_pool_create(&pool, 2, 20, NULL), GAL_OK);
    assert_int_equal(gal_sim_pool_run(result, pool, job, N_JOB, &report, &err), GAL_ECANCELED);
    assert_non_null(strstr(err.message, "of 24"));
    /* The pool goes on. */
    assert_int_equal(gal_sim_pool_run(result, pool, job, 2, NULL, NULL), GAL_OK);
    assert_int_equal(result[1].error.code, GAL_OK);
    for (int j = 0; j < 2; j++) gal_sim_result_clear(&result[j]);
    assert_int_equal(gal_sim_pool_run(result, pool, job, 0, NULL, NULL), GAL_OK);
    gal_sim_pool_destroy(pool);
}

static void a_hanging_job_is_counted_and_the_rest_runs(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    gal_sim_pool *pool;
    gal_sim_result result[3];
    const gal_sim_step endless = {.command = "tran 1p 1000"};
    const gal_sim_job mixed[3] = {job[0], {.deck = deck[0], .step = &endless, .n_step = 1}, job[1]};
    assert_int_equal(gal_sim_pool_create(&pool, 1, 0.5, NULL), GAL_OK);
    assert_int_equal(gal_sim_pool_run(result, pool, mixed, 3, NULL, NULL), GAL_OK);
    assert_int_equal(result[0].error.code, GAL_OK);
    assert_int_equal(result[1].error.code, GAL_ESIM);
    assert_int_equal(result[1].n_attempt, 2);
    assert_int_equal(result[2].error.code, GAL_OK);
    for (int j = 0; j < 3; j++) gal_sim_result_clear(&result[j]);
    gal_sim_pool_destroy(pool);
}

static void absurd_sizes_are_refused(void **state) {
    (void)state;
    gal_sim_pool *pool;
    assert_int_equal(gal_sim_pool_create(&pool, 100000, 20, NULL), GAL_EINVAL);
    assert_null(pool);
    gal_sim_pool_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_do_not_depend_on_the_workers),
        cmocka_unit_test(the_report_can_stop_a_run),
        cmocka_unit_test(a_hanging_job_is_counted_and_the_rest_runs),
        cmocka_unit_test(absurd_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, write_jobs, NULL);
}
