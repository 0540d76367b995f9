#include "gnn/check_layer.h"

#include "gnn/graphnorm.h"
#include "gnn/norm.h"

typedef struct fixture {
    gal_layernorm layer;
    gal_layernorm_saved layer_saved;
    gal_batchnorm batch;
    gal_batchnorm_saved batch_saved;
    gal_graphnorm graph;
    gal_graphnorm_saved graph_saved;
} fixture;

static void layer_forward(check *c) {
    fixture *f = c->layer;
    gal_layernorm_forward(c->y, &f->layer_saved, &f->layer, &c->params, c->x[0]);
}

static void layer_backward(check *c) {
    fixture *f = c->layer;
    gal_layernorm_backward(c->dx[0], &f->layer, &c->params, &f->layer_saved, c->dy);
}

static void batch_forward(check *c) {
    fixture *f = c->layer;
    gal_batchnorm_forward(c->y, &f->batch_saved, &f->batch, &c->params, c->x[0], 1);
}

static void batch_backward(check *c) {
    fixture *f = c->layer;
    gal_batchnorm_backward(c->dx[0], &f->batch, &c->params, &f->batch_saved, c->dy);
}

static void graph_forward(check *c) {
    fixture *f = c->layer;
    gal_graphnorm_forward(c->y, &f->graph_saved, &f->graph, &c->params, c->x[0], c->ptr);
}

static void graph_backward(check *c) {
    fixture *f = c->layer;
    gal_graphnorm_backward(c->dx[0], &f->graph, &c->params, c->ptr, &f->graph_saved, c->dy);
}

static void build_layer(check *c, fixture *f) {
    const int32_t dim = c->x[0].cols;
    assert_int_equal(gal_layernorm_init(&f->layer, &c->params, "l", dim, NULL), GAL_OK);
    assert_int_equal(
        gal_layernorm_saved_new(&f->layer_saved, &c->arena, &f->layer, c->x[0].rows, NULL), GAL_OK);
    c->layer = f;
    c->forward = layer_forward;
    c->backward = layer_backward;
}

static void build_batch(check *c, fixture *f) {
    const int32_t dim = c->x[0].cols;
    assert_int_equal(gal_batchnorm_init(&f->batch, &c->params, "l", dim, NULL), GAL_OK);
    assert_int_equal(
        gal_batchnorm_saved_new(&f->batch_saved, &c->arena, &f->batch, c->x[0].rows, NULL), GAL_OK);
    c->layer = f;
    c->forward = batch_forward;
    c->backward = batch_backward;
}

static void build_graph(check *c, fixture *f) {
    const int32_t dim = c->x[0].cols;
    int64_t n_graph = 1;
    while (c->ptr[n_graph] < c->x[0].rows) n_graph++;
    assert_int_equal(gal_graphnorm_init(&f->graph, &c->params, "l", dim, NULL), GAL_OK);
    assert_int_equal(
        gal_graphnorm_saved_new(&f->graph_saved, &c->arena, &f->graph, c->x[0].rows, n_graph, NULL),
        GAL_OK);
    c->layer = f;
    c->forward = graph_forward;
    c->backward = graph_backward;
}

static void golden(const char *path, void (*build)(check *, fixture *)) {
    check c;
    fixture f;
    check_open(&c, path);
    build(&c, &f);
    check_all_golden(&c);
    check_clear(&c);
}

static void test_golden(void **state) {
    (void)state;
    golden("data/gnn/layernorm.txt", build_layer);
    golden("data/gnn/batchnorm.txt", build_batch);
    golden("data/gnn/graphnorm.txt", build_graph);
}

static void threads(void (*build)(check *, fixture *)) {
    check c;
    fixture f;
    check_init(&c);
    check_add_random(&c, "x0", 5000, 70);
    check_add_random(&c, "dy", 5000, 70);
    check_bind(&c);
    const int64_t ptr[5] = {0, 1000, 1000, 4999, 5000};
    memcpy(c.ptr, ptr, sizeof ptr);
    build(&c, &f);
    check_threads(&c);
    check_clear(&c);
}

static void test_threads(void **state) {
    (void)state;
    threads(build_layer);
    threads(build_batch);
    threads(build_graph);
}

/* One step moves the running statistics as PyTorch does; evaluation then uses them. */
static void test_running_statistics(void **state) {
    (void)state;
    check c;
    fixture f;
    check_open(&c, "data/gnn/batchnorm.txt");
    build_batch(&c, &f);
    check_load_params(&c);
    batch_forward(&c);
    check_close("mean", gal_params_value(&c.params, f.batch.mean), check_find(&c, "moved_mean"),
                1e-6f);
    check_close("var", gal_params_value(&c.params, f.batch.var), check_find(&c, "moved_var"),
                1e-6f);
    gal_batchnorm_forward(c.y, &f.batch_saved, &f.batch, &c.params, c.x[0], 0);
    check_close("evaluated", c.y, check_find(&c, "evaluated"), 1e-5f);
    check_clear(&c);
}

/* Constant columns and a batch of one row have no variance and must stay finite. */
static void test_no_variance(void **state) {
    (void)state;
    check c;
    fixture f;
    check_init(&c);
    check_add_random(&c, "x0", 1, 4);
    check_add_random(&c, "dy", 1, 4);
    check_bind(&c);
    build_batch(&c, &f);
    check_run(&c);
    for (int i = 0; i < 4; i++) {
        assert_true(c.y.data[i] == 0);
        assert_true(fabsf(c.dx[0].data[i]) < 1e-3f);
        assert_true(isfinite(gal_params_value(&c.params, f.batch.var).data[i]));
    }
    check_clear(&c);
}

/* y may be x and dx may be dy. */
static void test_in_place(void **state) {
    (void)state;
    check c;
    fixture f;
    check_open(&c, "data/gnn/layernorm.txt");
    build_layer(&c, &f);
    check_load_params(&c);
    gal_layernorm_forward(c.x[0], &f.layer_saved, &f.layer, &c.params, c.x[0]);
    gal_layernorm_backward(c.dy, &f.layer, &c.params, &f.layer_saved, c.dy);
    check_close("y", c.x[0], check_find(&c, "y"), 1e-5f);
    check_close("dx", c.dy, check_find(&c, "dx0"), 1e-5f);
    check_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_running_statistics),
        cmocka_unit_test(test_no_variance),
        cmocka_unit_test(test_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
