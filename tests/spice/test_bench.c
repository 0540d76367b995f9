/* Decks as users write them, well-formed and not. */
#include "spice/bench.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char path[] = "data/spice/twostage.sp";

static void a_deck_is_understood(void **state) {
    (void)state;
    gal_bench bench;
    gal_error err = {0};
    assert_int_equal(gal_bench_read(&bench, path, &err), GAL_OK);
    assert_string_equal(bench.title, "two-stage Miller amplifier");
    assert_int_equal(bench.n_var, 4);
    const gal_bench_var *w6 = &bench.var[gal_bench_find_var(&bench, "W6")];
    assert_true(w6->lo == 10e-6 && w6->hi == 100e-6 && w6->log && w6->step == 0.5e-6);
    assert_true(w6->value == 40e-6);
    assert_string_equal(bench.var[0].unit, "m");
    assert_int_equal(bench.n_fixed, 1);
    assert_string_equal(bench.fixed[0].name, "vdd");
    assert_int_equal(bench.n_derived, 1);
    assert_string_equal(bench.derived[0].text, "w6/2");
    assert_int_equal(bench.n_metric, 12);
    assert_string_equal(bench.metric[0].name, "g0"); /* the order of the deck's lines */
    assert_string_equal(bench.metric[4].name, "gain");
    assert_string_equal(bench.metric[4].unit, "dB");
    assert_int_equal(bench.metric[3].analysis, -1);
    assert_int_equal(gal_bench_find_metric(&bench, "PSRR"), 7);
    assert_int_equal(bench.n_analysis, 5); /* op, ac, noise, and ac from vdd and from vcm */
    assert_null(bench.analysis[1].excite);
    assert_string_equal(bench.analysis[3].excite, "vdd");
    assert_int_equal(bench.n_corner, 3);
    assert_string_equal(bench.corner[1].lib, "ss");
    assert_true(isnan(bench.corner[0].temp) && bench.corner[1].temp == 125);
    assert_int_equal(bench.warnings.n, 1);
    assert_int_equal(bench.warnings.item[0].line, 56);
    assert_string_equal(bench.warnings.item[0].text, ".control block skipped");
    gal_bench_clear(&bench);
}

static void the_deck_for_ngspice_is_of_the_corner(void **state) {
    (void)state;
    gal_bench bench;
    gal_buf deck;
    gal_buf_init(&deck);
    assert_int_equal(gal_bench_read(&bench, path, NULL), GAL_OK);
    assert_int_equal(gal_bench_set(&bench, "w1", 3e-6, NULL), GAL_OK);
    assert_int_equal(gal_bench_deck(&deck, &bench, 1, NULL), GAL_OK);
    assert_non_null(strstr(deck.data, "cards.lib\" ss\n"));
    assert_non_null(strstr(deck.data, ".lib \"/"));
    assert_non_null(strstr(deck.data, ".temp 125\n"));
    assert_non_null(strstr(deck.data, ".param vdd=1.6"));
    assert_non_null(strstr(deck.data, ".param w1=1.0000000000000001e-05\n")); /* the nominal */
    assert_non_null(strstr(deck.data, "m7 out bias 0 0 nch  w={w7} l=1u\n"));
    assert_null(strstr(deck.data, ".control"));
    assert_null(strstr(deck.data, ".meas"));
    assert_null(strstr(deck.data, "\n.ac"));
    gal_buf_clear(&deck);
    gal_bench_clear(&bench);
}

static uint64_t hash_of(const char *text) {
    gal_bench bench;
    gal_error err = {0};
    const gal_status status =
        gal_bench_parse(&bench, gal_view_of(text), "data/spice/inline.sp", &err);
    if (status != GAL_OK) fail_msg("%s", err.message);
    const uint64_t hash = bench.hash;
    gal_bench_clear(&bench);
    return hash;
}

#define DECK(middle)                                                                               \
    "t\n.param r=1k s=2\nv1 a 0 1\nr1 a 0 {r}\n.op\n*galena measure i = current(v1)\n" middle

static void the_hash_is_of_what_matters(void **state) {
    (void)state;
    const uint64_t plain = hash_of(DECK(""));
    assert_true(plain == hash_of(DECK("* a comment\n\n*galena var r 1 2k\n")));
    assert_true(plain == hash_of(DECK(".param r=3k\n")));
    assert_true(plain != hash_of(DECK("r2 a 0 1k\n")));
    assert_true(plain != hash_of(DECK("*galena valid i>0\n")));
    assert_true(plain != hash_of(DECK("*galena measure p = power()\n")));
    assert_true(plain != hash_of(DECK(".include \"cards.lib\"\n")));
    assert_true(plain != hash_of(DECK(".param t=3\n")));
}

static void ranges_and_corners_can_be_added(void **state) {
    (void)state;
    gal_bench bench;
    gal_error err = {0};
    assert_int_equal(gal_bench_read(&bench, path, NULL), GAL_OK);
    assert_int_equal(gal_bench_set_range(&bench, "vdd 1.6 2.0 step=0.1", NULL), GAL_OK);
    assert_int_equal(bench.n_var, 5);
    assert_int_equal(bench.n_fixed, 0);
    const gal_bench_var *vdd = &bench.var[4];
    assert_true(fabs(gal_bench_snap(vdd, 1.74) - 1.7) < 1e-12);
    assert_true(fabs(gal_bench_snap(vdd, 9) - 2.0) < 1e-12);
    assert_true(gal_bench_snap(vdd, 0) == 1.6);
    assert_int_equal(gal_bench_add_corner(&bench, "hot lib=ff temp=85 vdd=1.9", NULL), GAL_OK);
    assert_int_equal(gal_bench_find_corner(&bench, "HOT"), 3);
    assert_int_equal(gal_bench_add_corner(&bench, "x lib=sf", &err), GAL_ENOTFOUND);
    assert_non_null(strstr(err.message, "section 'sf'"));
    assert_int_equal(gal_bench_set(&bench, "q", 1, &err), GAL_ENOTFOUND);
    assert_non_null(strstr(err.message, "w1, w6, cc, l1, vdd"));
    gal_bench_clear(&bench);
}

