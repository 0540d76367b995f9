#include "netlist/extract_testing.h"

#include "netlist/dspf.h"

static void read_sample(void **state) {
    (void)state;
    gal_extract_set set = {0};
    gal_error err = {0};
    assert_int_equal(gal_dspf_read(&set, "data/extract/nand.dspf", &err), GAL_OK);
    const gal_extract *extract = &set.item[0];
    const gal_circuit *circuit = &extract->circuit;
    assert_string_equal(circuit->name, "nand");
    assert_int_equal(circuit->n_port, 5);
    assert_string_equal(circuit->net[circuit->port[3]].name, "VDD");
    assert_int_equal(circuit->n_device, 7);
    assert_mos(circuit, 0, GAL_NMOS, "Y A mid VSS", 0.65, 0.15);
    assert_mos(circuit, 1, GAL_NMOS, "mid B VSS VSS", 0.65, 0.15);
    assert_true(is_near(circuit->device[1].multiplier, 2));
    assert_mos(circuit, 2, GAL_PMOS, "Y A VDD VDD", 1, 0.15);
    assert_true(is_near(circuit->device[2].fingers, 2));
    assert_int_equal(circuit->device[4].type, GAL_DIODE);
    assert_int_equal(circuit->device[5].type, GAL_CAPACITOR);
    assert_string_equal(circuit->device[5].model, "mimcap");
    assert_int_equal(circuit->device[6].type, GAL_BLACKBOX);
    assert_int_equal(circuit->device[6].n_pin, 2);
    assert_true(circuit->net[net_called(circuit, "VSS")].flags & GAL_NET_GROUND);
    assert_true(is_near(cap_between(extract, "0", "A"), 0.25));
    assert_true(is_near(cap_between(extract, "A", "VSS"), 0.15));
    assert_true(is_near(cap_between(extract, "A", "Y"), 0.1));
    assert_true(is_near(cap_between(extract, "A", "B"), 0.05));
    assert_true(is_near(cap_between(extract, "B", "VSS"), 0.3));
    assert_true(is_near(cap_between(extract, "0", "Y"), 0.25));
    assert_true(is_near(cap_between(extract, "Y", "VDD"), 0.125));
    assert_int_equal(extract->n_cap, 7);
    assert_int_equal(circuit->n_net, 6); /* A B Y VDD VSS mid: no sub-node is left */
    gal_extract_set_clear(&set);
}

/* Node 0 and nodes of net 0 are ground, also where they are listed as something else. */
static void node_zero(void **state) {
    (void)state;
    const char *text = "*|NET 0\n*|I (0 0 0)\n*|S (g 0 0)\n*|GROUND_NET g VSS\n*|NET a\nR1 a 0 5\n"
                       "C1 a g 1f\nMN1 a a 0 g nmos w=1u l=1u\n";
    gal_extract_set set = {0};
    gal_error err = {0};
    assert_int_equal(gal_dspf_parse(&set, "x", text, strlen(text), &err), GAL_OK);
    const gal_extract *extract = &set.item[0];
    assert_true(is_near(extract->cap[0].farad * 1e15, 1));
    assert_int_equal(extract->cap[0].a, -1);
    const int32_t mos = extract->circuit.n_device - 1;
    assert_mos(&extract->circuit, mos, GAL_NMOS, "a a 0 0", 1, 1);
    assert_true(extract->circuit.net[gal_circuit_pin(&extract->circuit, mos, 3)].flags &
                GAL_NET_GROUND);
    gal_extract_set_clear(&set);
}

static void refuse_malformed(void **state) {
    (void)state;
    static const bad_text bad[] = {
        {"*|NET\n", 1, 6, "name of a net"},
        {"*|NET a x\n", 1, 9, "expected a capacitance"},
        {"*|P (a B)\n", 1, 1, "expected \"*|NET\" first"},
        {"*|NET a\n*|I\n", 2, 4, "name of a node"},
        {"*|DELIMITER ab\n", 1, 13, "one character"},
        {"R1 a\n", 1, 5, "two nodes"},
        {"*|NET a\nC1 a\n", 2, 5, "two nodes and a capacitance"},
        {"*|NET a\nC1 a b 1.2.3\n", 2, 8, "found \"1.2.3\""},
        {"*|NET a\nC1 a b\n* comment\n+ 1e3\n", 4, 3, "at most 1 F"},
        {"*|NET a\n.subckt\n", 2, 8, "name of the circuit"},
        {"*|NET a\nX1\n", 2, 3, "name of a cell"},
        {"*|NET a\nD1 a b\n", 2, 7, "a model or value"},
        {"*|NET a\n\"\"\n", 2, 1, "empty quotes"},
        {"*|NET a\n*|DESIGN \"x\n", 2, 10, "quote without an end"},
    };
    assert_refused(gal_dspf_parse, bad, sizeof bad / sizeof *bad);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_sample),
        cmocka_unit_test(node_zero),
        cmocka_unit_test(refuse_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
