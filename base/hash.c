#include "base/hash.h"

#include <stdlib.h>
#include <xxhash.h>

uint64_t gal_hash_bytes(const void *bytes, size_t size, uint64_t seed) {
    return XXH3_64bits_withSeed(bytes, size, seed);
}

/* The finaliser of SplitMix64 over a Weyl step. */
uint64_t gal_hash_mix(uint64_t hash, uint64_t value) {
    uint64_t x = hash * 0x9e3779b97f4a7c15u + value + 0x632be59bd9b4e019u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

int gal_hash_compare(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

int64_t gal_hash_unique(uint64_t *hash, int64_t n) {
    int64_t different = 0;
    if (n) qsort(hash, (size_t)n, sizeof *hash, gal_hash_compare);
    for (int64_t i = 0; i < n; i++)
        if (different == 0 || hash[different - 1] != hash[i]) hash[different++] = hash[i];
    return different;
}
