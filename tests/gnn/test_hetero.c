#include "gnn/check_layer.h"

#include "gnn/hetero.h"

typedef struct fixture {
    gal_hetero layer;
    gal_hetero_saved saved;
} fixture;

static void forward(check *c) {
    fixture *f = c->layer;
    gal_hetero_forward(c->y, &f->saved, &f->layer, &c->params, c->csr, c->x[0], c->x[1]);
}

static void backward(check *c) {
    fixture *f = c->layer;
    gal_hetero_backward(c->dx[0], c->dx[1], &f->layer, &c->params, c->transposed, c->x[0],
                        &f->saved, c->y, c->dy);
}

static void build(check *c, void *layer) {
    fixture *f = layer;
    assert_int_equal(gal_hetero_init(&f->layer, &c->params, "l", c->x[0].cols, c->x[1].cols,
                                     c->dy.cols, 3, GAL_ACT_SILU, &c->rng, NULL),
                     GAL_OK);
    assert_int_equal(gal_hetero_saved_new(&f->saved, &c->arena, &f->layer, c->csr[0].n_row, NULL),
                     GAL_OK);
    c->layer = f;
    c->forward = forward;
    c->backward = backward;
}

static void test_golden(void **state) {
    (void)state;
    fixture f;
    check_golden_file(build, &f, "data/gnn/hetero.txt");
}

static void test_threads(void **state) {
    (void)state;
    fixture f;
    check_graph_threads(build, &f, 33, 70, 0, 65, 3);
}

/* A destination without an edge of any relation sees only itself. */
static void test_isolated(void **state) {
    (void)state;
    check c;
    fixture f;
    check_random_graph(&c, 4, 3, 0, 2, 3);
    build(&c, &f);
    forward(&c);
    gal_mat self = gal_mat_new(&c.arena, c.x[0].rows, 2);
    gal_linear_forward(self, &f.layer.self, &c.params, c.x[0]);
    gal_act_forward(self, GAL_ACT_SILU, self);
    check_close("last row", gal_mat_rows(c.y, c.y.rows - 1, 1),
                gal_mat_rows(self, self.rows - 1, 1), 1e-6f);
    check_clear(&c);
}

static void test_no_relation_is_refused(void **state) {
    (void)state;
    check c;
    gal_hetero layer;
    gal_error err;
    check_init(&c);
    assert_int_equal(
        gal_hetero_init(&layer, &c.params, "l", 2, 2, 2, 0, GAL_ACT_RELU, &c.rng, &err),
        GAL_EINVAL);
    assert_non_null(strstr(err.message, "0 relations"));
    check_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_isolated),
        cmocka_unit_test(test_no_relation_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
