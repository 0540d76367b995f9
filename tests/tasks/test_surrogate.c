/* Surrogates of a filter that ngspice runs in a millisecond: what is tested is that training, files
 * and predictions keep their promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "gnn/safetensors.h"
#include "tasks/same_file.h"
#include "tasks/surrogate/active.h"
#include "tasks/surrogate/evaluate.h"
#include "tasks/surrogate/model_private.h"
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TMP GALENA_TEST_TMP "/surrogate_"

static struct shared {
    gal_bench bench;
    gal_surrogate_samples train, test;
    gal_surrogate *surrogate;
} shared;

enum { GAIN, BW, SETTLE, N_METRIC, N_VAR = 3 };

static void must(gal_status status, const gal_error *err) {
    char text[1024];
    if (status != GAL_OK) fail_msg("%s", gal_error_format(err, text, sizeof text));
}

static gal_surrogate_options small(void) {
    gal_surrogate_options o = gal_surrogate_defaults();
    o.members = 2;
    o.width = 24;
    o.layers = 2;
    o.epochs = 1;
    o.fast_width = 16;
    o.fast_layers = 2;
    o.fast_steps = 600;
    o.technology = "none";
    return o;
}

static void sample(gal_surrogate_samples *samples, const char *sweep, uint64_t seed,
                   const char *store) {
    gal_error err = {0};
    const gal_surrogate_sampling sampling = {
        .sweep = sweep, .seed = seed, .store = store, .n_worker = 2};
    must(gal_surrogate_sample(samples, &shared.bench, &sampling, NULL, &err), &err);
}

static int set_up(void **state) {
    (void)state;
    const gal_surrogate_options o = small();
    gal_error err = {0};
    must(gal_bench_read(&shared.bench, "data/spice/rc.sp", &err), &err);
    sample(&shared.train, "lhs:150", 1, NULL);
    sample(&shared.test, "random:80", 2, NULL);
    must(gal_surrogate_train(&shared.surrogate, &shared.bench, &shared.train, &o, NULL, &err),
         &err);
    must(gal_surrogate_save(TMP "one.safetensors", shared.surrogate, &err), &err);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    gal_surrogate_destroy(shared.surrogate);
    gal_surrogate_samples_clear(&shared.train);
    gal_surrogate_samples_clear(&shared.test);
    gal_bench_clear(&shared.bench);
    return 0;
}

/* The gradients of the loss by central differences, for samples and for a teacher's rows. */
static void test_loss_gradient(void **state) {
    (void)state;
    float out[2][5] = {{0.3F, -0.7F, 0.2F, -0.5F, 0.4F}, {2.5F, 0.1F, 0.1F, 0.3F, -0.8F}};
    float y[2][2] = {{0.1F, 0.4F}, {-1.2F, NAN}}, t[2][2] = {{0.5F, 0.2F}, {-0.3F, 0.1F}};
    float valid[2] = {1, 0.25F}, weight[2] = {1, 0.3F}, grad[2][5];
    for (int teacher = 0; teacher < 2; teacher++) {
        gal__surrogate_rows rows = {.y = {&y[0][0], 2, 2, 2}, .valid = valid, .weight = weight};
        if (teacher) rows.log_variance = (gal_mat){&t[0][0], 2, 2, 2};
        const gal_mat mat = {&out[0][0], 2, 5, 5};
        gal__surrogate_loss((gal_mat){&grad[0][0], 2, 5, 5}, mat, &rows);
        assert_true(grad[1][1] == 0 && grad[1][3] == 0); /* missing */
        for (int r = 0; r < 2; r++)
            for (int c = 0; c < 5; c++) {
                const float step = 1e-2F, at = out[r][c];
                /* v^beta is held constant: only the mean and the logit see all of the loss */
                if (!teacher && (c == 2 || c == 3)) continue;
                out[r][c] = at + step;
                const double high = gal__surrogate_loss((gal_mat){0}, mat, &rows);
                out[r][c] = at - step;
                const double low = gal__surrogate_loss((gal_mat){0}, mat, &rows);
                out[r][c] = at;
                assert_float_equal((float)((high - low) / (2 * (double)step)), grad[r][c], 2e-4F);
            }
    }
}

