/* What the tests of layers share: a bag of named tensors (golden files, see
 * data/gnn/make_golden_layers.py, or random ones), a graph made from its "edges", and the checks
 * every layer has to pass: golden vectors, finite differences, equal bits at any thread count.
 *
 * A test fills `forward` and `backward`: forward computes y from x[]; backward computes dx[] from
 * dy and adds to the parameter gradients.
 */
#ifndef GAL_TESTS_CHECK_LAYER_H
#define GAL_TESTS_CHECK_LAYER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/csr.h"
#include "gnn/tensor.h"
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

enum { CHECK_MAX_TENSOR = 64, CHECK_MAX_INPUT = 3, CHECK_MAX_RELATION = 4 };

typedef struct check {
    gal_arena arena;
    gal_params params;
    gal_rng rng;
    char name[CHECK_MAX_TENSOR][80];
    gal_mat tensor[CHECK_MAX_TENSOR];
    int n_tensor;
    gal_csr csr[CHECK_MAX_RELATION], transposed[CHECK_MAX_RELATION];
    int64_t ptr[64];                                 /* row ranges */
    gal_mat x[CHECK_MAX_INPUT], dx[CHECK_MAX_INPUT]; /* x_dst, x_src, e */
    gal_mat y, dy;
    void *layer;
    void (*forward)(struct check *c);
    void (*backward)(struct check *c);
} check;

static inline gal_mat check_add(check *c, const char *name, int64_t rows, int32_t cols) {
    assert_true(c->n_tensor < CHECK_MAX_TENSOR);
    snprintf(c->name[c->n_tensor], sizeof c->name[0], "%s", name);
    c->tensor[c->n_tensor] = gal_mat_new(&c->arena, rows, cols);
    assert_non_null(c->tensor[c->n_tensor].data);
    return c->tensor[c->n_tensor++];
}

/* The tensor, or .data NULL. */
static inline gal_mat check_find(const check *c, const char *name) {
    for (int i = 0; i < c->n_tensor; i++)
        if (strcmp(c->name[i], name) == 0) return c->tensor[i];
    return (gal_mat){0};
}

static inline void check_init(check *c) {
    memset(c, 0, sizeof *c);
    gal_arena_init(&c->arena);
    gal_params_init(&c->params);
    gal_rng_init(&c->rng, 7, 0);
}

static inline void check_clear(check *c) {
    gal_params_clear(&c->params);
    gal_arena_clear(&c->arena);
}

/* CSRs of the edges of every relation; `edges` is [n, 2 or 3]. */
static inline void check_build_graph(check *c, gal_mat edges, int32_t n_dst, int32_t n_src) {
    for (int r = 0; r < CHECK_MAX_RELATION; r++) {
        int32_t *dst = GAL_ARENA_ARRAY(&c->arena, int32_t, edges.rows + 1);
        int32_t *src = GAL_ARENA_ARRAY(&c->arena, int32_t, edges.rows + 1);
        int64_t n = 0;
        for (int64_t k = 0; k < edges.rows; k++) {
            const float *edge = gal_mat_row(edges, k);
            if ((edges.cols > 2 ? (int)edge[2] : 0) != r) continue;
            dst[n] = (int32_t)edge[0];
            src[n++] = (int32_t)edge[1];
        }
        assert_int_equal(gal_csr_build(&c->csr[r], &c->arena, n_dst, n_src, n, dst, src, NULL),
                         GAL_OK);
        assert_int_equal(gal_csr_transpose(&c->transposed[r], &c->arena, &c->csr[r], NULL), GAL_OK);
    }
}

/* Inputs, gradients, outputs and graph from the named tensors. */
static inline void check_bind(check *c) {
    static const char *const input[CHECK_MAX_INPUT] = {"x0", "x1", "x2"};
    for (int i = 0; i < CHECK_MAX_INPUT; i++) {
        c->x[i] = check_find(c, input[i]);
        if (c->x[i].data) c->dx[i] = gal_mat_new(&c->arena, c->x[i].rows, c->x[i].cols);
    }
    c->dy = check_find(c, "dy");
    assert_non_null(c->dy.data);
    c->y = gal_mat_new(&c->arena, c->dy.rows, c->dy.cols);
    const gal_mat edges = check_find(c, "edges"), ptr = check_find(c, "ptr");
    const gal_mat src = c->x[1].data ? c->x[1] : c->x[0];
    if (edges.data) check_build_graph(c, edges, (int32_t)c->x[0].rows, (int32_t)src.rows);
    for (int32_t i = 0; ptr.data && i < ptr.cols; i++) c->ptr[i] = (int64_t)ptr.data[i];
}

