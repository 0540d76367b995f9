#include "gnn/safetensors.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const float f32[6] = {1, -2, 0.5f, 4e20f, 0, -0.0f};
static const double f64[2] = {3.25, -1e300};
static const int32_t i32[3] = {1, -2, INT32_MAX};
static const int64_t i64[1] = {INT64_MIN};
static const unsigned char u8[5] = {0, 255, 7, 8, 9};

static void add(gal_safetensors *st, const char *name, gal_dtype dtype, int32_t n_dim, int64_t d0,
                int64_t d1, const void *data) {
    const int64_t dim[2] = {d0, d1};
    assert_int_equal(gal_safetensors_add(st, name, dtype, n_dim, dim, data, NULL), GAL_OK);
}

/* The bytes of a file with one array of each type, narrow ones first. The caller clears it. */
static gal_buf sample(void) {
    gal_safetensors st;
    gal_safetensors_init(&st);
    add(&st, "bytes", GAL_U8, 1, 5, 0, u8);
    add(&st, "layer.0/weight \"q\"", GAL_F32, 2, 3, 2, f32);
    add(&st, "none", GAL_F64, 2, 0, 7, NULL);
    add(&st, "f64", GAL_F64, 1, 2, 0, f64);
    add(&st, "i32", GAL_I32, 1, 3, 0, i32);
    add(&st, "scalar", GAL_I64, 0, 0, 0, i64);
    assert_int_equal(gal_safetensors_set(&st, "hyper", "{\"width\": 64}\n", NULL), GAL_OK);
    assert_int_equal(gal_safetensors_set(&st, "unit", "old", NULL), GAL_OK);
    assert_int_equal(gal_safetensors_set(&st, "unit", "\xc2\xb5m", NULL), GAL_OK);
    gal_buf out;
    gal_buf_init(&out);
    assert_int_equal(gal_safetensors_format(&out, &st, NULL), GAL_OK);
    gal_safetensors_clear(&st);
    return out;
}

static void check(const gal_safetensors *st, const char *name, gal_dtype dtype, int32_t n_dim,
                  const void *data, size_t size) {
    const gal_tensor_view *t = gal_safetensors_find(st, name);
    assert_non_null(t);
    assert_int_equal(t->dtype, dtype);
    assert_int_equal(t->n_dim, n_dim);
    assert_int_equal(t->size, size);
    if (size) assert_memory_equal(t->data, data, size);
}

static void check_sample(const gal_safetensors *st) {
    assert_int_equal(st->n_tensor, 6);
    check(st, "bytes", GAL_U8, 1, u8, sizeof u8);
    check(st, "layer.0/weight \"q\"", GAL_F32, 2, f32, sizeof f32);
    check(st, "none", GAL_F64, 2, NULL, 0);
    check(st, "f64", GAL_F64, 1, f64, sizeof f64);
    check(st, "i32", GAL_I32, 1, i32, sizeof i32);
    check(st, "scalar", GAL_I64, 0, i64, sizeof i64);
    assert_int_equal(gal_safetensors_find(st, "layer.0/weight \"q\"")->dim[0], 3);
    assert_string_equal(gal_safetensors_get(st, "hyper"), "{\"width\": 64}\n");
    assert_string_equal(gal_safetensors_get(st, "unit"), "\xc2\xb5m");
    assert_int_equal(strlen(gal_safetensors_get(st, "galena.xxh3")), 16);
    assert_null(gal_safetensors_get(st, "absent"));
    assert_null(gal_safetensors_find(st, "absent"));
}

static void round_trip(void **state) {
    (void)state;
    const char *path = GALENA_TEST_TMP "/round_trip.safetensors";
    gal_buf bytes = sample();
    gal_safetensors st, copy;
    gal_safetensors_init(&st);
    gal_safetensors_init(&copy);
    assert_int_equal(gal_safetensors_parse(&st, bytes.data, bytes.size, NULL, NULL), GAL_OK);
    check_sample(&st);
    assert_int_equal(gal_safetensors_write(path, &st, NULL), GAL_OK);
    assert_int_equal(gal_safetensors_read(&copy, path, NULL), GAL_OK);
    check_sample(&copy);
    gal_safetensors_clear(&copy);
    gal_safetensors_clear(&st);
    gal_buf_clear(&bytes);
    remove(path);
}

static uint64_t header_size(const char *data) {
    uint64_t size = 0;
    for (int i = 0; i < 8; i++) size |= (uint64_t)(unsigned char)data[i] << (8 * i);
    return size;
}

