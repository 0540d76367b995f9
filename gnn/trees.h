/* Extremely randomised regression trees: the plain model beside the graph network.
 *
 * Geurts, Ernst, Wehenkel, "Extremely randomized trees", Machine Learning 63, 2006: every split
 * draws one threshold per candidate feature, uniform between the node's extremes, and keeps the one
 * that reduces the variance most. On small tables they beat boosting, since random thresholds
 * average into smooth functions. Trees are grown in parallel, each from a random stream of its own:
 * one seed gives one forest at any thread count. NaN features are not allowed.
 *
 * Forests are coarse, so that files are small (about 1.6 bytes per node) and yet give back what was
 * trained: thresholds have 8 significant bits, leaves one of 256 levels between the least target
 * and the largest. The mean over trees has neither step: on parasitics it costs nothing.
 */
#ifndef GAL_GNN_TREES_H
#define GAL_GNN_TREES_H

#include "gnn/tensor.h"
#include <stddef.h>

typedef struct gal_trees gal_trees; /* opaque; prediction may be called from many threads */

typedef struct gal_trees_options {
    int32_t count;     /* trees */
    int32_t min_leaf;  /* samples a leaf needs */
    double features;   /* share of the features tried at a node, in (0, 1] */
    int32_t max_rows;  /* rows drawn for one tree; more are left out at random */
    const float *keep; /* [rows] chance of a row to be drawn for a tree; NULL: all 1 */
    int64_t max_nodes; /* of the whole forest: min_leaf is raised until it should fit */
    uint64_t seed;
} gal_trees_options;

GAL_API gal_trees_options gal_trees_defaults(void);

/* Fits y[rows] from x [rows, cols], cols < 65535. Errors: GAL_EINVAL (no rows), GAL_ELIMIT,
 * GAL_ENOMEM. O(count * rows * log rows * features * cols). *out is the caller's. */
GAL_API gal_status gal_trees_train(gal_trees **out, gal_mat x, const float *y,
                                   const gal_trees_options *options, gal_error *err);
GAL_API void gal_trees_destroy(gal_trees *trees);

/* y[rows] from x [rows, cols] with the columns of the training; spread[rows] (or NULL) receives the
 * standard deviation of the trees' answers, which grows where rows are unlike those of training.
 * Rows in parallel. O(rows * count * depth). */
GAL_API void gal_trees_predict(float *y, float *spread, const gal_trees *trees, gal_mat x);

/* The forest as bytes (trees_file.c); *bytes is freed with free(). Loading checks everything, of
 * untrusted bytes: GAL_EPARSE for those that are no forest, GAL_EMISMATCH for one of other columns
 * than `cols`, before anything is built. */
GAL_API gal_status gal_trees_save(unsigned char **bytes, size_t *size, const gal_trees *trees,
                                  gal_error *err);
GAL_API gal_status gal_trees_load(gal_trees **out, const void *bytes, size_t size, int32_t cols,
                                  gal_error *err);

#endif
