/* Forests as bytes: a head of four int64 (columns, trees, nodes, plain bytes), then, deflated, the
 * roots (int64), values (float), features (uint16) and right children (int32) of all nodes. */
#include "gnn/trees_private.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { HEAD_BYTES = 32, NODE_BYTES = 4 + 2 + 4, NODES_MAX = 1 << 27 };

static void *pack(void *to, const void *from, size_t size) {
    memcpy(to, from, size);
    return (char *)to + size;
}

static const void *unpack(void *to, const void *from, size_t size) {
    memcpy(to, from, size);
    return (const char *)from + size;
}

static void to_plain(void *plain, const gal_trees *trees) {
    void *at = pack(plain, trees->root, ((size_t)trees->count + 1) * sizeof *trees->root);
    for (int64_t i = 0; i < trees->n_node; i++) at = pack(at, &trees->node[i].value, 4);
    for (int64_t i = 0; i < trees->n_node; i++) at = pack(at, &trees->node[i].feature, 2);
    for (int64_t i = 0; i < trees->n_node; i++) at = pack(at, &trees->node[i].right, 4);
}

static void from_plain(gal_trees *trees, const void *plain) {
    const void *at = unpack(trees->root, plain, ((size_t)trees->count + 1) * sizeof *trees->root);
    for (int64_t i = 0; i < trees->n_node; i++) at = unpack(&trees->node[i].value, at, 4);
    for (int64_t i = 0; i < trees->n_node; i++) at = unpack(&trees->node[i].feature, at, 2);
    for (int64_t i = 0; i < trees->n_node; i++) at = unpack(&trees->node[i].right, at, 4);
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

/* Every walk must end in a leaf of its own tree: children lie behind their parent and inside. */
static int is_sound(const gal_trees *trees) {
    if (trees->root[0] != 0 || trees->root[trees->count] != trees->n_node) return 0;
    for (int32_t t = 0; t < trees->count; t++) {
        const int64_t n = trees->root[t + 1] - trees->root[t];
        if (n < 1 || trees->root[t + 1] > trees->n_node) return 0;
        const gal__tree_node *node = trees->node + trees->root[t];
        for (int64_t i = 0; i < n; i++) {
            if (node[i].feature == GAL__LEAF) continue;
            if (node[i].feature >= trees->cols || i + 1 >= n) return 0;
            if (node[i].right <= i || node[i].right >= n) return 0;
        }
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
    uLongf length = (uLongf)head[3];
    gal_status status = GAL_OK;
    if (!trees || !plain) {
        status = gal_fail(err, GAL_ENOMEM, "out of memory for trees");
    } else if (uncompress(plain, &length, (const Bytef *)bytes + HEAD_BYTES,
                          (uLong)(size - HEAD_BYTES)) != Z_OK ||
               length != (uLongf)head[3]) {
        status = gal_fail(err, GAL_EPARSE, "trees: damaged forest");
    } else {
        from_plain(trees, plain);
        if (!is_sound(trees)) status = gal_fail(err, GAL_EPARSE, "trees: damaged forest");
    }
    free(plain);
    if (status == GAL_OK) *out = trees;
    else gal_trees_destroy(trees);
    return status;
}
