#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/tasks/laid.h"
#include <math.h>
#include <omp.h>
#include <string.h>
#include <time.h>

/* NAND of n inputs; its inner nets are numbered from the returned one. */
static int32_t nand(plan *p, const int32_t *in, int n, int32_t out, double width) {
    const int32_t first = p->n_net;
    int32_t above = out;
    for (int i = 0; i < n; i++) {
        const int32_t below = i + 1 < n ? net(p, 0) : GND;
        mos(p, GAL_NMOS, above, in[i], below, width);
        mos(p, GAL_PMOS, out, in[i], VDD, 1.5 * width);
        above = below;
    }
    return first;
}

static void assert_close(const float *a, const float *b, int n) {
    for (int i = 0; i < n; i++) {
        assert_true(isfinite(a[i]));
        if (fabsf(a[i] - b[i]) > 1e-3f * fmaxf(1, fabsf(b[i])))
            fail_msg("column %d: %g and %g", i, (double)a[i], (double)b[i]);
    }
}

/* All nets and pairs of two layouts of one plan. */
static void assert_same(const plan *p, const laid *x, const laid *y) {
    for (int32_t a = FIRST; a < p->n_net; a++) {
        assert_close(row(x, a), row(y, a), GAL_PEX_LAYOUT_NET);
        for (int32_t b = FIRST; b < p->n_net; b++) {
            float of_x[GAL_PEX_LAYOUT_PAIR], of_y[GAL_PEX_LAYOUT_PAIR];
            if (a == b) continue;
            pair_row(of_x, x, a, b);
            pair_row(of_y, y, a, b);
            assert_close(of_x, of_y, GAL_PEX_LAYOUT_PAIR);
        }
    }
}

/* Gates of all sizes between random nets: no two nets alike. */
static plan random_logic(uint64_t seed, int n_gate) {
    plan p = plan_new();
    gal_rng rng;
    gal_rng_init(&rng, seed, 0);
    int32_t wire[64];
    for (int i = 0; i < 4; i++) wire[i] = net(&p, GAL_NET_PORT);
    for (int i = 0; i < n_gate; i++) {
        const int32_t a = gal_rng_below(&rng, i + 4), b = gal_rng_below(&rng, i + 4);
        const int32_t in[2] = {wire[a], wire[b]};
        wire[i + 4] = net(&p, i == n_gate - 1 ? GAL_NET_PORT : 0);
        if (a == b) inverter(&p, in[0], wire[i + 4], 0.42 + 0.05 * i);
        else nand(&p, in, 2, wire[i + 4], 0.42 + 0.05 * i);
    }
    return p;
}

static void test_inverter_chain(void **state) {
    (void)state;
    plan p = plan_new();
    int32_t wire[6];
    for (int i = 0; i < 6; i++) wire[i] = net(&p, i == 0 || i == 5 ? GAL_NET_PORT : 0);
    for (int i = 0; i < 5; i++) inverter(&p, wire[i], wire[i + 1], 0.65);
    laid l = lay(&p, 1, NULL);
    const float width = row(&l, wire[0])[GAL_LAYOUT_NET_CELL_WIDTH];
    assert_true(width > 4 * 0.36f && width < 4 * 1.0f);
    assert_true(row(&l, wire[0])[GAL_LAYOUT_NET_SPAN] < 1e-6f);
    for (int i = 1; i < 5; i++) {
        const float *r = row(&l, wire[i]);
        assert_float_equal(r[GAL_LAYOUT_NET_COLUMNS_BOTH], 1, 1e-5);
        assert_float_equal(r[GAL_LAYOUT_NET_CONTACTS_N], 1, 1e-5);
        assert_float_equal(r[GAL_LAYOUT_NET_CROSSES], 1, 1e-5);
        /* From its driver's drain to the next gate: less than half of the chain. */
        assert_true(r[GAL_LAYOUT_NET_SPAN] > 0.1f && r[GAL_LAYOUT_NET_SPAN] < width / 2);
        assert_float_equal(r[GAL_LAYOUT_NET_FANIN], 1, 0);
        assert_float_equal(r[GAL_LAYOUT_NET_FANOUT], 1, 0);
        assert_float_equal(r[GAL_LAYOUT_NET_STACK], 0, 0);
    }
    /* Neighbours in the chain are nearer than its ends. */
    float near[GAL_PEX_LAYOUT_PAIR], far[GAL_PEX_LAYOUT_PAIR];
    pair_row(near, &l, wire[2], wire[3]);
    pair_row(far, &l, wire[0], wire[5]);
    assert_true(near[GAL_LAYOUT_PAIR_NEAR_ALL] > far[GAL_LAYOUT_PAIR_NEAR_ALL]);
    assert_true(near[GAL_LAYOUT_PAIR_GAP] < far[GAL_LAYOUT_PAIR_GAP]);
    assert_float_equal(near[GAL_LAYOUT_PAIR_STEPS], 1, 0);
    laid_clear(&l);
    plan_clear(&p);
}

