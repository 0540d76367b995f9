#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gnn/ridge.h"
#include <math.h>

enum { ROWS = 200 };

static void a_plane_is_recovered(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_mat x = gal_mat_new(&arena, ROWS, 3);
    double y[ROWS], coef[3];
    gal_rng rng;
    gal_rng_init(&rng, 1, 0);
    for (int r = 0; r < ROWS; r++) {
        float *row = gal_mat_row(x, r);
        row[0] = 1;
        row[1] = (float)gal_rng_normal(&rng);
        row[2] = (float)gal_rng_normal(&rng);
        y[r] = -0.5 + 2 * (double)row[1] - 3 * (double)row[2];
    }
    gal_ridge_options options = {.free_column = 1};
    assert_int_equal(gal_ridge_fit(coef, x, y, NULL, &options, NULL), GAL_OK);
    assert_true(fabs(coef[0] + 0.5) < 1e-7 && fabs(coef[1] - 2) < 1e-7 && fabs(coef[2] + 3) < 1e-7);
    options.nonnegative = 1;
    assert_int_equal(gal_ridge_fit(coef, x, y, NULL, &options, NULL), GAL_OK);
    assert_true(coef[0] < 0 && fabs(coef[1] - 2) < 0.6 && coef[2] == 0);
    options = (gal_ridge_options){.l2 = 1e9, .free_column = 1};
    assert_int_equal(gal_ridge_fit(coef, x, y, NULL, &options, NULL), GAL_OK);
    assert_true(fabs(coef[1]) < 1e-5 && fabs(coef[2]) < 1e-5);
    gal_arena_clear(&arena);
}

/* Two equal columns and an empty one must neither divide by zero nor run away. */
static void degenerate_columns_are_fine(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_mat x = gal_mat_new(&arena, 4, 3);
    double y[4], coef[3];
    for (int r = 0; r < 4; r++) {
        float *row = gal_mat_row(x, r);
        row[0] = row[1] = (float)r;
        row[2] = 0;
        y[r] = 2.0 * r;
    }
    const gal_ridge_options options = {.l2 = 1e-6};
    assert_int_equal(gal_ridge_fit(coef, x, y, NULL, &options, NULL), GAL_OK);
    assert_true(fabs(coef[0] + coef[1] - 2) < 1e-5 && coef[2] == 0);
    gal_arena_clear(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plane_is_recovered),
        cmocka_unit_test(degenerate_columns_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
