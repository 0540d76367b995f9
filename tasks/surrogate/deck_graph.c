#include "tasks/surrogate/deck_graph.h"

#include "base/vec.h"
#include "netlist/graph.h"
#include "netlist/read.h"
#include "netlist/spice_flatten.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Relations; the way back of r is r + N_WAY. */
enum { PIN, FOLLOWS = 4, NAMES_NET = FOLLOWS + 4, NAMES_DEVICE, WHOLE, N_WAY };
_Static_assert(N_WAY == 11, "the header counts two ways of every relation");

/* Columns of the features. */
enum {
    F_KIND,                   /* variable, measure, whole, device, net */
    F_TYPE = F_KIND + 5,      /* of a device */
    F_SUPPLY = F_TYPE + 10,   /* power, ground */
    F_SIZE = F_SUPPLY + 2,    /* log width, log length, log multiplier, log |value| */
    F_RANGE = F_SIZE + 4,     /* a variable's log |lo|, log |hi|, 1: even in the logarithm */
    F_ANALYSIS = F_RANGE + 3, /* of a measure */
    F_SCALE = F_ANALYSIS + 5, /* 1: in the logarithm, mean, log deviation */
    F_NAME = F_SCALE + 3,     /* hashed trigrams of a variable's or measure's name */
    F_END = F_NAME + 16
};
_Static_assert(F_END == (int)GAL__DECK_FEATURES, "feature columns");

typedef struct edges {
    gal_vec(int32_t) from, to;
} edges;

typedef struct builder {
    gal__deck_graph *graph;
    gal_arena *arena;
    const gal_bench *bench;
    gal_circuit circuit;
    edges edge[N_WAY];
    int failed; /* memory ran out */
} builder;

static void connect(builder *b, int way, int32_t from, int32_t to) {
    if (!gal_vec_push(&b->edge[way].from, from) || !gal_vec_push(&b->edge[way].to, to))
        b->failed = 1;
}

static int32_t whole(const builder *b) {
    return b->graph->n_var + b->graph->n_metric;
}

static int32_t device_node(const builder *b, int32_t d) {
    return whole(b) + 1 + d;
}

static int32_t net_node(const builder *b, int32_t net) {
    return whole(b) + 1 + b->circuit.n_device + net;
}

/* The deck's circuit with variable `which` (-1: none) a tenth larger. */
static gal_status read_circuit(gal_circuit *circuit, gal_arena *arena, const gal_bench *bench,
                               int32_t which, gal_error *err) {
    gal_bench changed = *bench;
    gal_design design;
    gal_buf text;
    changed.var = GAL_ARENA_ARRAY(arena, gal_bench_var, bench->n_var + 1);
    if (!changed.var) return gal_fail(err, GAL_ENOMEM, "out of memory for a deck's graph");
    if (bench->n_var) memcpy(changed.var, bench->var, (size_t)bench->n_var * sizeof *changed.var);
    if (which >= 0) changed.var[which].nominal *= 1.1;
    gal_circuit_init(circuit);
    gal_buf_init(&text);
    gal_status status = gal_bench_deck(&text, &changed, 0, err);
    if (status == GAL_OK) {
        status = gal_design_parse_spice(&design, bench->path, text.data, text.size, NULL, err);
        if (status == GAL_OK) status = gal_design_flatten(circuit, &design, NULL, NULL, err);
        gal_design_clear(&design);
    }
    if (status == GAL_OK) status = gal_circuit_find_supplies(circuit, NULL, err);
    gal_buf_clear(&text);
    return status;
}

static double size_of(const gal_device *device, int k) {
    const double size[] = {device->width, device->length, device->multiplier * device->fingers,
                           device->value};
    return size[k];
}

