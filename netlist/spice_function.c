#include "netlist/spice_function.h"

#include <math.h>
#include <strings.h>

typedef double one_argument(double);
typedef double two_arguments(double, double);

static double sign_of(double x) {
    return (x > 0) - (x < 0);
}
static double decibel(double x) {
    return 20 * log10(fabs(x));
}
static double with_sign(double x, double y) {
    return y < 0 ? -fabs(x) : fabs(x);
}
static double signed_power(double x, double y) {
    return with_sign(pow(fabs(x), y), x);
}
static double power_of_size(double x, double y) {
    return pow(fabs(x), y);
}
static double step(double x) {
    return x > 0;
}
static double ramp(double x) {
    return x > 0 ? x : 0;
}

static const struct {
    const char *name;
    one_argument *f;
} of_one[] = {
    {"sqrt", sqrt},   {"abs", fabs},     {"exp", exp},     {"ln", log},      {"log", log},
    {"log10", log10}, {"db", decibel},   {"sin", sin},     {"cos", cos},     {"tan", tan},
    {"asin", asin},   {"acos", acos},    {"atan", atan},   {"arctan", atan}, {"sinh", sinh},
    {"cosh", cosh},   {"tanh", tanh},    {"asinh", asinh}, {"acosh", acosh}, {"atanh", atanh},
    {"int", trunc},   {"nint", rint},    {"round", round}, {"floor", floor}, {"ceil", ceil},
    {"sgn", sign_of}, {"sign", sign_of}, {"u", step},      {"uramp", ramp},
};

static const struct {
    const char *name;
    two_arguments *f;
} of_two[] = {
    {"pow", pow},   {"pwr", signed_power}, {"pwrs", signed_power}, {"powabs", power_of_size},
    {"min", fmin},  {"max", fmax},         {"atan2", atan2},       {"sign", with_sign},
    {"fmod", fmod}, {"mod", fmod},         {"hypot", hypot},
};

/* Functions whose first argument is their nominal value. */
static const char *const statistical[] = {"agauss", "gauss", "aunif", "unif",
                                          "limit",  "mc",    "flat"};

int gal__spice_same(gal_view a, gal_view b) {
    return strncasecmp(a.text, b.text, a.size) == 0;
}

static double between(double x, double low, double high) {
    return fmax(low, fmin(x, high));
}

int gal__spice_call(gal_view name, const double *arg, int n_arg, double *value) {
    for (size_t i = 0; n_arg == 1 && i < sizeof of_one / sizeof of_one[0]; i++)
        if (gal_view_equal_nocase(name, of_one[i].name)) return *value = of_one[i].f(arg[0]), 1;
    for (size_t i = 0; n_arg == 2 && i < sizeof of_two / sizeof of_two[0]; i++)
        if (gal_view_equal_nocase(name, of_two[i].name))
            return *value = of_two[i].f(arg[0], arg[1]), 1;
    const int least = gal_view_equal_nocase(name, "min");
    if (n_arg >= 1 && (least || gal_view_equal_nocase(name, "max"))) {
        *value = arg[0];
        for (int i = 1; i < n_arg; i++)
            *value = least ? fmin(*value, arg[i]) : fmax(*value, arg[i]);
        return 1;
    }
    if (n_arg == 3 &&
        (gal_view_equal_nocase(name, "if") || gal_view_equal_nocase(name, "ternary_fcn")))
        return *value = arg[0] != 0 ? arg[1] : arg[2], 1;
    if (n_arg == 3 && gal_view_equal_nocase(name, "limit"))
        return *value = between(arg[0], arg[1], arg[2]), 1;
    for (size_t i = 0; n_arg >= 2 && i < sizeof statistical / sizeof statistical[0]; i++)
        if (gal_view_equal_nocase(name, statistical[i])) return *value = arg[0], 1;
    return 0;
}

int gal__spice_constant(gal_view name, double *value) {
    static const struct {
        const char *name;
        double value;
    } constants[] = {{"pi", 3.14159265358979323846},
                     {"true", 1},
                     {"false", 0},
                     {"boltz", 1.380649e-23},
                     {"kelvin", -273.15},
                     {"echarge", 1.602176634e-19},
                     {"temper", 25},
                     {"temp", 25}};
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++)
        if (gal_view_equal_nocase(name, constants[i].name)) return *value = constants[i].value, 1;
    return 0;
}
