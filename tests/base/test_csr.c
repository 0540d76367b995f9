#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/csr.h"
#include "base/rng.h"
#include <string.h>

static void rows_keep_the_order_of_their_edges(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    const int32_t row[] = {2, 0, 2, 0, 2}, col[] = {1, 0, 0, 1, 1};
    gal_csr csr, back;
    assert_int_equal(gal_csr_build(&csr, &arena, 3, 2, 5, row, col, NULL), GAL_OK);
    const int64_t ptr[] = {0, 2, 2, 5};
    const int32_t cols[] = {0, 1, 1, 0, 1}, edges[] = {1, 3, 0, 2, 4};
    assert_memory_equal(csr.ptr, ptr, sizeof ptr);
    assert_memory_equal(csr.col, cols, sizeof cols);
    assert_memory_equal(csr.edge, edges, sizeof edges);
    assert_int_equal(gal_csr_transpose(&back, &arena, &csr, NULL), GAL_OK);
    const int64_t back_ptr[] = {0, 2, 5};
    const int32_t back_cols[] = {0, 2, 0, 2, 2}, back_edges[] = {1, 2, 3, 0, 4};
    assert_memory_equal(back.ptr, back_ptr, sizeof back_ptr);
    assert_memory_equal(back.col, back_cols, sizeof back_cols);
    assert_memory_equal(back.edge, back_edges, sizeof back_edges);
    gal_arena_clear(&arena);
}

static void edges_outside_the_graph_are_refused(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_csr csr;
    gal_error err = {0};
    const int32_t row[] = {0, 3}, col[] = {0, 0};
    assert_int_equal(gal_csr_build(&csr, &arena, 3, 1, 2, row, col, &err), GAL_EINVAL);
    assert_string_equal(err.message, "edge 1 leaves the graph");
    gal_arena_clear(&arena);
}

/* A path 0-1-2-... under a random relabelling: breadth-first numbers must walk it in order. */
static void numbering_brings_neighbours_together(void **state) {
    (void)state;
    enum { N = 500 };
    int32_t label[N], row[2 * N], col[2 * N], order[N], number[N];
    for (int32_t i = 0; i < N; i++) label[i] = i;
    gal_rng rng;
    gal_rng_init(&rng, 3, 0);
    gal_rng_shuffle(&rng, label, N);
    int64_t n_edge = 0;
    for (int32_t i = 0; i + 1 < N; i++) {
        row[n_edge] = label[i], col[n_edge++] = label[i + 1];
        row[n_edge] = label[i + 1], col[n_edge++] = label[i];
    }
    gal_arena arena;
    gal_arena_init(&arena);
    gal_csr csr;
    assert_int_equal(gal_csr_build(&csr, &arena, N, N, n_edge, row, col, NULL), GAL_OK);
    assert_int_equal(gal_csr_bfs_order(order, &csr, NULL), GAL_OK);
    memset(number, -1, sizeof number);
    for (int32_t i = 0; i < N; i++) {
        assert_int_equal(number[order[i]], -1);
        number[order[i]] = i;
    }
    for (int64_t k = 0; k < n_edge; k++) assert_in_range(number[row[k]] - number[col[k]] + 2, 0, 4);
    gal_arena_clear(&arena);
}

static void empty_graphs_are_fine(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_csr csr, back;
    assert_int_equal(gal_csr_build(&csr, &arena, 0, 0, 0, NULL, NULL, NULL), GAL_OK);
    assert_int_equal(gal_csr_transpose(&back, &arena, &csr, NULL), GAL_OK);
    assert_int_equal(gal_csr_bfs_order(NULL, &csr, NULL), GAL_OK);
    gal_arena_clear(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_keep_the_order_of_their_edges),
        cmocka_unit_test(edges_outside_the_graph_are_refused),
        cmocka_unit_test(numbering_brings_neighbours_together),
        cmocka_unit_test(empty_graphs_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
