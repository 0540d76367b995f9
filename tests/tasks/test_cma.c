/* CMA-ES on functions whose minimum is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tasks/sizing/cma.h"
#include <math.h>
#include <stdlib.h>

enum { DIM = 6 };

static double ellipsoid(const double *u) {
    double sum = 0;
    for (int k = 0; k < DIM; k++) {
        const double x = u[k] - 0.3 - 0.05 * k;
        sum += pow(1e4, k / (DIM - 1.0)) * x * x;
    }
    return sum;
}

/* The valley runs along a curve to (0.6, ..., 0.6). */
static double rosenbrock(const double *u) {
    double sum = 0, x[DIM];
    for (int k = 0; k < DIM; k++) x[k] = 4 * (u[k] - 0.35);
    for (int k = 0; k + 1 < DIM; k++) {
        const double step = x[k + 1] - x[k] * x[k];
        sum += 100 * step * step + (1 - x[k]) * (1 - x[k]);
    }
    return sum;
}

/* The minimum lies in a corner of the cube. */
static double corner(const double *u) {
    double sum = 0;
    for (int k = 0; k < DIM; k++) sum += k % 2 ? u[k] : 1 - u[k];
    return sum;
}

static double minimise(double (*function)(const double *), int generations, int nan_too) {
    const double start[DIM] = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
    double best = INFINITY;
    gal_rng rng;
    gal_cma *cma;
    gal_rng_init(&rng, 11, 0);
    assert_int_equal(gal_cma_create(&cma, DIM, start, 0.2, 0, NULL), GAL_OK);
    const int32_t lambda = gal_cma_lambda(cma);
    double *u = malloc((size_t)lambda * (DIM + 1) * sizeof *u), *cost = u + (size_t)lambda * DIM;
    for (int g = 0; g < generations; g++) {
        gal_cma_ask(u, cma, &rng);
        for (int32_t i = 0; i < lambda; i++) {
            for (int k = 0; k < DIM; k++) assert_true(u[i * DIM + k] >= 0 && u[i * DIM + k] <= 1);
            cost[i] = function(u + (size_t)i * DIM);
            best = fmin(best, cost[i]);
            if (nan_too && (g + i) % 4 == 0) cost[i] = NAN;
        }
        gal_cma_tell(cma, cost);
    }
    free(u);
    gal_cma_destroy(cma);
    return best;
}

static void an_ellipsoid_is_solved(void **state) {
    (void)state;
    assert_true(minimise(ellipsoid, 250, 0) < 1e-8);
}

static void rosenbrock_is_solved(void **state) {
    (void)state;
    assert_true(minimise(rosenbrock, 500, 0) < 1e-6);
}

static void a_minimum_on_the_border_is_found(void **state) {
    (void)state;
    assert_true(minimise(corner, 150, 0) < 1e-2);
}

static void failures_count_as_worst(void **state) {
    (void)state;
    assert_true(minimise(ellipsoid, 300, 1) < 1e-4);
}

static void a_shrunken_distribution_is_noticed(void **state) {
    (void)state;
    const double start[DIM] = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
    gal_cma *cma;
    assert_int_equal(gal_cma_create(&cma, DIM, start, 0.2, 0, NULL), GAL_OK);
    assert_false(gal_cma_converged(cma, 0.1));
    assert_true(gal_cma_converged(cma, 0.3));
    gal_cma_destroy(cma);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ellipsoid_is_solved),
        cmocka_unit_test(rosenbrock_is_solved),
        cmocka_unit_test(a_minimum_on_the_border_is_found),
        cmocka_unit_test(failures_count_as_worst),
        cmocka_unit_test(a_shrunken_distribution_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
