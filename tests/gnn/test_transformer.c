#include "gnn/check_layer.h"

#include "gnn/transformer.h"

typedef struct fixture {
    int32_t n_sequence, n_token, n_prefix, heads, hidden, n_block;
    gal_transformer layer;
    gal_transformer_saved saved;
} fixture;

static void forward(check *c) {
    fixture *f = c->layer;
    gal_transformer_forward(c->y, &f->saved, &f->layer, &c->params, c->x[0]);
}

static void backward(check *c) {
    fixture *f = c->layer;
    gal_transformer_backward(c->dx[0], &f->layer, &c->params, &f->saved, c->dy);
}

static void build(check *c, void *layer) {
    fixture *f = layer;
    assert_int_equal(gal_transformer_init(&f->layer, &c->params, "l", c->x[0].cols, f->heads,
                                          f->hidden, f->n_block, &c->rng, NULL),
                     GAL_OK);
    assert_int_equal(gal_transformer_saved_new(&f->saved, &c->arena, &f->layer, f->n_sequence,
                                               f->n_token, f->n_prefix, NULL),
                     GAL_OK);
    c->layer = f;
    c->forward = forward;
    c->backward = backward;
}

/* Random tokens of 8 columns. */
static void build_random(check *c, fixture *f) {
    check_init(c);
    check_add_random(c, "x0", f->n_sequence * f->n_token, 8);
    check_add_random(c, "dy", f->n_sequence * f->n_token, 8);
    check_bind(c);
    build(c, f);
}

static void test_golden(void **state) {
    (void)state;
    fixture f = {2, 5, 3, .heads = 2, .hidden = 8, .n_block = 2};
    check_golden_file(build, &f, "data/gnn/transformer.txt");
}

static void test_threads(void **state) {
    (void)state;
    check c;
    fixture f = {60, 9, 4, .heads = 2, .hidden = 16, .n_block = 2};
    build_random(&c, &f);
    check_threads(&c);
    check_clear(&c);
}

/* The prefix at once, then token by token: the same rows as all at once. */
static void test_cache(void **state) {
    (void)state;
    check c;
    fixture f = {3, 7, 4, .heads = 4, .hidden = 12, .n_block = 3};
    gal_transformer_cache cache;
    build_random(&c, &f);
    forward(&c);
    assert_int_equal(gal_transformer_cache_new(&cache, &c.arena, &f.layer, f.n_sequence, f.n_token,
                                               f.n_prefix, NULL),
                     GAL_OK);
    for (int again = 0; again < 2; again++) {
        cache.used = 0;
        for (int32_t t = 0, n = f.n_prefix; t < f.n_token; t += n, n = 1) {
            gal_mat x = gal_mat_new(&c.arena, (int64_t)f.n_sequence * n, 8);
            for (int32_t r = 0; r < x.rows; r++)
                gal_mat_copy(gal_mat_rows(x, r, 1),
                             gal_mat_rows(c.x[0], r / n * f.n_token + t + r % n, 1));
            gal_transformer_append(x, &cache, &f.layer, &c.params, x, n);
            for (int32_t r = 0; r < x.rows; r++)
                check_close("appended", gal_mat_rows(x, r, 1),
                            gal_mat_rows(c.y, r / n * f.n_token + t + r % n, 1), 1e-5f);
        }
    }
    check_clear(&c);
}

/* A later token changes nothing before it. */
static void test_causal(void **state) {
    (void)state;
    check c;
    fixture f = {1, 6, 2, .heads = 2, .hidden = 8, .n_block = 2};
    build_random(&c, &f);
    forward(&c);
    gal_mat before = gal_mat_new(&c.arena, 6, 8);
    gal_mat_copy(before, c.y);
    gal_mat_row(c.x[0], 4)[3] += 1;
    forward(&c);
    check_close("tokens before", gal_mat_rows(c.y, 0, 4), gal_mat_rows(before, 0, 4), 0);
    assert_true(gal_mat_row(c.y, 5)[0] != gal_mat_row(before, 5)[0]);
    check_clear(&c);
}

static void test_options(void **state) {
    (void)state;
    check c;
    gal_transformer layer;
    gal_error err;
    check_init(&c);
    assert_int_equal(gal_transformer_init(&layer, &c.params, "l", 8, 2, 8, 13, &c.rng, &err),
                     GAL_EINVAL);
    assert_non_null(strstr(err.message, "13 blocks"));
    assert_int_equal(gal_transformer_init(&layer, &c.params, "m", 8, 3, 8, 1, &c.rng, &err),
                     GAL_EINVAL);
    check_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden), cmocka_unit_test(test_threads), cmocka_unit_test(test_cache),
        cmocka_unit_test(test_causal), cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
