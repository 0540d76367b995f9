/* Gaussian processes against scikit-learn 1.2 (Matern 2.5 + DotProduct + White at fixed values). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "tasks/sizing/gp.h"
#include <math.h>

static const double X[] = {0.1, 0.2, 0.4, 0.9, 0.7, 0.3, 0.9, 0.8, 0.25, 0.55, 0.6, 0.05};
static const double Y[] = {0.3, -1.1, 0.8, 1.4, -0.2, 0.6};
enum { N = 6, DIM = 2 };

static void near(double value, double expected) {
    if (fabs(value - expected) > 1e-7 * fmax(1, fabs(expected)))
        fail_msg("%.12g, expected %.12g", value, expected);
}

static gal_gp *example(double theta[DIM + 3]) {
    gal_gp *gp;
    const double value[DIM + 3] = {log(0.5), log(0.8), log(1.3), log(0.4), log(0.01)};
    for (int i = 0; i < DIM + 3; i++) theta[i] = value[i];
    assert_int_equal(gal_gp_create(&gp, DIM, NULL), GAL_OK);
    assert_int_equal(gal_gp_data(gp, X, Y, N, NULL), GAL_OK);
    gal_gp_set_theta(gp, theta);
    return gp;
}

static void likelihood_and_gradient_match(void **state) {
    (void)state;
    double theta[DIM + 3], gradient[DIM + 3];
    const double expected[] = {-1.69467992, 0.491032625, 0.184057142, -0.0187875795, -0.0290945257};
    gal_gp *gp = example(theta);
    near(gal_gp_likelihood(gradient, gp, theta), -6.928859017456438);
    for (int i = 0; i < DIM + 3; i++) near(gradient[i], expected[i]);
    gal_gp_destroy(gp);
}

static void predictions_match(void **state) {
    (void)state;
    const double x[] = {0.5, 0.5, 0.05, 0.95};
    double theta[DIM + 3], mean[2], sd[2];
    gal_gp *gp = example(theta);
    assert_int_equal(gal_gp_fit(gp, 0, NULL), GAL_OK);
    assert_int_equal(gal_gp_predict(mean, sd, gp, x, 2, NULL), GAL_OK);
    near(mean[0], 0.05979879);
    near(mean[1], -0.8624205);
    near(sd[0], 0.32719113);
    near(sd[1], 0.72008889);
    gal_gp_destroy(gp);
}

static void gradient_is_that_of_differences(void **state) {
    (void)state;
    double theta[DIM + 3], gradient[DIM + 3];
    gal_gp *gp = example(theta);
    gal_gp_likelihood(gradient, gp, theta);
    for (int i = 0; i < DIM + 3; i++) {
        const double at = theta[i], h = 1e-5;
        theta[i] = at + h;
        const double more = gal_gp_likelihood(NULL, gp, theta);
        theta[i] = at - h;
        const double less = gal_gp_likelihood(NULL, gp, theta);
        theta[i] = at;
        assert_true(fabs((more - less) / (2 * h) - gradient[i]) < 1e-6);
    }
    gal_gp_destroy(gp);
}

static double surface(const double *x) {
    return sin(4 * x[0]) + 2 * x[1] + 0.3 * x[0] * x[2];
}

/* A fit raises the likelihood and predicts a smooth function of three of four axes. */
static void a_smooth_function_is_learnt(void **state) {
    (void)state;
    enum { MANY = 60, TEST = 50, AXES = 4 };
    double x[MANY * AXES], y[MANY], test[TEST * AXES], mean[TEST], sd[TEST], start[AXES + 3];
    gal_gp *gp;
    gal_rng rng;
    gal_rng_init(&rng, 5, 0);
    for (int i = 0; i < MANY * AXES; i++) x[i] = gal_rng_uniform(&rng);
    for (int i = 0; i < TEST * AXES; i++) test[i] = 0.05 + 0.9 * gal_rng_uniform(&rng);
    for (int i = 0; i < MANY; i++) y[i] = surface(x + (ptrdiff_t)i * AXES) - 1.5;
    assert_int_equal(gal_gp_create(&gp, AXES, NULL), GAL_OK);
    assert_int_equal(gal_gp_data(gp, x, y, MANY, NULL), GAL_OK);
    for (int i = 0; i < AXES + 3; i++) start[i] = gal_gp_theta(gp)[i];
    assert_int_equal(gal_gp_fit(gp, 50, NULL), GAL_OK);
    const double fitted = gal_gp_likelihood(NULL, gp, gal_gp_theta(gp));
    assert_true(fitted > gal_gp_likelihood(NULL, gp, start) + 10);
    assert_int_equal(gal_gp_fit(gp, 0, NULL), GAL_OK);
    assert_int_equal(gal_gp_predict(mean, sd, gp, test, TEST, NULL), GAL_OK);
    for (int i = 0; i < TEST; i++) {
        assert_true(fabs(mean[i] + 1.5 - surface(test + (ptrdiff_t)i * AXES)) < 0.05);
        assert_true(sd[i] < 0.1);
    }
    gal_gp_destroy(gp);
}

static void no_points_and_equal_points_are_fine(void **state) {
    (void)state;
    const double x[] = {0.5, 0.5, 0.5, 0.5}, y[] = {1, 1};
    double mean, sd;
    gal_gp *gp;
    assert_int_equal(gal_gp_create(&gp, 2, NULL), GAL_OK);
    assert_int_equal(gal_gp_data(gp, NULL, NULL, 0, NULL), GAL_OK);
    assert_int_equal(gal_gp_fit(gp, 10, NULL), GAL_OK);
    assert_int_equal(gal_gp_predict(&mean, &sd, gp, x, 1, NULL), GAL_OK);
    assert_true(mean == 0 && fabs(sd - 1) < 1e-9);
    assert_int_equal(gal_gp_data(gp, x, y, 2, NULL), GAL_OK);
    assert_int_equal(gal_gp_fit(gp, 10, NULL), GAL_OK);
    assert_int_equal(gal_gp_predict(&mean, &sd, gp, x, 1, NULL), GAL_OK);
    assert_true(fabs(mean - 1) < 0.1 && sd < 0.2);
    gal_gp_destroy(gp);
    gal_gp_destroy(NULL);
}

static void too_many_axes_are_refused(void **state) {
    (void)state;
    gal_gp *gp;
    assert_int_equal(gal_gp_create(&gp, 1000, NULL), GAL_ELIMIT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(likelihood_and_gradient_match),
        cmocka_unit_test(predictions_match),
        cmocka_unit_test(gradient_is_that_of_differences),
        cmocka_unit_test(a_smooth_function_is_learnt),
        cmocka_unit_test(no_points_and_equal_points_are_fine),
        cmocka_unit_test(too_many_axes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
