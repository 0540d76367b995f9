/* Every instruction set this machine runs against plain loops in double. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "gnn/kernels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const isa[] = {"generic", "avx2", "avx512"};
static gal_rng rng;

static float *randoms(int64_t n) {
    float *data = malloc((size_t)(n + 1) * sizeof *data);
    assert_non_null(data);
    for (int64_t i = 0; i < n; i++) data[i] = (float)gal_rng_normal(&rng);
    return data;
}

/* The largest departure of product() from the definition, with 7 guard columns behind each row. */
static void check_product(const gal__kernels *kernels, int64_t m, int64_t n, int64_t k, int flip_a,
                          int flip_b, int add) {
    float *a = randoms(m * k), *b = randoms(k * n), *c = randoms(m * (n + 7));
    const int64_t ldc = n + 7;
    float *before = malloc((size_t)(m * ldc + 1) * sizeof *before);
    assert_non_null(before);
    memcpy(before, c, (size_t)(m * ldc) * sizeof *c);
    const gal__factor left = flip_a ? (gal__factor){a, 1, m} : (gal__factor){a, k, 1};
    const gal__factor right = flip_b ? (gal__factor){b, 1, k} : (gal__factor){b, n, 1};
    kernels->product(m, n, k, left, right, c, ldc, add, NULL);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < ldc; j++) {
            double want = j >= n || add ? (double)before[i * ldc + j] : 0;
            for (int64_t p = 0; j < n && p < k; p++)
                want += (double)(left.data[i * left.row + p * left.col]) *
                        (double)(right.data[p * right.row + j * right.col]);
            if (!(fabs(want - (double)c[i * ldc + j]) <= 2e-5 * sqrt((double)k + 1)))
                fail_msg("%s %ldx%ldx%ld flips %d %d: [%ld][%ld] %g, expected %g", kernels->name,
                         (long)m, (long)n, (long)k, flip_a, flip_b, (long)i, (long)j,
                         (double)c[i * ldc + j], want);
        }
    free(a);
    free(b);
    free(c);
    free(before);
}

static void test_product(const gal__kernels *kernels) {
    static const int size[][3] = {{1, 1, 1},    {6, 16, 8},    {7, 17, 3},    {5, 64, 64},
                                  {96, 64, 64}, {13, 33, 300}, {11, 100, 96}, {140, 31, 65},
                                  {4, 3, 0},    {0, 5, 5},     {150, 64, 70}, {3, 130, 515}};
    for (size_t s = 0; s < sizeof size / sizeof *size; s++)
        for (int flags = 0; flags < 8; flags++)
            check_product(kernels, size[s][0], size[s][1], size[s][2], flags & 1, flags >> 1 & 1,
                          flags >> 2);
}

/* Touching rows ahead changes nothing and stays inside the list. */
static void test_ahead(const gal__kernels *kernels) {
    float *a = randoms(20 * 8), *b = randoms(8 * 40), c[20 * 40], d[20 * 40];
    const int32_t row[] = {3, 1, 2, 0, 3};
    gal__ahead ahead = {
        .table = a, .stride = 8, .cols = 8, .quota = 3, .next = row, .end = row + 5};
    const gal__factor left = {a, 8, 1}, right = {b, 40, 1};
    kernels->product(20, 40, 8, left, right, c, 40, 0, NULL);
    kernels->product(20, 40, 8, left, right, d, 40, 0, &ahead);
    assert_memory_equal(c, d, sizeof c);
    assert_true(ahead.next >= row + 3 && ahead.next <= row + 5);
    free(a);
    free(b);
}

static double act_exact(gal_act act, double x) {
    const double u = 1.5957691216057308 * (x + 0.044715 * x * x * x);
    switch (act) {
    case GAL_ACT_RELU:
        return x > 0 ? x : 0;
    case GAL_ACT_TANH:
        return tanh(x);
    case GAL_ACT_SIGMOID:
        return 1 / (1 + exp(-x));
    case GAL_ACT_SILU:
        return x / (1 + exp(-x));
    case GAL_ACT_GELU:
        return x / (1 + exp(-u));
    default:
        return x;
    }
}