static inline void check_open(check *c, const char *path) {
    check_init(c);
    FILE *file = fopen(path, "r");
    if (!file) fail_msg("cannot open %s", path);
    char name[80];
    int rows, cols;
    while (fscanf(file, "%79s %d %d", name, &rows, &cols) == 3) {
        gal_mat m = check_add(c, name, rows, cols);
        for (int i = 0; i < rows * cols; i++) assert_int_equal(fscanf(file, "%f", &m.data[i]), 1);
    }
    fclose(file);
    check_bind(c);
}

static inline void check_randomise(check *c, gal_mat m, double scale) {
    for (int64_t i = 0; i < m.rows * m.cols; i++)
        m.data[i] = (float)(scale * gal_rng_normal(&c->rng));
}

static inline void check_add_random(check *c, const char *name, int64_t rows, int32_t cols) {
    if (cols > 0) check_randomise(c, check_add(c, name, rows, cols), 1);
}

/* A random graph big enough for several threads; the last nodes of both sides are isolated.
 * Widths of x_dst, x_src, e and y, 0 for none. */
static inline void check_random_graph(check *c, int32_t dst, int32_t src, int32_t e, int32_t out,
                                      int32_t n_relation) {
    enum { N_DST = 700, N_SRC = 500, N_EDGE = 3000 };
    check_init(c);
    check_add_random(c, "x0", N_DST, dst);
    check_add_random(c, "x1", N_SRC, src);
    check_add_random(c, "x2", N_EDGE, e);
    check_add_random(c, "dy", N_DST, out);
    gal_mat edges = check_add(c, "edges", N_EDGE, 3);
    for (int64_t k = 0; k < N_EDGE; k++) {
        float *edge = gal_mat_row(edges, k);
        edge[0] = (float)gal_rng_below(&c->rng, N_DST - 5);
        edge[1] = (float)gal_rng_below(&c->rng, N_SRC - 5);
        edge[2] = (float)gal_rng_below(&c->rng, n_relation);
    }
    check_bind(c);
}

static inline void check_close(const char *what, gal_mat got, gal_mat want, float tolerance) {
    assert_int_equal(got.rows, want.rows);
    assert_int_equal(got.cols, want.cols);
    for (int64_t r = 0; r < got.rows; r++)
        for (int32_t j = 0; j < got.cols; j++) {
            const float a = gal_mat_row(got, r)[j], b = gal_mat_row(want, r)[j];
            if (!(fabsf(a - b) <= tolerance * (1 + fabsf(b))))
                fail_msg("%s[%ld][%d]: got %g, expected %g", what, (long)r, j, (double)a,
                         (double)b);
        }
}

static inline void check_run(check *c) {
    gal_params_zero_grad(&c->params);
    c->forward(c);
    c->backward(c);
}

static inline gal_mat check_named(const check *c, const char *prefix, const char *name) {
    char full[160];
    snprintf(full, sizeof full, "%s%s", prefix, name);
    return check_find(c, full);
}

/* Parameters as in the file; those it does not name keep their initial value. */
static inline void check_load_params(check *c) {
    int n = 0;
    for (int32_t i = 0; i < c->params.n_param; i++) {
        const gal_mat value = check_named(c, "value.", c->params.param[i].name);
        if (!value.data) continue;
        gal_mat_copy(gal_params_value(&c->params, i), value);
        n++;
    }
    for (int i = 0; i < c->n_tensor; i++) n -= strncmp(c->name[i], "value.", 6) == 0;
    assert_int_equal(n, 0);
}

/* Outputs and all gradients as in the golden file. */
static inline void check_golden(check *c) {
    static const char *const gradient[CHECK_MAX_INPUT] = {"dx0", "dx1", "dx2"};
    check_load_params(c);
    check_run(c);
    check_close("y", c->y, check_find(c, "y"), 1e-5f);
    for (int i = 0; i < CHECK_MAX_INPUT; i++)
        if (c->x[i].data) check_close(gradient[i], c->dx[i], check_find(c, gradient[i]), 2e-5f);
    for (int32_t i = 0; i < c->params.n_param; i++) {
        const char *name = c->params.param[i].name;
        const gal_mat grad = check_named(c, "grad.", name);
        if (grad.data) check_close(name, gal_params_grad(&c->params, i), grad, 2e-5f);
    }
}

static inline double check_loss(check *c) {
    double loss = 0;
    c->forward(c);
    for (int64_t i = 0; i < c->y.rows * c->y.cols; i++)
        loss += (double)c->y.data[i] * (double)c->dy.data[i];
    return loss;
}

