#include "spice/bench_value.h"

#include "netlist/spice_expr.h"
#include <math.h>
#include <string.h>

enum { MAX_DEPTH = 50 };

static int32_t find_name(const gal_bench_var *var, int32_t n, gal_view name) {
    for (int32_t i = 0; i < n; i++)
        if (gal_view_equal_nocase(name, var[i].name)) return i;
    return -1;
}

static int find_param(const gal__bench_point *point, gal_view name, double *value) {
    const gal_bench *bench = point->bench;
    const gal_bench_corner *corner = &bench->corner[point->corner];
    for (int32_t i = 0; i < corner->n_set; i++)
        if (gal_view_equal_nocase(name, corner->set_name[i]))
            return *value = corner->set_value[i], 1;
    int32_t i = find_name(bench->var, bench->n_var, name);
    if (i >= 0) return *value = point->value ? point->value[i] : bench->var[i].value, 1;
    i = find_name(bench->fixed, bench->n_fixed, name);
    if (i >= 0) return *value = bench->fixed[i].value, 1;
    return 0;
}

double gal__bench_param(const gal__bench_point *point, const char *name) {
    double value;
    return find_param(point, gal_view_of(name), &value) ? value : NAN;
}

static gal_status find_value(gal_spice_scope *scope, gal_view name, double *value, gal_error *err) {
    gal__bench_point *point = scope->user;
    const gal_bench *bench = point->bench;
    if (find_param(point, name, value)) return GAL_OK;
    for (int32_t i = 0; point->metric && i < bench->n_metric; i++)
        if (gal_view_equal_nocase(name, bench->metric[i].name))
            return *value = point->metric[i], GAL_OK;
    for (int32_t i = 0; i < bench->n_derived; i++) {
        if (!gal_view_equal_nocase(name, bench->derived[i].name)) continue;
        if (point->depth >= MAX_DEPTH)
            return gal_fail(err, GAL_ELIMIT, "parameter %s refers to itself",
                            bench->derived[i].name);
        point->depth++;
        const gal_status status =
            gal_spice_eval(value, gal_view_of(bench->derived[i].text), scope, err);
        point->depth--;
        return status;
    }
    return gal_fail(err, GAL_ENOTFOUND, "no parameter '%.*s'", (int)name.size, name.text);
}

static gal_status eval_view(double *out, gal__bench_point *point, gal_view text, gal_error *err) {
    gal_spice_scope scope = {.user = point, .find = find_value};
    point->depth = 0;
    return gal_spice_eval(out, text, &scope, err);
}

gal_status gal__bench_eval(double *out, gal__bench_point *point, const char *text, gal_error *err) {
    gal_view view = gal_view_of(text);
    if (view.size > 1 && strchr("'\"", *text) && text[view.size - 1] == *text)
        view = (gal_view){text + 1, view.size - 2};
    return eval_view(out, point, view, err);
}

gal_status gal__bench_expand(gal_buf *out, gal__bench_point *point, const char *text,
                             gal_error *err) {
    for (const char *p = text; *p;) {
        const char close = *p == '{' ? '}' : '\'';
        const char *end = *p == '{' || *p == '\'' ? strchr(p + 1, close) : NULL;
        if (!end) {
            gal_buf_append(out, p++, 1);
            continue;
        }
        double value;
        GAL_TRY(eval_view(&value, point, (gal_view){p + 1, (size_t)(end - p) - 1}, err));
        gal_buf_printf(out, "%.17g", value);
        p = end + 1;
    }
    return gal_buf_ok(out, err);
}