/* The variance's gradient is 0 where the variance is the squared error. */
static void test_variance_learns_the_error(void **state) {
    (void)state;
    float y = 0, valid = 1, weight = 1, grad[3];
    gal__surrogate_rows rows = {.y = {&y, 1, 1, 1}, .valid = &valid, .weight = &weight};
    for (int i = -1; i <= 1; i++) {
        float out[3] = {0.5F, logf(0.25F) + (float)i, 0};
        gal__surrogate_loss((gal_mat){grad, 1, 3, 3}, (gal_mat){out, 1, 3, 3}, &rows);
        if (i == 0) assert_float_equal(grad[1], 0, 1e-6);
        else assert_true(grad[1] * (float)i > 0);
    }
}

static void test_learns(void **state) {
    (void)state;
    gal_error err = {0};
    gal_surrogate_evaluation e;
    must(gal_surrogate_evaluate(&e, shared.surrogate, &shared.test, &err), &err);
    for (int kind = 0; kind < GAL_SURROGATE_RIDGE; kind++) {
        const gal_surrogate_score *s = e.score + kind * N_METRIC;
        assert_true(s[GAIN].r2 > 0.9);
        assert_true(s[BW].r2_log > 0.97);
        assert_true(s[SETTLE].r2_log > 0.9);
        assert_true(e.accuracy[kind] > 0.9);
    }
    assert_true(isnan(e.score[GAIN].r2_log)); /* dB stay plain */
    assert_true(isnan(e.score[GAL_SURROGATE_MIXED * N_METRIC + GAIN].coverage));
    gal_buf text;
    gal_buf_init(&text);
    gal_surrogate_evaluation_json(&text, &e);
    gal_surrogate_evaluation_table(&text, &e);
    assert_non_null(strstr(text.data, "\"settle\": {\"n\":"));
    gal_buf_clear(&text);
    gal_surrogate_evaluation_clear(&e);
}

static void test_describes_itself(void **state) {
    (void)state;
    const gal_surrogate *s = shared.surrogate;
    double lo, hi;
    assert_int_equal(gal_surrogate_n_var(s), N_VAR);
    assert_int_equal(gal_surrogate_n_metric(s), N_METRIC);
    assert_int_equal(gal_surrogate_n_run(s), 150);
    assert_string_equal(gal_surrogate_metric_name(s, BW), "bw");
    assert_string_equal(gal_surrogate_var_name(s, 1), "c");
    assert_string_equal(gal_surrogate_technology(s), "none");
    assert_false(gal_surrogate_metric_is_log(s, GAIN));
    assert_true(gal_surrogate_metric_is_log(s, SETTLE));
    assert_true(gal_surrogate_metric_is_cheap(s, BW));
    assert_false(gal_surrogate_metric_is_cheap(s, SETTLE));
    gal_surrogate_var_range(&lo, &hi, s, 0);
    assert_true(lo == 100 && hi == 1e4);
    assert_float_equal(gal_surrogate_var_middle(s, 0), 1000, 1e-6);
}

/* Known metrics come back as they are, and unknown ones as predicted. */
static void test_mixed(void **state) {
    (void)state;
    const double value[2 * N_VAR] = {1000, 1e-9, 1e4, 1000, 1e-9, 1e4};
    const double known[2 * N_METRIC] = {-1, 1.7e5, 1, NAN, NAN, NAN};
    double mean[2 * N_METRIC], sd[2 * N_METRIC], full[2 * N_METRIC], valid[2];
    gal_error err = {0};
    must(gal_surrogate_predict_mixed(mean, sd, valid, shared.surrogate, value, known, 2, &err),
         &err);
    must(gal_surrogate_predict_full(full, NULL, NULL, shared.surrogate, value, 2, &err), &err);
    assert_true(mean[GAIN] == -1 && mean[BW] == 1.7e5 && sd[BW] == 0);
    assert_true(mean[SETTLE] != 1); /* transient metrics are never inputs */
    for (int m = 0; m < N_METRIC; m++)
        assert_true(fabs(mean[N_METRIC + m] / full[N_METRIC + m] - 1) < 1e-6);
    assert_true(valid[0] > 0.5 && sd[N_METRIC] > 0);
}

