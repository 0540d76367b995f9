#include "gnn/checkpoint.h"
#include "gnn/loss.h"
#include "gnn/schedule.h"
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { IN = 5, BATCH = 8, STEPS = 20 };

/* A linear model y = x w + b with everything a run carries. */
typedef struct run {
    gal_params params;
    gal_adamw adamw;
    gal_rng rng;
    float *ema;
    int64_t step;
} run;

static void run_start(run *r, uint64_t seed) {
    gal_params_init(&r->params);
    gal_rng_init(&r->rng, seed, 0);
    assert_int_equal(gal_params_add(&r->params, "head.weight", IN, 1), 0);
    assert_int_equal(gal_params_add(&r->params, "head.bias", 1, 1), 1);
    gal_params_init_glorot(&r->params, 0, &r->rng);
    assert_int_equal(gal_adamw_init(&r->adamw, &r->params, NULL), GAL_OK);
    r->ema = calloc((size_t)r->params.size, sizeof *r->ema);
    assert_non_null(r->ema);
    r->step = 0;
}

static void run_clear(run *r) {
    gal_params_clear(&r->params);
    gal_adamw_clear(&r->adamw);
    free(r->ema);
}

static gal_checkpoint state_of(run *r) {
    return (gal_checkpoint){.params = &r->params,
                            .adamw = &r->adamw,
                            .ema = r->ema,
                            .rng = &r->rng,
                            .step = r->step,
                            .schema = 0xfeed,
                            .dataset = 7};
}

/* Regression to sum x + noise on random batches; returns the last loss. */
static double run_steps(run *r, int steps) {
    const gal_schedule schedule = {GAL_SCHEDULE_ONE_CYCLE, 0.1, 0, 4, STEPS};
    const gal_mat w = gal_params_value(&r->params, 0), b = gal_params_value(&r->params, 1);
    const gal_mat dw = gal_params_grad(&r->params, 0), db = gal_params_grad(&r->params, 1);
    double loss = 0;
    for (int s = 0; s < steps; s++, r->step++) {
        float x[BATCH][IN], y[BATCH], p[BATCH], g[BATCH];
        for (int i = 0; i < BATCH; i++) {
            y[i] = (float)(0.1 * gal_rng_normal(&r->rng));
            p[i] = b.data[0];
            for (int k = 0; k < IN; k++) {
                x[i][k] = (float)gal_rng_normal(&r->rng);
                y[i] += x[i][k];
                p[i] += x[i][k] * w.data[k];
            }
        }
        gal_params_zero_grad(&r->params);
        loss = gal_loss_huber(g, p, y, NULL, BATCH, 1);
        for (int i = 0; i < BATCH; i++) {
            db.data[0] += g[i];
            for (int k = 0; k < IN; k++) dw.data[k] += g[i] * x[i][k];
        }
        gal_grad_clip(&r->params, 1);
        gal_adamw_step(&r->adamw, &r->params, gal_schedule_rate(&schedule, r->step));
        gal_ema_update(r->ema, &r->params, 0.9);
    }
    return loss;
}

static void assert_same_run(const run *a, const run *b) {
    const size_t size = (size_t)a->params.size * sizeof(float);
    assert_memory_equal(a->params.value, b->params.value, size);
    assert_memory_equal(a->adamw.m, b->adamw.m, size);
    assert_memory_equal(a->adamw.v, b->adamw.v, size);
    assert_memory_equal(a->ema, b->ema, size);
    assert_memory_equal(&a->rng, &b->rng, sizeof a->rng);
    assert_int_equal(a->step, b->step);
    assert_int_equal(a->adamw.step, b->adamw.step);
}

static void resume_is_bit_identical(void **state) {
    (void)state;
    const char *path = GALENA_TEST_TMP "/resume.safetensors";
    run whole, first, second;
    run_start(&whole, 1);
    const double loss = run_steps(&whole, STEPS);

    run_start(&first, 1);
    run_steps(&first, STEPS / 2);
    gal_checkpoint saved = state_of(&first);
    assert_int_equal(gal_checkpoint_save(path, &saved, NULL, 0, NULL), GAL_OK);

    run_start(&second, 999); /* everything it starts with must be replaced */
    gal_checkpoint loaded = state_of(&second);
    assert_int_equal(gal_checkpoint_load(&loaded, path, NULL), GAL_OK);
    second.step = loaded.step;
    assert_same_run(&first, &second);
    assert_true(run_steps(&second, STEPS - STEPS / 2) == loss);
    assert_same_run(&whole, &second);
    run_clear(&whole);
    run_clear(&first);
    run_clear(&second);
    remove(path);
}

