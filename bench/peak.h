/* The limits of the machine that benchmarks are held against: fused multiply-adds from registers
 * and sequential reads of memory, by all of OpenMP's threads. For one benchmark program, hence
 * static. */
#ifndef GAL_BENCH_PEAK_H
#define GAL_BENCH_PEAK_H

#include <omp.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

static volatile float peak_sink = 0.5f; /* results go here, lest the compiler drops the work */

enum { PEAK_STEPS = 4000000, PEAK_CHAINS = 10 };

/* peak_NAME(seed): PEAK_STEPS steps of PEAK_CHAINS independent multiply-adds of `lanes` floats. */
#define PEAK_LOOP(name, isa, vec, lanes, splat, fma)                                               \
    isa static __attribute__((noinline)) float peak_##name(float seed) {                           \
        const vec f = splat(seed), t = splat(seed * 0.5f);                                         \
        vec a = splat(seed), b = splat(seed + 1), c = splat(seed + 2), d = splat(seed + 3);        \
        vec e = splat(seed + 4), g = splat(seed + 5), h = splat(seed + 6), i = splat(seed + 7);    \
        vec j = splat(seed + 8), k = splat(seed + 9);                                              \
        for (long n = 0; n < PEAK_STEPS; n++) {                                                    \
            a = fma(a, f, t), b = fma(b, f, t), c = fma(c, f, t), d = fma(d, f, t);                \
            e = fma(e, f, t), g = fma(g, f, t), h = fma(h, f, t), i = fma(i, f, t);                \
            j = fma(j, f, t), k = fma(k, f, t);                                                    \
        }                                                                                          \
        float out[10][lanes], sum = 0;                                                             \
        const vec all[10] = {a, b, c, d, e, g, h, i, j, k};                                        \
        memcpy(out, all, sizeof out);                                                              \
        for (int lane = 0; lane < 10 * lanes; lane++) sum += out[lane / lanes][lane % lanes];      \
        return sum;                                                                                \
    }

#define PEAK_SAME(x) (x)
#define PEAK_MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
PEAK_LOOP(plain, , float, 1, PEAK_SAME, PEAK_MULTIPLY_ADD)
#if defined(__x86_64__)
PEAK_LOOP(avx512, __attribute__((target("avx512f"))), __m512, 16, _mm512_set1_ps, _mm512_fmadd_ps)
PEAK_LOOP(avx2, __attribute__((target("avx2,fma"))), __m256, 8, _mm256_set1_ps, _mm256_fmadd_ps)
#endif

/* One run on the calling thread; returns the operations done. */
static double peak_run(void) {
    const float seed = peak_sink;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) {
        peak_sink = peak_avx512(seed);
        return 2.0 * PEAK_STEPS * PEAK_CHAINS * 16;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        peak_sink = peak_avx2(seed);
        return 2.0 * PEAK_STEPS * PEAK_CHAINS * 8;
    }
#endif
    peak_sink = peak_plain(seed);
    return 2.0 * PEAK_STEPS * PEAK_CHAINS;
}

/* Float operations in GFLOP/s, a multiply-add counting two; the best of `tries`. */
static double peak_gflops(int tries) {
    double best = 0;
    for (int t = 0; t < tries; t++) {
        double work = 0;
        const double start = omp_get_wtime();
#pragma omp parallel reduction(+ : work)
        work += peak_run();
        const double rate = work / (omp_get_wtime() - start) * 1e-9;
        if (rate > best) best = rate;
    }
    return best;
}

/* Reads of n floats (much more than the caches hold, aligned to 64 bytes) in GB/s, the best of
 * `tries`. */
static double peak_read_gbs(const float *data, long n, int tries) {
    typedef float vec __attribute__((vector_size(16), may_alias));
    double best = 0;
    for (int t = 0; t < tries; t++) {
        const double start = omp_get_wtime();
#pragma omp parallel
        {
            vec a = {0}, b = a, c = a, d = a;
#pragma omp for schedule(static)
            for (long i = 0; i < n / 16; i++) {
                const vec *line = (const vec *)(data + 16 * i);
                a += line[0], b += line[1], c += line[2], d += line[3];
            }
            a += b + c + d;
            peak_sink = a[0] + a[1] + a[2] + a[3];
        }
        const double rate = (double)n * 4e-9 / (omp_get_wtime() - start);
        if (rate > best) best = rate;
    }
    return best;
}

#endif
