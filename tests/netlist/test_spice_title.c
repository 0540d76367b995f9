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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
