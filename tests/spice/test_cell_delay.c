#include "spice/cell_delay.h"

#include "spice/spice_cells.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static gal_device_models models;

/* Workers are forked from a program with live OpenMP threads, as a prediction leaves behind. */
static int load_models(void **state) {
    int n_thread = 0;
    (void)state;
#pragma omp parallel num_threads(2) reduction(+ : n_thread)
    n_thread++;
    assert_true(n_thread >= 1);
    return gal_device_models_builtin(&models, "generic130", NULL);
}

static int clear_models(void **state) {
    (void)state;
    gal_device_models_clear(&models);
    return 0;
}

static void run_cell(gal_cell_delays *delays, const gal_circuit *cell, const gal_cap_list *list,
                     int32_t n_list, const gal_cell_delay_options *options, int32_t n_worker) {
    gal_sim_pool *pool;
    gal_error err = {0};
    assert_int_equal(gal_sim_pool_create(&pool, n_worker, 30, NULL), GAL_OK);
    const gal_status status =
        gal_cell_delay(delays, pool, cell, &models, list, n_list, options, NULL, &err);
    assert_string_equal(err.message, "");
    assert_int_equal(status, GAL_OK);
    gal_sim_pool_destroy(pool);
}

/* Adds 0, 5, 10, 20 fF as parasitics on the output: delay and transition must grow with them. */
static void check_growth(void (*build)(gal_circuit *), int32_t output, int32_t n_arc) {
    gal_circuit cell;
    gal_cell_delays delays;
    const gal_cap cap[] = {{-1, output, 5e-15}, {-1, output, 10e-15}, {-1, output, 20e-15}};
    const gal_cap_list list[] = {{NULL, 0}, {&cap[0], 1}, {&cap[1], 1}, {&cap[2], 1}};
    build(&cell);
    run_cell(&delays, &cell, list, 4, NULL, 2);
    assert_null(delays.skipped);
    assert_int_equal(delays.n_failed, 0);
    assert_int_equal(delays.n_arc, n_arc);
    for (int32_t a = 0; a < n_arc; a++) {
        const gal_cell_arc *arc = &delays.arc[a];
        assert_int_equal(arc->output, output);
        assert_int_equal(arc->rise, a % 2 == 0);
        for (int k = 0; k < 4; k++) {
            assert_true(arc->delay[k] > 1e-12 && arc->delay[k] < 1e-9);
            assert_true(arc->slew[k] > 1e-12 && arc->slew[k] < 1e-9);
            if (k) assert_true(arc->delay[k] > 1.1 * arc->delay[k - 1]);
            if (k) assert_true(arc->slew[k] > 1.1 * arc->slew[k - 1]);
        }
        /* Nearly linear in the load: 10 -> 20 fF adds about twice what 0 -> 5 fF did... */
        const double slope = (arc->delay[3] - arc->delay[2]) / (arc->delay[2] - arc->delay[1]);
        assert_true(slope > 1.6 && slope < 2.4);
    }
    gal_cell_delays_clear(&delays);
    gal_circuit_clear(&cell);
}

static void inverter_slows_with_load(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    check_growth(build_inverter, 3, 2);
}

static void nand_slows_with_load(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    check_growth(build_nand2, 4, 4);
}

static void load_option_equals_the_same_parasitic(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    gal_circuit cell;
    gal_cell_delays a, b;
    const gal_cap cap = {-1, 3, 8e-15};
    const gal_cap_list none = {NULL, 0}, with = {&cap, 1};
    const gal_cell_delay_options loaded = {.load = 8e-15}, unloaded = {.load = -1};
    build_inverter(&cell);
    run_cell(&a, &cell, &none, 1, &loaded, 1);
    run_cell(&b, &cell, &with, 1, &unloaded, 1);
    for (int e = 0; e < 2; e++) assert_true(fabs(a.arc[e].delay[0] / b.arc[e].delay[0] - 1) < 1e-6);
    gal_cell_delays_clear(&a);
    gal_cell_delays_clear(&b);
    gal_circuit_clear(&cell);
}

static void workers_do_not_change_the_delays(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    gal_circuit cell;
    gal_cell_delays a, b;
    const gal_cap_list none = {NULL, 0};
    build_mux(&cell);
    run_cell(&a, &cell, &none, 1, NULL, 1);
    run_cell(&b, &cell, &none, 1, NULL, 2);
    assert_int_equal(a.n_arc, 6);
    assert_int_equal(b.n_arc, 6);
    for (int32_t e = 0; e < 6; e++) {
        assert_true(a.arc[e].delay[0] > 0);
        assert_memory_equal(a.arc[e].delay, b.arc[e].delay, sizeof(double));
        assert_memory_equal(a.arc[e].slew, b.arc[e].slew, sizeof(double));
    }
    gal_cell_delays_clear(&a);
    gal_cell_delays_clear(&b);
    gal_circuit_clear(&cell);
}

static void slow_outputs_get_a_longer_window(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    gal_circuit cell;
    gal_cell_delays delays;
    const gal_cap_list none = {NULL, 0};
    const gal_cell_delay_options heavy = {.load = 0.5e-12}, absurd = {.load = 1e-9};
    build_inverter(&cell);
    run_cell(&delays, &cell, &none, 1, &heavy, 1);
    assert_int_equal(delays.n_failed, 0);
    assert_true(delays.arc[0].delay[0] > 0.5e-9);
    gal_cell_delays_clear(&delays);
    run_cell(&delays, &cell, &none, 1, &absurd, 1);
    assert_int_equal(delays.n_failed, 1);
    assert_true(isnan(delays.arc[0].delay[0]));
    assert_non_null(strstr(delays.failure.message, "settle"));
    gal_cell_delays_clear(&delays);
    gal_circuit_clear(&cell);
}

static void flip_flops_are_skipped(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    gal_circuit cell;
    gal_cell_delays delays;
    const gal_cap_list none = {NULL, 0};
    build_flip_flop(&cell);
    run_cell(&delays, &cell, &none, 1, NULL, 1);
    assert_int_equal(delays.n_arc, 0);
    assert_non_null(delays.skipped);
    gal_cell_delays_clear(&delays);
    gal_circuit_clear(&cell);
}

static void max_arc_limits_the_work(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    gal_circuit cell;
    gal_cell_delays delays;
    const gal_cap_list none = {NULL, 0};
    const gal_cell_delay_options one = {.max_arc = 1};
    build_nand2(&cell);
    run_cell(&delays, &cell, &none, 1, &one, 1);
    assert_int_equal(delays.n_arc, 2);
    gal_cell_delays_clear(&delays);
    gal_circuit_clear(&cell);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inverter_slows_with_load),
        cmocka_unit_test(nand_slows_with_load),
        cmocka_unit_test(load_option_equals_the_same_parasitic),
        cmocka_unit_test(workers_do_not_change_the_delays),
        cmocka_unit_test(slow_outputs_get_a_longer_window),
        cmocka_unit_test(flip_flops_are_skipped),
        cmocka_unit_test(max_arc_limits_the_work),
    };
    return cmocka_run_group_tests(tests, load_models, clear_models);
}
