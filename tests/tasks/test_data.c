#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "netlist/par.h"
#include "tasks/parasitics/data.h"
#include <math.h>
#include <string.h>

static const char *const cells = "data/parasitics/cells.par";

static void assert_family(const char *cell, const char *expected) {
    if (!gal_view_equal(gal_pex_family(cell), gal_view_of(expected)))
        fail_msg("family of %s is %.*s, expected %s", cell, (int)gal_pex_family(cell).size,
                 gal_pex_family(cell).text, expected);
}

static void families_have_no_library_and_no_drive(void **state) {
    (void)state;
    assert_family("sky130_fd_sc_hd__nand2_4", "nand2");
    assert_family("sky130_fd_sc_hd__nand2b_16", "nand2b");
    assert_family("sky130_fd_sc_hd__clkdlybuf4s15_2", "clkdlybuf4s15");
    assert_family("sky130_fd_sc_hd__lpflow_inputiso0n_1", "lpflow_inputiso0n");
    assert_family("sram_16x4", "sram_16x4");
    assert_family("inv", "inv");
    assert_family("inv_x", "inv_x");
    assert_family("inv_", "inv_");
    assert_family("_1", "_1");
    assert_family("", "");
}

static void read_set(gal_pex_set *set, const char *path, const gal_pex_filter *filter) {
    gal_error err = {0};
    if (gal_pex_set_read(set, &path, 1, filter, NULL, &err) != GAL_OK) fail_msg("%s", err.message);
}

static const gal_pex_case *case_called(const gal_pex_set *set, const char *name) {
    for (int32_t i = 0; i < set->n; i++)
        if (!strcmp(set->item[i].circuit->name, name)) return &set->item[i];
    return NULL;
}

static void filters_keep_or_leave_out_families(void **state) {
    (void)state;
    const char *list = GALENA_TEST_TMP "/families.txt";
    const char text[] = "# held out\ninv\nnand2 \r\nnosuch";
    assert_int_equal(gal_file_write(list, text, strlen(text), NULL), GAL_OK);
    gal_pex_set all, kept, rest, one;
    read_set(&all, cells, NULL);
    read_set(&kept, cells, &(gal_pex_filter){.families = list, .keep = 1, .extractor = -1});
    read_set(&rest, cells, &(gal_pex_filter){.families = list, .keep = 0, .extractor = -1});
    read_set(&one, cells, &(gal_pex_filter){.only = "sky130_fd_sc_hd__nor3_1", .extractor = -1});
    assert_int_equal(all.n, 12);
    assert_int_equal(kept.n, 3);
    assert_int_equal(rest.n, 9);
    assert_int_equal(one.n, 1);
    assert_non_null(case_called(&kept, "sky130_fd_sc_hd__inv_2"));
    assert_null(case_called(&kept, "sky130_fd_sc_hd__nand3_1"));
    assert_null(case_called(&rest, "sky130_fd_sc_hd__inv_1"));
    assert_non_null(case_called(&rest, "sky130_fd_sc_hd__nand3_1"));
    gal_pex_set_clear(&all);
    gal_pex_set_clear(&kept);
    gal_pex_set_clear(&rest);
    gal_pex_set_clear(&one);
}

static void sizes_of_a_cell_are_one_group(void **state) {
    (void)state;
    gal_pex_set set;
    uint64_t inv[2] = {0}, other = 0;
    read_set(&set, cells, NULL);
    for (int32_t i = 0; i < set.n; i++) {
        const char *name = set.item[i].circuit->name;
        if (!strcmp(name, "sky130_fd_sc_hd__inv_1")) inv[0] = set.group[i];
        if (!strcmp(name, "sky130_fd_sc_hd__inv_2")) inv[1] = set.group[i];
        if (!strcmp(name, "sky130_fd_sc_hd__nor2_1")) other = set.group[i];
    }
    assert_true(inv[0] == inv[1]);
    assert_true(inv[0] != other);
    gal_pex_set_clear(&set);
}

static void says_what_is_missing(void **state) {
    (void)state;
    gal_pex_set set;
    gal_error err = {0};
    const char *none = "data/parasitics/none.par";
    const gal_pex_filter nobody = {.only = "nobody", .extractor = -1};
    const gal_pex_filter no_list = {.families = "data/none.txt", .extractor = -1};
    assert_int_equal(gal_pex_set_read(&set, &cells, 1, &nobody, NULL, &err), GAL_ENOTFOUND);
    assert_int_equal(gal_pex_set_read(&set, &cells, 1, &no_list, NULL, &err), GAL_EIO);
    assert_string_equal(err.file, "data/none.txt");
    assert_int_equal(gal_pex_set_read(&set, &none, 1, NULL, NULL, &err), GAL_EIO);
    assert_string_equal(err.file, none);
}

