#include "spice/logic.h"

#include "spice/spice_cells.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void nand_truth_table(void **state) {
    (void)state;
    gal_circuit cell;
    gal_logic logic;
    uint8_t value[8];
    build_nand2(&cell);
    assert_int_equal(gal_logic_init(&logic, &cell, NULL), GAL_OK);
    assert_int_equal(logic.n_input, 2);
    assert_int_equal(logic.n_output, 1);
    assert_int_equal(logic.output[0], 4);
    for (uint32_t v = 0; v < 4; v++) {
        gal_logic_eval(value, &logic, v);
        assert_int_equal(value[4], v != 3);
    }
    gal_logic_eval(value, &logic, 0);
    assert_int_equal(value[5], GAL_LOGIC_X); /* floats between two open switches */
    gal_logic_clear(&logic);
    gal_circuit_clear(&cell);
}

static void nand_arcs_hold_the_other_input_high(void **state) {
    (void)state;
    gal_circuit cell;
    gal_logic logic;
    gal_logic_arc *arc;
    int32_t n_arc;
    build_nand2(&cell);
    assert_int_equal(gal_logic_init(&logic, &cell, NULL), GAL_OK);
    assert_int_equal(gal_logic_arcs(&arc, &n_arc, &logic, NULL), GAL_OK);
    assert_int_equal(n_arc, 2);
    assert_int_equal(arc[0].input, 2);
    assert_int_equal(arc[0].vector, 2);
    assert_int_equal(arc[1].input, 3);
    assert_int_equal(arc[1].vector, 1);
    assert_true(arc[0].inverting && arc[1].inverting);
    gal_logic_clear(&logic);
    gal_circuit_clear(&cell);
}

static void transmission_gates_pass_inputs_through_channels(void **state) {
    (void)state;
    gal_circuit cell;
    gal_logic logic;
    gal_logic_arc *arc;
    int32_t n_arc;
    uint8_t value[8];
    build_mux(&cell);
    assert_int_equal(gal_logic_init(&logic, &cell, NULL), GAL_OK);
    assert_int_equal(logic.n_input, 3);
    assert_int_equal(logic.n_output, 1);
    for (uint32_t v = 0; v < 8; v++) {
        gal_logic_eval(value, &logic, v);
        assert_int_equal(value[5], !(v & 4 ? v >> 1 & 1 : v & 1));
    }
    assert_int_equal(gal_logic_arcs(&arc, &n_arc, &logic, NULL), GAL_OK);
    assert_int_equal(n_arc, 3);
    gal_logic_clear(&logic);
    gal_circuit_clear(&cell);
}

/* Cross-coupled p pull-ups against n pull-downs: known only when paths beat unknowns. */
static void level_shifter_resolves(void **state) {
    (void)state;
    gal_circuit cell;
    gal_logic logic;
    uint8_t value[8];
    add_supplies(&cell);
    add_net(&cell, "A", GAL_NET_PORT);
    add_net(&cell, "Y", GAL_NET_PORT);
    const int32_t low = add_net(&cell, "AN", 0), other = add_net(&cell, "YN", 0);
    add_inverter(&cell, 2, low);
    add_mos(&cell, GAL_NMOS, other, 2, 1, 1);
    add_mos(&cell, GAL_NMOS, 3, low, 1, 1);
    add_mos(&cell, GAL_PMOS, other, 3, 0, 0);
    add_mos(&cell, GAL_PMOS, 3, other, 0, 0);
    assert_int_equal(gal_logic_init(&logic, &cell, NULL), GAL_OK);
    for (uint32_t v = 0; v < 2; v++) {
        gal_logic_eval(value, &logic, v);
        assert_int_equal(value[3], v);
    }
    gal_logic_clear(&logic);
    gal_circuit_clear(&cell);
}

static void contested_nets_are_unknown(void **state) {
    (void)state;
    gal_circuit cell;
    gal_logic logic;
    uint8_t value[8];
    add_supplies(&cell);
    add_net(&cell, "A", GAL_NET_PORT);
    add_net(&cell, "B", GAL_NET_PORT);
    add_net(&cell, "Y", GAL_NET_PORT);
    add_inverter(&cell, 2, 4);
    add_inverter(&cell, 3, 4);
    assert_int_equal(gal_logic_init(&logic, &cell, NULL), GAL_OK);
    gal_logic_eval(value, &logic, 1);
    assert_int_equal(value[4], GAL_LOGIC_X);
    gal_logic_eval(value, &logic, 3);
    assert_int_equal(value[4], GAL_LOGIC_0);
    gal_logic_clear(&logic);
    gal_circuit_clear(&cell);
}

static void flip_flop_has_no_arcs(void **state) {
    (void)state;
    gal_circuit cell;
    gal_logic logic;
    gal_logic_arc *arc;
    int32_t n_arc;
    build_flip_flop(&cell);
    assert_int_equal(gal_logic_init(&logic, &cell, NULL), GAL_OK);
    assert_int_equal(logic.n_output, 1);
    assert_int_equal(gal_logic_arcs(&arc, &n_arc, &logic, NULL), GAL_OK);
    assert_int_equal(n_arc, 0);
    gal_logic_clear(&logic);
    gal_circuit_clear(&cell);
}

static void too_many_inputs_are_refused(void **state) {
    (void)state;
    gal_circuit cell;
    gal_logic logic;
    gal_error err;
    add_supplies(&cell);
    const int32_t out = add_net(&cell, "Y", GAL_NET_PORT);
    for (int i = 0; i < 13; i++) {
        char name[16];
        snprintf(name, sizeof name, "A%d", i);
        add_inverter(&cell, add_net(&cell, name, GAL_NET_PORT), out);
    }
    assert_int_equal(gal_logic_init(&logic, &cell, &err), GAL_ELIMIT);
    assert_non_null(strstr(err.message, "13 inputs"));
    gal_circuit_clear(&cell);
}

static void empty_circuit(void **state) {
    (void)state;
    gal_circuit cell;
    gal_logic logic;
    gal_logic_arc *arc;
    int32_t n_arc;
    gal_circuit_init(&cell);
    assert_int_equal(gal_logic_init(&logic, &cell, NULL), GAL_OK);
    assert_int_equal(gal_logic_arcs(&arc, &n_arc, &logic, NULL), GAL_OK);
    assert_int_equal(n_arc, 0);
    gal_logic_clear(&logic);
    gal_circuit_clear(&cell);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nand_truth_table),
        cmocka_unit_test(nand_arcs_hold_the_other_input_high),
        cmocka_unit_test(transmission_gates_pass_inputs_through_channels),
        cmocka_unit_test(level_shifter_resolves),
        cmocka_unit_test(contested_nets_are_unknown),
        cmocka_unit_test(flip_flop_has_no_arcs),
        cmocka_unit_test(too_many_inputs_are_refused),
        cmocka_unit_test(empty_circuit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