static void predictors_read_values_only(void **state) {
    (void)state;
    const char *path = GALENA_TEST_TMP "/values.safetensors";
    run r, other;
    run_start(&r, 1);
    run_start(&other, 2);
    run_steps(&r, 3);
    const gal_meta meta[] = {{"hyper", "{\"hidden\": 64}"}, {"card", "a toy"}};
    gal_checkpoint saved = state_of(&r);
    assert_int_equal(gal_checkpoint_save(path, &saved, meta, 2, NULL), GAL_OK);

    gal_safetensors file;
    gal_safetensors_init(&file);
    assert_int_equal(gal_safetensors_read(&file, path, NULL), GAL_OK);
    assert_string_equal(gal_safetensors_get(&file, "hyper"), "{\"hidden\": 64}");
    gal_checkpoint into = {.params = &other.params};
    assert_int_equal(gal_checkpoint_restore(&into, &file, NULL), GAL_OK);
    assert_memory_equal(other.params.value, r.params.value, (size_t)r.params.size * sizeof(float));
    assert_int_equal(into.step, 3);
    assert_true(into.schema == 0xfeed && into.dataset == 7);
    gal_safetensors_clear(&file);
    run_clear(&r);
    run_clear(&other);
    remove(path);
}

/* Loads `path` into a model of one tensor and `into`'s wishes; expects a refusal and no change. */
static void refuse(const char *path, const char *name, int32_t rows, int32_t cols,
                   gal_checkpoint into, const char *part, const char *other_part) {
    gal_params params;
    gal_error err = {0};
    gal_params_init(&params);
    assert_int_equal(gal_params_add(&params, "head.weight", IN, 1), 0);
    assert_int_equal(gal_params_add(&params, name, rows, cols), 1);
    params.value[0] = 42;
    into.params = &params;
    assert_int_equal(gal_checkpoint_load(&into, path, &err), GAL_EMISMATCH);
    if (!strstr(err.message, part) || !strstr(err.message, other_part))
        fail_msg("'%s' lacks '%s' or '%s'", err.message, part, other_part);
    assert_string_equal(err.file, path);
    assert_true(params.value[0] == 42);
    gal_params_clear(&params);
}

static void unfit_models_are_refused(void **state) {
    (void)state;
    const char *path = GALENA_TEST_TMP "/unfit.safetensors";
    run r;
    run_start(&r, 1);
    gal_checkpoint bare = {.params = &r.params, .schema = 0xabc, .dataset = 5};
    assert_int_equal(gal_checkpoint_save(path, &bare, NULL, 0, NULL), GAL_OK);
    const gal_checkpoint plain = {0};
    refuse(path, "head.bias", 1, 2, plain, "'head.bias' is [1, 1]", "[1, 2] in the model");
    refuse(path, "head.scale", 1, 1, plain, "'head.scale' [1, 1]", "not in the file");
    refuse(path, "head.bias", 1, 1, (gal_checkpoint){.schema = 0xabd}, "features are not those",
           "0000000000000abc in the file, 0000000000000abd here");
    refuse(path, "head.bias", 1, 1, (gal_checkpoint){.dataset = 6}, "data or the options",
           "0000000000000006");
    refuse(path, "head.bias", 1, 1, (gal_checkpoint){.adamw = &r.adamw}, "optimiser", "");
    refuse(path, "head.bias", 1, 1, (gal_checkpoint){.ema = r.ema}, "'ema.head.weight' [5, 1]", "");
    refuse(path, "head.bias", 1, 1, (gal_checkpoint){.rng = &r.rng}, "random", "");

    gal_params smaller;
    gal_error err = {0};
    gal_params_init(&smaller);
    gal_params_add(&smaller, "head.bias", 1, 1);
    gal_checkpoint into = {.params = &smaller};
    assert_int_equal(gal_checkpoint_load(&into, path, &err), GAL_EMISMATCH);
    assert_non_null(strstr(err.message, "'head.weight' [5, 1]"));
    gal_params_clear(&smaller);
    run_clear(&r);
    remove(path);
}

/* A file that fits but for one broken metadata text. */
static void broken_metadata_is_refused(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"galena.step", "-1"},
        {"galena.step", ""},
        {"galena.step", "12x"},
        {"galena.step", "9999999999999999999"},
        {"galena.schema", "xyz"},
        {"galena.dataset", "00000000000000001"},
        {"galena.opt_step", "1.5"},
        {"galena.rng", "0 0 0 1"},
        {"galena.rng", "0000000000000000 0000000000000000 0000000000000000 0000000000000000"},
    };
    const char *path = GALENA_TEST_TMP "/metadata.safetensors";
    run r;
    run_start(&r, 1);
    gal_checkpoint all = state_of(&r);
    assert_int_equal(gal_checkpoint_save(path, &all, NULL, 0, NULL), GAL_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gal_safetensors file;
        gal_error err = {0};
        gal_safetensors_init(&file);
        assert_int_equal(gal_safetensors_read(&file, path, NULL), GAL_OK);
        assert_int_equal(gal_safetensors_set(&file, cases[i][0], cases[i][1], NULL), GAL_OK);
        gal_checkpoint into = state_of(&r);
        assert_int_equal(gal_checkpoint_restore(&into, &file, &err), GAL_EPARSE);
        assert_non_null(strstr(err.message, cases[i][0]));
        gal_safetensors_clear(&file);
    }
    run_clear(&r);
    remove(path);
}