/* Y: 2 to supplies, 1 to A. A: 0.5 to ground, 1 to Y, 0.0005 to B (below 1 aF). B: nothing but
 * that. */
static const char labelled[] = "cell pair\n"
                               "ports A B Y VDD VSS\n"
                               "supplies VDD VSS\n"
                               "dev n Y A VSS VSS 0.65 0.15\n"
                               "dev p Y B VDD VDD 1 0.15\n"
                               "cap Y VSS 1.5\n"
                               "cap Y VDD 0.5\n"
                               "cap A Y 1\n"
                               "cap 0 A 0.5\n"
                               "cap A B 0.0005\n"
                               "cap VDD VSS 9\n"
                               "end\n";

static int32_t graph_net(const gal_pex_case *pex, const char *name) {
    for (int32_t i = 0; i < pex->graph.n_net; i++)
        if (!strcmp(pex->circuit->net[pex->graph.net_order[i]].name, name)) return i;
    fail_msg("no net %s", name);
    return -1;
}

static float coupling(const gal_pex_case *pex, const char *x, const char *y) {
    const int32_t a = graph_net(pex, x), b = graph_net(pex, y);
    for (int32_t p = 0; p < pex->n_pair; p++)
        if ((pex->pair[p].a == a && pex->pair[p].b == b) ||
            (pex->pair[p].a == b && pex->pair[p].b == a))
            return pex->couple[p];
    fail_msg("%s and %s are no pair", x, y);
    return NAN;
}

static void assert_ff(float label, double expected) {
    if (!(fabs((double)label - log10(expected)) < 1e-6))
        fail_msg("label %g, expected %g", (double)label, log10(expected));
}

/* The case of the first cell of .par text, with or without its labels. */
static void build_text(gal_extract_set *set, gal_pex_case *pex, const char *text,
                       gal_extractor extractor, int labels) {
    *set = (gal_extract_set){0};
    assert_int_equal(gal_par_parse(set, "test", text, strlen(text), NULL), GAL_OK);
    const gal_extract *cell = &set->item[0];
    assert_int_equal(gal_pex_case_build(pex, &cell->circuit, extractor, labels ? cell : NULL, NULL),
                     GAL_OK);
}

static void labels_are_sums_above_the_floor(void **state) {
    (void)state;
    gal_extract_set set;
    gal_pex_case pex;
    build_text(&set, &pex, labelled, GAL_EXTRACTOR_FOUNDRY, 1);
    assert_int_equal(pex.graph.n_net, 3);
    assert_int_equal(pex.n_pair, 3);
    assert_ff(pex.ground[graph_net(&pex, "Y")], 2);
    assert_ff(pex.total[graph_net(&pex, "Y")], 3);
    assert_ff(pex.ground[graph_net(&pex, "A")], 0.5);
    assert_ff(pex.total[graph_net(&pex, "A")], 1.5005);
    assert_true(isnan(pex.ground[graph_net(&pex, "B")]));
    assert_true(isnan(pex.total[graph_net(&pex, "B")]));
    assert_ff(coupling(&pex, "A", "Y"), 1);
    assert_true(isnan(coupling(&pex, "A", "B")));
    assert_true(isnan(coupling(&pex, "B", "Y")));
    gal_pex_case_clear(&pex);
    gal_extract_set_clear(&set);
}

/* PLATE is a shape that no device touches: it is no net of a schematic. */
static void nets_without_devices_have_no_labels(void **state) {
    (void)state;
    static const char text[] = "cell pad\n"
                               "ports A Y VDD VSS\n"
                               "supplies VDD VSS\n"
                               "dev n Y A VSS VSS 0.65 0.15\n"
                               "dev p Y A VDD VDD 1 0.15\n"
                               "cap Y VSS 1.5\n"
                               "cap A Y 1\n"
                               "cap PLATE VSS 7\n"
                               "cap PLATE Y 0.25\n"
                               "end\n";
    gal_extract_set set;
    gal_pex_case pex;
    build_text(&set, &pex, text, GAL_EXTRACTOR_FOUNDRY, 1);
    const int32_t plate = graph_net(&pex, "PLATE");
    assert_true(isnan(pex.ground[plate]) && isnan(pex.total[plate]));
    assert_ff(pex.total[graph_net(&pex, "Y")], 2.75);
    assert_int_equal(pex.n_pair, 1);
    assert_ff(coupling(&pex, "A", "Y"), 1);
    gal_pex_case_clear(&pex);
    gal_extract_set_clear(&set);
}

