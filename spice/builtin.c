#include "spice/builtin.h"

#include "base/text.h"
#include "spice/metric.h"
#include <math.h>

static double key_of(const gal_builtin_input *in, gal_builtin_key key, double otherwise) {
    return isnan(in->key[key]) ? otherwise : in->key[key];
}

static gal_response response_of(const gal_builtin_input *in, int k) {
    return (gal_response){in->axis, in->operand[k].real, in->operand[k].imag, in->n};
}

static gal_wave wave_of(const gal_builtin_input *in, int k) {
    return (gal_wave){in->axis, in->operand[k].real, in->n};
}

static gal_step step_of(const gal_builtin_input *in) {
    return (gal_step){in->key[GAL_KEY_FROM], in->key[GAL_KEY_TO]};
}

/* Mean over from..to of a transient, the value of an operating point. */
static double mean_of(const gal_builtin_input *in, const double *value) {
    if (!in->axis) return value[0];
    const gal_wave wave = {in->axis, value, in->n};
    return gal_measure_average(wave, key_of(in, GAL_KEY_FROM, in->axis[0]),
                               key_of(in, GAL_KEY_TO, in->axis[in->n - 1]));
}

/* Mean of the product of two signals, exact at the samples, straight in between. */
static double mean_product(const gal_builtin_input *in, const double *a, const double *b) {
    if (!in->axis) return a[0] * b[0];
    const double from = key_of(in, GAL_KEY_FROM, in->axis[0]);
    const double to = key_of(in, GAL_KEY_TO, in->axis[in->n - 1]);
    double area = 0, width = 0;
    for (int32_t i = 1; i < in->n; i++) {
        const double t = in->axis[i - 1], dt = in->axis[i] - t;
        if (t < from || in->axis[i] > to) continue;
        area += 0.5 * (a[i - 1] * b[i - 1] + a[i] * b[i]) * dt;
        width += dt;
    }
    return width > 0 ? area / width : NAN;
}

static double dcgain(const gal_builtin_input *in) {
    return gal_metric_dc_gain(response_of(in, 0));
}
static double dcmag(const gal_builtin_input *in) {
    return pow(10, dcgain(in) / 20);
}
static double peakgain(const gal_builtin_input *in) {
    return gal_metric_peak_gain(response_of(in, 0), in->key[GAL_KEY_FROM], in->key[GAL_KEY_TO]);
}
static double gain(const gal_builtin_input *in) {
    return gal_metric_gain_at(response_of(in, 0), in->key[GAL_KEY_AT]);
}
static double phase(const gal_builtin_input *in) {
    return gal_metric_phase_at(response_of(in, 0), in->key[GAL_KEY_AT]);
}
static double ugf(const gal_builtin_input *in) {
    return gal_metric_fall(response_of(in, 0), 0);
}
static double gbw(const gal_builtin_input *in) {
    return gal_metric_gain_bandwidth(response_of(in, 0));
}
static double bw3db(const gal_builtin_input *in) {
    return gal_metric_bandwidth(response_of(in, 0));
}
static double pm(const gal_builtin_input *in) {
    return gal_metric_phase_margin(response_of(in, 0));
}
static double gm(const gal_builtin_input *in) {
    return gal_metric_gain_margin(response_of(in, 0));
}
static double rejection(const gal_builtin_input *in) {
    return gal_metric_ratio(response_of(in, 0), response_of(in, 1), in->key[GAL_KEY_AT]);
}
static double noise(const gal_builtin_input *in) {
    return gal_metric_noise(wave_of(in, 0), in->key[GAL_KEY_FROM], in->key[GAL_KEY_TO]);
}
static double noise_at(const gal_builtin_input *in) {
    return gal_metric_noise_at(wave_of(in, 0), in->key[GAL_KEY_AT]);
}
static double slew(const gal_builtin_input *in) {
    return gal_metric_slew(wave_of(in, 0), step_of(in));
}
static double settle(const gal_builtin_input *in) {
    return gal_metric_settle(wave_of(in, 0), step_of(in), key_of(in, GAL_KEY_TOL, 0.01));
}
static double overshoot(const gal_builtin_input *in) {
    return gal_metric_overshoot(wave_of(in, 0), step_of(in));
}

static double middle_of(gal_wave wave) {
    return 0.5 * (gal_metric_extreme(wave, -HUGE_VAL, HUGE_VAL, 1) +
                  gal_metric_extreme(wave, -HUGE_VAL, HUGE_VAL, -1));
}