static void test_stack_is_bare(void **state) {
    (void)state;
    plan p = plan_new();
    int32_t in[4];
    for (int i = 0; i < 4; i++) in[i] = net(&p, GAL_NET_PORT);
    const int32_t out = net(&p, GAL_NET_PORT);
    const int32_t inner = nand(&p, in, 4, out, 0.65);
    laid l = lay(&p, 1, NULL);
    for (int32_t i = inner; i < inner + 3; i++) {
        const float *r = row(&l, i);
        assert_float_equal(r[GAL_LAYOUT_NET_STACK], 1, 0);
        assert_true(r[GAL_LAYOUT_NET_BARE] > 0.7f); /* in nearly all layouts */
        assert_true(r[GAL_LAYOUT_NET_CONTACTS_N] < 0.7f);
        assert_float_equal(r[GAL_LAYOUT_NET_DEPTH_N], (float)(3 - (i - inner)), 0);
    }
    assert_true(row(&l, out)[GAL_LAYOUT_NET_BARE] < 1e-6f);
    assert_true(row(&l, out)[GAL_LAYOUT_NET_CONTACTS_P] > 1.5f);
    float stacked[GAL_PEX_LAYOUT_PAIR];
    pair_row(stacked, &l, in[1], in[2]);
    assert_float_equal(stacked[GAL_LAYOUT_PAIR_SERIES_STACK], 1, 0);
    assert_true(stacked[GAL_LAYOUT_PAIR_GATES_STACKED] > 0.3f);
    laid_clear(&l);
    plan_clear(&p);
}

/* The carry and a stack of the sum of an adder, whose rows mirror each other: fingers of one gate
 * pair with their mirror image, so that one order suits both rows and no stack breaks. */
static void test_twin_stacks_do_not_break(void **state) {
    (void)state;
    enum { INPUTS = 3, STACKS = 10 };
    static const int at_node[INPUTS] = {2, 1, 1}, at_rail[INPUTS] = {0, 0, 2};
    plan p = plan_new();
    int32_t in[INPUTS], stack[STACKS];
    for (int i = 0; i < INPUTS; i++) in[i] = net(&p, GAL_NET_PORT);
    for (int i = 0; i < STACKS; i++) stack[i] = net(&p, 0);
    const int32_t carry = net(&p, GAL_NET_PORT), sum = net(&p, GAL_NET_PORT);
    for (int side = 0; side < 2; side++) {
        const gal_device_type type = side ? GAL_PMOS : GAL_NMOS;
        const int32_t rail = side ? VDD : GND, *own = stack + side * STACKS / 2;
        for (int k = 0; k < INPUTS; k++) {
            mos(&p, type, own[k], in[at_node[k]], carry, 0.42);
            mos(&p, type, own[k], in[at_rail[k]], rail, 0.42);
        }
        mos(&p, type, sum, in[2], own[3], 0.42);
        mos(&p, type, own[3], in[1], own[4], 0.42);
        mos(&p, type, own[4], in[0], rail, 0.42);
    }
    gal_rng rng;
    gal_rng_init(&rng, 3, 0);
    for (int turn = 0; turn < 4; turn++) {
        laid l = lay(&p, 1, turn ? &rng : NULL);
        for (int k = 0; k < STACKS; k++) assert_true(row(&l, stack[k])[GAL_LAYOUT_NET_BARE] > 0.7f);
        laid_clear(&l);
    }
    plan_clear(&p);
}

