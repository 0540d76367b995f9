/* Role memory: what pairs in the same structural place coupled to before.
 *
 * Arrays repeat themselves: the bit line and word line of one cell have the same surroundings in a
 * 16x4 and in a 128x32 memory, and couple alike in both. A role key hashes the surroundings of a
 * pair to a depth (Weisfeiler-Leman colours of both nets and their direct relation); the memory
 * keeps, per key, the mean and number of the training labels. A prediction p is drawn towards the
 * means of ever deeper keys, as if it stood for `shrink` labels:
 * p <- (n * mean + shrink * p) / (n + shrink).
 */
#ifndef GAL_TASKS_PARASITICS_ROLES_H
#define GAL_TASKS_PARASITICS_ROLES_H

#include "base/status.h"
#include <stdint.h>

typedef struct gal_roles {
    uint64_t *key;  /* [n] ascending */
    float *mean;    /* [n] log10 fF */
    int32_t *count; /* [n] training labels */
    int32_t n, capacity;
    int sorted;
} gal_roles;

GAL_API void gal_roles_init(gal_roles *roles);
GAL_API void gal_roles_clear(gal_roles *roles);

/* Adds one label under each of key[n_key]. GAL_ENOMEM. Amortised O(n_key). */
GAL_API gal_status gal_roles_add(gal_roles *roles, const uint64_t *key, int n_key, float label,
                                 gal_error *err);
/* Sorts, merges equal keys and drops those seen fewer than `least` times; must precede
 * gal_roles_apply. GAL_ENOMEM. O(n log n). */
GAL_API gal_status gal_roles_finish(gal_roles *roles, int32_t least, gal_error *err);

/* A memory that was finished and saved: copies of its arrays. GAL_ENOMEM; GAL_EPARSE when the keys
 * do not ascend or a count is not positive. */
GAL_API gal_status gal_roles_restore(gal_roles *roles, const uint64_t *key, const float *mean,
                                     const int32_t *count, int32_t n, gal_error *err);

/* The prediction drawn towards what is known of key[0..n_key[ (shallow first); *left is its own
 * weight in the result, 1 when no key is known. O(n_key log n). */
GAL_API float gal_roles_apply(const gal_roles *roles, const uint64_t *key, int n_key,
                              float prediction, float shrink, float *left);

#endif
