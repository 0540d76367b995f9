#include "spice/sobol.h"

#include <assert.h>

enum { BITS = 32, MAX_DEGREE = 7 };

/* Degree s, coefficients a (bit k of a: x^k's, k = 1..s-1 from the top), m_1..m_s. */
static const struct {
    uint32_t s, a, m[MAX_DEGREE];
} row[GAL_SOBOL_DIMENSIONS - 1] = {
    {1, 0, {1}},
    {2, 1, {1, 3}},
    {3, 1, {1, 3, 1}},
    {3, 2, {1, 1, 1}},
    {4, 1, {1, 1, 3, 3}},
    {4, 4, {1, 3, 5, 13}},
    {5, 2, {1, 1, 5, 5, 17}},
    {5, 4, {1, 1, 5, 5, 5}},
    {5, 7, {1, 1, 7, 11, 19}},
    {5, 11, {1, 1, 5, 1, 1}},
    {5, 13, {1, 1, 1, 3, 11}},
    {5, 14, {1, 3, 5, 5, 31}},
    {6, 1, {1, 3, 3, 9, 7, 49}},
    {6, 13, {1, 1, 1, 15, 21, 21}},
    {6, 16, {1, 3, 1, 13, 27, 49}},
    {6, 19, {1, 1, 1, 15, 7, 5}},
    {6, 22, {1, 3, 1, 15, 13, 25}},
    {6, 25, {1, 1, 5, 5, 19, 61}},
    {7, 1, {1, 3, 7, 11, 23, 15, 103}},
    {7, 4, {1, 3, 7, 13, 13, 15, 69}},
};

static void directions(uint32_t v[BITS], int32_t dimension) {
    if (dimension == 0) {
        for (int i = 0; i < BITS; i++) v[i] = UINT32_C(1) << (31 - i);
        return;
    }
    const uint32_t s = row[dimension - 1].s, a = row[dimension - 1].a;
    for (uint32_t i = 0; i < s; i++) v[i] = row[dimension - 1].m[i] << (31 - i);
    for (uint32_t i = s; i < BITS; i++) {
        v[i] = v[i - s] ^ (v[i - s] >> s);
        for (uint32_t k = 1; k < s; k++)
            if ((a >> (s - 1 - k)) & 1) v[i] ^= v[i - k];
    }
}

double gal_sobol(int32_t dimension, uint32_t index) {
    uint32_t v[BITS], x = 0;
    assert(dimension >= 0 && dimension < GAL_SOBOL_DIMENSIONS);
    directions(v, dimension);
    const uint32_t gray = index ^ (index >> 1);
    for (int i = 0; i < BITS; i++)
        if ((gray >> i) & 1) x ^= v[i];
    return x / 4294967296.0;
}
