/* Values that are missing, cannot be evaluated or make no sense. */
#include "base/file.h"
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

/* m=0 switches a device or an instance off, with the nets that only it has. */
static void test_left_out(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* options\n.param off=0\n"
                    ".subckt opt d g en=0 n=2\nm1 d g 0 0 nch w=1u l=1u m=en\n"
                    "m2 d g 0 0 nch w=1u l=1u m='1-en' mult=5\nm3 d g 0 0 nch w=1u l=1u mult='en'\n"
                    ".ends\n.subckt own d m=1\nr1 d 0 1 m=m\nr2 d 0 2\n.ends\n"
                    "x1 a b opt\nx2 a b opt en=1\nx3 c e opt m=off\nx4 a lost f m=0\n"
                    "x5 a own m=0\nc1 a h 1p m=0\n");
    const gal_circuit *c = &s.circuit;
    assert_int_equal(c->n_device, 4);
    device_called(c, "x1/m2");
    device_called(c, "x2/m1");
    device_called(c, "x2/m3");
    device_called(c, "x5/r2");
    assert_int_equal(c->n_net, 3); /* a, b, 0 */
    sample_clear(&s);
}

static void test_senseless(void **state) {
    (void)state;
    sample s;
    sample_read(&s,
                "* senseless\n.param w0=-1u\n.subckt cell a w=1u\nm1 a a 0 0 nch w=w l=1u\n.ends\n"
                "m1 d g 0 0 nch w='1/0' l='sqrt(-1)'\nm2 d g 0 0 nch w=w0 l=-2u\n"
                "m3 d g 0 0 nch w=1u l=1u m=-2 mult=3\nm4 d g 0 0 nch w=1u l=1u nf=-4\n"
                "m5 d g 0 0 nch w=1u l=1u m=0.5\nr1 d g '1/0'\nr2 d g r=-5\n"
                "x1 d cell m=-1\nx2 d cell w='0/0'\n");
    const gal_circuit *c = &s.circuit;
    assert_size(c, "m1", 0, 0, 1, 1);
    assert_size(c, "m2", 0, 0, 1, 1);
    assert_size(c, "m3", 1, 1, 3, 1);
    assert_size(c, "m4", 1, 1, 1, 1);
    assert_size(c, "m5", 1, 1, 0.5, 1);
    assert_value(c, "r1", NAN);
    assert_value(c, "r2", -5);
    assert_size(c, "x1/m1", 1, 1, 1, 1);
    assert_size(c, "x2/m1", 0, 1, 1, 1);
    assert_int_equal(s.design.warnings.n, 2);
    assert_warning(&s, "m1: '1/0' is infinite (and 8 more)");
    assert_warning(&s, "m1: 'w' is not a number");
    sample_clear(&s);
    sample_read(&s, "* infinite\nm1 d g 0 0 nch w=1e999 l=1u\n");
    assert_size(&s.circuit, "m1", 0, 1, 1, 1);
    assert_warning(&s, "m1: a value is infinite");
    sample_clear(&s);
    sample_read(&s, "* negative\nm1 d g 0 0 nch w=-1u l=1u\n");
    assert_warning(&s, "m1: w=-1e-06 is negative");
    assert_int_equal(s.design.warnings.n, 1);
    sample_clear(&s);
}

/* Expressions that double with each function or parameter must not take minutes. */
static void test_budget(void **state) {
    (void)state;
    gal_buf text;
    gal_buf_init(&text);
    gal_buf_text(&text, "* doubling\n.func f0(x) {x+1}\n.param p0=1\n");
    for (int i = 1; i < 60; i++)
        gal_buf_printf(&text, ".func f%d(x) {f%d(x)+f%d(x)}\n.param p%d='p%d+p%d'\n", i, i - 1,
                       i - 1, i, i - 1, i - 1);
    const size_t start = text.size;
    gal_buf_text(&text, "r0 a 0 'f59(1)'\nr1 a 0 'f10(1)'\nr2 a 0 'p59'\n");
    sample s;
    sample_read(&s, text.data);
    assert_value(&s.circuit, "r0", NAN);
    assert_value(&s.circuit, "r1", 2048);
    assert_value(&s.circuit, "r2", ldexp(1, 59));
    assert_warning(&s, "r0: expression of more than 1000000 operands");
    sample_clear(&s);
    text.size = start;
    for (int i = 0; i < 200; i++) gal_buf_printf(&text, "r%d a 0 'f59(1)'\n", i);
    assert_error(text.data, GAL_ELIMIT, "t.sp:132: r10: the expressions up to here have more than");
    text.size = start;
    for (int i = 0; i < 200; i++) gal_buf_text(&text, ".if (p59)\n.endif\n");
    assert_error(text.data, GAL_ELIMIT, "t.sp:142:1: the conditions up to here have more than");
    gal_buf_clear(&text);
}

/* A library's transistor is sized by its instance, or inside by parameters of its own. */
static void test_wrappers(void **state) {
    (void)state;
    static const char library[] = ".subckt nch d g s b n=1 l=1\n"
                                  "m1 d g s b nmod w={n*0.5u} l={l*0.18u}\n.ends\n"
                                  ".subckt nfet d g s b w=1u l=0.18u\n"
                                  "m1 d g s b nmod w={w-0.01u} l={l-0.01u}\n.ends\n"
                                  ".model nmod nmos\n";
    const char *path = GALENA_TEST_TMP "/test_spice_values.lib";
    assert_int_equal(gal_file_write(path, library, sizeof library - 1, NULL), GAL_OK);
    sample s;
    sample_read(&s, "* deck\n.include " GALENA_TEST_TMP "/test_spice_values.lib\n"
                    "x1 d g s 0 nch n=4 l=2\nx2 d g s 0 nfet w=2u l=0.2u\nx3 d g s 0 nfet w=3u\n");
    static const struct {
        const char *name;
        double width, length;
    } expected[] = {{"x1/m1", 2e-6, 0.36e-6}, {"x2", 2e-6, 0.2e-6}, {"x3/m1", 2.99e-6, 0.17e-6}};
    assert_int_equal(s.circuit.n_device, 3);
    for (int32_t d = 0; d < 3; d++) {
        const gal_device *device = &s.circuit.device[d];
        assert_string_equal(device->name, expected[d].name);
        assert_int_equal(device->type, GAL_NMOS);
        assert_true(fabs(device->width - expected[d].width) < 1e-12);
        assert_true(fabs(device->length - expected[d].length) < 1e-12);
    }
    sample_clear(&s);
    remove(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrappers),  cmocka_unit_test(test_lost_values),
        cmocka_unit_test(test_no_sizes),  cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_senseless), cmocka_unit_test(test_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
