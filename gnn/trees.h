/* Gradient-boosted regression trees, by libxgboost: the plain model beside the graph network.
 *
 * Rows are samples; NaN marks a missing feature. Training is single-threaded and seeded, so one
 * seed gives one model anywhere; the bytes of a model go into a checkpoint as a u8 tensor.
 */
#ifndef GAL_GNN_TREES_H
#define GAL_GNN_TREES_H

#include "base/report.h"
#include "gnn/tensor.h"
#include <stddef.h>

typedef struct gal_trees gal_trees; /* opaque; one thread at a time */

typedef enum gal_trees_objective {
    GAL_TREES_SQUARED, /* mean of the target */
    GAL_TREES_HUBER,   /* pseudo-Huber: less drawn by outliers */
    GAL_TREES_LOGIT    /* probability of label 1 */
} gal_trees_objective;

typedef struct gal_trees_options {
    gal_trees_objective objective;
    int rounds;              /* trees */
    int depth;               /* levels of a tree */
    double rate;             /* shrinkage of each tree, in (0, 1] */
    double row_sample;       /* share of rows per tree, in (0, 1] */
    double column_sample;    /* share of features per tree, in (0, 1] */
    double min_child_weight; /* samples a leaf needs */
    double l2;               /* penalty on leaf values */
    uint64_t seed;
} gal_trees_options;

GAL_API gal_trees_options gal_trees_defaults(void);

/* Fits y[rows] (and weight[rows] or NULL) from x [rows, cols]. Errors: GAL_EINVAL (no rows, or what
 * the library says), GAL_ECANCELED. O(rounds * rows * cols). *out is the caller's. */
GAL_API gal_status gal_trees_train(gal_trees **out, gal_mat x, const float *y, const float *weight,
                                   const gal_trees_options *options, const gal_report *report,
                                   gal_error *err);
GAL_API void gal_trees_destroy(gal_trees *trees);

/* y[rows] from x [rows, cols] with the columns of the training. O(rows * rounds * depth). */
GAL_API gal_status gal_trees_predict(float *y, const gal_trees *trees, gal_mat x, gal_error *err);

/* The model as bytes (universal binary JSON, deflated); *bytes is freed with free(). Loading checks
 * what it can: GAL_EPARSE for bytes that are no model. */
GAL_API gal_status gal_trees_save(unsigned char **bytes, size_t *size, const gal_trees *trees,
                                  gal_error *err);
GAL_API gal_status gal_trees_load(gal_trees **out, const void *bytes, size_t size, gal_error *err);

#endif
