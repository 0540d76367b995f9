/* Vectors of LANES floats by the compiler's vector extension: loads and stores at any float
 * address, choice by mask. Included once per instruction set. */
#ifndef GAL_GNN_KERNELS_VECTOR_H
#define GAL_GNN_KERNELS_VECTOR_H

#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef float vec __attribute__((vector_size(4 * LANES)));
typedef uint32_t vec_bits __attribute__((vector_size(4 * LANES)));
typedef float vec_any __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

/* In front of a loop of constant length whose arrays must live in registers. */
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float *from) {
    return *(const vec_any *)from;
}
INLINE void store(float *to, vec v) {
    *(vec_any *)to = v;
}
INLINE vec splat(float x) {
    return x - (vec){0};
}

/* The first n < LANES values, zeros behind them. */
INLINE vec load_part(const float *from, int64_t n) {
    vec v = {0};
    memcpy(&v, from, (size_t)n * sizeof(float));
    return v;
}

INLINE void store_part(float *to, vec v, int64_t n) {
    memcpy(to, &v, (size_t)n * sizeof(float));
}

/* yes where mask is all ones, no where it is zero. */
INLINE vec choose(vec_bits mask, vec yes, vec no) {
    return (vec)((mask & (vec_bits)yes) | (~mask & (vec_bits)no));
}

/* limit where x is above (least) or below (greatest) it; NAN stays. */
#if defined(__x86_64__) && LANES == 16
INLINE vec least(vec limit, vec x) {
    return _mm512_min_ps(limit, x);
}
INLINE vec greatest(vec limit, vec x) {
    return _mm512_max_ps(limit, x);
}
#elif defined(__x86_64__) && LANES == 8
INLINE vec least(vec limit, vec x) {
    return _mm256_min_ps(limit, x);
}
INLINE vec greatest(vec limit, vec x) {
    return _mm256_max_ps(limit, x);
}
#else
INLINE vec least(vec limit, vec x) {
    return choose((vec_bits)(x > limit), limit, x);
}
INLINE vec greatest(vec limit, vec x) {
    return choose((vec_bits)(x < limit), limit, x);
}
#endif

/* A store around the caches, `to` aligned to the vector; stream_end() orders such stores. */
#if defined(__x86_64__) && LANES == 16
INLINE void stream(float *to, vec v) {
    _mm512_stream_ps(to, v);
}
INLINE void stream_end(void) {
    _mm_sfence();
}
#elif defined(__x86_64__) && LANES == 8
INLINE void stream(float *to, vec v) {
    _mm256_stream_ps(to, v);
}
INLINE void stream_end(void) {
    _mm_sfence();
}
#else
INLINE void stream(float *to, vec v) {
    store(to, v);
}
INLINE void stream_end(void) {}
#endif

#endif
