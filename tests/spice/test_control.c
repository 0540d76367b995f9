/* Decks as they come with benchmark suites: .control blocks, files of parameters, one deck per
 * corner. */
#include "spice/evaluate.h"

#include "base/file.h"
#include "spice/spice_cells.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_METRIC = 16 };

static void parse(gal_bench *bench, const char *text) {
    gal_error err = {0};
    if (gal_bench_parse(bench, gal_view_of(text), "data/spice/inline.sp", &err) != GAL_OK)
        fail_msg("line %d: %s", err.line, err.message);
}

/* The deck's nominal point in one corner. */
static void evaluate(double metric[MAX_METRIC], gal_bench *bench, int32_t corner) {
    gal_sim_pool *pool;
    gal_evaluator *evaluator;
    gal_error err = {0};
    gal_point_result result;
    double value[8] = {0};
    for (int32_t i = 0; i < bench->n_var; i++) value[i] = bench->var[i].value;
    const gal_points points = {.n = 1, .value = value, .corner = &corner};
    assert_true(bench->n_metric <= MAX_METRIC && bench->n_var <= 8);
    assert_int_equal(gal_sim_pool_create(&pool, 1, 60, NULL), GAL_OK);
    assert_int_equal(gal_evaluator_create(&evaluator, bench, pool, NULL), GAL_OK);
    if (gal_evaluator_run(metric, &result, evaluator, &points, NULL, NULL, &err) != GAL_OK)
        fail_msg("%s", err.message);
    if (result.status != GAL_POINT_OK) fail_msg("%s", result.words);
    gal_evaluator_destroy(evaluator);
    gal_sim_pool_destroy(pool);
}

static void expect(const gal_bench *bench, const double *metric, const char *name, double value) {
    const int32_t m = gal_bench_find_metric(bench, name);
    if (m < 0) fail_msg("no measure %s", name);
    if (!(fabs(metric[m] - value) <= 1e-4 * fabs(value) + 1e-12))
        fail_msg("%s is %.9g, expected %.9g", name, metric[m], value);
}

static const char script[] = "divider with a script\n"
                             ".param r=1k gain=2\n"
                             "v1 in 0 dc 1 ac 1\nr1 in out {r}\nr2 out 0 1k tc1=0.01\n"
                             "c1 out 0 1n\ni1 0 out 0\n"
                             ".control\n"
                             "set temp=127\n"
                             "set units=degrees\n"
                             "save all\n"
                             "let runs = 3\nlet third = 1/3\nlet top = 10*1meg\n"
                             "op\n"
                             "let ibias = -i(v1)\n"
                             "let power = -v(in)*i(v1)*gain\n"
                             "let part = v(out)\n"
                             "ac dec 20 1 $&top\n"
                             "meas ac low find vm(out) at = 1\n"
                             "meas ac pole when vm(out)=0.4\n"
                             "let peak = vecmax(vm(out))\n"
                             "let curve = v(out)/v(in)\n"
                             "let octaves = log(pole)/runs\n"
                             "let half = 0.5*low\n"
                             "meas ac fall when vm(out)=$&half\n"
                             "meas ac last when vm(out) = third\n"
                             "alter i1 dc=1m\n"
                             "op\n"
                             "let lifted = v(out)\n"
                             "wrdata out.csv v(out) $&low\n"
                             ".endc\n.end\n";

static void scripts_measure(void **state) {
    (void)state;
    gal_bench bench;
    double metric[MAX_METRIC];
    parse(&bench, script);
    assert_int_equal(bench.n_analysis, 3);
    assert_string_equal(bench.analysis[2].before, "alter i1 dc=1m\n");
    assert_int_equal(gal_bench_find_metric(&bench, "curve"), -1); /* a vector is no measure */
    assert_int_equal(gal_bench_find_metric(&bench, "runs"), -1);
    assert_int_equal(bench.warnings.n, 1);
    assert_int_equal(bench.warnings.item[0].line, 8);
    assert_string_equal(bench.warnings.item[0].text,
                        ".control block: 3 analyses and 4 meas taken; skipped: save wrdata");
    if (ngspice_missing()) skip();
    evaluate(metric, &bench, 0);
    expect(&bench, metric, "ibias", 1.0 / 3000);
    expect(&bench, metric, "power", 2.0 / 3000);
    expect(&bench, metric, "part", 2.0 / 3);
    expect(&bench, metric, "low", 2.0 / 3);
    expect(&bench, metric, "peak", 2.0 / 3);
    const double pole = sqrt(25.0 / 9 - 1) * 1.5 / (2 * 3.14159265358979 * 1e-6);
    const int32_t m = gal_bench_find_metric(&bench, "pole");
    assert_true(fabs(metric[m] / pole - 1) < 0.01); /* ngspice is linear between samples */
    expect(&bench, metric, "octaves", log(metric[m]) / 3);
    expect(&bench, metric, "half", 1.0 / 3);
    expect(&bench, metric, "fall", metric[gal_bench_find_metric(&bench, "last")]);
    expect(&bench, metric, "lifted", 2.0 / 3 + 2.0 / 3);
    gal_bench_clear(&bench);
}

