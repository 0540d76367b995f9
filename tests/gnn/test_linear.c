#include "gnn/check_layer.h"

#include "gnn/linear.h"

static void forward(check *c) {
    gal_linear_forward(c->y, c->layer, &c->params, c->x[0]);
}

static void backward(check *c) {
    gal_linear_backward(c->dx[0], c->layer, &c->params, c->x[0], c->dy);
}

static void build(check *c, gal_linear *l, int64_t rows, int32_t in, int32_t out) {
    check_init(c);
    check_add_random(c, "x0", rows, in);
    check_add_random(c, "dy", rows, out);
    check_bind(c);
    assert_int_equal(gal_linear_init(l, &c->params, "l", in, out, &c->rng, NULL), GAL_OK);
    check_randomise(c, gal_params_value(&c->params, l->bias), 1);
    c->layer = l;
    c->forward = forward;
    c->backward = backward;
}

/* Against the definition, in double. */
static void check_definition(int64_t rows, int32_t in, int32_t out) {
    check c;
    gal_linear l;
    build(&c, &l, rows, in, out);
    forward(&c);
    const gal_mat w = gal_params_value(&c.params, l.weight);
    for (int64_t r = 0; r < rows; r++)
        for (int32_t j = 0; j < out; j++) {
            double want = (double)gal_params_value(&c.params, l.bias).data[j];
            for (int32_t i = 0; i < in; i++)
                want += (double)gal_mat_row(c.x[0], r)[i] * (double)gal_mat_row(w, i)[j];
            assert_true(fabs(want - (double)gal_mat_row(c.y, r)[j]) < 1e-4);
        }
    check_clear(&c);
}

static void test_forward(void **state) {
    (void)state;
    check_definition(1, 1, 1);
    check_definition(200, 64, 64);
    check_definition(97, 300, 17);
    check_definition(50, 5, 270);
}

static void test_gradients(void **state) {
    (void)state;
    check c;
    gal_linear l;
    build(&c, &l, 13, 9, 5);
    check_accumulates(&c);
    check_gradients(&c);
    check_clear(&c);
}

/* Wider than a panel of the backward pass, on few rows. */
static void test_wide_gradients(void **state) {
    (void)state;
    check c;
    gal_linear l;
    build(&c, &l, 3, 130, 133);
    check_gradients(&c);
    check_clear(&c);
}

static void test_threads(void **state) {
    (void)state;
    check c;
    gal_linear l;
    build(&c, &l, 3000, 40, 24);
    check_threads(&c);
    check_clear(&c);
}

static void test_without_dx(void **state) {
    (void)state;
    check c;
    gal_linear l;
    build(&c, &l, 20, 6, 4);
    check_run(&c);
    float with[64], bias[4];
    memcpy(with, gal_params_grad(&c.params, l.weight).data, 24 * sizeof(float));
    memcpy(bias, gal_params_grad(&c.params, l.bias).data, sizeof bias);
    gal_params_zero_grad(&c.params);
    gal_linear_backward((gal_mat){0}, &l, &c.params, c.x[0], c.dy);
    assert_memory_equal(with, gal_params_grad(&c.params, l.weight).data, 24 * sizeof(float));
    assert_memory_equal(bias, gal_params_grad(&c.params, l.bias).data, sizeof bias);
    check_clear(&c);
}

static void test_col_sum(void **state) {
    (void)state;
    float x[6] = {1, 2, 3, 4, 5, 6}, sum[2] = {10, 20};
    gal_col_sum(sum, (gal_mat){x, 3, 2, 2});
    assert_true(sum[0] == 19 && sum[1] == 32);
}

static void test_names(void **state) {
    (void)state;
    check c;
    gal_linear l;
    gal_error err = {0};
    build(&c, &l, 2, 3, 4);
    assert_int_equal(gal_params_find(&c.params, "l.weight"), l.weight);
    assert_int_equal(gal_params_find(&c.params, "l.bias"), l.bias);
    const char *name = "a name that together with what follows it exceeds 63 characters";
    assert_int_equal(gal_linear_init(&l, &c.params, name, 3, 4, &c.rng, &err), GAL_EINVAL);
    check_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward),        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_wide_gradients), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_without_dx),     cmocka_unit_test(test_col_sum),
        cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
