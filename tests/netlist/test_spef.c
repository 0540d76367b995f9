#include "netlist/extract_testing.h"

#include "netlist/par.h"
#include "netlist/spef.h"

static void read_sample(void **state) {
    (void)state;
    gal_extract_set set = {0};
    gal_error err = {0};
    assert_int_equal(gal_spef_read(&set, "data/extract/bus.spef", &err), GAL_OK);
    const gal_extract *extract = &set.item[0];
    const gal_circuit *circuit = &extract->circuit;
    assert_string_equal(circuit->name, "bus");
    assert_int_equal(circuit->n_port, 3);
    assert_string_equal(circuit->net[circuit->port[0]].name, "in[0]");
    assert_string_equal(circuit->net[circuit->port[2]].name, "clk");
    assert_true(circuit->net[net_called(circuit, "VDD")].flags & GAL_NET_POWER);
    assert_true(circuit->net[net_called(circuit, "VSS")].flags & GAL_NET_GROUND);
    assert_true(is_near(cap_between(extract, "0", "in[0]"), 1.75));      /* triplet: middle */
    assert_true(is_near(cap_between(extract, "in[0]", "u1/n$4"), 1.75)); /* both nets list it */
    assert_true(is_near(cap_between(extract, "u1/n$4", "out"), 0.2));    /* one net lists it */
    assert_true(is_near(cap_between(extract, "0", "u1/n$4"), 2));
    assert_true(is_near(cap_between(extract, "VSS", "u1/n$4"), 0.1));
    assert_true(is_near(cap_between(extract, "0", "out"), 1));
    assert_true(is_near(cap_between(extract, "0", "a.b"), 12.3)); /* total alone */
    assert_true(is_near(cap_between(extract, "0", "clk"), 600));  /* *R_NET */
    assert_int_equal(extract->n_cap, 8);
    gal_extract_set_clear(&set);
}

/* Levels and bits of any spelling are those of one; what is escaped is a sign of the name. */
static void signs_of_names(void **state) {
    (void)state;
    static const char text[] = "*SPEF \"IEEE 1481\"\n*DESIGN \"d\"\n*DIVIDER .\n*DELIMITER :\n"
                               "*BUS_DELIMITER <>\n*C_UNIT 1 FF\n*D_NET top.u1.b 1\n*END\n"
                               "*D_NET a<3> 2\n*END\n*D_NET x\\.y 3\n*END\n";
    gal_extract_set set = {0};
    gal_error err = {0};
    assert_int_equal(gal_spef_parse(&set, "x", text, sizeof text - 1, &err), GAL_OK);
    assert_true(net_called(&set.item[0].circuit, "top/u1/b") >= 0);
    assert_true(net_called(&set.item[0].circuit, "a[3]") >= 0);
    assert_true(net_called(&set.item[0].circuit, "x.y") >= 0);
    gal_buf out = {0};
    assert_int_equal(gal_spef_print(&out, &set.item[0], NULL, &err), GAL_OK);
    assert_non_null(strstr(out.data, " top/u1/b\n"));
    assert_non_null(strstr(out.data, " a[3]\n"));
    assert_non_null(strstr(out.data, " x\\.y\n"));
    gal_buf_clear(&out);
    gal_extract_set_clear(&set);
}

/* Other nets than those with a section are known by name where it is a net's, not by a pin's. */
static void nets_without_a_section(void **state) {
    (void)state;
    static const char text[] =
        "*SPEF \"IEEE 1481\"\n*DESIGN \"d\"\n*C_UNIT 1 FF\n*NAME_MAP\n*1 a\n*2 b\n"
        "*D_NET *1 6\n*CAP\n1 *1:1 1\n2 *1:1 *2:7 2\n3 *1:2 u9:Z 3\n*END\n";
    gal_extract_set set = {0};
    gal_error err = {0};
    assert_int_equal(gal_spef_parse(&set, "x", text, sizeof text - 1, &err), GAL_OK);
    const gal_circuit *circuit = &set.item[0].circuit;
    assert_int_equal(circuit->n_net, 2);
    assert_false(circuit->net[net_called(circuit, "a")].flags & GAL_NET_PARTIAL);
    assert_true(circuit->net[net_called(circuit, "b")].flags & GAL_NET_PARTIAL);
    assert_true(is_near(cap_between(&set.item[0], "a", "b"), 2));
    assert_true(is_near(cap_between(&set.item[0], "0", "a"), 4));
    gal_extract_set_clear(&set);
}