static void formatting_appends(void **state) {
    (void)state;
    gal_buf alone, behind;
    gal_safetensors st;
    gal_safetensors_init(&st);
    gal_buf_init(&alone);
    gal_buf_init(&behind);
    add(&st, "f64", GAL_F64, 1, 2, 0, f64);
    assert_int_equal(gal_safetensors_format(&alone, &st, NULL), GAL_OK);
    gal_buf_text(&behind, "in front:");
    assert_int_equal(gal_safetensors_format(&behind, &st, NULL), GAL_OK);
    assert_int_equal(behind.size, alone.size + 9);
    assert_memory_equal(behind.data, "in front:", 9);
    assert_memory_equal(behind.data + 9, alone.data, alone.size);
    gal_buf_clear(&behind);
    gal_buf_clear(&alone);
    gal_safetensors_clear(&st);
}

static void data_starts_aligned(void **state) {
    (void)state;
    gal_buf bytes = sample();
    const uint64_t size = header_size(bytes.data);
    assert_int_equal((8 + size) % 64, 0);
    assert_int_equal(bytes.data[8], '{');
    assert_int_equal(bytes.size, 8 + size + 16 + 8 + 24 + 12 + 5);
    gal_buf_clear(&bytes);
}

/* Exactly `size` bytes on the heap, so that a sanitizer sees the first one read too many. */
static gal_status parse_copy(const char *data, size_t size, gal_error *err) {
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    if (size) memcpy(copy, data, size);
    gal_safetensors st;
    gal_safetensors_init(&st);
    const gal_status status = gal_safetensors_parse(&st, copy, size, "t.safetensors", err);
    gal_safetensors_clear(&st);
    free(copy);
    return status;
}

static void every_truncation_is_refused(void **state) {
    (void)state;
    gal_buf bytes = sample();
    for (size_t size = 0; size < bytes.size; size++) {
        gal_error err = {0};
        const gal_status status = parse_copy(bytes.data, size, &err);
        assert_int_equal(status, GAL_EPARSE);
        assert_int_equal(err.code, status);
        assert_true(err.message[0] != '\0');
        assert_string_equal(err.file, "t.safetensors");
    }
    assert_int_equal(parse_copy(bytes.data, bytes.size, NULL), GAL_OK);
    gal_buf_clear(&bytes);
}

static void damaged_data_is_refused(void **state) {
    (void)state;
    gal_buf bytes = sample();
    gal_error err = {0};
    for (size_t i = 8 + (size_t)header_size(bytes.data); i < bytes.size; i++) {
        bytes.data[i] = (char)(bytes.data[i] ^ 1);
        assert_int_equal(parse_copy(bytes.data, bytes.size, &err), GAL_EPARSE);
        assert_non_null(strstr(err.message, "damaged"));
        bytes.data[i] = (char)(bytes.data[i] ^ 1);
    }
    gal_buf_clear(&bytes);
}

/* Any bit of the header flipped: refused or read, never a crash. */
static void damaged_headers_are_survived(void **state) {
    (void)state;
    gal_buf bytes = sample();
    const size_t end = 8 + (size_t)header_size(bytes.data);
    for (size_t i = 0; i < end; i++)
        for (int bit = 0; bit < 8; bit++) {
            const char old = bytes.data[i];
            bytes.data[i] = (char)(old ^ (1 << bit));
            parse_copy(bytes.data, bytes.size, NULL);
            bytes.data[i] = old;
        }
    gal_buf_clear(&bytes);
}

/* A file from a header text and `n_data` zero bytes. */
static gal_status parse_header(const char *header, size_t n_data, gal_error *err) {
    char file[2048] = {0};
    const size_t size = strlen(header);
    assert_true(8 + size + n_data < sizeof file);
    file[0] = (char)(size & 0xff);
    file[1] = (char)(size >> 8);
    memcpy(file + 8, header, size);
    return parse_copy(file, 8 + size + n_data, err);
}

#define AT(first, end) "\"data_offsets\":[" #first "," #end "]"

