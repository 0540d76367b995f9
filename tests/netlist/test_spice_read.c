#include "spice_testing.h"

static void test_elements(void **state) {
    (void)state;
    sample s;
    sample_read(
        &s, "all elements\n"
            ".model nch nmos\n.model pch pmos(level=1)\n.model qp pnp\n.model jp pjf\n"
            "m1 d g s b nch w=1u l=0.18u\n"
            "m2 d g s b pch 0.2u 3u\n"
            "m3 d g s nch w=1u l=1u\n"
            "q1 c b e qp 2\nq2 c b e sub npn1\nj1 d g s jp\nd1 a 0 dmod area=2\n"
            "r1 a b 1k\nr2 a b rmod w=1u l=2u r='2*50'\nr3 a b 2k tc=1\n"
            "c1 a b 1p ic=0\nc2 a b c=2p\nl1 a b 1n\nl2 c d l=2n\nk1 l1 l2 0.5\n"
            "v1 a 0 dc 1.5 ac 1\nv2 a 0 pulse(0 1 1n)\nv3 a 0 3.3\ni1 a 0 1m\n"
            "e1 a b c d 10\ne2 a 0 vol='v(c)*2'\ne3 a 0 poly(2) c 0 d 0 0 1 1\n"
            "g1 a b c d 1m\nf1 a b v1 5\nh1 a b v1 50\nb1 a b v=v(c)\n"
            "s1 a b c d swm\nw1 a b v1 wm\nt1 a b c d z0=50\nx1 a b c nosuch\n.end\nr9 a b 1\n");
    const gal_circuit *c = &s.circuit;
    assert_int_equal(c->n_device, 30);
    assert_device(c, "m1", "NMOS nch: d g s b");
    assert_device(c, "m2", "PMOS pch: d g s b");
    assert_size(c, "m2", 3, 0.2, 1, 1);
    assert_device(c, "m3", "NMOS nch: d g s");
    assert_device(c, "q1", "PNP qp: c b e");
    assert_device(c, "q2", "NPN npn1: c b e sub");
    assert_device(c, "j1", "PJF jp: d g s");
    assert_device(c, "d1", "DIODE dmod: a 0");
    assert_device(c, "r1", "RESISTOR : a b");
    assert_value(c, "r1", 1000);
    assert_device(c, "r2", "RESISTOR rmod: a b");
    assert_value(c, "r2", 100);
    assert_size(c, "r2", 1, 2, 1, 1);
    assert_value(c, "r3", 2000);
    assert_value(c, "c1", 1e-12);
    assert_value(c, "c2", 2e-12);
    assert_value(c, "l2", 2e-9);
    assert_device(c, "k1", "MUTUAL l1 l2:");
    assert_value(c, "k1", 0.5);
    assert_value(c, "v1", 1.5);
    assert_value(c, "v2", NAN);
    assert_value(c, "v3", 3.3);
    assert_value(c, "i1", 1e-3);
    assert_device(c, "e1", "VCVS : a b c d");
    assert_value(c, "e1", 10);
    assert_device(c, "e2", "VCVS : a 0");
    assert_device(c, "e3", "VCVS : a 0 c 0 d 0");
    assert_device(c, "g1", "VCCS : a b c d");
    assert_device(c, "f1", "CCCS v1: a b");
    assert_value(c, "h1", 50);
    assert_device(c, "b1", "BSOURCE : a b");
    assert_device(c, "s1", "SWITCH swm: a b c d");
    assert_device(c, "w1", "SWITCH v1 wm: a b");
    assert_device(c, "t1", "TLINE : a b c d");
    assert_device(c, "x1", "BLACKBOX nosuch: a b c");
    assert_warning(&s, "'nosuch' is not defined");
    sample_clear(&s);
}