/* A batch of any size, on any thread, with or without sd: the same numbers. */
static void test_batches(void **state) {
    (void)state;
    const gal_surrogate_samples *t = &shared.test;
    double *all = calloc((size_t)t->n * N_METRIC, sizeof *all);
    double one[N_METRIC], sd[N_METRIC], valid;
    gal_error err = {0};
    must(gal_surrogate_predict(all, NULL, NULL, shared.surrogate, t->value, t->n, &err), &err);
    for (int32_t i = 0; i < t->n; i += 7) {
        must(
            gal_surrogate_predict(one, sd, &valid, shared.surrogate, t->value + i * N_VAR, 1, &err),
            &err);
        assert_true(valid >= 0 && valid <= 1);
        for (int m = 0; m < N_METRIC; m++) {
            assert_true(fabs(one[m] - all[i * N_METRIC + m]) < 1e-5 * fabs(one[m]));
            assert_true(sd[m] > 0);
        }
    }
    free(all);
}

static void test_deterministic(void **state) {
    (void)state;
    const gal_surrogate_options o = small();
    gal_error err = {0};
    const int before = omp_get_max_threads();
    for (int threads = 1; threads <= 3; threads += 2) {
        gal_surrogate *again;
        omp_set_num_threads(threads);
        must(gal_surrogate_train(&again, &shared.bench, &shared.train, &o, NULL, &err), &err);
        must(gal_surrogate_save(TMP "two.safetensors", again, &err), &err);
        gal_surrogate_destroy(again);
        assert_true(same_file(TMP "one.safetensors", TMP "two.safetensors"));
    }
    omp_set_num_threads(before);
}

static void test_file_round_trip(void **state) {
    (void)state;
    gal_surrogate *loaded;
    gal_error err = {0};
    double a[N_METRIC], b[N_METRIC];
    must(gal_surrogate_load(&loaded, TMP "one.safetensors", &err), &err);
    must(gal_surrogate_check(loaded, &shared.bench, &err), &err);
    assert_int_equal(gal_surrogate_n_run(loaded), 150);
    for (int full = 0; full < 2; full++) {
        must((full ? gal_surrogate_predict_full
                   : gal_surrogate_predict)(a, NULL, NULL, loaded, shared.test.value, 1, &err),
             &err);
        must((full ? gal_surrogate_predict_full : gal_surrogate_predict)(
                 b, NULL, NULL, shared.surrogate, shared.test.value, 1, &err),
             &err);
        assert_memory_equal(a, b, sizeof a);
    }
    must(gal_surrogate_save(TMP "three.safetensors", loaded, &err), &err);
    assert_true(same_file(TMP "one.safetensors", TMP "three.safetensors"));
    gal_surrogate_destroy(loaded);
}

