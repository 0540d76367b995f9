#include "gnn/check_layer.h"

#include "gnn/gine.h"

typedef struct fixture {
    gal_gine layer;
    gal_gine_saved saved;
} fixture;

static void forward(check *c) {
    fixture *f = c->layer;
    gal_gine_forward(c->y, &f->saved, &f->layer, &c->params, &c->csr[0], c->x[0], c->x[1], c->x[2]);
}

static void backward(check *c) {
    fixture *f = c->layer;
    gal_gine_backward(c->dx[0], c->dx[1], c->dx[2], &f->layer, &c->params, &c->csr[0],
                      &c->transposed[0], c->x[0], c->x[2], &f->saved, c->dy);
}

static void build(check *c, void *layer) {
    fixture *f = layer;
    assert_int_equal(gal_gine_init(&f->layer, &c->params, "l", c->x[0].cols, c->x[2].cols, 5,
                                   c->dy.cols, &c->rng, NULL),
                     GAL_OK);
    assert_int_equal(gal_gine_saved_new(&f->saved, &c->arena, &f->layer, c->csr[0].n_row,
                                        c->csr[0].n_edge, NULL),
                     GAL_OK);
    c->layer = f;
    c->forward = forward;
    c->backward = backward;
}

static void test_golden(void **state) {
    (void)state;
    fixture f;
    check_golden_file(build, &f, "data/gnn/gine.txt");
}

static void test_threads(void **state) {
    (void)state;
    fixture f;
    check_graph_threads(build, &f, 70, 70, 3, 9, 1);
}

/* Without edge features and edges between unlike copies, y_i = MLP(x_i + sum relu(x_j)). */
static void test_without_edge_features(void **state) {
    (void)state;
    check c;
    fixture f;
    check_random_graph(&c, 4, 4, 0, 3, 1);
    build(&c, &f);
    assert_int_equal(gal_params_find(&c.params, "l.edge.weight"), -1);
    check_run(&c);
    const gal_csr *csr = &c.csr[0];
    for (int32_t i = 0; i < csr->n_row; i++)
        for (int32_t j = 0; j < 4; j++) {
            float z = gal_mat_row(c.x[0], i)[j];
            for (int64_t k = csr->ptr[i]; k < csr->ptr[i + 1]; k++)
                z += fmaxf(gal_mat_row(c.x[1], csr->col[k])[j], 0);
            assert_true(fabsf(z - gal_mat_row(f.saved.z, i)[j]) < 1e-4f);
        }
    check_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_without_edge_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
