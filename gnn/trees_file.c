/* Forests as bytes: a head of four int64 (columns, trees, nodes, plain bytes), then, deflated, the
 * roots (int64) and, of all nodes, the features (uint16) and the three upper bytes of the values
 * (float), one plane of bytes after the other, inner nodes before leaves. Right children follow
 * from the order of the nodes: a subtree ends where it has one leaf more than inner nodes. */
#include "gnn/trees_private.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { HEAD_BYTES = 32, VALUE_BYTES = 3, NODE_BYTES = 2 + VALUE_BYTES, NODES_MAX = 1 << 27 };

static void *pack(void *to, const void *from, size_t size) {
    memcpy(to, from, size);
    return (char *)to + size;
}

static const void *unpack(void *to, const void *from, size_t size) {
    memcpy(to, from, size);
    return (const char *)from + size;
}

/* Byte `plane` of a value, the highest first. */
static int plane_shift(int plane) {
    return 8 * (3 - plane);
}

static void to_plain(unsigned char *plain, const gal_trees *trees) {
    unsigned char *at = pack(plain, trees->root, ((size_t)trees->count + 1) * sizeof *trees->root);
    for (int64_t i = 0; i < trees->n_node; i++) at = pack(at, &trees->node[i].feature, 2);
    for (int plane = 0; plane < VALUE_BYTES; plane++)
        for (int leaves = 0; leaves < 2; leaves++)
            for (int64_t i = 0; i < trees->n_node; i++) {
                uint32_t bits;
                if ((trees->node[i].feature == GAL__LEAF) != leaves) continue;
                memcpy(&bits, &trees->node[i].value, sizeof bits);
                *at++ = (unsigned char)(bits >> plane_shift(plane));
            }
}

static void from_plain(gal_trees *trees, const unsigned char *plain) {
    const unsigned char *at =
        unpack(trees->root, plain, ((size_t)trees->count + 1) * sizeof *trees->root);
    for (int64_t i = 0; i < trees->n_node; i++) at = unpack(&trees->node[i].feature, at, 2);
    for (int leaves = 0; leaves < 2; leaves++)
        for (int64_t i = 0; i < trees->n_node; i++) {
            uint32_t bits = 0;
            if ((trees->node[i].feature == GAL__LEAF) != leaves) continue;
            for (int plane = 0; plane < VALUE_BYTES; plane++)
                bits |= (uint32_t)at[plane * trees->n_node] << plane_shift(plane);
            memcpy(&trees->node[i].value, &bits, sizeof bits);
            at++;
        }
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

static size_t plain_size(int64_t count, int64_t n_node) {
    return ((size_t)count + 1) * sizeof(int64_t) + (size_t)n_node * NODE_BYTES;
}

gal_status gal_trees_save(unsigned char **bytes, size_t *size, const gal_trees *trees,
                          gal_error *err) {
    const size_t plain = plain_size(trees->count, trees->n_node);
    const int64_t head[4] = {trees->cols, trees->count, trees->n_node, (int64_t)plain};
    uLongf packed = compressBound((uLong)plain);
    unsigned char *raw = malloc(plain);
    *bytes = malloc(HEAD_BYTES + packed);
    int ok = raw && *bytes;
    if (ok) {
        to_plain(raw, trees);
        memcpy(*bytes, head, HEAD_BYTES);
        ok = compress2(*bytes + HEAD_BYTES, &packed, raw, (uLong)plain, 9) == Z_OK;
    }
    free(raw);
    *size = HEAD_BYTES + packed;
    if (ok) return GAL_OK;
    free(*bytes);
    *bytes = NULL;
    return gal_fail(err, GAL_ENOMEM, "out of memory while saving trees");
}

/* Checks roots and features and joins the nodes to trees; `end` [n_node] is scratch. */
static int join_trees(gal_trees *trees, int32_t *end) {
    if (trees->root[0] != 0 || trees->root[trees->count] != trees->n_node) return 0;
    for (int64_t i = 0; i < trees->n_node; i++)
        if (trees->node[i].feature >= trees->cols && trees->node[i].feature != GAL__LEAF) return 0;
    for (int32_t t = 0; t < trees->count; t++) {
        const int64_t first = trees->root[t], last = trees->root[t + 1];
        if (first >= last || last > trees->n_node) return 0;
        if (!join_nodes(trees->node + first, last - first, end)) return 0;
    }
    return 1;
}

gal_status gal_trees_load(gal_trees **out, const void *bytes, size_t size, gal_error *err) {
    int64_t head[4] = {0};
    *out = NULL;
    if (size > HEAD_BYTES) memcpy(head, bytes, HEAD_BYTES);
    if (head[0] < 1 || head[0] >= GAL__LEAF || head[1] < 1 || head[1] > NODES_MAX || head[2] < 1 ||
        head[2] > NODES_MAX || head[3] != (int64_t)plain_size(head[1], head[2]))
        return gal_fail(err, GAL_EPARSE, "trees: not a saved forest");
    gal_trees *trees = gal__trees_new((int32_t)head[0], (int32_t)head[1], head[2]);
    unsigned char *plain = malloc((size_t)head[3]);
    int32_t *end = malloc((size_t)head[2] * sizeof *end);
    uLongf length = (uLongf)head[3];
    gal_status status = GAL_OK;
    if (!trees || !plain || !end) {
        status = gal_fail(err, GAL_ENOMEM, "out of memory for trees");
    } else if (uncompress(plain, &length, (const Bytef *)bytes + HEAD_BYTES,
                          (uLong)(size - HEAD_BYTES)) != Z_OK ||
               length != (uLongf)head[3]) {
        status = gal_fail(err, GAL_EPARSE, "trees: damaged forest");
    } else {
        from_plain(trees, plain);
        if (!join_trees(trees, end)) status = gal_fail(err, GAL_EPARSE, "trees: damaged forest");
    }
    free(plain);
    free(end);
    if (status == GAL_OK) *out = trees;
    else gal_trees_destroy(trees);
    return status;
}