static void test_hierarchy(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* hierarchy\n.param wn=1u k=2 late='early*2' early=3\n.global vdd\n"
                    ".subckt inv a y PARAMS: w=wn m=1\n"
                    ".param wp='w*k'\n"
                    "m1 y a 0 0 nmos w=w l=0.1u m='m'\n"
                    "m2 y a vdd vdd pmos w=wp l=0.1u\n.ends inv\n"
                    ".subckt buf a y\n.subckt inner a\nr1 a vdd 'late'\n.ends\n"
                    "x1 a n inv\nx2 n y inv w='wn*k' m=4\nx3 n inner m=5\n.ends\n"
                    "xb in out buf m=2\n");
    const gal_circuit *c = &s.circuit;
    assert_int_equal(c->n_device, 5);
    assert_device(c, "xb/x1/m1", "NMOS nmos: xb/n in 0 0");
    assert_size(c, "xb/x1/m1", 1, 0.1, 2, 1);
    assert_size(c, "xb/x1/m2", 2, 0.1, 2, 1);
    assert_device(c, "xb/x2/m2", "PMOS pmos: out xb/n vdd vdd");
    assert_size(c, "xb/x2/m1", 2, 0.1, 8, 1);
    assert_size(c, "xb/x2/m2", 4, 0.1, 2, 1);
    assert_value(c, "xb/x3/r1", 6);
    assert_true(is_close(c->device[device_called(c, "xb/x3/r1")].multiplier, 10));
    assert_int_equal(c->n_net, 5); /* in, out, xb/n, 0, vdd */
    sample_clear(&s);
}

/* A subcircuit inside another is seen there only, and before one of its name further out. */
static void test_scopes(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* scopes\n.subckt r2 a\nr1 a 0 2\n.ends\n"
                    ".subckt one a\n.subckt R1 a\nr1 a 0 1\n.ends\n.subckt r1 a\n.ends\n"
                    "x1 a r1\nx2 a r2\n.ends\n"
                    ".subckt two a\n.subckt r1 a\nr1 a 0 3\n.subckt r3 a\nx1 a R2\n.ends\n"
                    "x1 a r3\n.ends\n.subckt r2 a\nr1 a 0 4\n.ends\nx1 a r1\n.ends\n"
                    "x1 n one\nx2 n two\nx3 n r1\nx4 n r2\n");
    assert_int_equal(s.circuit.n_device, 6);
    assert_value(&s.circuit, "x1/x1/r1", 1);
    assert_value(&s.circuit, "x1/x2/r1", 2);
    assert_value(&s.circuit, "x2/x1/r1", 3);
    assert_value(&s.circuit, "x2/x1/x1/x1/r1", 4);
    assert_device(&s.circuit, "x3", "BLACKBOX R1: n");
    assert_value(&s.circuit, "x4/r1", 2);
    assert_warning(&s, "'R1' is already defined");
    sample_clear(&s);
}

static void test_top_choice(void **state) {
    (void)state;
    const char *text = ".subckt a p q\nr1 p q 1\n.ends\n.subckt b p\nx1 p p a\nxx p p a\n.ends\n"
                       ".subckt c p\nr1 p 0 1\n.ends\n.subckt c p\nr1 p 0 1\nr2 p 0 1\n.ends\n";
    sample s;
    sample_read(&s, text);
    assert_string_equal(s.circuit.name, "c");
    assert_int_equal(s.circuit.n_device, 1);
    assert_warning(&s, "already defined");
    sample_clear(&s);
    sample_parse(&s, text, "B");
    assert_string_equal(s.circuit.name, "b");
    assert_int_equal(s.circuit.n_device, 2);
    assert_int_equal(s.circuit.n_port, 1);
    assert_true(s.circuit.net[0].flags & GAL_NET_PORT);
    sample_clear(&s);
    sample_parse(&s, text, "nothing");
    assert_int_equal(s.status, GAL_ENOTFOUND);
    sample_clear(&s);
}

static void test_cdl(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "*.SCALE METER\n.GLOBAL vdd! gnd!:G\n"
                    ".SUBCKT leaf A B\n*.PININFO A:I B:O\n"
                    "RR0 A B 1k $[rpoly] $W=1u $L=2u $SUB=gnd!\nCC0 A gnd! 1p $[mim] M=2\n"
                    "MM0 B A gnd! gnd! nch_lvt W=1u L=60n fingers=2 m=3\n.ENDS\n"
                    ".SUBCKT top A Z\nXI0 A net<0> / leaf\nXI1 / leaf $PINS B=Z A=net<0>\n"
                    "XI2 Z Z /\n+ leaf\n.ENDS\n");
    const gal_circuit *c = &s.circuit;
    assert_string_equal(c->name, "top");
    assert_device(c, "XI0/RR0", "RESISTOR rpoly: A net<0>");
    assert_value(c, "XI0/RR0", 1000);
    assert_size(c, "XI0/RR0", 1, 2, 1, 1);
    assert_device(c, "XI1/MM0", "NMOS nch_lvt: Z net<0> gnd! gnd!");
    assert_size(c, "XI1/MM0", 1, 0.06, 3, 2);
    assert_device(c, "XI1/CC0", "CAPACITOR mim: net<0> gnd!");
    assert_device(c, "XI2/RR0", "RESISTOR rpoly: Z Z");
    sample_clear(&s);
}

