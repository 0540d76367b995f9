#include "../gnn/check_layer.h"

#include "netlist/par.h"
#include "tasks/parasitics/encoder.h"

/* A NAND of two inputs and an inverter behind it. */
static const char and2[] = "cell and2\n"
                           "ports A B Y VDD VSS\n"
                           "supplies VDD VSS\n"
                           "dev n mid A VSS VSS 0.65 0.15\n"
                           "dev n N B mid VSS 0.65 0.15\n"
                           "dev p N A VDD VDD 1 0.15\n"
                           "dev p N B VDD VDD 1 0.15\n"
                           "dev n Y N VSS VSS 0.65 0.15\n"
                           "dev p Y N VDD VDD 1 0.15\n"
                           "end\n";

/* The bulk of this one is a signal. */
static const char well[] = "cell well\n"
                           "ports IN OUT TUB VDD VSS\n"
                           "supplies VDD VSS\n"
                           "dev n OUT IN VSS TUB 0.65 0.15\n"
                           "dev p OUT IN VDD VDD 1 0.15\n"
                           "end\n";

enum { WIDTH = 5, LAYERS = 2 };

typedef struct subject {
    gal_pex_encoder encoder;
    gal_graph graph;
    gal_extract_set set;
} subject;

/* c->x are features of nets and devices, c->y the embeddings, c->dy the weights of the loss.
 * Nothing is kept here, so the differences also hold that path against the one that keeps. */
static void forward(check *c) {
    subject *s = c->layer;
    gal_pex_encoded at;
    gal_arena arena;
    gal_arena_init(&arena);
    assert_int_equal(
        gal_pex_encode(&at, &arena, &s->encoder, &c->params, &s->graph, c->x[0], c->x[1], 0, NULL),
        GAL_OK);
    gal_mat_copy(c->y, at.net[LAYERS]);
    gal_arena_clear(&arena);
}

/* The inputs are features: they have no gradients. */
static void backward(check *c) {
    subject *s = c->layer;
    gal_pex_encoded at;
    gal_arena arena;
    gal_arena_init(&arena);
    assert_int_equal(
        gal_pex_encode(&at, &arena, &s->encoder, &c->params, &s->graph, c->x[0], c->x[1], 1, NULL),
        GAL_OK);
    const gal_mat dnet = gal_mat_new(&arena, c->dy.rows, c->dy.cols);
    assert_non_null(dnet.data);
    gal_mat_copy(dnet, c->dy);
    assert_int_equal(gal_pex_encode_backward(&arena, &s->encoder, &c->params, &s->graph, c->x[0],
                                             c->x[1], &at, dnet, NULL),
                     GAL_OK);
    gal_arena_clear(&arena);
}

static void open_subject(check *c, subject *s, const char *text) {
    check_init(c);
    *s = (subject){.set = {0}};
    assert_int_equal(gal_par_parse(&s->set, "test", text, strlen(text), NULL), GAL_OK);
    assert_int_equal(gal_graph_build(&s->graph, &c->arena, &s->set.item[0].circuit, NULL), GAL_OK);
    assert_int_equal(gal_pex_encoder_init(&s->encoder, &c->params, GAL_N_NET_FEATURE,
                                          GAL_N_DEVICE_FEATURE, WIDTH, LAYERS, &c->rng, NULL),
                     GAL_OK);
    c->layer = s;
    c->forward = forward;
    c->backward = backward;
    c->x[0] = (gal_mat){s->graph.net_feature, s->graph.n_net, GAL_N_NET_FEATURE, GAL_N_NET_FEATURE};
    c->x[1] = (gal_mat){s->graph.device_feature, s->graph.n_device, GAL_N_DEVICE_FEATURE,
                        GAL_N_DEVICE_FEATURE};
    c->y = gal_mat_new(&c->arena, s->graph.n_net, WIDTH);
    c->dy = gal_mat_new(&c->arena, s->graph.n_net, WIDTH);
    assert_true(c->y.data && c->dy.data);
    check_randomise(c, c->dy, 1);
}

static void close_subject(check *c, subject *s) {
    gal_extract_set_clear(&s->set);
    check_clear(c);
}

static void check_parameters(const char *text) {
    check c;
    subject s;
    open_subject(&c, &s, text);
    check_run(&c);
    for (int32_t i = 0; i < c.params.n_param; i++)
        check_difference(&c, c.params.param[i].name, gal_params_value(&c.params, i),
                         gal_params_grad(&c.params, i));
    check_accumulates(&c);
    close_subject(&c, &s);
}

static void gradients_are_those_of_the_loss(void **state) {
    (void)state;
    check_parameters(and2);
    check_parameters(well);
}

static int is_zero(gal_mat m) {
    for (int64_t i = 0; i < m.rows * m.cols; i++)
        if (m.data[i] != 0) return 0;
    return 1;
}

/* Gradients reach both input maps, which only the whole chain of layers can bring about. */
static void every_input_matters(void **state) {
    (void)state;
    check c;
    subject s;
    open_subject(&c, &s, and2);
    check_run(&c);
    int maps = 0;
    for (int32_t i = 0; i < c.params.n_param; i++) {
        const char *name = c.params.param[i].name;
        if (strncmp(name, "encoder.net.", 12) && strncmp(name, "encoder.device.", 15)) continue;
        if (is_zero(gal_params_grad(&c.params, i))) fail_msg("%s has no gradient", name);
        maps++;
    }
    assert_true(maps >= 2);
    close_subject(&c, &s);
}

/* A shift register of inverters, large enough for the kernels to share it out. */
static size_t chain(char *text, size_t size, int n) {
    size_t at = (size_t)snprintf(text, size, "cell chain\nports n0 n%d VDD VSS\n", n);
    at += (size_t)snprintf(text + at, size - at, "supplies VDD VSS\n");
    for (int i = 0; i < n; i++)
        at += (size_t)snprintf(text + at, size - at,
                               "dev n n%d n%d VSS VSS 0.65 0.15\n"
                               "dev p n%d n%d VDD VDD %g 0.15\n",
                               i + 1, i, i + 1, i, 1 + 0.01 * (i % 50));
    return at + (size_t)snprintf(text + at, size - at, "end\n");
}

static void bits_do_not_depend_on_threads(void **state) {
    (void)state;
    static char text[200000];
    check c;
    subject s;
    assert_true(chain(text, sizeof text, 1500) < sizeof text - 1);
    open_subject(&c, &s, text);
    assert_int_equal(s.graph.n_device, 3000);
    size_t size;
    const int before = omp_get_max_threads();
    const float *one = check_snapshot(&c, 1, &size);
    const float *two = check_snapshot(&c, 2, &size);
    assert_memory_equal(one, two, size);
    omp_set_num_threads(before);
    close_subject(&c, &s);
}

static void refuses_sizes_it_cannot_hold(void **state) {
    (void)state;
    const int32_t layers[] = {0, -1, GAL_PEX_MAX_LAYER + 1};
    for (int i = 0; i < 3; i++) {
        check c;
        gal_pex_encoder encoder;
        check_init(&c);
        assert_int_equal(
            gal_pex_encoder_init(&encoder, &c.params, 3, 3, 4, layers[i], &c.rng, NULL),
            GAL_EINVAL);
        check_clear(&c);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_those_of_the_loss),
        cmocka_unit_test(every_input_matters),
        cmocka_unit_test(bits_do_not_depend_on_threads),
        cmocka_unit_test(refuses_sizes_it_cannot_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
