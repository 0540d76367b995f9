#include "gnn/optim.h"
#include "gnn/schedule.h"
#include "training_golden.h"
#include <string.h>

static void adamw_matches_pytorch(void **state) {
    (void)state;
    gal_params params;
    gal_params_init(&params);
    const gal_mat w = gal_params_value(&params, gal_params_add(&params, "w", 3, 4));
    assert_non_null(w.data);
    const int32_t b = gal_params_add(&params, "b", 1, 4);
    float *weight = gal_params_value(&params, 0).data, *bias = gal_params_value(&params, b).data;
    memcpy(weight, golden_f32("adamw.w0"), 12 * sizeof(float));
    memcpy(bias, golden_f32("adamw.b0"), 4 * sizeof(float));
    gal_adamw adamw;
    assert_int_equal(gal_adamw_init(&adamw, &params, NULL), GAL_OK);
    assert_true(!adamw.plain[0] && adamw.plain[1]);
    adamw.decay = 0.1;
    adamw.beta1 = 0.8;
    adamw.beta2 = 0.95;
    for (int step = 0; step < 6; step++) {
        const float *grad = golden_f32("adamw.grad") + 16 * step;
        memcpy(gal_params_grad(&params, 0).data, grad, 12 * sizeof(float));
        memcpy(gal_params_grad(&params, b).data, grad + 12, 4 * sizeof(float));
        assert_close(gal_grad_clip(&params, 3), golden_f64("adamw.norm")[step], 1e-6);
        gal_adamw_step(&adamw, &params, 0.05);
    }
    assert_int_equal(adamw.step, 6);
    for (int i = 0; i < 12; i++) {
        assert_close(weight[i], golden_f32("adamw.w")[i], 2e-6);
        assert_close(adamw.v[i], golden_f32("adamw.v")[i], 2e-6);
    }
    for (int i = 0; i < 4; i++) assert_close(bias[i], golden_f32("adamw.b")[i], 2e-6);
    gal_adamw_clear(&adamw);
    gal_params_clear(&params);
}

static void clip_leaves_the_direction(void **state) {
    (void)state;
    gal_params params;
    gal_params_init(&params);
    gal_params_add(&params, "a", 1, 1);
    gal_params_add(&params, "b", 1, 1);
    params.grad[0] = 3;
    params.grad[16] = -4;
    assert_true(gal_grad_clip(&params, 10) == 5 && params.grad[0] == 3);
    assert_true(gal_grad_clip(&params, 1) == 5);
    assert_close(params.grad[0], 0.6, 1e-7);
    assert_close(params.grad[16], -0.8, 1e-7);
    params.grad[0] = INFINITY;
    assert_true(isinf(gal_grad_clip(&params, 1)));
    assert_close(params.grad[16], -0.8, 1e-7);
    gal_params_clear(&params);
}

static void ema_follows_slowly(void **state) {
    (void)state;
    gal_params params;
    gal_params_init(&params);
    gal_params_add(&params, "a", 1, 2);
    float average[16] = {1, 0};
    params.value[0] = 3;
    params.value[1] = -1;
    gal_ema_update(average, &params, 0.75);
    assert_close(average[0], 1.5, 1e-7);
    assert_close(average[1], -0.25, 1e-7);
    gal_ema_update(average, &params, 0);
    assert_true(average[0] == 3 && average[1] == -1);
    gal_params_clear(&params);
}

static void schedules_match_their_formulas(void **state) {
    (void)state;
    const gal_schedule cycle = {GAL_SCHEDULE_ONE_CYCLE, 0.4, 0.4 / 25e4, 10, 50};
    for (int64_t i = 0; i < 50; i++)
        assert_close(gal_schedule_rate(&cycle, i), golden_f64("one_cycle")[i], 1e-12);
    const gal_schedule cosine = {GAL_SCHEDULE_COSINE, 0.1, 0.01, 5, 40};
    for (int64_t i = 0; i < 40; i++)
        assert_close(gal_schedule_rate(&cosine, i), golden_f64("cosine")[i], 1e-12);
    assert_close(gal_schedule_rate(&cosine, 1000), 0.01, 1e-12);
    const gal_schedule constant = {.kind = GAL_SCHEDULE_CONSTANT, .peak = 2, .warmup = 4};
    assert_close(gal_schedule_rate(&constant, 0), 0.5, 1e-12);
    assert_close(gal_schedule_rate(&constant, 3), 2, 1e-12);
    assert_close(gal_schedule_rate(&constant, 99), 2, 1e-12);
    const gal_schedule plain = {GAL_SCHEDULE_COSINE, 1, 0, 0, 1};
    assert_close(gal_schedule_rate(&plain, 0), 0, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adamw_matches_pytorch),
        cmocka_unit_test(clip_leaves_the_direction),
        cmocka_unit_test(ema_follows_slowly),
        cmocka_unit_test(schedules_match_their_formulas),
    };
    return cmocka_run_group_tests(tests, golden_open, golden_close);
}
