/* Measures against waveforms whose figures are known in closed form. */
#include "spice/builtin.h"
#include "spice/metric.h"

#include <complex.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const double PI = 3.14159265358979323846;

static void close_to(double value, double expected, double relative) {
    if (!(fabs(value - expected) <= relative * fabs(expected)))
        fail_msg("%.9g, expected %.9g", value, expected);
}

enum { N_F = 901 };
static double f[N_F], re[N_F], im[N_F];

/* a0 / ((1 + jf/p1)(1 + jf/p2)(1 + jf/p3)) from 1 Hz to 1 GHz, 100 per decade; p 0: no pole */
static gal_response amplifier(double a0, double p1, double p2, double p3) {
    for (int i = 0; i < N_F; i++) {
        f[i] = pow(10, i / 100.0);
        double complex h = a0;
        if (p1 > 0) h /= 1 + I * f[i] / p1;
        if (p2 > 0) h /= 1 + I * f[i] / p2;
        if (p3 > 0) h /= 1 + I * f[i] / p3;
        re[i] = creal(h);
        im[i] = cimag(h);
    }
    return (gal_response){f, re, im, N_F};
}

static void one_pole(void **state) {
    (void)state;
    const gal_response h = amplifier(-1000, 1e3, 0, 0); /* inverting: phases are relative */
    close_to(gal_metric_dc_gain(h), 60, 1e-5);
    close_to(gal_metric_bandwidth(h), 1e3, 1e-4);
    close_to(gal_metric_gain_bandwidth(h), 1e6, 1e-4);
    close_to(gal_metric_fall(h, 0), 1e3 * sqrt(1e6 - 1), 1e-4);
    close_to(gal_metric_phase_margin(h), 180 - atan(sqrt(1e6 - 1)) * 180 / PI, 1e-4);
    close_to(gal_metric_gain_at(h, 1e3), 60 - 10 * log10(2), 1e-5);
    close_to(gal_metric_phase_at(h, 1e3), -45, 2e-3);
    assert_true(isnan(gal_metric_gain_margin(h)));
    assert_true(isnan(gal_metric_gain_at(h, 1e12)));
}

static void three_poles(void **state) {
    (void)state;
    /* Three equal poles p: the phase is -180 at p sqrt(3), where |H| = a0 / 8. */
    const gal_response h = amplifier(4, 1e5, 1e5, 1e5);
    close_to(gal_metric_gain_margin(h), 20 * log10(2), 1e-3);
    const double x = sqrt(pow(4, 2.0 / 3) - 1);
    close_to(gal_metric_fall(h, 0), 1e5 * x, 1e-4);
    close_to(gal_metric_phase_margin(h), 180 - 3 * atan(x) * 180 / PI, 1e-3);
}

static void ratios_and_flat_responses(void **state) {
    (void)state;
    const gal_response h = amplifier(0.5, 0, 0, 0);
    assert_true(isnan(gal_metric_fall(h, 0)));
    assert_true(isnan(gal_metric_phase_margin(h)));
    static double other[N_F];
    for (int i = 0; i < N_F; i++) other[i] = 0.005;
    const gal_response g = {f, other, NULL, N_F};
    close_to(gal_metric_ratio(h, g, NAN), 40, 1e-9);
    close_to(gal_metric_ratio(h, g, 12345), 40, 1e-9);
}

static void noise_integrates_density_squared(void **state) {
    (void)state;
    static double density[N_F];
    amplifier(1, 0, 0, 0);
    for (int i = 0; i < N_F; i++) density[i] = 1e-8 / sqrt(1 + f[i] * f[i] / 1e10);
    const gal_wave wave = {f, density, N_F};
    /* integral of 1e-16 / (1 + (f/fc)^2) is 1e-16 fc atan(f/fc) */
    close_to(gal_metric_noise(wave, NAN, NAN), sqrt(1e-16 * 1e5 * (atan(1e4) - atan(1e-5))), 1e-3);
    close_to(gal_metric_noise(wave, 1e4, 1e5), sqrt(1e-16 * 1e5 * (atan(1) - atan(0.1))), 1e-3);
    close_to(gal_metric_noise_at(wave, 1e5), 1e-8 / sqrt(2), 1e-4);
    assert_true(isnan(gal_metric_noise(wave, 1e5, 1e4)));
    assert_true(isnan(gal_metric_noise(wave, 1, 1e12)));
}

