#include "gnn/link_sampler.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LINKS = 300, NODES = 100 };

static int32_t end_a[LINKS], end_b[LINKS];

/* Node i is an end about as often as NODES - i. */
static void make_links(void) {
    gal_rng rng;
    gal_rng_init(&rng, 2, 0);
    for (int k = 0; k < LINKS; k++) {
        end_a[k] = gal_rng_below(&rng, 1 + gal_rng_below(&rng, NODES));
        end_b[k] = gal_rng_below(&rng, 1 + gal_rng_below(&rng, NODES));
    }
}

static void set_holds_unordered_pairs(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_link_set set;
    make_links();
    assert_int_equal(gal_link_set_build(&set, &arena, end_a, end_b, LINKS, NULL), GAL_OK);
    int64_t distinct = 0;
    for (int32_t a = 0; a < NODES; a++)
        for (int32_t b = a; b < NODES; b++) {
            int linked = 0;
            for (int k = 0; k < LINKS; k++)
                linked |= (end_a[k] == a && end_b[k] == b) || (end_a[k] == b && end_b[k] == a);
            assert_int_equal(gal_link_set_has(&set, a, b), linked);
            assert_int_equal(gal_link_set_has(&set, b, a), linked);
            distinct += linked;
        }
    assert_int_equal(set.n_pair, distinct);
    const int32_t minus = -1, zero = 0;
    assert_int_equal(gal_link_set_build(&set, &arena, &minus, &zero, 1, NULL), GAL_EINVAL);
    assert_int_equal(gal_link_set_build(&set, &arena, NULL, NULL, 0, NULL), GAL_OK);
    assert_false(gal_link_set_has(&set, 0, 1));
    gal_arena_clear(&arena);
}

static void negatives_are_no_positives(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_link_set set;
    gal_rng rng, same;
    gal_rng_init(&rng, 6, 0);
    same = rng;
    make_links();
    assert_int_equal(gal_link_set_build(&set, &arena, end_a, end_b, LINKS, NULL), GAL_OK);
    int32_t node[NODES], both[2 * LINKS], a[2000], b[2000], a2[2000], b2[2000];
    for (int32_t i = 0; i < NODES; i++) node[i] = i;
    for (int k = 0; k < LINKS; k++) both[2 * k] = end_a[k], both[2 * k + 1] = end_b[k];
    assert_int_equal(gal_link_negatives(a, b, 2000, &set, node, NODES, node, NODES, &rng, NULL),
                     GAL_OK);
    assert_int_equal(gal_link_negatives(a2, b2, 2000, &set, node, NODES, node, NODES, &same, NULL),
                     GAL_OK);
    assert_memory_equal(a, a2, sizeof a);
    assert_memory_equal(b, b2, sizeof b);
    int64_t low_uniform = 0, low_matched = 0, low_positive = 0;
    for (int k = 0; k < 2000; k++) {
        assert_false(a[k] == b[k] || gal_link_set_has(&set, a[k], b[k]));
        low_uniform += (a[k] < 20) + (b[k] < 20);
    }
    assert_int_equal(
        gal_link_negatives(a, b, 2000, &set, both, 2 * LINKS, both, 2 * LINKS, &rng, NULL), GAL_OK);
    for (int k = 0; k < 2000; k++) {
        assert_false(a[k] == b[k] || gal_link_set_has(&set, a[k], b[k]));
        low_matched += (a[k] < 20) + (b[k] < 20);
    }
    for (int k = 0; k < 2 * LINKS; k++) low_positive += both[k] < 20;
    const double share = (double)low_positive / (2 * LINKS);
    assert_true((double)low_uniform / 4000 < 0.25 && share > 0.4);
    assert_true((double)low_matched / 4000 > share - 0.1);
    gal_arena_clear(&arena);
}

static void complete_graphs_end_in_an_error(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_link_set set;
    gal_rng rng;
    gal_rng_init(&rng, 6, 0);
    const int32_t x[3] = {0, 0, 1}, y[3] = {1, 2, 2}, node[3] = {0, 1, 2};
    int32_t a, b;
    assert_int_equal(gal_link_set_build(&set, &arena, x, y, 3, NULL), GAL_OK);
    assert_int_equal(gal_link_negatives(&a, &b, 1, &set, node, 3, node, 3, &rng, NULL), GAL_ELIMIT);
    assert_int_equal(gal_link_negatives(&a, &b, 1, &set, node, 0, node, 3, &rng, NULL), GAL_EINVAL);
    gal_arena_clear(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_holds_unordered_pairs),
        cmocka_unit_test(negatives_are_no_positives),
        cmocka_unit_test(complete_graphs_end_in_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