/* Files that are no surrogate, or one with sizes that do not fit. */
static void test_malformed_files(void **state) {
    (void)state;
    static const char sizes[] =
        "variables features metrics first stages members width layers fast fast_layers";
    static const struct {
        const char *format, *sizes, *words;
    } bad[] = {
        {"galena parasitics 1", "3 6 3 2 2 2 24 2 16 2", "not a model of format"},
        {"galena surrogate 1", "3 6 3", "no sizes"},
        {"galena surrogate 1", "3 6 3 4 2 2 24 2 16 2", "no sizes"},
        {"galena surrogate 1", "3 6 3 3 2 2 24 2 16 2", "no sizes"},
        {"galena surrogate 1", "-3 6 3 2 2 2 24 2 16 2", "no sizes"},
        {"galena surrogate 1", "3 6 3 2 2 99 24 2 16 2", "no sizes"},
        /* One layer of its own size, yet 4 GB of weights between features and it. */
        {"galena surrogate 1", "4096 8192 3 2 2 16 4096 1 16 1", "larger than the file"},
        {"galena surrogate 1", "4096 8192 512 512 1 1 1 1 0 1", "larger than the file"},
        {"galena surrogate 1", "1 8192 1 1 1 1 1 1 4096 1", "larger than the file"},
        {"galena surrogate 1", "3 6 3 2 2 2 24 2 16 2", "larger than the file"},
        {"galena surrogate 1", "3 6 3 2 2 1 1 1 0 1", "expected 3 names"},
    };
    static const float some[200];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        gal_safetensors st;
        gal_surrogate *s;
        gal_error err = {0};
        gal_safetensors_init(&st);
        gal_safetensors_set(&st, "format", bad[i].format, NULL);
        gal_safetensors_set(&st, sizes, bad[i].sizes, NULL);
        gal_safetensors_add(&st, "some", GAL_F32, 1, (int64_t[]){200}, some, NULL);
        must(gal_safetensors_write(TMP "bad.safetensors", &st, &err), &err);
        gal_safetensors_clear(&st);
        assert_int_equal(gal_surrogate_load(&s, TMP "bad.safetensors", &err), GAL_EMISMATCH);
        assert_null(s);
        if (!strstr(err.message, bad[i].words)) fail_msg("%s: no %s", err.message, bad[i].words);
    }
    gal_surrogate *s;
    assert_int_equal(gal_surrogate_load(&s, TMP "none.safetensors", NULL), GAL_EIO);
}

static int64_t numbers(const gal_params *params) {
    int64_t n = 0;
    for (int32_t i = 0; i < params->n_param; i++)
        n += (int64_t)params->param[i].rows * params->param[i].cols;
    return n;
}

/* What a file has to hold before a network is built for it is what the network has. */
static void test_sizes_are_known(void **state) {
    (void)state;
    for (int32_t hidden = 1; hidden < GAL_MLP_MAX_LAYER; hidden++) {
        gal__surrogate_net net;
        gal_error err = {0};
        must(gal__surrogate_net_init(&net, 7, 3, 5, hidden, 1, &err), &err);
        assert_int_equal(numbers(&net.params), gal__surrogate_net_size(7, 3, 5, hidden));
        gal__surrogate_net_clear(&net);
    }
}

/* A deck with one word changed, by what the surrogate's check says. */
static void refuse(const char *old, const char *new, const char *words) {
    gal_file file;
    gal_buf text;
    gal_bench bench;
    gal_error err = {0};
    gal_buf_init(&text);
    must(gal_file_read(&file, "data/spice/rc.sp", 0, &err), &err);
    const char *at = strstr(file.data, old);
    gal_buf_append(&text, file.data, (size_t)(at - file.data));
    gal_buf_text(&text, new);
    gal_buf_text(&text, at + strlen(old));
    must(gal_bench_parse(&bench, (gal_view){text.data, text.size}, "rc.sp", &err), &err);
    assert_int_equal(gal_surrogate_check(shared.surrogate, &bench, &err), GAL_EMISMATCH);
    if (!strstr(err.message, words)) fail_msg("%s: no %s", err.message, words);
    gal_bench_clear(&bench);
    gal_buf_clear(&text);
    gal_file_clear(&file);
}

static void test_check(void **state) {
    (void)state;
    refuse("*galena var rl", "* var rl", "variable 3");
    refuse("measure bw =", "measure width =", "metric 2");
    refuse("rl out 0 {rl}", "rl out in {rl}", "not the deck");
}

static void test_store_keeps_points(void **state) {
    (void)state;
    gal_surrogate_samples first, again;
    unlink(TMP "runs.db");
    sample(&first, "lhs:12", 3, TMP "runs.db");
    sample(&again, "lhs:12", 3, TMP "runs.db");
    assert_int_equal(first.n_stored, 0);
    assert_int_equal(again.n_stored, 12);
    assert_int_equal(again.n_run, 12);
    assert_memory_equal(first.metric, again.metric, 12 * N_METRIC * sizeof *first.metric);
    gal_surrogate_samples_clear(&first);
    gal_surrogate_samples_clear(&again);
}