enum { N_T = 20001 };
static double t[N_T], v[N_T];

static void first_order_step(void **state) {
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        for (int i = 0; i < N_T; i++) {
            t[i] = i * 1e-9;
            v[i] = t[i] < 1e-6 ? 0.2 : 0.2 + sign * (1 - exp(-(t[i] - 1e-6) / 1e-6));
        }
        const gal_wave wave = {t, v, N_T};
        const gal_step step = {1e-6, NAN};
        close_to(gal_metric_slew(wave, step), 0.8 / (1e-6 * log(9)), 1e-3);
        close_to(gal_metric_settle(wave, step, 0.01), 1e-6 * log(100), 1e-3);
        assert_true(gal_metric_overshoot(wave, step) < 1e-6);
    }
    const gal_wave flat = {t, v, 500}; /* before the step */
    const gal_step all = {NAN, NAN};
    assert_true(isnan(gal_metric_slew(flat, all)));
    assert_true(isnan(gal_metric_settle(flat, all, 0.01)));
}

static void second_order_step(void **state) {
    (void)state;
    const double zeta = 0.3, w = 2e6, wd = w * sqrt(1 - zeta * zeta);
    for (int i = 0; i < N_T; i++) {
        t[i] = i * 1e-9;
        v[i] = 1 - exp(-zeta * w * t[i]) * (cos(wd * t[i]) + zeta * w / wd * sin(wd * t[i]));
    }
    const gal_wave wave = {t, v, N_T};
    const gal_step all = {NAN, NAN};
    close_to(gal_metric_overshoot(wave, all), 100 * exp(-PI * zeta / sqrt(1 - zeta * zeta)), 1e-3);
    const double settle = gal_metric_settle(wave, all, 0.02);
    for (int i = 0; i < N_T; i++)
        if (t[i] > settle) assert_true(fabs(v[i] - 1) < 0.02 + 1e-4);
    close_to(fabs(gal_measure_at(wave, settle) - 1), 0.02, 1e-2);
}

static void oscillation(void **state) {
    (void)state;
    for (int i = 0; i < N_T; i++) {
        t[i] = i * 1e-9;
        v[i] = 0.9 + 0.5 * sin(2 * PI * 3.3e6 * t[i]);
    }
    const gal_wave wave = {t, v, N_T};
    close_to(gal_metric_frequency(wave, NAN, NAN, 0.1), 3.3e6, 1e-5);
    assert_true(isnan(gal_metric_frequency(wave, NAN, NAN, 50)));
    for (int i = 0; i < N_T; i++) v[i] = 0.9 + 0.5 * exp(-t[i] / 1e-6) * sin(2 * PI * 3.3e6 * t[i]);
    assert_true(isnan(gal_metric_frequency(wave, 0, NAN, 0.1))); /* it dies */
    close_to(gal_metric_extreme(wave, 1e-5, NAN, 1), 0.9, 1e-3);
}

static void slopes(void **state) {
    (void)state;
    const double x[] = {1.6, 1.8, 2.0}, y[] = {1.2001, 1.2002, 1.2009};
    close_to(gal_metric_slope((gal_wave){x, y, 3}), 0.002, 1e-9);
    assert_true(isnan(gal_metric_slope((gal_wave){x, y, 1})));
}

