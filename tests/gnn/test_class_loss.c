#include "gnn/class_loss.h"
#include "training_golden.h"

enum { N = 10, K = 5 };
static float grad[N * K];

static gal_mat rows(const float *data) {
    return (gal_mat){(float *)data, N, K, K};
}

static double ce(const float *x) {
    return gal_loss_cross_entropy((gal_mat){0}, rows(x), golden_i32("class"));
}

static double balanced(const float *x) {
    return gal_loss_balanced_softmax((gal_mat){0}, rows(x), golden_i32("class"),
                                     golden_i64("count"));
}

static double focal(const float *x) {
    return gal_loss_focal((gal_mat){0}, rows(x), golden_i32("class"), 2);
}

static double focal_half(const float *x) {
    return gal_loss_focal((gal_mat){0}, rows(x), golden_i32("class"), 0.5);
}

static double binary(const float *x) {
    return gal_loss_binary(NULL, x, golden_f32("binary.target"), N, 3);
}

static void matches_pytorch(void **state) {
    (void)state;
    const gal_mat logit = rows(golden_f32("logit")), g = rows(grad);
    const int32_t *label = golden_i32("class");
    assert_close(gal_loss_cross_entropy(g, logit, label), *golden_f64("ce"), 1e-12);
    assert_all_close(grad, "ce.grad", 1e-7);
    check_gradient(ce, logit.data, grad, N * K);
    assert_close(gal_loss_balanced_softmax(g, logit, label, golden_i64("count")),
                 *golden_f64("balanced"), 1e-12);
    assert_all_close(grad, "balanced.grad", 1e-7);
    check_gradient(balanced, logit.data, grad, N * K);
    assert_close(gal_loss_focal(g, logit, label, 2), *golden_f64("focal2"), 1e-12);
    assert_all_close(grad, "focal2.grad", 1e-7);
    check_gradient(focal, logit.data, grad, N * K);
    assert_close(gal_loss_focal(g, logit, label, 0.5), *golden_f64("focal05"), 1e-12);
    assert_all_close(grad, "focal05.grad", 1e-7);
    check_gradient(focal_half, logit.data, grad, N * K);
    assert_close(
        gal_loss_binary(grad, golden_f32("binary.logit"), golden_f32("binary.target"), N, 3),
        *golden_f64("binary"), 1e-12);
    assert_all_close(grad, "binary.grad", 1e-7);
    check_gradient(binary, golden_f32("binary.logit"), grad, N);
}

static void focal_of_zero_is_cross_entropy(void **state) {
    (void)state;
    float other[N * K];
    const gal_mat logit = rows(golden_f32("logit"));
    const double a = gal_loss_focal(rows(grad), logit, golden_i32("class"), 0);
    assert_close(a, gal_loss_cross_entropy(rows(other), logit, golden_i32("class")), 1e-12);
    for (int i = 0; i < N * K; i++) assert_close(grad[i], other[i], 1e-7);
}

static void extreme_logits_stay_finite(void **state) {
    (void)state;
    const float z[2] = {300, -300}, one[2] = {1, 1}, none[2] = {0, 0};
    const int32_t right = 0, wrong = 1;
    float g[2];
    const gal_mat logit = {(float *)z, 1, 2, 2}, out = {g, 1, 2, 2};
    assert_true(gal_loss_focal(out, logit, &right, 2) == 0 && g[0] == 0 && g[1] == 0);
    assert_true(gal_loss_focal(out, logit, &right, 0.5) == 0 && g[0] == 0 && g[1] == 0);
    assert_close(gal_loss_cross_entropy(out, logit, &wrong), 600, 1e-12);
    assert_close(gal_loss_focal(out, logit, &wrong, 2), 600, 1e-12);
    assert_close(gal_loss_binary(g, z, one, 2, 2), 300, 1e-12);
    assert_true(g[0] == 0 && g[1] == -1);
    assert_close(gal_loss_binary(g, z, none, 2, 2), 150, 1e-12);
    assert_true(g[0] == 0.5f && g[1] == 0);
}

/* A column view of a wider matrix: the stride counts, the rest is left alone. */
static void strides_are_respected(void **state) {
    (void)state;
    float wide[2][4] = {{9, 1, 2, 9}, {9, 0, 1, 9}}, g[2][4] = {{7, 7, 7, 7}, {7, 7, 7, 7}};
    const int32_t label[2] = {1, 1};
    const double loss = gal_loss_cross_entropy((gal_mat){&g[0][1], 2, 2, 4},
                                               (gal_mat){&wide[0][1], 2, 2, 4}, label);
    assert_close(loss, log(1 + exp(-1)), 1e-12);
    assert_true(g[0][0] == 7 && g[0][3] == 7 && g[1][0] == 7 && g[1][3] == 7);
    assert_close(g[1][1], 0.5 / (1 + exp(1)), 1e-6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_pytorch),
        cmocka_unit_test(focal_of_zero_is_cross_entropy),
        cmocka_unit_test(extreme_logits_stay_finite),
        cmocka_unit_test(strides_are_respected),
    };
    return cmocka_run_group_tests(tests, golden_open, golden_close);
}