static void test_order_does_not_matter(void **state) {
    (void)state;
    gal_rng rng;
    gal_rng_init(&rng, 5, 0);
    for (uint64_t seed = 1; seed <= 4; seed++) {
        plan p = random_logic(seed, 9);
        laid l = lay(&p, 1, NULL);
        for (int i = 0; i < 3; i++) {
            laid other = lay(&p, 1, &rng);
            assert_same(&p, &l, &other);
            laid_clear(&other);
        }
        laid_clear(&l);
        plan_clear(&p);
    }
}

static void test_threads_do_not_matter(void **state) {
    (void)state;
    plan p = random_logic(7, 12);
    omp_set_num_threads(1);
    laid one = lay(&p, 1, NULL);
    omp_set_num_threads(3);
    laid three = lay(&p, 1, NULL);
    assert_int_equal(one.layout.n_pair, three.layout.n_pair);
    for (int32_t i = FIRST; i < p.n_net; i++)
        assert_memory_equal(row(&one, i), row(&three, i), GAL_PEX_LAYOUT_NET * sizeof(float));
    laid_clear(&one);
    laid_clear(&three);
    plan_clear(&p);
}

/* Mean span of the wires of a chain of NANDs; each takes the last wire and the one two before. */
static double mean_span(int n) {
    plan p = plan_new();
    int32_t wire[128];
    for (int i = 0; i < 3; i++) wire[i] = net(&p, GAL_NET_PORT);
    for (int i = 3; i < n; i++) {
        wire[i] = net(&p, i == n - 1 ? GAL_NET_PORT : 0);
        nand(&p, (int32_t[]){wire[i - 1], wire[i - 3]}, 2, wire[i], 0.65);
    }
    laid l = lay(&p, 1, NULL);
    double sum = 0;
    for (int i = 3; i < n - 3; i++) sum += (double)row(&l, wire[i])[GAL_LAYOUT_NET_SPAN];
    laid_clear(&l);
    plan_clear(&p);
    return sum / (n - 6);
}

/* Wires that join neighbours stay as short in long cells as in short ones. */
static void test_long_cells_are_drawn_well(void **state) {
    (void)state;
    const double is_short = mean_span(12);
    assert_true(mean_span(44) < 1.2 * is_short);
    assert_true(mean_span(60) < 1.2 * is_short);
}

/* m=2, nf=2 at twice the width, and two parallel transistors are the same. */
static void test_fingers(void **state) {
    (void)state;
    laid l[3];
    plan p[3];
    for (int way = 0; way < 3; way++) {
        p[way] = random_logic(7, 6);
        const int32_t n = p[way].n_item;
        for (int32_t i = 0; i < n; i += 3) {
            gal_device *device = &p[way].item[i].device;
            if (way == 0) device->multiplier = 2;
            if (way == 1) device->fingers = 2, device->width *= 2;
            if (way == 2) p[way].item[p[way].n_item++] = p[way].item[i];
        }
        l[way] = lay(&p[way], 1, NULL);
    }
    for (int way = 1; way < 3; way++) assert_same(&p[0], &l[0], &l[way]);
    for (int way = 0; way < 3; way++) {
        laid_clear(&l[way]);
        plan_clear(&p[way]);
    }
}

