#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "gnn/gemm.h"
#include <math.h>
#include <omp.h>
#include <string.h>

typedef void product(gal_mat c, gal_mat a, gal_mat b, float beta);

static gal_rng rng;

/* A view of random values inside wider rows. */
static gal_mat random_mat(gal_arena *arena, int64_t rows, int32_t cols) {
    gal_mat m = gal_mat_new(arena, rows, cols + 3);
    assert_non_null(m.data);
    for (int64_t i = 0; i < m.rows * m.stride; i++) m.data[i] = (float)gal_rng_normal(&rng);
    return gal_mat_cols(m, 1, cols);
}

static gal_mat duplicate(gal_arena *arena, gal_mat m) {
    gal_mat copy = gal_mat_new(arena, m.rows, m.cols);
    assert_non_null(copy.data);
    gal_mat_copy(copy, m);
    return copy;
}

/* Element (i, j) of m or of its transpose. */
static double element(gal_mat m, int64_t i, int64_t j, int flip) {
    return (double)(flip ? gal_mat_row(m, j)[i] : gal_mat_row(m, i)[j]);
}

static void check(gal_mat c, gal_mat before, gal_mat a, int flip_a, gal_mat b, int flip_b,
                  float beta) {
    const int64_t k = flip_a ? a.rows : a.cols;
    for (int64_t i = 0; i < c.rows; i++)
        for (int32_t j = 0; j < c.cols; j++) {
            double want = beta != 0 ? (double)beta * (double)gal_mat_row(before, i)[j] : 0;
            for (int64_t p = 0; p < k; p++)
                want += element(a, i, p, flip_a) * element(b, p, j, flip_b);
            const double got = (double)gal_mat_row(c, i)[j];
            if (!(fabs(got - want) <= 3e-5 * sqrt((double)k + 1)))
                fail_msg("[%ld][%d] of %ld x %d: %g, expected %g", (long)i, j, (long)c.rows, c.cols,
                         got, want);
        }
}

static void check_shape(int64_t m, int32_t n, int32_t k, float beta) {
    gal_arena arena;
    gal_arena_init(&arena);
    const gal_mat a = random_mat(&arena, m, k), b = random_mat(&arena, k, n);
    const gal_mat bt = random_mat(&arena, n, k), at = random_mat(&arena, k, (int32_t)m);
    gal_mat c = random_mat(&arena, m, n);
    if (beta == 0) gal_mat_fill(c, NAN);
    const gal_mat before = duplicate(&arena, c);
    gal_gemm(c, a, b, beta);
    check(c, before, a, 0, b, 0, beta);
    gal_mat_copy(c, before);
    gal_gemm_nt(c, a, bt, beta);
    check(c, before, a, 0, bt, 1, beta);
    gal_mat_copy(c, before);
    gal_gemm_tn(c, at, b, beta);
    check(c, before, at, 1, b, 0, beta);
    gal_arena_clear(&arena);
}

static void test_shapes(void **state) {
    (void)state;
    static const int32_t size[][3] = {{1, 1, 1},    {3, 5, 7},      {64, 64, 64}, {97, 65, 33},
                                      {2, 200, 3},  {500, 10, 130}, {1, 64, 600}, {130, 129, 260},
                                      {7, 1, 1000}, {0, 4, 4},      {4, 4, 0}};
    for (size_t s = 0; s < sizeof size / sizeof *size; s++) {
        check_shape(size[s][0], size[s][1], size[s][2], 0);
        check_shape(size[s][0], size[s][1], size[s][2], 1);
        check_shape(size[s][0], size[s][1], size[s][2], -0.5f);
    }
}

/* The same bits at one, two and three threads. */
static void check_threads(product *run, gal_mat c, gal_mat a, gal_mat b) {
    gal_arena arena;
    gal_arena_init(&arena);
    gal_mat first = {0};
    for (int threads = 1; threads <= 3; threads++) {
        omp_set_num_threads(threads);
        gal_mat_fill(c, 0.25f);
        run(c, a, b, 1);
        const gal_mat now = duplicate(&arena, c);
        if (threads == 1) first = now;
        assert_memory_equal(first.data, now.data, (size_t)(now.rows * now.cols) * sizeof *now.data);
    }
    gal_arena_clear(&arena);
}

static void test_threads(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    const gal_mat x = random_mat(&arena, 5000, 48), y = random_mat(&arena, 5000, 40);
    const gal_mat w = random_mat(&arena, 48, 40);
    check_threads(gal_gemm, y, x, w);
    check_threads(gal_gemm_nt, x, y, w);
    check_threads(gal_gemm_tn, w, x, y);
    gal_arena_clear(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shapes),
                                       cmocka_unit_test(test_threads)};
    gal_rng_init(&rng, 5, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