/* What is wrong, and the words and line the error must have. */
static const struct {
    const char *text, *words;
    int line;
    gal_status code;
} malformed[] = {
    {DECK("*galena var q 1 2\n"), "no top-level .param q", 7, GAL_ENOTFOUND},
    {DECK("*galena var r 1\n"), "LOW HIGH", 7, GAL_EPARSE},
    {DECK("*galena var r 2 1\n"), "is empty", 7, GAL_EPARSE},
    {DECK("*galena var r -1 1 log\n"), "logarithmic", 7, GAL_EPARSE},
    {DECK("*galena var r 1 2 cubic\n"), "cubic", 7, GAL_EPARSE},
    {DECK("*galena vary r 1 2\n"), "expected var, measure", 7, GAL_EPARSE},
    {DECK("*galena measure g = dcgian(a)\n"), "dcgian'; there are dcgain", 7, GAL_ENOTFOUND},
    {DECK("*galena measure g = dcgain(a)\n"), "needs an .ac card", 7, GAL_ENOTFOUND},
    {DECK("*galena measure g dcgain(a)\n"), "NAME = MEASURE", 7, GAL_EPARSE},
    {DECK("*galena measure g = v(a)\n*galena measure g = v(a)\n"), "two measures", 8, GAL_EPARSE},
    {DECK("*galena measure g = current(r1)\n"), "voltage source 'r1'", 7, GAL_ENOTFOUND},
    {DECK("*galena measure g = v(a, b, c)\n"), "v takes: node", 7, GAL_EPARSE},
    {DECK("*galena measure g = current()\n"), "current takes: voltage source", 7, GAL_EPARSE},
    {DECK(".ac dec 1 1 10\n*galena measure g = gain(a)\n"), "gain needs at=", 8, GAL_EPARSE},
    {DECK("*galena measure g = v(a, att=1)\n"), "unknown key 'att'", 7, GAL_EPARSE},
    {DECK(".ac dec 1 1 10\n*galena measure g = gain(a, at=x)\n"), "not a number", 8, GAL_EPARSE},
    {DECK(".ac dec 1 1 10\n*galena measure g = gain(a, at=1, run=2t)\n"), "card that is not there",
     8, GAL_ENOTFOUND},
    {DECK(".ac dec 1 1 10\n*galena measure g = psrr(a, vss)\n"), "source 'vss'", 8, GAL_ENOTFOUND},
    {DECK("*galena corner c zz=1\n"), "no top-level .param", 7, GAL_ENOTFOUND},
    {DECK("*galena corner c temp=hot\n"), "not a number", 7, GAL_EPARSE},
    {DECK("*galena corner c lib=ss\n"), "section 'ss'", 7, GAL_ENOTFOUND},
    {DECK("*galena valid gaim>1\n"), "gaim", 0, GAL_ENOTFOUND},
    {DECK("*galena valid i >\n"), "", 0, GAL_EPARSE},
    {DECK(".meas tran x max v(a)\n"), "needs an .tran card", 7, GAL_ENOTFOUND},
    {DECK(".tran {ts} 1u\n*galena measure x = max(a)\n"), "'ts' is not defined (in analyses", 0,
     GAL_ENOTFOUND},
    {DECK(".tran 1n 1u\n.meas tran x when v(a)='vx/2'\n"), "'vx' is not defined", 8, GAL_ENOTFOUND},
    {DECK(".meas x\n"), ".meas op|ac|dc", 7, GAL_EPARSE},
    {DECK(".include nowhere.inc\n"), "nowhere.inc", 7, GAL_EIO},
    {DECK(".lib cards.lib zz\n"), "section 'zz'", 7, GAL_ENOTFOUND},
};

static void errors_say_where_and_what(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        gal_bench bench;
        gal_error err = {0};
        const gal_status status =
            gal_bench_parse(&bench, gal_view_of(malformed[i].text), "data/spice/inline.sp", &err);
        if (status != malformed[i].code || !strstr(err.message, malformed[i].words) ||
            err.line != malformed[i].line)
            fail_msg("case %zu: status %d, line %d: %s", i, status, err.line, err.message);
        assert_string_equal(err.file, "data/spice/inline.sp");
    }
}

static void odd_texts_do_no_harm(void **state) {
    (void)state;
    static const char *const text[] = {"",
                                       "title only",
                                       "t\n",
                                       "t\n+ orphan\n",
                                       "t\n.control\nrun\n",
                                       "t\n.subckt a\n.param x=1\n",
                                       "t\n*galena\n*galena \n*galenavar\n",
                                       "t\n.param\n.param x\n.param f(x)='x+1'\n.lib\n.ends\n",
                                       "t\r\n.op\r\n.end\r\nr1 a 0 1\r\n",
                                       "t\nv\nv1\nv1 a\ni1 a b\n.\n..\n=\n(\n'\n"};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        gal_bench bench;
        if (gal_bench_parse(&bench, gal_view_of(text[i]), "x.sp", NULL) == GAL_OK)
            gal_bench_clear(&bench);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deck_is_understood),
        cmocka_unit_test(the_deck_for_ngspice_is_of_the_corner),
        cmocka_unit_test(the_hash_is_of_what_matters),
        cmocka_unit_test(ranges_and_corners_can_be_added),
        cmocka_unit_test(errors_say_where_and_what),
        cmocka_unit_test(odd_texts_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
