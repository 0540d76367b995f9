#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
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

static void gz_names_are_compressed(void **state) {
    (void)state;
    static char big[300000];
    memset(big, 'x', sizeof big);
    const char *path = PATH ".gz";
    assert_int_equal(gal_file_write(path, big, sizeof big, NULL), GAL_OK);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size < 2000);
    gal_file file;
    assert_int_equal(gal_file_read(&file, path, 0, NULL), GAL_OK);
    assert_int_equal(file.size, sizeof big);
    assert_memory_equal(file.data, big, sizeof big);
    gal_file_clear(&file);
    assert_int_equal(gal_file_write(path, "", 0, NULL), GAL_OK);
    assert_int_equal(gal_file_read(&file, path, 0, NULL), GAL_OK);
    assert_int_equal(file.size, 0);
    gal_file_clear(&file);
    remove(path);
}

static void a_rewritten_file_keeps_links_and_permissions(void **state) {
    (void)state;
    const char *link = PATH ".link";
    remove(link);
    assert_int_equal(gal_file_write(PATH, "old", 3, NULL), GAL_OK);
    assert_int_equal(chmod(PATH, 0640), 0);
    assert_int_equal(symlink(PATH, link), 0);
    assert_int_equal(gal_file_write(link, "new", 3, NULL), GAL_OK);
    struct stat st;
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(PATH, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    gal_file file;
    assert_int_equal(gal_file_read(&file, PATH, 0, NULL), GAL_OK);
    assert_string_equal(file.data, "new");
    gal_file_clear(&file);
    remove(PATH); /* a link that leads nowhere leads to the new file */
    assert_int_equal(gal_file_check_writable(link, NULL), GAL_OK);
    assert_int_equal(gal_file_write(link, "again", 5, NULL), GAL_OK);
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(PATH, &st), 0);
    assert_int_equal(gal_file_check_writable("no/such", NULL), GAL_EIO);
    assert_int_equal(gal_file_check_writable(".", NULL), GAL_EIO);
    remove(link);
    remove(PATH);
}

static void devices_are_written_to(void **state) {
    (void)state;
    gal_error err = {0};
    assert_int_equal(gal_file_write("/dev/null", "x", 1, &err), GAL_OK);
    assert_int_equal(gal_file_write("/dev/full", "x", 1, &err), GAL_EIO);
    struct stat st;
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
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
        cmocka_unit_test(written_files_read_back),
        cmocka_unit_test(gzip_is_transparent),
        cmocka_unit_test(gz_names_are_compressed),
        cmocka_unit_test(a_rewritten_file_keeps_links_and_permissions),
        cmocka_unit_test(devices_are_written_to),
        cmocka_unit_test(a_truncated_gzip_is_an_error),
        cmocka_unit_test(failures_name_the_file),
        cmocka_unit_test(paths_resolve_beside_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
