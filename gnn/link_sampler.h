/* Negative pairs for link prediction: node pairs that are not among the positive ones.
 *
 * The ends of a negative are drawn independently from two lists, which makes the scheme: lists of
 * candidate nodes give uniform negatives; the ends of the positives themselves (a node as often as
 * it has positives) give degree-matched ones, which a model cannot tell by degree alone. For
 * unordered pairs that means both ends of each positive in both lists.
 */
#ifndef GAL_GNN_LINK_SAMPLER_H
#define GAL_GNN_LINK_SAMPLER_H

#include "base/arena.h"
#include "base/rng.h"

/* A set of unordered node pairs. */
typedef struct gal_link_set {
    uint64_t *slot; /* private: [n_slot] pair, or the empty mark */
    int64_t n_slot; /* a power of two */
    int64_t n_pair; /* distinct pairs */
} gal_link_set;

/* From pairs a[k] - b[k], ids >= 0; (a, b) and (b, a) are one. Memory from `arena`. Errors:
 * GAL_EINVAL (negative id), GAL_ENOMEM. O(n). */
GAL_API gal_status gal_link_set_build(gal_link_set *set, gal_arena *arena, const int32_t *a,
                                      const int32_t *b, int64_t n, gal_error *err);
GAL_API int gal_link_set_has(const gal_link_set *set, int32_t a, int32_t b);

/* n pairs a[k] from left[0..n_left[, b[k] from right[0..n_right[ with a[k] != b[k] and not in
 * `positive`; pairs may repeat. Errors: GAL_EINVAL (an empty list), GAL_ELIMIT (1000 draws in a row
 * hit a positive: the lists leave next to none). Expected O(n) for sparse positives. */
GAL_API gal_status gal_link_negatives(int32_t *a, int32_t *b, int64_t n,
                                      const gal_link_set *positive, const int32_t *left,
                                      int32_t n_left, const int32_t *right, int32_t n_right,
                                      gal_rng *rng, gal_error *err);

#endif
