#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gnn/trees.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { ROWS = 2000, COLS = 4 };

/* A step plus a product, with two columns of noise. */
static void sample(gal_mat x, float *y, uint64_t seed) {
    gal_rng rng;
    gal_rng_init(&rng, seed, 0);
    for (int64_t r = 0; r < x.rows; r++) {
        float *row = gal_mat_row(x, r);
        for (int c = 0; c < COLS; c++) row[c] = (float)gal_rng_uniform(&rng);
        y[r] = (row[0] > 0.5f) + row[1] * row[0];
    }
}

/* ROWS to learn from and as many others to be asked about. */
static void samples(gal_arena *arena, gal_mat *x, float *y, gal_mat *test, float *truth,
                    uint64_t seed) {
    gal_arena_init(arena);
    *x = gal_mat_new(arena, ROWS, COLS);
    *test = gal_mat_new(arena, ROWS, COLS);
    sample(*x, y, seed);
    sample(*test, truth, seed + 1);
}

static double r2(const float *p, const float *y, int n) {
    double mean = 0, total = 0, left = 0;
    for (int i = 0; i < n; i++) mean += (double)y[i] / n;
    for (int i = 0; i < n; i++) {
        total += (y[i] - mean) * (y[i] - mean);
        left += (y[i] - p[i]) * (y[i] - p[i]);
    }
    return 1 - left / total;
}

static void trees_learn_save_and_repeat(void **state) {
    (void)state;
    gal_arena arena;
    gal_mat x, test;
    static float y[ROWS], truth[ROWS], once[ROWS], again[ROWS];
    samples(&arena, &x, y, &test, truth, 1);
    const gal_trees_options options = gal_trees_defaults();
    gal_trees *trees, *twin, *loaded;
    gal_error err = {0};
    assert_int_equal(gal_trees_train(&trees, x, y, &options, &err), GAL_OK);
    assert_int_equal(gal_trees_train(&twin, x, y, &options, &err), GAL_OK);
    gal_trees_predict(once, NULL, trees, test);
    assert_true(r2(once, truth, ROWS) > 0.97);
    gal_trees_predict(again, NULL, twin, test);
    assert_memory_equal(once, again, sizeof once);
    unsigned char *bytes;
    size_t size;
    assert_int_equal(gal_trees_save(&bytes, &size, trees, &err), GAL_OK);
    assert_int_equal(gal_trees_load(&loaded, bytes, size, COLS, &err), GAL_OK);
    gal_trees_predict(again, NULL, loaded, test);
    assert_memory_equal(once, again, sizeof once);
    free(bytes);
    gal_trees_destroy(trees);
    gal_trees_destroy(twin);
    gal_trees_destroy(loaded);
    gal_arena_clear(&arena);
}

/* The bytes of a forest, the caller's. */
static unsigned char *saved_forest(size_t *size, gal_mat x, const float *y,
                                   const gal_trees_options *options) {
    gal_trees *trees;
    unsigned char *bytes;
    assert_int_equal(gal_trees_train(&trees, x, y, options, NULL), GAL_OK);
    assert_int_equal(gal_trees_save(&bytes, size, trees, NULL), GAL_OK);
    gal_trees_destroy(trees);
    return bytes;
}

static void the_node_budget_is_kept(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_mat x = gal_mat_new(&arena, ROWS, COLS);
    static float y[ROWS];
    sample(x, y, 3);
    gal_trees_options options = gal_trees_defaults();
    options.max_nodes = 20000;
    size_t size;
    unsigned char *bytes = saved_forest(&size, x, y, &options);
    assert_true(size < 20000 * 2);
    for (size_t cut = 0; cut < size; cut += 1 + size / 50) {
        gal_trees *damaged;
        assert_int_equal(gal_trees_load(&damaged, bytes, cut, COLS, NULL), GAL_EPARSE);
    }
    free(bytes);
    gal_arena_clear(&arena);
}

/* Every other sample is wrong and never drawn. */
static void what_is_not_drawn_does_not_count(void **state) {
    (void)state;
    gal_arena arena;
    gal_mat x, test;
    static float y[ROWS], truth[ROWS], keep[ROWS], said[ROWS];
    samples(&arena, &x, y, &test, truth, 4);
    for (int r = 0; r < ROWS; r++) {
        keep[r] = r % 2 ? 0.8f : 0;
        if (r % 2 == 0) y[r] = 100;
    }
    gal_trees_options options = gal_trees_defaults();
    options.keep = keep;
    gal_trees *trees;
    assert_int_equal(gal_trees_train(&trees, x, y, &options, NULL), GAL_OK);
    gal_trees_predict(said, NULL, trees, test);
    assert_true(r2(said, truth, ROWS) > 0.95);
    gal_trees_destroy(trees);
    gal_arena_clear(&arena);
}

static void bad_input_is_reported(void **state) {
    (void)state;
    gal_error err = {0};
    gal_trees *trees;
    const gal_trees_options options = gal_trees_defaults();
    const gal_mat none = {.cols = 3, .stride = 3};
    assert_int_equal(gal_trees_train(&trees, none, NULL, &options, &err), GAL_EINVAL);
    assert_null(trees);
    static const char junk[][16] = {"", "\1", "\17\0\0\0\0\0\0\0{\"no\":}"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(gal_trees_load(&trees, junk[i], sizeof junk[i], COLS, &err), GAL_EPARSE);
        assert_null(trees);
    }
    assert_true(strncmp(err.message, "trees:", 6) == 0);
}

