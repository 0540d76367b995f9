/* The run store: what is put in comes out, once, and of the right deck only. */
#include "spice/plan.h"
#include "spice/spice_cells.h"
#include "spice/sweep.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PLACE GALENA_TEST_TMP "/store_"

static void drop(const char *path) {
    char text[4200];
    static const char *const tail[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "%s%s", path, tail[i]);
        unlink(text);
    }
}

static gal_bench bench;

static int read_bench(void **state) {
    (void)state;
    return gal_bench_read(&bench, "data/spice/buffer.sp", NULL) == GAL_OK ? 0 : -1;
}

static int clear_bench(void **state) {
    (void)state;
    gal_bench_clear(&bench);
    return 0;
}

static gal_store *open_store(const char *path) {
    gal_store *store;
    gal_error err = {0};
    if (gal_store_open(&store, path, &bench, 0, &err) != GAL_OK) fail_msg("%s", err.message);
    return store;
}

/* Point k: awkward numbers, one of them missing. */
static void put_point(gal_store *store, int k) {
    const double value[] = {1.0 / (3 + k), 1e-12 * (k + 1)};
    const double metric[] = {k + 0.1, 1e-300, -1.0 / 3, NAN, 12345678901234.5, 5e-324};
    gal_point_result result = {.status = k % 2 ? GAL_POINT_INVALID : GAL_POINT_OK};
    if (k % 2) snprintf(result.words, sizeof result.words, "it's \"%d\"", k);
    gal_error err = {0};
    if (gal_store_put(store, value, 0, (uint64_t)k, metric, &result, &err) != GAL_OK)
        fail_msg("%s", err.message);
}

static int get_point(gal_store *store, int k) {
    const double value[] = {1.0 / (3 + k), 1e-12 * (k + 1)};
    double metric[6];
    gal_point_result result;
    int found;
    assert_int_equal(gal_store_get(&found, metric, &result, store, value, 0, (uint64_t)k, NULL),
                     GAL_OK);
    if (!found) return 0;
    assert_true(metric[0] == k + 0.1 && metric[1] == 1e-300 && metric[2] == -1.0 / 3);
    assert_true(isnan(metric[3]) && metric[4] == 12345678901234.5 && metric[5] == 5e-324);
    assert_int_equal(result.status, k % 2 ? GAL_POINT_INVALID : GAL_POINT_OK);
    if (k % 2) assert_non_null(strstr(result.words, "it's \""));
    return 1;
}

static int64_t count(gal_store *store) {
    int64_t n;
    assert_int_equal(gal_store_count(&n, store, NULL), GAL_OK);
    return n;
}

static void points_come_back(void **state) {
    (void)state;
    const char path[] = PLACE "a.db";
    drop(path);
    gal_store *store = open_store(path);
    for (int k = 0; k < 20; k++) put_point(store, k);
    put_point(store, 3); /* again: replaced */
    assert_int_equal(gal_store_close(store, NULL), GAL_OK);
    store = open_store(path);
    assert_int_equal(count(store), 20);
    for (int k = 0; k < 20; k++) assert_true(get_point(store, k));
    assert_false(get_point(store, 20));
    assert_int_equal(gal_store_close(store, NULL), GAL_OK);
    assert_int_equal(gal_store_close(NULL, NULL), GAL_OK);
}

static gal_status check_row(void *user, const double *value, const char *corner, uint64_t seed,
                            const double *metric, const gal_point_result *result, gal_error *err) {
    int *n = user;
    (void)result, (void)err;
    const int k = (*n)++;
    assert_true(value[0] == 1.0 / (3 + k) && value[1] == 1e-12 * (k + 1));
    assert_true(metric[0] == k + 0.1 && seed == (uint64_t)k);
    assert_string_equal(corner, "nominal");
    return k == 12 ? gal_fail(err, GAL_ECANCELED, "thirteen") : GAL_OK;
}