static void test_pdk_devices(void **state) {
    (void)state;
    sample s;
    sample_read(&s,
                "* sky130 as xschem writes it\n*.ipin IN\n*.opin OUT\n"
                "XM1 OUT IN GND GND sky130_fd_pr__nfet_01v8 L=0.15 W=2 nf=4 ad='int((nf+1)/2) * "
                "W/nf * 0.29'\n+ mult=2 m=2\n"
                "XM2 OUT IN VDD VDD sky130_fd_pr__pfet_01v8 L=0.15 W=1 nf=1 mult=3\n"
                "XR1 OUT IN GND sky130_fd_pr__res_high_po_0p35 L=10 mult=1 m=1\n"
                "XC1 OUT IN sky130_fd_pr__cap_mim_m3_1 W=10 L=10 MF=1 m=1\n"
                "XQ1 GND GND OUT sky130_fd_pr__pnp_05v5_W0p68L0p68 m=1\n"
                "XD1 GND OUT sky130_fd_pr__diode_pw2nd_05v5 area=1e12\n"
                "XU1 a b nmos_driver_cell\n");
    const gal_circuit *c = &s.circuit;
    assert_int_equal(c->n_port, 2);
    assert_device(c, "XM1", "NMOS sky130_fd_pr__nfet_01v8: OUT IN 0 0");
    assert_size(c, "XM1", 2, 0.15, 2, 4);
    assert_size(c, "XM2", 1, 0.15, 3, 1);
    assert_device(c, "XR1", "RESISTOR sky130_fd_pr__res_high_po_0p35: OUT IN 0");
    assert_device(c, "XC1", "CAPACITOR sky130_fd_pr__cap_mim_m3_1: OUT IN");
    assert_device(c, "XQ1", "PNP sky130_fd_pr__pnp_05v5_W0p68L0p68: 0 0 OUT");
    assert_device(c, "XD1", "DIODE sky130_fd_pr__diode_pw2nd_05v5: 0 OUT");
    assert_device(c, "XU1", "BLACKBOX nmos_driver_cell: a b");
    assert_int_equal(c->n_micron, 4); /* the dialect of the PDK: no warning */
    assert_no_warning(&s, "taken as micrometres");
    sample_clear(&s);
}

static void test_bracketed(void **state) {
    (void)state;
    sample s;
    sample_read(&s,
                "M1 (VOUT1 VIN1 net1 VSS) nmos4\nI0 (net1 net2 VDD VSS) INVERTER\n"
                "Q0 (VSS net1 net30 0) pnp\nI1 (net30 0) isource dc=1m\nR0 (net2 VSS) resistor");
    const gal_circuit *c = &s.circuit;
    assert_device(c, "M1", "NMOS nmos4: VOUT1 VIN1 net1 VSS");
    assert_device(c, "I0", "BLACKBOX INVERTER: net1 net2 VDD VSS");
    assert_device(c, "Q0", "PNP pnp: VSS net1 net30 0");
    assert_device(c, "I1", "ISOURCE : net30 0");
    assert_value(c, "I1", 1e-3);
    assert_device(c, "R0", "RESISTOR resistor: net2 VSS");
    sample_clear(&s);
}

static void test_titles(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int n_device;
    } cases[] = {
        {"Ring oscillator with 5 stages\nr1 a b 1\n", 1},
        {"My first amplifier: two stages and more\nr1 a b 1\n", 1},
        {"r1 a b 1\nr2 a b 1\n", 2},
        {"m1 d g s b nch\nr2 a b 1\n", 2},
        {"C17 benchmark circuit netlist\nr1 a b 1\n", 1},
        {"* comment\nr1 a b 1\n", 1},
        {"\nr1 a b 1\n", 1},
        {".param a=1\nr1 a b a\n", 1},
        {"Bob's circuit\nr1 a b 1\n", 1},
        {"x1 a b cell w=1\nr1 a b 1\n", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sample s;
        sample_read(&s, cases[i].text);
        if (s.circuit.n_device != cases[i].n_device) fail_msg("%s", cases[i].text);
        sample_clear(&s);
    }
}

