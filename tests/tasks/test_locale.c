/* A program that uses the library may have set a locale whose decimal point is a comma: numbers are
 * read and written with a '.' all the same, and the program keeps its comma. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netlist/spice_lex.h"
#include "spice/spice_cells.h"
#include "spice/worker.h"
#include "tasks/models.h"
#include "tasks/parasitics/model.h"
#include "tasks/sizing/spec.h"
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCALES GALENA_TEST_TMP "/locale"

/* The system's German, or one made of its sources; without either the tests are skipped. */
static int set_comma(void **state) {
    (void)state;
    if (setlocale(LC_ALL, "de_DE.UTF-8")) return 0;
    if (system("mkdir -p " LOCALES " && localedef -c -i de_DE -f UTF-8 " LOCALES
               "/de_DE.UTF-8 >" LOCALES "/log 2>&1") != 0)
        return 0;
    setenv("LOCPATH", LOCALES, 1);
    setlocale(LC_ALL, "de_DE.UTF-8");
    return 0;
}

static void need_comma(void) {
    if (strcmp(localeconv()->decimal_point, ",") != 0) skip();
}

static void numbers_have_a_point(void **state) {
    (void)state;
    need_comma();
    double value = 0;
    assert_int_equal(gal_number_parse(gal_view_of("1.2345678901234567"), &value), 18);
    assert_true(value == 1.2345678901234567);
    assert_int_equal(gal_spice_number(gal_view_of("1.2345678901234567k"), &value), 19);
    assert_true(fabs(value - 1234.5678901234567) < 1e-9);

    gal_buf buf;
    gal_buf_init(&buf);
    gal_buf_number(&buf, 1.5);
    gal_buf_printf(&buf, " %g ", 2.5);
    gal_buf_number(&buf, 1.2345678901234567);
    assert_string_equal(buf.data, "1.5 2.5 1.2345678901234567");
    gal_buf_clear(&buf);

    int n = 0;
    float x = 0;
    assert_int_equal(gal_text_scan("3 0.25", "%d %f", &n, &x), 2);
    assert_true(n == 3 && x == 0.25f);

    char text[8];
    snprintf(text, sizeof text, "%g", 1.5);
    assert_string_equal(text, "1,5");
}

static void models_load(void **state) {
    (void)state;
    need_comma();
    gal_arena arena;
    gal_error err = {0};
    char *path = NULL;
    gal_pex_model model, again;
    gal_arena_init(&arena);
    assert_int_equal(gal_model_find(&path, &arena, "parasitics", "generic", &err), GAL_OK);
    if (gal_pex_model_load(&model, path, &err) != GAL_OK) fail_msg("%s", err.message);
    model.shape.dropout = 0.125f;
    const char copy[] = GALENA_TEST_TMP "/comma.safetensors";
    assert_int_equal(gal_pex_model_save(copy, &model, &err), GAL_OK);
    if (gal_pex_model_load(&again, copy, &err) != GAL_OK) fail_msg("%s", err.message);
    assert_true(again.shape.dropout == 0.125f);
    remove(copy);
    gal_pex_model_clear(&again);
    gal_pex_model_clear(&model);
    gal_arena_clear(&arena);
}

static void specs_of_json_keep_their_fractions(void **state) {
    (void)state;
    need_comma();
    gal_sizing_spec spec;
    gal_error err = {0};
    const gal_view json =
        gal_view_of("{\"deck\": \"toy.sp\", \"specs\": {\"gain\": \">= 70\"}, \"margin\": 0.03}");
    if (gal_sizing_spec_parse(&spec, json, "x.size", &err) != GAL_OK) fail_msg("%s", err.message);
    assert_true(fabs(spec.margin - 0.03) < 1e-12);
    gal_sizing_spec_clear(&spec);
}

static void ngspice_reads_points(void **state) {
    (void)state;
    need_comma();
    if (ngspice_missing()) skip();
    const char deck[] = "* divider\nv1 in 0 1.5\nr1 in out 2.5k\nr2 out 0 2.5k\n.end\n";
    const char *const want[] = {"out"};
    const gal_sim_step step = {.command = "op", .want = want, .n_want = 1};
    const gal_sim_job job = {.deck = deck, .step = &step, .n_step = 1};
    gal_sim_worker *worker;
    gal_sim_result result = {0};
    assert_int_equal(gal_sim_worker_create(&worker, NULL), GAL_OK);
    assert_int_equal(gal_sim_worker_run(&result, worker, &job, 20, NULL), GAL_OK);
    assert_int_equal(result.error.code, GAL_OK);
    assert_true(fabs(result.vector[0].real[0] - 0.75) < 1e-9);
    gal_sim_result_clear(&result);
    gal_sim_worker_destroy(worker);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_a_point),
        cmocka_unit_test(models_load),
        cmocka_unit_test(specs_of_json_keep_their_fractions),
        cmocka_unit_test(ngspice_reads_points),
    };
    return cmocka_run_group_tests(tests, set_comma, NULL);
}