static const struct {
    const char *header;
    size_t n_data;
    gal_status status;
    const char *message;
} cases[] = {
    {"{}", 0, GAL_OK, ""},
    {"{\"__metadata__\":{}}   ", 0, GAL_OK, ""},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2]," AT(0, 8) "}}", 8, GAL_OK, ""},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[]," AT(0, 1) "}}", 1, GAL_OK, ""},
    {"", 0, GAL_EPARSE, "header"},
    {"{", 0, GAL_EPARSE, "header"},
    {"{} x", 0, GAL_EPARSE, "header"},
    {"[]", 0, GAL_EPARSE, "no JSON object"},
    {"{}", 1, GAL_EPARSE, "1 bytes of data"},
    {"{\"a\":1}", 0, GAL_EPARSE, "'a'"},
    {"{\"a\":{}}", 0, GAL_EPARSE, "'a'"},
    {"{\"\\u0000\":{}}", 0, GAL_EPARSE, "header"},
    {"{\"\xff\":{}}", 0, GAL_EPARSE, "header"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1]," AT(0, 1) "},"
                                                        "\"a\":{\"dtype\":\"U8\",\"shape\":[1]," AT(
                                                            1, 2) "}}",
     2, GAL_EPARSE, "duplicate"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1]," AT(0, 1) ",\"x\":1}}", 1, GAL_EPARSE, "'a'"},
    {"{\"a\":{\"dtype\":\"BF16\",\"shape\":[1]," AT(0, 2) "}}", 2, GAL_EPARSE, "'BF16'"},
    {"{\"a\":{\"dtype\":5,\"shape\":[1]," AT(0, 2) "}}", 2, GAL_EPARSE, "dtype"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":2," AT(0, 8) "}}", 8, GAL_EPARSE, "shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0]," AT(0, 8) "}}", 8, GAL_EPARSE, "shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-2]," AT(0, 8) "}}", 8, GAL_EPARSE, "shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[3]," AT(0, 8) "}}", 8, GAL_EPARSE, "ask for 12"},
    {"{\"a\":{\"dtype\":\"F64\",\"shape\":[4294967296,4294967296]," AT(0, 8) "}}", 8, GAL_EPARSE,
     "shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904]," AT(0, 0) "}}", 0, GAL_EPARSE,
     "shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999]," AT(0, 0) "}}", 0, GAL_EPARSE,
     "header"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,1,1]," AT(0, 1) "}}", 1, GAL_ELIMIT,
     "9 dimensions"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 8, GAL_EPARSE, "pair"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":8}}", 8, GAL_EPARSE, "pair"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2]," AT(8, 0) "}}", 8, GAL_EPARSE, "outside"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2]," AT(-8, 0) "}}", 8, GAL_EPARSE, "outside"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2]," AT(0, 8) "}}", 7, GAL_EPARSE, "outside"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2]," AT(0, 8) "}}", 9, GAL_EPARSE, "9 bytes"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[4]," AT(0, 4) "},"
                                                        "\"b\":{\"dtype\":\"U8\",\"shape\":[4]," AT(
                                                            2, 6) "}}",
     6, GAL_EPARSE, "'b': overlaps"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[4]," AT(0, 4) "},"
                                                        "\"b\":{\"dtype\":\"U8\",\"shape\":[4]," AT(
                                                            0, 4) "}}",
     4, GAL_EPARSE, "overlaps"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1]," AT(0, 1) "},"
                                                        "\"b\":{\"dtype\":\"U8\",\"shape\":[1]," AT(
                                                            2, 3) "}}",
     3, GAL_EPARSE, "'b': a hole"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1]," AT(1, 2) "}}", 2, GAL_EPARSE, "'a': a hole"},
    {"{\"__metadata__\":[]}", 0, GAL_EPARSE, "__metadata__"},
    {"{\"__metadata__\":{\"k\":1}}", 0, GAL_EPARSE, "'k'"},
    {"{\"__metadata__\":{\"galena.xxh3\":\"0\"}}", 0, GAL_EPARSE, "damaged"},
};

static void malformed_headers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gal_error err = {0};
        const gal_status status = parse_header(cases[i].header, cases[i].n_data, &err);
        if (status != cases[i].status || !strstr(err.message, cases[i].message))
            fail_msg("%s: status %d, \"%s\"", cases[i].header, status, err.message);
    }
}

static void header_length_is_capped(void **state) {
    (void)state;
    char file[16] = {1, (char)0xe1, (char)0xf5, 5}; /* 100,000,001 */
    gal_error err = {0};
    assert_int_equal(parse_copy(file, sizeof file, &err), GAL_ELIMIT);
    file[0] = 0;
    assert_int_equal(parse_copy(file, sizeof file, &err), GAL_EPARSE);
    memset(file, 0xff, 8);
    assert_int_equal(parse_copy(file, sizeof file, &err), GAL_ELIMIT);
}