static void foreign_tensors_are_refused(void **state) {
    (void)state;
    gal_safetensors file;
    gal_params params;
    gal_error err = {0};
    const double wide[2] = {1, 2};
    const float narrow[2] = {1, 2};
    const int64_t dim[2] = {2, 1};
    gal_params_init(&params);
    gal_params_add(&params, "w", 2, 1);
    gal_checkpoint into = {.params = &params};
    for (int flat = 0; flat < 2; flat++) {
        gal_safetensors_init(&file);
        gal_safetensors_add(&file, "w", flat ? GAL_F32 : GAL_F64, flat ? 1 : 2, dim,
                            flat ? (const void *)narrow : (const void *)wide, NULL);
        assert_int_equal(gal_checkpoint_restore(&into, &file, &err), GAL_EMISMATCH);
        assert_non_null(strstr(err.message, flat ? "'w' is [2] in the file" : "dtype F32"));
        gal_safetensors_clear(&file);
    }
    gal_params_clear(&params);
}

static void reserved_names_are_refused(void **state) {
    (void)state;
    const char *path = GALENA_TEST_TMP "/reserved.safetensors";
    gal_params params;
    gal_params_init(&params);
    gal_params_add(&params, "opt.w", 1, 1);
    gal_checkpoint from = {.params = &params};
    assert_int_equal(gal_checkpoint_save(path, &from, NULL, 0, NULL), GAL_EINVAL);
    snprintf(params.param[0].name, sizeof params.param[0].name, "w");
    const gal_meta meta = {"galena.step", "5"};
    assert_int_equal(gal_checkpoint_save(path, &from, &meta, 1, NULL), GAL_EINVAL);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(gal_checkpoint_save(GALENA_TEST_TMP "/absent/x", &from, NULL, 0, NULL),
                     GAL_EIO);
    gal_params_clear(&params);
}

enum { BIG = 20000 };

/* State k of the endless writer: every parameter is k, the step is k. */
static void save_state(const char *path, gal_params *params, int64_t k) {
    for (int64_t i = 0; i < params->size; i++) params->value[i] = (float)k;
    gal_checkpoint from = {.params = params, .step = k};
    if (gal_checkpoint_save(path, &from, NULL, 0, NULL) != GAL_OK) _exit(1);
}

static void empty_directory(const char *path) {
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        char name[1024];
        snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        if (e->d_name[0] != '.') remove(name);
    }
    if (dir) closedir(dir);
}

/* A child that saves without end is killed at random times; whatever it leaves must load and be
 * one of the states it wrote, not older than the last one known to be complete. A busy machine gets
 * more time until a state is. */
static void kill_never_tears_a_file(void **state) {
    (void)state;
    const char *dir = GALENA_TEST_TMP "/killed", *path = GALENA_TEST_TMP "/killed/c.safetensors";
    mkdir(dir, 0777);
    empty_directory(dir);
    gal_params params;
    gal_params_init(&params);
    assert_int_equal(gal_params_add(&params, "w", BIG, 1), 0);
    gal_rng rng;
    gal_rng_init(&rng, 11, 0);
    int64_t last = 1;
    save_state(path, &params, last);
    for (int32_t trial = 0; trial < 40 || (last == 1 && trial < 400); trial++) {
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            for (int64_t k = last + 1;; k++) save_state(path, &params, k);
        usleep((useconds_t)gal_rng_below(&rng, 15000 * (1 + trial / 40)));
        kill(child, SIGKILL);
        int how;
        assert_int_equal(waitpid(child, &how, 0), child);
        assert_true(WIFSIGNALED(how));
        gal_checkpoint into = {.params = &params};
        gal_error err = {0};
        if (gal_checkpoint_load(&into, path, &err) != GAL_OK) fail_msg("%s", err.message);
        assert_true(into.step >= last);
        for (int64_t i = 0; i < BIG; i++) assert_true(params.value[i] == (float)into.step);
        last = into.step;
    }
    assert_true(last > 1);
    gal_params_clear(&params);
    empty_directory(dir);
    rmdir(dir);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resume_is_bit_identical),
        cmocka_unit_test(predictors_read_values_only),
        cmocka_unit_test(unfit_models_are_refused),
        cmocka_unit_test(broken_metadata_is_refused),
        cmocka_unit_test(foreign_tensors_are_refused),
        cmocka_unit_test(reserved_names_are_refused),
        cmocka_unit_test(kill_never_tears_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
