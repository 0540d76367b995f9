#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tasks/parasitics/technology.h"
#include "tasks/parasitics/trend.h"
#include <math.h>

/* Columns: two widths, a mark of stack nodes, one outside of the sum that says nothing, and the
 * technology. */
enum { ROWS = 30000, N_SUM = 3, STACK = 2, TECH = 4, COLS = TECH + GAL_N_TECH };

static const uint8_t power[N_SUM] = {1, 1, 0};

static const float stack_ff = 0.004f;

static float capacitance(const float *x) {
    return x[STACK] > 0 ? stack_ff : 0.1f + 2 * x[0] + 0.5f * x[1];
}

/* Every third row is of another extractor, with labels ten times as large. */
static gal_pex_trend fitted(void) {
    gal_arena arena;
    gal_rng rng;
    gal_pex_trend trend;
    const gal_pex_trend_form form = {.n = COLS, .n_sum = N_SUM, .stack = STACK, .power = power};
    gal_arena_init(&arena);
    gal_rng_init(&rng, 7, 0);
    gal_mat x = gal_mat_new(&arena, ROWS, COLS);
    float *y = GAL_ARENA_ARRAY(&arena, float, ROWS), *weight = GAL_ARENA_ARRAY(&arena, float, ROWS);
    gal_mat_fill(x, 0);
    for (int r = 0; r < ROWS; r++) {
        float *row = gal_mat_row(x, r);
        row[0] = (float)gal_rng_uniform(&rng);
        row[1] = 4 * (float)gal_rng_uniform(&rng);
        row[STACK] = (float)(gal_rng_below(&rng, 4) == 0);
        row[3] = (float)gal_rng_normal(&rng);
        row[TECH + GAL_TECH_LENGTH_N] = logf(0.15f);
        weight[r] = (float)(r % 3 != 0);
        y[r] = log10f(capacitance(row)) + (float)(r % 3 == 0);
    }
    assert_int_equal(gal_pex_trend_new(&trend, &form, NULL), GAL_OK);
    assert_int_equal(gal_pex_trend_fit(&trend, x, y, weight, NULL), GAL_OK);
    gal_arena_clear(&arena);
    return trend;
}

/* Decades off at widths in um, in a process of shortest channels `length` um. */
static double error_at(const gal_pex_trend *trend, float a, float b, float stack, float other,
                       float length) {
    const float um[COLS] = {a, b, stack, other};
    float x[COLS] = {a, b, stack, other};
    x[TECH + GAL_TECH_LENGTH_N] = logf(length);
    for (int c = 0; c < STACK; c++) x[c] /= (float)gal_technology_pitch(x + TECH);
    return gal_pex_trend_at(trend, x) - (double)log10f(capacitance(um));
}

static void a_sum_is_found_among_the_samples_that_count(void **state) {
    (void)state;
    gal_pex_trend trend = fitted();
    assert_true(fabs(error_at(&trend, 0.5f, 2, 0, 0, 0.15f)) < 0.03);
    assert_true(fabs(error_at(&trend, 0.2f, 3, 0, 1, 0.15f)) < 0.03);
    assert_true(fabs(error_at(&trend, 0.5f, 2, 1, 0, 0.15f)) < 0.03);
    assert_true(trend.sum[0] >= 0 && fabs(trend.sum[2] - 2) < 0.1);
    assert_true(fabs(trend.sum[3] - 0.5) < 0.05);
    gal_pex_trend_clear(&trend);
}

/* Ten times as wide as anything seen: the sum goes on, what does not belong to it stays in range.
 */
static void it_goes_on_beyond_what_was_seen(void **state) {
    (void)state;
    gal_pex_trend trend = fitted();
    assert_true(fabs(error_at(&trend, 10, 40, 0, 0, 0.15f)) < 0.15);
    assert_true(fabs(error_at(&trend, 0.5f, 2, 0, 1e6f, 0.15f)) < 0.03);
    gal_pex_trend_clear(&trend);
}

/* Columns twice as far apart: the lengths in pitches are half of it, fF still go by um. */
static void the_sum_is_over_um(void **state) {
    (void)state;
    gal_pex_trend trend = fitted();
    assert_true(fabs(error_at(&trend, 0.5f, 2, 0, 0, 0.57f)) < 0.05);
    assert_true(fabs(error_at(&trend, 0.2f, 3, 0, 0, 0.57f)) < 0.05);
    gal_pex_trend_clear(&trend);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sum_is_found_among_the_samples_that_count),
        cmocka_unit_test(it_goes_on_beyond_what_was_seen),
        cmocka_unit_test(the_sum_is_over_um),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
