#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "tasks/parasitics/near_pairs.h"
#include "tasks/parasitics/pair_context.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* A circuit by hand, of which shuffled copies are built. Nets have the plan's numbers. */
typedef struct plan {
    struct {
        gal_device device;
        int32_t pin[4];
    } * item;
    uint32_t *flags;
    int32_t n_item, n_net, item_capacity, net_capacity;
} plan;

static int32_t net(plan *p, uint32_t flags) {
    if (p->n_net == p->net_capacity) {
        p->net_capacity = 2 * p->net_capacity + 16;
        p->flags = realloc(p->flags, sizeof *p->flags * (size_t)p->net_capacity);
        assert_non_null(p->flags);
    }
    p->flags[p->n_net] = flags;
    return p->n_net++;
}

static void mos(plan *p, gal_device_type type, int32_t drain, int32_t gate, int32_t source,
                int32_t bulk, double width_um) {
    if (p->n_item == p->item_capacity) {
        p->item_capacity = 2 * p->item_capacity + 16;
        p->item = realloc(p->item, sizeof *p->item * (size_t)p->item_capacity);
        assert_non_null(p->item);
    }
    const gal_device device = {.name = "M",
                               .model = "",
                               .type = type,
                               .width = width_um * 1e-6,
                               .length = 0.15e-6,
                               .multiplier = 1,
                               .fingers = 1};
    p->item[p->n_item].device = device;
    const int32_t pin[4] = {drain, gate, source, bulk};
    memcpy(p->item[p->n_item++].pin, pin, sizeof pin);
}

enum { GND, VDD }; /* the first two nets of every plan */

static plan supplies(void) {
    plan p = {0};
    net(&p, GAL_NET_GROUND);
    net(&p, GAL_NET_POWER);
    return p;
}

static void inverter(plan *p, int32_t in, int32_t out, double width_um, int32_t power) {
    mos(p, GAL_NMOS, out, in, GND, GND, width_um);
    mos(p, GAL_PMOS, power, in, out, power, 2 * width_um);
}

static void clear_plan(plan *p) {
    free(p->item);
    free(p->flags);
}

typedef struct built {
    gal_circuit circuit;
    gal_arena arena;
    gal_graph graph;
    gal_pex_context context;
    gal_pex_pair *pair;
    uint64_t *role;
    gal_mat pair_x;
    int32_t n_pair;
    int32_t *plan_net; /* [n_net] graph net to plan net */
    int32_t *id;       /* [plan n_net] plan net to graph net or -1 */
} built;

/* order[0..n[ = 0, 1, ... when rng is NULL, else shuffled. */
static void fill_order(int32_t *order, int32_t n, gal_rng *rng) {
    for (int32_t i = 0; i < n; i++) order[i] = i;
    if (rng) gal_rng_shuffle(rng, order, n);
}

/* Seed 0 keeps the order; others shuffle nets and devices and exchange some drains and sources. */
static void realise(built *b, const plan *p, uint64_t seed, int32_t *order, int32_t *number) {
    gal_rng rng;
    gal_rng_init(&rng, seed, 0);
    gal_circuit_init(&b->circuit);
    fill_order(order, p->n_net, seed ? &rng : NULL);
    for (int32_t i = 0; i < p->n_net; i++) {
        number[order[i]] = gal_circuit_add_net(&b->circuit, "n", p->flags[order[i]]);
        assert_int_equal(number[order[i]], i);
    }
    fill_order(b->id, p->n_item, seed ? &rng : NULL);
    for (int32_t i = 0; i < p->n_item; i++) {
        const int32_t *pin = p->item[b->id[i]].pin;
        const int swap = seed && gal_rng_below(&rng, 2);
        const int32_t at[4] = {number[pin[swap ? 2 : 0]], number[pin[1]], number[pin[swap ? 0 : 2]],
                               number[pin[3]]};
        assert_int_equal(gal_circuit_add_device(&b->circuit, &p->item[b->id[i]].device, at, 4), i);
    }
}

static void build(built *b, const plan *p, uint64_t seed) {
    *b = (built){0};
    gal_arena_init(&b->arena);
    int32_t *order = calloc((size_t)p->n_net + 1, sizeof *order);
    int32_t *number = calloc((size_t)p->n_net + 1, sizeof *number);
    b->id = calloc((size_t)p->n_net + (size_t)p->n_item + 1, sizeof *b->id);
    assert_true(order && number && b->id);
    realise(b, p, seed, order, number);
    assert_int_equal(gal_graph_build(&b->graph, &b->arena, &b->circuit, NULL), GAL_OK);
    assert_int_equal(gal_pex_context_build(&b->context, &b->arena, &b->circuit, &b->graph, NULL),
                     GAL_OK);
    b->plan_net = GAL_ARENA_ARRAY(&b->arena, int32_t, p->n_net);
    for (int32_t i = 0; i < p->n_net; i++) {
        b->id[i] = b->graph.net_id[number[i]];
        if (b->id[i] >= 0) b->plan_net[b->id[i]] = i;
    }
    free(order);
    free(number);
}