static gal_status follow(builder *b, int32_t v, gal_error *err) {
    gal_circuit other;
    gal_status status = read_circuit(&other, b->arena, b->bench, v, err);
    const int32_t n =
        status == GAL_OK && other.n_device == b->circuit.n_device ? other.n_device : 0;
    for (int32_t d = 0; d < n; d++)
        for (int k = 0; k < 4; k++) {
            const double was = size_of(&b->circuit.device[d], k), is = size_of(&other.device[d], k);
            if (fabs(is - was) > 1e-6 * fabs(was)) connect(b, FOLLOWS + k, v, device_node(b, d));
        }
    gal_circuit_clear(&other);
    return status;
}

/* Every word of the measure that is a net or a device. */
static void read_names(builder *b, int32_t metric) {
    const char *p = b->bench->metric[metric].text;
    const int32_t node = b->graph->n_var + metric;
    while (p && *p) {
        const size_t size = strcspn(p, " \t(),=+-*{}'\"");
        const gal_view word = {p, size};
        for (int32_t i = 0; size && i < b->circuit.n_net; i++)
            if (gal_view_equal_nocase(word, b->circuit.net[i].name))
                connect(b, NAMES_NET, node, net_node(b, i));
        for (int32_t d = 0; size && d < b->circuit.n_device; d++)
            if (gal_view_equal_nocase(word, b->circuit.device[d].name))
                connect(b, NAMES_DEVICE, node, device_node(b, d));
        p += size + (p[size] != '\0');
    }
}

/* About -1..1 for micrometres to kiloohms to picofarads. */
static float log_size(double value) {
    return value != 0 && isfinite(value) ? (float)(log10(fabs(value)) / 4) : 0.0F;
}

static int column_of_type(gal_device_type type) {
    switch (type) {
    case GAL_NMOS:
        return 0;
    case GAL_PMOS:
        return 1;
    case GAL_RESISTOR:
        return 2;
    case GAL_CAPACITOR:
        return 3;
    case GAL_INDUCTOR:
        return 4;
    case GAL_DIODE:
        return 5;
    case GAL_NPN:
    case GAL_PNP:
        return 6;
    case GAL_VSOURCE:
        return 7;
    case GAL_ISOURCE:
        return 8;
    default:
        return 9;
    }
}

static float *row_of(const builder *b, int32_t node, int kind) {
    float *f = gal_mat_row(b->graph->feature, node);
    f[F_KIND + kind] = 1;
    return f;
}

static void describe_name(float *f, const char *name) {
    const size_t size = strlen(name);
    for (size_t i = 0; i < size; i++) {
        uint32_t hash = 2166136261U;
        for (size_t k = i; k < i + 3 && k < size; k++)
            hash = (hash ^ (uint32_t)tolower((unsigned char)name[k])) * 16777619U;
        f[F_NAME + (hash >> 8) % 16] += hash >> 31 ? 1.0F : -1.0F;
    }
}

static void describe_metric(const builder *b, int32_t m, const gal__surrogate_scale *scale) {
    const gal_bench_metric *metric = &b->bench->metric[m];
    float *f = row_of(b, b->graph->n_var + m, 1);
    const gal_bench_analysis *run =
        metric->analysis >= 0 ? &b->bench->analysis[metric->analysis] : NULL;
    if (run) f[F_ANALYSIS + (int)run->kind] = 1;
    describe_name(f, metric->name);
    if (!scale) return;
    const double mean = scale->metric_mean[m];
    f[F_SCALE] = scale->metric_log[m] ? 1 : 0;
    f[F_SCALE + 1] =
        (float)(scale->metric_log[m] ? mean / 8 : copysign(log1p(fabs(mean)) / 4, mean));
    f[F_SCALE + 2] = log_size(scale->metric_sd[m]);
}

