/* Figures of merit of amplifiers, oscillators and supplies, from sampled responses and waveforms.
 *
 * Pure functions over the caller's arrays; what cannot be measured is NAN. Between frequency
 * samples the magnitude in dB and the phase are linear in log f, as in a Bode plot; between time
 * samples the value is linear in t. Phases are unwrapped from the lowest frequency on, so samples
 * must be closer than half a turn. O(n) each, no allocation.
 */
#ifndef GAL_SPICE_METRIC_H
#define GAL_SPICE_METRIC_H

#include "spice/measure.h"

typedef struct gal_response {
    const double *frequency;   /* [n] Hz, ascending, > 0 */
    const double *real, *imag; /* [n]; imag NULL: real */
    int32_t n;
} gal_response;

/* |H| in dB at the lowest frequency; at a frequency inside the samples. */
GAL_API double gal_metric_dc_gain(gal_response response);
GAL_API double gal_metric_gain_at(gal_response response, double frequency);
/* Phase in degrees at a frequency. Relative to 0 or 180 degrees, whichever is nearer to the phase
 * at the lowest frequency: an inverting amplifier counts like one that does not. */
GAL_API double gal_metric_phase_at(gal_response response, double frequency);
/* First frequency, in Hz, where |H| falls through `db`: 0 for the unity-gain frequency. */
GAL_API double gal_metric_fall(gal_response response, double db);
/* |H| 3.0103 dB below its value at the lowest frequency, in Hz. */
GAL_API double gal_metric_bandwidth(gal_response response);
/* Gain (as a ratio) at the lowest frequency times that bandwidth, in Hz. */
GAL_API double gal_metric_gain_bandwidth(gal_response response);
/* 180 degrees plus that phase at the unity-gain frequency. */
GAL_API double gal_metric_phase_margin(gal_response response);
/* -|H| in dB where that phase first passes -180 degrees. */
GAL_API double gal_metric_gain_margin(gal_response response);
/* Largest |H| in dB at the samples from..to (NAN: all). */
GAL_API double gal_metric_peak_gain(gal_response response, double from, double to);
/* 20 log10 |a / b| at `frequency` (NAN: the lowest). Same frequencies in both. */
GAL_API double gal_metric_ratio(gal_response a, gal_response b, double frequency);
/* Root of the integral of density^2 over from..to (NAN: all), trapezoids; density in V/sqrt(Hz)
 * gives V. */
GAL_API double gal_metric_noise(gal_wave density, double from, double to);
/* Density at a frequency, linear in log f. */
GAL_API double gal_metric_noise_at(gal_wave density, double frequency);

/* A step response: from the value at `from` (NAN: the first sample) to the value at `to` (NAN: the
 * last), which counts as settled. */
typedef struct gal_step {
    double from, to; /* s */
} gal_step;

/* 0.8 |step| over the time between its first 10 % and first 90 % crossing, in V/s. */
GAL_API double gal_metric_slew(gal_wave wave, gal_step step);
/* s from `from` until the wave stays within tol |step| of its final value. */
GAL_API double gal_metric_settle(gal_wave wave, gal_step step, double tol);
/* How far the wave goes beyond its final value, in % of the step; >= 0. */
GAL_API double gal_metric_overshoot(gal_wave wave, gal_step step);
/* Hz from the rising crossings of the middle between minimum and maximum in from..to (NAN: the
 * second half of the samples). NAN with fewer than 3, when the swing is below a tenth of `least`
 * volts, and for an oscillation that dies: its last period is below a tenth of the largest, or two
 * periods pass without one. */
GAL_API double gal_metric_frequency(gal_wave wave, double from, double to, double least);
GAL_API double gal_metric_extreme(gal_wave wave, double from, double to, int sign);
/* Slope of the straight line from the first to the last sample. */
GAL_API double gal_metric_slope(gal_wave wave);
/* The steepest |slope| between neighbouring samples. */
GAL_API double gal_metric_steepest(gal_wave wave);
/* |value| between the first and the last interval that is steeper than `part` of that. */
GAL_API double gal_metric_swing(gal_wave wave, double part);

#endif