/* What is written has the totals and the couplings of the original, and is stable. */
static void write_and_read_back(void **state) {
    (void)state;
    gal_extract_set set = {0}, again = {0};
    gal_error err = {0};
    assert_int_equal(gal_par_read(&set, "data/extract/cells.par", &err), GAL_OK);
    const gal_extract *nand = &set.item[1];
    const char *path = GALENA_TEST_TMP "/test_spef.spef";
    assert_int_equal(gal_spef_write(path, nand, NULL, &err), GAL_OK);
    assert_int_equal(gal_spef_read(&again, path, &err), GAL_OK);
    const gal_extract *back = &again.item[0];
    assert_string_equal(back->circuit.name, nand->circuit.name);
    assert_int_equal(back->circuit.n_port, nand->circuit.n_port);
    double ground[2][32], total[2][32];
    gal_extract_totals(ground[0], total[0], nand);
    gal_extract_totals(ground[1], total[1], back);
    for (int32_t n = 0; n < nand->circuit.n_net; n++) {
        const int32_t m = net_called(&back->circuit, nand->circuit.net[n].name);
        assert_true(m >= 0);
        assert_int_equal(nand->circuit.net[n].flags, back->circuit.net[m].flags);
        assert_true(is_near(ground[0][n] * 1e15, ground[1][m] * 1e15));
        assert_true(is_near(total[0][n] * 1e15, total[1][m] * 1e15));
    }
    assert_true(is_near(cap_between(nand, "A", "Y"), cap_between(back, "A", "Y")));
    gal_buf first = {0}, second = {0};
    assert_int_equal(gal_spef_print(&first, back, NULL, &err), GAL_OK);
    gal_extract_set third = {0};
    assert_int_equal(gal_spef_parse(&third, "x", first.data, first.size, &err), GAL_OK);
    assert_int_equal(gal_spef_print(&second, &third.item[0], NULL, &err), GAL_OK);
    assert_string_equal(first.data, second.data);
    gal_buf_clear(&first);
    gal_buf_clear(&second);
    gal_extract_set_clear(&set);
    gal_extract_set_clear(&again);
    gal_extract_set_clear(&third);
    remove(path);
}

/* Header in the order of the standard, total = ground + couplings, escaped names, couplings listed
 * by both nets, capacitance to a supply as ground capacitance. */
static void write_exact_text(void **state) {
    (void)state;
    const char *par = "cell c\nports A VSS\nsupplies VSS\ndev n q#1 A VSS VSS 1 1\n"
                      "cap A q#1 1.5\ncap A VSS 2\ncap 0 A 0.25\ncap d[3]/e.f A 1\nend\n";
    const char *expected = "*NAME_MAP\n*1 A\n*2 VSS\n*3 q\\#1\n*4 d[3]/e\\.f\n*5 M1\n\n"
                           "*GROUND_NETS *2\n\n*PORTS\n*1 B\n*2 B\n\n"
                           "*D_NET *1 4.75\n*CONN\n*P *1 B\n*I *5:G I\n*CAP\n1 *1:1 2.25\n"
                           "2 *1:1 *3:1 1.5\n3 *1:1 *4:1 1\n*RES\n1 *1:1 *1 0.001\n"
                           "2 *1:1 *5:G 0.001\n*END\n\n"
                           "*D_NET *3 1.5\n*CONN\n*I *5:D B\n*CAP\n1 *3:1 *1:1 1.5\n"
                           "*RES\n1 *3:1 *5:D 0.001\n*END\n\n"
                           "*D_NET *4 1\n*CAP\n1 *4:1 *1:1 1\n*END\n";
    gal_extract_set set = {0};
    gal_error err = {0};
    gal_buf buf = {0};
    assert_int_equal(gal_par_parse(&set, "x", par, strlen(par), &err), GAL_OK);
    assert_int_equal(gal_spef_print(&buf, &set.item[0], NULL, &err), GAL_OK);
    assert_int_equal(strncmp(buf.data, "*SPEF \"IEEE 1481-1998\"\n*DESIGN \"c\"\n", 35), 0);
    assert_string_equal(strstr(buf.data, "*NAME_MAP"), expected);
    gal_buf_clear(&buf);
    gal_extract_set_clear(&set);
}

