/* The forest's memory, shared by growing (trees.c) and saving (trees_file.c). */
#ifndef GAL_GNN_TREES_PRIVATE_H
#define GAL_GNN_TREES_PRIVATE_H

#include "gnn/trees.h"

enum { GAL__LEAF = 65535 };

/* Pre-order: the left child of node i is i + 1. */
typedef struct gal__tree_node {
    float value;      /* threshold (x <= value goes left) or a leaf's prediction */
    uint16_t feature; /* GAL__LEAF in a leaf */
    int32_t right;    /* index of the right child; unused in a leaf */
} gal__tree_node;

/* What files keep, and so all that a forest uses: of thresholds the upper half of the float, of
 * leaves one of 256 levels between the least target and the largest. */
typedef struct gal__leaf_scale {
    float low, step; /* level k is low + k * step */
} gal__leaf_scale;

/* Out of line: one rounding of level k wherever it is asked for. */
float gal__leaf_value(gal__leaf_scale scale, int level);
int gal__leaf_level(gal__leaf_scale scale, float value);

struct gal_trees {
    int32_t cols, count;
    gal__leaf_scale leaf;
    int64_t n_node;
    gal__tree_node *node; /* [n_node], trees one after the other */
    int64_t *root;        /* [count + 1] first node of each tree */
};

/* An empty forest with room; NULL when memory is out. */
gal_trees *gal__trees_new(int32_t cols, int32_t count, int64_t n_node);

#endif