static void a_schematic_has_no_labels(void **state) {
    (void)state;
    gal_extract_set set;
    gal_pex_case pex;
    build_text(&set, &pex, labelled, GAL_EXTRACTOR_MAGIC, 0);
    assert_null(pex.ground);
    assert_null(pex.total);
    assert_null(pex.couple);
    assert_true(pex.tech.value[GAL_TECH_EXTRACTOR] == (float)GAL_EXTRACTOR_MAGIC);
    for (int32_t p = 1; p < pex.n_pair; p++)
        assert_true(pex.pair[p - 1].a < pex.pair[p].a ||
                    (pex.pair[p - 1].a == pex.pair[p].a && pex.pair[p - 1].b < pex.pair[p].b));
    gal_pex_case_clear(&pex);
    gal_extract_set_clear(&set);
}

/* A NAND of two fingers per input, and a node between an n and a p channel that no gate sees. */
static void bare_stack_nodes_are_not_routed(void **state) {
    (void)state;
    static const char text[] = "cell nand\nports A B Y VDD GND\nsupplies VDD GND\n"
                               "dev n Y A s GND 1 0.15\ndev n Y A s GND 1 0.15\n"
                               "dev n s B GND GND 1 0.15\ndev n s B GND GND 1 0.15\n"
                               "dev p Y A VDD VDD 1 0.15\ndev p Y B VDD VDD 1 0.15\n"
                               "dev n x A GND GND 1 0.15\ndev p x B VDD VDD 1 0.15\nend\n";
    gal_extract_set set;
    gal_pex_case pex;
    build_text(&set, &pex, text, GAL_EXTRACTOR_FOUNDRY, 0);
    assert_int_equal(pex.graph.n_net, 5);
    for (int32_t n = 0; n < pex.graph.n_net; n++)
        assert_int_equal(pex.routed[n], n != graph_net(&pex, "s"));
    gal_pex_case_clear(&pex);
    gal_extract_set_clear(&set);
}

static int same_number(float a, float b) {
    return a == b || (isnan(a) && isnan(b));
}

static void pairs_are_forgotten(void **state) {
    (void)state;
    enum { EVERY = 3 };
    gal_pex_set whole, part;
    uint8_t keep[400] = {0};
    read_set(&whole, cells, NULL);
    read_set(&part, cells, NULL);
    for (int32_t i = 0; i < whole.n; i++) {
        const gal_pex_case *from = &whole.item[i], *left = &part.item[i];
        assert_in_range(from->n_pair, 1, sizeof keep);
        for (int32_t p = 0; p < from->n_pair; p++) keep[p] = p % EVERY == 1;
        gal_pex_case_keep_pairs(&part.item[i], keep);
        assert_int_equal(left->n_pair, (from->n_pair + 1) / EVERY);
        assert_int_equal(left->pair_x.rows, left->n_pair);
        for (int32_t n = 0; n < left->n_pair; n++) {
            const int32_t p = EVERY * n + 1;
            assert_memory_equal(&left->pair[n], &from->pair[p], sizeof *left->pair);
            assert_memory_equal(left->pair_role + (size_t)n * GAL_PEX_N_ROLE,
                                from->pair_role + (size_t)p * GAL_PEX_N_ROLE,
                                GAL_PEX_N_ROLE * sizeof *left->pair_role);
            assert_memory_equal(gal_mat_row(left->pair_x, n), gal_mat_row(from->pair_x, p),
                                (size_t)from->pair_x.cols * sizeof(float));
            assert_int_equal(left->near[n], from->near[p]);
            assert_true(same_number(left->couple[n], from->couple[p]));
        }
    }
    gal_pex_set_clear(&whole);
    gal_pex_set_clear(&part);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(families_have_no_library_and_no_drive),
        cmocka_unit_test(filters_keep_or_leave_out_families),
        cmocka_unit_test(sizes_of_a_cell_are_one_group),
        cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(labels_are_sums_above_the_floor),
        cmocka_unit_test(nets_without_devices_have_no_labels),
        cmocka_unit_test(a_schematic_has_no_labels),
        cmocka_unit_test(bare_stack_nodes_are_not_routed),
        cmocka_unit_test(pairs_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