static void rows_are_listed_in_order(void **state) {
    (void)state;
    const char path[] = PLACE "b.db";
    int n = 0;
    drop(path);
    gal_store *store = open_store(path);
    for (int k = 0; k < 15; k++) put_point(store, k);
    assert_int_equal(gal_store_each(store, check_row, &n, NULL), GAL_ECANCELED);
    assert_int_equal(n, 13);
    gal_store_close(store, NULL);
}

static void shards_merge(void **state) {
    (void)state;
    const char *const path[] = {PLACE "s0.db", PLACE "s1.db", PLACE "all.db"};
    gal_store *store;
    int64_t n_new;
    gal_error err = {0};
    for (int i = 0; i < 3; i++) drop(path[i]);
    for (int i = 0; i < 2; i++) {
        store = open_store(path[i]);
        for (int k = 0; k < 10; k++)
            if (k % 2 == i || k == 0) put_point(store, k);
        gal_store_close(store, NULL);
    }
    store = open_store(path[2]);
    assert_int_equal(gal_store_merge(&n_new, store, path[0], NULL), GAL_OK);
    assert_int_equal(n_new, 5);
    assert_int_equal(gal_store_merge(&n_new, store, path[1], NULL), GAL_OK);
    assert_int_equal(n_new, 5); /* point 0 was there */
    assert_int_equal(gal_store_merge(&n_new, store, PLACE "nowhere.db", &err), GAL_EIO);
    assert_int_equal(gal_store_merge(&n_new, store, "data/spice/buffer.sp", &err), GAL_EIO);
    for (int k = 0; k < 10; k++) assert_true(get_point(store, k));
    gal_store_close(store, NULL);
}

static void another_deck_is_refused(void **state) {
    (void)state;
    const char path[] = PLACE "c.db";
    gal_bench other;
    gal_store *store;
    gal_error err = {0};
    int64_t n_new;
    drop(path);
    gal_store_close(open_store(path), NULL);
    assert_int_equal(gal_bench_read(&other, "data/spice/ring.sp", NULL), GAL_OK);
    assert_int_equal(gal_store_open(&store, path, &other, 0, &err), GAL_EMISMATCH);
    assert_non_null(strstr(err.message, "unity-gain buffer"));
    assert_non_null(strstr(err.message, "--add-deck"));
    assert_int_equal(gal_store_open(&store, PLACE "d.db", &other, 1, &err), GAL_OK);
    assert_int_equal(gal_store_merge(&n_new, store, path, &err), GAL_EMISMATCH);
    gal_store_close(store, NULL);
    drop(PLACE "d.db");
    assert_int_equal(gal_store_open(&store, path, &other, 1, &err), GAL_OK);
    assert_int_equal(count(store), 0);
    gal_store_close(store, NULL);
    assert_int_equal(gal_store_open(&store, path, &other, 0, &err), GAL_OK); /* now it is there */
    gal_store_close(store, NULL);
    gal_bench_clear(&other);
}

static void what_is_no_store_is_refused(void **state) {
    (void)state;
    gal_store *store;
    gal_error err = {0};
    assert_int_equal(gal_store_open(&store, "data/spice/buffer.sp", &bench, 0, &err), GAL_EIO);
    assert_non_null(strstr(err.message, "not a database"));
    assert_string_equal(err.file, "data/spice/buffer.sp");
    assert_int_equal(gal_store_open(&store, "/nonexistent/x.db", &bench, 0, &err), GAL_EIO);
    assert_null(store);
}

