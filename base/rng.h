/* Random numbers: xoshiro256**, seeded through SplitMix64.
 *
 * The state is passed in, never global; two streams of one seed (gal_rng_init with another
 * `stream`) are independent, so parallel work draws the same numbers at any thread count. The four
 * state words are what a checkpoint stores.
 */
#ifndef GAL_BASE_RNG_H
#define GAL_BASE_RNG_H

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

typedef struct gal_rng {
    uint64_t word[4];
} gal_rng;

GAL_API void gal_rng_init(gal_rng *rng, uint64_t seed, uint64_t stream);
GAL_API uint64_t gal_rng_next(gal_rng *rng);
/* Uniform in [0, 1). */
GAL_API double gal_rng_uniform(gal_rng *rng);
/* Standard normal (Box-Muller; one of the pair is dropped so that the state is four words). */
GAL_API double gal_rng_normal(gal_rng *rng);
/* Uniform in [0, n), without modulo bias; n > 0. */
GAL_API int32_t gal_rng_below(gal_rng *rng, int32_t n);
/* Fisher-Yates over item[0..n[. */
GAL_API void gal_rng_shuffle(gal_rng *rng, int32_t *item, int32_t n);

#endif
