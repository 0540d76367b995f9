#include "netlist/extract_testing.h"

#include "netlist/extract_align.h"
#include "netlist/extract_read.h"
#include "netlist/par.h"
#include "netlist/spice_caps.h"

static void assert_format(gal_view text, gal_extract_format expected) {
    gal_extract_format format;
    gal_error err = {0};
    assert_int_equal(gal_extract_format_of(&format, text, &err), GAL_OK);
    assert_int_equal(format, expected);
}

static void read_any_format(void **state) {
    (void)state;
    static const struct {
        const char *path;
        gal_extract_format format;
        const char *cell;
        int32_t n_device;
        int64_t n_cap;
    } files[] = {
        {"data/extract/names.par", GAL_EXTRACT_PAR, "tiny", 2, 4},
        {"data/extract/sky130_fd_sc_hd__inv_1.spice", GAL_EXTRACT_CALIBRE, "sky130_fd_sc_hd__inv_1",
         2, 12},
        {"data/extract/nand.dspf", GAL_EXTRACT_DSPF, "nand", 7, 7},
        {"data/extract/bus.spef", GAL_EXTRACT_SPEF, "bus", 0, 8},
        {"data/extract/scmos_inv.ext", GAL_EXTRACT_MAGIC, "scmos_inv", 2, 6},
        {"data/extract/scmos_inv.spice", GAL_EXTRACT_SPICE, "inv", 2, 5},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        gal_file file;
        gal_error err = {0};
        assert_int_equal(gal_file_read(&file, files[i].path, 0, &err), GAL_OK);
        assert_format((gal_view){file.data, file.size}, files[i].format);
        gal_file_clear(&file);
        gal_extract_set set = {0};
        assert_int_equal(gal_extract_read(&set, files[i].path, NULL, &err), GAL_OK);
        assert_string_equal(set.item[0].circuit.name, files[i].cell);
        assert_int_equal(set.item[0].circuit.n_device, files[i].n_device);
        assert_int_equal(set.item[0].n_cap, files[i].n_cap);
        gal_extract_set_clear(&set);
    }
    assert_string_equal(gal_extract_format_name(GAL_EXTRACT_MAGIC), "ext");
}

