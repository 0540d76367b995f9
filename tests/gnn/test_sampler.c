#include "gnn/sampler.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NODES = 60 };

static gal_arena arena;
static gal_csr csr;

/* Symmetric ring over 0..49 with chords from node 0 to all; nodes 50..59 are isolated. */
static int open_graph(void **state) {
    (void)state;
    int32_t row[400], col[400];
    int64_t n = 0;
    gal_arena_init(&arena);
    for (int32_t i = 0; i < 50; i++) {
        const int32_t ends[2] = {(i + 1) % 50, 0};
        for (int k = 0; k < 2; k++) {
            if (i == ends[k] || (k && (i == 1 || i == 49))) continue;
            row[n] = i, col[n++] = ends[k];
            row[n] = ends[k], col[n++] = i;
        }
    }
    return gal_csr_build(&csr, &arena, NODES, NODES, n, row, col, NULL);
}

static int close_graph(void **state) {
    (void)state;
    gal_arena_clear(&arena);
    return 0;
}

static int has_edge(int32_t from, int32_t to) {
    for (int64_t k = csr.ptr[from]; k < csr.ptr[from + 1]; k++)
        if (csr.col[k] == to) return 1;
    return 0;
}

/* The subgraph is exactly what its nodes induce, with the parent's edge ids. */
static void check_induced(const gal_subgraph *sub) {
    int64_t edges = 0;
    char seen[NODES] = {0};
    assert_int_equal(sub->csr.n_row, sub->n_node);
    assert_int_equal(sub->csr.n_col, sub->n_node);
    for (int32_t i = 0; i < sub->n_node; i++) {
        assert_false(seen[sub->node[i]]);
        seen[sub->node[i]] = 1;
        for (int32_t j = 0; j < sub->n_node; j++) edges += has_edge(sub->node[i], sub->node[j]);
    }
    assert_int_equal(sub->csr.n_edge, edges);
    for (int32_t i = 0; i < sub->n_node; i++)
        for (int64_t k = sub->csr.ptr[i]; k < sub->csr.ptr[i + 1]; k++) {
            const int32_t from = sub->node[i], to = sub->node[sub->csr.col[k]];
            int64_t parent = csr.ptr[from];
            while (csr.edge[parent] != sub->edge_id[sub->csr.edge[k]]) parent++;
            assert_true(parent < csr.ptr[from + 1]);
            assert_int_equal(csr.col[parent], to);
        }
}

static void draws_are_induced_and_repeatable(void **state) {
    (void)state;
    const int32_t seed[4] = {7, 30, 7, 55}, fan_out[3] = {2, 1, 3};
    gal_sampler a, b;
    assert_int_equal(gal_sampler_init(&a, &csr, NULL), GAL_OK);
    assert_int_equal(gal_sampler_init(&b, &csr, NULL), GAL_OK);
    for (uint64_t trial = 0; trial < 50; trial++) {
        gal_rng rng, same;
        gal_subgraph sub, again;
        gal_rng_init(&rng, trial, 0);
        same = rng;
        assert_int_equal(gal_sampler_draw(&sub, &arena, &a, seed, 4, fan_out, 3, &rng, NULL),
                         GAL_OK);
        check_induced(&sub);
        assert_int_equal(sub.n_seed, 4);
        const int32_t local[4] = {0, 1, 0, 2};
        assert_memory_equal(sub.seed, local, sizeof local);
        assert_true(sub.node[0] == 7 && sub.node[1] == 30 && sub.node[2] == 55);
        assert_true(sub.n_node <= 3 + 3 * 2 + 6 + 18);
        assert_int_equal(gal_sampler_draw(&again, &arena, &b, seed, 4, fan_out, 3, &same, NULL),
                         GAL_OK);
        assert_int_equal(again.n_node, sub.n_node);
        assert_memory_equal(again.node, sub.node, (size_t)sub.n_node * sizeof *sub.node);
    }
    gal_sampler_clear(&a);
    gal_sampler_clear(&b);
}

