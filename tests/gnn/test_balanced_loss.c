#include "gnn/balanced_loss.h"
#include "gnn/loss.h"
#include "training_golden.h"
#include <string.h>

enum { N = 12 };
static const double sigma = 0.6;
static float grad[N];

static gal_label_prior mixture(void) {
    return (gal_label_prior){3, golden_f32("prior.centre"), golden_f64("prior.variance"),
                             golden_f64("prior.weight")};
}

static gal_label_prior buckets(void) {
    return (gal_label_prior){3, golden_f32("prior.centre"), NULL, golden_f64("prior.weight")};
}

static double bmc(const float *x) {
    return gal_loss_bmc(NULL, NULL, x, golden_f32("target"), N, sigma);
}

static double gai(const float *x) {
    const gal_label_prior prior = mixture();
    return gal_loss_balanced(NULL, NULL, x, golden_f32("target"), N, sigma, &prior);
}

static double bni(const float *x) {
    const gal_label_prior prior = buckets();
    return gal_loss_balanced(NULL, NULL, x, golden_f32("target"), N, sigma, &prior);
}

static void matches_pytorch(void **state) {
    (void)state;
    const float *pred = golden_f32("pred"), *target = golden_f32("target");
    const gal_label_prior smooth = mixture(), coarse = buckets();
    double slope;
    assert_close(gal_loss_bmc(grad, &slope, pred, target, N, sigma), *golden_f64("bmc"), 1e-12);
    assert_all_close(grad, "bmc.grad", 1e-7);
    assert_close(slope, *golden_f64("bmc.grad2"), 1e-12);
    check_gradient(bmc, pred, grad, N);
    assert_close(gal_loss_balanced(grad, &slope, pred, target, N, sigma, &smooth),
                 *golden_f64("gai"), 1e-12);
    assert_all_close(grad, "gai.grad", 1e-7);
    assert_close(slope, *golden_f64("gai.grad2"), 1e-12);
    check_gradient(gai, pred, grad, N);
    assert_close(gal_loss_balanced(grad, &slope, pred, target, N, sigma, &coarse),
                 *golden_f64("bni"), 1e-12);
    assert_all_close(grad, "bni.grad", 1e-7);
    assert_close(slope, *golden_f64("bni.grad2"), 1e-12);
    check_gradient(bni, pred, grad, N);
}

/* The slope by sigma is that of loss / 2 sigma^2, times 2 sigma^2. */
static void sigma_matches_differences(void **state) {
    (void)state;
    const float *pred = golden_f32("pred"), *target = golden_f32("target");
    const gal_label_prior priors[2] = {mixture(), buckets()};
    const double h = 1e-5, above = sigma + h, below = sigma - h, factor = 2 * sigma * sigma;
    for (int i = 0; i < 2; i++) {
        double slope;
        gal_loss_balanced(NULL, &slope, pred, target, N, sigma, &priors[i]);
        const double a = gal_loss_balanced(NULL, NULL, pred, target, N, above, &priors[i]);
        const double b = gal_loss_balanced(NULL, NULL, pred, target, N, below, &priors[i]);
        const double difference = a / (2 * above * above) - b / (2 * below * below);
        assert_close(slope, factor * difference / (2 * h), 1e-8);
    }
}

/* A batch of one label has nothing to balance: the loss is 0. A far smaller noise does not blow up.
 */
static void bmc_at_the_edges(void **state) {
    (void)state;
    const float one = 0.3f, other = 5;
    double slope = 1;
    assert_close(gal_loss_bmc(grad, &slope, &one, &other, 1, 0.1), 0, 1e-12);
    assert_close(slope, 0, 1e-12);
    assert_true(grad[0] == 0);
    assert_true(
        isfinite(gal_loss_bmc(grad, &slope, golden_f32("pred"), golden_f32("target"), N, 1e-3)));
    for (int i = 0; i < N; i++) assert_true(isfinite(grad[i]));
    assert_true(gal_loss_bmc(NULL, &slope, NULL, NULL, 0, 1) == 0 && slope == 0);
}

static void gmm_matches_sklearn(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_label_prior prior;
    const int64_t n = golden_count("label");
    assert_int_equal(gal_gmm_fit(&prior, &arena, golden_f32("label"), n, 3, NULL), GAL_OK);
    assert_int_equal(prior.n, 3);
    double sum = 0;
    for (int k = 0; k < 3; k++) {
        assert_close(prior.centre[k], golden_f64("gmm.mean")[k], 1e-3);
        assert_close(prior.variance[k], golden_f64("gmm.variance")[k], 1e-3);
        assert_close(prior.weight[k], golden_f64("gmm.weight")[k], 1e-3);
        sum += prior.weight[k];
    }
    assert_close(sum, 1, 1e-12);
    gal_arena_clear(&arena);
}

/* Two far components in 100,000 labels, which are thinned out before the fit. */
static void gmm_of_many_labels(void **state) {
    (void)state;
    enum { COUNT = 100000 };
    static float label[COUNT];
    gal_arena arena;
    gal_rng rng;
    gal_label_prior prior;
    gal_arena_init(&arena);
    gal_rng_init(&rng, 9, 0);
    for (int i = 0; i < COUNT; i++)
        label[i] = (float)(i % 4 ? gal_rng_normal(&rng) : 20 + 0.5 * gal_rng_normal(&rng));
    assert_int_equal(gal_gmm_fit(&prior, &arena, label, COUNT, 2, NULL), GAL_OK);
    assert_close(prior.weight[0], 0.75, 0.01);
    assert_close(prior.centre[0], 0, 0.02);
    assert_close(prior.variance[0], 1, 0.02);
    assert_close(prior.centre[1], 20, 0.002);
    assert_close(prior.variance[1], 0.25, 0.02);
    gal_arena_clear(&arena);
}