static gal_status find_pairs(built *b, int all, const gal_pex_pair *extra, int32_t n_extra) {
    return gal_pex_near_pairs(&b->pair, &b->n_pair, &b->arena, &b->context.list, all, extra,
                              n_extra, NULL);
}

/* Columns of the near pairs (or all). */
static void score(built *b, int all) {
    assert_int_equal(find_pairs(b, all, NULL, 0), GAL_OK);
    b->pair_x = gal_mat_new(&b->arena, b->n_pair, GAL_PEX_PAIR_CONTEXT);
    b->role = GAL_ARENA_ARRAY(&b->arena, uint64_t, (int64_t)b->n_pair * GAL_PEX_N_ROLE);
    gal_mat_fill(b->pair_x, NAN);
    assert_int_equal(
        gal_pex_pair_context(b->pair_x, b->role, &b->context, b->pair, b->n_pair, NULL), GAL_OK);
}

static void clear(built *b) {
    free(b->id);
    gal_arena_clear(&b->arena);
    gal_circuit_clear(&b->circuit);
}

/* Index of the pair of two plan nets, or -1. */
static int32_t find(const built *b, int32_t p, int32_t q) {
    const int32_t x = b->id[p], y = b->id[q], a = x < y ? x : y, other = x < y ? y : x;
    int32_t low = 0, high = b->n_pair;
    while (low < high) {
        const int32_t middle = (low + high) / 2;
        const gal_pex_pair at = b->pair[middle];
        if (at.a < a || (at.a == a && at.b < other)) low = middle + 1;
        else high = middle;
    }
    return low < b->n_pair && b->pair[low].a == a && b->pair[low].b == other ? low : -1;
}

/* Same pairs, and bit for bit the same columns and roles, in the plan's numbering. */
static void assert_same(const built *x, const built *y) {
    assert_int_equal(x->graph.n_net, y->graph.n_net);
    for (int32_t i = 0; i < x->graph.n_net; i++)
        assert_memory_equal(gal_mat_row(x->context.net, i),
                            gal_mat_row(y->context.net, y->id[x->plan_net[i]]),
                            sizeof(float) * GAL_PEX_NET_CONTEXT);
    assert_int_equal(x->n_pair, y->n_pair);
    for (int32_t i = 0; i < x->n_pair; i++) {
        const int32_t j = find(y, x->plan_net[x->pair[i].a], x->plan_net[x->pair[i].b]);
        assert_true(j >= 0);
        assert_memory_equal(gal_mat_row(x->pair_x, i), gal_mat_row(y->pair_x, j),
                            sizeof(float) * GAL_PEX_PAIR_CONTEXT);
        assert_memory_equal(x->role + i * GAL_PEX_N_ROLE, y->role + j * GAL_PEX_N_ROLE,
                            sizeof(uint64_t) * GAL_PEX_N_ROLE);
    }
}

static void assert_near(float found, double expected) {
    if (fabs(found - expected) > 1e-5) print_error("%g instead of %g\n", (double)found, expected);
    assert_true(fabs(found - expected) <= 1e-5);
}

static void assert_finite(const built *b) {
    for (int64_t i = 0; i < b->n_pair * (int64_t)GAL_PEX_PAIR_CONTEXT; i++)
        assert_true(isfinite(b->pair_x.data[i]));
}

/* Nets of an array of six-transistor cells. */
typedef struct array {
    plan plan;
    int32_t rows, cols, word, bit, bar, cell; /* first of each kind; cell (r, c) has two nets */
} array;

static int32_t cell_net(const array *a, int32_t row, int32_t col) {
    return a->cell + 2 * (row * a->cols + col);
}

static void add_cell(array *a, int32_t row, int32_t col) {
    plan *p = &a->plan;
    const int32_t q = cell_net(a, row, col), word = a->word + row;
    inverter(p, q, q + 1, 0.21, VDD);
    inverter(p, q + 1, q, 0.21, VDD);
    mos(p, GAL_NMOS, a->bit + col, word, q, GND, 0.14);
    mos(p, GAL_NMOS, a->bar + col, word, q + 1, GND, 0.14);
}

