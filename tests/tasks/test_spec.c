/* Sizing specs: their forms, and what is said of malformed ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tasks/sizing/spec.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char lines[] = "# a comment\n"
                            "deck toy.sp\n"
                            "tech generic180\n"
                            "gain >= 70\n"
                            "power<=1m soft weight=2   # behind a target\n"
                            "vref = 0.6 tol=2%\n"
                            "maximize gain\n"
                            "corners nominal, hot\n"
                            "var w1 1u 20u log\n"
                            "set cl=5p\n"
                            "keep w2\n"
                            "budget 300\n"
                            "margin 3%\n";

static const char json[] =
    "{\"deck\": \"toy.sp\", \"tech\": \"generic180\", \"specs\": {\"gain\": \">= 70\","
    " \"power\": \"<= 1m soft weight=2\", \"vref\": \"= 0.6 tol=2%\"}, \"maximize\": \"gain\","
    " \"corners\": [\"nominal\", \"hot\"], \"var\": {\"w1\": \"1u 20u log\"}, \"set\": {\"cl\": "
    "\"5p\"},"
    " \"keep\": [\"w2\"], \"budget\": 300, \"margin\": 0.03}";

static const char deck[] = "* toy\n.param w1=2u w2=3u cl=1p\n*galena var w2 1u 9u\n"
                           "v1 a 0 {w1*w2*cl}\n.op\n*galena measure gain = v(a)\n"
                           "*galena measure power = power(v1)\n*galena measure vref = v(a)\n"
                           "*galena corner hot temp=125\n.end\n";

static void parse(gal_sizing_spec *spec, const char *text) {
    gal_error err = {0};
    if (gal_sizing_spec_parse(spec, gal_view_of(text), "dir/x.size", &err) != GAL_OK)
        fail_msg("%s", err.message);
}

static void check(const gal_sizing_spec *s) {
    assert_string_equal(s->deck, "dir/toy.sp");
    assert_string_equal(s->tech, "generic180");
    assert_int_equal(s->n_target, 4);
    assert_int_equal(s->target[0].sense, GAL_SENSE_GE);
    assert_true(s->target[0].value == 70 && !s->target[0].soft && s->target[0].weight == 1);
    assert_int_equal(s->target[1].sense, GAL_SENSE_LE);
    assert_true(fabs(s->target[1].value - 1e-3) < 1e-12 && s->target[1].soft &&
                s->target[1].weight == 2);
    assert_true(s->target[2].sense == GAL_SENSE_EQ && fabs(s->target[2].tolerance - 0.02) < 1e-12);
    assert_int_equal(s->target[3].sense, GAL_SENSE_MAX);
    assert_true(s->n_corner == 2 && strcmp(s->corner[1], "hot") == 0);
    assert_true(s->n_range == 1 && strcmp(s->range[0].text, "w1 1u 20u log") == 0);
    assert_true(s->n_set == 1 && strcmp(s->set[0].text, "cl=5p") == 0);
    assert_true(s->n_keep == 1 && s->budget == 300 && fabs(s->margin - 0.03) < 1e-12);
}

static void both_forms_say_the_same(void **state) {
    (void)state;
    gal_sizing_spec spec;
    parse(&spec, lines);
    check(&spec);
    assert_int_equal(spec.target[1].line, 5);
    gal_sizing_spec_clear(&spec);
    parse(&spec, json);
    check(&spec);
    gal_sizing_spec_clear(&spec);
}

static void lines_have_ranges_measures_and_decks(void **state) {
    (void)state;
    gal_sizing_spec spec;
    parse(&spec, "deck ota_tt.sp\ndeck ota_ss_hot.sp\ngain >= 200..400 weight=2\n"
                 "measure pm = pm(out)\n");
    assert_true(spec.target[0].low == 200 && spec.target[0].high == 400);
    assert_true(spec.target[0].value > 200 && spec.target[0].weight == 2);
    assert_int_equal(spec.n_more, 1);
    assert_string_equal(spec.measure[0].text, "pm = pm(out)");
    gal_sizing_spec_clear(&spec);
}

static void a_deck_takes_the_spec(void **state) {
    (void)state;
    gal_sizing_spec spec;
    gal_bench bench;
    gal_error err = {0};
    parse(&spec, lines);
    assert_int_equal(gal_bench_parse(&bench, gal_view_of(deck), "toy.sp", &err), GAL_OK);
    if (gal_sizing_spec_bind(&spec, &bench, &err) != GAL_OK) fail_msg("%s", err.message);
    assert_int_equal(spec.target[2].metric, 2);
    assert_int_equal(bench.n_var, 2);
    assert_true(bench.fixed[0].value == 5e-12);
    gal_bench_clear(&bench);
    gal_sizing_spec_clear(&spec);
}

static void malformed_specs_are_refused_with_their_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *says;
        int line;
    } bad[] = {
        {"gain >= 70\n", "names no deck", 0},
        {"deck a.sp\n", "has no target", 0},
        {"deck a.sp\ngain >= lots\n", "expected a target, not 'lots'", 2},
        {"deck a.sp\ngain >=\n", "expected a target", 2},
        {"deck a.sp\ngain\n", "expected 'MEASURE >= TARGET'", 2},
        {"deck a.sp\ngain about 70\n", "expected >=, <= or =", 2},
        {"deck a.sp\ngain >= 70 sofd\n", "expected soft, hard, weight=W or tol=T, not 'sofd'", 2},
        {"deck a.sp\ngain >= 70 weight=0\n", "expected a number above 0", 2},
        {"deck a.sp\n\n\nbudget many\ngain >= 1\n", "expected a number of simulations", 4},
        {"deck a.sp\nmargin 200%\ngain >= 1\n", "expected a margin", 2},
        {"deck\ngain >= 1\n", "expected a name", 1},
        {"deck a.sp\nminimize\n", "expected a measure", 2},
        {"{\"deck\": \"a.sp\",\n \"specs\": [1}", "JSON", 2},
        {"{\"deck\": \"a.sp\", \"spec\": []}", "unknown member \"spec\"", 0},
        {"{\"deck\": \"a.sp\", \"specs\": [[]]}", "expected text, a number", 0},
        {"{\"deck\": \"a.sp\", \"specs\": {\"gain\": \"high\"}}", "expected >=, <= or =", 0},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        gal_sizing_spec spec;
        gal_error err = {0};
        assert_int_not_equal(gal_sizing_spec_parse(&spec, gal_view_of(bad[i].text), "x.size", &err),
                             GAL_OK);
        if (!strstr(err.message, bad[i].says) || err.line != bad[i].line)
            fail_msg("%s: line %d: %s", bad[i].text, err.line, err.message);
    }
}

static void what_the_deck_lacks_is_named(void **state) {
    (void)state;
    static const struct {
        const char *text, *says;
        int line;
    } bad[] = {
        {"deck a.sp\nphase >= 60\n", "measures no 'phase'; it measures gain, power, vref", 2},
        {"deck a.sp\ngain >= 1\nvar w9 1 2\n", "w9", 3},
        {"deck a.sp\ngain >= 1\nset cx=2\n", "no parameter 'cx'", 3},
        {"deck a.sp\ngain >= 1\nset cl\n", "expected NAME=NUMBER", 3},
        {"deck a.sp\ngain >= 1\nkeep wx\n", "no design variable 'wx'", 3},
        {"deck a.sp\ngain >= 1\nkeep w2\n", "no parameter has a range", 0},
        {"deck a.sp\ngain >= 1\ncorners cold\n", "no corner 'cold'; the deck has nominal, hot", 0},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        gal_sizing_spec spec;
        gal_bench bench;
        gal_error err = {0};
        parse(&spec, bad[i].text);
        assert_int_equal(gal_bench_parse(&bench, gal_view_of(deck), "toy.sp", &err), GAL_OK);
        assert_int_not_equal(gal_sizing_spec_bind(&spec, &bench, &err), GAL_OK);
        if (!strstr(err.message, bad[i].says) || err.line != bad[i].line)
            fail_msg("%s: line %d: %s", bad[i].text, err.line, err.message);
        gal_bench_clear(&bench);
        gal_sizing_spec_clear(&spec);
    }
}

/* The form of AutoCkt and PPAAS. */
static const char yaml[] = "database_dir: \"db/x\"\n"
                           "dsn_netlist: !!python/tuple [\"toy.sp\",\n  \"toy_ss.sp\",]\n"
                           "num_process: !!int 1\n"
                           "params:\n"
                           "  w1: !!python/tuple [1, 100, 1]\n"
                           "  w2: [!!float 0.5e-6, !!float 100.0e-6]\n"
                           "  cl: !!python/tuple [!!float 1.0e-12, !!float 2.0e-12]\n"
                           "# in the order of gain, power\n"
                           "normalize: !!python/tuple [350, 0.001]\n"
                           "init_params: [7, 2.0e-6, 1.5e-12]\n"
                           "prec_params: [0, 9, 15]\n"
                           "target_specs:\n"
                           "  gain_min: !!python/tuple [200,400]\n"
                           "  power_max: [1.0e-3, !!float 1.0e-2]\n"
                           "  vref_min: 0.6\n"
                           "measure:\n"
                           "  peak: v(a)\n"
                           "budgt: 20\n";

