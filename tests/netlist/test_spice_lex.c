#include "netlist/spice_lex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Writes the cards of `text` as "[word][key=][<quoted>]..." one per line. */
static void render(char *out, size_t room, const char *text) {
    gal_spice_lex lex;
    int more;
    size_t n = 0;
    gal_spice_lex_init(&lex, "test.sp", gal_view_of(text));
    out[0] = '\0';
    for (;;) {
        assert_int_equal(gal_spice_lex_next(&lex, &more, NULL), GAL_OK);
        if (!more) break;
        for (int32_t i = 0; i < lex.n_token; i++) {
            static const char *const form[] = {"[%.*s]", "[%.*s=]", "<%.*s>", "?%.*s?"};
            n += (size_t)snprintf(out + n, room - n, form[lex.token[i].kind],
                                  (int)lex.token[i].view.size, lex.token[i].view.text);
        }
        n += (size_t)snprintf(out + n, room - n, "\n");
    }
    gal_spice_lex_clear(&lex);
}

static void expect(const char *text, const char *cards) {
    char out[2000];
    render(out, sizeof out, text);
    assert_string_equal(out, cards);
}

static void test_cards(void **state) {
    (void)state;
    expect("", "");
    expect("\n \n\t\n", "");
    expect("r1 a b 1k", "[r1][a][b][1k]\n");
    expect("r1 a b 1k\nc1 a b 2p\n", "[r1][a][b][1k]\n[c1][a][b][2p]\n");
    expect("r1 a\tb,1k\r\nc1 a b\r\n", "[r1][a][b][1k]\n[c1][a][b]\n");
    expect("\xEF\xBB\xBFr1 a b 1", "[r1][a][b][1]\n");
    expect("m1 (d g s b) nmos4", "[m1][d][g][s][b][nmos4]\n");
    expect("r1 n\xe9t b 1", "[r1][n\xe9t][b][1]\n");
}

static void test_continuations(void **state) {
    (void)state;
    expect("m1 d g\n+ s b nch\n+w=1u", "[m1][d][g][s][b][nch][w=][1u]\n");
    expect("m1 d g\n* comment\n\n$ another\n  + s b\nr1 a b", "[m1][d][g][s][b]\n[r1][a][b]\n");
    expect("x1 a b /\n+ inv", "[x1][a][b][/][inv]\n");
    expect("r1 a b \\\\\n 1k\nr2 c d \\\n2k", "[r1][a][b][1k]\n[r2][c][d][2k]\n");
    expect("r1 a net\\\nr2 b c", "[r1][a][net\\]\n[r2][b][c]\n");
    expect(".param a='1 +\n+ 2'", "[.param][a=]<1 + 2>\n");
    expect("+ w=1", "[+][w=][1]\n");
}

/* Lines joined by backslashes that are comments otherwise: looking for a '+' behind each of them
 * took minutes. */
static void test_long_continuation(void **state) {
    (void)state;
    enum { N = 200000 };
    gal_buf text;
    gal_buf_init(&text);
    gal_buf_text(&text, "r1 a b \\\n");
    for (int i = 0; i < N; i++) gal_buf_text(&text, "* \\\n");
    gal_buf_text(&text, "1k\nr2 a b\n\n* \n+ 2k\n");
    gal_spice_lex lex;
    int more;
    gal_spice_lex_init(&lex, "test.sp", (gal_view){text.data, text.size});
    assert_int_equal(gal_spice_lex_next(&lex, &more, NULL), GAL_OK);
    assert_int_equal(lex.n_token, N + 4);
    assert_true(gal_spice_lex_is(&lex, N + 3, "1k"));
    assert_int_equal(gal_spice_lex_next(&lex, &more, NULL), GAL_OK);
    assert_int_equal(lex.line, N + 3);
    assert_true(gal_spice_lex_is(&lex, 3, "2k"));
    gal_spice_lex_clear(&lex);
    gal_buf_clear(&text);
}

