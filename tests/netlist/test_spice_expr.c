#include "netlist/spice_expr.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static gal_status find(gal_spice_scope *scope, gal_view name, double *value, gal_error *err) {
    if (gal_view_equal_nocase(name, "two")) return *value = 2, GAL_OK;
    if (gal_view_equal_nocase(name, "six"))
        return gal_spice_eval(value, gal_view_of("two*3"), scope, err);
    if (gal_view_equal_nocase(name, "loop"))
        return gal_spice_eval(value, gal_view_of("loop+1"), scope, err);
    return GAL_ENOTFOUND;
}

static const gal_spice_function *function(gal_spice_scope *scope, gal_view name) {
    static const gal_view arg[] = {{"a", 1}, {"b", 1}};
    static const gal_spice_function area = {{"area", 4}, {"a*b+two", 7}, arg, 2};
    static const gal_spice_function deep = {{"deep", 4}, {"deep(a)+deep(a)", 15}, arg, 1};
    (void)scope;
    if (gal_view_equal_nocase(name, "deep")) return &deep;
    return gal_view_equal_nocase(name, "area") ? &area : NULL;
}

static gal_status eval(double *value, const char *text, gal_error *err) {
    gal_spice_scope scope = {.find = find, .function = function};
    return gal_spice_eval(value, gal_view_of(text), &scope, err);
}

static void check(const char *text, double expected) {
    double value = NAN;
    gal_error err = {0};
    if (eval(&value, text, &err) != GAL_OK) fail_msg("%s: %s", text, err.message);
    if (!(fabs(value - expected) <= 1e-12 * fabs(expected)))
        fail_msg("%s = %g, expected %g", text, value, expected);
}

static void test_arithmetic(void **state) {
    (void)state;
    check("1+2*3", 7);
    check("(1+2)*3", 9);
    check("8-4-2", 2);
    check("16/4/2", 2);
    check("7%4", 3);
    check("2**3**2", 512);
    check("2^10", 1024);
    check("-2**2", -4);
    check("2**-1", 0.5);
    check("- - 3", 3);
    check("1.5meg / 3k", 500);
    check("'1+{2}'*\"3\"", 9);
    check("  0.65u ", 0.65e-6);
}

static void test_logic(void **state) {
    (void)state;
    check("1<2", 1);
    check("2<=1", 0);
    check("1==1 && 2!=3", 1);
    check("0 || !0", 1);
    check("1 > 2 ? 5 : 6", 6);
    check("0 ? 1 : 0 ? 2 : 3", 3);
    check("1+1 == 2", 1);
    check("1 & 0 | 1", 1);
}

static void test_functions(void **state) {
    (void)state;
    check("sqrt(16)", 4);
    check("max(1, 2, 3)", 3);
    check("MIN(4,two)", 2);
    check("pow(2,3)+int(2.7)", 10);
    check("if(1>2, 3, 4)", 4);
    check("agauss(5, 1, 3)", 5);
    check("limit(9, 0, 5)", 5);
    check("log10(1000)", 3);
    check("ln(exp(2))", 2);
    check("area(3, six)", 20);
    check("cos(pi)", -1);
    check("SIX*two", 12);
}

static void expect_error(const char *text, gal_status code, const char *part) {
    double value;
    gal_error err = {0};
    assert_int_equal(eval(&value, text, &err), code);
    if (!strstr(err.message, part)) fail_msg("%s: '%s' lacks '%s'", text, err.message, part);
}

static void test_errors(void **state) {
    (void)state;
    expect_error("", GAL_EPARSE, "a number or a name");
    expect_error("1+", GAL_EPARSE, "character 3");
    expect_error("(1", GAL_EPARSE, ")");
    expect_error("1 2", GAL_EPARSE, "an operator");
    expect_error("1 ? 2", GAL_EPARSE, "':'");
    expect_error("max(1", GAL_EPARSE, "','");
    expect_error("nowhere", GAL_ENOTFOUND, "nowhere");
    expect_error("nofunc(1)", GAL_ENOTFOUND, "nofunc");
    expect_error("sqrt(1,2)", GAL_ENOTFOUND, "2 arguments");
    expect_error("loop", GAL_ELIMIT, "deeper");
    expect_error("deep(1)", GAL_ELIMIT, "deeper");
}

static void test_depth(void **state) {
    (void)state;
    enum { N = 100000 };
    char *text = malloc(N + 1);
    assert_non_null(text);
    for (int i = 0; i < N; i++) text[i] = "(-"[i % 2];
    text[N] = '\0';
    expect_error(text, GAL_ELIMIT, "deeper");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arithmetic), cmocka_unit_test(test_logic),
        cmocka_unit_test(test_functions),  cmocka_unit_test(test_errors),
        cmocka_unit_test(test_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
