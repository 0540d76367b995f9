/* Instances of cells in a flat circuit: pins, spelling, what lies inside, and their SPEF. */
#include "extract_testing.h"

#include "netlist/spef.h"
#include "netlist/spice_flatten.h"
#include "netlist/spice_parse.h"
#include "netlist/supply.h"
#include <stdlib.h>

static const char cells[] = "* cells\n"
                            ".subckt inv A VGND VPWR Y\n"
                            "M0 Y A VGND VGND nfet_01v8 w=0.65u l=0.15u\n"
                            "M1 Y A VPWR VPWR pfet_01v8 w=1u l=0.15u\n.ends\n"
                            ".subckt buf A VGND VPWR X\n"
                            "X0 A VGND VPWR n inv\nM1 X n VGND VGND nfet_01v8 w=1u l=0.15u\n"
                            "M2 X n VPWR VPWR pfet_01v8 w=1u l=0.15u\nD1 VGND A diode\n.ends\n"
                            ".subckt latch D VGND VPWR Q\n"
                            "M0 Q D VGND VGND nfet_01v8 w=1u l=0.15u\n"
                            "M1 VPWR Q VGND VGND nfet_01v8 w=1u l=0.15u\n.ends\n";

static void read(gal_extract *extract, const char *text) {
    char all[4096];
    gal_design design;
    gal_error err = {0};
    memset(extract, 0, sizeof *extract);
    snprintf(all, sizeof all, "%s%s", cells, text);
    assert_int_equal(gal_design_parse_spice(&design, "t.sp", all, strlen(all), NULL, &err), GAL_OK);
    assert_int_equal(gal_design_flatten(&extract->circuit, &design, NULL, NULL, &err), GAL_OK);
    assert_int_equal(gal_circuit_find_supplies(&extract->circuit, NULL, &err), GAL_OK);
    gal_design_clear(&design); /* the circuit stands alone */
}

/* "name cell pin=net direction ...; n devices, n nets" */
static void assert_instance(const gal_circuit *circuit, int32_t i, const char *expected) {
    char text[400];
    const gal_instance *instance = &circuit->instance[i];
    int n = snprintf(text, sizeof text, "%s %s", instance->name, instance->cell->name);
    for (int32_t k = 0; k < instance->cell->n_pin; k++) {
        const int32_t net = circuit->instance_net[instance->first_pin + k];
        n += snprintf(text + n, sizeof text - (size_t)n, " %s=%s %c", instance->cell->pin[k],
                      net < 0 ? "-" : circuit->net[net].name, instance->cell->direction[k]);
    }
    snprintf(text + n, sizeof text - (size_t)n, "; %d from %d, %d", (int)instance->n_device,
             (int)instance->first_device, (int)instance->n_net);
    assert_string_equal(text, expected);
}

/* A subcircuit of instances alone is a module; one with a transistor is a cell, whatever it holds.
 */
static void cells_in_modules(void **state) {
    (void)state;
    gal_extract extract;
    read(&extract, ".subckt core in out VGND VPWR\n"
                   "X1 in VGND VPWR n1 inv\nX2 n1 VGND VPWR out buf\n.ends\n"
                   ".subckt top a y VGND VPWR\n"
                   "Xcore a n1 VGND VPWR core\nXl n1 VGND VPWR y latch\n"
                   "X3 inv $PINS A=y VGND=VGND VPWR=VPWR\n.ends\n");
    const gal_circuit *circuit = &extract.circuit;
    assert_int_equal(circuit->n_instance, 4);
    assert_instance(circuit, 0,
                    "Xcore/X1 inv A=a I VGND=VGND O VPWR=VPWR O Y=Xcore/n1 O; 2 from 0, 0");
    assert_instance(circuit, 1,
                    "Xcore/X2 buf A=Xcore/n1 I VGND=VGND O VPWR=VPWR O X=n1 O; 5 from 2, 1");
    assert_instance(circuit, 2, "Xl latch D=n1 I VGND=VGND O VPWR=VPWR O Q=y B; 2 from 7, 0");
    assert_instance(circuit, 3, "X3 inv A=y I VGND=VGND O VPWR=VPWR O Y=- O; 2 from 9, 1");
    assert_string_equal(circuit->net[circuit->instance[1].first_net].name, "Xcore/X2/n");
    assert_true(gal_circuit_is_of_cells(circuit));
    gal_extract_clear(&extract);
    read(&extract, ".subckt top a y VGND VPWR\nX1 a VGND VPWR n inv\nX2 n VGND VPWR y inv\n"
                   "M1 y a VGND VGND nfet_01v8 w=1u l=0.15u\n.ends\n");
    assert_int_equal(extract.circuit.n_instance, 2);
    assert_false(gal_circuit_is_of_cells(&extract.circuit)); /* M1 */
    gal_extract_clear(&extract);
    read(&extract, "X1 a VGND VPWR n inv\n");
    assert_false(gal_circuit_is_of_cells(&extract.circuit)); /* one cell under test */
    gal_extract_clear(&extract);
}