static double delay(const gal_builtin_input *in) {
    const gal_wave a = wave_of(in, 0), b = wave_of(in, 1);
    const gal_edge edge = (gal_edge)key_of(in, GAL_KEY_EDGE, GAL_EDGE_ANY);
    const double start = gal_measure_cross(a, key_of(in, GAL_KEY_LEVEL, middle_of(a)), GAL_EDGE_ANY,
                                           key_of(in, GAL_KEY_FROM, 0));
    return gal_measure_cross(b, key_of(in, GAL_KEY_LEVEL, middle_of(b)), edge, start) - start;
}

static double fosc(const gal_builtin_input *in) {
    return gal_metric_frequency(wave_of(in, 0), in->key[GAL_KEY_FROM], in->key[GAL_KEY_TO],
                                key_of(in, GAL_KEY_LEVEL, 0.1));
}
static double average(const gal_builtin_input *in) {
    return mean_of(in, in->operand[0].real);
}
static double rms(const gal_builtin_input *in) {
    return sqrt(mean_product(in, in->operand[0].real, in->operand[0].real));
}

static double extreme(const gal_builtin_input *in, int sign) {
    return gal_metric_extreme(wave_of(in, 0), key_of(in, GAL_KEY_FROM, -HUGE_VAL),
                              key_of(in, GAL_KEY_TO, HUGE_VAL), sign);
}
static double maximum(const gal_builtin_input *in) {
    return extreme(in, 1);
}
static double minimum(const gal_builtin_input *in) {
    return extreme(in, -1);
}
static double peak_to_peak(const gal_builtin_input *in) {
    return extreme(in, 1) - extreme(in, -1);
}
static double value_at(const gal_builtin_input *in) {
    return gal_measure_at(wave_of(in, 0), in->key[GAL_KEY_AT]);
}
static double regulation(const gal_builtin_input *in) {
    return fabs(gal_metric_slope(wave_of(in, 0)));
}
static double slope(const gal_builtin_input *in) {
    return gal_metric_slope(wave_of(in, 0));
}
static double maxslope(const gal_builtin_input *in) {
    return gal_metric_steepest(wave_of(in, 0));
}
static double swing(const gal_builtin_input *in) {
    return gal_metric_swing(wave_of(in, 0), key_of(in, GAL_KEY_LEVEL, sqrt(0.5)));
}
static double voltage(const gal_builtin_input *in) {
    return in->operand[0].real[0];
}
static double offset(const gal_builtin_input *in) {
    return in->operand[0].real[0] - (in->n_operand > 1 ? in->operand[1].real[0] : 0);
}
static double current(const gal_builtin_input *in) {
    return fabs(mean_of(in, in->operand[0].current));
}

/* A source's current flows into its positive pin: what it delivers is -v i. */
static double power(const gal_builtin_input *in) {
    double sum = 0;
    for (int32_t k = 0; k < in->n_operand; k++)
        sum -= mean_product(in, in->operand[k].real, in->operand[k].current);
    return sum;
}

static double efficiency(const gal_builtin_input *in) {
    const double taken = -mean_product(in, in->operand[0].real, in->operand[0].current);
    const double given = mean_product(in, in->operand[1].real, in->operand[2].current);
    return taken > 0 ? 100 * fabs(given) / taken : NAN;
}

#define OP GAL_ANALYSIS_OP
#define AC GAL_ANALYSIS_AC
#define NOISE GAL_ANALYSIS_NOISE
#define DC GAL_ANALYSIS_DC
#define TRAN GAL_ANALYSIS_TRAN

