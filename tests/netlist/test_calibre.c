#include "netlist/extract_testing.h"

#include "netlist/calibre.h"
#include "netlist/par.h"

#define CELL "data/extract/sky130_fd_sc_hd__"

/* cells.par holds the same cells as another program summed them. */
static void read_triples(void **state) {
    (void)state;
    gal_extract_set set = {0}, expected = {0};
    gal_error err = {0};
    assert_int_equal(gal_calibre_read(&set, CELL "inv_1.spice", &err), GAL_OK);
    assert_int_equal(gal_calibre_read(&set, CELL "nand2_1.spice", &err), GAL_OK);
    assert_int_equal(gal_par_read(&expected, "data/extract/cells.par", &err), GAL_OK);
    for (int32_t i = 0; i < 2; i++) {
        const gal_extract *x = &expected.item[i], *y = &set.item[i];
        assert_string_equal(x->circuit.name, y->circuit.name);
        assert_int_equal(x->circuit.n_device, y->circuit.n_device);
        assert_int_equal(x->circuit.n_net, y->circuit.n_net);
        assert_int_equal(x->n_cap, y->n_cap);
        for (int64_t k = 0; k < x->n_cap; k++) {
            const gal_net *net = x->circuit.net;
            const char *a = x->cap[k].a < 0 ? "0" : net[x->cap[k].a].name;
            const double theirs = x->cap[k].farad * 1e15;
            const double ours = cap_between(y, a, net[x->cap[k].b].name);
            assert_true(fabs(ours - theirs) <= 1e-5 * theirs); /* six digits are printed */
        }
    }
    assert_mos(&set.item[0].circuit, 0, GAL_NMOS, "Y A VGND VNB", 0.65, 0.15);
    assert_string_equal(set.item[0].circuit.device[0].model, "NSHORT");
    gal_extract_set_clear(&set);
    gal_extract_set_clear(&expected);
}

/* Nodes that no x card lists, nodes listed under another net's cover, devices beside MOS. */
static void find_nets_of_nodes(void **state) {
    (void)state;
    const char *cell = ".subckt c A Z B_N VGND\n"
                       "MM1 N_Z_M1_d N_odd_XI0/u_1/M1_g N_A_1#_M1_s VGND NSHORT L=0.15 W=0.5 M=2\n"
                       "MXI0/M2 Z N_B_N_c_12_n N_B_N_XI0/M2_s A mypfet w=1.5e-6 l=1u\n"
                       "DX4_noxref VGND A NWDIODE A=1\n"
                       "D0 VGND N_A_D0_neg NDIODE AREA=1\n"
                       "pX1_noxref a b PROBETYPE=1\n"
                       "c_3 A 0 2e-18\n"
                       ".ends\n";
    const char *pxi = "x_1 N_odd_XI0/u_1/M1_g N_A_1#_c_1_n\n+ odd PM_C%odd\n"
                      "cc_1 N_odd_XI0/u_1/M1_g Z 1f\n"
                      "cc_2 N_odd_c_99_n a 2f\n"
                      "cc_3 N_A_1#_c_1_n N_A_1#_c_2_n 5f\n";
    const char *pex = ".subckt PM_C%ODD 1 2\nc1 1 0 3f\nc2 1 2 9f\nr1 1 2 100\n.ends\n";
    const gal_calibre_source source[] = {
        {"c.spice", gal_view_of(cell)}, {"c.pxi", gal_view_of(pxi)}, {"c.pex", gal_view_of(pex)}};
    gal_extract_set set = {0};
    gal_error err = {0};
    assert_int_equal(gal_calibre_parse(&set, source, &err), GAL_OK);
    const gal_extract *extract = &set.item[0];
    const gal_circuit *circuit = &extract->circuit;
    assert_int_equal(circuit->n_device, 3);
    assert_mos(circuit, 0, GAL_NMOS, "Z odd A_1# VGND", 0.5, 0.15);
    assert_true(is_near(circuit->device[0].multiplier, 2));
    assert_string_equal(circuit->device[1].name, "XI0/M2");
    assert_mos(circuit, 1, GAL_PMOS, "Z B_N B_N A", 1.5, 1);
    assert_int_equal(circuit->device[2].type, GAL_DIODE);
    assert_string_equal(pin_name(circuit, 2, 1), "A");
    assert_true(is_near(cap_between(extract, "Z", "odd"), 1));
    assert_true(is_near(cap_between(extract, "A", "odd"), 2));
    assert_true(is_near(cap_between(extract, "A_1#", "odd"), 5)); /* c_1 is a node of odd */
    assert_true(is_near(cap_between(extract, "0", "odd"), 3));
    assert_true(is_near(cap_between(extract, "0", "A"), 0.002));
    assert_int_equal(extract->n_cap, 5);
    gal_extract_set_clear(&set);
}

