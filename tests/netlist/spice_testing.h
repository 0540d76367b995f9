/* Reading netlist text inside tests. */
#ifndef GAL_TESTS_SPICE_TESTING_H
#define GAL_TESTS_SPICE_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netlist/read.h"
#include "netlist/spice_flatten.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A design and the circuit of its top. */
typedef struct sample {
    gal_design design;
    gal_circuit circuit;
    gal_error err;
    gal_status status;
} sample;

static inline void sample_parse(sample *s, const char *text, const char *top) {
    memset(s, 0, sizeof *s);
    gal_circuit_init(&s->circuit);
    s->status = gal_design_parse_spice(&s->design, "t.sp", text, strlen(text), NULL, &s->err);
    const gal_flatten_options options = {.warnings = &s->design.warnings};
    if (s->status == GAL_OK)
        s->status = gal_design_flatten(&s->circuit, &s->design, top, &options, &s->err);
    if (s->status == GAL_OK) s->status = gal_circuit_find_supplies(&s->circuit, NULL, &s->err);
}

static inline void sample_clear(sample *s) {
    gal_circuit_clear(&s->circuit);
    gal_design_clear(&s->design);
}

/* As sample_parse, for text that must be fine. */
static inline void sample_read(sample *s, const char *text) {
    char message[900];
    sample_parse(s, text, NULL);
    if (s->status != GAL_OK) fail_msg("%s", gal_error_format(&s->err, message, sizeof message));
}

static inline int32_t device_called(const gal_circuit *circuit, const char *name) {
    for (int32_t d = 0; d < circuit->n_device; d++)
        if (strcmp(circuit->device[d].name, name) == 0) return d;
    fail_msg("no device %s", name);
    return -1;
}

/* "TYPE name model: net net ..." */
static inline void assert_device(const gal_circuit *circuit, const char *name,
                                 const char *expected) {
    char text[400];
    const gal_device *device = &circuit->device[device_called(circuit, name)];
    int n =
        snprintf(text, sizeof text, "%s %s:", gal_device_type_name(device->type), device->model);
    for (int32_t i = 0; i < device->n_pin; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, " %s",
                      circuit->net[circuit->pin_net[device->first_pin + i]].name);
    assert_string_equal(text, expected);
}

static inline int is_close(double a, double b) {
    return fabs(a - b) <= 1e-12 * fabs(b);
}

/* Width and length in micrometres, multiplier, fingers. */
static inline void assert_size(const gal_circuit *circuit, const char *name, double w, double l,
                               double m, double nf) {
    const gal_device *d = &circuit->device[device_called(circuit, name)];
    if (!is_close(d->width * 1e6, w) || !is_close(d->length * 1e6, l) ||
        !is_close(d->multiplier, m) || !is_close(d->fingers, nf))
        fail_msg("%s: w %g l %g um, m %g nf %g", name, d->width * 1e6, d->length * 1e6,
                 d->multiplier, d->fingers);
}

static inline void assert_value(const gal_circuit *circuit, const char *name, double value) {
    const double found = circuit->device[device_called(circuit, name)].value;
    if (isnan(value) ? !isnan(found) : !is_close(found, value))
        fail_msg("%s: value %g, expected %g", name, found, value);
}

static inline void assert_warning(const sample *s, const char *part) {
    for (int32_t i = 0; i < s->design.warnings.n; i++)
        if (strstr(s->design.warnings.item[i].text, part)) return;
    fail_msg("no warning with '%s'", part);
}

static inline void assert_no_warning(const sample *s, const char *part) {
    for (int32_t i = 0; i < s->design.warnings.n; i++)
        if (strstr(s->design.warnings.item[i].text, part))
            fail_msg("%s", s->design.warnings.item[i].text);
}

static inline void assert_error(const char *text, gal_status code, const char *message) {
    sample s;
    char found[900];
    sample_parse(&s, text, NULL);
    gal_error_format(&s.err, found, sizeof found);
    assert_int_equal(s.status, code);
    if (!strstr(found, message)) fail_msg("'%s' lacks '%s'", found, message);
    sample_clear(&s);
}

#endif
