#include "gnn/trees.h"

#include "base/vec.h"
#include "gnn/trees_private.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

gal_trees_options gal_trees_defaults(void) {
    return (gal_trees_options){.count = 100,
                               .min_leaf = 2,
                               .features = 0.4,
                               .max_rows = INT32_MAX,
                               .max_nodes = 250000,
                               .seed = 1};
}

gal_trees *gal__trees_new(int32_t cols, int32_t count, int64_t n_node) {
    gal_trees *trees = calloc(1, sizeof *trees);
    if (!trees) return NULL;
    *trees = (gal_trees){.cols = cols, .count = count, .n_node = n_node};
    trees->node = malloc(((size_t)n_node + 1) * sizeof *trees->node);
    trees->root = calloc((size_t)count + 1, sizeof *trees->root);
    if (trees->node && trees->root) return trees;
    gal_trees_destroy(trees);
    return NULL;
}

void gal_trees_destroy(gal_trees *trees) {
    if (!trees) return;
    free(trees->node);
    free(trees->root);
    free(trees);
}

enum { TOP_LEVEL = 255 };

float gal__leaf_value(gal__leaf_scale scale, int level) {
    return scale.low + (float)level * scale.step;
}

int gal__leaf_level(gal__leaf_scale scale, float value) {
    if (!(scale.step > 0)) return 0;
    return (int)fminf(fmaxf(roundf((value - scale.low) / scale.step), 0), TOP_LEVEL);
}

/* From the least to the largest target of rows that may be drawn. */
static gal__leaf_scale scale_of(const float *y, const float *keep, int64_t n) {
    float low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        if (keep && !(keep[i] > 0)) continue;
        low = fminf(low, y[i]);
        high = fmaxf(high, y[i]);
    }
    return low <= high ? (gal__leaf_scale){low, (high - low) / TOP_LEVEL}
                       : (gal__leaf_scale){y[0], 0};
}

typedef gal_vec(gal__tree_node) nodes;

/* One tree in the making; rows are a permutation that splits partition in place. */
typedef struct grower {
    gal_mat x;
    const float *y;
    gal__leaf_scale leaf;
    int32_t min_leaf, tries;
    gal_rng rng;
    int32_t *row;     /* [n_row] */
    int32_t *feature; /* [x.cols] a permutation to draw candidates from */
    nodes node;
} grower;

typedef struct split {
    int32_t feature;
    float threshold;
    double gain; /* sum of squared sums over counts: larger is better */
} split;

/* The extremes of a feature over rows [first..last[. */
static void extremes(float *low, float *high, const grower *g, int32_t feature, int32_t first,
                     int32_t last) {
    *low = *high = gal_mat_row(g->x, g->row[first])[feature];
    for (int32_t i = first + 1; i < last; i++) {
        const float v = gal_mat_row(g->x, g->row[i])[feature];
        if (v < *low) *low = v;
        if (v > *high) *high = v;
    }
}

/* The gain of splitting rows [first..last[ at a threshold; -1 when a side gets too few. */
static double gain_of(const grower *g, int32_t feature, float threshold, int32_t first,
                      int32_t last) {
    double sum[2] = {0, 0};
    int32_t n[2] = {0, 0};
    for (int32_t i = first; i < last; i++) {
        const int side = gal_mat_row(g->x, g->row[i])[feature] > threshold;
        sum[side] += g->y[g->row[i]];
        n[side]++;
    }
    if (n[0] < g->min_leaf || n[1] < g->min_leaf) return -1;
    return sum[0] * sum[0] / n[0] + sum[1] * sum[1] / n[1];
}

/* The threshold in the precision that files keep, rounded towards zero. */
static float shortened(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits &= 0xffff0000u;
    memcpy(&value, &bits, sizeof bits);
    return value;
}

/* The best of `tries` random splits on features that vary here. */
static split draw_split(grower *g, int32_t first, int32_t last) {
    split best = {.gain = -1};
    int32_t left = g->x.cols;
    for (int32_t tried = 0; tried < g->tries && left > 0; left--) {
        const int32_t k = gal_rng_below(&g->rng, left), feature = g->feature[k];
        g->feature[k] = g->feature[left - 1];
        g->feature[left - 1] = feature;
        float low, high;
        extremes(&low, &high, g, feature, first, last);
        if (!(low < high)) continue;
        tried++;
        const float threshold = shortened(low + (float)gal_rng_uniform(&g->rng) * (high - low));
        if (threshold >= high) continue;
        const double gain = gain_of(g, feature, threshold, first, last);
        if (gain > best.gain) best = (split){feature, threshold, gain};
    }
    return best;
}

