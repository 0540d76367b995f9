#include "gnn/check_layer.h"

#include "gnn/linear.h"
#include "gnn/lora.h"

typedef struct fixture {
    check c;
    gal_linear layer;
    gal_lora lora;
} fixture;

static void build(fixture *f, int32_t rank) {
    check_init(&f->c);
    check_add_random(&f->c, "x0", 12, 9);
    check_add_random(&f->c, "dy", 12, 7);
    check_bind(&f->c);
    assert_int_equal(gal_linear_init(&f->layer, &f->c.params, "l", 9, 7, &f->c.rng, NULL), GAL_OK);
    assert_int_equal(gal_lora_init(&f->lora, &f->c.params, rank, &f->c.rng, NULL), GAL_OK);
}

static void clear(fixture *f) {
    gal_lora_clear(&f->lora);
    check_clear(&f->c);
}

static double loss(fixture *f) {
    double sum = 0;
    gal_lora_apply(&f->lora, &f->c.params);
    gal_linear_forward(f->c.y, &f->layer, &f->c.params, f->c.x[0]);
    for (int64_t i = 0; i < f->c.y.rows * f->c.y.cols; i++)
        sum += (double)f->c.y.data[i] * (double)f->c.dy.data[i];
    return sum;
}

/* As it starts, an adaptation changes nothing. */
static void test_start(void **state) {
    (void)state;
    fixture f;
    build(&f, 2);
    gal_mat before = gal_mat_new(&f.c.arena, 9, 7), after = gal_params_value(&f.c.params, 0);
    gal_mat_copy(before, after);
    gal_lora_apply(&f.lora, &f.c.params);
    check_close("weight", after, before, 0);
    assert_int_equal(f.lora.low.n_param, 3); /* down, up, the bias */
    assert_int_equal(f.lora.low.param[0].cols, 2);
    clear(&f);
}

/* The loss is linear in each of down, up and bias: one difference is the gradient. */
static void test_gradients(void **state) {
    (void)state;
    fixture f;
    build(&f, 2);
    check_randomise(&f.c, gal_params_value(&f.lora.low, f.lora.up[0]), 0.5);
    const double here = loss(&f);
    gal_params_zero_grad(&f.c.params);
    gal_params_zero_grad(&f.lora.low);
    gal_linear_backward((gal_mat){0}, &f.layer, &f.c.params, f.c.x[0], f.c.dy);
    gal_lora_gradients(&f.lora, &f.c.params);
    for (int32_t p = 0; p < f.lora.low.n_param; p++) {
        const gal_mat value = gal_params_value(&f.lora.low, p);
        const gal_mat grad = gal_params_grad(&f.lora.low, p);
        for (int64_t i = 0; i < value.rows * value.cols; i++) {
            const float old = value.data[i];
            value.data[i] = old + 0.25F;
            const double slope = (loss(&f) - here) / 0.25;
            value.data[i] = old;
            assert_true(fabs(slope - (double)grad.data[i]) < 2e-3 * (1 + fabs(slope)));
        }
    }
    clear(&f);
}

/* A rank that saves nothing: the whole matrix. */
static void test_small(void **state) {
    (void)state;
    fixture f;
    build(&f, 8);
    assert_int_equal(f.lora.up[0], -1);
    assert_int_equal(f.lora.low.n_param, 2);
    gal_params_value(&f.lora.low, f.lora.down[0]).data[3] = 42;
    gal_lora_apply(&f.lora, &f.c.params);
    assert_true(gal_params_value(&f.c.params, 0).data[3] == 42);
    clear(&f);
}

static void test_rank(void **state) {
    (void)state;
    gal_params params;
    gal_lora lora;
    gal_rng rng;
    gal_rng_init(&rng, 1, 0);
    gal_params_init(&params);
    assert_int_equal(gal_lora_init(&lora, &params, 0, &rng, NULL), GAL_EINVAL);
    gal_lora_clear(&lora);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start),
        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