static void yaml_of_other_projects_is_read(void **state) {
    (void)state;
    gal_sizing_spec s;
    gal_error err = {0};
    if (gal_sizing_spec_parse(&s, gal_view_of(yaml), "dir/x.yaml", &err) != GAL_OK)
        fail_msg("%d: %s", err.line, err.message);
    assert_string_equal(s.deck, "dir/toy.sp");
    assert_true(s.n_more == 1 && strcmp(s.more[0].text, "dir/toy_ss.sp") == 0);
    assert_true(s.n_corner == 1 && strcmp(s.corner[0], "all") == 0);
    assert_int_equal(s.n_range, 3);
    assert_string_equal(s.range[0].text, "w1 1 100 step=1");
    assert_string_equal(s.range[2].text,
                        "cl 9.9999999999999998e-13 2e-12 step=1.0000000000000001e-15");
    assert_non_null(strstr(s.range[1].text, " log step=1.0"));
    assert_int_equal(s.range[0].line, 6);
    assert_int_equal(s.n_set, 3);
    assert_string_equal(s.set[1].text, "w2=2.0e-6");
    assert_int_equal(s.n_target, 3);
    assert_true(s.target[0].sense == GAL_SENSE_GE && s.target[0].low == 200 &&
                s.target[0].high == 400);
    assert_true(s.target[0].value >= 200 && s.target[0].value <= 400);
    assert_true(s.target[1].sense == GAL_SENSE_LE && s.target[1].high == 1e-2);
    assert_true(s.target[2].value == 0.6 && isnan(s.target[2].low));
    assert_string_equal(s.measure[0].text, "peak = v(a)");
    assert_true(s.warnings.n == 1 && s.warnings.item[0].line == 19);
    assert_string_equal(s.warnings.item[0].text, "'budgt' is not used");
    const double first = s.target[0].value;
    gal_sizing_spec_draw(&s, 1);
    assert_true(s.target[0].value != first && s.target[2].value == 0.6);
    gal_sizing_spec_draw(&s, 0);
    assert_true(s.target[0].value == first);
    gal_sizing_spec_clear(&s);
}