static void fan_out_bounds_each_row(void **state) {
    (void)state;
    gal_sampler sampler;
    assert_int_equal(gal_sampler_init(&sampler, &csr, NULL), GAL_OK);
    gal_rng rng;
    gal_rng_init(&rng, 3, 0);
    const int32_t hub = 0;
    for (int32_t fan_out = 0; fan_out <= 60; fan_out++) {
        gal_subgraph sub;
        assert_int_equal(gal_sampler_draw(&sub, &arena, &sampler, &hub, 1, &fan_out, 1, &rng, NULL),
                         GAL_OK);
        assert_int_equal(sub.n_node, 1 + (fan_out < 49 ? fan_out : 49));
        check_induced(&sub);
    }
    const int32_t all[2] = {-1, -1}, node = 25;
    gal_subgraph sub;
    assert_int_equal(gal_sampler_draw(&sub, &arena, &sampler, &node, 1, all, 1, &rng, NULL),
                     GAL_OK);
    assert_int_equal(sub.n_node, 4);
    assert_int_equal(gal_sampler_draw(&sub, &arena, &sampler, &node, 1, all, 2, &rng, NULL),
                     GAL_OK);
    assert_int_equal(sub.n_node, 50);
    assert_int_equal(sub.csr.n_edge, csr.n_edge);
    gal_sampler_clear(&sampler);
}

/* Each of the hub's 49 neighbours is drawn equally often. */
static void neighbours_are_uniform(void **state) {
    (void)state;
    gal_sampler sampler;
    gal_arena batch;
    gal_arena_init(&batch);
    assert_int_equal(gal_sampler_init(&sampler, &csr, NULL), GAL_OK);
    gal_rng rng;
    gal_rng_init(&rng, 8, 0);
    int count[NODES] = {0};
    const int32_t hub = 0, fan_out = 7;
    for (int trial = 0; trial < 7000; trial++) {
        gal_subgraph sub;
        gal_arena_reset(&batch);
        assert_int_equal(gal_sampler_draw(&sub, &batch, &sampler, &hub, 1, &fan_out, 1, &rng, NULL),
                         GAL_OK);
        for (int32_t i = 1; i < sub.n_node; i++) count[sub.node[i]]++;
    }
    for (int i = 1; i < 50; i++) assert_in_range(count[i], 850, 1150); /* 1000 +- 29 */
    gal_sampler_clear(&sampler);
    gal_arena_clear(&batch);
}

static void bad_seeds_are_refused(void **state) {
    (void)state;
    gal_sampler sampler;
    gal_subgraph sub;
    gal_rng rng;
    gal_error err = {0};
    gal_rng_init(&rng, 1, 0);
    assert_int_equal(gal_sampler_init(&sampler, &csr, NULL), GAL_OK);
    const int32_t bad[2] = {4, NODES}, fan_out = 2, good = 4;
    assert_int_equal(gal_sampler_draw(&sub, &arena, &sampler, bad, 2, &fan_out, 1, &rng, &err),
                     GAL_EINVAL);
    assert_non_null(strstr(err.message, "60"));
    /* The failed draw leaves no trace. */
    assert_int_equal(gal_sampler_draw(&sub, &arena, &sampler, &good, 1, &fan_out, 1, &rng, NULL),
                     GAL_OK);
    assert_int_equal(sub.seed[0], 0);
    assert_int_equal(gal_sampler_draw(&sub, &arena, &sampler, NULL, 0, &fan_out, 1, &rng, NULL),
                     GAL_OK);
    assert_int_equal(sub.n_node, 0);
    gal_sampler_clear(&sampler);
    const gal_csr wide = {.n_row = 2, .n_col = 3};
    assert_int_equal(gal_sampler_init(&sampler, &wide, &err), GAL_EINVAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_are_induced_and_repeatable),
        cmocka_unit_test(fan_out_bounds_each_row),
        cmocka_unit_test(neighbours_are_uniform),
        cmocka_unit_test(bad_seeds_are_refused),
    };
    return cmocka_run_group_tests(tests, open_graph, close_graph);
}
