#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tasks/surrogate/deck_graph.h"
#include <string.h>

static const char deck[] = "* two stages\n"
                           ".param w=1u r=10k ib=1u\n"
                           "*galena var w 0.5u 50u log\n"
                           "*galena var r 1k 100k log\n"
                           "*galena var ib 1u 10u\n"
                           "vdd vdd 0 1.8\n"
                           "vin in 0 dc 0.9 ac 1\n"
                           "ibias vdd out dc {2*ib}\n"
                           "x1 in mid vdd stage width={3*w}\n"
                           "x2 mid out vdd stage width={w}\n"
                           ".subckt stage a y v width=1u\n"
                           "m1 y a 0 0 nm w={width} l=180n\n"
                           "rl v y {r}\n"
                           ".ends\n"
                           ".model nm nmos level=1\n"
                           ".op\n.ac dec 10 1 1g\n"
                           "*galena measure gain = dcgain(out)\n"
                           "*galena measure power = power(vdd)\n"
                           ".end\n";

enum { VAR_W, VAR_R, VAR_IB, GAIN, POWER, ALL };

static void read(gal_bench *bench, gal__deck_graph *g, gal_arena *arena) {
    gal_error err = {0};
    if (gal_bench_parse(bench, (gal_view){deck, sizeof deck - 1}, "two.sp", &err) != GAL_OK)
        fail_msg("%s", err.message);
    gal_arena_init(arena);
    if (gal__deck_graph_build(g, arena, bench, NULL, &err) != GAL_OK) fail_msg("%s", err.message);
}

static int64_t degree(const gal__deck_graph *g, int relation, int32_t node) {
    return g->relation[relation].ptr[node + 1] - g->relation[relation].ptr[node];
}

static void test_nodes(void **state) {
    (void)state;
    gal_bench bench;
    gal_arena arena;
    gal__deck_graph g;
    read(&bench, &g, &arena);
    assert_int_equal(g.n_var, 3);
    assert_int_equal(g.n_metric, 2);
    assert_int_equal(g.n_device, 7); /* three sources, two transistors, two resistors */
    assert_int_equal(degree(&g, 10, ALL), 3 + 2 + 7);
    gal_arena_clear(&arena);
    gal_bench_clear(&bench);
}

/* w sizes the widths of both transistors through an expression, r both resistors, ib the source. */
static void test_follows(void **state) {
    (void)state;
    gal_bench bench;
    gal_arena arena;
    gal__deck_graph g;
    read(&bench, &g, &arena);
    enum { WIDTH = 4, LENGTH, MULTIPLIER, VALUE };
    assert_int_equal(degree(&g, WIDTH, VAR_W), 2);
    assert_int_equal(degree(&g, LENGTH, VAR_W), 0);
    assert_int_equal(degree(&g, VALUE, VAR_R), 2);
    assert_int_equal(degree(&g, VALUE, VAR_IB), 1);
    assert_int_equal(degree(&g, MULTIPLIER, VAR_IB), 0);
    gal_arena_clear(&arena);
    gal_bench_clear(&bench);
}

/* gain looks at a net, power at a source and at the net of the same name; the way back is there. */
static void test_measures(void **state) {
    (void)state;
    gal_bench bench;
    gal_arena arena;
    gal__deck_graph g;
    read(&bench, &g, &arena);
    assert_int_equal(degree(&g, 8, GAIN), 1);
    assert_int_equal(degree(&g, 9, GAIN), 0);
    assert_int_equal(degree(&g, 9, POWER), 1);
    const int32_t net = g.relation[8].col[g.relation[8].ptr[GAIN]];
    assert_int_equal(degree(&g, 8 + 11, net), 1);
    gal_arena_clear(&arena);
    gal_bench_clear(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nodes),
        cmocka_unit_test(test_follows),
        cmocka_unit_test(test_measures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