/* Galena's own words, and BagNet's bounds. */
static void yaml_has_the_words_of_json(void **state) {
    (void)state;
    gal_sizing_spec s;
    gal_error err = {0};
    static const char text[] = "deck: toy.sp\ntech: generic180\nspecs:\n  gain: '>= 70'\n"
                               "  power: <= 1m soft weight=2\n  vref: = 0.6 tol=2%\n"
                               "maximize: gain\ncorners: [nominal, hot]\n"
                               "var: {w1: 1u 20u log}\nset: {cl: 5p}\nkeep: [w2]\n"
                               "budget: 300\nmargin: 0.03\n";
    if (gal_sizing_spec_parse(&s, gal_view_of(text), "dir/x.yml", &err) != GAL_OK)
        fail_msg("%d: %s", err.line, err.message);
    check(&s);
    gal_sizing_spec_clear(&s);
    assert_int_equal(gal_sizing_spec_parse(&s,
                                           gal_view_of("deck: a\nspec_range:\n"
                                                       "  gain: [300.0, null]\n"
                                                       "  ib: [~, 1m, 2]\n"),
                                           "x.yaml", &err),
                     GAL_OK);
    assert_true(s.n_target == 2 && s.target[0].sense == GAL_SENSE_GE && s.target[0].value == 300);
    assert_true(s.target[1].sense == GAL_SENSE_LE && s.target[1].value == 1e-3);
    gal_sizing_spec_clear(&s);
}