/* `run` does the cards' analyses, setplot goes back to one of them, and a `meas` may name a `let`.
 */
static void run_means_the_cards(void **state) {
    (void)state;
    gal_bench bench;
    double metric[MAX_METRIC];
    parse(&bench, "low pass\n.param r=1k\nv1 in 0 dc 0.5 ac 1 pulse(0.5 1 0 1n 1n 1 2)\n"
                  "r1 in out {r}\nc1 out 0 1n\n"
                  ".ac dec 100 1k 10meg\n.tran 10n 10u\n"
                  ".control\nrun\n"
                  "let top = vecmax(v(out))\n"
                  "meas ac zero find vdb(out) at=1k\n"
                  "let edge = zero-3.0103\n"
                  "meas ac bw when vdb(out)=edge fall=1\n"
                  "setplot ac1\n"
                  "let peak = vecmax(vm(out))\n"
                  "setplot new\n"
                  "let same = bw/1meg\n"
                  ".endc\n.end\n");
    if (ngspice_missing()) skip();
    evaluate(metric, &bench, 0);
    expect(&bench, metric, "top", 1 - 0.5 * exp(-10));
    expect(&bench, metric, "peak", 1);
    const double bw = metric[gal_bench_find_metric(&bench, "bw")];
    assert_true(fabs(bw * 2 * 3.14159265358979 * 1e-6 - 1) < 0.01);
    expect(&bench, metric, "same", bw * 1e-6);
    gal_bench_clear(&bench);
}

/* A measure of the deck itself is taken before the script changes the circuit. */
static void alterations_stay_where_they_are(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    gal_bench bench;
    double metric[MAX_METRIC];
    parse(&bench, "t\nv1 in 0 dc 1 ac 1\nr1 in out 1k\nr2 out 0 1k\nvd d 0 0\nr3 d out 1k\n"
                  "*galena measure early = v(out)\n*galena measure rejects = psrr(out, vd)\n"
                  "*galena measure g1 = dcmag(out)\n*galena measure g2 = dcmag(out, run=2)\n"
                  ".control\nac dec 1 1 10\nalter r2 = 3k\nalter v1 dc=2\n"
                  "ac dec 1 1 10\n.endc\n.end\n");
    evaluate(metric, &bench, 0);
    expect(&bench, metric, "early", 1.0 / 3);
    expect(&bench, metric, "rejects", 1e-300); /* 0 dB: both inputs divide alike */
    expect(&bench, metric, "g1", 1.0 / 3);
    expect(&bench, metric, "g2", 1 / (1 + 1 + 1.0 / 3));
    gal_bench_clear(&bench);
}

static void names_of_the_deck_come_first(void **state) {
    (void)state;
    gal_bench bench;
    parse(&bench, "t\nv1 a 0 dc 1 ac 1\nr1 a 0 1k\n.control\nac dec 1 1 10\n"
                  "meas ac gain find vdb(a) at=1\nmeas ac gain find vdb(a) at=2\n"
                  "let gain = 3*gain\n.endc\n*galena measure gain = dcmag(a)\n.end\n");
    assert_int_equal(bench.n_metric, 1);
    assert_string_equal(bench.metric[0].unit, "V/V");
    assert_int_equal(bench.warnings.n, 2);
    assert_non_null(strstr(bench.warnings.item[1].text, "meas gain left out"));
    gal_bench_clear(&bench);
}

/* Whatever stands in a block, the deck is read. */
static void odd_scripts_do_no_harm(void **state) {
    (void)state;
    static const char *const line[] = {"let",           "let =",
                                       "let x",         "let x =",
                                       "let x = v(",    "let x = @m1[",
                                       "let x = )(",    "let x[1] = 2",
                                       "let {$d} = 1",  "set temp",
                                       "set temp =",    "meas",
                                       "meas ac",       "echo \"it's",
                                       "alter",         "option",
                                       "tran $&a 1u",   "dowhile 1",
                                       ".include none", ".control",
                                       "set x=( a b",   "let t = vecmax(vecmin(v(a)))"};
    for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
        char text[300];
        gal_bench bench;
        gal_error err = {0};
        snprintf(text, sizeof text,
                 "t\nv1 a 0 1\nr1 a 0 1\n.control\nop\n%s\n.endc\n"
                 "*galena measure v = v(a)\n.end\n",
                 line[i]);
        const gal_status status =
            gal_bench_parse(&bench, gal_view_of(text), "data/spice/inline.sp", &err);
        if (strncmp(line[i], "meas", 4) == 0) {
            assert_int_equal(status, GAL_EPARSE);
            assert_int_equal(err.line, 6);
            continue;
        }
        if (status != GAL_OK) fail_msg("%s: %s", line[i], err.message);
        assert_true(gal_bench_find_metric(&bench, "v") >= 0);
        gal_bench_clear(&bench);
    }
}

