#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netlist/graph.h"
#include "netlist/igraph_bridge.h"
#include <math.h>

/* A NAND2; `swap` lists devices the other way round with drain and source exchanged. */
static void nand2(gal_circuit *c, int swap) {
    gal_circuit_init(c);
    enum { A, B, Y, M, VDD, GND };
    static const char *const name[] = {"a", "b", "y", "mid", "vdd", "gnd"};
    for (int i = 0; i < 6; i++)
        gal_circuit_add_net(c, name[i], i == VDD ? GAL_NET_POWER : i == GND ? GAL_NET_GROUND : 0);
    static const int32_t pin[4][4] = {
        {Y, A, M, GND}, {M, B, GND, GND}, {Y, A, VDD, VDD}, {Y, B, VDD, VDD}};
    for (int k = 0; k < 4; k++) {
        const int32_t *p = pin[swap ? 3 - k : k];
        const int pmos = p[GAL_PIN_BULK] == VDD;
        const gal_device device = {.name = "M",
                                   .model = "",
                                   .type = pmos ? GAL_PMOS : GAL_NMOS,
                                   .width = pmos ? 1e-6 : 0.65e-6,
                                   .length = 0.15e-6,
                                   .multiplier = 1,
                                   .fingers = 1};
        const int32_t swapped[4] = {p[2], p[1], p[0], p[3]};
        assert_int_equal(gal_circuit_add_device(c, &device, swap ? swapped : p, 4), k);
    }
    for (int32_t n = 0; n < 3; n++) gal_circuit_add_port(c, n);
}

static void supplies_leave_the_graph(void **state) {
    (void)state;
    gal_circuit c;
    nand2(&c, 0);
    gal_arena arena;
    gal_arena_init(&arena);
    gal_graph g;
    assert_int_equal(gal_graph_build(&g, &arena, &c, NULL), GAL_OK);
    assert_int_equal(g.n_net, 4);
    assert_int_equal(g.n_device, 4);
    assert_int_equal(g.n_pin, 4 + 5); /* four gates; y three times, mid twice */
    assert_int_equal(g.net_id[4], -1);
    for (int32_t n = 0; n < 4; n++) assert_int_equal(g.net_order[g.net_id[n]], n);
    for (int r = 0; r < GAL_N_RELATION; r++) {
        const gal_csr *csr = &g.nets_of[r];
        for (int32_t d = 0; d < csr->n_row; d++)
            for (int64_t k = csr->ptr[d]; k < csr->ptr[d + 1]; k++) {
                assert_int_equal(g.pin_device[csr->edge[k]], d);
                assert_int_equal(g.pin_net[csr->edge[k]], csr->col[k]);
                assert_int_equal(g.pin_relation[csr->edge[k]], r);
            }
        assert_int_equal(g.devices_of[r].n_edge, csr->n_edge);
    }
    const float *y = g.net_feature + g.net_id[2] * GAL_N_NET_FEATURE;
    assert_true(fabsf(y[GAL_NETF_DIFF_P] - log1pf(2)) < 1e-6f);
    assert_true(fabsf(y[GAL_NETF_DIFF_W] - log1pf(2.65f)) < 1e-6f);
    assert_true(y[GAL_NETF_PORT] == 1 && y[GAL_NETF_GATES_N] == 0);
    gal_arena_clear(&arena);
    gal_circuit_clear(&c);
}

static void isomorphism_ignores_order_and_mos_orientation(void **state) {
    (void)state;
    gal_circuit a, b;
    nand2(&a, 0);
    nand2(&b, 1);
    int same = 0;
    assert_int_equal(gal_circuit_isomorphic(&same, &a, &b, NULL), GAL_OK);
    assert_true(same);
    b.device[0].width *= 1.5;
    assert_int_equal(gal_circuit_isomorphic(&same, &a, &b, NULL), GAL_OK);
    assert_false(same);
    b.device[0].width /= 1.5;
    b.pin_net[b.device[2].first_pin + GAL_PIN_GATE] ^= 1; /* one input moved to the other net */
    assert_int_equal(gal_circuit_isomorphic(&same, &a, &b, NULL), GAL_OK);
    assert_false(same);
    gal_circuit_clear(&a);
    gal_circuit_clear(&b);
}

static void components_do_not_join_through_supplies(void **state) {
    (void)state;
    gal_circuit c;
    nand2(&c, 0);
    gal_circuit_add_net(&c, "loner", 0);
    int32_t component[7], n = 0;
    assert_int_equal(gal_circuit_components(component, &n, &c, NULL), GAL_OK);
    assert_int_equal(n, 2);
    assert_int_equal(component[0], component[3]);
    assert_int_equal(component[6], 1);
    assert_int_equal(component[4], -1);
    gal_circuit_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(supplies_leave_the_graph),
        cmocka_unit_test(isomorphism_ignores_order_and_mos_orientation),
        cmocka_unit_test(components_do_not_join_through_supplies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