static void test_comments(void **state) {
    (void)state;
    expect("* c\n# c\n$ c\n// c\n; c\nr1 a b 1 ; c\nr2 a b 1 $ c\nr3 a b 1 // c",
           "[r1][a][b][1]\n[r2][a][b][1]\n[r3][a][b][1]\n");
    expect("r1 a$b c//d 1", "[r1][a$b][c//d][1]\n");
    expect("r1 a b 1 $w=2 and so on", "[r1][a][b][1][$w=][2][and][so][on]\n");
    expect("r1 a b $[rpoly] $W=1u $SUB = vss", "[r1][a][b][$[rpoly]][$W=][1u][$SUB=][vss]\n");
    expect("r1 a b 1 $comment only", "[r1][a][b][1]\n");
    expect("x1 / inv $PINS a=n1 b=n2", "[x1][/][inv][$PINS][a=][n1][b=][n2]\n");
    expect("*.PININFO a:I\n*.x\n*x\nr1 a b 1", "[*.PININFO][a:I]\n[*.x]\n[r1][a][b][1]\n");
    expect(".param t='a;b $ c // d'", "[.param][t=]<a;b $ c // d>\n");
}

static void test_values(void **state) {
    (void)state;
    expect("m1 w = 1u l= 2u nf =3", "[m1][w=][1u][l=][2u][nf=][3]\n");
    expect("m1 w={a + {b}} l='x*2' p=\"f\"", "[m1][w=]<a + {b}>[l=]<x*2>[p=]<f>\n");
    expect("m1 w=(a + b)*2 l={a}*{b}", "[m1][w=][(a + b)*2][l=][{a}*{b}]\n");
    expect("b1 a b v=v(a,b)*2", "[b1][a][b][v=][v(a,b)*2]\n");
    expect("m1 w= l=2", "[m1][w=][l=][2]\n");
    expect(".model n nmos (level=54 vto=0.4)", "[.model][n][nmos][level=][54][vto=][0.4]\n");
    expect("r1 a b 'unclosed", "[r1][a][b]?unclosed?\n");
    expect("r1 \\a(1)[2] b 1", "[r1][\\a(1)[2]][b][1]\n");
    expect(".param x=a==b", "[.param][x=][a==b]\n");
}

static void test_places(void **state) {
    (void)state;
    const char *text = "* c\nr1 a\n* c\n+ b 'x";
    gal_spice_lex lex;
    gal_error err;
    int more, line, column;
    gal_spice_lex_init(&lex, "f.sp", gal_view_of(text));
    assert_int_equal(gal_spice_lex_next(&lex, &more, NULL), GAL_OK);
    assert_int_equal(lex.line, 2);
    gal_spice_lex_place(&lex, lex.token[1].view.text, &line, &column);
    assert_int_equal(line, 2);
    assert_int_equal(column, 4);
    assert_int_equal(gal_spice_lex_fail(&lex, 2, &err, GAL_EPARSE, "bad %d", 7), GAL_EPARSE);
    char message[200];
    assert_string_equal(gal_error_format(&err, message, sizeof message), "f.sp:4:3: bad 7");
    gal_spice_lex_clear(&lex);
}

static void test_numbers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double value;
        size_t used;
    } cases[] = {{"1", 1, 1},
                 {"-1.5e-3", -1.5e-3, 7},
                 {"10k", 1e4, 3},
                 {"2MEG", 2e6, 4},
                 {"2megohm", 2e6, 7},
                 {"3x", 3e6, 2},
                 {"1m", 1e-3, 2},
                 {"100nF", 1e-7, 5},
                 {"0.15u", 0.15e-6, 5},
                 {"1mil", 25.4e-6, 4},
                 {"4f", 4e-15, 2},
                 {"5a", 5e-18, 2},
                 {"6T", 6e12, 2},
                 {"7g", 7e9, 2},
                 {"8p", 8e-12, 2},
                 {"1v", 1, 2},
                 {"2n7002", 2e-9, 2},
                 {".5", 0.5, 2},
                 {"0.18\xC2\xB5", 0.18e-6, 6},
                 {"2\xCE\xBCm", 2e-6, 4},
                 {"3\xB5", 3e-6, 2},
                 {"4\xC2", 4, 1},
                 {"5\xE9", 5, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double value = -1;
        assert_int_equal(gal_spice_number(gal_view_of(cases[i].text), &value), cases[i].used);
        assert_true(value == cases[i].value ||
                    (value / cases[i].value > 1 - 1e-15 && value / cases[i].value < 1 + 1e-15));
    }
    double value;
    assert_int_equal(gal_spice_number(gal_view_of("abc"), &value), 0);
    assert_int_equal(gal_spice_number((gal_view){"", 0}, &value), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cards),
        cmocka_unit_test(test_continuations),
        cmocka_unit_test(test_comments),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_long_continuation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