static void test_finish(const gal__kernels *kernels) {
    enum { M = 5, N = 61, LD = 64 };
    float *bias = randoms(N), *z = randoms(M * LD);
    for (int flags = 0; flags < 4; flags++)
        for (gal_act act = GAL_ACT_NONE; act <= GAL_ACT_GELU; act++) {
            const float *b = flags & 1 ? bias : NULL;
            float y[M * LD] __attribute__((aligned(64))) = {0};
            kernels->finish(y, LD, z, LD, M, N, b, act, flags >> 1);
            for (int i = 0; i < M * LD; i++) {
                const int j = i % LD;
                const double x = j < N ? (double)z[i] + (b ? (double)b[j] : 0) : 0;
                const double want = j < N ? act_exact(act, x) : 0;
                assert_true(fabs((double)y[i] - want) <= 1e-6 * (1 + fabs(want)));
            }
        }
    free(bias);
    free(z);
}

/* act'(x) by central differences in double. */
static void test_act_backward(const gal__kernels *kernels) {
    enum { N = 37 };
    float *x = randoms(N), *dy = randoms(N), y[N], dx[N];
    for (gal_act act = GAL_ACT_NONE; act <= GAL_ACT_GELU; act++) {
        kernels->finish(y, N, x, N, 1, N, NULL, act, 0);
        kernels->act_backward(dx, act, x, y, dy, N);
        for (int i = 0; i < N; i++) {
            const double h = 1e-5, at = (double)x[i];
            const double slope = (act_exact(act, at + h) - act_exact(act, at - h)) / (2 * h);
            assert_true(fabs((double)dx[i] - (double)dy[i] * slope) < 1e-5);
        }
    }
    free(x);
    free(dy);
}

static void test_col_sum(const gal__kernels *kernels) {
    enum { M = 9, N = 35 };
    float *x = randoms(M * 40), *sum = randoms(N), want[N];
    for (int j = 0; j < N; j++) {
        want[j] = sum[j];
        for (int i = 0; i < M; i++) want[j] += x[i * 40 + j];
    }
    kernels->col_sum(sum, x, 40, M, N);
    for (int j = 0; j < N; j++) assert_true(fabsf(sum[j] - want[j]) < 1e-5f);
    free(x);
    free(sum);
}

static void test_exponential(const gal__kernels *kernels) {
    float x[3001], y[3001];
    for (int i = 0; i < 3001; i++) x[i] = (float)(i - 1500) * 0.0582f; /* -87.3 .. 87.3 */
    kernels->exponential(y, x, 3001);
    for (int i = 0; i < 3001; i++) {
        const double want = exp((double)x[i]);
        if (!(fabs((double)y[i] - want) <= 5e-7 * want))
            fail_msg("%s: exp(%g) = %g, expected %g", kernels->name, (double)x[i], (double)y[i],
                     want);
    }
    float edge[5] = {-INFINITY, -1e6f, -90, INFINITY, NAN};
    kernels->exponential(edge, edge, 5);
    for (int i = 0; i < 3; i++) assert_true(edge[i] == 0);
    assert_true(edge[3] > 2e38f && isnan(edge[4]));
}

static void run_all(const gal__kernels *kernels) {
    test_product(kernels);
    test_ahead(kernels);
    test_finish(kernels);
    test_act_backward(kernels);
    test_col_sum(kernels);
    test_exponential(kernels);
}

static void run_isa(void **state) {
    const gal__kernels *kernels = gal__kernels_find(*state);
    if (!kernels) skip();
    gal_rng_init(&rng, 11, 0);
    run_all(kernels);
}

static void test_choice(void **state) {
    (void)state;
    assert_non_null(gal__kernels_find("generic"));
    assert_null(gal__kernels_find("abacus"));
    const gal__kernels *kernels = gal__kernels_active();
    assert_ptr_equal(kernels, gal__kernels_find(kernels->name));
    assert_ptr_equal(kernels, gal__kernels_active());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice),
        cmocka_unit_test_prestate(run_isa, (void *)isa[0]),
        cmocka_unit_test_prestate(run_isa, (void *)isa[1]),
        cmocka_unit_test_prestate(run_isa, (void *)isa[2]),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
