/* Fails the k-th allocation, k = 0, 1, 2, ..., until an operation gets through: each failure must
 * be reported as GAL_ENOMEM, leak nothing and leave the file on disk and the model as they were.
 * jansson is made to allocate through the same functions. */
#include "gnn/balanced_loss.h"
#include "gnn/checkpoint.h"
#include "gnn/link_sampler.h"
#include "gnn/metrics.h"
#include "gnn/sampler.h"
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static long countdown = -1; /* allocations until one fails; negative: none fails */
static long live;           /* blocks of jansson not freed yet */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);

static int fails(void) {
    return countdown >= 0 && countdown-- == 0;
}

void *__wrap_malloc(size_t size) {
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size) {
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t align, size_t size) {
    return fails() ? NULL : __real_aligned_alloc(align, size);
}

/* jansson's blocks are counted, so that a leak shows without a sanitizer. */
static void *json_malloc(size_t size) {
    void *block = malloc(size);
    live += block != NULL;
    return block;
}

static void json_free(void *block) {
    live -= block != NULL;
    free(block);
}

/* Runs `work` with ever later failures; it returns the status of the operation under test: exactly
 * GAL_ENOMEM, or any failure where `exact` is 0. */
static void fail_each_allocation(gal_status (*work)(gal_error *err), int exact) {
    for (long k = 0; k < 10000; k++) {
        gal_error err = {0};
        countdown = k;
        const gal_status status = work(&err);
        const int reached = countdown < 0;
        countdown = -1;
        assert_int_equal(live, 0);
        if (!reached) {
            assert_int_equal(status, GAL_OK);
            assert_true(k > 0);
            return;
        }
        if (status == GAL_OK) continue; /* an allocation that only made things faster */
        assert_true(status == GAL_ENOMEM || !exact);
        assert_int_equal(err.code, status);
        assert_true(err.message[0] != '\0');
    }
    fail_msg("still failing after 10000 allocations");
}

static const char *path = GALENA_TEST_TMP "/alloc.safetensors";
static gal_params params;
static gal_adamw adamw;
static gal_rng rng;
static float ema[256];

static int make_model(void **state) {
    (void)state;
    gal_rng_init(&rng, 1, 0);
    gal_params_init(&params);
    for (int i = 0; i < 6; i++) {
        char name[32];
        snprintf(name, sizeof name, "layer.%d.weight", i);
        const int32_t index = gal_params_add(&params, name, 3, 4);
        if (index < 0) return -1;
        gal_params_init_glorot(&params, index, &rng);
    }
    json_set_alloc_funcs(json_malloc, json_free);
    return params.size <= 256 ? gal_adamw_init(&adamw, &params, NULL) : -1;
}

static int drop_model(void **state) {
    (void)state;
    gal_adamw_clear(&adamw);
    gal_params_clear(&params);
    json_set_alloc_funcs(malloc, free);
    return remove(path);
}

static gal_checkpoint whole_state(void) {
    return (gal_checkpoint){.params = &params, .adamw = &adamw, .ema = ema, .rng = &rng, .step = 9};
}

static gal_status save(gal_error *err) {
    const gal_checkpoint from = whole_state();
    const gal_meta meta[] = {{"hyper", "{}"}, {"card", "text"}};
    const gal_status status = gal_checkpoint_save(path, &from, meta, 2, err);
    const long kept = countdown;
    countdown = -1;
    gal_checkpoint into = whole_state(); /* what is on disk stays readable throughout */
    assert_int_equal(gal_checkpoint_load(&into, path, NULL), GAL_OK);
    assert_int_equal(into.step, 9);
    countdown = kept;
    return status;
}

static gal_status load(gal_error *err) {
    gal_checkpoint into = whole_state();
    params.value[0] = 42;
    const gal_status status = gal_checkpoint_load(&into, path, err);
    assert_true((params.value[0] == 42) == (status != GAL_OK));
    return status;
}

static gal_status draw(gal_error *err) {
    const int32_t row[6] = {0, 1, 1, 2, 2, 0}, col[6] = {1, 0, 2, 1, 0, 2}, seed = 1, fan_out = 1;
    int32_t a[3], b[3];
    gal_arena arena;
    gal_csr csr;
    gal_sampler sampler = {0};
    gal_subgraph sub;
    gal_link_set set;
    gal_rng fresh = {{1, 2, 3, 4}};
    gal_arena_init(&arena);
    gal_status status = gal_csr_build(&csr, &arena, 3, 3, 6, row, col, err);
    if (status == GAL_OK) status = gal_sampler_init(&sampler, &csr, err);
    if (status == GAL_OK)
        status = gal_sampler_draw(&sub, &arena, &sampler, &seed, 1, &fan_out, 1, &fresh, err);
    if (status == GAL_OK) status = gal_link_set_build(&set, &arena, row, col, 2, err);
    if (status == GAL_OK) status = gal_link_negatives(a, b, 3, &set, row, 6, col, 6, &fresh, err);
    gal_sampler_clear(&sampler);
    gal_arena_clear(&arena);
    return status;
}

static gal_status describe_labels(gal_error *err) {
    const float label[6] = {0, 0.1f, 0.2f, 4, 4.1f, 4.3f};
    float weight[6];
    gal_label_prior prior;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_status status = gal_gmm_fit(&prior, &arena, label, 6, 2, err);
    if (status == GAL_OK) status = gal_buckets_fit(&prior, &arena, label, 6, 900, err);
    if (status == GAL_OK) status = gal_lds_weights(weight, label, 6, 20, 0.1, err);
    gal_arena_clear(&arena);
    return status;
}

static gal_status score(gal_error *err) {
    const double pred[4] = {1, 2, 3, 4}, truth[4] = {2, 1, 4, 3};
    const unsigned char positive[4] = {0, 1, 0, 1};
    double out;
    gal_status status = gal_score_median_ape(&out, pred, truth, 4, err);
    if (status == GAL_OK) status = gal_score_spearman(&out, pred, truth, 4, err);
    if (status == GAL_OK) status = gal_score_auc(&out, pred, positive, 4, err);
    if (status == GAL_OK) status = gal_score_average_precision(&out, pred, positive, 4, err);
    return status;
}

static gal_status optimiser(gal_error *err) {
    gal_adamw other;
    const gal_status status = gal_adamw_init(&other, &params, err);
    gal_adamw_clear(&other);
    return status;
}

static void checkpoints(void **state) {
    (void)state;
    const gal_checkpoint first = whole_state();
    assert_int_equal(gal_checkpoint_save(path, &first, NULL, 0, NULL), GAL_OK);
    fail_each_allocation(save, 1);
    params.value[0] = 1;
    assert_int_equal(gal_checkpoint_save(path, &first, NULL, 0, NULL), GAL_OK);
    /* jansson 2.14 ignores a failed allocation inside its lexer and drops a character there, which
     * then is a syntax error or a name that the model does not have. */
    fail_each_allocation(load, 0);
}

static void samplers(void **state) {
    (void)state;
    fail_each_allocation(draw, 1);
}

static void statistics(void **state) {
    (void)state;
    fail_each_allocation(describe_labels, 1);
    fail_each_allocation(score, 1);
    fail_each_allocation(optimiser, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checkpoints),
        cmocka_unit_test(samplers),
        cmocka_unit_test(statistics),
    };
    return cmocka_run_group_tests(tests, make_model, drop_model);
}