static void test_pairs(void **state) {
    (void)state;
    plan p = plan_new();
    const int32_t in = net(&p, GAL_NET_PORT), out = net(&p, GAL_NET_PORT), lone = net(&p, 0);
    inverter(&p, in, out, 0.65);
    laid l = lay(&p, 1, NULL);
    float forth[GAL_PEX_LAYOUT_PAIR], back[GAL_PEX_LAYOUT_PAIR];
    pair_row(forth, &l, in, out);
    pair_row(back, &l, out, in);
    assert_float_equal(forth[GAL_LAYOUT_PAIR_GATE_A], 2, 0);
    assert_float_equal(forth[GAL_LAYOUT_PAIR_GATE_B], 0, 0);
    assert_float_equal(back[GAL_LAYOUT_PAIR_GATE_A], 0, 0);
    assert_float_equal(back[GAL_LAYOUT_PAIR_GATE_B], 2, 0);
    assert_float_equal(forth[GAL_LAYOUT_PAIR_BESIDE_N], 0.65, 1e-5);
    for (int k = 0; k < GAL_PEX_LAYOUT_PAIR; k++)
        if (k != GAL_LAYOUT_PAIR_GATE_A && k != GAL_LAYOUT_PAIR_GATE_B)
            assert_float_equal(forth[k], back[k], 0);
    pair_row(forth, &l, in, lone);
    for (int k = 0; k < GAL_PEX_LAYOUT_PAIR; k++) assert_float_equal(forth[k], 0, 0);
    for (int k = 0; k < GAL_PEX_LAYOUT_NET; k++) assert_float_equal(row(&l, lone)[k], 0, 0);

    gal_error err;
    gal_pex_pair wrong = {0, l.graph.n_net};
    gal_mat m = {
        .data = back, .rows = 1, .cols = GAL_PEX_LAYOUT_PAIR, .stride = GAL_PEX_LAYOUT_PAIR};
    assert_int_equal(gal_pex_layout_pairs(m, &l.layout, &wrong, 1, &err), GAL_EINVAL);
    wrong = (gal_pex_pair){-1, 0};
    assert_int_equal(gal_pex_layout_pairs(m, &l.layout, &wrong, 1, &err), GAL_EINVAL);
    wrong.a = 0;
    m.cols--;
    assert_int_equal(gal_pex_layout_pairs(m, &l.layout, &wrong, 1, &err), GAL_EINVAL);
    laid_clear(&l);
    plan_clear(&p);
}

static void test_degenerate(void **state) {
    (void)state;
    plan p = plan_new();
    laid l = lay(&p, 1, NULL); /* supplies only */
    assert_int_equal(l.layout.net.rows, 0);
    assert_int_equal(l.layout.n_pair, 0);
    laid_clear(&l);

    const int32_t a = net(&p, GAL_NET_PORT), b = net(&p, 0);
    gal_device *wild = mos(&p, GAL_NMOS, b, a, GND, 0.65); /* no PMOS */
    mos(&p, GAL_NMOS, b, b, b, 0);                         /* no size, one net */
    wild->width = INFINITY;
    wild->multiplier = 1e300;
    l = lay(&p, 0, NULL);
    for (int k = 0; k < GAL_PEX_LAYOUT_NET; k++) {
        assert_true(isfinite(row(&l, a)[k]));
        assert_true(isfinite(row(&l, b)[k]));
    }
    assert_float_equal(row(&l, a)[GAL_LAYOUT_NET_CELL_W_P], 0, 0);
    laid_clear(&l);
    plan_clear(&p);
}

static void test_large_chain(void **state) {
    (void)state;
    plan p = plan_new();
    int32_t in = net(&p, GAL_NET_PORT);
    for (int i = 0; i < 2500; i++) {
        const int32_t out = net(&p, i == 2499 ? GAL_NET_PORT : 0);
        inverter(&p, in, out, 0.65);
        in = out;
    }
    const clock_t start = clock();
    laid l = lay(&p, 0, NULL);
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 5); /* 0.1 s; sanitizers are slow */
    for (int32_t i = FIRST; i < p.n_net; i++)
        for (int k = 0; k < GAL_PEX_LAYOUT_NET; k++) assert_true(isfinite(row(&l, i)[k]));
    /* Only what lies near: far from all of the 3 million pairs. */
    assert_true(l.layout.n_pair >= 2500 && l.layout.n_pair < 200000);
    for (int32_t i = 1; i < l.layout.n_pair; i++) {
        const gal_pex_pair *q = &l.layout.pair[i - 1];
        assert_true(q->a < q[1].a || (q->a == q[1].a && q->b < q[1].b));
    }
    laid_clear(&l);
    plan_clear(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inverter_chain),
        cmocka_unit_test(test_stack_is_bare),
        cmocka_unit_test(test_twin_stacks_do_not_break),
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_threads_do_not_matter),
        cmocka_unit_test(test_long_cells_are_drawn_well),
        cmocka_unit_test(test_fingers),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_degenerate),
        cmocka_unit_test(test_large_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
