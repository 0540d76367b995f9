#include "spice/measure.h"

#include <math.h>

/* Time at which segment i (samples i and i + 1) crosses `level` along `edge`; NAN if it does not.
 * A segment owns its end but not its start, so that a crossing at a sample counts once. */
static double segment_cross(gal_wave wave, int32_t i, double level, gal_edge edge) {
    const double a = wave.value[i], b = wave.value[i + 1];
    const int rises = a < level && b >= level, falls = a > level && b <= level;
    if (!(rises && edge != GAL_EDGE_FALL) && !(falls && edge != GAL_EDGE_RISE)) return NAN;
    return wave.time[i] + (wave.time[i + 1] - wave.time[i]) * ((level - a) / (b - a));
}

double gal_measure_cross(gal_wave wave, double level, gal_edge edge, double after) {
    for (int32_t i = 0; i + 1 < wave.n; i++) {
        if (wave.time[i + 1] < after) continue;
        const double t = segment_cross(wave, i, level, edge);
        if (t >= after) return t;
    }
    return NAN;
}

/* The last crossing in after..until. */
static double last_cross(gal_wave wave, double level, gal_edge edge, double after, double until) {
    for (int32_t i = wave.n - 2; i >= 0; i--) {
        if (wave.time[i] > until) continue;
        if (wave.time[i + 1] < after) break;
        const double t = segment_cross(wave, i, level, edge);
        if (t >= after && t <= until) return t;
    }
    return NAN;
}

double gal_measure_delay(gal_wave from, gal_edge from_edge, gal_wave to, gal_edge to_edge,
                         double level, double after, double until) {
    return last_cross(to, level, to_edge, after, until) -
           gal_measure_cross(from, level, from_edge, after);
}

double gal_measure_transition(gal_wave wave, gal_edge edge, double low, double high, double after,
                              double until) {
    const double first = edge == GAL_EDGE_FALL ? high : low;
    const double second = edge == GAL_EDGE_FALL ? low : high;
    const double middle = last_cross(wave, 0.5 * (low + high), edge, after, until);
    if (isnan(middle)) return NAN;
    const double end = gal_measure_cross(wave, second, edge, middle);
    if (!(end <= until)) return NAN;
    return end - last_cross(wave, first, edge, after, middle);
}

/* First sample after `time`, at least 1; the segment before it holds the time. */
static int32_t upper_sample(gal_wave wave, double time) {
    int32_t low = 1, high = wave.n - 1;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (wave.time[middle] > time) high = middle;
        else low = middle + 1;
    }
    return low;
}

double gal_measure_at(gal_wave wave, double time) {
    if (wave.n < 2 || !(time >= wave.time[0]) || !(time <= wave.time[wave.n - 1])) return NAN;
    const int32_t i = upper_sample(wave, time);
    const double width = wave.time[i] - wave.time[i - 1];
    if (width <= 0) return wave.value[i];
    const double part = (time - wave.time[i - 1]) / width;
    return wave.value[i - 1] + part * (wave.value[i] - wave.value[i - 1]);
}

double gal_measure_average(gal_wave wave, double from, double to) {
    double t = from, v = gal_measure_at(wave, from), area = 0;
    const double last = gal_measure_at(wave, to);
    if (isnan(v) || isnan(last) || !(from < to)) return NAN;
    for (int32_t i = upper_sample(wave, from); i < wave.n && wave.time[i] < to; i++) {
        area += 0.5 * (v + wave.value[i]) * (wave.time[i] - t);
        t = wave.time[i];
        v = wave.value[i];
    }
    area += 0.5 * (v + last) * (to - t);
    return area / (to - from);
}