/* A cell's own spelling, whatever was met before it. */
static void spelled_as_declared(void **state) {
    (void)state;
    gal_extract extract;
    read(&extract, ".subckt top a q x vgnd vpwr\n.param N9=1\n"
                   "x1 a vgnd vpwr n9 inv\nx2 N9 vgnd vpwr q INV\nX3 A vgnd vpwr x buf\n.ends\n");
    const gal_circuit *circuit = &extract.circuit;
    const char *const net[] = {"a", "q", "x", "vgnd", "vpwr", "n9", "X3/n"};
    assert_int_equal(circuit->n_net, 7);
    for (int32_t n = 0; n < 7; n++) assert_string_equal(circuit->net[n].name, net[n]);
    assert_instance(circuit, 0, "x1 inv A=a I VGND=vgnd O VPWR=vpwr O Y=n9 O; 2 from 0, 0");
    gal_extract_clear(&extract);
    read(&extract, "X1 In VGND vpwr mid inv\nX2 MID vgnd VPWR IN inv\n.global VPWR\n");
    const char *const plain[] = {"In", "VGND", "VPWR", "mid"};
    assert_int_equal(extract.circuit.n_net, 4);
    for (int32_t n = 0; n < 4; n++) assert_string_equal(extract.circuit.net[n].name, plain[n]);
    gal_extract_clear(&extract);
}

/* 0.5 fF to ground on each signal net, couplings of 0.1 fF between neighbours by number. */
static void add_caps(gal_extract *extract) {
    const gal_circuit *circuit = &extract->circuit;
    gal_cap raw[64];
    int64_t n = 0;
    int32_t last = -1;
    gal_error err = {0};
    for (int32_t net = 0; net < circuit->n_net; net++) {
        if (circuit->net[net].flags & GAL_NET_SUPPLY) continue;
        raw[n++] = (gal_cap){-1, net, 0.5e-15};
        if (last >= 0) raw[n++] = (gal_cap){last, net, 0.1e-15};
        last = net;
    }
    assert_int_equal(gal_extract_set_caps(extract, raw, n, &err), GAL_OK);
}

static const char two_inverters[] = ".subckt top a y VPWR VGND\nX1 a VGND VPWR n1 inv\n"
                                    "X2 n1 VGND VPWR y buf\n.ends\n";

/* What OpenSTA annotates: pins of cells, no net it does not know, the same totals. */
static void spef_of_cells(void **state) {
    (void)state;
    gal_extract extract;
    gal_buf buf = {0};
    gal_error err = {0};
    const gal_spef_options outer = {.outer = 1};
    read(&extract, two_inverters);
    add_caps(&extract);
    assert_int_equal(gal_spef_print(&buf, &extract, &outer, &err), GAL_OK);
    const char *expected = "*NAME_MAP\n*1 a\n*2 y\n*3 VPWR\n*4 VGND\n*5 n1\n*14 X1\n*15 X2\n\n"
                           "*POWER_NETS *3\n*GROUND_NETS *4\n\n*PORTS\n*1 B\n*2 B\n*3 B\n*4 B\n\n"
                           "*D_NET *1 0.6\n*CONN\n*P *1 B\n*I *14:A I\n*CAP\n1 *1:1 0.5\n"
                           "2 *1:1 *2:1 0.1\n*RES\n1 *1:1 *1 0.001\n2 *1:1 *14:A 0.001\n*END\n\n"
                           "*D_NET *2 0.7\n*CONN\n*P *2 B\n*I *15:X O\n*CAP\n1 *2:1 0.5\n"
                           "2 *2:1 *1:1 0.1\n3 *2:1 *5:1 0.1\n*RES\n1 *2:1 *2 0.001\n"
                           "2 *2:1 *15:X 0.001\n*END\n\n"
                           "*D_NET *5 0.7\n*CONN\n*I *14:Y O\n*I *15:A I\n*CAP\n1 *5:1 0.6\n"
                           "2 *5:1 *2:1 0.1\n*RES\n1 *5:1 *14:Y 0.001\n2 *5:1 *15:A 0.001\n*END\n";
    assert_string_equal(strstr(buf.data, "*NAME_MAP"), expected);
    gal_buf_clear(&buf);
    gal_extract_clear(&extract);
}

/* With and without the nets inside: our reader finds the totals that were written. */
static void spef_round_trip(void **state) {
    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        const gal_spef_options options = {.outer = turn};
        gal_extract extract;
        gal_extract_set set = {0};
        gal_buf buf = {0};
        gal_error err = {0};
        read(&extract, two_inverters);
        add_caps(&extract);
        assert_int_equal(gal_spef_print(&buf, &extract, &options, &err), GAL_OK);
        assert_int_equal(gal_spef_parse(&set, "t.spef", buf.data, buf.size, &err), GAL_OK);
        const gal_circuit *back = &set.item[0].circuit;
        double total[16], total_back[16];
        gal_extract_totals(NULL, total, &extract);
        gal_extract_totals(NULL, total_back, &set.item[0]);
        assert_int_equal(back->n_net, extract.circuit.n_net - turn);
        for (int32_t n = 0; n < back->n_net; n++) {
            const int32_t m = net_called(&extract.circuit, back->net[n].name);
            assert_true(m >= 0);
            assert_true(is_near(total_back[n] * 1e15, total[m] * 1e15));
        }
        assert_int_equal(strstr(buf.data, "X2/n\n") != NULL, !turn);
        assert_int_equal(strstr(buf.data, "X2/M1\n") != NULL, !turn);
        gal_buf_clear(&buf);
        gal_extract_clear(&extract);
        gal_extract_set_clear(&set);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_in_modules),
        cmocka_unit_test(spelled_as_declared),
        cmocka_unit_test(spef_of_cells),
        cmocka_unit_test(spef_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
