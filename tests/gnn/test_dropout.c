#include "gnn/check_layer.h"

#include "gnn/dropout.h"

static gal_mat ones(check *c, int64_t rows, int32_t cols) {
    gal_mat m = check_add(c, "ones", rows, cols);
    gal_mat_fill(m, 1);
    return m;
}

/* The share that survives, its mean, and the correlation between neighbours. */
static void test_statistics(void **state) {
    (void)state;
    enum { ROWS = 1000, COLS = 130 };
    check c;
    check_init(&c);
    gal_mat x = ones(&c, ROWS, COLS), y = check_add(&c, "y", ROWS, COLS);
    gal_dropout(y, x, 0.3f, 5);
    double kept = 0, sum = 0, across = 0, down = 0;
    for (int64_t r = 0; r < ROWS; r++)
        for (int32_t j = 0; j < COLS; j++) {
            const float *at = gal_mat_row(y, r) + j;
            kept += *at > 0;
            sum += (double)*at;
            if (j > 0) across += at[0] > 0 && at[-1] > 0;
            if (r > 0) down += at[0] > 0 && at[-COLS] > 0;
        }
    const double n = (double)ROWS * COLS;
    assert_true(fabs(kept / n - 0.7) < 0.005);
    assert_true(fabs(sum / n - 1) < 0.008);
    assert_true(fabs(across / n - 0.49 * (COLS - 1) / COLS) < 0.008);
    assert_true(fabs(down / n - 0.49) < 0.008);
    check_clear(&c);
}

/* Backward is the same call: the mask depends on seed and position only, not on the values, the
 * stride or the thread count. */
static void test_mask_is_a_function_of_the_seed(void **state) {
    (void)state;
    check c;
    check_init(&c);
    gal_mat x = ones(&c, 500, 33), y = check_add(&c, "y", 500, 33);
    gal_mat wide = gal_mat_cols(check_add(&c, "wide", 500, 40), 3, 33);
    const int before = omp_get_max_threads();
    omp_set_num_threads(1);
    gal_dropout(y, x, 0.5f, 11);
    omp_set_num_threads(3);
    gal_dropout(wide, x, 0.5f, 11);
    omp_set_num_threads(before);
    check_close("mask", wide, y, 0);
    gal_dropout(wide, x, 0.5f, 12);
    int64_t same = 0;
    for (int64_t r = 0; r < 500; r++)
        for (int32_t j = 0; j < 33; j++) same += gal_mat_row(wide, r)[j] == gal_mat_row(y, r)[j];
    assert_true(fabs((double)same / (500 * 33) - 0.5) < 0.02);
    check_clear(&c);
}

static void test_rate_zero_copies(void **state) {
    (void)state;
    check c;
    check_init(&c);
    gal_mat x = ones(&c, 3, 5), y = check_add(&c, "y", 3, 5);
    gal_dropout(y, x, 0, 1);
    check_close("copy", y, x, 0);
    check_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_mask_is_a_function_of_the_seed),
        cmocka_unit_test(test_rate_zero_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
