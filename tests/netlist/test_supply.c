#include "netlist/supply.h"
#include "spice_testing.h"

static void test_names(void **state) {
    (void)state;
    static const char *const power[] = {
        "VDD",   "vdd!",   "VCC",  "VPWR",    "VPB",       "AVDD",  "vdda1",
        "kapwr", "vpwrin", "DVDD", "VDD_1v8", "vdd3p3",    "VDDIO", "vccd2",
        "TTVDD", "SRMVDD", "VDDH", "vdd_io",  "x1/x2/vdd", "VPP",   "vbat"};
    static const char *const ground[] = {"VSS",  "GND",   "vgnd", "VNB",   "0",   "DVSS",   "gnd!",
                                         "AGND", "vssa2", "gnda", "VSSIO", "vee", "x1/gnd", "psub"};
    static const char *const neither[] = {"vbias",    "vdd_en", "vddok",  "vref",     "pwr_good",
                                          "out",      "vinp",   "n0",     "00",       "subout",
                                          "gndsense", "",       "avddet", "bus/data", "vssel"};
    for (size_t i = 0; i < sizeof power / sizeof power[0]; i++)
        if (gal_supply_of_name(power[i]) != GAL_NET_POWER) fail_msg("%s", power[i]);
    for (size_t i = 0; i < sizeof ground / sizeof ground[0]; i++)
        if (gal_supply_of_name(ground[i]) != GAL_NET_GROUND) fail_msg("%s", ground[i]);
    for (size_t i = 0; i < sizeof neither / sizeof neither[0]; i++)
        if (gal_supply_of_name(neither[i])) fail_msg("%s", neither[i]);
}

static uint32_t flag_of(const gal_circuit *circuit, const char *name) {
    for (int32_t n = 0; n < circuit->n_net; n++)
        if (strcmp(circuit->net[n].name, name) == 0) return circuit->net[n].flags & GAL_NET_SUPPLY;
    fail_msg("no net %s", name);
    return 0;
}

static void test_structure(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* supplies without telling names\n"
                    "m1 y a low pw nmos\nm2 y a top nw pmos\nm3 z y low pw nmos\n"
                    "m4 z y top nw pmos\nm5 z bias low pw nmos\n"
                    "v1 top 0 1.8\nv2 bias 0 0.6\nv3 low 0 -1.8\nv4 a 0 pulse(0 1 1n)\n");
    assert_int_equal(flag_of(&s.circuit, "top"), GAL_NET_POWER);
    assert_int_equal(flag_of(&s.circuit, "nw"), GAL_NET_POWER);
    assert_int_equal(flag_of(&s.circuit, "low"), GAL_NET_GROUND);
    assert_int_equal(flag_of(&s.circuit, "pw"), GAL_NET_GROUND);
    assert_int_equal(flag_of(&s.circuit, "0"), GAL_NET_GROUND);
    assert_int_equal(flag_of(&s.circuit, "bias"), 0);
    assert_int_equal(flag_of(&s.circuit, "a"), 0);
    assert_int_equal(flag_of(&s.circuit, "y"), 0);
    sample_clear(&s);
}

static void test_common_source(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* bulks on the tail of a pair\nm1 o1 i1 tail tail pmos\n"
                    "m2 o2 i2 tail tail pmos\nm3 tail b vdd vdd pmos\nm4 o1 o1 vss vss nmos\n"
                    "m5 o2 o1 vss vss nmos\n");
    assert_int_equal(flag_of(&s.circuit, "tail"), 0);
    assert_int_equal(flag_of(&s.circuit, "vdd"), GAL_NET_POWER);
    sample_clear(&s);
}

static void test_options(void **state) {
    (void)state;
    sample s;
    gal_error err;
    sample_read(&s, "* options\nm1 y a rail1 rail1 nmos\nm2 y a vdd vdd pmos\nr1 rail2 vbias 1\n");
    const gal_supply_options options = {.power = "RAIL2, vbias", .ground = "rail1"};
    assert_int_equal(gal_circuit_find_supplies(&s.circuit, &options, &err), GAL_OK);
    assert_int_equal(flag_of(&s.circuit, "rail2"), GAL_NET_POWER);
    assert_int_equal(flag_of(&s.circuit, "vbias"), GAL_NET_POWER);
    assert_int_equal(flag_of(&s.circuit, "rail1"), GAL_NET_GROUND);
    const gal_supply_options wrong = {.power = "nowhere"};
    assert_int_equal(gal_circuit_find_supplies(&s.circuit, &wrong, &err), GAL_ENOTFOUND);
    assert_non_null(strstr(err.message, "'nowhere'"));
    assert_int_equal(gal_circuit_find_supplies(&s.circuit, NULL, &err), GAL_OK);
    assert_int_equal(flag_of(&s.circuit, "rail2"), 0);
    sample_clear(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_structure),
        cmocka_unit_test(test_common_source),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
