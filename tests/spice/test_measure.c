#include "spice/measure.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define WAVE(t, v) ((gal_wave){(t), (v), (int32_t)(sizeof(t) / sizeof *(t))})

static void near(double value, double expected) {
    assert_true(fabs(value - expected) <= 1e-12 * (1 + fabs(expected)));
}

static void crosses_between_and_at_samples(void **state) {
    (void)state;
    const double t[] = {0, 1, 2, 3, 4}, v[] = {0, 1, 2, 0, 2};
    near(gal_measure_cross(WAVE(t, v), 0.5, GAL_EDGE_RISE, 0), 0.5);
    near(gal_measure_cross(WAVE(t, v), 0.5, GAL_EDGE_FALL, 0), 2.75);
    near(gal_measure_cross(WAVE(t, v), 0.5, GAL_EDGE_RISE, 1), 3.25);
    near(gal_measure_cross(WAVE(t, v), 1, GAL_EDGE_ANY, 1),
         1); /* a sample on the level counts once */
    near(gal_measure_cross(WAVE(t, v), 1, GAL_EDGE_ANY, 1.1), 2.5);
    assert_true(isnan(gal_measure_cross(WAVE(t, v), 3, GAL_EDGE_ANY, 0)));
    assert_true(isnan(gal_measure_cross((gal_wave){t, v, 1}, 0, GAL_EDGE_ANY, 0)));
    assert_true(isnan(gal_measure_cross((gal_wave){t, v, 0}, 0, GAL_EDGE_ANY, 0)));
}

static void steps_have_a_time(void **state) {
    (void)state;
    const double t[] = {0, 1, 1, 2}, v[] = {0, 0, 5, 5};
    near(gal_measure_cross(WAVE(t, v), 2.5, GAL_EDGE_RISE, 0), 1);
    near(gal_measure_at(WAVE(t, v), 1), 5);
}

static void delay_waits_for_the_last_crossing(void **state) {
    (void)state;
    const double t[] = {0, 1, 2, 3, 4, 5, 6};
    const double in[] = {0, 1, 1, 1, 1, 1, 1}, out[] = {1, 1, 0, 1, 1, 0, 0};
    near(gal_measure_delay(WAVE(t, in), GAL_EDGE_RISE, WAVE(t, out), GAL_EDGE_FALL, 0.5, 0, 6), 4);
    near(gal_measure_delay(WAVE(t, in), GAL_EDGE_RISE, WAVE(t, out), GAL_EDGE_FALL, 0.5, 0, 3), 1);
    assert_true(isnan(
        gal_measure_delay(WAVE(t, in), GAL_EDGE_FALL, WAVE(t, out), GAL_EDGE_FALL, 0.5, 0, 6)));
}

static void transition_of_both_edges(void **state) {
    (void)state;
    const double t[] = {0, 1, 11, 12, 22}, v[] = {0, 0, 1, 1, 0};
    near(gal_measure_transition(WAVE(t, v), GAL_EDGE_RISE, 0.2, 0.8, 0, 12), 6);
    near(gal_measure_transition(WAVE(t, v), GAL_EDGE_FALL, 0.2, 0.8, 12, 22), 6);
    /* The end lies outside the window: not measurable. */
    assert_true(isnan(gal_measure_transition(WAVE(t, v), GAL_EDGE_RISE, 0.2, 0.8, 0, 8)));
}

static void average_of_a_trapezoid(void **state) {
    (void)state;
    const double t[] = {0, 1, 3, 4}, v[] = {0, 2, 2, 0};
    near(gal_measure_average(WAVE(t, v), 0, 4), 1.5);
    near(gal_measure_average(WAVE(t, v), 0.5, 1), 1.5);
    near(gal_measure_average(WAVE(t, v), 1.5, 2.5), 2);
    assert_true(isnan(gal_measure_average(WAVE(t, v), 0, 5)));
    assert_true(isnan(gal_measure_average(WAVE(t, v), 2, 2)));
    near(gal_measure_at(WAVE(t, v), 3.25), 1.5);
    assert_true(isnan(gal_measure_at(WAVE(t, v), -1)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crosses_between_and_at_samples),
        cmocka_unit_test(steps_have_a_time),
        cmocka_unit_test(delay_waits_for_the_last_crossing),
        cmocka_unit_test(transition_of_both_edges),
        cmocka_unit_test(average_of_a_trapezoid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
