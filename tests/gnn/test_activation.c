#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "gnn/activation.h"
#include <math.h>
#include <omp.h>
#include <string.h>

enum { N = 4001 };

static void check_function(void (*run)(float *, const float *, int64_t), double (*exact)(double),
                           double range) {
    float x[N], y[N];
    for (int i = 0; i < N; i++) x[i] = (float)(range * (2.0 * i / (N - 1) - 1));
    run(y, x, N);
    for (int i = 0; i < N; i++) {
        const double want = exact((double)x[i]);
        if (!(fabs((double)y[i] - want) <= 1e-6 * fabs(want) + 1e-38))
            fail_msg("f(%g) = %.9g, expected %.9g", (double)x[i], (double)y[i], want);
    }
    run(x, x, N);
    assert_memory_equal(x, y, sizeof x);
}

static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

static void test_functions(void **state) {
    (void)state;
    check_function(gal_exp, exp, 87);
    check_function(gal_exp, exp, 1e-3);
    check_function(gal_tanh, tanh, 20);
    check_function(gal_tanh, tanh, 1);
    check_function(gal_tanh, tanh, 1e-6);
    check_function(gal_sigmoid, sigmoid, 80);
    check_function(gal_sigmoid, sigmoid, 1);
}

static void test_extremes(void **state) {
    (void)state;
    const float big[4] = {-INFINITY, -1e9f, 1e9f, INFINITY};
    float y[4], nan = NAN;
    gal_tanh(y, big, 4);
    assert_true(y[0] == -1 && y[1] == -1 && y[2] == 1 && y[3] == 1);
    gal_sigmoid(y, big, 4);
    assert_true(y[0] < 1e-37f && y[1] < 1e-37f && y[2] == 1 && y[3] == 1);
    gal_tanh(&nan, &nan, 1);
    assert_true(isnan(nan));
    gal_sigmoid(&nan, &nan, 1);
    assert_true(isnan(nan));
}

/* A divergence must not be hidden: relu of NaN is NaN. */
static void test_relu_keeps_nan(void **state) {
    (void)state;
    float value[19];
    for (int i = 0; i < 19; i++) value[i] = i % 2 ? NAN : -1;
    const gal_mat m = {value, 1, 19, 19};
    gal_act_forward(m, GAL_ACT_RELU, m);
    for (int i = 0; i < 19; i++) assert_true(i % 2 ? isnan(value[i]) : value[i] == 0);
}

static gal_mat random_mat(gal_arena *arena, gal_rng *rng, int64_t rows, int32_t cols, int gap) {
    gal_mat m = gal_mat_new(arena, rows, cols + gap);
    assert_non_null(m.data);
    for (int64_t i = 0; i < m.rows * m.cols; i++) m.data[i] = (float)gal_rng_normal(rng);
    return gal_mat_cols(m, 0, cols);
}

/* y(x + h) - y(x - h) against dx for dy = 1; kinks and the neighbourhood of 0 are left out. */
static void check_derivative(gal_act act, int gap) {
    const float h = 1e-2f;
    gal_arena arena;
    gal_rng rng;
    gal_arena_init(&arena);
    gal_rng_init(&rng, 1, 0);
    const gal_mat x = random_mat(&arena, &rng, 700, 61, gap), y = gal_mat_new(&arena, 700, 61);
    const gal_mat low = gal_mat_new(&arena, 700, 61), high = gal_mat_new(&arena, 700, 61);
    const gal_mat dy = gal_mat_new(&arena, 700, 61);
    gal_mat_copy(low, x);
    gal_mat_copy(high, x);
    for (int64_t i = 0; i < 700 * 61; i++) low.data[i] -= h, high.data[i] += h;
    gal_act_forward(y, act, x);
    gal_act_forward(low, act, low);
    gal_act_forward(high, act, high);
    gal_mat_fill(dy, 1);
    gal_act_backward(dy, act, x, y, dy);
    for (int64_t r = 0; r < 700; r++)
        for (int j = 0; j < 61; j++) {
            const float slope = (gal_mat_row(high, r)[j] - gal_mat_row(low, r)[j]) / (2 * h);
            if (fabsf(gal_mat_row(x, r)[j]) > h)
                assert_true(fabsf(slope - gal_mat_row(dy, r)[j]) < 2e-4f);
        }
    gal_arena_clear(&arena);
}

static void test_derivatives(void **state) {
    (void)state;
    for (gal_act act = GAL_ACT_NONE; act <= GAL_ACT_GELU; act++) {
        check_derivative(act, 0);
        check_derivative(act, 3);
    }
}

static void test_prelu(void **state) {
    (void)state;
    float x[4] = {-2, -1, 0, 3}, y[4], dx[4], dy[4] = {1, 2, 3, 4};
    const gal_mat in = {x, 2, 2, 2}, out = {y, 2, 2, 2}, din = {dx, 2, 2, 2}, dout = {dy, 2, 2, 2};
    gal_prelu_forward(out, in, 0.25f);
    const float want[4] = {-0.5f, -0.25f, 0, 3}, gradient[4] = {0.25f, 0.5f, 0.75f, 4};
    assert_memory_equal(y, want, sizeof y);
    assert_true(gal_prelu_backward(din, in, dout, 0.25f) == -4);
    assert_memory_equal(dx, gradient, sizeof dx);
}

static void test_prelu_threads(void **state) {
    (void)state;
    gal_arena arena;
    gal_rng rng;
    gal_arena_init(&arena);
    gal_rng_init(&rng, 2, 0);
    const gal_mat x = random_mat(&arena, &rng, 40000, 3, 0);
    const gal_mat dy = random_mat(&arena, &rng, 40000, 3, 0), dx = gal_mat_new(&arena, 40000, 3);
    omp_set_num_threads(1);
    const float one = gal_prelu_backward(dx, x, dy, 0.1f);
    omp_set_num_threads(2);
    assert_true(one == gal_prelu_backward(dx, x, dy, 0.1f));
    gal_arena_clear(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions),      cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_relu_keeps_nan), cmocka_unit_test(test_derivatives),
        cmocka_unit_test(test_prelu),          cmocka_unit_test(test_prelu_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
