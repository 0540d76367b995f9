#include "spice/deck.h"

#include "spice/spice_cells.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static gal_device_models models;

static int load_models(void **state) {
    (void)state;
    return gal_device_models_builtin(&models, "generic130", NULL);
}

static int clear_models(void **state) {
    (void)state;
    gal_device_models_clear(&models);
    return 0;
}

static const int32_t held[] = {3}, output[] = {4};
static const uint8_t value[8] = {[3] = 1};
static const gal_deck_bench bench = {.input = 2,
                                     .value = value,
                                     .held = held,
                                     .output = output,
                                     .n_held = 1,
                                     .n_output = 1,
                                     .slew = 60e-12,
                                     .half = 1e-9,
                                     .load = 5e-15};

static void deck_holds_cell_stimulus_and_caps(void **state) {
    (void)state;
    gal_circuit cell;
    gal_buf deck;
    const gal_cap cap[] = {{-1, 4, 1e-15}, {-1, 1, 9e-15}, {1, 5, 2e-15}, {2, 4, 3e-15}};
    build_nand2(&cell);
    gal_buf_init(&deck);
    assert_int_equal(gal_deck_write(&deck, &cell, &models, &bench, cap, 4, NULL), GAL_OK);
    assert_non_null(strstr(deck.data, "\nm0 n4 n2 vdd vdd galp130 w=1e-06 l=1.5e-07 m=1"));
    assert_non_null(strstr(deck.data, "\nm2 n4 n2 n5 0 galn130 w=6.5e-07"));
    assert_non_null(strstr(deck.data, "\nvh0 n3 0 1.8\n"));
    assert_non_null(
        strstr(deck.data, "\nvin n2 0 pwl(0 0 1e-10 0 2e-10 1.8 1.2e-09 1.8 1.3e-09 0)"));
    assert_non_null(strstr(deck.data, "\ncl0 n4 0 5e-15\n"));
    assert_non_null(strstr(deck.data, "\ncp0 0 n4 1e-15\n"));
    assert_null(strstr(deck.data, "cp1")); /* from ground to ground */
    assert_non_null(strstr(deck.data, "\ncp3 n2 n4 3e-15\n"));
    const gal_deck_times times = gal_deck_timeline(&bench);
    assert_true(fabs(times.stop - 2.3e-9) < 1e-15);
    gal_buf_clear(&deck);
    gal_circuit_clear(&cell);
}

static void diffusion_follows_sharing(void **state) {
    (void)state;
    gal_circuit cell;
    gal_buf deck;
    build_nand2(&cell);
    gal_buf_init(&deck);
    assert_int_equal(gal_deck_write(&deck, &cell, &models, &bench, NULL, 0, NULL), GAL_OK);
    /* Y: two p drains share one 0.3 um strip; mid: an uncontacted 0.21 um strip for two. */
    assert_non_null(strstr(deck.data, "galp130 w=1e-06 l=1.5e-07 m=1 ad=1.5e-13 pd=1.3e-06"));
    assert_non_null(strstr(deck.data, " as=6.825e-14 ps=8.6e-07"));
    gal_buf_clear(&deck);
    gal_circuit_clear(&cell);
}

static void what_is_no_cmos_cell_is_refused(void **state) {
    (void)state;
    gal_circuit cell;
    gal_buf deck;
    gal_error err;
    const int32_t pin[] = {2, 1};
    const gal_device diode = {
        .name = "D1", .model = "d", .type = GAL_DIODE, .multiplier = 1, .fingers = 1};
    build_nand2(&cell);
    gal_buf_init(&deck);
    cell.device[2].width = 0;
    assert_int_equal(gal_deck_write(&deck, &cell, &models, &bench, NULL, 0, &err), GAL_EMISMATCH);
    assert_non_null(strstr(err.message, "width"));
    cell.device[2].width = 1e-6;
    gal_circuit_add_device(&cell, &diode, pin, 2);
    assert_int_equal(gal_deck_write(&deck, &cell, &models, &bench, NULL, 0, &err), GAL_EMISMATCH);
    assert_non_null(strstr(err.message, "D1"));
    gal_buf_clear(&deck);
    gal_circuit_clear(&cell);
}

static gal_status read_cards(gal_device_models *out, const char *text, gal_error *err) {
    char path[] = "/tmp/galena-cards-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    const gal_status status = gal_device_models_read(out, path, 1.8, err);
    unlink(path);
    return status;
}

static void bins_are_chosen_by_size(void **state) {
    (void)state;
    gal_device_models binned;
    gal_circuit cell;
    gal_buf deck;
    gal_error err;
    const char text[] = "* cards\n.param k=1\n"
                        ".MODEL bn.0 nmos level=1\n+ lmin=1e-7 lmax=2e-7 wmin=0 wmax=6e-7\n"
                        ".model bn.1 nmos (level=1 lmin=1e-7 lmax=2e-7 wmin = 6e-7 wmax=9e-7)\n"
                        ".model other nmos level=1\n"
                        ".model bp.0 pmos level=1 lmin=1e-7 lmax=2e-7 wmin=6e-7 wmax=2e-6";
    assert_int_equal(read_cards(&binned, text, &err), GAL_OK);
    assert_string_equal(binned.nmos, "bn");
    assert_string_equal(binned.pmos, "bp");
    assert_int_equal(binned.n_card, 3);
    build_inverter(&cell);
    gal_buf_init(&deck);
    assert_int_equal(gal_device_models_write(&deck, &binned, &cell, &err), GAL_OK);
    assert_non_null(strstr(deck.data, ".param k=1\n"));
    assert_null(strstr(deck.data, "bn.0"));
    assert_non_null(strstr(deck.data, "bn.1"));
    assert_int_equal(deck.data[deck.size - 1], '\n'); /* the file had no newline at its end */
    cell.device[1].length = 1e-6;
    assert_int_equal(gal_device_models_write(&deck, &binned, &cell, &err), GAL_EMISMATCH);
    assert_non_null(strstr(err.message, "0.65 um by 1 um"));
    gal_buf_clear(&deck);
    gal_circuit_clear(&cell);
    gal_device_models_clear(&binned);
}

static void bad_card_files_are_refused(void **state) {
    (void)state;
    gal_device_models none;
    gal_error err;
    assert_int_equal(read_cards(&none, ".model n nmos\n.lib 'x' tt\n", &err), GAL_EPARSE);
    assert_int_equal(err.line, 2);
    assert_int_equal(read_cards(&none, ".model n nmos\n", &err), GAL_EPARSE);
    assert_non_null(strstr(err.message, "pmos"));
    assert_int_equal(read_cards(&none, "", &err), GAL_EPARSE);
    assert_int_equal(read_cards(&none, ".model", &err), GAL_EPARSE);
    assert_int_equal(gal_device_models_builtin(&none, "7nm", &err), GAL_ENOTFOUND);
    assert_int_equal(gal_device_models_read(&none, "/nonexistent", 1, &err), GAL_EIO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deck_holds_cell_stimulus_and_caps),
        cmocka_unit_test(diffusion_follows_sharing),
        cmocka_unit_test(what_is_no_cmos_cell_is_refused),
        cmocka_unit_test(bins_are_chosen_by_size),
        cmocka_unit_test(bad_card_files_are_refused),
    };
    return cmocka_run_group_tests(tests, load_models, clear_models);
}