/* Word-line drivers hang on a rail that is not marked as a supply; columns have a precharge. */
static array memory(int32_t rows, int32_t cols) {
    array a = {.plan = supplies(), .rows = rows, .cols = cols};
    plan *p = &a.plan;
    const int32_t rail = net(p, 0), pre = net(p, GAL_NET_PORT), write = net(p, GAL_NET_PORT);
    a.word = p->n_net;
    for (int32_t r = 0; r < rows; r++) net(p, 0);
    a.bit = p->n_net;
    for (int32_t c = 0; c < cols; c++) net(p, 0);
    a.bar = p->n_net;
    for (int32_t c = 0; c < cols; c++) net(p, 0);
    a.cell = p->n_net;
    for (int32_t i = 0; i < 2 * rows * cols; i++) net(p, 0);
    for (int32_t r = 0; r < rows; r++) inverter(p, net(p, GAL_NET_PORT), a.word + r, 2, rail);
    for (int32_t c = 0; c < cols; c++) {
        mos(p, GAL_PMOS, a.bit + c, pre, VDD, VDD, 1);
        mos(p, GAL_PMOS, a.bar + c, pre, VDD, VDD, 1);
        mos(p, GAL_PMOS, a.bar + c, pre, a.bit + c, VDD, 1);
        mos(p, GAL_NMOS, a.bit + c, write, net(p, GAL_NET_PORT), GND, 3);
    }
    for (int32_t r = 0; r < rows; r++)
        for (int32_t c = 0; c < cols; c++) add_cell(&a, r, c);
    return a;
}

static void order_does_not_count(void **state) {
    (void)state;
    array a = memory(16, 4);
    for (int all = 0; all < 2; all++) {
        built first, other;
        build(&first, &a.plan, 0);
        score(&first, all);
        for (uint64_t seed = 1; seed < 6; seed++) {
            build(&other, &a.plan, seed);
            score(&other, all);
            assert_same(&first, &other);
            clear(&other);
        }
        clear(&first);
    }
    clear_plan(&a.plan);
}

static void threads_do_not_count(void **state) {
    (void)state;
    array a = memory(80, 64);
    const int before = omp_get_max_threads();
    built one, many;
    omp_set_num_threads(1);
    build(&one, &a.plan, 0);
    score(&one, 0);
    omp_set_num_threads(3);
    build(&many, &a.plan, 0);
    score(&many, 0);
    omp_set_num_threads(before);
    assert_true(one.graph.n_net > 8192 && one.n_pair > 32768);
    assert_same(&one, &many);
    clear(&one);
    clear(&many);
    clear_plan(&a.plan);
}

static const uint64_t *role_of(const built *b, int32_t p, int32_t q) {
    const int32_t i = find(b, p, q);
    assert_true(i >= 0);
    return b->role + (int64_t)i * GAL_PEX_N_ROLE;
}

static void roles_agree_between_array_sizes(void **state) {
    (void)state;
    array a[2] = {memory(40, 9), memory(60, 12)}; /* lines of both have over 16 neighbours */
    enum { N_KIND = 7 };
    uint64_t role[2][N_KIND][GAL_PEX_N_ROLE];
    for (int k = 0; k < 2; k++) {
        const array *m = &a[k];
        const int32_t r = m->rows / 2, c = m->cols - 1, q = cell_net(m, r, c);
        const int32_t kind[N_KIND][2] = {{m->bit, m->bar},
                                         {m->bit + c, m->word + r},
                                         {m->word, m->word + r},
                                         {m->bit, m->bit + c},
                                         {m->bit + c, q},
                                         {m->word + r, q},
                                         {q, q + 1}};
        built b;
        build(&b, &m->plan, 1 + (uint64_t)k);
        score(&b, 1);
        for (int j = 0; j < N_KIND; j++)
            memcpy(role[k][j], role_of(&b, kind[j][0], kind[j][1]), sizeof role[k][j]);
        assert_memory_equal(role[k][0], role_of(&b, m->bit + 1, m->bar + 1), sizeof role[k][0]);
        clear(&b);
    }
    assert_memory_equal(role[0], role[1], sizeof role[0]);
    for (int j = 0; j < N_KIND; j++)
        for (int i = 0; i < j; i++)
            assert_memory_not_equal(role[0][i], role[0][j], sizeof role[0][j]);
    for (int k = 0; k < 2; k++) clear_plan(&a[k].plan);
}

