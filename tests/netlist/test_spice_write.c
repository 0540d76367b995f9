#include "netlist/spice_write.h"
#include "spice_testing.h"

/* Two circuits with the same devices, sizes, values and connections; names and the numbering of
 * nets may differ. */
static void assert_same(const gal_circuit *a, const gal_circuit *b) {
    assert_int_equal(a->n_device, b->n_device);
    assert_int_equal(a->n_pin, b->n_pin);
    assert_int_equal(a->n_port, b->n_port);
    int32_t *partner = malloc(((size_t)a->n_net + 1) * sizeof *partner);
    assert_non_null(partner);
    memset(partner, -1, (size_t)a->n_net * sizeof *partner);
    for (int32_t i = 0; i < a->n_port; i++) partner[a->port[i]] = b->port[i];
    for (int32_t d = 0; d < a->n_device; d++) {
        const gal_device *x = &a->device[d], *y = &b->device[d];
        assert_int_equal(x->type, y->type);
        assert_int_equal(x->n_pin, y->n_pin);
        assert_true(x->width == y->width && x->length == y->length);
        assert_true(x->multiplier == y->multiplier && x->fingers == y->fingers);
        assert_true(x->value == y->value || isnan(x->value));
        assert_string_equal(x->more, y->more);
        for (int32_t i = 0; i < x->n_pin; i++) {
            int32_t *seen = &partner[gal_circuit_pin(a, d, i)];
            if (*seen < 0) *seen = gal_circuit_pin(b, d, i);
            assert_int_equal(*seen, gal_circuit_pin(b, d, i));
        }
    }
    free(partner);
}

/* Writes the circuit, reads it back and compares. */
static void round_trip(const gal_circuit *circuit, const gal_spice_write_options *options) {
    gal_buf text;
    gal_buf_init(&text);
    gal_error err;
    assert_int_equal(gal_spice_write(&text, circuit, options, &err), GAL_OK);
    sample again;
    sample_read(&again, text.data);
    assert_same(circuit, &again.circuit);
    sample_clear(&again);
    gal_buf_clear(&text);
}

static void test_elements(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* all\n.model qp pnp\n.model jp pjf\n.model pch pmos\n"
                    "m1 d g s b nch w=1u l=0.18u nf=3 m=2\nm2 d g s b pch w=0.65u l=0.15u\n"
                    "m3 d g s nch w=1u l=1u\nq1 c b e qp\nq2 c b e sub npn1\nj1 d g s jp\n"
                    "d1 a 0 dmod\nr1 a b 1k\nr2 a b rmod w=1u l=2u r=100\nr3 a b sub rm r=5\n"
                    "c1 a b 1.2345678901234567e-15\nc2 a b cmod\nl1 a b 1n\nl2 c d 2n\n"
                    "k1 l1 l2 0.5\nv1 a 0 1.5\nv2 a 0 pulse(0 1 1n)\ni1 a 0 1m\ne1 a b c d 10\n"
                    "e2 a 0 vol='v(c)'\ne3 a 0 poly(2) c 0 d 0 0 1 1\ng1 a b c d 1m\nf1 a b v1 5\n"
                    "f2 a b poly(2) v1 v2 0 1 1\nh1 a b v1 50\nb1 a b v=v(c)\ns1 a b c d swm\n"
                    "w1 a b v1 wm\nt1 a b c d z0=50\nx1 a b c nosuch\n"
                    "x2 d g s b sky130_fd_pr__nfet_01v8 w=0.65 l=0.15 nf=2\n"
                    "x3 a b sky130_fd_pr__res_generic_m1 w=1 l=2\n");
    const gal_spice_write_options models = {.models = 1};
    round_trip(&s.circuit, &models);
    sample_clear(&s);
}

