#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/tasks/laid.h"
#include <math.h>

enum { STAGES = 9, WIRES = STAGES + 1 };

/* A chain of inverters; the first drives a second, wide one, too, and so has a long wire. */
static laid lay_chain(int32_t wire[WIRES + 1]) {
    plan p = plan_new();
    for (int i = 0; i <= WIRES; i++) wire[i] = net(&p, i == 0 ? GAL_NET_PORT : 0);
    for (int i = 0; i < STAGES; i++) inverter(&p, wire[i], wire[i + 1], 0.65);
    for (int i = 0; i < 3; i++) inverter(&p, wire[1], wire[WIRES], 0.65);
    const laid l = lay(&p, 1, NULL);
    plan_clear(&p);
    return l;
}

static float value_of(const laid *l, int32_t a, int32_t b, int column) {
    float pair[GAL_PEX_LAYOUT_PAIR];
    pair_row(pair, l, a, b);
    return pair[column];
}

/* What the columns claim, from the definition. */
static void check_column(const laid *l, const int32_t *wire, int by, int unscreened) {
    for (int a = 0; a <= WIRES; a++) {
        for (int b = 0; b <= WIRES; b++) {
            if (a == b) continue;
            const float own = value_of(l, wire[a], wire[b], by);
            float sum = 0, most = 0, thirds = 0, nearer = 0;
            for (int c = 0; c <= WIRES; c++) {
                if (c == a || c == b) continue;
                const float both =
                    fminf(value_of(l, wire[a], wire[c], by), value_of(l, wire[b], wire[c], by));
                sum += both;
                most = fmaxf(most, both);
                thirds += both > 1e-5F;
                nearer += both > own * 1.001F + 1e-5F;
            }
            const float expected[3] = {own > 1e-5F ? 1 - nearer / (thirds + 1) : 0,
                                       own / (own + sum / (thirds + 1) + 1e-6F),
                                       own / (own + most + 1e-6F)};
            for (int k = 0; k < 3; k++)
                assert_float_equal(value_of(l, wire[a], wire[b], unscreened + k), expected[k],
                                   1e-5);
        }
    }
}

static void test_columns_are_what_they_say(void **state) {
    (void)state;
    int32_t wire[WIRES + 1];
    laid l = lay_chain(wire);
#define XX(name) check_column(&l, wire, GAL_LAYOUT_PAIR_##name, GAL_LAYOUT_PAIR_UNSCREENED_##name);
    GAL_LAYOUT_SCREENED_MAP(XX)
#undef XX
    laid_clear(&l);
}

/* Gate and drain of one inverter lie in one column: little gets between them. Those of inverters
 * next to each other in the chain have others between. */
static void test_farther_wires_are_screened_more(void **state) {
    (void)state;
    int32_t wire[WIRES + 1];
    laid l = lay_chain(wire);
    for (int i = 2; i + 3 < STAGES; i++) {
        const float near = value_of(&l, wire[i], wire[i + 1], GAL_LAYOUT_PAIR_TO_MOST_NEAR_ALL);
        const float far = value_of(&l, wire[i], wire[i + 2], GAL_LAYOUT_PAIR_TO_MOST_NEAR_ALL);
        assert_true(near > 0.5F);
        assert_true(far < near);
    }
    laid_clear(&l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_are_what_they_say),
        cmocka_unit_test(test_farther_wires_are_screened_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
