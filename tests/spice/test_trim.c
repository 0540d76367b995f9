#include "spice/trim.h"

#include "base/file.h"
#include "spice/spice_cells.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char wrapped[] = "data/spice/pdk_wrapped/pdk.lib.spice";
static const char flat[] = "data/spice/pdk_flat/pdk.ngspice";

/* The card of a library; the caller clears both. */
static void trim_library(gal_trim *trim, gal_buf *card, const char *path,
                         const gal_trim_options *options) {
    gal_error err = {0};
    gal_trim_init(trim);
    gal_buf_init(card);
    if (gal_trim_read(trim, path, options, &err) != GAL_OK) fail_msg("%s", err.message);
    if (gal_trim_print(card, trim, &err) != GAL_OK) fail_msg("%s", err.message);
}

static void assert_has(const gal_buf *card, const char *text) {
    if (!strstr(card->data, text)) fail_msg("no \"%s\" in:\n%s", text, card->data);
}

static void wrapped_models_come_out_flat(void **state) {
    (void)state;
    const gal_trim_options options = {.corner = "SS", .device = "nfet_1v8,pfet_1v8"};
    gal_trim trim;
    gal_buf card;
    trim_library(&trim, &card, wrapped, &options);
    assert_int_equal(trim.model.size, 8);
    assert_int_equal(trim.file.size, 5);
    assert_has(&card, ".model nfet_1v8.0 nmos\n");
    assert_has(&card, ".model pfet_1v8.3 pmos\n");
    assert_has(&card, " vth0=0.5 ");   /* 0.45 + 0.05 of the corner */
    assert_has(&card, " vth0=-0.52 "); /* the corner's negated parameter */
    assert_has(&card, " toxe=4.1e-09");
    assert_has(&card, "* Licensed under the licence of galena\n");
    assert_null(strchr(card.data, '{'));
    gal_buf_clear(&card);
    gal_trim_clear(&trim);
}

static void bins_outside_the_ranges_go(void **state) {
    (void)state;
    const gal_trim_options options = {.corner = "tt",
                                      .device = "nfet_1v8",
                                      .min_width = 4e-6,
                                      .max_width = 5e-6,
                                      .min_length = 0.6e-6,
                                      .max_length = 1e-6};
    gal_trim trim;
    gal_buf card;
    trim_library(&trim, &card, wrapped, &options);
    assert_int_equal(trim.n_bin, 4);
    assert_int_equal(trim.model.size, 1);
    assert_has(&card, ".model nfet_1v8.0 nmos\n");
    assert_has(&card, " vth0=0.46 "); /* the second bin of the library */
    gal_buf_clear(&card);
    gal_trim_clear(&trim);
}

static void parameters_come_from_outside(void **state) {
    (void)state;
    gal_trim_options options = {.corner = "typical", .device = "nfet_3v3,pfet_3v3"};
    gal_trim trim;
    gal_buf card;
    gal_error err = {0};
    options.param = "fnoicor=1,sw_stat_mismatch=0";
    trim_library(&trim, &card, flat, &options);
    assert_int_equal(trim.model.size, 8);
    assert_has(&card, " noia=3e+42");
    gal_buf_clear(&card);
    options.param = NULL;
    gal_trim_clear(&trim);
    gal_trim_init(&trim);
    assert_int_equal(gal_trim_read(&trim, flat, &options, &err), GAL_OK);
    assert_int_equal(gal_trim_print(&card, &trim, &err), GAL_ENOTFOUND);
    assert_string_equal(err.file, flat);
    assert_true(err.line > 0);
    assert_non_null(strstr(err.message, "--param"));
    gal_buf_clear(&card);
    gal_trim_clear(&trim);
}

static void currents_are_those_of_the_library(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    const struct {
        const char *path;
        gal_trim_options options;
        int n_point;
    } run[] = {
        {wrapped, {.corner = "ss", .device = "nfet_1v8,pfet_1v8"}, 16},
        {flat,
         {.corner = "typical",
          .device = "nfet_3v3,pfet_3v3",
          .param = "fnoicor=0,sw_stat_mismatch=0"},
         16},
    };
    for (size_t i = 0; i < sizeof run / sizeof *run; i++) {
        gal_trim trim;
        gal_buf card;
        gal_error err = {0};
        gal_trim_check_result result;
        trim_library(&trim, &card, run[i].path, &run[i].options);
        if (gal_trim_check(&result, &trim, &card, &err) != GAL_OK) fail_msg("%s", err.message);
        assert_int_equal(result.n_point, run[i].n_point);
        assert_true(result.worst < 1e-9);
        gal_buf_clear(&card);
        gal_trim_clear(&trim);
    }
}

static void bad_libraries_are_told_with_their_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *corner;
        gal_status status;
        int line;
        const char *words;
    } bad[] = {
        {".lib tt\n.endl\n", "ff", GAL_ENOTFOUND, 0, "no section"},
        {".lib tt\n.endl\n", "tt", GAL_ENOTFOUND, 0, "no MOS model"},
        {".lib tt\n.include 'none.spice'\n.endl\n", "tt", GAL_ENOTFOUND, 2, "none.spice"},
        {".lib tt\n.lib 'bad.lib' tt\n.endl\n", "tt", GAL_EPARSE, 0, "includes itself"},
        {".model n nmos level=\n", NULL, GAL_EPARSE, 1, "expected a value"},
        {".model n nmos level=8\n+ vth0={0.4\n", NULL, GAL_EPARSE, 2, "not closed"},
        {".model n nmos 54\n", NULL, GAL_EPARSE, 1, "NAME=VALUE"},
        {".model n\n", NULL, GAL_EPARSE, 1, "NAME TYPE"},
        {".subckt a d g s b\n.model n nmos level=8\n", NULL, GAL_EPARSE, 0, ".ends"},
        {".subckt a d\n.subckt b d\n.ends\n.ends\n", NULL, GAL_EPARSE, 2, "inside"},
        {".if (a)\n.endif\n", NULL, GAL_EPARSE, 1, ".if"},
        {".model n.0 nmos level=8\n+ wmin={a}\n", NULL, GAL_ENOTFOUND, 2, "wmin"},
        {".param a={b} b={a}\n.model n nmos wmin={a}\n", NULL, GAL_ELIMIT, 2, "wmin"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *path = GALENA_TEST_TMP "/bad.lib";
        gal_error err = {0};
        gal_trim trim;
        assert_int_equal(gal_file_write(path, bad[i].text, strlen(bad[i].text), &err), GAL_OK);
        const gal_trim_options options = {.corner = bad[i].corner};
        gal_trim_init(&trim);
        const gal_status status = gal_trim_read(&trim, path, &options, &err);
        if (status != bad[i].status || err.line != bad[i].line ||
            !strstr(err.message, bad[i].words))
            fail_msg("%zu: status %d, line %d, %s", i, status, err.line, err.message);
        gal_trim_clear(&trim);
    }
}

int main(void) {
    const struct CMUnitTest test[] = {
        cmocka_unit_test(wrapped_models_come_out_flat),
        cmocka_unit_test(bins_outside_the_ranges_go),
        cmocka_unit_test(parameters_come_from_outside),
        cmocka_unit_test(currents_are_those_of_the_library),
        cmocka_unit_test(bad_libraries_are_told_with_their_line),
    };
    return cmocka_run_group_tests(test, NULL, NULL);
}
