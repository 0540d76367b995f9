#include "netlist/extract_testing.h"

#include "netlist/magic_ext.h"

/* An inverter drawn for this test in magic's scmos technology and extracted by magic 8.3.105. */
static void read_scmos(void **state) {
    (void)state;
    gal_extract_set set = {0};
    gal_error err = {0};
    assert_int_equal(gal_magic_ext_read(&set, "data/extract/scmos_inv.ext", &err), GAL_OK);
    const gal_extract *extract = &set.item[0];
    const gal_circuit *circuit = &extract->circuit;
    assert_string_equal(circuit->name, "scmos_inv");
    assert_int_equal(circuit->n_device, 2);
    assert_mos(circuit, 0, GAL_NMOS, "Y A GND Gnd!", 4, 2);
    assert_mos(circuit, 1, GAL_PMOS, "Y A VDD VDD", 8, 2);
    assert_int_equal(circuit->n_port, 4);
    assert_string_equal(circuit->net[circuit->port[0]].name, "Y");
    assert_string_equal(circuit->net[circuit->port[3]].name, "A");
    assert_true(is_near(cap_between(extract, "0", "A"), 5.224));
    assert_true(is_near(cap_between(extract, "A", "VDD"), 3.024));
    assert_int_equal(extract->n_cap, 6); /* subcap lines do not count */
    gal_extract_set_clear(&set);
}

static void read_sky130(void **state) {
    (void)state;
    gal_extract_set set = {0};
    gal_error err = {0};
    assert_int_equal(gal_magic_ext_read(&set, "data/extract/sky130_nand.ext", &err), GAL_OK);
    const gal_extract *extract = &set.item[0];
    const gal_circuit *circuit = &extract->circuit;
    assert_int_equal(circuit->n_device, 4);
    assert_mos(circuit, 0, GAL_NMOS, "a_113_47# A VGND VNB", 0.65, 0.15);
    assert_mos(circuit, 1, GAL_NMOS, "Y B a_113_47# VNB", 0.65, 0.15); /* attributes */
    assert_mos(circuit, 3, GAL_PMOS, "VPWR B Y VPB", 1, 0.15);         /* continued line */
    assert_int_equal(circuit->n_port, 6);
    assert_int_equal(circuit->port[1], circuit->port[2]);      /* B twice */
    assert_true(is_near(cap_between(extract, "A", "Y"), 0.1)); /* through an equivalent name */
    assert_true(is_near(cap_between(extract, "0", "VPWR"), 0.9005));
    assert_true(circuit->net[net_called(circuit, "VNB")].flags & GAL_NET_GROUND);
    assert_int_equal(net_called(circuit, "Y_alias"), -1);
    gal_extract_set_clear(&set);
}

static void read_old_style(void **state) {
    (void)state;
    const char *text = "scale 1000 10 20\nnode a 0 5 0 0 m\nnode b 0 5 0 0 m\n"
                       "equiv c b\nequiv b a\n"
                       "fet nfet 0 0 1 1 80 40 GND! g 4 0 a 10 0 d 10 0\n"
                       "fet pfet 0 0 1 1 16 40 VDD g 4 \"x\" d 8 \"p\",\"q\"\n";
    gal_extract_set set = {0};
    gal_error err = {0};
    assert_int_equal(gal_magic_ext_parse(&set, "dir/x.EXT.gz", text, strlen(text), &err), GAL_OK);
    const gal_circuit *circuit = &set.item[0].circuit;
    assert_string_equal(circuit->name, "x");
    assert_mos(circuit, 0, GAL_NMOS, "d g a GND!", 2, 1.6);
    assert_mos(circuit, 1, GAL_PMOS, "d g d VDD", 1.6, 0.4);
    assert_true(is_near(cap_between(&set.item[0], "0", "a"), 0.1)); /* b is a, twice 5 x 10 aF */
    gal_extract_set_clear(&set);
}

static void refuse_malformed(void **state) {
    (void)state;
    static const bad_text bad[] = {
        {"use nand2 nand2_0 1 0 0 0 1 0\n", 1, 1, "flatten it in magic"},
        {"node\n", 1, 5, "name of a node"},
        {"node \"\" 1 2\n", 1, 6, "name of a node"},
        {"node a 1\n", 1, 9, "expected a capacitance"},
        {"node a 1 x\n", 1, 10, "found \"x\""},
        {"node \"a 1 x\n", 1, 6, "quote without an end"},
        {"scale 1 1\n", 1, 10, "length scale"},
        {"scale 1 0 1\n", 1, 9, "a scale above 0"},
        {"scale 1 1 -1\n", 1, 11, "a scale above 0"},
        {"equiv a\n", 1, 8, "name of a node"},
        {"cap a b 1e19\n", 1, 9, "at most 1 F"},
        {"port a\n", 1, 7, "number of a port"},
        {"device mosfet nfet 1 2 3 4\n", 1, 27, "expected a transistor"},
        {"device mosfet nfet 1 2 3 4 x 4 B\n", 1, 28, "expected a length"},
        {"device msubckt nfet 1 2 3 4 l=1 w=2 B G 0\n", 1, 42, "attributes or 0"},
        {"device msubckt nfet 1 2 3 4 l=1 \\\n w=2 B G x\n", 2, 10, "length of a terminal"},
        {"device msubckt nfet 1 2 3 4 l=1e30 w=2 B G 0 0 S 1 0\n", 1, 1, "0 to 1 m"},
        {"fet nfet 0 0 1 1 x\n", 1, 18, "area of the gate"},
    };
    assert_refused(gal_magic_ext_parse, bad, sizeof bad / sizeof *bad);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_scmos),
        cmocka_unit_test(read_sky130),
        cmocka_unit_test(read_old_style),
        cmocka_unit_test(refuse_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
