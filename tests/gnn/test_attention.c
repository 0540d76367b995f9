#include "gnn/check_layer.h"

#include "gnn/attention.h"

typedef struct fixture {
    gal_attention layer;
    gal_attention_saved saved;
    int32_t heads;
} fixture;

/* A file without x1 holds one set of nodes. */
static gal_mat source(const check *c) {
    return c->x[1].data ? c->x[1] : c->x[0];
}

static void forward(check *c) {
    fixture *f = c->layer;
    gal_attention_forward(c->y, &f->saved, &f->layer, &c->params, &c->csr[0], c->x[0], source(c),
                          c->x[2]);
}

static void backward(check *c) {
    fixture *f = c->layer;
    if (c->x[1].data) {
        gal_attention_backward(c->dx[0], c->dx[1], c->dx[2], &f->layer, &c->params, &c->csr[0],
                               &c->transposed[0], c->x[0], c->x[1], c->x[2], &f->saved, c->dy);
        return;
    }
    gal_mat d_src = gal_mat_new(&c->arena, c->x[0].rows, c->x[0].cols);
    gal_attention_backward(c->dx[0], d_src, (gal_mat){0}, &f->layer, &c->params, &c->csr[0],
                           &c->transposed[0], c->x[0], c->x[0], c->x[2], &f->saved, c->dy);
    gal_mat_add(c->dx[0], d_src, 1);
}

static void build(check *c, void *layer) {
    fixture *f = layer;
    assert_int_equal(gal_attention_init(&f->layer, &c->params, "l", c->x[0].cols, source(c).cols,
                                        c->x[2].cols, c->dy.cols, f->heads, &c->rng, NULL),
                     GAL_OK);
    assert_int_equal(gal_attention_saved_new(&f->saved, &c->arena, &f->layer, c->csr[0].n_row,
                                             c->csr[0].n_col, c->csr[0].n_edge, NULL),
                     GAL_OK);
    c->layer = f;
    c->forward = forward;
    c->backward = backward;
}

static void test_golden(void **state) {
    (void)state;
    fixture f = {.heads = 2};
    check_golden_file(build, &f, "data/gnn/attention.txt");
}

static void test_threads(void **state) {
    (void)state;
    fixture f = {.heads = 3};
    check_graph_threads(build, &f, 20, 33, 3, 72, 1);
}

/* A sequence: every position attends to every position; torch's own multi-head attention. */
static void test_full_attention(void **state) {
    (void)state;
    fixture f = {.heads = 3};
    check_golden_file(build, &f, "data/gnn/attention_full.txt");
}

/* Scores of several hundred must not overflow; weights of a row still add up to one. */
static void test_large_scores(void **state) {
    (void)state;
    check c;
    fixture f = {.heads = 1};
    check_random_graph(&c, 3, 3, 0, 4, 1);
    build(&c, &f);
    check_randomise(&c, c.x[0], 1e3);
    forward(&c);
    const gal_csr *csr = &c.csr[0];
    for (int32_t i = 0; i < csr->n_row; i++) {
        float sum = csr->ptr[i] == csr->ptr[i + 1];
        for (int64_t k = csr->ptr[i]; k < csr->ptr[i + 1]; k++)
            sum += gal_mat_row(f.saved.weight, csr->edge[k])[0];
        assert_true(fabsf(sum - 1) < 1e-5f);
    }
    check_clear(&c);
}

/* A graph without a single edge: the output bias everywhere, no gradient for the sources. */
static void test_no_edges(void **state) {
    (void)state;
    check c;
    fixture f = {.heads = 2};
    check_init(&c);
    check_add_random(&c, "x0", 3, 4);
    check_add_random(&c, "x1", 2, 4);
    check_add(&c, "x2", 0, 2);
    check_add(&c, "edges", 0, 2);
    check_add_random(&c, "dy", 3, 4);
    check_bind(&c);
    build(&c, &f);
    gal_mat bias = gal_params_value(&c.params, f.layer.output.bias);
    check_randomise(&c, bias, 1);
    check_run(&c);
    for (int i = 0; i < 3; i++) check_close("y", gal_mat_rows(c.y, i, 1), bias, 0);
    for (int i = 0; i < 8; i++) assert_true(c.dx[1].data[i] == 0);
    check_clear(&c);
}

static void test_heads_must_divide(void **state) {
    (void)state;
    check c;
    gal_attention layer;
    gal_error err;
    check_init(&c);
    assert_int_equal(gal_attention_init(&layer, &c.params, "l", 4, 4, 0, 6, 4, &c.rng, &err),
                     GAL_EINVAL);
    assert_non_null(strstr(err.message, "4 heads for 6 columns"));
    check_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),         cmocka_unit_test(test_threads),
        cmocka_unit_test(test_full_attention), cmocka_unit_test(test_large_scores),
        cmocka_unit_test(test_no_edges),       cmocka_unit_test(test_heads_must_divide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
