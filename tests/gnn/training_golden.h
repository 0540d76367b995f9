/* Reference arrays of tests/data/gnn/golden_training.safetensors, and a finite-difference check. */
#ifndef GAL_TESTS_TRAINING_GOLDEN_H
#define GAL_TESTS_TRAINING_GOLDEN_H

#include "base/rng.h"
#include "gnn/safetensors.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static gal_safetensors golden_file;

static inline int golden_open(void **state) {
    (void)state;
    gal_error err = {0};
    gal_safetensors_init(&golden_file);
    if (gal_safetensors_read(&golden_file, "data/gnn/golden_training.safetensors", &err) == GAL_OK)
        return 0;
    print_error("%s\n", err.message);
    return -1;
}

static inline int golden_close(void **state) {
    (void)state;
    gal_safetensors_clear(&golden_file);
    return 0;
}

static inline const gal_tensor_view *golden_find(const char *name, gal_dtype dtype) {
    const gal_tensor_view *t = gal_safetensors_find(&golden_file, name);
    if (!t || t->dtype != dtype) fail_msg("no golden array '%s' of that type", name);
    return t;
}

static inline const float *golden_f32(const char *name) {
    return golden_find(name, GAL_F32)->data;
}

static inline const double *golden_f64(const char *name) {
    return golden_find(name, GAL_F64)->data;
}

static inline const int32_t *golden_i32(const char *name) {
    return golden_find(name, GAL_I32)->data;
}

static inline const int64_t *golden_i64(const char *name) {
    return golden_find(name, GAL_I64)->data;
}

static inline int64_t golden_count(const char *name) {
    const gal_tensor_view *t = gal_safetensors_find(&golden_file, name);
    int64_t n = 1;
    for (int32_t i = 0; t && i < t->n_dim; i++) n *= t->dim[i];
    return n;
}

static inline void assert_close(double actual, double expected, double tolerance) {
    if (!(fabs(actual - expected) <= tolerance * (1 + fabs(expected))))
        fail_msg("%.12g, expected %.12g", actual, expected);
}

static inline void assert_all_close(const float *actual, const char *name, double tolerance) {
    const double *expected = golden_f64(name);
    for (int64_t i = 0; i < golden_count(name); i++)
        assert_close(actual[i], expected[i], tolerance);
}

/* d loss / d x[i] for every i by central differences of `loss`, compared with grad. */
static inline void check_gradient(double (*loss)(const float *x), const float *x, const float *grad,
                                  int64_t n) {
    float moved[256];
    assert_true(n <= 256);
    for (int64_t i = 0; i < n; i++) moved[i] = x[i];
    for (int64_t i = 0; i < n; i++) {
        moved[i] = x[i] + 1e-3f;
        const double above = loss(moved), high = moved[i];
        moved[i] = x[i] - 1e-3f;
        const double below = loss(moved), low = moved[i];
        moved[i] = x[i];
        assert_close(grad[i], (above - below) / (high - low), 2e-5);
    }
}

#endif
