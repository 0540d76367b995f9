/* Forests as bytes: a head of four int64 (columns, trees, nodes, plain bytes), then, deflated, the
 * levels of the leaves, the roots, a bit per node that is set in leaves, and plane by plane what
 * the inner nodes (feature, threshold) and the leaves (level) hold. Right children follow from the
 * order of the nodes: a subtree ends where it has one leaf more than inner nodes. */
#include "gnn/trees_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Forests deflate to a third or so; one that claims to grow far beyond its bytes is an attack. */
enum { HEAD_BYTES = 32, NODES_MAX = 1 << 27, MOST_GROWTH = 32 };

/* Where things lie among the plain bytes. */
typedef struct sections {
    size_t root;      /* [count + 1] int64, behind a gal__leaf_scale */
    size_t shape;     /* a bit per node */
    size_t feature;   /* [2, inner nodes] high bytes, low bytes */
    size_t threshold; /* [2, inner nodes] of the float's upper half */
    size_t level;     /* [leaves] */
    size_t end;
    int64_t n_inner, n_leaf;
} sections;

/* A tree has one leaf more than inner nodes. */
static sections sections_of(int64_t count, int64_t n_node) {
    sections s = {.n_inner = (n_node - count) / 2, .n_leaf = (n_node + count) / 2};
    const size_t inner = (size_t)s.n_inner;
    s.root = sizeof(gal__leaf_scale);
    s.shape = s.root + ((size_t)count + 1) * sizeof(int64_t);
    s.feature = s.shape + ((size_t)n_node + 7) / 8;
    s.threshold = s.feature + 2 * inner;
    s.level = s.threshold + 2 * inner;
    s.end = s.level + (size_t)s.n_leaf;
    return s;
}

/* Fills `plain`, which is zero. */
static void to_plain(unsigned char *plain, const sections *s, const gal_trees *trees) {
    size_t inner = 0, leaf = 0;
    memcpy(plain, &trees->leaf, sizeof trees->leaf);
    memcpy(plain + s->root, trees->root, ((size_t)trees->count + 1) * sizeof *trees->root);
    for (int64_t i = 0; i < trees->n_node; i++) {
        const gal__tree_node *node = &trees->node[i];
        uint32_t bits;
        if (node->feature == GAL__LEAF) {
            plain[s->shape + (size_t)i / 8] |= (unsigned char)(1 << i % 8);
            plain[s->level + leaf++] = (unsigned char)gal__leaf_level(trees->leaf, node->value);
            continue;
        }
        memcpy(&bits, &node->value, sizeof bits);
        unsigned char *high = plain + inner++, *low = high + s->n_inner;
        high[s->feature] = (unsigned char)(node->feature >> 8);
        low[s->feature] = (unsigned char)node->feature;
        high[s->threshold] = (unsigned char)(bits >> 24);
        low[s->threshold] = (unsigned char)(bits >> 16);
    }
}

/* Returns 0 when the shape has not as many leaves as trees of so many nodes, or what the nodes hold
 * cannot be. */
static int from_plain(gal_trees *trees, const unsigned char *plain, const sections *s) {
    int64_t inner = 0, leaf = 0;
    memcpy(&trees->leaf, plain, sizeof trees->leaf);
    memcpy(trees->root, plain + s->root, ((size_t)trees->count + 1) * sizeof *trees->root);
    if (!isfinite(trees->leaf.low) || !isfinite(trees->leaf.step)) return 0;
    for (int64_t i = 0; i < trees->n_node; i++) {
        gal__tree_node *node = &trees->node[i];
        if (plain[s->shape + (size_t)i / 8] >> i % 8 & 1) {
            if (leaf == s->n_leaf) return 0;
            node->feature = GAL__LEAF;
            node->value = gal__leaf_value(trees->leaf, plain[s->level + (size_t)leaf++]);
            continue;
        }
        if (inner == s->n_inner) return 0;
        const unsigned char *high = plain + inner++, *low = high + s->n_inner;
        const int upper = high[s->threshold] << 8 | low[s->threshold];
        const uint32_t bits = (uint32_t)upper << 16;
        node->feature = (uint16_t)(high[s->feature] << 8 | low[s->feature]);
        if (node->feature >= trees->cols) return 0;
        memcpy(&node->value, &bits, sizeof bits);
    }
    return 1;
}

