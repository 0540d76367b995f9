#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#define PATH GALENA_TEST_TMP "/test_file.tmp"

static void written_files_read_back(void **state) {
    (void)state;
    static char big[300000];
    memset(big, 'x', sizeof big);
    gal_error err = {0};
    assert_int_equal(gal_file_write(PATH, big, sizeof big, &err), GAL_OK);
    gal_file file;
    assert_int_equal(gal_file_read(&file, PATH, 0, &err), GAL_OK);
    assert_int_equal(file.size, sizeof big);
    assert_memory_equal(file.data, big, sizeof big);
    assert_int_equal(file.data[file.size], 0);
    gal_file_clear(&file);
    assert_int_equal(gal_file_read(&file, PATH, 1000, &err), GAL_ELIMIT);
    assert_null(file.data);
    remove(PATH);
}

static void gzip_is_transparent(void **state) {
    (void)state;
    gzFile out = gzopen(PATH, "wb");
    assert_non_null(out);
    gzputs(out, ".subckt inv a y\n");
    gzclose(out);
    gal_file file;
    assert_int_equal(gal_file_read(&file, PATH, 0, NULL), GAL_OK);
    assert_string_equal(file.data, ".subckt inv a y\n");
    gal_file_clear(&file);
    remove(PATH);
}

static void a_truncated_gzip_is_an_error(void **state) {
    (void)state;
    gzFile out = gzopen(PATH, "wb");
    for (int i = 0; i < 5000; i++) gzprintf(out, "M%d a b c d n w=%d\n", i, i * i);
    gzclose(out);
    FILE *in = fopen(PATH, "rb");
    static char bytes[200000];
    const size_t size = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    assert_int_equal(gal_file_write(PATH, bytes, size / 2, NULL), GAL_OK);
    gal_file file;
    gal_error err = {0};
    assert_int_equal(gal_file_read(&file, PATH, 0, &err), GAL_EIO);
    assert_string_equal(err.file, PATH);
    remove(PATH);
}

static void failures_name_the_file(void **state) {
    (void)state;
    gal_file file;
    gal_error err = {0};
    assert_int_equal(gal_file_read(&file, "no/such.sp", 0, &err), GAL_EIO);
    char text[400];
    assert_string_equal(gal_error_format(&err, text, sizeof text),
                        "no/such.sp: cannot open: No such file or directory");
    assert_int_equal(gal_file_read(&file, ".", 0, &err), GAL_EIO);
    assert_int_equal(gal_file_write("no/such.sp", "x", 1, &err), GAL_EIO);
    assert_string_equal(err.file, "no/such.sp");
}

static void paths_resolve_beside_a_file(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    assert_string_equal(gal_path_beside(&arena, "lib/a.sp", "b.sp"), "lib/b.sp");
    assert_string_equal(gal_path_beside(&arena, "a.sp", "b.sp"), "b.sp");
    assert_string_equal(gal_path_beside(&arena, "lib/a.sp", "/b.sp"), "/b.sp");
    gal_arena_clear(&arena);
    assert_string_equal(gal_path_base("x/y/z.sp"), "z.sp");
    assert_true(gal_path_has_ending("X.PAR.gz", ".par"));
    assert_false(gal_path_has_ending("par", ".par"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_files_read_back),      cmocka_unit_test(gzip_is_transparent),
        cmocka_unit_test(a_truncated_gzip_is_an_error), cmocka_unit_test(failures_name_the_file),
        cmocka_unit_test(paths_resolve_beside_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
