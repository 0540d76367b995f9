#include "netlist/extract_testing.h"

#include "netlist/par.h"

static void read_cells(void **state) {
    (void)state;
    gal_extract_set set = {0};
    gal_error err = {0};
    assert_int_equal(gal_par_read(&set, "data/extract/cells.par", &err), GAL_OK);
    assert_int_equal(set.n, 2);
    const gal_extract *inv = &set.item[0];
    assert_string_equal(inv->circuit.name, "sky130_fd_sc_hd__inv_1");
    assert_int_equal(inv->circuit.n_port, 6);
    assert_int_equal(inv->circuit.n_device, 2);
    assert_mos(&inv->circuit, 0, GAL_NMOS, "Y A VGND VNB", 0.65, 0.15);
    assert_mos(&inv->circuit, 1, GAL_PMOS, "Y A VPWR VPB", 1, 0.15);
    const gal_net *net = inv->circuit.net;
    assert_true(net[net_called(&inv->circuit, "VPWR")].flags & GAL_NET_POWER);
    assert_true(net[net_called(&inv->circuit, "VNB")].flags & GAL_NET_GROUND);
    assert_int_equal(net[net_called(&inv->circuit, "Y")].flags, GAL_NET_PORT);
    gal_extract_set_clear(&set);
}

static void read_special_names(void **state) {
    (void)state;
    gal_extract_set set = {0};
    gal_error err = {0};
    assert_int_equal(gal_par_read(&set, "data/extract/names.par", &err), GAL_OK);
    assert_int_equal(set.n, 2);
    const gal_extract *tiny = &set.item[0];
    const gal_circuit *circuit = &tiny->circuit;
    assert_int_equal(circuit->n_port, 4);
    assert_int_equal(circuit->port[0], circuit->port[1]);
    assert_true(is_near(cap_between(tiny, "A", "Y"), 0.5));
    assert_true(is_near(cap_between(tiny, "0", "A"), 1.5)); /* SUBSTRATE and OTHER are ground */
    assert_true(is_near(cap_between(tiny, "0", "Y"), 0.125));
    assert_int_equal(tiny->n_cap, 4); /* Y to Y is dropped */
    assert_true(circuit->net[net_called(circuit, "n1")].flags & GAL_NET_GROUND);
    assert_true(circuit->net[net_called(circuit, "n2")].flags & GAL_NET_POWER);
    assert_true(is_near(circuit->device[1].multiplier, 2.5));
    double ground[8], total[8];
    gal_extract_totals(ground, total, tiny);
    assert_true(is_near(ground[net_called(circuit, "A")] * 1e15, 2.25));
    assert_true(is_near(total[net_called(circuit, "A")] * 1e15, 2.75));
    assert_int_equal(set.item[1].circuit.n_net, 0);
    gal_extract_set_clear(&set);
}

static void write_and_read_back(void **state) {
    (void)state;
    static const char *const files[] = {"data/extract/cells.par", "data/extract/names.par"};
    for (size_t i = 0; i < 2; i++) {
        gal_extract_set set = {0}, again = {0};
        gal_error err = {0};
        assert_int_equal(gal_par_read(&set, files[i], &err), GAL_OK);
        const char *path = GALENA_TEST_TMP "/test_par.par";
        assert_int_equal(gal_par_write(path, &set, &err), GAL_OK);
        assert_int_equal(gal_par_read(&again, path, &err), GAL_OK);
        assert_int_equal(set.n, again.n);
        gal_buf first = {0}, second = {0};
        for (int32_t k = 0; k < set.n; k++) {
            assert_same_extract(&set.item[k], &again.item[k]);
            gal_par_print(&first, &set.item[k]);
            gal_par_print(&second, &again.item[k]);
        }
        assert_string_equal(first.data, second.data);
        gal_buf_clear(&first);
        gal_buf_clear(&second);
        gal_extract_set_clear(&set);
        gal_extract_set_clear(&again);
        remove(path);
    }
}

static void refuse_malformed(void **state) {
    (void)state;
    static const bad_text bad[] = {
        {"dev n a b c d 1 1\n", 1, 1, "expected \"cell NAME\""},
        {"cell\n", 1, 5, "expected \"cell NAME\""},
        {"cell a b\n", 1, 8, "expected \"cell NAME\""},
        {"cell a\n", 2, 1, "expected \"end\" of cell a"},
        {"cell a\nport x\nend\n", 2, 1, "expected ports, supplies"},
        {"cell a\n  dev q a b c d 1 1\n", 2, 7, "device type n or p"},
        {"cell a\ndev\n", 2, 4, "device type n or p"},
        {"cell a\ndev n a b c d 1\n", 2, 16, "expected \"dev n D G S B W L [M]\""},
        {"cell a\ndev n a b c d 1 1 1 1\n", 2, 21, "expected \"dev n D G S B W L [M]\""},
        {"cell a\ndev n a b c d x 1\n", 2, 15, "expected a width, found \"x\""},
        {"cell a\ndev n a b c d 1 -1\n", 2, 17, "expected a length in [0, 1e6] um"},
        {"cell a\ndev n a b c d 1 1 0\n", 2, 19, "multiplier above 0"},
        {"cell a\ncap x y\nend\n", 2, 8, "expected \"cap A B C\""},
        {"cell a\ncap x y 1fF\n", 2, 9, "expected a capacitance, found \"1fF\""},
        {"cell a\ncap x y 1e16\n", 2, 9, "expected at most 1 F"},
        {"cell a\ncap x y 1e999\n", 2, 9, "expected a capacitance"},
    };
    assert_refused(gal_par_parse, bad, sizeof bad / sizeof *bad);
}

static void keep_cells_before_an_error(void **state) {
    (void)state;
    gal_extract_set set = {0};
    gal_error err = {0};
    const char *text = "cell a\nend\ncell b\ncap\n";
    assert_int_equal(gal_par_parse(&set, "x", text, strlen(text), &err), GAL_EPARSE);
    assert_int_equal(set.n, 1);
    gal_extract_set_clear(&set);
    assert_int_equal(gal_par_read(&set, "data/extract/no-such.par", &err), GAL_EIO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_cells),
        cmocka_unit_test(read_special_names),
        cmocka_unit_test(write_and_read_back),
        cmocka_unit_test(refuse_malformed),
        cmocka_unit_test(keep_cells_before_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
