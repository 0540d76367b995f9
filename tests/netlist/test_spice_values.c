/* Values that are missing, cannot be evaluated or make no sense. */
#include "spice_testing.h"

/* One warning a subcircuit, which counts the others of the flat circuit. */
static void test_lost_values(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* lost\n.subckt cell d g\n"
                    "m1 d g 0 0 nch w=wx l=1u\nm2 d g 0 0 nch w=1u l='lx*2'\n.ends\n"
                    "r1 a b 'rx'\nr2 a b 'rx+1'\nr3 a b 'rx+2'\nr4 a b 1\nc1 a b 'cx'\n"
                    "x1 a b cell\nx2 a b cell m='mx'\n");
    assert_int_equal(s.design.warnings.n, 2);
    assert_warning(&s, "r1: parameter 'rx' is not defined (and 4 more)");
    assert_warning(&s, "m1: parameter 'wx' is not defined (and 3 more)");
    sample_clear(&s);
    sample_read(&s, "* one\nr1 a b 'rx'\n");
    assert_no_warning(&s, "more");
    sample_clear(&s);
}

static void test_no_sizes(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* no sizes\n.model power vdmos\n.subckt cell d g\nm1 d g 0 0 nch\n.ends\n"
                    "m1 d g 0 0 nch w=1u l=1u\nm2 d g 0 0 nch l=1u\nm3 d g 0 0 nch w=1u\n"
                    "m4 d g 0 power\nr1 d g 1\nx1 d g cell\nx2 d g cell\nx3 d g cell\n");
    assert_int_equal(s.design.warnings.n, 2);
    assert_warning(&s, "m2: no width (and 1 more)");
    assert_warning(&s, "m1: neither width nor length (and 2 more)");
    sample_clear(&s);
    sample_read(&s, "* no length\nm1 d g 0 0 nch w=1u\n");
    assert_warning(&s, "m1: no length");
    sample_clear(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lost_values),
        cmocka_unit_test(test_no_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