static void test_skipped(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* skipping\n.control\nr1 a b\nlet x = 1\n.endc\n.data d x y\n1 2\n3 4\n"
                    ".enddata\n.tran 1n 1u\n.measure tran t trig v(a) val='0.5*1'\n.weird thing\n"
                    "r1 a b 1\npx a b PROBE=1\n.alter\nr2 a b 1\n.end\n");
    assert_int_equal(s.circuit.n_device, 1);
    assert_warning(&s, "'.weird'");
    assert_warning(&s, "type P");
    assert_int_equal(s.design.warnings.n, 2);
    sample_clear(&s);
}

static void test_conditions(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* conditions\n.param a=2 b='a*2'\n"
                    ".if (b == 4)\nr1 a b 1\n.if (a > 5)\nr2 a b 1\n.else\nr3 a b 1\n.endif\n"
                    ".elseif (1)\nr4 a b 1\n.else\nr5 a b 1\n.endif\n"
                    ".if (nowhere)\nr6 a b 1\n.elseif (a==2)\nr7 a b 1\n.endif\n");
    assert_int_equal(s.circuit.n_device, 3);
    device_called(&s.circuit, "r1");
    device_called(&s.circuit, "r3");
    device_called(&s.circuit, "r7");
    assert_warning(&s, "nowhere");
    sample_clear(&s);
}

static void test_parameters(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* parameters\n.option scale=1u\n.func area(w,l) {w*l}\n.param g(x)='x+1'\n"
                    ".param sum = 1 + 2 w0=2 rv=7k\n"
                    "m1 d g s b nch w='w0*2' l=0.5 nf=sum\n"
                    "m2 d g s b nch wf=0.5 l=0.5 nf=4\n"
                    "m3 d g s b nch w='w0*0.5\xB5/1\xC2\xB5' l=5\xCE\xBC\n"
                    "r1 a b 'area(2,g(3))'\nr2 a b rv\nr3 a b 'unknown*2'\nr4 a b {1k ? 3 : 4}\n"
                    ".subckt s a w=1\nr1 a 0 'w'\n.ends\nx1 a s w=w\nx2 a s\n.param w=9\n");
    const gal_circuit *c = &s.circuit;
    assert_size(c, "m1", 4, 0.5, 1, 3);
    assert_size(c, "m2", 2, 0.5, 1, 4);
    assert_size(c, "m3", 1, 5e-6, 1, 1);
    assert_value(c, "r1", 8);
    assert_value(c, "r2", 7000);
    assert_value(c, "r3", NAN);
    assert_warning(&s, "'unknown' is not defined");
    assert_value(c, "r4", 3);
    assert_value(c, "x1/r1", 9);
    assert_value(c, "x2/r1", 1);
    sample_clear(&s);
}

static void test_polarity(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* polarity\n.model weird.1 pmos\nm1 d g s b weird\nm2 d g vdd vdd mos1\n"
                    "m3 d g s b phighvt\nm4 d g s b sky130_fd_pr__special_nfet_pass\n"
                    "m5 d g s b whatever\nm6 d g s b NMOS_VTL\n.model va x type=-1\n"
                    "n1 d g s b va\nm7 d g s b rvtp_pmos\n");
    static const gal_device_type expected[] = {GAL_PMOS, GAL_PMOS, GAL_PMOS, GAL_NMOS,
                                               GAL_NMOS, GAL_NMOS, GAL_PMOS, GAL_PMOS};
    for (int32_t d = 0; d < 8; d++) assert_int_equal(s.circuit.device[d].type, expected[d]);
    assert_warning(&s, "by its bulk");
    assert_warning(&s, "better guess");
    sample_clear(&s);
}

/* The first device may be one without pins. */
static void test_mutual_first(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* coupled\nk1 l1 l2 0.9\nl1 a 0 1n\nl2 b 0 1n\n");
    assert_device(&s.circuit, "k1", "MUTUAL l1 l2:");
    assert_device(&s.circuit, "l2", "INDUCTOR : b 0");
    sample_clear(&s);
}

static void test_connect(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* connect\n.connect a b\nr1 a c 1\nr2 B c 1\n");
    assert_int_equal(s.circuit.n_net, 2);
    assert_device(&s.circuit, "r2", "RESISTOR : a c");
    sample_clear(&s);
}