/* Rows that go left to the front; returns the first of the others. */
static int32_t partition(grower *g, const split *s, int32_t first, int32_t last) {
    while (first < last) {
        if (gal_mat_row(g->x, g->row[first])[s->feature] <= s->threshold) {
            first++;
        } else {
            const int32_t kept = g->row[--last];
            g->row[last] = g->row[first];
            g->row[first] = kept;
        }
    }
    return first;
}

/* Mean of the rows' targets, as a leaf keeps it; *pure when they are all equal. */
static float mean_of(const grower *g, int32_t first, int32_t last, int *pure) {
    double sum = 0;
    *pure = 1;
    for (int32_t i = first; i < last; i++) {
        sum += g->y[g->row[i]];
        *pure &= g->y[g->row[i]] == g->y[g->row[first]];
    }
    return gal__leaf_value(g->leaf, gal__leaf_level(g->leaf, (float)(sum / (last - first))));
}

/* A stretch of rows still to become a subtree; `parent` learns where its right child starts. */
typedef struct task {
    int32_t first, last;
    int64_t parent; /* node whose right child this is, or -1 */
} task;

/* Grows from rows [0..n_row[, depth first with a stack of its own. */
static int grow(grower *g, int32_t n_row) {
    gal_vec(task) stack = {0};
    int ok = gal_vec_push(&stack, ((task){0, n_row, -1}));
    while (ok && stack.size) {
        const task t = stack.data[--stack.size];
        const int64_t at = (int64_t)g->node.size;
        if (t.parent >= 0) g->node.data[t.parent].right = (int32_t)at;
        int pure;
        gal__tree_node node = {.feature = GAL__LEAF};
        node.value = mean_of(g, t.first, t.last, &pure);
        split s = {.gain = -1};
        if (!pure && t.last - t.first >= 2 * g->min_leaf) s = draw_split(g, t.first, t.last);
        if (s.gain >= 0) {
            node.feature = (uint16_t)s.feature;
            node.value = s.threshold;
            const int32_t middle = partition(g, &s, t.first, t.last);
            ok = gal_vec_push(&stack, ((task){middle, t.last, at})) &&
                 gal_vec_push(&stack, ((task){t.first, middle, -1}));
        }
        ok = ok && gal_vec_push(&g->node, node);
    }
    gal_vec_free(&stack);
    return ok;
}

/* The rows of a tree to the front of g->row; returns their number, at least 1. */
static int32_t draw_rows(grower *g, int32_t n, const gal_trees_options *o) {
    int32_t rows = 0;
    g->row[0] = 0;
    for (int32_t i = 0; i < n; i++)
        if (!o->keep || gal_rng_uniform(&g->rng) < (double)o->keep[i]) g->row[rows++] = i;
    if (rows <= o->max_rows) return rows > 0 ? rows : 1;
    gal_rng_shuffle(&g->rng, g->row, rows);
    return o->max_rows;
}

/* Tree number `index` of the forest; its nodes are the caller's to free. */
static int grow_tree(nodes *out, gal_mat x, const float *y, const gal_trees_options *o,
                     gal__leaf_scale leaf, int32_t min_leaf, int32_t index) {
    const int32_t n = (int32_t)x.rows;
    grower g = {.x = x, .y = y, .leaf = leaf, .min_leaf = min_leaf};
    g.tries = (int32_t)ceil(o->features * x.cols);
    gal_rng_init(&g.rng, o->seed, (uint64_t)index + 1);
    g.row = malloc(((size_t)n + 1) * sizeof *g.row);
    g.feature = malloc(((size_t)x.cols + 1) * sizeof *g.feature);
    int ok = g.row && g.feature;
    if (ok) {
        const int32_t rows = draw_rows(&g, n, o);
        for (int32_t c = 0; c < x.cols; c++) g.feature[c] = c;
        ok = grow(&g, rows);
    }
    free(g.row);
    free(g.feature);
    *out = (nodes){.data = g.node.data, .size = g.node.size, .capacity = g.node.capacity};
    return ok;
}