static void refuse_malformed(void **state) {
    (void)state;
    static const struct {
        const char *cell, *pxi, *pex, *file;
        int line, column;
        const char *message;
    } bad[] = {
        {"* empty\n", "", "", "cell", 1, 1, "no .subckt"},
        {".subckt\n", "", "", "cell", 1, 8, "name of the cell"},
        {".subckt a 0\n", "", "", "cell", 1, 11, "expected a port"},
        {".subckt a\n.ends\n.subckt b\n", "", "", "cell", 3, 1, "one cell per file"},
        {".subckt a\nM1 d g s\n", "", "", "cell", 2, 9, "four nodes and a model"},
        {".subckt a\nM1 d 0 s b nfet\n", "", "", "cell", 2, 6, "expected a net"},
        {".subckt a\nM1 d g s b q\n", "", "", "cell", 2, 12, "NMOS or PMOS"},
        {".subckt a\nM1 d g s b nfet\n+ w=x\n", "", "", "cell", 3, 5, "expected a width"},
        {".subckt a\nM1 d g s b nfet l=2e6\n", "", "", "cell", 2, 19, "between 0 and 1 m"},
        {".subckt a\nM1 d g s b nfet m=0\n", "", "", "cell", 2, 19, "a multiplier"},
        {".subckt a\nR1 a\n", "", "", "cell", 2, 5, "two nodes and a model"},
        {".subckt a\nc_1 a 0\n", "", "", "cell", 2, 8, "expected a capacitance"},
        {".subckt a\n", "x1 n\n", "", "pxi", 1, 4, "PM_<cell>%<net>"},
        {".subckt a\n", "x1 n P%\n", "", "pxi", 1, 6, "PM_<cell>%<net>"},
        {".subckt a\n", "cc_1 a b 5q5\n", "", "pxi", 1, 10, "found \"5q5\""},
        {".subckt a\n", "cc_1 a b 2\n", "", "pxi", 1, 10, "at most 1 F"},
        {".subckt a\n", "", "c1 1 0 1f\n", "pex", 1, 1, "outside of a network"},
        {".subckt a\n", "", ".subckt P%a 1\n", "pex", 1, 9, "no x card"},
        {".subckt a\n", "", ".subckt\n", "pex", 1, 8, "name of a network"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const gal_calibre_source source[] = {{"cell", gal_view_of(bad[i].cell)},
                                             {"pxi", gal_view_of(bad[i].pxi)},
                                             {"pex", gal_view_of(bad[i].pex)}};
        gal_extract_set set = {0};
        gal_error err = {0};
        assert_int_equal(gal_calibre_parse(&set, source, &err), GAL_EPARSE);
        assert_non_null(strstr(err.message, bad[i].message));
        assert_string_equal(err.file, bad[i].file);
        assert_int_equal(err.line, bad[i].line);
        assert_int_equal(err.column, bad[i].column);
        assert_int_equal(set.n, 0);
        gal_extract_set_clear(&set);
    }
}

static void report_missing_file(void **state) {
    (void)state;
    const char *path = GALENA_TEST_TMP "/test_calibre.spice";
    const char *text = ".include \"absent.pxi.spice\"\n.subckt a\n.ends\n";
    gal_extract_set set = {0};
    gal_error err = {0};
    assert_int_equal(gal_file_write(path, text, strlen(text), &err), GAL_OK);
    assert_int_equal(gal_calibre_read(&set, path, &err), GAL_EIO);
    assert_non_null(strstr(err.file, "absent.pxi.spice"));
    assert_int_equal(set.n, 0);
    gal_extract_set_clear(&set);
    remove(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_triples),
        cmocka_unit_test(find_nets_of_nodes),
        cmocka_unit_test(refuse_malformed),
        cmocka_unit_test(report_missing_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