/* A NAND2; `way` 0: two of each device, 1: multiplicity 2, 2: two fingers of the same total. */
static plan nand2(int way) {
    plan p = supplies();
    const int32_t a = net(&p, GAL_NET_PORT), b = net(&p, 0), y = net(&p, 0), mid = net(&p, 0);
    for (int k = 0; k < (way == 0 ? 2 : 1); k++) {
        mos(&p, GAL_NMOS, y, a, mid, GND, 0.65);
        mos(&p, GAL_NMOS, mid, b, GND, GND, 0.65);
        mos(&p, GAL_PMOS, y, a, VDD, VDD, 1);
        mos(&p, GAL_PMOS, y, b, VDD, VDD, 1);
    }
    for (int32_t i = 0; i < p.n_item; i++) {
        gal_device *device = &p.item[i].device;
        if (way == 1) device->multiplier = 2;
        if (way == 2) device->fingers = 2;
        if (way == 2) device->width *= 2;
    }
    return p;
}

static void two_copies_are_two_devices(void **state) {
    (void)state;
    plan p[3] = {nand2(0), nand2(1), nand2(2)};
    built b[3];
    for (int way = 0; way < 3; way++) {
        build(&b[way], &p[way], (uint64_t)way);
        score(&b[way], 1);
        assert_same(&b[0], &b[way]);
    }
    for (int way = 0; way < 3; way++) clear(&b[way]), clear_plan(&p[way]);
}

static void columns_are_what_they_are_called(void **state) {
    (void)state;
    enum { A = 2, B, Y, MID };
    plan p = nand2(0);
    p.n_item = 4; /* one of each */
    built b;
    build(&b, &p, 3);
    score(&b, 1);
    assert_int_equal(b.n_pair, 6);
    const float *y = gal_mat_row(b.context.net, b.id[Y]);
    assert_near(y[GAL_PEX_NET_ENDS], log1p(3));
    assert_near(y[GAL_PEX_NET_ENDS_P], 2 / 3.5);
    assert_near(y[GAL_PEX_NET_END_WIDTH], log1p(2.65 / 0.15));
    assert_near(y[GAL_PEX_NET_TO_POWER], 2 / 3.5);
    assert_near(y[GAL_PEX_NET_CHANNEL], 0);            /* mid has no gates ... */
    assert_near(y[GAL_PEX_NET_CHANNEL + 1], log1p(2)); /* ... and two ends */
    assert_near(y[GAL_PEX_NET_DRIVEN], -1);
    const float *a = gal_mat_row(b.context.net, b.id[A]);
    assert_near(a[GAL_PEX_NET_GATE_AREA], log1p(1.65 / 0.15));
    assert_near(a[GAL_PEX_NET_FIXED], 1 / 4.5);
    const float *ya = gal_mat_row(b.pair_x, find(&b, Y, A)); /* y leads: three terminals, two */
    assert_near(ya[GAL_PEX_PAIR_GATE_LO], log1p(2));
    assert_near(ya[GAL_PEX_PAIR_GATE_LO_WIDTH], log1p(1.65 / 0.15));
    assert_near(ya[GAL_PEX_PAIR_SHARE_HI], 2 / 3.0);
    assert_near(ya[GAL_PEX_PAIR_COMMON], log1p(1)); /* mid */
    assert_near(ya[GAL_PEX_PAIR_ASPECT], log(0.65 / 0.15));
    assert_near(ya[GAL_PEX_PAIR_HI + GAL_PEX_NET_ENDS], log1p(3));
    assert_near(ya[GAL_PEX_PAIR_LO + GAL_PEX_NET_PORT], 1);
    assert_near(gal_mat_row(b.pair_x, find(&b, A, B))[GAL_PEX_PAIR_DISTANCE], 2);
    clear(&b);
    clear_plan(&p);
}

static void near_pairs_are_three_steps_apart(void **state) {
    (void)state;
    plan p = supplies();
    int32_t stage[6];
    for (int i = 0; i < 6; i++) stage[i] = net(&p, 0);
    for (int i = 0; i < 5; i++) inverter(&p, stage[i], stage[i + 1], 1, VDD);
    built b;
    build(&b, &p, 4);
    score(&b, 0);
    for (int i = 0; i < 6; i++)
        for (int j = i + 1; j < 6; j++)
            assert_int_equal(find(&b, stage[i], stage[j]) >= 0, j - i <= 3);
    clear(&b);
    clear_plan(&p);
}