static void yaml_names_bounds(void **state) {
    (void)state;
    gal_sizing_spec s;
    gal_error err = {0};
    static const char text[] = "deck: a\nspecs:\n  gain: {min: 70}\n  pm: {min: 60, max: 80}\n"
                               "var:\n  w1: {min: 1u, max: 90u}\n"
                               "params:\n  w2: {min: 2, max: 40, step: 2}\n";
    if (gal_sizing_spec_parse(&s, gal_view_of(text), "x.yaml", &err) != GAL_OK)
        fail_msg("%d: %s", err.line, err.message);
    assert_int_equal(s.n_target, 3);
    assert_true(s.target[0].sense == GAL_SENSE_GE && s.target[0].value == 70);
    assert_true(s.target[1].sense == GAL_SENSE_GE && s.target[1].value == 60);
    assert_true(s.target[2].sense == GAL_SENSE_LE && s.target[2].value == 80);
    assert_int_equal(s.n_range, 2);
    assert_non_null(strstr(s.range[0].text, " log"));
    assert_string_equal(s.range[1].text, "w2 2 40 step=2");
    gal_sizing_spec_clear(&s);
}

static void malformed_yaml_is_refused_with_its_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *says;
        int line;
    } bad[] = {
        {"", "expected entries", 1},
        {"- 1\n", "expected entries", 1},
        {"a: [1, 2\n", "YAML: ", 2},
        {"a: *b\n", "YAML: found undefined alias", 1},
        {"deck: a\nparams: 3\n", "expected NAME: [LOW, HIGH, STEP]", 2},
        {"deck: a\nparams:\n  w: [1]\n", "expected [LOW, HIGH]", 3},
        {"deck: a\nparams:\n  w: [1, x]\n", "expected [LOW, HIGH]", 3},
        {"deck: a\ntarget_specs:\n  gain: [1, 2]\n", "MEASURE_min or MEASURE_max", 3},
        {"deck: a\ntarget_specs:\n  gain_min: high\n", "expected a number", 3},
        {"deck: a\nspec_range:\n  gain: 3\n", "expected [LEAST, MOST]", 3},
        {"deck: a\nspecs:\n  gain: [[1]]\n", "expected NAME: VALUE", 3},
        {"deck: a\nspecs:\n  gain: {}\n", "{min, max}", 3},
        {"deck: a\nspecs:\n  gain: {least: 1}\n", "{min, max}", 3},
        {"deck: a\nvar:\n  w: {min: 1}\n", "{min, max, step}", 3},
        {"deck: a\nvar:\n  w: {min: 1, max: 2, log: true}\n", "{min, max, step}", 3},
        {"deck: a\nset:\n  w: {min: 1}\n", "expected NAME: VALUE", 3},
        {"dsn_netlist: []\n", "expected a deck", 1},
        {"params: {w: [1, 2]}\n", "names no deck", 0},
        {"&a {deck: a, params: *a}\n", "expected", 1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        gal_sizing_spec spec;
        gal_error err = {0};
        assert_int_not_equal(gal_sizing_spec_parse(&spec, gal_view_of(bad[i].text), "x.yaml", &err),
                             GAL_OK);
        if (!strstr(err.message, bad[i].says) || err.line != bad[i].line)
            fail_msg("%s: line %d: %s", bad[i].text, err.line, err.message);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_say_the_same),
        cmocka_unit_test(lines_have_ranges_measures_and_decks),
        cmocka_unit_test(a_deck_takes_the_spec),
        cmocka_unit_test(malformed_specs_are_refused_with_their_line),
        cmocka_unit_test(yaml_of_other_projects_is_read),
        cmocka_unit_test(yaml_has_the_words_of_json),
        cmocka_unit_test(yaml_names_bounds),
        cmocka_unit_test(malformed_yaml_is_refused_with_its_line),
        cmocka_unit_test(what_the_deck_lacks_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
