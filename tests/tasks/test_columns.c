#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/tasks/laid.h"

/* A multiplexer of tristate inverters onto one line. Narrow ones: each select stands over its own
 * complement, not over that of another input. Wide ones leave no room for both contacts in one
 * column; their stacks go on past the other's column all the same. */
static void check_switches(double width_n, double width_p, float shared) {
    enum { SWITCHES = 6 };
    plan p = plan_new();
    int32_t select[SWITCHES], complement[SWITCHES], inner[SWITCHES][2];
    const int32_t out = net(&p, GAL_NET_PORT);
    for (int k = 0; k < SWITCHES; k++) {
        const int32_t in = net(&p, GAL_NET_PORT);
        for (int r = 0; r < 2; r++) inner[k][r] = net(&p, 0);
        select[k] = net(&p, GAL_NET_PORT);
        complement[k] = net(&p, 0);
        inverter(&p, select[k], complement[k], 0.65);
        mos(&p, GAL_NMOS, inner[k][0], in, GND, width_n);
        mos(&p, GAL_NMOS, inner[k][0], select[k], out, width_n);
        mos(&p, GAL_PMOS, inner[k][1], in, VDD, width_p);
        mos(&p, GAL_PMOS, inner[k][1], complement[k], out, width_p);
    }
    laid l = lay(&p, 1, NULL);
    float pair[GAL_PEX_LAYOUT_PAIR];
    for (int i = 0; i < SWITCHES; i++) {
        for (int j = 0; j < SWITCHES; j++) {
            pair_row(pair, &l, select[i], complement[j]);
            assert_float_equal(pair[GAL_LAYOUT_PAIR_COLUMN], i == j ? shared : 0, 1e-4);
        }
        for (int r = 0; r < 2; r++) assert_true(row(&l, inner[i][r])[GAL_LAYOUT_NET_STRIPS] < 1.1F);
    }
    laid_clear(&l);
    plan_clear(&p);
}

static void test_switches_pair_with_their_complement(void **state) {
    (void)state;
    check_switches(0.36, 0.42, 1);
    check_switches(0.65, 1, 0);
}

/* A latch of two transmission gates: each stands in one column with both its gates, though each
 * clock phase could pair the n half of one with the p half of the other. */
static void test_transmission_gates_stay_whole(void **state) {
    (void)state;
    plan p = plan_new();
    const int32_t in = net(&p, GAL_NET_PORT), out = net(&p, GAL_NET_PORT);
    const int32_t clock = net(&p, GAL_NET_PORT), opposite = net(&p, 0), held = net(&p, 0);
    const int32_t way[2] = {net(&p, 0), net(&p, 0)};
    inverter(&p, clock, opposite, 0.65);
    inverter(&p, held, out, 0.65);
    inverter(&p, in, way[0], 0.65);
    inverter(&p, out, way[1], 0.65);
    for (int i = 0; i < 2; i++) {
        mos(&p, GAL_NMOS, held, i ? opposite : clock, way[i], 0.65);
        mos(&p, GAL_PMOS, held, i ? clock : opposite, way[i], 1);
    }
    laid l = lay(&p, 1, NULL);
    float pair[GAL_PEX_LAYOUT_PAIR];
    pair_row(pair, &l, clock, opposite);
    assert_float_equal(pair[GAL_LAYOUT_PAIR_COLUMN], 2, 1e-4);
    assert_float_equal(row(&l, clock)[GAL_LAYOUT_NET_COLUMNS_BOTH], 1, 1e-4); /* the inverter */
    laid_clear(&l);
    plan_clear(&p);
}

/* Two narrow clocked inverters onto one line; the second is driven by what the line drives (a
 * latch) or by another input (a multiplexer), whose enables stand at the line or at the supplies.
 */
typedef enum kind { LATCH, MUX, MUX_ENABLED_AT_SUPPLIES } kind;

/* Columns with both clock phases. */
static float columns_of_two_phases(kind k) {
    plan p = plan_new();
    const int32_t clock = net(&p, GAL_NET_PORT), opposite = net(&p, 0), line = net(&p, 0);
    const int32_t in = net(&p, GAL_NET_PORT), other = net(&p, GAL_NET_PORT);
    const int32_t out = net(&p, GAL_NET_PORT);
    inverter(&p, clock, opposite, 0.65);
    inverter(&p, line, out, 0.65);
    for (int i = 0; i < 2; i++) {
        const int32_t data = i == 0 ? in : k == LATCH ? out : other;
        const int32_t enable[2] = {i ? opposite : clock, i ? clock : opposite};
        const int inside = k == MUX_ENABLED_AT_SUPPLIES;
        const int32_t below = net(&p, 0), above = net(&p, 0);
        mos(&p, GAL_NMOS, below, inside ? enable[0] : data, GND, 0.36);
        mos(&p, GAL_NMOS, line, inside ? data : enable[0], below, 0.36);
        mos(&p, GAL_PMOS, above, inside ? enable[1] : data, VDD, 0.42);
        mos(&p, GAL_PMOS, line, inside ? data : enable[1], above, 0.42);
    }
    laid l = lay(&p, 1, NULL);
    float pair[GAL_PEX_LAYOUT_PAIR];
    pair_row(pair, &l, clock, opposite);
    laid_clear(&l);
    plan_clear(&p);
    return pair[GAL_LAYOUT_PAIR_COLUMN];
}

/* Of multiplexers with the enables at their line, half of the layouts are crossed. */
static void test_clocked_inverters(void **state) {
    (void)state;
    assert_float_equal(columns_of_two_phases(LATCH), 2, 1e-4);
    assert_float_equal(columns_of_two_phases(MUX_ENABLED_AT_SUPPLIES), 2, 1e-4);
    assert_float_equal(columns_of_two_phases(MUX), 1, 1e-4);
}

/* A tristate inverter of wide parallel fingers. */
static void check_wide_tristate(int fingers) {
    plan p = plan_new();
    const int32_t data = net(&p, GAL_NET_PORT), out = net(&p, GAL_NET_PORT);
    const int32_t enable = net(&p, GAL_NET_PORT), opposite = net(&p, 0);
    const int32_t below = net(&p, 0), above = net(&p, 0);
    inverter(&p, enable, opposite, 0.42);
    for (int i = 0; i < fingers; i++) {
        mos(&p, GAL_NMOS, below, enable, GND, 0.65);
        mos(&p, GAL_NMOS, out, data, below, 0.65);
        mos(&p, GAL_PMOS, above, opposite, VDD, 1);
        mos(&p, GAL_PMOS, out, data, above, 1);
    }
    laid l = lay(&p, 1, NULL);
    float pair[GAL_PEX_LAYOUT_PAIR];
    pair_row(pair, &l, enable, opposite);
    assert_float_equal(pair[GAL_LAYOUT_PAIR_COLUMN], fingers - 1, 1e-4);
    laid_clear(&l);
    plan_clear(&p);
}

/* Drawn so in einvn and einvp of 1, 2, 4 and 8 fingers. */
static void test_wide_enables_stand_aside_by_a_column(void **state) {
    (void)state;
    for (int fingers = 1; fingers <= 8; fingers *= 2) check_wide_tristate(fingers);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_switches_pair_with_their_complement),
        cmocka_unit_test(test_transmission_gates_stay_whole),
        cmocka_unit_test(test_clocked_inverters),
        cmocka_unit_test(test_wide_enables_stand_aside_by_a_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