/* GND is node 0, in any case and at any depth, but not where it is a port. */
static void test_ground(void **state) {
    (void)state;
    sample s;
    sample_read(&s, "* ground\n.global gnd\n.connect Gnd agnd\n"
                    ".subckt leaf a\nr1 a GND 1\nr2 a 0 1\n.ends\n"
                    ".subckt cell a gnd\nr1 a gnd 1\nr2 a 0 1\nx1 a leaf\n.ends\n"
                    "v1 in gnd 1\nr1 in agnd 1\nx1 in leaf\nx2 in vss cell\n"
                    "x3 / cell $PINS GND=Gnd a=in\n");
    const gal_circuit *c = &s.circuit;
    assert_int_equal(c->n_net, 3); /* in, 0, vss */
    assert_device(c, "v1", "VSOURCE : in 0");
    assert_device(c, "r1", "RESISTOR : in 0");
    assert_device(c, "x1/r1", "RESISTOR : in 0");
    assert_device(c, "x1/r2", "RESISTOR : in 0");
    assert_device(c, "x2/r1", "RESISTOR : in vss");
    assert_device(c, "x2/r2", "RESISTOR : in 0");
    assert_device(c, "x2/x1/r1", "RESISTOR : in 0");
    assert_device(c, "x3/r1", "RESISTOR : in 0");
    sample_clear(&s);
    sample_read(&s, "*.iopin GND\nr1 a gnd 1\nr2 a 0 1\n");
    assert_int_equal(s.circuit.n_net, 3);
    assert_device(&s.circuit, "r1", "RESISTOR : a GND");
    sample_clear(&s);
}

static void test_errors(void **state) {
    (void)state;
    assert_error("* e\nr1 a\n", GAL_EPARSE, "t.sp:2:5: 'r1': expected two nodes");
    assert_error("* e\nm1 d g\n+ s\n", GAL_EPARSE, "t.sp:3:4: 'm1': expected drain");
    assert_error("* e\n.ends\n", GAL_EPARSE, "t.sp:2:1: there is no .subckt");
    assert_error("* e\n.subckt\n", GAL_EPARSE, "expected a subcircuit name");
    assert_error("* e\n.endif\n", GAL_EPARSE, "there is no .if");
    assert_error("* e\n.param a=\n", GAL_EPARSE, "expected a value behind 'a='");
    assert_error("* e\n.model x\n", GAL_EPARSE, "expected a model name");
    assert_error("* e\n123 a b\n", GAL_EPARSE, "t.sp:2:1: expected an element");
    assert_error("* e\nr1 a b 'x\n", GAL_EPARSE, "never closed");
    assert_error("* e\n.option scale=0\n", GAL_EPARSE, "metres");
    assert_error("* e\n.include\n", GAL_EPARSE, "expected a file name");
    assert_error("* e\n.func f\n", GAL_EPARSE, "expected a function");
    assert_error(".subckt a p\nr1 p 0 1\n.ends\nx1 p q a\n", GAL_EMISMATCH,
                 "t.sp:4: x1: 2 nodes, but subcircuit 'a' (t.sp:1) has 1 ports");
    assert_error(".subckt a p\nx1 p b\n.ends\n.subckt b p\nx1 p a\n.ends\nx1 p a\n", GAL_EPARSE,
                 "contains itself");
    assert_error("* only a comment\n", GAL_ENOTFOUND, "no circuit here");
    assert_error(
        "* e\n.subckt inv a y\nr1 a y 1\n\n.subckt buf a y\nx1 a n inv\nx2 n y inv\n.ends\n"
        "x1 p q buf\nv1 p 0 1\n.end\n",
        GAL_EPARSE, "t.sp:2: subcircuit 'inv' has no .ends");
    sample s;
    sample_read(&s, "* truncated\n.subckt inv a y\nr1 a y 1\n");
    assert_warning(&s, "subcircuit 'inv' has no .ends");
    sample_clear(&s);
    sample_parse(&s, "* e\n.subckt inv a\nr1 a 0 1\n.subckt top a\nx1 a inv\n.ends\n", "top");
    assert_int_equal(s.status, GAL_EPARSE);
    assert_int_equal(s.err.line, 2);
    sample_clear(&s);
}

static void test_limits(void **state) {
    (void)state;
    gal_buf text;
    gal_buf_init(&text);
    gal_buf_text(&text, "* bomb\n.subckt c0 a\nr1 a 0 1\n.ends\n");
    for (int i = 1; i < 60; i++)
        gal_buf_printf(&text, ".subckt c%d a\nx1 a c%d\nx2 a c%d\n.ends\n", i, i - 1, i - 1);
    gal_buf_text(&text, "x1 a c59\n");
    assert_error(text.data, GAL_ELIMIT, "devices");
    text.size = 0;
    gal_buf_text(&text, "* deep\n.subckt c0 a\nr1 a 0 1\n.ends\n");
    for (int i = 1; i < 400; i++)
        gal_buf_printf(&text, ".subckt c%d a\nx1 a c%d\n.ends\n", i, i - 1);
    gal_buf_text(&text, "x1 a c399\n");
    assert_error(text.data, GAL_ELIMIT, "deeper");
    text.size = 0;
    for (int i = 0; i < 100; i++) gal_buf_printf(&text, ".subckt c%d a\n", i);
    assert_error(text.data, GAL_ELIMIT, ".ends");
    gal_buf_clear(&text);
}