static void refuse_malformed(void **state) {
    (void)state;
    static const bad_text bad[] = {
        {"", 1, 1, "expected \"*SPEF\""},
        {"*DESIGN \"x\"\n", 1, 1, "expected \"*SPEF\""},
        {"*SPEF\n/* open\n", 2, 1, "comment without an end"},
        {"*SPEF\n*C_UNIT x PF\n", 2, 9, "expected a scale"},
        {"*SPEF\n*C_UNIT 1 OHM\n", 2, 11, "expected the unit"},
        {"*SPEF\n*C_UNIT 0 PF\n", 2, 9, "a scale above 0"},
        {"*SPEF\n*DELIMITER\n", 2, 11, "one character"},
        {"*SPEF\n*DESIGN\n", 2, 8, "name of the design"},
        {"*SPEF\n*NAME_MAP\n*1\n", 3, 3, "*<number> <name>"},
        {"*SPEF\n*NAME_MAP\na b\n", 3, 1, "*<number> <name>"},
        {"*SPEF\n*PORTS\n*7 I\n", 3, 1, "*7 is not in *NAME_MAP"},
        {"*SPEF\n*D_NET *7 1\n", 2, 8, "*7 is not in *NAME_MAP"},
        {"*SPEF\n*D_NET\n", 2, 7, "expected a name"},
        {"*SPEF\n*D_NET a\n", 2, 9, "expected a capacitance"},
        {"*SPEF\n*D_NET a 1:2\n", 2, 10, "a triplet"},
        {"*SPEF\n*D_NET a 1:2:3:4\n", 2, 10, "a triplet"},
        {"*SPEF\n*D_NET a 1e13\n", 2, 10, "at most 1 F"},
        {"*SPEF\n*CAP\n", 2, 1, "expected *D_NET first"},
        {"*SPEF\n*D_NET a 1\n*CONN\nb c\n", 4, 1, "expected *P, *I or *N"},
        {"*SPEF\n*D_NET a 1\n*CONN\n*I\n", 4, 3, "expected a name"},
        {"*SPEF\n*D_NET a 1\n*CAP\n1 2\n", 4, 4, "<id> node [node]"},
        {"*SPEF\n*D_NET a 1\n*CAP\n1 b c d e\n", 4, 9, "<id> node [node]"},
        {"*SPEF\n*D_NET a 1\n*CAP\n1 b x\n", 4, 5, "expected a capacitance"},
        {"*SPEF\n*D_NET a 1\n*CAP\n1 *9:1 1\n", 4, 3, "*9 is not in *NAME_MAP"},
    };
    assert_refused(gal_spef_parse, bad, sizeof bad / sizeof *bad);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_sample),         cmocka_unit_test(signs_of_names),
        cmocka_unit_test(write_and_read_back), cmocka_unit_test(write_exact_text),
        cmocka_unit_test(refuse_malformed),    cmocka_unit_test(nets_without_a_section),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
