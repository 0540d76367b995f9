#include "gnn/check_layer.h"

#include "gnn/gen.h"

typedef struct fixture {
    gal_gen layer;
    gal_gen_saved saved;
} fixture;

static void forward(check *c) {
    fixture *f = c->layer;
    gal_gen_forward(c->y, &f->saved, &f->layer, &c->params, &c->csr[0], c->x[0], c->x[1], c->x[2]);
}

static void backward(check *c) {
    fixture *f = c->layer;
    gal_gen_backward(c->dx[0], c->dx[1], c->dx[2], &f->layer, &c->params, &c->csr[0],
                     &c->transposed[0], c->x[2], &f->saved, c->dy);
}

static void build(check *c, void *layer) {
    fixture *f = layer;
    assert_int_equal(gal_gen_init(&f->layer, &c->params, "l", c->x[0].cols, c->x[2].cols, 5,
                                  c->dy.cols, &c->rng, NULL),
                     GAL_OK);
    assert_int_equal(
        gal_gen_saved_new(&f->saved, &c->arena, &f->layer, c->csr[0].n_row, c->csr[0].n_edge, NULL),
        GAL_OK);
    c->layer = f;
    c->forward = forward;
    c->backward = backward;
}

static void test_golden(void **state) {
    (void)state;
    fixture f;
    check_golden_file(build, &f, "data/gnn/gen.txt");
}

static void test_threads(void **state) {
    (void)state;
    fixture f;
    check_graph_threads(build, &f, 130, 130, 3, 9, 1);
}

/* The average at temperature t, without edge features, in column 1 of destination i. */
static float average(check *c, fixture *f, float t, int32_t i) {
    gal_params_value(&c->params, f->layer.temperature).data[0] = t;
    forward(c);
    return gal_mat_row(f->saved.average, i)[1];
}

/* Temperature 0 gives the mean of relu(x_j), a large one the maximum, without overflow. */
static void test_temperature(void **state) {
    (void)state;
    check c;
    fixture f;
    check_random_graph(&c, 3, 3, 0, 2, 1);
    build(&c, &f);
    const gal_csr *csr = &c.csr[0];
    for (int32_t i = 0; i < csr->n_row; i += 37) {
        const int64_t n = csr->ptr[i + 1] - csr->ptr[i];
        float sum = 0, top = 0;
        for (int64_t k = csr->ptr[i]; k < csr->ptr[i + 1]; k++) {
            const float m = fmaxf(gal_mat_row(c.x[1], csr->col[k])[1], 0);
            sum += m;
            top = fmaxf(top, m);
        }
        assert_true(fabsf(average(&c, &f, 0, i) - (n ? sum / (float)n : 0)) < 1e-5f);
        assert_true(fabsf(average(&c, &f, 1e6f, i) - top) < 1e-5f);
    }
    check_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_temperature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
