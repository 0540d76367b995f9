#include "gnn/link_sampler.h"

#include "base/hash.h"
#include <string.h>

enum { MAX_TRIES = 1000 };
static const uint64_t empty = UINT64_MAX; /* no pair: ids are below 2^31 */

static uint64_t key_of(int32_t a, int32_t b) {
    const uint64_t low = (uint64_t)(a < b ? a : b), high = (uint64_t)(a < b ? b : a);
    return low << 32 | high;
}

/* The slot that holds `key`, or the empty one where it belongs. */
static uint64_t *find(const gal_link_set *set, uint64_t key) {
    const uint64_t mask = (uint64_t)set->n_slot - 1;
    uint64_t i = gal_hash_mix(0, key) & mask;
    while (set->slot[i] != empty && set->slot[i] != key) i = (i + 1) & mask;
    return &set->slot[i];
}

gal_status gal_link_set_build(gal_link_set *set, gal_arena *arena, const int32_t *a,
                              const int32_t *b, int64_t n, gal_error *err) {
    *set = (gal_link_set){.n_slot = 16};
    while (set->n_slot < 2 * n) set->n_slot *= 2;
    const size_t size = (size_t)set->n_slot * sizeof *set->slot;
    set->slot = gal_arena_alloc(arena, size);
    if (!set->slot) return gal_fail(err, GAL_ENOMEM, "out of memory for a set of links");
    memset(set->slot, 0xff, size);
    for (int64_t k = 0; k < n; k++) {
        if (a[k] < 0 || b[k] < 0)
            return gal_fail(err, GAL_EINVAL, "link %lld has a negative node id", (long long)k);
        uint64_t *slot = find(set, key_of(a[k], b[k]));
        set->n_pair += *slot == empty;
        *slot = key_of(a[k], b[k]);
    }
    return GAL_OK;
}

int gal_link_set_has(const gal_link_set *set, int32_t a, int32_t b) {
    return *find(set, key_of(a, b)) != empty;
}

gal_status gal_link_negatives(int32_t *a, int32_t *b, int64_t n, const gal_link_set *positive,
                              const int32_t *left, int32_t n_left, const int32_t *right,
                              int32_t n_right, gal_rng *rng, gal_error *err) {
    if (n_left < 1 || n_right < 1)
        return gal_fail(err, GAL_EINVAL, "no nodes to draw negative links from");
    for (int64_t k = 0; k < n; k++) {
        int tries = 0;
        do {
            if (tries++ == MAX_TRIES)
                return gal_fail(err, GAL_ELIMIT, "nearly every pair of nodes is a positive link");
            a[k] = left[gal_rng_below(rng, n_left)];
            b[k] = right[gal_rng_below(rng, n_right)];
        } while (a[k] == b[k] || gal_link_set_has(positive, a[k], b[k]));
    }
    return GAL_OK;
}