static void describe(const builder *b, const gal__surrogate_scale *scale) {
    const gal_bench *bench = b->bench;
    gal_mat_fill(b->graph->feature, 0);
    for (int32_t v = 0; v < bench->n_var; v++) {
        float *f = row_of(b, v, 0);
        describe_name(f, bench->var[v].name);
        f[F_RANGE] = log_size(bench->var[v].lo);
        f[F_RANGE + 1] = log_size(bench->var[v].hi);
        f[F_RANGE + 2] = bench->var[v].log ? 1 : 0;
    }
    for (int32_t m = 0; m < bench->n_metric; m++) describe_metric(b, m, scale);
    row_of(b, whole(b), 2);
    for (int32_t d = 0; d < b->circuit.n_device; d++) {
        float *f = row_of(b, device_node(b, d), 3);
        f[F_TYPE + column_of_type(b->circuit.device[d].type)] = 1;
        for (int k = 0; k < 4; k++) f[F_SIZE + k] = log_size(size_of(&b->circuit.device[d], k));
    }
    for (int32_t i = 0; i < b->circuit.n_net; i++) {
        float *f = row_of(b, net_node(b, i), 4);
        f[F_SUPPLY] = b->circuit.net[i].flags & GAL_NET_POWER ? 1.0F : 0.0F;
        f[F_SUPPLY + 1] = b->circuit.net[i].flags & GAL_NET_GROUND ? 1.0F : 0.0F;
    }
}

static void connect_all(builder *b) {
    const gal_circuit *c = &b->circuit;
    for (int32_t d = 0; d < c->n_device; d++) {
        for (int32_t k = 0; k < c->device[d].n_pin; k++) {
            const int32_t net = gal_circuit_pin(c, d, k);
            if (strcmp(c->net[net].name, "0") != 0)
                connect(b, PIN + (int)gal_pin_relation(&c->device[d], k), device_node(b, d),
                        net_node(b, net));
        }
        connect(b, WHOLE, whole(b), device_node(b, d));
    }
    for (int32_t i = 0; i < whole(b); i++) connect(b, WHOLE, whole(b), i);
    for (int32_t m = 0; m < b->graph->n_metric; m++) read_names(b, m);
}

static gal_status to_csr(builder *b, gal_error *err) {
    const int32_t n = b->graph->n_node;
    if (b->failed) return gal_fail(err, GAL_ENOMEM, "out of memory for a deck's graph");
    for (int way = 0; way < N_WAY; way++) {
        const edges *e = &b->edge[way];
        gal_csr *there = &b->graph->relation[way], *back = &b->graph->relation[way + N_WAY];
        GAL_TRY(gal_csr_build(there, b->arena, n, n, (int64_t)e->from.size, e->from.data,
                              e->to.data, err));
        GAL_TRY(gal_csr_transpose(back, b->arena, there, err));
        b->graph->transposed[way] = *back;
        b->graph->transposed[way + N_WAY] = *there;
    }
    return GAL_OK;
}

gal_status gal__deck_graph_build(gal__deck_graph *graph, gal_arena *arena, const gal_bench *bench,
                                 const gal__surrogate_scale *scale, gal_error *err) {
    builder b = {.graph = graph, .arena = arena, .bench = bench};
    *graph = (gal__deck_graph){.n_var = bench->n_var, .n_metric = bench->n_metric};
    gal_status status = read_circuit(&b.circuit, arena, bench, -1, err);
    if (status == GAL_OK) {
        graph->n_device = b.circuit.n_device;
        graph->n_net = b.circuit.n_net;
        graph->n_node = net_node(&b, b.circuit.n_net);
        graph->feature = gal_mat_new(arena, graph->n_node, GAL__DECK_FEATURES);
        if (!graph->feature.data) status = gal_fail(err, GAL_ENOMEM, "out of memory for a graph");
    }
    if (status == GAL_OK) {
        describe(&b, scale);
        connect_all(&b);
    }
    for (int32_t v = 0; status == GAL_OK && v < bench->n_var; v++) status = follow(&b, v, err);
    if (status == GAL_OK) status = to_csr(&b, err);
    for (int way = 0; way < N_WAY; way++) {
        gal_vec_free(&b.edge[way].from);
        gal_vec_free(&b.edge[way].to);
    }
    gal_circuit_clear(&b.circuit);
    return status;
}
