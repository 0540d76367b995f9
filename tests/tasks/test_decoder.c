/* The sequence model: gradients by differences along random directions, and that answering token
 * by token is what it was trained for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tasks/surrogate/pretrained_private.h"
#include <math.h>
#include <string.h>

enum { N = 5, N_VAR = 3, K = 3, N_OUT = 2 * K + 1 };

static const char deck[] = "* divider\n"
                           ".param r=1k c=1n w=1u\n"
                           "*galena var r 100 10k log\n"
                           "*galena var c 100p 10n log\n"
                           "*galena var w 0.5u 50u log\n"
                           "vin in 0 dc 0.9 ac 1\n"
                           "r1 in out {r}\n"
                           "c1 out 0 {c}\n"
                           "m1 out in 0 0 nm w={w} l=180n\n"
                           ".model nm nmos level=1\n"
                           ".op\n.ac dec 10 1 1g\n"
                           "*galena measure gain = dcgain(out)\n"
                           "*galena measure bw = ugf(out)\n"
                           "*galena measure power = power(vin)\n"
                           ".end\n";

typedef struct fixture {
    gal_arena arena;
    gal_rng rng;
    gal__pretrained_net net;
    gal__prompt prompt, d_prompt;
    gal__decoder_input in;
    gal__decoder_saved saved;
    gal_mat out, weight, dx;
    gal_bench bench;
    gal__deck_graph graph;
    gal__deck_encoder_saved encoded;
} fixture;

static const int32_t order[K] = {2, 0, 1};

static gal_mat random_mat(fixture *f, int64_t rows, int32_t cols, double scale) {
    const gal_mat m = gal_mat_new(&f->arena, rows, cols);
    for (int64_t i = 0; i < rows * cols; i++) m.data[i] = (float)(scale * gal_rng_normal(&f->rng));
    return m;
}

static void set_up(fixture *f) {
    gal_error err = {0};
    memset(f, 0, sizeof *f);
    gal_arena_init(&f->arena);
    gal_rng_init(&f->rng, 7, 0);
    gal_params_init(&f->net.params);
    assert_int_equal(gal__decoder_init(&f->net.decoder, &f->net.params, &f->rng, &err), GAL_OK);
    assert_int_equal(
        gal__deck_encoder_init(&f->net.encoder, &f->net.params, &f->net.decoder, &f->rng, &err),
        GAL_OK);
    gal__prompt_new(&f->prompt, &f->arena, &f->net.decoder, N_VAR, K, &err);
    gal__prompt_new(&f->d_prompt, &f->arena, &f->net.decoder, N_VAR, K, &err);
    for (int part = 0; part < GAL__PROMPT_PARTS; part++) {
        const gal_mat m = *gal__prompt_part(&f->prompt, part);
        gal_mat_copy(m, random_mat(f, m.rows, m.cols, 0.5));
        gal_mat_fill(*gal__prompt_part(&f->d_prompt, part), 0);
    }
    f->in = (gal__decoder_input){.x = random_mat(f, N, 2 * N_VAR, 1),
                                 .told = random_mat(f, N, K, 1),
                                 .predicted = random_mat(f, N, K, 0)};
    gal_mat_row(f->in.told, 1)[0] = gal_mat_row(f->in.told, 3)[2] = NAN;
    gal_mat_row(f->in.predicted, 2)[1] = gal_mat_row(f->in.predicted, 4)[0] = 1;
    f->out = gal_mat_new(&f->arena, N, N_OUT);
    f->dx = gal_mat_new(&f->arena, N, 2 * N_VAR);
    f->weight = random_mat(f, N, N_OUT, 1);
    assert_int_equal(
        gal__decoder_saved_new(&f->saved, &f->arena, &f->net.decoder, N, N_VAR, K, &err), GAL_OK);
    assert_int_equal(
        gal_bench_parse(&f->bench, (gal_view){deck, sizeof deck - 1}, "divider.sp", &err), GAL_OK);
    assert_int_equal(gal__deck_graph_build(&f->graph, &f->arena, &f->bench, NULL, &err), GAL_OK);
    assert_int_equal(
        gal__deck_encoder_saved_new(&f->encoded, &f->arena, &f->net.encoder, &f->graph, &err),
        GAL_OK);
}

static void clear(fixture *f) {
    gal_params_clear(&f->net.params);
    gal_bench_clear(&f->bench);
    gal_arena_clear(&f->arena);
}

/* The sum of the outputs times `weight`; when `graph`, with the prompt of the deck's graph. */
static double objective(fixture *f, int graph) {
    double sum = 0;
    if (graph)
        gal__deck_encoder_forward(&f->prompt, &f->encoded, &f->net.encoder, &f->net.params,
                                  &f->graph, order);
    gal__decoder_forward(f->out, &f->saved, &f->net.decoder, &f->net.params, &f->prompt, &f->in);
    for (int64_t i = 0; i < N * N_OUT; i++)
        sum += (double)f->out.data[i] * (double)f->weight.data[i];
    return sum;
}

