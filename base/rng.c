#include "base/rng.h"

#include "base/hash.h"
#include <assert.h>
#include <math.h>

void gal_rng_init(gal_rng *rng, uint64_t seed, uint64_t stream) {
    uint64_t hash = gal_hash_mix(seed, stream);
    for (int i = 0; i < 4; i++) rng->word[i] = hash = gal_hash_mix(hash, (uint64_t)i + 1);
}

static uint64_t rotate(uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
}

uint64_t gal_rng_next(gal_rng *rng) {
    uint64_t *s = rng->word;
    const uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

double gal_rng_uniform(gal_rng *rng) {
    return (double)(gal_rng_next(rng) >> 11) * 0x1p-53;
}

double gal_rng_normal(gal_rng *rng) {
    const double u = 1.0 - gal_rng_uniform(rng), v = gal_rng_uniform(rng);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}

int32_t gal_rng_below(gal_rng *rng, int32_t n) {
    assert(n > 0);
    const uint64_t range = (uint64_t)n, limit = UINT64_MAX - UINT64_MAX % range;
    uint64_t x = gal_rng_next(rng);
    while (x >= limit) x = gal_rng_next(rng);
    return (int32_t)(x % range);
}

void gal_rng_shuffle(gal_rng *rng, int32_t *item, int32_t n) {
    for (int32_t i = n - 1; i > 0; i--) {
        const int32_t j = gal_rng_below(rng, i + 1), kept = item[i];
        item[i] = item[j];
        item[j] = kept;
    }
}