/* Deep nesting must not exhaust the stack. */
static void deep_nesting_is_refused(void **state) {
    (void)state;
    const size_t depth = 1000000;
    char *file = malloc(8 + depth);
    assert_non_null(file);
    memset(file, '[', 8 + depth);
    for (int i = 0; i < 8; i++) file[i] = (char)(unsigned char)(depth >> (8 * i));
    assert_int_equal(parse_copy(file, 8 + depth, NULL), GAL_EPARSE);
    free(file);
}

/* Foreign files pad to 8 bytes only, or not at all: the array is copied to an aligned place. */
static void unaligned_arrays_are_moved(void **state) {
    (void)state;
    const char *header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1]," AT(
        0, 1) "},"
              "\"b\":{\"dtype\":\"F64\",\"shape\":[2]," AT(1, 17) "}}";
    char file[256] = {0};
    const size_t size = strlen(header);
    file[0] = (char)size;
    memcpy(file + 8, header, size);
    memcpy(file + 9 + size, f64, sizeof f64);
    gal_safetensors st;
    gal_safetensors_init(&st);
    assert_int_equal(gal_safetensors_parse(&st, file, 8 + size + 17, NULL, NULL), GAL_OK);
    const gal_tensor_view *t = gal_safetensors_find(&st, "b");
    assert_int_equal((uintptr_t)t->data % 8, 0);
    assert_memory_equal(t->data, f64, sizeof f64);
    gal_safetensors_clear(&st);
}

static void unfit_arrays_cannot_be_added(void **state) {
    (void)state;
    gal_safetensors st;
    gal_safetensors_init(&st);
    gal_error err = {0};
    const int64_t one[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1}, minus = -1, huge[2] = {INT64_MAX, 2};
    assert_int_equal(gal_safetensors_add(&st, "a", GAL_F32, 9, one, f32, &err), GAL_ELIMIT);
    assert_int_equal(gal_safetensors_add(&st, "a", GAL_F32, 1, &minus, f32, &err), GAL_EINVAL);
    assert_int_equal(gal_safetensors_add(&st, "a", GAL_U8, 2, huge, f32, &err), GAL_EINVAL);
    assert_int_equal(gal_safetensors_add(&st, "a", GAL_F32, 1, one, f32, &err), GAL_OK);
    assert_int_equal(gal_safetensors_add(&st, "a", GAL_F32, 1, one, f32, &err), GAL_EINVAL);
    assert_non_null(strstr(err.message, "'a'"));
    assert_int_equal(gal_safetensors_add(&st, "__metadata__", GAL_F32, 1, one, f32, &err),
                     GAL_EINVAL);
    /* Not UTF-8: a stray byte, a cut sequence, an overlong form, a surrogate, too large. */
    static const char *const bad[] = {"\xff",
                                      "\xc3",
                                      "\xe0\x80\x80",
                                      "\xed\xa0\x80",
                                      "\xf4\x90\x80\x80",
                                      "\x80",
                                      "\xf0\x80\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(gal_safetensors_set(&st, "key", bad[i], &err), GAL_EINVAL);
        assert_int_equal(gal_safetensors_set(&st, bad[i], "v", &err), GAL_EINVAL);
        assert_int_equal(gal_safetensors_add(&st, bad[i], GAL_U8, 0, one, u8, &err), GAL_EINVAL);
    }
    assert_int_equal(gal_safetensors_set(&st, "\xf0\x9f\x98\x80", "\xe2\x82\xac", &err), GAL_OK);
    gal_safetensors_clear(&st);
}

static void missing_file_is_named(void **state) {
    (void)state;
    gal_safetensors st;
    gal_error err = {0};
    gal_safetensors_init(&st);
    assert_int_equal(gal_safetensors_read(&st, "data/gnn/absent.safetensors", &err), GAL_EIO);
    assert_string_equal(err.file, "data/gnn/absent.safetensors");
    gal_safetensors_clear(&st);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(formatting_appends),
        cmocka_unit_test(data_starts_aligned),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(damaged_data_is_refused),
        cmocka_unit_test(damaged_headers_are_survived),
        cmocka_unit_test(malformed_headers),
        cmocka_unit_test(header_length_is_capped),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(unaligned_arrays_are_moved),
        cmocka_unit_test(unfit_arrays_cannot_be_added),
        cmocka_unit_test(missing_file_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
