/* 64-bit content hashes (XXH3): interner keys, data-set and feature-schema fingerprints. */
#ifndef GAL_BASE_HASH_H
#define GAL_BASE_HASH_H

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

GAL_API uint64_t gal_hash_bytes(const void *bytes, size_t size, uint64_t seed);

/* Mixes one value into a running hash; order matters. */
GAL_API uint64_t gal_hash_mix(uint64_t hash, uint64_t value);

/* Order of two hashes, for qsort and bsearch. */
GAL_API int gal_hash_compare(const void *a, const void *b);

/* Sorts the different ones of n hashes to the front; their number. O(n log n). */
GAL_API int64_t gal_hash_unique(uint64_t *hash, int64_t n);

#endif
