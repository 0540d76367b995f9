#include "base/hash.h"

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