static void gradients(fixture *f, int graph) {
    gal_params_zero_grad(&f->net.params);
    objective(f, graph);
    gal__decoder_backward(f->dx, &f->d_prompt, &f->net.decoder, &f->net.params, &f->saved,
                          &f->prompt, &f->in, f->weight);
    if (graph)
        gal__deck_encoder_backward(&f->net.encoder, &f->net.params, &f->graph, order, &f->encoded,
                                   &f->d_prompt);
}

/* The slope along the gradient itself: its squared length. */
static void check_slope(fixture *f, const char *name, gal_mat value, gal_mat grad, int graph) {
    double length = 0;
    const int64_t n = value.rows * value.cols;
    for (int64_t i = 0; i < n; i++) length += (double)grad.data[i] * (double)grad.data[i];
    length = sqrt(length);
    if (length < 1e-6) fail_msg("%s: no gradient", name);
    const double step = 3e-3;
    double side[2];
    gal_mat held = gal_mat_new(&f->arena, value.rows, value.cols);
    gal_mat_copy(held, value);
    for (int s = 0; s < 2; s++) {
        gal_mat_add(value, grad, (float)((s ? -step : step) / length));
        side[s] = objective(f, graph);
        gal_mat_copy(value, held);
    }
    const double slope = (side[0] - side[1]) / (2 * step);
    if (fabs(slope - length) > 0.01 * length + 2e-3)
        fail_msg("%s: slope %g, gradient %g", name, slope, length);
}

/* Keys' biases move all scores of a token alike, which softmax does not see. */
static int has_no_slope(const char *name) {
    return strstr(name, "key_value.bias") != NULL;
}

static void check_params(fixture *f, int graph) {
    for (int32_t i = 0; i < f->net.params.n_param; i++) {
        const char *name = f->net.params.param[i].name;
        const int of_graph = !strncmp(name, "deck", 4) || !strncmp(name, "prompt", 6);
        if (of_graph == graph && !has_no_slope(name))
            check_slope(f, name, gal_params_value(&f->net.params, i),
                        gal_params_grad(&f->net.params, i), graph);
    }
}

static void test_decoder_gradients(void **state) {
    (void)state;
    fixture f;
    set_up(&f);
    gradients(&f, 0);
    check_params(&f, 0);
    for (int part = 0; part < GAL__PROMPT_PARTS; part++)
        check_slope(&f, "prompt", *gal__prompt_part(&f.prompt, part),
                    *gal__prompt_part(&f.d_prompt, part), 0);
    check_slope(&f, "x", f.in.x, f.dx, 0);
    clear(&f);
}

static void test_encoder_gradients(void **state) {
    (void)state;
    fixture f;
    set_up(&f);
    gradients(&f, 1);
    check_params(&f, 1);
    clear(&f);
}

/* The order of the metrics permutes the rows that belong to them, and nothing else. */
static void test_order(void **state) {
    (void)state;
    fixture f;
    gal__prompt other;
    static const int32_t plain[K] = {0, 1, 2};
    set_up(&f);
    gal__prompt_new(&other, &f.arena, &f.net.decoder, N_VAR, K, NULL);
    gal__deck_encoder_forward(&f.prompt, &f.encoded, &f.net.encoder, &f.net.params, &f.graph,
                              order);
    gal__deck_encoder_forward(&other, &f.encoded, &f.net.encoder, &f.net.params, &f.graph, plain);
    const size_t bytes = (size_t)f.prompt.told.cols * sizeof(float);
    for (int m = 0; m < K; m++)
        assert_memory_equal(gal_mat_row(f.prompt.told, m), gal_mat_row(other.told, order[m]),
                            bytes);
    assert_memory_equal(f.prompt.var.data, other.var.data, N_VAR * bytes);
    clear(&f);
}

/* Told its own answers, the network gives in one pass what it gives token by token. */
static void answers_agree(fixture *f, gal_mat known) {
    const gal_mat out = gal_mat_new(&f->arena, N, N_OUT);
    assert_int_equal(gal__decoder_infer(out, &f->arena, &f->net.decoder, &f->net.params, &f->prompt,
                                        f->in.x, known, NULL),
                     GAL_OK);
    for (int64_t b = 0; b < N; b++)
        for (int m = 0; m < K; m++) {
            const float given = known.data ? gal_mat_row(known, b)[m] : NAN;
            gal_mat_row(f->in.told, b)[m] = isnan(given) ? gal_mat_row(out, b)[m] : given;
            gal_mat_row(f->in.predicted, b)[m] = isnan(given) ? 1.0F : 0.0F;
        }
    objective(f, 0);
    for (int64_t i = 0; i < N * N_OUT; i++) assert_float_equal(out.data[i], f->out.data[i], 1e-4);
}

static void test_token_by_token(void **state) {
    (void)state;
    fixture f;
    set_up(&f);
    answers_agree(&f, (gal_mat){0});
    const gal_mat known = random_mat(&f, N, K, 1);
    gal_mat_row(known, 0)[1] = gal_mat_row(known, 4)[2] = NAN;
    answers_agree(&f, known);
    clear(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decoder_gradients),
        cmocka_unit_test(test_encoder_gradients),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_token_by_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
