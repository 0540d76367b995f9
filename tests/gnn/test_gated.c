#include "gnn/check_layer.h"

#include "gnn/gated.h"

typedef struct fixture {
    gal_gated layer;
    gal_gated_saved saved;
} fixture;

static void forward(check *c) {
    fixture *f = c->layer;
    gal_gated_forward(c->y, &f->saved, &f->layer, &c->params, &c->csr[0], c->x[0], c->x[1],
                      c->x[2]);
}

static void backward(check *c) {
    fixture *f = c->layer;
    gal_gated_backward(c->dx[0], c->dx[1], c->dx[2], &f->layer, &c->params, &c->csr[0],
                       &c->transposed[0], c->x[0], c->x[1], c->x[2], &f->saved, c->dy);
}

static void build(check *c, void *layer) {
    fixture *f = layer;
    assert_int_equal(gal_gated_init(&f->layer, &c->params, "l", c->x[0].cols, c->x[1].cols,
                                    c->x[2].cols, c->dy.cols, &c->rng, NULL),
                     GAL_OK);
    assert_int_equal(gal_gated_saved_new(&f->saved, &c->arena, &f->layer, c->csr[0].n_row,
                                         c->csr[0].n_col, c->csr[0].n_edge, NULL),
                     GAL_OK);
    c->layer = f;
    c->forward = forward;
    c->backward = backward;
}

static void test_golden(void **state) {
    (void)state;
    fixture f;
    check_golden_file(build, &f, "data/gnn/gated.txt");
}

static void test_threads(void **state) {
    (void)state;
    fixture f;
    check_graph_threads(build, &f, 70, 33, 3, 65, 1);
}

/* Gates far open let whole neighbours through: y_i = S x_i + sum of V x_j. */
static void test_open_gates_sum(void **state) {
    (void)state;
    check c;
    fixture f;
    check_random_graph(&c, 4, 4, 0, 2, 1);
    build(&c, &f);
    gal_mat bias = gal_params_value(&c.params, f.layer.dst.bias);
    bias.data[0] = bias.data[1] = 50; /* of A */
    forward(&c);
    const gal_csr *csr = &c.csr[0];
    for (int32_t i = 0; i < csr->n_row; i++) {
        float want = gal_mat_row(f.saved.dst, i)[2];
        for (int64_t k = csr->ptr[i]; k < csr->ptr[i + 1]; k++)
            want += gal_mat_row(f.saved.src, csr->col[k])[2];
        assert_true(fabsf(want - gal_mat_row(c.y, i)[0]) < 1e-4f);
    }
    check_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_open_gates_sum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
