#include "gnn/check_layer.h"

#include "gnn/mlp.h"

typedef struct fixture {
    gal_mlp layer;
    gal_mlp_saved saved;
    uint64_t seed;
} fixture;

static void forward(check *c) {
    fixture *f = c->layer;
    gal_mlp_forward(c->y, &f->saved, &f->layer, &c->params, c->x[0], f->seed);
}

static void backward(check *c) {
    fixture *f = c->layer;
    gal_mlp_backward(c->dx[0], &f->layer, &c->params, c->x[0], &f->saved, c->dy);
}

static void build(check *c, fixture *f, gal_act act, int layernorm, float dropout) {
    const int32_t width[4] = {c->x[0].cols, 6, 5, c->dy.cols};
    assert_int_equal(
        gal_mlp_init(&f->layer, &c->params, "l", width, 3, act, layernorm, dropout, &c->rng, NULL),
        GAL_OK);
    assert_int_equal(gal_mlp_saved_new(&f->saved, &c->arena, &f->layer, c->x[0].rows, NULL),
                     GAL_OK);
    f->seed = dropout > 0 ? 99 : 0;
    c->layer = f;
    c->forward = forward;
    c->backward = backward;
}

static void random_rows(check *c, int64_t rows, int32_t in, int32_t out) {
    check_init(c);
    check_add_random(c, "x0", rows, in);
    check_add_random(c, "dy", rows, out);
    check_bind(c);
}

static void test_golden(void **state) {
    (void)state;
    check c;
    fixture f;
    check_open(&c, "data/gnn/mlp.txt");
    build(&c, &f, GAL_ACT_SILU, 1, 0);
    check_all_golden(&c);
    check_clear(&c);
}

/* Every activation, with LayerNorm and dropout on and off, by finite differences. */
static void test_every_form(void **state) {
    (void)state;
    for (int act = GAL_ACT_NONE; act <= GAL_ACT_GELU; act++)
        for (int form = 0; form < 4; form++) {
            check c;
            fixture f;
            random_rows(&c, 6, 4, 3);
            build(&c, &f, (gal_act)act, form & 1, form & 2 ? 0.4f : 0);
            check_gradients(&c);
            check_clear(&c);
        }
}

static void test_threads(void **state) {
    (void)state;
    check c;
    fixture f;
    random_rows(&c, 3000, 37, 70);
    build(&c, &f, GAL_ACT_GELU, 1, 0.2f);
    check_threads(&c);
    check_clear(&c);
}

/* Gradient descent on one batch drives the squared error to nothing. */
static void test_overfits_one_batch(void **state) {
    (void)state;
    check c;
    fixture f;
    random_rows(&c, 12, 3, 1);
    build(&c, &f, GAL_ACT_TANH, 1, 0);
    const gal_mat target = gal_mat_new(&c.arena, 12, 1);
    gal_mat_copy(target, c.dy);
    double first = 0, loss = 0;
    for (int step = 0; step < 8000; step++) {
        gal_params_zero_grad(&c.params);
        forward(&c);
        loss = 0;
        for (int i = 0; i < 12; i++) {
            const float error = c.y.data[i] - target.data[i];
            loss += (double)(error * error) / 12;
            c.dy.data[i] = 2 * error / 12;
        }
        if (step == 0) first = loss;
        backward(&c);
        for (int64_t i = 0; i < c.params.size; i++) c.params.value[i] -= 0.1f * c.params.grad[i];
    }
    if (!(loss < 1e-3 * first)) fail_msg("loss %g after %g", loss, first);
    check_clear(&c);
}

static void test_evaluation_ignores_dropout(void **state) {
    (void)state;
    check c, plain;
    fixture f, g;
    random_rows(&c, 6, 4, 3);
    random_rows(&plain, 6, 4, 3);
    build(&c, &f, GAL_ACT_RELU, 0, 0.5f);
    build(&plain, &g, GAL_ACT_RELU, 0, 0);
    f.seed = 0;
    forward(&c);
    forward(&plain);
    check_close("y", c.y, plain.y, 0);
    check_clear(&plain);
    check_clear(&c);
}

static void test_refuses(void **state) {
    (void)state;
    const int32_t width[3] = {2, 2, 2};
    char name[80];
    check c;
    gal_mlp l;
    gal_error err;
    check_init(&c);
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = 0;
    assert_int_equal(gal_mlp_init(&l, &c.params, "l", width, 0, GAL_ACT_RELU, 0, 0, &c.rng, &err),
                     GAL_EINVAL);
    assert_int_equal(gal_mlp_init(&l, &c.params, "l", width, 2, GAL_ACT_RELU, 0, 1, &c.rng, &err),
                     GAL_EINVAL);
    assert_int_equal(gal_mlp_init(&l, &c.params, name, width, 2, GAL_ACT_RELU, 0, 0, &c.rng, &err),
                     GAL_EINVAL);
    check_clear(&c);
}

/* Inference gives what the forward pass gives, at any number of rows. */
static void test_infer(void **state) {
    (void)state;
    const int64_t count[] = {1, 7, 96, 97, 200};
    for (size_t i = 0; i < sizeof count / sizeof *count; i++) {
        check c;
        fixture f;
        random_rows(&c, count[i], 4, 3);
        build(&c, &f, GAL_ACT_SILU, 0, 0);
        gal_mlp_forward(c.y, &f.saved, &f.layer, &c.params, c.x[0], 0);
        gal_mat y = gal_mat_new(&c.arena, count[i], 3);
        float *scratch =
            gal_arena_alloc(&c.arena, (size_t)gal_mlp_infer_floats(&f.layer) * sizeof *scratch);
        gal_mlp_infer(y, scratch, &f.layer, &c.params, c.x[0]);
        for (int64_t r = 0; r < count[i]; r++)
            for (int32_t j = 0; j < 3; j++)
                assert_float_equal(gal_mat_row(y, r)[j], gal_mat_row(c.y, r)[j], 1e-5F);
        check_clear(&c);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_infer),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_every_form),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_overfits_one_batch),
        cmocka_unit_test(test_evaluation_ignores_dropout),
        cmocka_unit_test(test_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
