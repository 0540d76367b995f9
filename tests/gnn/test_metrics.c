#include "gnn/metrics.h"
#include "training_golden.h"

static void regression_matches_sklearn(void **state) {
    (void)state;
    const double *pred = golden_f64("score.pred"), *truth = golden_f64("score.truth");
    const double *expected = golden_f64("score.regression");
    const int64_t n = golden_count("score.pred");
    const gal_regression_score score = gal_score_regression(pred, truth, n);
    double ape;
    assert_int_equal(score.n, n);
    assert_close(score.r2, expected[0], 1e-12);
    assert_close(score.mae, expected[1], 1e-12);
    assert_close(score.rmse, expected[2], 1e-12);
    assert_int_equal(gal_score_median_ape(&ape, pred, truth, n, NULL), GAL_OK);
    assert_close(ape, expected[3], 1e-12);
}

static void ranks_match_scipy_and_sklearn(void **state) {
    (void)state;
    const double *a = golden_f64("rank.a"), *b = golden_f64("rank.b");
    const unsigned char *positive = golden_find("rank.positive", GAL_U8)->data;
    const int64_t n = golden_count("rank.a");
    double value;
    assert_int_equal(gal_score_spearman(&value, b, a, n, NULL), GAL_OK);
    assert_close(value, *golden_f64("rank.spearman"), 1e-12);
    assert_int_equal(gal_score_auc(&value, b, positive, n, NULL), GAL_OK);
    assert_close(value, golden_f64("rank.auc")[0], 1e-12);
    assert_int_equal(gal_score_average_precision(&value, b, positive, n, NULL), GAL_OK);
    assert_close(value, golden_f64("rank.auc")[1], 1e-12);
}

/* Six classes are possible, four occur: the macro mean runs over those. */
static void classes_match_sklearn(void **state) {
    (void)state;
    int64_t confusion[36];
    const int64_t n = golden_count("class.pred");
    const gal_class_score score =
        gal_score_classes(confusion, golden_i32("class.pred"), golden_i32("class.truth"), n, 6);
    assert_close(score.accuracy, golden_f64("class.score")[0], 1e-12);
    assert_close(score.macro_f1, golden_f64("class.score")[1], 1e-12);
    for (int i = 0; i < 36; i++) assert_true(confusion[i] == golden_i64("class.confusion")[i]);
}

static void undefined_scores_are_nan(void **state) {
    (void)state;
    const double flat[3] = {2, 2, 2}, up[3] = {1, 2, 3}, zero[3] = {0, 0, 0}, gap[3] = {1, NAN, 3};
    const unsigned char yes[3] = {1, 1, 1}, some[3] = {0, 1, 0};
    int64_t confusion[4];
    double value;
    assert_true(isnan(gal_score_regression(up, flat, 3).r2));
    assert_true(isnan(gal_score_regression(up, up, 0).mae));
    assert_true(isnan(gal_score_regression(gap, up, 3).r2));
    gal_score_median_ape(&value, up, zero, 3, NULL);
    assert_true(isnan(value));
    gal_score_spearman(&value, flat, up, 3, NULL);
    assert_true(isnan(value));
    gal_score_spearman(&value, gap, up, 3, NULL);
    assert_true(isnan(value));
    gal_score_auc(&value, up, yes, 3, NULL);
    assert_true(isnan(value));
    gal_score_auc(&value, gap, some, 3, NULL);
    assert_true(isnan(value));
    gal_score_average_precision(&value, up, (const unsigned char *)"\0\0\0", 3, NULL);
    assert_true(isnan(value));
    assert_true(isnan(gal_score_classes(confusion, NULL, NULL, 0, 2).macro_f1));
    assert_true(isnan(gal_score_coverage(up, up, up, 0, 1)));
}

static void ties_count_half(void **state) {
    (void)state;
    const double flat[4] = {1, 1, 1, 1}, split[4] = {3, 2, 2, 1};
    const unsigned char positive[4] = {1, 0, 1, 0};
    double value;
    gal_score_auc(&value, flat, positive, 4, NULL);
    assert_close(value, 0.5, 1e-15);
    gal_score_average_precision(&value, flat, positive, 4, NULL);
    assert_close(value, 0.5, 1e-15);
    gal_score_auc(&value, split, positive, 4, NULL);
    assert_close(value, 0.875, 1e-15);
}

