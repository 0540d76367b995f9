/* Element by element: exponentials by polynomial, activations and their derivatives, bias. */

#define EXP_LOW (-87.33654f)

/* exp(x) = 2^n exp(r), |r| <= ln 2 / 2, a polynomial of degree 6 (relative error 2e-7); x counts
 * as within EXP_LOW..88.37626. */
INLINE vec vec_exp_limited(vec x) {
    x = least(splat(88.37626f), greatest(splat(EXP_LOW), x));
    const vec magic = splat(12582912.0f); /* 1.5 * 2^23: adding it rounds to an integer */
    const vec shifted = x * 1.44269504f + magic, n = shifted - magic;
    const vec r = x - n * 0.693359375f + n * 2.12194440e-4f;
    vec p = splat(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    const vec_bits power = ((vec_bits)shifted - (vec_bits)magic + 127) << 23;
    return p * (vec)power;
}

INLINE vec vec_exp(vec x) {
    return choose((vec_bits)(x < splat(EXP_LOW)), (vec){0}, vec_exp_limited(x));
}

INLINE vec vec_sigmoid(vec x) {
    return 1.0f / (1.0f + vec_exp_limited(-x));
}

/* tanh: odd polynomial near 0, where 1 - 2 / (exp(2x) + 1) would cancel. */
INLINE vec vec_tanh(vec x) {
    const vec s = x * x;
    vec p = splat(-5.70498872745e-3f);
    p = p * s + 2.06390887954e-2f;
    p = p * s - 5.37397155531e-2f;
    p = p * s + 1.33314422036e-1f;
    p = p * s - 3.33332819422e-1f;
    return choose((vec_bits)(s < splat(0.390625f)), p * s * x + x,
                  1.0f - 2.0f / (vec_exp(2.0f * x) + 1.0f));
}

/* SiLU and GELU are x sigmoid(u(x)): u = x, or the tanh form of GELU. */
INLINE vec gate(gal_act act, vec x) {
    return act == GAL_ACT_SILU ? x : 1.59576912f * x * (1.0f + 0.044715f * x * x);
}

INLINE vec gate_slope(gal_act act, vec x) {
    return act == GAL_ACT_SILU ? splat(1) : 1.59576912f * (1.0f + 0.134145f * x * x);
}

INLINE vec act_value(const gal_act act, vec x) {
    switch (act) {
    case GAL_ACT_RELU:
        return choose((vec_bits)(x <= (vec){0}), (vec){0}, x);
    case GAL_ACT_TANH:
        return vec_tanh(x);
    case GAL_ACT_SIGMOID:
        return vec_sigmoid(x);
    case GAL_ACT_SILU:
    case GAL_ACT_GELU:
        return x / (1.0f + vec_exp_limited(-gate(act, x)));
    default:
        return x;
    }
}

/* act'(x), `in` being x for SILU and GELU, else act(x). */
INLINE vec act_slope(const gal_act act, vec in) {
    switch (act) {
    case GAL_ACT_RELU:
        return choose((vec_bits)(in > (vec){0}), splat(1), (vec){0});
    case GAL_ACT_TANH:
        return 1.0f - in * in;
    case GAL_ACT_SIGMOID:
        return in * (1.0f - in);
    case GAL_ACT_SILU:
    case GAL_ACT_GELU: {
        const vec s = vec_sigmoid(gate(act, in));
        return s + in * s * (1.0f - s) * gate_slope(act, in);
    }
    default:
        return splat(1);
    }
}

/* One row of finish(); act is a constant after inlining. */
INLINE void finish_row(const gal_act act, float *y, const float *z, int64_t n, const float *bias,
                       const int around) {
    int64_t j = 0;
    for (; j + LANES <= n; j += LANES) {
        const vec v = act_value(act, bias ? load(z + j) + load(bias + j) : load(z + j));
        if (around) stream(y + j, v);
        else store(y + j, v);
    }
    if (j == n) return;
    vec v = load_part(z + j, n - j);
    if (bias) v += load_part(bias + j, n - j);
    store_part(y + j, act_value(act, v), n - j);
}

INLINE void finish_rows(const gal_act act, float *y, int64_t ldy, const float *z, int64_t ldz,
                        int64_t m, int64_t n, const float *bias, const int around) {
    for (int64_t i = 0; i < m; i++) finish_row(act, y + i * ldy, z + i * ldz, n, bias, around);
}

/* Expands to a switch that makes `act` a constant in call(act). */
#define EACH_ACT(act, call)                                                                        \
    switch (act) {                                                                                 \
    case GAL_ACT_RELU:                                                                             \
        call(GAL_ACT_RELU);                                                                        \
        break;                                                                                     \
    case GAL_ACT_TANH:                                                                             \
        call(GAL_ACT_TANH);                                                                        \
        break;                                                                                     \
    case GAL_ACT_SIGMOID:                                                                          \
        call(GAL_ACT_SIGMOID);                                                                     \
        break;                                                                                     \
    case GAL_ACT_SILU:                                                                             \
        call(GAL_ACT_SILU);                                                                        \
        break;                                                                                     \
    case GAL_ACT_GELU:                                                                             \
        call(GAL_ACT_GELU);                                                                        \
        break;                                                                                     \
    default:                                                                                       \
        call(GAL_ACT_NONE);                                                                        \
    }

static void finish(float *y, int64_t ldy, const float *z, int64_t ldz, int64_t m, int64_t n,
                   const float *bias, gal_act act, int around) {
    if ((uintptr_t)y % sizeof(vec) || ldy % LANES) around = 0;
#define FINISH(act)                                                                                \
    if (around) finish_rows(act, y, ldy, z, ldz, m, n, bias, 1);                                   \
    else finish_rows(act, y, ldy, z, ldz, m, n, bias, 0)
    EACH_ACT(act, FINISH)
#undef FINISH
    if (around) stream_end();
}

INLINE void slope_values(const gal_act act, float *dx, const float *in, const float *dy,
                         int64_t n) {
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) store(dx + i, load(dy + i) * act_slope(act, load(in + i)));
    if (i == n) return;
    const vec slope = act_slope(act, load_part(in + i, n - i));
    store_part(dx + i, load_part(dy + i, n - i) * slope, n - i);
}

static void act_backward(float *dx, gal_act act, const float *x, const float *y, const float *dy,
                         int64_t n) {
    const float *in = act == GAL_ACT_SILU || act == GAL_ACT_GELU ? x : y;
    if (act == GAL_ACT_NONE) {
        memmove(dx, dy, (size_t)n * sizeof(float));
        return;
    }
#define SLOPE(act) slope_values(act, dx, in, dy, n)
    EACH_ACT(act, SLOPE)
#undef SLOPE
}

static void col_sum(float *sum, const float *x, int64_t ldx, int64_t m, int64_t n) {
    for (int64_t i = 0; i < m; i++, x += ldx) {
        int64_t j = 0;
        for (; j + LANES <= n; j += LANES) store(sum + j, load(sum + j) + load(x + j));
        for (; j < n; j++) sum[j] += x[j];
    }
}

static void exponential(float *y, const float *x, int64_t n) {
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) store(y + i, vec_exp(load(x + i)));
    if (i < n) store_part(y + i, vec_exp(load_part(x + i, n - i)), n - i);
}