static void long_nets_meet_over_any_net(void **state) {
    (void)state;
    plan p = supplies();
    const int32_t hub = net(&p, 0), x = net(&p, 0), y = net(&p, 0), z = net(&p, 0);
    for (int k = 0; k < 20; k++) mos(&p, GAL_NMOS, net(&p, 0), hub, GND, GND, 1);
    for (int k = 0; k < 16; k++) {
        mos(&p, GAL_NMOS, x, hub, GND, GND, 1);
        mos(&p, GAL_NMOS, y, hub, GND, GND, 1);
        if (k) mos(&p, GAL_NMOS, z, hub, GND, GND, 1);
    }
    built b;
    build(&b, &p, 5);
    score(&b, 0);
    assert_true(find(&b, x, y) >= 0);
    assert_true(find(&b, x, hub) >= 0);
    assert_int_equal(find(&b, x, z), -1);
    assert_int_equal(find(&b, z + 1, z + 2), -1);
    clear(&b);
    clear_plan(&p);
}

static void extra_pairs_are_merged(void **state) {
    (void)state;
    plan p = nand2(0);
    net(&p, 0);
    net(&p, 0);
    built b;
    build(&b, &p, 0);
    score(&b, 0);
    const int32_t near = b.n_pair, u = b.graph.n_net - 2, v = b.graph.n_net - 1;
    const gal_pex_pair extra[] = {{u, v}, b.pair[0], {0, v}, {u, v}};
    assert_int_equal(find_pairs(&b, 0, extra, 4), GAL_OK);
    assert_int_equal(b.n_pair, near + 2);
    for (int32_t i = 1; i < b.n_pair; i++)
        assert_true(b.pair[i - 1].a < b.pair[i].a ||
                    (b.pair[i - 1].a == b.pair[i].a && b.pair[i - 1].b < b.pair[i].b));
    score(&b, 1);
    const int32_t with_transistors = b.graph.n_net - 2;
    assert_int_equal(b.n_pair, with_transistors * (with_transistors - 1) / 2);
    const gal_pex_pair wrong[] = {{v, u}, {u, b.graph.n_net}};
    for (int k = 0; k < 2; k++) assert_int_equal(find_pairs(&b, 0, &wrong[k], 1), GAL_EINVAL);
    assert_int_equal(
        gal_pex_pair_context(gal_mat_rows(b.pair_x, 0, 1), b.role, &b.context, &wrong[1], 1, NULL),
        GAL_EINVAL);
    clear(&b);
    clear_plan(&p);
}

static void other_devices_are_ignored(void **state) {
    (void)state;
    plan p = nand2(0), q = nand2(0);
    for (int type = GAL_RESISTOR; type < GAL_N_DEVICE_TYPE; type++) {
        mos(&q, (gal_device_type)type, 2, 3, 4, 5, 1);
        q.item[q.n_item - 1].device.value = NAN;
    }
    built b[2];
    build(&b[0], &p, 0);
    build(&b[1], &q, 1);
    for (int k = 0; k < 2; k++) score(&b[k], 1);
    assert_same(&b[0], &b[1]);
    for (int k = 0; k < 2; k++) clear(&b[k]);
    clear_plan(&p);
    q.n_item -= GAL_N_DEVICE_TYPE - GAL_RESISTOR + 8; /* nothing left */
    assert_int_equal(q.n_item, 0);
    build(&b[0], &q, 0);
    score(&b[0], 1);
    assert_int_equal(b[0].n_pair, 0);
    assert_finite(&b[0]);
    clear(&b[0]);
    q.n_net = 0;
    build(&b[0], &q, 0);
    score(&b[0], 1);
    assert_int_equal(b[0].n_pair, 0);
    clear(&b[0]);
    clear_plan(&q);
}

static void sizes_may_be_missing(void **state) {
    (void)state;
    plan p = nand2(1);
    const double odd[4] = {0, NAN, INFINITY, -1};
    for (int i = 0; i < 4; i++) {
        p.item[i].device.width = odd[i];
        p.item[i].device.length = odd[3 - i];
        p.item[i].device.multiplier = 1e300;
    }
    built b;
    build(&b, &p, 0);
    score(&b, 1);
    assert_finite(&b);
    clear(&b);
    clear_plan(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_does_not_count),
        cmocka_unit_test(threads_do_not_count),
        cmocka_unit_test(roles_agree_between_array_sizes),
        cmocka_unit_test(two_copies_are_two_devices),
        cmocka_unit_test(columns_are_what_they_are_called),
        cmocka_unit_test(near_pairs_are_three_steps_apart),
        cmocka_unit_test(long_nets_meet_over_any_net),
        cmocka_unit_test(extra_pairs_are_merged),
        cmocka_unit_test(other_devices_are_ignored),
        cmocka_unit_test(sizes_may_be_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
