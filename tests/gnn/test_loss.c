#include "gnn/loss.h"
#include "training_golden.h"

enum { N = 12 };
static float grad[2 * N];

static gal_mat pairs(const float *data) {
    return (gal_mat){(float *)data, N, 2, 2};
}

static double mse(const float *x) {
    return gal_loss_mse(NULL, x, golden_f32("target"), NULL, N);
}

static double weighted(const float *x) {
    return gal_loss_mse(NULL, x, golden_f32("target"), golden_f32("weight"), N);
}

static double huber(const float *x) {
    return gal_loss_huber(NULL, x, golden_f32("target"), golden_f32("weight"), N, 0.5);
}

static double gaussian(const float *x) {
    return gal_loss_gaussian((gal_mat){0}, pairs(x), golden_f32("target"), golden_f32("weight"));
}

static void matches_pytorch(void **state) {
    (void)state;
    const float *pred = golden_f32("pred"), *target = golden_f32("target");
    assert_close(gal_loss_mse(grad, pred, target, NULL, N), *golden_f64("mse"), 1e-12);
    assert_all_close(grad, "mse.grad", 1e-7);
    assert_close(gal_loss_mse(grad, pred, target, golden_f32("weight"), N),
                 *golden_f64("mse.weighted"), 1e-12);
    assert_all_close(grad, "mse.weighted.grad", 1e-7);
    assert_close(gal_loss_huber(grad, pred, target, NULL, N, 0.5), *golden_f64("huber"), 1e-12);
    assert_all_close(grad, "huber.grad", 1e-7);
    assert_close(gal_loss_gaussian(pairs(grad), pairs(golden_f32("both")), target, NULL),
                 *golden_f64("gaussian"), 1e-12);
    assert_all_close(grad, "gaussian.grad", 1e-7);
}

static void gradients_match_differences(void **state) {
    (void)state;
    const float *pred = golden_f32("pred"), *target = golden_f32("target");
    const float *weight = golden_f32("weight"), *both = golden_f32("both");
    gal_loss_mse(grad, pred, target, NULL, N);
    check_gradient(mse, pred, grad, N);
    gal_loss_mse(grad, pred, target, weight, N);
    check_gradient(weighted, pred, grad, N);
    gal_loss_huber(grad, pred, target, weight, N, 0.5);
    check_gradient(huber, pred, grad, N);
    gal_loss_gaussian(pairs(grad), pairs(both), target, weight);
    check_gradient(gaussian, both, grad, 2 * N);
}

/* An absurd log variance gives finite gradients that lead back. */
static void log_variance_is_limited(void **state) {
    (void)state;
    const float target = 1, low[2] = {0, -1000}, high[2] = {0, 1000};
    float g[2];
    const gal_mat out = {g, 1, 2, 2};
    assert_true(isfinite(gal_loss_gaussian(out, (gal_mat){(float *)low, 1, 2, 2}, &target, NULL)));
    assert_true(isfinite(g[0]) && isfinite(g[1]) && g[1] < 0);
    assert_true(isfinite(gal_loss_gaussian(out, (gal_mat){(float *)high, 1, 2, 2}, &target, NULL)));
    assert_true(isfinite(g[0]) && g[1] > 0);
}

static void nothing_costs_nothing(void **state) {
    (void)state;
    assert_true(gal_loss_mse(NULL, NULL, NULL, NULL, 0) == 0);
    assert_true(gal_loss_huber(NULL, NULL, NULL, NULL, 0, 1) == 0);
    assert_true(gal_loss_gaussian((gal_mat){0}, (gal_mat){.cols = 2, .stride = 2}, NULL, NULL) ==
                0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_pytorch),
        cmocka_unit_test(gradients_match_differences),
        cmocka_unit_test(log_variance_is_limited),
        cmocka_unit_test(nothing_costs_nothing),
    };
    return cmocka_run_group_tests(tests, golden_open, golden_close);
}