static const char *temporary(const char *name) {
    static char path[4][500];
    static int next;
    char *out = path[next++ % 4];
    snprintf(out, sizeof path[0], "%s/control_%s", GALENA_TEST_TMP, name);
    return out;
}

static void write_file(const char *name, const char *text) {
    assert_int_equal(gal_file_write(temporary(name), text, strlen(text), NULL), GAL_OK);
}

/* Design variables in a file of their own, as AnalogGym has them. */
static void included_parameters_are_the_decks(void **state) {
    (void)state;
    gal_bench bench;
    gal_error err = {0};
    double metric[MAX_METRIC];
    write_file("sizes.inc", "* sizes\n.param r_top = 1k\n+ r_low=3k\n*galena var r_top 100 10k\n"
                            ".param half='r_low/2'\n");
    write_file("amp.sp", "t\n.include \"control_sizes.inc\"\nv1 a 0 1\nr1 a b 'r_top'\n"
                         "r2 b 0 {half}\n*galena measure v = v(b)\n.end\n");
    if (gal_bench_read(&bench, temporary("amp.sp"), &err) != GAL_OK) fail_msg("%s", err.message);
    assert_int_equal(bench.n_var, 1);
    assert_string_equal(bench.var[0].name, "r_top");
    assert_string_equal(bench.fixed[0].name, "r_low");
    if (!ngspice_missing()) {
        evaluate(metric, &bench, 0);
        expect(&bench, metric, "v", 1.5 / 2.5);
    }
    gal_bench_clear(&bench);
    write_file("sizes.inc", "* sizes\n.param r_top = 1k\n*galena var q 1 2\n");
    assert_int_equal(gal_bench_read(&bench, temporary("amp.sp"), &err), GAL_ENOTFOUND);
    assert_non_null(strstr(err.file, "control_sizes.inc"));
    assert_int_equal(err.line, 3);
}

#define PVT(models, vdd, temp)                                                                     \
    "t\n.include \"control_" models "\"\n.param vdd=" vdd " r=1k\nv1 a 0 {vdd}\n"                  \
    "r1 a b {r}\nr2 b 0 rmod 1k\n.control\nset temp=" temp "\nop\n.endc\n"

static void a_deck_is_a_corner(void **state) {
    (void)state;
    gal_bench bench;
    gal_error err = {0};
    double metric[MAX_METRIC];
    write_file("slow.mod", ".model rmod r tc1=0.01\n");
    write_file("fast.mod", ".model rmod r tc1=0\n");
    write_file("tt.sp", PVT("fast.mod", "1", "27") "*galena var r 1k 2k\n"
                                                   "*galena measure v = v(b)\n.end\n");
    write_file("ss.sp", PVT("slow.mod", "2", "127") ".end\n");
    write_file("other.sp", PVT("slow.mod", "2", "127") ".param s=1\n.end\n");
    write_file("ac.sp", PVT("slow.mod", "2", "127") ".ac dec 1 1 10\n.end\n");
    assert_int_equal(gal_bench_read(&bench, temporary("tt.sp"), &err), GAL_OK);
    if (gal_bench_add_deck(&bench, "ss", temporary("ss.sp"), &err) != GAL_OK)
        fail_msg("%s", err.message);
    assert_int_equal(bench.n_corner, 2);
    if (!ngspice_missing()) {
        evaluate(metric, &bench, 0);
        expect(&bench, metric, "v", 0.5);
        evaluate(metric, &bench, 1);
        expect(&bench, metric, "v", 2 * 2.0 / 3);
    }
    assert_int_equal(gal_bench_add_deck(&bench, "ss", temporary("ss.sp"), &err), GAL_EINVAL);
    assert_int_equal(gal_bench_add_deck(&bench, "o", temporary("other.sp"), &err), GAL_EMISMATCH);
    assert_non_null(strstr(err.message, "other parameters"));
    assert_int_equal(gal_bench_add_deck(&bench, "a", temporary("ac.sp"), &err), GAL_EMISMATCH);
    assert_non_null(strstr(err.message, "its analyses are others"));
    gal_bench_clear(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_means_the_cards),
        cmocka_unit_test(scripts_measure),
        cmocka_unit_test(alterations_stay_where_they_are),
        cmocka_unit_test(names_of_the_deck_come_first),
        cmocka_unit_test(odd_scripts_do_no_harm),
        cmocka_unit_test(included_parameters_are_the_decks),
        cmocka_unit_test(a_deck_is_a_corner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