/* Sets the right children of a tree's nodes from the order: backwards, `end[i]` being one past the
 * subtree of node i. Returns 0 when the nodes are no tree. O(n). */
static int join_nodes(gal__tree_node *node, int64_t n, int32_t *end) {
    for (int64_t i = n - 1; i >= 0; i--) {
        if (node[i].feature == GAL__LEAF) {
            end[i] = (int32_t)i + 1;
            continue;
        }
        if (i + 1 >= n || end[i + 1] >= n) return 0;
        node[i].right = end[i + 1];
        end[i] = end[node[i].right];
    }
    return n > 0 && end[0] == n;
}

gal_status gal_trees_save(unsigned char **bytes, size_t *size, const gal_trees *trees,
                          gal_error *err) {
    const sections s = sections_of(trees->count, trees->n_node);
    const int64_t head[4] = {trees->cols, trees->count, trees->n_node, (int64_t)s.end};
    uLongf packed = compressBound((uLong)s.end);
    unsigned char *plain = calloc(1, s.end);
    *bytes = malloc(HEAD_BYTES + packed);
    int ok = plain && *bytes;
    if (ok) {
        to_plain(plain, &s, trees);
        memcpy(*bytes, head, HEAD_BYTES);
        ok = compress2(*bytes + HEAD_BYTES, &packed, plain, (uLong)s.end, 9) == Z_OK;
    }
    free(plain);
    *size = HEAD_BYTES + packed;
    if (ok) return GAL_OK;
    free(*bytes);
    *bytes = NULL;
    return gal_fail(err, GAL_ENOMEM, "out of memory while saving trees");
}

/* Checks the roots and joins the nodes to trees; `end` [n_node] is scratch. */
static int join_trees(gal_trees *trees, int32_t *end) {
    if (trees->root[0] != 0 || trees->root[trees->count] != trees->n_node) return 0;
    for (int32_t t = 0; t < trees->count; t++) {
        const int64_t first = trees->root[t], last = trees->root[t + 1];
        if (first >= last || last > trees->n_node) return 0;
        if (!join_nodes(trees->node + first, last - first, end)) return 0;
    }
    return 1;
}

/* Whether the head is that of a forest, of `plain` bytes, in a file of `size`. */
static int plausible(const int64_t head[4], size_t size) {
    const int64_t cols = head[0], count = head[1], n_node = head[2], plain = head[3];
    return cols >= 1 && cols < GAL__LEAF && n_node <= NODES_MAX && count >= 1 && count <= n_node &&
           (n_node - count) % 2 == 0 && plain == (int64_t)sections_of(count, n_node).end &&
           plain / MOST_GROWTH <= (int64_t)size;
}

gal_status gal_trees_load(gal_trees **out, const void *bytes, size_t size, int32_t cols,
                          gal_error *err) {
    int64_t head[4] = {0};
    *out = NULL;
    if (size > HEAD_BYTES) memcpy(head, bytes, HEAD_BYTES);
    if (!plausible(head, size)) return gal_fail(err, GAL_EPARSE, "trees: not a saved forest");
    if (head[0] != cols)
        return gal_fail(err, GAL_EMISMATCH, "trees: a forest of %d columns, expected %d",
                        (int)head[0], (int)cols);
    const sections s = sections_of(head[1], head[2]);
    gal_trees *trees = gal__trees_new((int32_t)head[0], (int32_t)head[1], head[2]);
    unsigned char *plain = malloc(s.end);
    int32_t *end = malloc((size_t)head[2] * sizeof *end);
    uLongf length = (uLongf)s.end;
    gal_status status = GAL_OK;
    if (!trees || !plain || !end) status = gal_fail(err, GAL_ENOMEM, "out of memory for trees");
    else if (uncompress(plain, &length, (const Bytef *)bytes + HEAD_BYTES,
                        (uLong)(size - HEAD_BYTES)) != Z_OK ||
             length != (uLongf)s.end || !from_plain(trees, plain, &s) || !join_trees(trees, end))
        status = gal_fail(err, GAL_EPARSE, "trees: damaged forest");
    free(plain);
    free(end);
    if (status == GAL_OK) *out = trees;
    else gal_trees_destroy(trees);
    return status;
}
