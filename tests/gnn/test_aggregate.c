#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "gnn/aggregate.h"
#include <math.h>
#include <omp.h>
#include <string.h>

typedef struct fixture {
    gal_arena arena;
    gal_rng rng;
    gal_csr csr;
    float *scale, *weight;
} fixture;

static float *randoms(fixture *f, int64_t n) {
    float *data = gal_arena_alloc(&f->arena, (size_t)n * sizeof *data);
    assert_non_null(data);
    for (int64_t i = 0; i < n; i++) data[i] = (float)gal_rng_normal(&f->rng);
    return data;
}

/* Rows of 0 to many edges; the last third of the rows has none. */
static void setup(fixture *f, int32_t n_row, int32_t n_col, int64_t n_edge) {
    gal_arena_init(&f->arena);
    gal_rng_init(&f->rng, 3, (uint64_t)n_edge);
    int32_t *row = GAL_ARENA_ARRAY(&f->arena, int32_t, n_edge + 1);
    int32_t *col = GAL_ARENA_ARRAY(&f->arena, int32_t, n_edge + 1);
    for (int64_t k = 0; k < n_edge; k++) {
        row[k] = gal_rng_below(&f->rng, gal_rng_below(&f->rng, n_row - n_row / 3) + 1);
        col[k] = gal_rng_below(&f->rng, n_col);
    }
    assert_int_equal(gal_csr_build(&f->csr, &f->arena, n_row, n_col, n_edge, row, col, NULL),
                     GAL_OK);
    f->scale = randoms(f, n_row);
    f->weight = randoms(f, n_edge);
}

static gal_mat random_mat(fixture *f, int64_t rows, int32_t cols) {
    const int32_t stride = cols + 5;
    return (gal_mat){randoms(f, rows * stride), rows, cols, stride};
}

static double expected(const fixture *f, gal_mat x, int32_t r, int32_t j, const float *scale,
                       const float *weight) {
    double sum = 0;
    for (int64_t k = f->csr.ptr[r]; k < f->csr.ptr[r + 1]; k++)
        sum += (weight ? (double)weight[f->csr.edge[k]] : 1) *
               (double)gal_mat_row(x, f->csr.col[k])[j];
    return scale ? (double)scale[r] * sum : sum;
}

static void check(fixture *f, int32_t d, const float *scale, const float *weight, float beta) {
    const gal_mat x = random_mat(f, f->csr.n_col, d), y = random_mat(f, f->csr.n_row, d);
    const gal_mat before = gal_mat_new(&f->arena, y.rows, d);
    if (beta == 0) gal_mat_fill(y, NAN);
    gal_mat_copy(before, y);
    gal_aggregate(y, &f->csr, x, scale, weight, beta);
    for (int32_t r = 0; r < f->csr.n_row; r++)
        for (int32_t j = 0; j < d; j++) {
            double want = expected(f, x, r, j, scale, weight);
            if (beta != 0) want += (double)beta * (double)gal_mat_row(before, r)[j];
            if (!(fabs(want - (double)gal_mat_row(y, r)[j]) <= 1e-4 * (1 + fabs(want))))
                fail_msg("width %d row %d column %d: %g, expected %g", d, r, j,
                         (double)gal_mat_row(y, r)[j], want);
        }
}

static void test_widths(void **state) {
    (void)state;
    static const int32_t width[] = {1, 3, 4, 8, 15, 16, 31, 32, 63, 64, 65, 100, 128, 200};
    fixture f;
    setup(&f, 150, 90, 700);
    for (size_t i = 0; i < sizeof width / sizeof *width; i++)
        for (int flags = 0; flags < 8; flags++)
            check(&f, width[i], flags & 1 ? f.scale : NULL, flags & 2 ? f.weight : NULL,
                  flags & 4 ? 0.75f : 0);
    gal_arena_clear(&f.arena);
}

static void test_no_edges(void **state) {
    (void)state;
    fixture f;
    setup(&f, 10, 4, 0);
    check(&f, 64, NULL, NULL, 0);
    check(&f, 7, f.scale, f.weight, 1);
    gal_arena_clear(&f.arena);
}

static void test_no_rows(void **state) {
    (void)state;
    gal_arena arena;
    gal_csr csr;
    gal_arena_init(&arena);
    assert_int_equal(gal_csr_build(&csr, &arena, 0, 0, 0, NULL, NULL, NULL), GAL_OK);
    const gal_mat none = gal_mat_new(&arena, 0, 8);
    gal_aggregate(none, &csr, none, NULL, NULL, 0);
    gal_arena_clear(&arena);
}

static void test_threads(void **state) {
    (void)state;
    fixture f;
    setup(&f, 3000, 2000, 20000);
    const gal_mat x = random_mat(&f, 2000, 64);
    gal_mat y[2];
    for (int i = 0; i < 2; i++) {
        omp_set_num_threads(i + 1);
        y[i] = gal_mat_new(&f.arena, 3000, 64);
        gal_aggregate(y[i], &f.csr, x, f.scale, f.weight, 0);
    }
    assert_memory_equal(y[0].data, y[1].data, 3000 * 64 * sizeof(float));
    gal_arena_clear(&f.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_widths), cmocka_unit_test(test_no_edges),
        cmocka_unit_test(test_no_rows), cmocka_unit_test(test_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