static void degenerate_labels(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_label_prior prior;
    gal_error err = {0};
    const float same[4] = {2, 2, 2, 2}, broken[2] = {1, NAN};
    float weight[4];
    assert_int_equal(gal_gmm_fit(&prior, &arena, same, 4, 3, NULL), GAL_OK);
    for (int k = 0; k < 3; k++) assert_true(prior.centre[k] == 2 && prior.variance[k] > 0);
    assert_int_equal(gal_buckets_fit(&prior, &arena, same, 4, 10, NULL), GAL_OK);
    assert_true(prior.n == 1 && prior.centre[0] == 2 && prior.weight[0] == 1);
    assert_int_equal(gal_lds_weights(weight, same, 4, 10, 0.5, NULL), GAL_OK);
    assert_true(weight[0] == 1 && weight[3] == 1);
    assert_int_equal(gal_gmm_fit(&prior, &arena, broken, 2, 1, &err), GAL_EINVAL);
    assert_non_null(strstr(err.message, "label 1"));
    assert_int_equal(gal_gmm_fit(&prior, &arena, same, 2, 3, &err), GAL_EINVAL);
    assert_int_equal(gal_buckets_fit(&prior, &arena, same, 0, 3, &err), GAL_EINVAL);
    assert_int_equal(gal_lds_weights(weight, same, 4, 0, 1, &err), GAL_EINVAL);
    assert_int_equal(gal_lds_weights(weight, same, 4, GAL_LABEL_PRIOR_MAX + 1, 1, &err),
                     GAL_EINVAL);
    gal_arena_clear(&arena);
}

static void buckets_are_frequencies(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_label_prior prior;
    const float label[6] = {0, 0.5f, 0.9f, 3.5f, 4, 3.2f};
    assert_int_equal(gal_buckets_fit(&prior, &arena, label, 6, 4, NULL), GAL_OK);
    assert_int_equal(prior.n, 2);
    assert_true(prior.centre[0] == 0.5f && prior.centre[1] == 3.5f);
    assert_true(prior.weight[0] == 0.5 && prior.weight[1] == 0.5 && !prior.variance);
    gal_arena_clear(&arena);
}

static void lds_matches_numpy(void **state) {
    (void)state;
    float weight[300];
    assert_int_equal(golden_count("label"), 300);
    assert_int_equal(gal_lds_weights(weight, golden_f32("label"), 300, 40, 0.3, NULL), GAL_OK);
    assert_all_close(weight, "lds", 1e-6);
}

/* What the loss is for: inputs x = y + noise, labels y crowded around 0. Plain regression p = s x
 * shrinks towards the crowd (s = 1/2 here); with the labels' prior taken out, s grows towards 1. */
static void balanced_loss_unshrinks_the_tail(void **state) {
    (void)state;
    enum { COUNT = 2000 };
    static float x[COUNT], y[COUNT], p[COUNT], g[COUNT];
    gal_rng rng;
    gal_rng_init(&rng, 4, 0);
    const double prior_variance = 0.25, noise = 0.5;
    const double shrink = prior_variance / (prior_variance + noise * noise);
    for (int i = 0; i < COUNT; i++) {
        y[i] = (float)(sqrt(prior_variance) * gal_rng_normal(&rng));
        x[i] = (float)((double)y[i] + noise * gal_rng_normal(&rng)); /* the input is noisy */
    }
    double slope[2] = {0.2, 0.2};
    for (int balanced = 0; balanced < 2; balanced++)
        for (int step = 0; step < 60; step++) {
            for (int i = 0; i < COUNT; i++) p[i] = (float)slope[balanced] * x[i];
            if (balanced) {
                const float centre = 0;
                const double variance = prior_variance, weight = 1;
                const gal_label_prior prior = {1, &centre, &variance, &weight};
                const double left =
                    sqrt(prior_variance * noise * noise / (prior_variance + noise * noise));
                gal_loss_balanced(g, NULL, p, y, COUNT, left, &prior);
            } else {
                gal_loss_mse(g, p, y, NULL, COUNT);
            }
            double d = 0;
            for (int i = 0; i < COUNT; i++) d += (double)g[i] * (double)x[i];
            slope[balanced] -= 0.5 * d;
        }
    assert_close(slope[0], shrink, 0.03);
    assert_true(slope[1] > slope[0] + 0.15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_pytorch),
        cmocka_unit_test(sigma_matches_differences),
        cmocka_unit_test(bmc_at_the_edges),
        cmocka_unit_test(gmm_matches_sklearn),
        cmocka_unit_test(degenerate_labels),
        cmocka_unit_test(gmm_of_many_labels),
        cmocka_unit_test(buckets_are_frequencies),
        cmocka_unit_test(lds_matches_numpy),
        cmocka_unit_test(balanced_loss_unshrinks_the_tail),
    };
    return cmocka_run_group_tests(tests, golden_open, golden_close);
}