static void test_includes(void **state) {
    (void)state;
    gal_error err = {0};
    sample s = {0};
    assert_int_equal(gal_circuit_read_design(&s.circuit, &s.design, "data/spice/include/deck.sp",
                                             NULL, NULL, NULL, &err),
                     GAL_OK);
    assert_device(&s.circuit, "x1/m2", "PMOS p1: out in vdd vdd");
    assert_size(&s.circuit, "x1/m2", 1, 0.18, 1, 1);
    assert_value(&s.circuit, "v1", 1.98);
    assert_warning(&s, "'nowhere.sp' is not there");
    assert_int_equal(s.design.warnings.n, 1);
    sample_clear(&s);

    const char *const dirs[] = {"data/spice/include/parts"};
    const char *const defines[] = {"wn=3u"};
    const gal_spice_options options = {dirs, defines, 1, 1, 0};
    const char *text = ".include sizes.sp\nm1 d g s b nch w='wn' l='lmin'\n";
    assert_int_equal(gal_design_parse_spice(&s.design, "t.sp", text, strlen(text), &options, &err),
                     GAL_OK);
    assert_int_equal(gal_design_flatten(&s.circuit, &s.design, NULL, NULL, &err), GAL_OK);
    assert_size(&s.circuit, "m1", 3, 0.18, 1, 1);
    sample_clear(&s);

    assert_int_equal(gal_circuit_read(&s.circuit, "data/spice/include/a.sp", NULL, &err),
                     GAL_EPARSE);
    assert_non_null(strstr(err.message, "includes itself"));
    gal_circuit_clear(&s.circuit);
    assert_int_equal(gal_circuit_read(&s.circuit, "data/spice/nowhere.sp", NULL, &err), GAL_EIO);
    gal_circuit_clear(&s.circuit);
}

static void test_sky130_cells(void **state) {
    (void)state;
    gal_circuit c;
    gal_error err;
    assert_int_equal(gal_circuit_read(&c, "data/spice/dfxtp_1.cdl", NULL, &err), GAL_OK);
    assert_string_equal(c.name, "sky130_fd_sc_hd__dfxtp_1");
    assert_int_equal(c.n_device, 24);
    assert_int_equal(c.n_port, 7);
    assert_size(&c, "MI657", 0.36, 0.15, 1, 1);
    gal_circuit_clear(&c);
    assert_int_equal(gal_circuit_read(&c, "data/spice/macro_sparecell.cdl", NULL, &err), GAL_OK);
    assert_device(&c, "XI5",
                  "BLACKBOX sky130_fd_sc_hd__nor2_2: nd2left nd2left nor2left VGND VNB "
                  "VPB VPWR");
    gal_circuit_clear(&c);
    assert_int_equal(gal_circuit_read(&c, "data/spice/sky130_fd_sc_hd__nand2_1.spice", NULL, &err),
                     GAL_OK);
    int n[GAL_N_DEVICE_TYPE] = {0};
    for (int32_t d = 0; d < c.n_device; d++) n[c.device[d].type]++;
    assert_int_equal(n[GAL_NMOS], 2);
    assert_int_equal(n[GAL_PMOS], 2);
    assert_int_equal(n[GAL_RESISTOR], 51);
    assert_int_equal(n[GAL_CAPACITOR], 70);
    gal_circuit_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elements),     cmocka_unit_test(test_hierarchy),
        cmocka_unit_test(test_top_choice),   cmocka_unit_test(test_cdl),
        cmocka_unit_test(test_pdk_devices),  cmocka_unit_test(test_bracketed),
        cmocka_unit_test(test_titles),       cmocka_unit_test(test_skipped),
        cmocka_unit_test(test_conditions),   cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_polarity),     cmocka_unit_test(test_connect),
        cmocka_unit_test(test_ground),       cmocka_unit_test(test_scopes),
        cmocka_unit_test(test_mutual_first), cmocka_unit_test(test_errors),
        cmocka_unit_test(test_limits),       cmocka_unit_test(test_includes),
        cmocka_unit_test(test_sky130_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