/* Truth drawn from the stated normal is calibrated; a deviation three times too small is not. */
static void intervals_are_calibrated(void **state) {
    (void)state;
    enum { COUNT = 20000 };
    static double mean[COUNT], deviation[COUNT], narrow[COUNT], truth[COUNT];
    gal_rng rng;
    gal_rng_init(&rng, 5, 0);
    for (int i = 0; i < COUNT; i++) {
        mean[i] = gal_rng_normal(&rng);
        deviation[i] = 0.1 + gal_rng_uniform(&rng);
        narrow[i] = deviation[i] / 3;
        truth[i] = mean[i] + deviation[i] * gal_rng_normal(&rng);
    }
    assert_close(gal_score_coverage(mean, deviation, truth, COUNT, 1), 0.6827, 0.01);
    assert_close(gal_score_coverage(mean, deviation, truth, COUNT, 1.96), 0.95, 0.01);
    assert_true(gal_score_calibration(mean, deviation, truth, COUNT) < 0.01);
    assert_true(gal_score_calibration(mean, narrow, truth, COUNT) > 0.2);
}

/* Ten copies of every sample say no more than one, if they are told to be of one group. */
static void copies_do_not_narrow_an_interval(void **state) {
    (void)state;
    enum { COUNT = 100, COPIES = 10 };
    static double pred[COUNT * COPIES], truth[COUNT * COPIES];
    static uint64_t group[COUNT * COPIES], alone[COUNT * COPIES];
    double one[2], copied[2], fooled[2];
    gal_rng rng;
    gal_rng_init(&rng, 3, 0);
    for (int i = 0; i < COUNT; i++) {
        truth[i] = gal_rng_normal(&rng);
        pred[i] = truth[i] + 0.3 * gal_rng_normal(&rng);
    }
    for (int i = 0; i < COUNT * COPIES; i++) {
        truth[i] = truth[i % COUNT];
        pred[i] = pred[i % COUNT];
        group[i] = (uint64_t)(i % COUNT);
        alone[i] = (uint64_t)i;
    }
    const double r2 = gal_score_regression(pred, truth, COUNT).r2;
    gal_score_r2_interval(one, pred, truth, group, COUNT, NULL);
    gal_score_r2_interval(copied, pred, truth, group, COUNT * COPIES, NULL);
    gal_score_r2_interval(fooled, pred, truth, alone, COUNT * COPIES, NULL);
    assert_true(one[0] < r2 && r2 < one[1]);
    assert_close(one[0], copied[0], 1e-9);
    assert_close(one[1], copied[1], 1e-9);
    assert_true(fooled[1] - fooled[0] < 0.5 * (one[1] - one[0]));
    gal_score_r2_interval(one, pred, truth, group, 19, NULL);
    assert_true(isnan(one[0]) && isnan(one[1]));
    pred[7] = NAN;
    gal_score_r2_interval(one, pred, truth, group, COUNT, NULL);
    assert_true(isnan(one[0]) && isnan(one[1]));
}

/* Of groups that err together, about 95 of 100 intervals hold the R2 of all groups there are. */
static void intervals_of_r2_hold_it(void **state) {
    (void)state;
    enum { TRIALS = 200, GROUPS = 50, EACH = 6, COUNT = GROUPS * EACH };
    const double shared = 0.3, own = 0.2, all = 1 - (shared * shared + own * own);
    double pred[COUNT], truth[COUNT], interval[2];
    uint64_t group[COUNT];
    int held = 0;
    gal_rng rng;
    gal_rng_init(&rng, 4, 0);
    for (int trial = 0; trial < TRIALS; trial++) {
        for (int g = 0, i = 0; g < GROUPS; g++) {
            const double error = shared * gal_rng_normal(&rng);
            for (int k = 0; k < EACH; k++, i++) {
                truth[i] = gal_rng_normal(&rng);
                pred[i] = truth[i] + error + own * gal_rng_normal(&rng);
                group[i] = (uint64_t)g * 77777;
            }
        }
        gal_score_r2_interval(interval, pred, truth, group, COUNT, NULL);
        held += interval[0] < all && all < interval[1];
    }
    assert_in_range(held, 0.90 * TRIALS, 0.99 * TRIALS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_do_not_narrow_an_interval),
        cmocka_unit_test(intervals_of_r2_hold_it),
        cmocka_unit_test(regression_matches_sklearn),
        cmocka_unit_test(ranks_match_scipy_and_sklearn),
        cmocka_unit_test(classes_match_sklearn),
        cmocka_unit_test(undefined_scores_are_nan),
        cmocka_unit_test(ties_count_half),
        cmocka_unit_test(intervals_are_calibrated),
    };
    return cmocka_run_group_tests(tests, golden_open, golden_close);
}
