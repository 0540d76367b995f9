/* Files of parasitics models: what is not of the sizes that the program computes is refused, with
 * the names of file and tensor, before anything is built of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tasks/blank_model.h"
#include "tasks/resized.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TMP GALENA_TEST_TMP "/model_file_"

static const char saved[] = TMP "saved.safetensors";

static void must(gal_status status, const gal_error *err) {
    char text[1024];
    if (status != GAL_OK) fail_msg("%s", gal_error_format(err, text, sizeof text));
}

static int set_up(void **state) {
    (void)state;
    gal_pex_model model;
    gal_error err = {0};
    must(blank_model(&model, &err), &err);
    must(gal_pex_model_save(saved, &model, &err), &err);
    gal_pex_model_clear(&model);
    must(gal_pex_model_load(&model, saved, &err), &err);
    gal_pex_model_clear(&model);
    return 0;
}

/* The model file as it now is must be refused with `message`. */
static void refuse(gal_safetensors *st, const char *message) {
    static const char path[] = TMP "refused.safetensors";
    gal_pex_model model;
    gal_error err = {0};
    must(gal_safetensors_write(path, st, &err), &err);
    gal_safetensors_clear(st);
    assert_int_equal(gal_pex_model_load(&model, path, &err), GAL_EMISMATCH);
    assert_string_equal(err.file, path);
    if (!strstr(err.message, message)) fail_msg("\"%s\" lacks \"%s\"", err.message, message);
}

/* The model file, to be changed. */
static gal_safetensors one(void) {
    gal_safetensors st;
    gal_error err = {0};
    gal_safetensors_init(&st);
    must(gal_safetensors_read(&st, saved, &err), &err);
    return st;
}

static void assert_refused(const char *key, const char *value, const char *message) {
    gal_safetensors st = one();
    gal_error err = {0};
    must(gal_safetensors_set(&st, key, value, &err), &err);
    refuse(&st, message);
}

static void refuses_foreign_models(void **state) {
    (void)state;
    assert_refused("schema", "0123456789abcdef", "trained on features 0123456789abcdef");
    assert_refused("schema", "", "train it again");
    assert_refused("format", "galena parasitics 0", "not a model of format");
    assert_refused("width layers dropout members", "4 1 0", "sizes of the network");
    assert_refused("width layers dropout members", "4 1 0 99", "sizes of the network");
    assert_refused("width layers dropout members", "4 9 0 1", "sizes of the network");
    assert_refused("width layers dropout members", "4 1 nan 1", "sizes of the network");
    assert_refused("width layers dropout members", "4096 8 0.3 8", "larger than the file");
    assert_refused("width layers dropout members", "5 1 0 1", "member0.");
    assert_refused("width layers dropout members", "4 1 0 8", "larger than the file");
}

/* A reader that trusted the file's columns wrote past the rows it made of them. */
static void refuses_scalers_of_other_columns(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int32_t cols;
    } part[] = {{"scaler.net", GAL_PEX_NET_FEATURES},
                {"scaler.device", GAL_PEX_DEVICE_FEATURES},
                {"scaler.pair", GAL_PEX_PAIR_FEATURES}};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        const int32_t bad[] = {0, 1, part[i].cols - 1, part[i].cols + 1, 10 * part[i].cols};
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
            gal_safetensors st = one();
            reshape(&st, part[i].name, GAL_PEX_SCALE_ROWS, bad[k]);
            refuse(&st, part[i].name);
        }
    }
}

/* What a file has to hold before a network is built for it is what the network has. */
static void sizes_are_known_before_networks_are_built(void **state) {
    (void)state;
    for (int32_t layers = 1; layers <= GAL_PEX_MAX_LAYER; layers++) {
        const gal_pex_shape shape = {.width = 5 + layers, .n_layer = layers};
        gal_pex_member member;
        gal_error err = {0};
        int64_t size = 0;
        must(gal_pex_member_init(&member, &shape, 1, &err), &err);
        for (int32_t i = 0; i < member.params.n_param; i++)
            size += (int64_t)member.params.param[i].rows * member.params.param[i].cols;
        assert_int_equal(size, gal_pex_network_size(GAL_PEX_NET_FEATURES, GAL_PEX_DEVICE_FEATURES,
                                                    GAL_PEX_PAIR_FEATURES, shape.width, layers));
        gal_params_clear(&member.params);
    }
}

/* A matrix of the right size lies the other way round. */
static void refuses_transposed_matrices(void **state) {
    (void)state;
    gal_safetensors st = one();
    const char name[] = "member0.net_head.1.weight";
    reshape(&st, name, GAL_PEX_N_NET_OUT, 64);
    refuse(&st, name);
}

/* The bytes of a forest of one leaf over so many columns; the caller's. */
static unsigned char *forest_of(size_t *size, int32_t cols) {
    gal_trees *trees;
    unsigned char *bytes;
    gal_error err = {0};
    const float y[1] = {1};
    float *x = calloc((size_t)cols, sizeof *x);
    assert_non_null(x);
    const gal_trees_options options = gal_trees_defaults();
    must(gal_trees_train(&trees, (gal_mat){x, 1, cols, cols}, y, &options, &err), &err);
    must(gal_trees_save(&bytes, size, trees, &err), &err);
    gal_trees_destroy(trees);
    free(x);
    return bytes;
}

/* Trees and trends look at as many columns of a row as they were trained on. */
static void refuses_forests_and_trends_of_other_columns(void **state) {
    (void)state;
    static const int32_t bad[] = {1, 3, 1000};
    for (int t = 0; t < GAL_PEX_N_TARGET; t++) {
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
            gal_safetensors st = one();
            char name[64];
            size_t size;
            unsigned char *bytes = forest_of(&size, bad[k]);
            snprintf(name, sizeof name, "trees.%s", gal_pex_target_name[t]);
            replace(&st, name, 1, (int64_t)size, bytes);
            refuse(&st, name);
            free(bytes);
        }
        if (t == GAL_PEX_EXIST) continue;
        gal_safetensors st = one();
        char name[64];
        snprintf(name, sizeof name, "foundry.trend.%s", gal_pex_target_name[t]);
        reshape(&st, name, 1, 4);
        refuse(&st, name);
    }
}

/* Weights of a file may be of any size, and so are the capacitances they give. */
static void every_number_has_a_class(void **state) {
    (void)state;
    assert_int_equal(gal_pex_class(-3.1F), 0);
    assert_int_equal(gal_pex_class(-2.1F), 1);
    assert_int_equal(gal_pex_class(0.9F), 4);
    assert_int_equal(gal_pex_class(NAN), 0);
    assert_int_equal(gal_pex_class(-INFINITY), 0);
    assert_int_equal(gal_pex_class(INFINITY), GAL_PEX_N_CLASS - 1);
    assert_int_equal(gal_pex_class(1e30F), GAL_PEX_N_CLASS - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_foreign_models),
        cmocka_unit_test(refuses_scalers_of_other_columns),
        cmocka_unit_test(sizes_are_known_before_networks_are_built),
        cmocka_unit_test(every_number_has_a_class),
        cmocka_unit_test(refuses_transposed_matrices),
        cmocka_unit_test(refuses_forests_and_trends_of_other_columns),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
