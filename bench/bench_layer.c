/* One GraphSAGE layer on a large graph: forward, forward + backward, and seven layers forward,
 * beside the machine's limits. bench/layer_torch.py times the same in PyTorch, bench/layer.sh
 * runs both.
 *
 * usage: bench_layer random|local|bfs [rounds [nodes [edges [width]]]]
 * "random": both ends of an edge anywhere; "local": nine of ten sources within 1000 ids of their
 * destination; "bfs": as random, renumbered breadth first when loaded. Prints "key value" lines,
 * times in ms, the best of the rounds.
 *
 * Floors. With n nodes, e edges, width d (in = out) and 4-byte floats, one layer has to do
 *   forward:  2 products, 4 n d d operations; read x and the gathered rows, write y
 *   backward: 4 products, 8 n d d operations; read dy and y, write dz; read x, dz and the gathered
 *             rows of dz, write dx
 * so (2 n + g) d and (6 n + g) d floats, where g counts the gathered rows that must come from
 * memory: e of random ids; of local ids a tenth of e, as the near ones are those just read. The
 * indices are left out. The floor is the larger of operations / peak and bytes / read bandwidth.
 */
#include "base/csr.h"
#include "base/rng.h"
#include "bench/peak.h"
#include "gnn/sage.h"
#include <stdio.h>

enum { NEAR = 1000, LAYERS = 7 };

typedef struct bench {
    const char *ids;
    int32_t nodes, width;
    int64_t edges;
    int rounds;
    gal_csr csr, transposed;
    float *scale;
    gal_mat x, y, dx, dy;
    gal_params params;
    gal_sage layer[LAYERS];
} bench;

static double now(void) {
    return omp_get_wtime() * 1e3;
}

static void fail(const char *what) {
    fprintf(stderr, "bench_layer: %s\n", what);
    exit(1);
}

static void try(gal_status status, const gal_error *err) {
    if (status != GAL_OK) fail(err->message);
}

static void draw_edges(const bench *b, int32_t *dst, int32_t *src, gal_rng *rng) {
    const int local = strcmp(b->ids, "local") == 0;
    for (int64_t k = 0; k < b->edges; k++) {
        dst[k] = gal_rng_below(rng, b->nodes);
        src[k] = gal_rng_below(rng, b->nodes);
        if (local && gal_rng_below(rng, 10) > 0)
            src[k] = (dst[k] + b->nodes - NEAR + gal_rng_below(rng, 2 * NEAR + 1)) % b->nodes;
    }
}

/* Renames both ends of every edge by the breadth-first order of the undirected graph. */
static void renumber(const bench *b, gal_arena *arena, int32_t *dst, int32_t *src) {
    gal_error err = {0};
    gal_csr both;
    int32_t *end = gal_arena_alloc(arena, (size_t)b->edges * 4 * sizeof *end);
    int32_t *order = gal_arena_alloc(arena, (size_t)b->nodes * 2 * sizeof *order);
    if (!end || !order) fail("out of memory");
    const double start = now();
    int32_t *row = end, *col = end + 2 * b->edges, *rank = order + b->nodes;
    memcpy(row, dst, (size_t)b->edges * sizeof *row);
    memcpy(row + b->edges, src, (size_t)b->edges * sizeof *row);
    memcpy(col, src, (size_t)b->edges * sizeof *row);
    memcpy(col + b->edges, dst, (size_t)b->edges * sizeof *row);
    try(gal_csr_build(&both, arena, b->nodes, b->nodes, 2 * b->edges, row, col, &err), &err);
    try(gal_csr_bfs_order(order, &both, &err), &err);
    for (int32_t r = 0; r < b->nodes; r++) rank[order[r]] = r;
    for (int64_t k = 0; k < b->edges; k++) dst[k] = rank[dst[k]], src[k] = rank[src[k]];
    printf("renumber_ms %.1f\n", now() - start);
}

static void make_graph(bench *b, gal_arena *arena, gal_rng *rng) {
    gal_error err = {0};
    int32_t *dst = gal_arena_alloc(arena, (size_t)b->edges * sizeof *dst);
    int32_t *src = gal_arena_alloc(arena, (size_t)b->edges * sizeof *src);
    b->scale = gal_arena_alloc(arena, (size_t)b->nodes * sizeof *b->scale);
    if (!dst || !src || !b->scale) fail("out of memory");
    draw_edges(b, dst, src, rng);
    if (strcmp(b->ids, "bfs") == 0) renumber(b, arena, dst, src);
    try(gal_csr_build(&b->csr, arena, b->nodes, b->nodes, b->edges, dst, src, &err), &err);
    try(gal_csr_transpose(&b->transposed, arena, &b->csr, &err), &err);
    gal_sage_mean(b->scale, &b->csr);
}

