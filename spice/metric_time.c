/* Transients and transfer curves. */
#include "spice/metric.h"

#include <math.h>

/* A step's ends: values and times. */
typedef struct span {
    double from, to;  /* s */
    double low, step; /* value at `from`, signed height */
} span;

static span span_of(gal_wave wave, gal_step step) {
    span s = {step.from, step.to, NAN, NAN};
    if (wave.n < 2) return s;
    if (isnan(s.from)) s.from = wave.time[0];
    if (isnan(s.to)) s.to = wave.time[wave.n - 1];
    s.low = gal_measure_at(wave, s.from);
    s.step = s.from < s.to ? gal_measure_at(wave, s.to) - s.low : NAN;
    return s;
}

double gal_metric_slew(gal_wave wave, gal_step step) {
    const span s = span_of(wave, step);
    if (!(fabs(s.step) > 0)) return NAN;
    const gal_edge edge = s.step > 0 ? GAL_EDGE_RISE : GAL_EDGE_FALL;
    const double a = gal_measure_cross(wave, s.low + 0.1 * s.step, edge, s.from);
    const double b = gal_measure_cross(wave, s.low + 0.9 * s.step, edge, a);
    return b <= s.to && b > a ? 0.8 * fabs(s.step) / (b - a) : NAN;
}

double gal_metric_settle(gal_wave wave, gal_step step, double tol) {
    const span s = span_of(wave, step);
    if (!(fabs(s.step) > 0) || !(tol > 0)) return NAN;
    const double last = s.low + s.step, band = tol * fabs(s.step);
    for (int32_t i = wave.n - 1; i > 0; i--) {
        const double a = wave.value[i - 1] - last, b = wave.value[i] - last;
        if (wave.time[i - 1] >= s.to || fabs(a) <= band) continue;
        if (wave.time[i] <= s.from) break;
        const double edge = a > 0 ? band : -band; /* the segment enters the band here */
        if (fabs(b) > band) return NAN;           /* outside at the end of the window */
        const double t =
            wave.time[i - 1] + (wave.time[i] - wave.time[i - 1]) * (a - edge) / (a - b);
        return t > s.from ? t - s.from : 0;
    }
    return 0;
}

double gal_metric_overshoot(gal_wave wave, gal_step step) {
    const span s = span_of(wave, step);
    if (!(fabs(s.step) > 0)) return NAN;
    double beyond = 0;
    for (int32_t i = 0; i < wave.n; i++) {
        if (wave.time[i] < s.from || wave.time[i] > s.to) continue;
        const double part = (wave.value[i] - s.low) / s.step - 1;
        if (part > beyond) beyond = part;
    }
    return 100 * beyond;
}

double gal_metric_extreme(gal_wave wave, double from, double to, int sign) {
    double best = NAN;
    for (int32_t i = 0; i < wave.n; i++) {
        if (wave.time[i] < from || wave.time[i] > to) continue; /* false with NAN */
        if (isnan(best) || sign * wave.value[i] > sign * best) best = wave.value[i];
    }
    return best;
}

double gal_metric_frequency(gal_wave wave, double from, double to, double least) {
    if (wave.n < 3) return NAN;
    if (isnan(from)) from = 0.5 * (wave.time[0] + wave.time[wave.n - 1]);
    if (isnan(to)) to = wave.time[wave.n - 1];
    const double high = gal_metric_extreme(wave, from, to, 1);
    const double low = gal_metric_extreme(wave, from, to, -1), middle = 0.5 * (high + low);
    if (!(high - low > 0.1 * least)) return NAN;
    double first = NAN, before = NAN, last = NAN;
    int32_t n = 0;
    for (int32_t i = 1; i < wave.n; i++) {
        const double a = wave.value[i - 1], b = wave.value[i];
        if (!(a < middle && b >= middle)) continue;
        const double t =
            wave.time[i - 1] + (wave.time[i] - wave.time[i - 1]) * ((middle - a) / (b - a));
        if (t < from || t > to) continue;
        if (n++ == 0) first = t;
        before = last;
        last = t;
    }
    if (n < 3) return NAN;
    const double swing =
        gal_metric_extreme(wave, before, last, 1) - gal_metric_extreme(wave, before, last, -1);
    const double period = (last - first) / (n - 1);
    return swing > 0.1 * (high - low) && to - last < 2 * period ? 1 / period : NAN;
}

double gal_metric_slope(gal_wave wave) {
    const int32_t last = wave.n - 1;
    if (wave.n < 2 || wave.time[last] == wave.time[0]) return NAN;
    return (wave.value[last] - wave.value[0]) / (wave.time[last] - wave.time[0]);
}

/* |slope| between samples i and i + 1. */
static double steepness(gal_wave wave, int32_t i) {
    return fabs((wave.value[i + 1] - wave.value[i]) / (wave.time[i + 1] - wave.time[i]));
}

double gal_metric_steepest(gal_wave wave) {
    double most = NAN;
    for (int32_t i = 0; i + 1 < wave.n; i++) most = fmax(most, steepness(wave, i));
    return most;
}

double gal_metric_swing(gal_wave wave, double part) {
    const double least = part * gal_metric_steepest(wave);
    int32_t first = -1, last = -1;
    for (int32_t i = 0; i + 1 < wave.n; i++) {
        if (!(steepness(wave, i) >= least)) continue;
        if (first < 0) first = i;
        last = i + 1;
    }
    return first < 0 ? NAN : fabs(wave.value[last] - wave.value[first]);
}
