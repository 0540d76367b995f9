/* What the first lines say: other kinds of file, titles. */
#include "spice_testing.h"

static void test_kinds(void **state) {
    (void)state;
    assert_error("\xEF\xBB\xBF \n{\"a\": 1}\n", GAL_EPARSE,
                 "t.sp: this looks like JSON; expected a SPICE");
    assert_error("v {xschem version=3.4.5 file_version=1.2}\n", GAL_EPARSE, "xschem schematic");
    assert_error("Version 4\r\nSHEET 1 880 680\r\n", GAL_EPARSE, "LTspice schematic");
    assert_error("simulator lang=spectre\nM1 (d g s b) nmos\n", GAL_EPARSE,
                 "t.sp:1:1: this looks like a Spectre netlist; expected SPICE or CDL");
    assert_error("// made by\n\n\nsimulator lang = spectre insensitive=yes\n", GAL_EPARSE,
                 "t.sp:4:1: this looks like a Spectre netlist");
    sample s;
    sample_read(&s, "simulator lang=spice\nr1 a b 1\n");
    assert_int_equal(s.circuit.n_device, 1);
    sample_clear(&s);
    sample_read(&s, "Version 4 of the amplifier\nr1 a b 1\n");
    assert_int_equal(s.circuit.n_device, 1);
    sample_clear(&s);
}

/* Two transistors whose nets and model are words of the titles, and a deck of them. */
static const char body[] = "\nM8 y a vdd vdd nmos w=1u l=0.18u\nM9 y input 0 0 pmos w=1u l=0.18u\n";
static const char deck[] = "\nVin input 0 1.8\nM8 y input 0 0 nmos w=1u l=0.18u\n.op\n.end\n";

static void expect_devices(const char *first, const char *rest, int n_device) {
    sample s;
    char text[500];
    snprintf(text, sizeof text, "%s%s", first, rest);
    sample_read(&s, text);
    if (s.circuit.n_device != n_device) fail_msg("%d devices: %s", s.circuit.n_device, text);
    sample_clear(&s);
}

static void test_titles(void **state) {
    (void)state;
    static const char *const title[] = {
        "My OTA design two stage cl=2pF",
        "Inverter (minimum size)",
        "Folded cascode (nmos input) vdd=1.8",
        "DFF (master slave)",
        "Bandgap (1.2 V)",
        "Cascode (nmos) stage",
        "OTA (5 transistors)",
        "Ring oscillator, vdd=1.8",
        "LDO regulator Iout=10mA",
        "Comparator: clk=1GHz",
        "RC filter R=1k C=1p",
        "SRAM cell beta=2",
        "Miller (2 stage) opamp",
        "Miller OTA cl=2pF",
        "Current mirror n=4",
        "Differential amplifier (vdd = 1.8 V)",
        "R2R ladder DAC 8 bit",
        "D1 mixer core",
        "C17 benchmark circuit 6 gates",
        "M1 amplifier design two stage",
        "S27 sequential benchmark of iscas 1989",
        "X3 carbon copy",
        "Vdd = 1.8 V, Vin = 0.9 V",
        "Bandgap2 (1.2 V) reference",
        "Inverter chain with 5 stages",
        "45nm library",
        "",
    };
    for (size_t i = 0; i < sizeof title / sizeof title[0]; i++) {
        expect_devices(title[i], body, 2);
        expect_devices(title[i], deck, 2);
    }
}

static void test_first_cards(void **state) {
    (void)state;
    static const char *const card[] = {
        "M1 y input vdd vdd pmos w=2u l=0.18u",
        "m1 x y z 0 nch",
        "MP y input vdd vdd pmos L=0.18u W=2u",
        "M1 (y a vdd 0) nmos4",
        "R1 Y b 1k",
        "R1 y b 'rx*2'",
        "RR1 y b 1k $[rpoly] $W=1u",
        "rload1 y b rpoly w=1u l=2u",
        "C0 (y b) capacitor",
        "c1 a y c=1p",
        "V1 y 0 dc 1.8 ac 1",
        "I0 (net1 net2 y b) INVERTER",
        "Q1 y b 0 npn1",
        "D1 y 0 dmod",
        "E1 y 0 b c 10",
        "E1 y 0 vol='v(b)'",
        "F1 y 0 v1 2",
        "K1 l1 l2 0.9\nl1 y b 1n\nl2 y b 1n",
        "B1 y 0 v='v(b)'",
        "S1 y b c d swm",
        "T1 y 0 b 0 z0=50",
        "X1 b y cell",
        "Xinv b y cell w=1u l=1u",
    };
    for (size_t i = 0; i < sizeof card / sizeof card[0]; i++)
        expect_devices(card[i], body, strchr(card[i], '\n') ? 5 : 3);
    expect_devices("R1 1 2 1k", "\nR2 2 3 1k\n", 2);
    expect_devices("X1 in out cell", "\n.subckt cell p q\nr1 p q 1\nr2 p q 1\n.ends\n", 2);
    expect_devices("X1 in out lost", "\n.include nowhere.sp\n", 1);
}

/* A schematic that xschem wrote flat: named where it has pins; a testbench stays a deck. */
static void test_schematics(void **state) {
    (void)state;
    const char *text = "** sch_path: /home/x/amp.sch\n**.subckt Amp in out\n*.ipin in\n*.opin out\n"
                       "r1 in out 1\nx1 in out load\n**.ends\n\n* expanding   symbol:\n"
                       ".subckt load a b\nr1 a b 1\n.ends\n.end\n";
    sample s;
    sample_read(&s, text);
    assert_string_equal(s.circuit.name, "Amp");
    assert_int_equal(s.circuit.n_port, 2);
    assert_int_equal(s.circuit.n_device, 2);
    sample_clear(&s);
    sample_parse(&s, text, "amp");
    assert_int_equal(s.circuit.n_device, 2);
    sample_clear(&s);
    sample_parse(&s, text, "");
    assert_int_equal(s.status, GAL_ENOTFOUND);
    sample_clear(&s);
    sample_read(&s, "**.subckt tb\n**.subckt '\nv1 a 0 1\n**.ends\n");
    assert_string_equal(s.circuit.name, "");
    sample_clear(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_titles),
        cmocka_unit_test(test_first_cards),
        cmocka_unit_test(test_schematics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