static gal_mat random_mat(gal_arena *arena, const bench *b, gal_rng *rng) {
    gal_mat m = gal_mat_new(arena, b->nodes, b->width);
    if (!m.data) fail("out of memory");
    for (int64_t i = 0; i < m.rows * m.cols; i++) m.data[i] = (float)gal_rng_uniform(rng) - 0.5f;
    return m;
}

static void make_layers(bench *b, gal_rng *rng) {
    gal_error err = {0};
    gal_params_init(&b->params);
    for (int i = 0; i < LAYERS; i++) {
        char name[16];
        snprintf(name, sizeof name, "layer%d", i);
        try(gal_sage_init(&b->layer[i], &b->params, name, b->width, b->width, GAL_ACT_RELU, rng,
                          &err),
            &err);
    }
}

static double forward(const bench *b, int layer, gal_mat y, gal_mat x) {
    const double start = now();
    gal_sage_forward(y, &b->layer[layer], &b->params, &b->csr, x, x, b->scale);
    return now() - start;
}

static double backward(bench *b) {
    const double start = now();
    gal_sage_backward(b->dx, (gal_mat){0}, &b->layer[0], &b->params, &b->transposed, b->x, b->x,
                      b->scale, b->y, b->dy);
    return now() - start;
}

static double seven(const bench *b) {
    gal_mat from = b->x, to = b->y, spare = b->dx;
    double total = 0;
    for (int i = 0; i < LAYERS; i++) {
        total += forward(b, i, to, from);
        from = to;
        to = i % 2 ? b->y : spare;
    }
    return total;
}

static void keep_least(double *best, double value) {
    if (value < *best) *best = value;
}

static void report(const bench *b, const double best[4]) {
    const double n = b->nodes, d = b->width, products = n * d * d * 1e-6;
    const int local = strcmp(b->ids, "local") == 0;
    const double gathered = (double)b->edges * (local ? 0.1 : 1);
    const double gflops = peak_gflops(5), gbs = peak_read_gbs(b->x.data, (long)(n * d), 5);
    const double bytes[2] = {(2 * n + gathered) * d * 4e-6, (6 * n + gathered) * d * 4e-6};
    const double work[2] = {4 * products / gflops, 8 * products / gflops};
    double floor[2];
    for (int i = 0; i < 2; i++) floor[i] = bytes[i] / gbs > work[i] ? bytes[i] / gbs : work[i];
    printf("peak_gflops %.1f\npeak_read_gbs %.1f\n", gflops, gbs);
    printf("forward_ms %.1f\nbackward_ms %.1f\nboth_ms %.1f\nseven_ms %.1f\n", best[0], best[1],
           best[2], best[3]);
    printf("forward_floor_ms %.1f\nbackward_floor_ms %.1f\n", floor[0], floor[1]);
    printf("forward_roofline %.2f\nbackward_roofline %.2f\n", floor[0] / best[0],
           floor[1] / best[1]);
}

static int64_t argument(char **argv, int argc, int i, int64_t otherwise) {
    return i < argc ? strtoll(argv[i], NULL, 10) : otherwise;
}

int main(int argc, char **argv) {
    if (argc < 2) fail("usage: bench_layer random|local|bfs [rounds [nodes [edges [width]]]]");
    bench b = {.ids = argv[1], .rounds = (int)argument(argv, argc, 2, 5)};
    b.nodes = (int32_t)argument(argv, argc, 3, 1000000);
    b.edges = argument(argv, argc, 4, 3000000);
    b.width = (int32_t)argument(argv, argc, 5, 64);
    gal_arena arena;
    gal_rng rng;
    gal_arena_init(&arena);
    gal_rng_init(&rng, 1, 0);
    make_graph(&b, &arena, &rng);
    make_layers(&b, &rng);
    b.x = random_mat(&arena, &b, &rng);
    b.dy = random_mat(&arena, &b, &rng);
    b.y = random_mat(&arena, &b, &rng);
    b.dx = random_mat(&arena, &b, &rng);
    double best[4] = {1e9, 1e9, 1e9, 1e9};
    for (int r = 0; r < b.rounds; r++) {
        const double there = forward(&b, 0, b.y, b.x), back = backward(&b);
        keep_least(&best[0], there);
        keep_least(&best[1], back);
        keep_least(&best[2], there + back);
        keep_least(&best[3], seven(&b));
    }
    report(&b, best);
    gal_params_clear(&b.params);
    gal_arena_clear(&arena);
    return 0;
}