/* What a circuit keeps of sources, and that it knows where that is not all. */
static void test_sources(void **state) {
    (void)state;
    static const struct {
        const char *name;
        double value;
        int partial;
    } expected[] = {{"v1", 1.5, 0}, {"v2", NAN, 1}, {"v3", 1.8, 1}, {"i1", 1e-3, 0},
                    {"e1", 10, 0},  {"e2", NAN, 1}, {"e3", NAN, 1}, {"e4", 2.5, 0},
                    {"e5", NAN, 1}, {"e6", 3, 0},   {"f1", 5, 0},   {"f2", 4, 0},
                    {"h1", NAN, 1}, {"b1", NAN, 1}, {"t1", NAN, 1}, {"s1", NAN, 0}};
    sample s;
    sample_read(&s, "* sources\nv1 a 0 dc 1.5\nv2 a 0 pulse(0 1 1n)\nv3 a 0 1.8 ac 1\n"
                    "i1 a 0 1m\ne1 a b c d 10\ne2 a 0 vol='v(c)'\n"
                    "e3 a 0 poly(2) c 0 d 0 0 1 1\ne4 a 0 poly(1) c 0 0 2.5\n"
                    "e5 a 0 poly(1) c 0 0.1 2.5\ne6 a 0 poly(1) poly 0 0 3\nf1 a b v1 5\nf2 a b "
                    "poly(1) v1 0 4\n"
                    "h1 a b poly(2) v1 v2 0 1 2\nb1 a b v=v(c)\nt1 a b c d z0=50\n"
                    "s1 a b c d swm\n");
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const int32_t d = device_called(&s.circuit, expected[i].name);
        const double value = s.circuit.device[d].value;
        assert_int_equal(s.circuit.device[d].partial, expected[i].partial);
        assert_true(value == expected[i].value || (isnan(value) && isnan(expected[i].value)));
    }
    round_trip(&s.circuit, NULL);
    sample_clear(&s);
}

/* What only a simulator needs goes through, in the units of its card. */
static void test_other_parameters(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* more\n.subckt c a b y vdd wn=1u\n"
                    "m1 y a b b nch w=wn l=0.18u ad='wn*0.5u' ps='2*wn+1u' r=4.3 topo=x\n"
                    "q1 a b y pn 8 off\nd1 a b dd 2 pj=4u\nr1 a b 1k tc1=1m\ni1 a b 1u m=4\n"
                    "g1 a b y b 1m m=3\nx1 y a opamp gain=1000 w=4 kind=fast\n"
                    "x2 y b cap_mim c_width=10u\n"
                    "x3 y a b b sky130_fd_pr__nfet_01v8 w=1 l=0.15 ad=0.29 pd=2.58\n"
                    "x4 y a b b nfet_03v3 w=2u l=0.28u nf=2 ad='int((nf+1)/2)*w/nf*0.18u'\n"
                    ".ends\n");
    gal_buf text;
    gal_buf_init(&text);
    gal_error err;
    assert_int_equal(gal_spice_write(&text, &s.circuit, NULL, &err), GAL_OK);
    static const char *const lines[] = {
        "m1 y a b b nch w=1e-06 l=1.8e-07 ad=5e-13 ps=3e-06\n",
        "q1 a b y pn area=8\n",
        "d1 a b dd pj=4e-06 area=2\n",
        "r1 a b 1000 tc1=0.001\n",
        "i1 a b 1e-06 m=4\n",
        "g1 a b y b 0.001 m=3\n",
        "x1 y a opamp gain=1000 w=4 kind=fast\n",
        "x2 y b cap_mim c_width=1e-05\n",
        "x3 y a b b sky130_fd_pr__nfet_01v8 w=1 l=0.15 ad=0.29 pd=2.58\n",
        "x4 y a b b nfet_03v3 w=2e-06 l=2.8e-07 nf=2 ad=1.8e-13\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_non_null(strstr(text.data, lines[i]));
    for (int32_t d = 0; d < s.circuit.n_device; d++) assert_false(s.circuit.device[d].partial);
    gal_buf_clear(&text);
    round_trip(&s.circuit, NULL);
    sample_clear(&s);
    sample_read(&s, "* scaled\n.option scale=1u\nm1 d g s b nch w=1 l=0.15 ad=0.3 pd=2\n");
    assert_string_equal(s.circuit.device[0].more, "ad=3e-13 pd=2e-06");
    sample_clear(&s);
    /* The card's own parameters do not count where an outer one is evaluated. */
    sample_read(&s, "* own\n.param outer='nf*2'\n.subckt c d\nr1 d 0 1\nr2 d 0 1\nr3 d 0 1\n"
                    "x1 d 0 box nf=2 b='outer' a='nf*3' c='e' e='c'\n.ends\nx1 d c\n");
    assert_string_equal(s.circuit.device[3].more, "nf=2 b=outer a=6 c=e e=c");
    sample_clear(&s);
    sample_read(&s, "* scaled\n.option scale=1u\nx1 d g s b nfet_03v3 w=1 l=0.5 ad=0.3\n"
                    "x2 d g s b sky130_fd_pr__nfet_01v8 w=1 l=0.15 ad=0.3\n");
    assert_string_equal(s.circuit.device[0].more, "ad=3e-13");
    assert_string_equal(s.circuit.device[1].more, "ad=0.3");
    sample_clear(&s);
}

