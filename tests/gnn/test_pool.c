#include "gnn/check_layer.h"

#include "gnn/pool.h"

typedef struct fixture {
    gal_pool kind;
    int64_t *arg;
} fixture;

static void forward(check *c) {
    fixture *f = c->layer;
    gal_pool_forward(c->y, f->arg, f->kind, c->x[0], c->ptr);
}

static void backward(check *c) {
    fixture *f = c->layer;
    gal_pool_backward(c->dx[0], f->arg, f->kind, c->ptr, c->dy);
}

static void build(check *c, fixture *f, gal_pool kind) {
    f->kind = kind;
    f->arg = GAL_ARENA_ARRAY(&c->arena, int64_t, c->dy.rows * c->dy.cols);
    c->layer = f;
    c->forward = forward;
    c->backward = backward;
}

static void test_golden(void **state) {
    (void)state;
    static const char *const path[3] = {"data/gnn/pool_sum.txt", "data/gnn/pool_mean.txt",
                                        "data/gnn/pool_max.txt"};
    for (int kind = GAL_POOL_SUM; kind <= GAL_POOL_MAX; kind++) {
        check c;
        fixture f;
        check_open(&c, path[kind]);
        build(&c, &f, (gal_pool)kind);
        check_golden(&c);
        check_gradients(&c);
        check_clear(&c);
    }
}

static void threads(const int64_t *ptr, int64_t n_segment, gal_pool kind) {
    check c;
    fixture f;
    check_init(&c);
    check_add_random(&c, "x0", ptr[n_segment], 70);
    check_add_random(&c, "dy", n_segment, 70);
    check_bind(&c);
    memcpy(c.ptr, ptr, (size_t)(n_segment + 1) * sizeof *ptr);
    build(&c, &f, kind);
    check_threads(&c);
    check_clear(&c);
}

/* Many segments, and one large one that is split over threads. */
static void test_threads(void **state) {
    (void)state;
    const int64_t many[5] = {0, 1, 700, 701, 4000}, one[2] = {0, 5000};
    for (int kind = GAL_POOL_SUM; kind <= GAL_POOL_MAX; kind++) {
        threads(many, 4, (gal_pool)kind);
        threads(one, 1, (gal_pool)kind);
    }
}

/* Of equal maxima the first row gets the whole gradient. */
static void test_tie(void **state) {
    (void)state;
    float x[3] = {1, 2, 2}, dx[3], y, dy = 5;
    int64_t arg, ptr[2] = {0, 3};
    gal_pool_forward((gal_mat){&y, 1, 1, 1}, &arg, GAL_POOL_MAX, (gal_mat){x, 3, 1, 1}, ptr);
    gal_pool_backward((gal_mat){dx, 3, 1, 1}, &arg, GAL_POOL_MAX, ptr, (gal_mat){&dy, 1, 1, 1});
    assert_true(y == 2 && arg == 1);
    assert_true(dx[0] == 0 && dx[1] == 5 && dx[2] == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_tie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
