#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void numbers_read_like_strtod(void **state) {
    (void)state;
    static const char *const good[] = {"0",
                                       "1",
                                       "-1.5e-3",
                                       "+2.",
                                       ".5",
                                       "1e-15",
                                       "1E+300",
                                       "1e400",
                                       "4.9e-324",
                                       "123456789012345678901",
                                       "0.1",
                                       "1e22",
                                       "1e23",
                                       "1.7976931348623157e308",
                                       "0.000000000000000000000000000000000000012345"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double value = -7;
        assert_int_equal(gal_number_parse(gal_view_of(good[i]), &value), strlen(good[i]));
        const double expected = strtod(good[i], NULL);
        assert_true(value == expected || fabs(value - expected) <= 1e-15 * fabs(expected));
    }
}

static void numbers_stop_where_they_end(void **state) {
    (void)state;
    double value;
    assert_int_equal(gal_number_parse(gal_view_of("1.5u"), &value), 3);
    assert_int_equal(gal_number_parse(gal_view_of("2e"), &value), 1);
    assert_int_equal(gal_number_parse(gal_view_of("2e+x"), &value), 1);
    assert_int_equal(gal_number_parse(gal_view_of("1.2.3"), &value), 3);
    assert_int_equal(gal_number_parse(gal_view_of("-"), &value), 0);
    assert_int_equal(gal_number_parse(gal_view_of("."), &value), 0);
    assert_int_equal(gal_number_parse((gal_view){"", 0}, &value), 0);
}

static void natural_order_counts_digits_as_numbers(void **state) {
    (void)state;
    static const char *const sorted[] = {"", "a", "a01", "a1", "a2", "a10", "a10b", "b"};
    const int n = sizeof sorted / sizeof *sorted;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            assert_int_equal(gal_text_compare_natural(sorted[i], sorted[j]), (i > j) - (i < j));
}

static void buffers_grow(void **state) {
    (void)state;
    gal_buf buf;
    gal_buf_init(&buf);
    for (int i = 0; i < 1000; i++) gal_buf_printf(&buf, "%d,", i);
    gal_buf_append(&buf, NULL, 0);
    assert_int_equal(gal_buf_ok(&buf, NULL), GAL_OK);
    assert_int_equal(buf.size, 10 * 2 + 90 * 3 + 900 * 4);
    assert_memory_equal(buf.data + buf.size - 4, "999,", 5);
    gal_buf_clear(&buf);
}

static void case_folds_in_ascii_only(void **state) {
    (void)state;
    assert_true(gal_text_equal_nocase("VPWR", "vpwr"));
    assert_false(gal_text_equal_nocase("VPWR", "vpw"));
    assert_false(gal_text_equal_nocase("vpw", "vpwr"));
    assert_false(gal_text_equal_nocase("@", "`"));
}

static void json_takes_any_bytes(void **state) {
    (void)state;
    gal_buf buf;
    gal_buf_init(&buf);
    gal_buf_json(&buf, "a\"b\\\n\xC3\xA9\xE9");
    gal_buf_json_number(&buf, INFINITY);
    gal_buf_json_number(&buf, 0.5);
    assert_string_equal(buf.data, "\"a\\\"b\\\\\\u000a\xC3\xA9\xEF\xBF\xBD\"null0.5");
    gal_buf_clear(&buf);
    assert_int_equal(gal_utf8_size("\xED\xA0\x80"), 0); /* a surrogate */
    assert_int_equal(gal_utf8_size("\xF0\x9F\x98\x80"), 4);
}

static void csv_quotes_what_it_must(void **state) {
    (void)state;
    gal_buf buf;
    gal_buf_init(&buf);
    gal_buf_csv(&buf, "q<3>");
    gal_buf_csv(&buf, "q<3,\"2\">");
    assert_string_equal(buf.data, "q<3>\"q<3,\"\"2\"\">\"");
    gal_buf_clear(&buf);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_quotes_what_it_must),
        cmocka_unit_test(json_takes_any_bytes),
        cmocka_unit_test(numbers_read_like_strtod),
        cmocka_unit_test(numbers_stop_where_they_end),
        cmocka_unit_test(natural_order_counts_digits_as_numbers),
        cmocka_unit_test(buffers_grow),
        cmocka_unit_test(case_folds_in_ascii_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