/* A head that claims other columns than the reader has, or nodes without end. */
static void the_head_is_not_believed(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_mat x = gal_mat_new(&arena, ROWS, COLS);
    static float y[ROWS];
    sample(x, y, 3);
    const gal_trees_options options = gal_trees_defaults();
    size_t size;
    unsigned char *bytes = saved_forest(&size, x, y, &options);
    const int64_t wide = 60000, nodes = (1 << 27) - 10; /* of two trees, and their plain bytes: */
    const int64_t plain = 32 + (nodes + 7) / 8 + 4 * ((nodes - 2) / 2) + (nodes + 2) / 2;
    gal_trees *trees;
    gal_error err = {0};
    assert_int_equal(gal_trees_load(&trees, bytes, size, COLS + 1, &err), GAL_EMISMATCH);
    assert_non_null(strstr(err.message, "columns, expected"));
    assert_null(trees);
    memcpy(bytes, &wide, sizeof wide);
    assert_int_equal(gal_trees_load(&trees, bytes, size, COLS, &err), GAL_EMISMATCH);
    const int64_t head[4] = {COLS, 2, nodes, plain};
    memcpy(bytes, head, sizeof head);
    assert_int_equal(gal_trees_load(&trees, bytes, size, COLS, &err), GAL_EPARSE);
    assert_non_null(strstr(err.message, "not a saved forest"));
    free(bytes);
    gal_arena_clear(&arena);
}

/* Bytes inside a forest changed, its checksums right: refused, or trees that answer. */
static void no_bytes_make_a_forest_that_crashes(void **state) {
    (void)state;
    enum { HEAD = 32, TRIES = 400 };
    gal_arena arena;
    gal_mat x, test;
    static float y[ROWS], truth[ROWS], said[ROWS];
    samples(&arena, &x, y, &test, truth, 5);
    gal_trees_options options = gal_trees_defaults();
    options.max_nodes = 400;
    options.count = 10;
    size_t size;
    unsigned char *bytes = saved_forest(&size, x, y, &options);
    int64_t head[4];
    memcpy(head, bytes, HEAD);
    uLongf n = (uLongf)head[3];
    unsigned char *plain = malloc(n), *packed = malloc(HEAD + compressBound(n));
    assert_int_equal(uncompress(plain, &n, bytes + HEAD, (uLong)(size - HEAD)), Z_OK);
    memcpy(packed, head, HEAD);
    gal_rng rng;
    gal_rng_init(&rng, 1, 0);
    int refused = 0;
    for (int i = 0; i < TRIES; i++) {
        const int at = gal_rng_below(&rng, (int32_t)n), bit = 1 << gal_rng_below(&rng, 8);
        gal_trees *other;
        plain[at] ^= (unsigned char)bit;
        uLongf length = compressBound(n);
        assert_int_equal(compress(packed + HEAD, &length, plain, n), Z_OK);
        const gal_status status = gal_trees_load(&other, packed, HEAD + length, COLS, NULL);
        if (status == GAL_OK) gal_trees_predict(said, NULL, other, test);
        else assert_int_equal(status, GAL_EPARSE);
        refused += status != GAL_OK;
        gal_trees_destroy(other);
        plain[at] ^= (unsigned char)bit;
    }
    assert_in_range(refused, TRIES / 10, TRIES - TRIES / 10);
    free(plain);
    free(packed);
    free(bytes);
    gal_arena_clear(&arena);
}

/* The trees agree where they saw rows, and part in a gap between them. */
static void trees_part_where_rows_are_new(void **state) {
    (void)state;
    gal_arena arena;
    gal_mat x, test;
    static float y[ROWS], truth[ROWS], said[ROWS], spread[ROWS];
    samples(&arena, &x, y, &test, truth, 1);
    for (int r = 0; r < ROWS; r++) {
        float *row = gal_mat_row(x, r);
        row[0] = row[0] < 0.5f ? 0.6f * row[0] : 0.4f + 0.6f * row[0]; /* nothing from 0.3 to 0.7 */
    }
    const gal_trees_options options = gal_trees_defaults();
    gal_trees *trees;
    double seen = 0, gap = 0, n_seen = 0, n_gap = 0;
    assert_int_equal(gal_trees_train(&trees, x, y, &options, NULL), GAL_OK);
    gal_trees_predict(said, spread, trees, test);
    for (int r = 0; r < ROWS; r++) {
        const float at = gal_mat_row(test, r)[0];
        if (at > 0.35f && at < 0.65f) gap += (double)spread[r], n_gap++;
        if (at < 0.25f || at > 0.75f) seen += (double)spread[r], n_seen++;
    }
    assert_true(gap / n_gap > 2 * seen / n_seen);
    gal_trees_destroy(trees);
    gal_arena_clear(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_learn_save_and_repeat),
        cmocka_unit_test(the_node_budget_is_kept),
        cmocka_unit_test(what_is_not_drawn_does_not_count),
        cmocka_unit_test(bad_input_is_reported),
        cmocka_unit_test(the_head_is_not_believed),
        cmocka_unit_test(no_bytes_make_a_forest_that_crashes),
        cmocka_unit_test(trees_part_where_rows_are_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
