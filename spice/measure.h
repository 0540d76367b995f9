/* Measurements on sampled waveforms, with straight lines between the samples.
 *
 * A waveform is value[0..n[ over ascending time[0..n[ (s; equal neighbours are a step). What
 * cannot be measured is NAN. O(n) each, no allocation.
 */
#ifndef GAL_SPICE_MEASURE_H
#define GAL_SPICE_MEASURE_H

#include "base/status.h"
#include <stdint.h>

typedef struct gal_wave {
    const double *time;  /* [n] s */
    const double *value; /* [n] V or A */
    int32_t n;
} gal_wave;

typedef enum gal_edge { GAL_EDGE_FALL = -1, GAL_EDGE_ANY = 0, GAL_EDGE_RISE = 1 } gal_edge;

/* When the wave first crosses `level` in the direction of `edge` at or after the time `after`. */
GAL_API double gal_measure_cross(gal_wave wave, double level, gal_edge edge, double after);

/* From `from`'s first crossing (of its level, along its edge, at or after `after`) to `to`'s last
 * crossing before `until`; levels are usually 50 % of the supply. Negative when `to` moves first:
 * hence the last crossing, which also waits for glitches to end. */
GAL_API double gal_measure_delay(gal_wave from, gal_edge from_edge, gal_wave to, gal_edge to_edge,
                                 double level, double after, double until);

/* Transition time between the levels `low` < `high` around the last crossing of their middle in
 * after..until: the wave leaves the first level for good, then first meets the second. */
GAL_API double gal_measure_transition(gal_wave wave, gal_edge edge, double low, double high,
                                      double after, double until);

/* Mean over from..to (from < to, inside the samples): a supply current's average, in A. */
GAL_API double gal_measure_average(gal_wave wave, double from, double to);

/* The value at a time inside the samples. O(log n). */
GAL_API double gal_measure_at(gal_wave wave, double time);

#endif