/* A tree has about 1.3 leaves' worth of nodes per min_leaf rows. */
static int32_t fitting_leaf(const gal_trees_options *o, int64_t n) {
    double rows = 0;
    for (int64_t i = 0; i < n; i++) rows += o->keep ? (double)o->keep[i] : 1;
    const double need = 1.3 * fmin(rows, o->max_rows) * o->count / (double)o->max_nodes;
    return need > o->min_leaf ? (int32_t)ceil(need) : o->min_leaf;
}

static gal_status join(gal_trees **out, nodes *tree, int32_t count, int32_t cols, gal_error *err) {
    int64_t total = 0;
    for (int32_t t = 0; t < count; t++) total += (int64_t)tree[t].size;
    *out = gal__trees_new(cols, count, total);
    if (!*out) return gal_fail(err, GAL_ENOMEM, "out of memory for trees");
    int64_t at = 0;
    for (int32_t t = 0; t < count; t++) {
        (*out)->root[t] = at;
        memcpy((*out)->node + at, tree[t].data, tree[t].size * sizeof *tree[t].data);
        at += (int64_t)tree[t].size;
    }
    (*out)->root[count] = at;
    return GAL_OK;
}

gal_status gal_trees_train(gal_trees **out, gal_mat x, const float *y,
                           const gal_trees_options *options, gal_error *err) {
    *out = NULL;
    assert(x.cols > 0 && x.cols < GAL__LEAF && options->count > 0);
    if (x.rows == 0) return gal_fail(err, GAL_EINVAL, "trees: no samples to learn from");
    if (x.rows > INT32_MAX / 4) return gal_fail(err, GAL_ELIMIT, "trees: too many samples");
    nodes *tree = calloc((size_t)options->count, sizeof *tree);
    if (!tree) return gal_fail(err, GAL_ENOMEM, "out of memory for trees");
    const int32_t min_leaf = fitting_leaf(options, x.rows);
    const gal__leaf_scale leaf = scale_of(y, options->keep, x.rows);
    int failed = 0;
#pragma omp parallel for schedule(dynamic, 1) reduction(| : failed)
    for (int32_t t = 0; t < options->count; t++)
        failed |= !grow_tree(&tree[t], x, y, options, leaf, min_leaf, t);
    gal_status status = failed ? gal_fail(err, GAL_ENOMEM, "out of memory for trees") : GAL_OK;
    if (status == GAL_OK) status = join(out, tree, options->count, x.cols, err);
    if (status == GAL_OK) (*out)->leaf = leaf;
    for (int32_t t = 0; t < options->count; t++) gal_vec_free(&tree[t]);
    free(tree);
    return status;
}

enum { ROW_BLOCK = 64 };

static float predict_one(const gal__tree_node *root, const float *row) {
    const gal__tree_node *node = root;
    while (node->feature != GAL__LEAF)
        node = row[node->feature] <= node->value ? node + 1 : root + node->right;
    return node->value;
}

/* Rows [first..last[: tree by tree, so that a tree's nodes stay in the cache. */
static void predict_block(float *y, float *spread, const gal_trees *trees, gal_mat x, int64_t first,
                          int64_t last) {
    double sum[ROW_BLOCK] = {0}, square[ROW_BLOCK] = {0};
    for (int32_t t = 0; t < trees->count; t++)
        for (int64_t r = first; r < last; r++) {
            const double one = (double)predict_one(trees->node + trees->root[t], gal_mat_row(x, r));
            sum[r - first] += one;
            square[r - first] += one * one;
        }
    for (int64_t r = first; r < last; r++) {
        const double mean = sum[r - first] / trees->count;
        y[r] = (float)mean;
        if (spread)
            spread[r] = (float)sqrt(fmax(square[r - first] / trees->count - mean * mean, 0));
    }
}

void gal_trees_predict(float *y, float *spread, const gal_trees *trees, gal_mat x) {
    assert(x.cols == trees->cols);
#pragma omp parallel for schedule(static) if (x.rows > 4 * ROW_BLOCK)
    for (int64_t first = 0; first < x.rows; first += ROW_BLOCK)
        predict_block(y, spread, trees, x, first,
                      first + ROW_BLOCK < x.rows ? first + ROW_BLOCK : x.rows);
}