static void test_files(void **state) {
    (void)state;
    static const char *const files[] = {"data/spice/nand2_1.cdl", "data/spice/dfxtp_1.cdl",
                                        "data/spice/macro_sparecell.cdl",
                                        "data/spice/sky130_fd_sc_hd__nand2_1.spice"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        gal_circuit circuit;
        gal_error err;
        assert_int_equal(gal_circuit_read(&circuit, files[i], NULL, &err), GAL_OK);
        round_trip(&circuit, NULL);
        gal_circuit_clear(&circuit);
    }
}

static void test_names(void **state) {
    (void)state;
    sample s;
    sample_read(&s,
                "* a substrate that looks like a value\n.subckt c a b s\nr1 a b s rm r=5\n.ends\n"
                "x1 p q 0 c\nx2 p q 5v c\n");
    round_trip(&s.circuit, NULL);
    sample_clear(&s);
    sample_read(&s, "* names\n.subckt c a\nm1 a a a a nmos w=1u l=1u\nr1 a n 1\n.ends\n"
                    "x1 p c\nr1 x1.n 'a b' 1\nr2 \\odd(1)$name; x1/n 2\nc1 a_b 'a b' 1p\n");
    gal_buf text;
    gal_buf_init(&text);
    gal_error err;
    assert_int_equal(gal_spice_write(&text, &s.circuit, NULL, &err), GAL_OK);
    assert_non_null(strstr(text.data, "\nM.x1.m1 p p p p nmos w=1e-06 l=1e-06\n"));
    assert_non_null(strstr(text.data, "\nR.x1.r1 p x1.n 1\n"));
    assert_null(strstr(text.data, "$"));
    gal_buf_clear(&text);
    round_trip(&s.circuit, NULL);
    sample_clear(&s);
}

static void test_cell(void **state) {
    (void)state;
    sample s;
    sample_read(&s, ".global vdd\n.subckt inv a y vss\nmn y a vss vss nch w=0.5u l=0.1u\n"
                    "mp y a vdd vdd pch w=1u l=0.1u\n.ends\n");
    const gal_cap caps[] = {{-1, 0, 1e-15}, {0, 1, 2.5e-16}};
    const gal_spice_write_options options = {caps, 2, 0};
    gal_buf text;
    gal_buf_init(&text);
    gal_error err;
    assert_int_equal(gal_spice_write(&text, &s.circuit, &options, &err), GAL_OK);
    assert_string_equal(text.data, "* inv\n.global vdd\n.subckt inv a y vss\n"
                                   "mn y a vss vss nch w=5e-07 l=1e-07\n"
                                   "mp y a vdd vdd pch w=1e-06 l=1e-07\n"
                                   "Cp1 0 a 1e-15\nCp2 a y 2.5e-16\n.ends\n");
    gal_buf_clear(&text);
    round_trip(&s.circuit, NULL);
    sample_clear(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elements),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_other_parameters),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