/* Central differences of every element of `value` against `grad`. The second difference is added
 * to the tolerance: it is small where the loss is smooth and bounds the error across a kink. */
static inline void check_difference(check *c, const char *what, gal_mat value, gal_mat grad) {
    const float h = 5e-3f;
    const double here = check_loss(c);
    for (int64_t i = 0; i < value.rows * value.cols; i++) {
        const float old = value.data[i];
        value.data[i] = old + h;
        const double up = check_loss(c), high = (double)value.data[i];
        value.data[i] = old - h;
        const double down = check_loss(c), step = high - (double)value.data[i];
        value.data[i] = old;
        const double slope = (up - down) / step, bend = fabs(up + down - 2 * here) / step;
        const double error = fabs(slope - (double)grad.data[i]);
        if (!(error <= 2e-3 * (1 + fabs(slope)) + bend))
            fail_msg("%s[%ld]: gradient %g, finite difference %g", what, (long)i,
                     (double)grad.data[i], slope);
    }
}

static inline void check_gradients(check *c) {
    static const char *const input[CHECK_MAX_INPUT] = {"x0", "x1", "x2"};
    check_run(c);
    for (int i = 0; i < CHECK_MAX_INPUT; i++)
        if (c->x[i].data) check_difference(c, input[i], c->x[i], c->dx[i]);
    for (int32_t i = 0; i < c->params.n_param; i++)
        check_difference(c, c->params.param[i].name, gal_params_value(&c->params, i),
                         gal_params_grad(&c->params, i));
}

/* Gradients are added: a second backward pass doubles them. */
static inline void check_accumulates(check *c) {
    gal_mat once = gal_mat_new(&c->arena, 1, (int32_t)c->params.size), twice = once;
    assert_non_null(once.data);
    check_run(c);
    memcpy(once.data, c->params.grad, (size_t)c->params.size * sizeof(float));
    c->forward(c);
    c->backward(c);
    twice.data = c->params.grad;
    gal_mat_add(once, once, 1);
    check_close("gradients of two passes", twice, once, 1e-5f);
}

/* Everything a layer computes, at `threads` threads, in one block from the arena. */
static inline float *check_snapshot(check *c, int threads, size_t *size) {
    omp_set_num_threads(threads);
    check_run(c);
    gal_mat part[CHECK_MAX_INPUT + 2] = {
        c->y, {c->params.grad, 1, (int32_t)c->params.size, (int32_t)c->params.size}};
    for (int i = 0; i < CHECK_MAX_INPUT; i++) part[i + 2] = c->dx[i];
    *size = 0;
    for (int i = 0; i < CHECK_MAX_INPUT + 2; i++) *size += (size_t)(part[i].rows * part[i].cols);
    float *all = gal_arena_alloc(&c->arena, *size * sizeof(float)), *at = all;
    assert_non_null(all);
    for (int i = 0; i < CHECK_MAX_INPUT + 2; i++) {
        const size_t n = (size_t)(part[i].rows * part[i].cols);
        if (n) memcpy(at, part[i].data, n * sizeof(float));
        at += n;
    }
    *size *= sizeof(float);
    return all;
}

static inline void check_threads(check *c) {
    size_t size;
    const int before = omp_get_max_threads();
    const float *one = check_snapshot(c, 1, &size);
    assert_memory_equal(one, check_snapshot(c, 2, &size), size);
    assert_memory_equal(one, check_snapshot(c, 5, &size), size);
    omp_set_num_threads(before);
}

/* The three checks on a golden file, in the order in which they build on one another. */
static inline void check_all_golden(check *c) {
    check_golden(c);
    check_accumulates(c);
    check_gradients(c);
}

/* Makes a layer that fits the tensors of the check, in the fixture of its test, and sets `layer`,
 * `forward` and `backward`. */
typedef void check_builder(check *c, void *fixture);

static inline void check_golden_file(check_builder *build, void *fixture, const char *path) {
    check c;
    check_open(&c, path);
    build(&c, fixture);
    check_all_golden(&c);
    check_clear(&c);
}

/* Widths and relations of check_random_graph. */
static inline void check_graph_threads(check_builder *build, void *fixture, int32_t dst,
                                       int32_t src, int32_t e, int32_t out, int32_t n_relation) {
    check c;
    check_random_graph(&c, dst, src, e, out, n_relation);
    build(&c, fixture);
    check_threads(&c);
    check_clear(&c);
}

#endif
