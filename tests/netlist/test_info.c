#include "netlist/info.h"
#include "spice_testing.h"

static const char text[] = "* two levels\n.subckt inv a y\nm1 y a 0 0 nmos w=1u l=0.1u m=2\n"
                           "m2 y a vdd! vdd! pmos w=2u l=0.1u\n.ends\n"
                           ".subckt spare a\nr1 a 0 1\n.ends\n"
                           ".subckt buf in out nc\nx1 in n inv\nx2 n out inv\nx3 n lost\n.ends\n";

static void test_numbers(void **state) {
    (void)state;
    sample s;
    gal_netlist_info info;
    sample_parse(&s, text, "buf");
    assert_int_equal(gal_netlist_describe(&info, &s.circuit, &s.design, NULL), GAL_OK);
    assert_string_equal(info.top, "buf");
    assert_int_equal(info.n_device, 5);
    assert_int_equal(info.n_of_type[GAL_NMOS], 2);
    assert_int_equal(info.n_of_type[GAL_BLACKBOX], 1);
    assert_int_equal(info.n_net, 6);
    assert_int_equal(info.n_port, 3);
    assert_int_equal(info.n_unconnected, 1);
    assert_int_equal(info.n_power, 1);
    assert_int_equal(info.n_ground, 1);
    assert_int_equal(info.n_cell, 3);
    assert_int_equal(info.n_unused, 1);
    assert_int_equal(info.depth, 1);
    assert_true(is_close(info.gate_area, 2 * (2 * 1e-13 + 2e-13)));
    assert_int_equal(gal_netlist_describe(&info, &s.circuit, NULL, NULL), GAL_OK);
    assert_int_equal(info.n_cell, 0);
    assert_null(info.warnings);
    sample_clear(&s);
}

static void test_text(void **state) {
    (void)state;
    sample s;
    gal_netlist_info info;
    gal_buf buf;
    gal_buf_init(&buf);
    sample_parse(&s, text, "buf");
    assert_int_equal(gal_netlist_describe(&info, &s.circuit, &s.design, NULL), GAL_OK);
    gal_netlist_info_text(&buf, &info, 5);
    assert_string_equal(
        buf.data, "top         buf\ndevices     5\n  2         NMOS transistors\n"
                  "  2         PMOS transistors\n  1         instances of undefined subcircuits\n"
                  "nets        6 (1 without a pin)\nports       3: in out nc\n"
                  "power       1: vdd!\nground      1: 0\ngate area   0.8 um^2\n"
                  "subcircuits 3 (1 unused)\nlevels      1\n"
                  "warning: t.sp:12: x3: subcircuit 'lost' is not defined; kept as a black box\n");
    gal_buf_clear(&buf);
    sample_clear(&s);
}

/* A PDK's micrometres are no news to its users; a mixture may be a slip. */
static void test_micrometres(void **state) {
    (void)state;
    sample s;
    gal_netlist_info info;
    gal_buf buf;
    gal_buf_init(&buf);
    sample_read(&s, "M1 a b c 0 nfet w=1 l=0.15\nM2 a b c 0 nfet w=0.65 l=0.15\nR1 a b 5k\n");
    assert_int_equal(s.design.warnings.n, 0);
    assert_int_equal(gal_netlist_describe(&info, &s.circuit, &s.design, NULL), GAL_OK);
    gal_netlist_info_text(&buf, &info, 5);
    assert_non_null(strstr(buf.data, "\nmicrometres 2 (devices whose sizes have no unit)\n"));
    gal_buf_clear(&buf);
    sample_clear(&s);
    sample_read(&s, "M1 a b c 0 nfet w=1u l=0.15u\nM2 a b c 0 nfet w=0.65 l=0.15\n");
    assert_warning(&s, "M2: widths and lengths of 1 mm and more are taken as micrometres (1 "
                       "devices; 1 others have sizes below)");
    sample_clear(&s);
}

static void test_json(void **state) {
    (void)state;
    sample s;
    gal_netlist_info info;
    gal_buf buf;
    gal_buf_init(&buf);
    sample_read(&s, ".subckt \"q\" a\"b n\\c n\xe9t \xc3\xa9\nr1 a\"b vdd 1\n.ends\n");
    assert_int_equal(gal_netlist_describe(&info, &s.circuit, &s.design, NULL), GAL_OK);
    gal_netlist_info_json(&buf, &info);
    assert_string_equal(buf.data,
                        "{\"top\":\"q\",\"devices\":1,\"device_types\":{\"RESISTOR\":1},\"nets\":5,"
                        "\"nets_without_pins\":3,\"pins\":2,"
                        "\"ports\":[\"a\\\"b\",\"n\\\\c\",\"n\xEF\xBF\xBDt\",\"\xc3\xa9\"],"
                        "\"power\":[\"vdd\"],\"ground\":[],\"gate_area_um2\":0,"
                        "\"devices_in_micrometres\":0,\"subcircuits\":1,"
                        "\"subcircuits_unused\":0,\"levels\":0,\"warnings\":[],"
                        "\"warnings_dropped\":0}\n");
    gal_buf_clear(&buf);
    sample_clear(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_micrometres),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
