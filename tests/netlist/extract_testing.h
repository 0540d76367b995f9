/* Looking into gal_extracts by name, for the tests of their readers. */
#ifndef GAL_TESTS_EXTRACT_TESTING_H
#define GAL_TESTS_EXTRACT_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "netlist/extract.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Malformed text, where the error must point, and a part of its message. */
typedef struct bad_text {
    const char *text;
    int line, column;
    const char *message;
} bad_text;

/* A reader refuses each of bad[0..n[ where and as it says, and keeps nothing. */
static inline void assert_refused(gal_status (*parse)(gal_extract_set *set, const char *file,
                                                      const char *text, size_t size,
                                                      gal_error *err),
                                  const bad_text *bad, size_t n) {
    for (size_t i = 0; i < n; i++) {
        gal_extract_set set = {0};
        gal_error err = {0};
        assert_int_equal(parse(&set, "x", bad[i].text, strlen(bad[i].text), &err), GAL_EPARSE);
        assert_string_equal(err.file, "x");
        assert_non_null(strstr(err.message, bad[i].message));
        assert_int_equal(err.line, bad[i].line);
        assert_int_equal(err.column, bad[i].column);
        assert_int_equal(set.n, 0);
        gal_extract_set_clear(&set);
    }
}

static inline int32_t net_called(const gal_circuit *circuit, const char *name) {
    for (int32_t n = 0; n < circuit->n_net; n++)
        if (strcmp(circuit->net[n].name, name) == 0) return n;
    return -1;
}

/* Capacitance between two nets in fF, "0" is ground; 0 when there is none. */
static inline double cap_between(const gal_extract *extract, const char *a, const char *b) {
    const int32_t x = net_called(&extract->circuit, a), y = net_called(&extract->circuit, b);
    for (int64_t k = 0; k < extract->n_cap; k++) {
        const gal_cap *cap = &extract->cap[k];
        if ((cap->a == x && cap->b == y) || (cap->a == y && cap->b == x)) return cap->farad * 1e15;
    }
    return 0;
}

static inline int is_near(double x, double y) {
    return fabs(x - y) <= 1e-8 * (fabs(x) + fabs(y)) + 1e-12;
}

static inline const char *pin_name(const gal_circuit *circuit, int32_t d, int32_t which) {
    return circuit->net[gal_circuit_pin(circuit, d, which)].name;
}

/* Drain, gate, source, bulk by name and the size in micrometres. */
static inline void assert_mos(const gal_circuit *circuit, int32_t d, gal_device_type type,
                              const char *pins, double width, double length) {
    char found[200];
    snprintf(found, sizeof found, "%s %s %s %s", pin_name(circuit, d, 0), pin_name(circuit, d, 1),
             pin_name(circuit, d, 2), pin_name(circuit, d, 3));
    assert_string_equal(found, pins);
    assert_int_equal(circuit->device[d].type, type);
    assert_true(is_near(circuit->device[d].width * 1e6, width));
    assert_true(is_near(circuit->device[d].length * 1e6, length));
}

/* Same names, ports, flags of nets, MOS transistors and capacitances; numbering may differ. */
static inline void assert_same_extract(const gal_extract *x, const gal_extract *y) {
    const gal_circuit *p = &x->circuit, *q = &y->circuit;
    assert_string_equal(p->name, q->name);
    assert_int_equal(p->n_port, q->n_port);
    for (int32_t i = 0; i < p->n_port; i++)
        assert_string_equal(p->net[p->port[i]].name, q->net[q->port[i]].name);
    assert_int_equal(p->n_device, q->n_device);
    for (int32_t d = 0; d < p->n_device; d++) {
        char pins[200];
        snprintf(pins, sizeof pins, "%s %s %s %s", pin_name(p, d, 0), pin_name(p, d, 1),
                 pin_name(p, d, 2), pin_name(p, d, 3));
        assert_mos(q, d, p->device[d].type, pins, p->device[d].width * 1e6,
                   p->device[d].length * 1e6);
        assert_true(is_near(p->device[d].multiplier, q->device[d].multiplier));
    }
    assert_int_equal(x->n_cap, y->n_cap);
    for (int64_t k = 0; k < x->n_cap; k++) {
        const char *a = x->cap[k].a < 0 ? "0" : p->net[x->cap[k].a].name;
        assert_true(is_near(x->cap[k].farad * 1e15, cap_between(y, a, p->net[x->cap[k].b].name)));
    }
    for (int32_t n = 0; n < p->n_net; n++) {
        const int32_t m = net_called(q, p->net[n].name);
        assert_true(m < 0 || p->net[n].flags == q->net[m].flags);
    }
}

#endif