static const gal_builtin table[] = {
    {"dcgain", "n", "dB", AC, dcgain, "20 log10 |H| at the lowest frequency of the .ac"},
    {"dcmag", "n", "V/V", AC, dcmag, "|H| at the lowest frequency, as a ratio"},
    {"peakgain", "n", "dB", AC, peakgain, "largest 20 log10 |H|, from= to to= or all of the .ac"},
    {"gain", "n", "dB", AC, gain, "20 log10 |H| at at="},
    {"phase", "n", "deg", AC, phase,
     "arg H at at=, from 0 or 180, whichever is nearer at the lowest frequency"},
    {"ugf", "n", "Hz", AC, ugf, "first frequency where |H| falls through 1"},
    {"gbw", "n", "Hz", AC, gbw, "|H| at the lowest frequency (ratio) times bw3db"},
    {"bw3db", "n", "Hz", AC, bw3db, "first frequency where |H| is 3.01 dB below dcgain"},
    {"pm", "n", "deg", AC, pm, "180 + phase at ugf"},
    {"gm", "n", "dB", AC, gm, "-20 log10 |H| where the phase first passes -180"},
    {"psrr", "nx", "dB", AC, rejection,
     "|H| over |v(node)| when the supply alone has AC 1; at at= or the lowest frequency"},
    {"cmrr", "nx", "dB", AC, rejection,
     "|H| over |v(node)| when the common-mode source alone has AC 1; as psrr"},
    {"onoise", "o", "V", NOISE, noise, "rms output noise, from= to to= or all of the .noise"},
    {"inoise", "i", "V", NOISE, noise, "rms input-referred noise, from= to to= or all"},
    {"onoise_at", "o", "V/sqrt(Hz)", NOISE, noise_at, "output noise density at at="},
    {"inoise_at", "i", "V/sqrt(Hz)", NOISE, noise_at, "input-referred noise density at at="},
    {"v", "n", "V", OP, voltage, "operating-point voltage"},
    {"current", "c", "A", OP, current, "|current| of a voltage source"},
    {"power", "s*", "W", OP, power,
     "sum of -v i of the voltage sources named, of all when none is named"},
    {"offset", "nn?", "V", OP, offset, "v(first) - v(second)"},
    {"efficiency", "snc", "%", OP, efficiency,
     "100 v(node) |i(sense)| over the power of the supply: (supply, node, sense)"},
    {"slew", "n", "V/s", TRAN, slew, "0.8 |step| over the time from 10 % to 90 % of the step"},
    {"settle", "n", "s", TRAN, settle,
     "from from= until v stays within tol= (0.01) of the step around its last value"},
    {"overshoot", "n", "%", TRAN, overshoot, "excursion beyond the last value, of the step"},
    {"delay", "nn", "s", TRAN, delay,
     "from first's crossing of level= (its middle) after from= to second's next, along edge="},
    {"fosc", "n", "Hz", TRAN, fosc,
     "periods per time, of rising crossings of the middle, from= (half time) to to= (end)"},
    {"avg", "n", "V", TRAN, average, "mean, from= to to="},
    {"rms", "n", "V", TRAN, rms, "root mean square, from= to to="},
    {"max", "n", "V", TRAN, maximum, "maximum, from= to to="},
    {"min", "n", "V", TRAN, minimum, "minimum, from= to to="},
    {"pp", "n", "V", TRAN, peak_to_peak, "maximum - minimum, from= to to="},
    {"at", "n", "V", TRAN, value_at, "v at at="},
    {"avgcurrent", "c", "A", TRAN, current, "|mean current| of a voltage source, from= to to="},
    {"avgpower", "s*", "W", TRAN, power, "as power, mean from= to to="},
    {"avgefficiency", "snc", "%", TRAN, efficiency, "as efficiency, of means from= to to="},
    {"linereg", "n", "V/V", DC, regulation, "|dv / dsource| over the .dc sweep of the supply"},
    {"loadreg", "n", "V/A", DC, regulation, "|dv / dsource| over the .dc sweep of the load"},
    {"slope", "n", "V/V", DC, slope, "dv / dsource over the .dc sweep, signed"},
    {"maxslope", "n", "V/V", DC, maxslope, "steepest |dv / dsource| between points of the .dc"},
    {"swing", "n", "V", DC, swing,
     "range of v over which |dv / dsource| is level= (0.707) of maxslope or more"},
};
enum { N_BUILTIN = sizeof table / sizeof *table };

const gal_builtin *gal_builtin_at(int32_t i) {
    return i >= 0 && i < N_BUILTIN ? &table[i] : 0;
}

const gal_builtin *gal_builtin_find(const char *name) {
    for (int32_t i = 0; i < N_BUILTIN; i++)
        if (gal_text_equal_nocase(table[i].name, name)) return &table[i];
    return 0;
}

const char *gal_builtin_key_name(gal_builtin_key key) {
    static const char *const name[] = {"at", "from", "to", "tol", "level", "edge", "run"};
    return key < GAL_BUILTIN_KEYS ? name[key] : 0;
}

const char *gal_analysis_name(gal_analysis kind) {
    static const char *const name[] = {"op", "ac", "noise", "dc", "tran"};
    return name[kind];
}