/* An amplifier that saturates on both sides. */
static void swings(void **state) {
    (void)state;
    const double x[] = {-2, -1, 0, 1, 2, 3}, y[] = {0.2, 0.4, 1.4, 2.2, 2.9, 3.0};
    const gal_wave wave = {x, y, 6};
    close_to(gal_metric_steepest(wave), 1.0, 1e-12);
    close_to(gal_metric_swing(wave, 0.75), 1.8, 1e-12);
    close_to(gal_metric_swing(wave, 0.5), 2.5, 1e-12);
    assert_true(isnan(gal_metric_steepest((gal_wave){x, y, 1})));
    assert_true(isnan(gal_metric_swing((gal_wave){x, y, 1}, 0.5)));
}

static void peaks(void **state) {
    (void)state;
    const double hz[] = {1, 10, 100, 1000}, h[] = {1, 10, 2, 0.1};
    const gal_response response = {hz, h, NULL, 4};
    close_to(gal_metric_peak_gain(response, NAN, NAN), 20, 1e-12);
    close_to(gal_metric_peak_gain(response, 100, NAN), 20 * log10(2), 1e-12);
    close_to(gal_metric_peak_gain(response, NAN, 1), 0, 1e-12);
    assert_true(isnan(gal_metric_peak_gain(response, 2000, 3000)));
}

/* The table's adapters: powers, efficiency, delay. */
static double none[GAL_BUILTIN_KEYS];

static double eval(const char *name, const gal_builtin_input *in) {
    const gal_builtin *builtin = gal_builtin_find(name);
    assert_non_null(builtin);
    return builtin->eval(in);
}

static void table_adapters(void **state) {
    (void)state;
    for (int k = 0; k < GAL_BUILTIN_KEYS; k++) none[k] = NAN;
    const double vdd[] = {1.8, 1.8, 1.8}, idd[] = {-1e-3, -2e-3, -1e-3}, out[] = {0.9, 1.2, 1.1};
    const double load[] = {1e-3, 1e-3, 1e-3}, time[] = {0, 1e-6, 2e-6};
    gal_builtin_input in = {.n = 1, .n_operand = 1, .key = none};
    in.operand[0] = (gal_builtin_signal){.real = vdd, .current = idd};
    close_to(eval("power", &in), 1.8e-3, 1e-12);
    in.n_operand = 3;
    in.operand[1].real = out;
    in.operand[2] = (gal_builtin_signal){.real = out, .current = load};
    close_to(eval("efficiency", &in), 50, 1e-9);
    in.n = 3;
    in.axis = time;
    in.n_operand = 1;
    close_to(eval("avgpower", &in), 1.8 * 1.5e-3, 1e-12);
    close_to(eval("avgcurrent", &in), 1.5e-3, 1e-12);
    in.operand[0].real = out;
    close_to(eval("pp", &in), 0.3, 1e-12);
    close_to(eval("max", &in), 1.2, 1e-12);
    double key[GAL_BUILTIN_KEYS];
    memcpy(key, none, sizeof key);
    key[GAL_KEY_LEVEL] = 0.5;
    const double a[] = {0, 1, 1}, b[] = {1, 1, 0};
    in.key = key;
    in.n_operand = 2;
    in.operand[0].real = a;
    in.operand[1].real = b;
    close_to(eval("delay", &in), 1e-6, 1e-9);
}

static void every_row_of_the_table_is_whole(void **state) {
    (void)state;
    for (int32_t i = 0; gal_builtin_at(i); i++) {
        const gal_builtin *b = gal_builtin_at(i);
        assert_true(b->eval && *b->name && *b->unit && *b->definition);
        assert_ptr_equal(gal_builtin_find(b->name), b);
    }
    assert_null(gal_builtin_find("dcgian"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pole),
        cmocka_unit_test(three_poles),
        cmocka_unit_test(ratios_and_flat_responses),
        cmocka_unit_test(noise_integrates_density_squared),
        cmocka_unit_test(first_order_step),
        cmocka_unit_test(second_order_step),
        cmocka_unit_test(oscillation),
        cmocka_unit_test(slopes),
        cmocka_unit_test(swings),
        cmocka_unit_test(peaks),
        cmocka_unit_test(table_adapters),
        cmocka_unit_test(every_row_of_the_table_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
