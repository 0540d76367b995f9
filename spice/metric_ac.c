/* Frequency responses and noise densities. */
#include "spice/metric.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

static double decibel(gal_response h, int32_t i) {
    return 20 * log10(h.imag ? hypot(h.real[i], h.imag[i]) : fabs(h.real[i]));
}

static double angle(gal_response h, int32_t i) {
    return atan2(h.imag ? h.imag[i] : 0, h.real[i]) * 180 / PI;
}

/* What phases are relative to. */
static double reference(gal_response h) {
    return 180 * nearbyint(angle(h, 0) / 180);
}

/* The phase of sample i from that of sample i - 1, within half a turn. */
static double unwrap(double before, double phase) {
    return phase - 360 * floor((phase - before + 180) / 360);
}

/* Where `x` lies between samples i - 1 and i on the logarithmic axis, 0..1. */
static double part_of(const double *axis, int32_t i, double x) {
    const double width = log(axis[i] / axis[i - 1]);
    return width > 0 ? log(x / axis[i - 1]) / width : 1;
}

/* First sample at or above x, at least 1; -1 when x lies outside. */
static int32_t sample_above(const double *axis, int32_t n, double x) {
    if (n < 2 || !(x >= axis[0] * (1 - 1e-9)) || !(x <= axis[n - 1] * (1 + 1e-9))) return -1;
    int32_t i = 1;
    while (i < n - 1 && axis[i] < x) i++;
    return i;
}

double gal_metric_dc_gain(gal_response h) {
    return h.n > 0 ? decibel(h, 0) : NAN;
}

double gal_metric_gain_at(gal_response h, double frequency) {
    const int32_t i = sample_above(h.frequency, h.n, frequency);
    if (i < 0) return NAN;
    const double a = decibel(h, i - 1), b = decibel(h, i);
    return a + part_of(h.frequency, i, frequency) * (b - a);
}

double gal_metric_phase_at(gal_response h, double frequency) {
    const int32_t i = sample_above(h.frequency, h.n, frequency);
    if (i < 0) return NAN;
    double before = angle(h, 0), phase = before;
    for (int32_t k = 1; k <= i; k++) {
        before = phase;
        phase = unwrap(before, angle(h, k));
    }
    return before + part_of(h.frequency, i, frequency) * (phase - before) - reference(h);
}

double gal_metric_fall(gal_response h, double db) {
    for (int32_t i = 1; i < h.n; i++) {
        const double a = decibel(h, i - 1), b = decibel(h, i);
        if (!(a >= db && b < db)) continue;
        return h.frequency[i - 1] * pow(h.frequency[i] / h.frequency[i - 1], (a - db) / (a - b));
    }
    return NAN;
}

double gal_metric_bandwidth(gal_response h) {
    return gal_metric_fall(h, gal_metric_dc_gain(h) - 10 * log10(2));
}

double gal_metric_gain_bandwidth(gal_response h) {
    return pow(10, gal_metric_dc_gain(h) / 20) * gal_metric_bandwidth(h);
}

double gal_metric_phase_margin(gal_response h) {
    return 180 + gal_metric_phase_at(h, gal_metric_fall(h, 0));
}

double gal_metric_gain_margin(gal_response h) {
    if (h.n < 2) return NAN;
    const double first = reference(h);
    double before = angle(h, 0);
    for (int32_t i = 1; i < h.n; i++) {
        const double phase = unwrap(before, angle(h, i));
        const double a = before - first + 180, b = phase - first + 180;
        if (a > 0 && b <= 0) {
            const double from = decibel(h, i - 1);
            return -(from + a / (a - b) * (decibel(h, i) - from));
        }
        before = phase;
    }
    return NAN;
}

double gal_metric_peak_gain(gal_response h, double from, double to) {
    double most = NAN;
    for (int32_t i = 0; i < h.n; i++)
        if (!(h.frequency[i] < from * (1 - 1e-9)) && !(h.frequency[i] > to * (1 + 1e-9)))
            most = fmax(most, decibel(h, i));
    return most;
}

double gal_metric_ratio(gal_response a, gal_response b, double frequency) {
    if (isnan(frequency)) return gal_metric_dc_gain(a) - gal_metric_dc_gain(b);
    return gal_metric_gain_at(a, frequency) - gal_metric_gain_at(b, frequency);
}

double gal_metric_noise_at(gal_wave density, double frequency) {
    const int32_t i = sample_above(density.time, density.n, frequency);
    if (i < 0) return NAN;
    const double *v = density.value;
    return v[i - 1] + part_of(density.time, i, frequency) * (v[i] - v[i - 1]);
}

double gal_metric_noise(gal_wave density, double from, double to) {
    if (density.n < 2) return NAN;
    if (isnan(from)) from = density.time[0];
    if (isnan(to)) to = density.time[density.n - 1];
    double f = from, v = gal_metric_noise_at(density, from), power = 0;
    const double last = gal_metric_noise_at(density, to);
    if (isnan(v) || isnan(last) || !(from < to)) return NAN;
    for (int32_t i = 0; i < density.n; i++) {
        const double next = density.time[i], w = density.value[i];
        if (next <= from || next >= to) continue;
        power += 0.5 * (v * v + w * w) * (next - f);
        f = next;
        v = w;
    }
    power += 0.5 * (v * v + last * last) * (to - f);
    return sqrt(power);
}