static void recognise_by_content(void **state) {
    (void)state;
    static const struct {
        const char *text;
        gal_extract_format format;
    } texts[] = {
        {"", GAL_EXTRACT_SPICE},
        {"\n# x\n cell a\nend\n", GAL_EXTRACT_PAR},
        {"/* x */ // y\n*spef \"x\"\n", GAL_EXTRACT_SPEF},
        {"* title\n.subckt x\n*|NET a 1\n", GAL_EXTRACT_DSPF},
        {"tech scmos\n", GAL_EXTRACT_MAGIC},
        {"* x\n.INCLUDE 'a.pxi'\n", GAL_EXTRACT_CALIBRE},
        {"* x\n.include models\nM1 a b c d n\n", GAL_EXTRACT_SPICE},
        {"/* never closed", GAL_EXTRACT_SPICE},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_format(gal_view_of(texts[i].text), texts[i].format);
}

/* Parasitics leave the circuit, drawn devices stay, resistors between sub-nodes vanish. */
static void take_capacitors(void **state) {
    (void)state;
    const char *text = "* flat\n.subckt top in out vdd vss\n"
                       "M1 out.n0 in vss vss nmos w=1u l=1u\n"
                       "R0 out out.n0 10\nR1 out.n0 out.t1 5\nR2 in out.n0 1k\nRload out vdd 5k\n"
                       "C0 in out.t1 1f\nC1 out.n0 in 2f\nC_2 out 0 3f m=2\nCg3 vdd in 0.5f\n"
                       "C4 in vss mim w=1u l=1u\nCload out vss 1p\nC5 out.n0 out.t1 9f\n.ends\n";
    gal_extract_set set = {0};
    gal_error err = {0};
    assert_int_equal(gal_spice_caps_parse(&set, "x", gal_view_of(text), NULL, NULL, &err), GAL_OK);
    const gal_extract *extract = &set.item[0];
    const gal_circuit *circuit = &extract->circuit;
    assert_int_equal(circuit->n_device, 5); /* M1 R2 Rload C4 Cload */
    assert_string_equal(circuit->device[1].name, "R2");
    assert_string_equal(pin_name(circuit, 1, 1), "out");
    assert_string_equal(pin_name(circuit, 0, 0), "out");
    assert_int_equal(net_called(circuit, "out.n0"), -1);
    assert_true(is_near(cap_between(extract, "in", "out"), 3));
    assert_true(is_near(cap_between(extract, "vdd", "in"), 0.5));
    assert_int_equal(extract->n_cap, 3);
    int32_t pins = 0;
    for (int32_t d = 0; d < circuit->n_device; d++) {
        assert_int_equal(circuit->device[d].first_pin, pins);
        pins += circuit->device[d].n_pin;
    }
    assert_int_equal(pins, circuit->n_pin);
    double total[16];
    gal_extract_totals(NULL, total, extract);
    assert_true(is_near(total[net_called(circuit, "out")] * 1e15, 9));
    gal_extract_set_clear(&set);
}

static void pass_errors_of_spice(void **state) {
    (void)state;
    gal_extract_set set = {0};
    gal_error err = {0};
    const gal_extract_options options = {.top = "absent"};
    const char *path = "data/extract/scmos_inv.spice";
    assert_int_equal(gal_extract_read(&set, path, &options, &err), GAL_ENOTFOUND);
    assert_int_equal(set.n, 0);
    assert_int_equal(gal_extract_read(&set, "data/extract/absent", NULL, &err), GAL_EIO);
    gal_extract_set_clear(&set);
}

static void name_nets(gal_circuit *circuit, const char *const *name) {
    gal_circuit_init(circuit);
    for (; *name; name++) assert_true(gal_circuit_add_net(circuit, *name, 0) >= 0);
}

static void match_names(void **state) {
    (void)state;
    static const char *const schematic_net[] = {"out", "OUT2",   "data[3]", "I1/I2/mid", "X5/net1",
                                                "vdd", "twin_a", "Twin",    "twin",      "n_rst",
                                                "rst", "a.b",    "x",       "xbar",      NULL};
    static const struct {
        const char *layout, *schematic;
    } pair[] = {
        {"out", "out"},
        {"out2", "OUT2"},
        {"DATA<3>", "data[3]"},
        {"data(3)", "data[3]"},
        {"Xi1.xI2:mid", "I1/I2/mid"},
        {"5/net1", "X5/net1"},
        {"VDD!", "vdd"},
        {"vdd_uq12", "vdd"},
        {"N_out", "out"},
        {"Twin", "Twin"},
        {"TWIN", NULL},
        {"N_RST", "n_rst"},
        {"N_rst", "n_rst"},
        {"a\\.b", "a.b"},
        {"A/B", "a.b"},
        {"bar", NULL},
        {"X", "x"},
        {"a_113_47#", NULL},
    };
    gal_extract extract = {0};
    gal_circuit schematic;
    gal_circuit_init(&extract.circuit);
    name_nets(&schematic, schematic_net);
    const int32_t n = (int32_t)(sizeof pair / sizeof *pair);
    for (int32_t i = 0; i < n; i++)
        assert_int_equal(gal_circuit_add_net(&extract.circuit, pair[i].layout, 0), i);
    gal_arena arena;
    gal_arena_init(&arena);
    gal_align align;
    gal_error err = {0};
    assert_int_equal(gal_extract_align(&align, &arena, &schematic, &extract, &err), GAL_OK);
    for (int32_t i = 0; i < n; i++) {
        const char *found = align.net[i] < 0 ? "none" : schematic.net[align.net[i]].name;
        assert_string_equal(found, pair[i].schematic ? pair[i].schematic : "none");
    }
    assert_int_equal(align.n_matched, n - 3);
    assert_int_equal(align.n_covered, 10);
    gal_arena_clear(&arena);
    gal_extract_clear(&extract);
    gal_circuit_clear(&schematic);
}

static void move_labels(void **state) {
    (void)state;
    static const char *const schematic_net[] = {"y", "a", "vss", NULL};
    const char *par = "cell c\nports A Y\ncap A Y 1\ncap A finger 2\ncap finger inner 4\n"
                      "cap 0 inner 8\ncap 0 Y 16\ncap Y_uq1 A 32\ncap Y Y_uq1 64\nend\n";
    gal_extract_set set = {0};
    gal_circuit schematic;
    gal_error err = {0};
    assert_int_equal(gal_par_parse(&set, "x", par, strlen(par), &err), GAL_OK);
    name_nets(&schematic, schematic_net);
    gal_arena arena;
    gal_arena_init(&arena);
    gal_align align;
    assert_int_equal(gal_extract_align(&align, &arena, &schematic, &set.item[0], &err), GAL_OK);
    assert_int_equal(align.n_matched, 3);
    assert_int_equal(align.n_covered, 2);
    assert_true(is_near(align.lost * 1e15, 12));
    assert_int_equal(align.n_cap, 3);
    const gal_cap expected[] = {{-1, 0, 16e-15}, {-1, 1, 2e-15}, {0, 1, 33e-15}};
    for (int32_t k = 0; k < 3; k++) {
        assert_int_equal(align.cap[k].a, expected[k].a);
        assert_int_equal(align.cap[k].b, expected[k].b);
        assert_true(is_near(align.cap[k].farad * 1e15, expected[k].farad * 1e15));
    }
    gal_arena_clear(&arena);
    gal_extract_set_clear(&set);
    gal_circuit_clear(&schematic);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_any_format), cmocka_unit_test(recognise_by_content),
        cmocka_unit_test(take_capacitors), cmocka_unit_test(pass_errors_of_spice),
        cmocka_unit_test(match_names),     cmocka_unit_test(move_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