static void sample_active(gal_surrogate_samples *samples, int32_t n_worker) {
    gal_error err = {0};
    const gal_surrogate_sampling sampling = {
        .sweep = "lhs", .seed = 3, .store = TMP "active.db", .n_worker = n_worker};
    must(gal_surrogate_sample_active(samples, &shared.bench, &sampling, 42, NULL, &err), &err);
}

/* The same points again, now out of the store, at another number of threads. */
static void test_active_goes_on(void **state) {
    (void)state;
    gal_surrogate_samples first, again;
    const int before = omp_get_max_threads();
    unlink(TMP "active.db");
    sample_active(&first, 2);
    omp_set_num_threads(1);
    sample_active(&again, 1);
    omp_set_num_threads(before);
    assert_int_equal(first.n, 42);
    assert_int_equal(first.n_stored, 0);
    assert_int_equal(again.n_stored, 42);
    assert_memory_equal(first.value, again.value, 42 * N_VAR * sizeof *first.value);
    assert_memory_equal(first.metric, again.metric, 42 * N_METRIC * sizeof *first.metric);
    gal_surrogate_samples_clear(&first);
    gal_surrogate_samples_clear(&again);
}

/* Where nothing was learnt the members agree less than in the middle of the ranges. */
static void test_doubt(void **state) {
    (void)state;
    const double value[2 * N_VAR] = {1000, 1e-9, 1e4, 20, 1e-11, 1e6};
    double doubt[2];
    gal_error err = {0};
    must(gal__surrogate_doubt(doubt, shared.surrogate, value, 2, &err), &err);
    assert_true(doubt[0] > 0 && doubt[1] > 10 * doubt[0]);
}

static int stop_at_once(void *user, const char *what, long done, long total, const char *detail) {
    (void)user, (void)what, (void)done, (void)total, (void)detail;
    return 0;
}

static void test_refuses(void **state) {
    (void)state;
    gal_surrogate *s;
    gal_error err = {0};
    gal_surrogate_options o = small();
    gal_surrogate_samples few = shared.train;
    const gal_report report = {.progress = stop_at_once};
    few.n = 10;
    assert_int_equal(gal_surrogate_train(&s, &shared.bench, &few, &o, NULL, &err), GAL_EINVAL);
    assert_int_equal(gal_surrogate_train(&s, &shared.bench, &shared.train, &o, &report, &err),
                     GAL_ECANCELED);
    o.members = 0;
    assert_int_equal(gal_surrogate_train(&s, &shared.bench, &shared.train, &o, NULL, &err),
                     GAL_EINVAL);
    assert_null(s);
}

static void test_split(void **state) {
    (void)state;
    int32_t a[50], b[50], seen[50] = {0};
    assert_int_equal(gal_surrogate_split(a, 50, 0.1, 4), 5);
    assert_int_equal(gal_surrogate_split(b, 50, 0.1, 4), 5);
    assert_memory_equal(a, b, sizeof a);
    for (int i = 0; i < 50; i++) seen[a[i]]++;
    for (int i = 0; i < 50; i++) assert_int_equal(seen[i], 1);
    gal_surrogate_split(b, 50, 0.1, 5);
    assert_true(memcmp(a, b, sizeof a) != 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loss_gradient),   cmocka_unit_test(test_variance_learns_the_error),
        cmocka_unit_test(test_learns),          cmocka_unit_test(test_describes_itself),
        cmocka_unit_test(test_mixed),           cmocka_unit_test(test_batches),
        cmocka_unit_test(test_deterministic),   cmocka_unit_test(test_file_round_trip),
        cmocka_unit_test(test_malformed_files), cmocka_unit_test(test_sizes_are_known),
        cmocka_unit_test(test_check),           cmocka_unit_test(test_store_keeps_points),
        cmocka_unit_test(test_refuses),         cmocka_unit_test(test_active_goes_on),
        cmocka_unit_test(test_doubt),           cmocka_unit_test(test_split),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