/* What the key depends on, and what not. */
static void keys_tell_points_apart(void **state) {
    (void)state;
    const double a[] = {1e-6, 1e-12}, b[] = {1e-12, 1e-6};
    const uint64_t key = gal_store_key(&bench, a, 0, 0);
    assert_true(key == gal_store_key(&bench, a, 0, 0));
    assert_true(key != gal_store_key(&bench, b, 0, 0));
    assert_true(key != gal_store_key(&bench, a, 0, 1));
    gal_bench same;
    assert_int_equal(gal_bench_read(&same, "data/spice/buffer.sp", NULL), GAL_OK);
    assert_int_equal(gal_bench_add_corner(&same, "hot temp=125", NULL), GAL_OK);
    assert_int_equal(gal_bench_add_corner(&same, "low vdd=1.6", NULL), GAL_OK);
    assert_true(key == gal_store_key(&same, a, 0, 0));
    assert_true(key != gal_store_key(&same, a, 1, 0));
    const uint64_t low = gal_store_key(&same, a, 2, 0);
    assert_true(key != low);
    assert_int_equal(gal_bench_set(&same, "vdd", 1.6, NULL), GAL_OK);
    assert_true(low == gal_store_key(&same, a, 0, 0)); /* the same point by another way */
    assert_int_equal(gal_bench_set_range(&same, "vdd 1 2", NULL), GAL_OK);
    const double c[] = {1e-6, 1e-12, 1.8};
    assert_true(key == gal_store_key(&same, c, 0, 0)); /* a range does not change a point */
    gal_bench_clear(&same);
}

static int stop_after_ten(void *user, const char *what, long done, long total, const char *detail) {
    (void)user, (void)what, (void)total, (void)detail;
    return done < 10;
}

/* Interrupted, resumed, and with equal points: each is evaluated once. */
static void a_sweep_evaluates_each_point_once(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    const char path[] = PLACE "sweep.db";
    gal_bench mc;
    gal_plan plan;
    gal_sweep first, second, plain;
    gal_store *store;
    gal_error err = {0};
    drop(path);
    assert_int_equal(gal_bench_read(&mc, "data/spice/mc.sp", NULL), GAL_OK);
    const gal_plan_options options = {.sweep = "grid:25"};
    assert_int_equal(gal_plan_build(&plan, &mc, &options, NULL), GAL_OK);
    for (int i = 20; i < 25; i++) plan.value[i] = plan.value[i - 20]; /* five are equal */
    const gal_points points = gal_plan_points(&plan);
    assert_int_equal(gal_store_open(&store, path, &mc, 0, NULL), GAL_OK);
    const gal_report report = {.progress = stop_after_ten};
    assert_int_equal(gal_sweep_run(&first, &mc, &points, store, NULL, &report, &err),
                     GAL_ECANCELED);
    assert_true(first.n_evaluated >= 10 && first.n_evaluated < 20);
    assert_int_equal(gal_store_close(store, NULL), GAL_OK);
    assert_int_equal(gal_store_open(&store, path, &mc, 0, NULL), GAL_OK);
    assert_int_equal(count(store), first.n_evaluated);
    assert_int_equal(gal_sweep_run(&second, &mc, &points, store, NULL, NULL, &err), GAL_OK);
    assert_int_equal(count(store), 20);
    assert_int_equal(first.n_evaluated + second.n_evaluated, 20);
    assert_true(second.n_stored >= first.n_evaluated);
    assert_int_equal(gal_sweep_run(&plain, &mc, &points, NULL, NULL, NULL, &err), GAL_OK);
    for (int i = 0; i < 25; i++) assert_true(second.known[i] && plain.known[i]);
    assert_memory_equal(second.metric, plain.metric, 25 * sizeof(double));
    gal_sweep_clear(&first);
    gal_sweep_clear(&second);
    gal_sweep_clear(&plain);
    assert_int_equal(gal_store_close(store, NULL), GAL_OK);
    gal_plan_clear(&plan);
    gal_bench_clear(&mc);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_come_back),
        cmocka_unit_test(rows_are_listed_in_order),
        cmocka_unit_test(shards_merge),
        cmocka_unit_test(another_deck_is_refused),
        cmocka_unit_test(what_is_no_store_is_refused),
        cmocka_unit_test(a_sweep_evaluates_each_point_once),
        cmocka_unit_test(keys_tell_points_apart),
    };
    return cmocka_run_group_tests(tests, read_bench, clear_bench);
}
