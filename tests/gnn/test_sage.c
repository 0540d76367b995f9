#include "gnn/check_layer.h"

#include "gnn/sage.h"

typedef struct fixture {
    gal_sage layer;
    float *scale;
    gal_mat dz; /* the copy of dy that the backward pass may overwrite */
} fixture;

/* x[0] are the destinations; x[1], when given, the sources. */
static gal_mat sources(const check *c) {
    return c->x[1].data ? c->x[1] : c->x[0];
}

static void forward(check *c) {
    fixture *f = c->layer;
    gal_sage_forward(c->y, &f->layer, &c->params, &c->csr[0], sources(c), c->x[0], f->scale);
}

static void backward(check *c) {
    fixture *f = c->layer;
    gal_mat_copy(f->dz, c->dy);
    gal_sage_backward(c->x[1].data ? c->dx[1] : c->dx[0], c->dx[0], &f->layer, &c->params,
                      &c->transposed[0], sources(c), c->x[0], f->scale, c->y, f->dz);
}

static void build(check *c, fixture *f, gal_act act, int mean) {
    assert_int_equal(
        gal_sage_init(&f->layer, &c->params, "l", c->x[0].cols, c->dy.cols, act, &c->rng, NULL),
        GAL_OK);
    check_randomise(c, gal_params_value(&c->params, f->layer.bias), 0.3);
    f->scale = NULL;
    if (mean) {
        f->scale = gal_arena_alloc(&c->arena, (size_t)c->csr[0].n_row * sizeof *f->scale);
        gal_sage_mean(f->scale, &c->csr[0]);
    }
    f->dz = gal_mat_new(&c->arena, c->dy.rows, c->dy.cols);
    c->layer = f;
    c->forward = forward;
    c->backward = backward;
}

/* A small graph with double edges, a loop where kinds are one, and isolated nodes. */
static void small(check *c, int32_t n_src, int32_t in, int32_t out, int64_t n_edge) {
    enum { N_DST = 9 };
    check_init(c);
    check_add_random(c, "x0", N_DST, in);
    if (n_src > 0) check_add_random(c, "x1", n_src, in);
    check_add_random(c, "dy", N_DST, out);
    gal_mat edges = check_add(c, "edges", n_edge, 2);
    for (int64_t k = 0; k < n_edge; k++) {
        gal_mat_row(edges, k)[0] = (float)(k * 5 % (N_DST - 2));
        gal_mat_row(edges, k)[1] = (float)(k * 3 % (n_src > 0 ? n_src - 1 : N_DST - 1));
    }
    check_bind(c);
}

/* y against the definition, in double. */
static void check_definition(const check *c, const fixture *f) {
    const gal_csr *csr = &c->csr[0];
    const gal_mat self = gal_params_value(&c->params, f->layer.self);
    const gal_mat neighbour = gal_params_value(&c->params, f->layer.neighbour);
    for (int32_t r = 0; r < csr->n_row; r++)
        for (int32_t j = 0; j < c->y.cols; j++) {
            double z = (double)gal_params_value(&c->params, f->layer.bias).data[j];
            for (int32_t i = 0; i < f->layer.in; i++) {
                double t = 0;
                for (int64_t k = csr->ptr[r]; k < csr->ptr[r + 1]; k++)
                    t += (double)gal_mat_row(sources(c), csr->col[k])[i];
                if (f->scale) t *= (double)f->scale[r];
                z += (double)gal_mat_row(c->x[0], r)[i] * (double)gal_mat_row(self, i)[j] +
                     t * (double)gal_mat_row(neighbour, i)[j];
            }
            const double want = f->layer.act == GAL_ACT_RELU ? fmax(z, 0) : tanh(z);
            assert_true(fabs(want - (double)gal_mat_row(c->y, r)[j]) < 1e-4);
        }
}

static void check_small(int32_t n_src, int32_t in, int32_t out, int64_t n_edge, gal_act act,
                        int mean) {
    check c;
    fixture f;
    small(&c, n_src, in, out, n_edge);
    build(&c, &f, act, mean);
    forward(&c);
    check_definition(&c, &f);
    check_accumulates(&c);
    check_gradients(&c);
    check_clear(&c);
}

static void test_one_kind(void **state) {
    (void)state;
    check_small(0, 8, 8, 20, GAL_ACT_TANH, 1);
    check_small(0, 5, 3, 20, GAL_ACT_TANH, 0);
    check_small(0, 6, 17, 20, GAL_ACT_RELU, 1);
}

static void test_two_kinds(void **state) {
    (void)state;
    check_small(6, 8, 8, 20, GAL_ACT_TANH, 1);
    check_small(13, 3, 5, 30, GAL_ACT_RELU, 0);
}

static void test_no_edges(void **state) {
    (void)state;
    check_small(0, 4, 4, 0, GAL_ACT_TANH, 1);
    check_small(5, 4, 4, 0, GAL_ACT_TANH, 0);
}

/* Wider than a panel: the gather is repeated, the sums are the same. */
static void test_wide(void **state) {
    (void)state;
    check_small(0, 130, 6, 20, GAL_ACT_TANH, 1);
    check_small(6, 6, 131, 20, GAL_ACT_TANH, 1);
    check c;
    fixture f;
    check_random_graph(&c, 140, 140, 0, 150, 1);
    build(&c, &f, GAL_ACT_RELU, 1);
    forward(&c);
    check_definition(&c, &f);
    check_clear(&c);
}

static void test_threads(void **state) {
    (void)state;
    check c;
    fixture f;
    check_random_graph(&c, 48, 48, 0, 40, 1);
    build(&c, &f, GAL_ACT_RELU, 1);
    check_threads(&c);
    check_clear(&c);
}

static void test_activations(void **state) {
    (void)state;
    check c;
    gal_sage l;
    gal_error err = {0};
    check_init(&c);
    assert_int_equal(gal_sage_init(&l, &c.params, "l", 2, 2, GAL_ACT_GELU, &c.rng, &err),
                     GAL_EINVAL);
    assert_int_equal(c.params.n_param, 0);
    check_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_kind), cmocka_unit_test(test_two_kinds),
        cmocka_unit_test(test_no_edges), cmocka_unit_test(test_wide),
        cmocka_unit_test(test_threads),  cmocka_unit_test(test_activations)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
