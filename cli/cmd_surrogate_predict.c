/* galena surrogate predict: sizes in, metrics out. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/points_file.h"
#include "netlist/spice_lex.h"
#include "tasks/surrogate/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ITEM = 200 };

typedef struct arguments {
    gal_buf set;
    const char *model, *points, *out;
    int quiet, csv, json, full;
} arguments;

/* Points [n, n_var], and what is known of them from simulation [n, n_metric] (NAN: nothing). */
typedef struct points {
    const gal_surrogate *s;
    gal_vec(double) value, known;
    int32_t n;
    int any_known, n_outside;
} points;

typedef struct answers {
    double *mean, *sd, *valid;
} answers;

static gal_status nomem(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for points");
}

/* The column of a name: variables, then metrics; -1: neither. */
static int32_t column_of(const void *surrogate, const char *name) {
    const gal_surrogate *s = surrogate;
    for (int32_t v = 0; v < gal_surrogate_n_var(s); v++)
        if (gal_text_equal_nocase(gal_surrogate_var_name(s, v), name)) return v;
    for (int32_t m = 0; m < gal_surrogate_n_metric(s); m++)
        if (gal_text_equal_nocase(gal_surrogate_metric_name(s, m), name))
            return gal_surrogate_n_var(s) + m;
    return -1;
}

/* A new point in the middle of every range. */
static gal_status add_point(points *p, gal_error *err) {
    for (int32_t v = 0; v < gal_surrogate_n_var(p->s); v++)
        if (!gal_vec_push(&p->value, gal_surrogate_var_middle(p->s, v))) return nomem(err);
    for (int32_t m = 0; m < gal_surrogate_n_metric(p->s); m++)
        if (!gal_vec_push(&p->known, NAN)) return nomem(err);
    p->n++;
    return GAL_OK;
}

/* Sets a column of the last point. */
static void put(points *p, int32_t column, double value) {
    const int32_t n_var = gal_surrogate_n_var(p->s), n_metric = gal_surrogate_n_metric(p->s);
    const size_t row = (size_t)p->n - 1;
    if (column < n_var) {
        p->value.data[row * (size_t)n_var + (size_t)column] = value;
        return;
    }
    const int32_t m = column - n_var;
    p->known.data[row * (size_t)n_metric + (size_t)m] = value;
    p->any_known |= gal_surrogate_metric_is_cheap(p->s, m) && !isnan(value);
}

static gal_status apply_set(points *p, const char *list, gal_error *err) {
    while (list && *list) {
        char item[ITEM];
        double value;
        const size_t size = strcspn(list, ",");
        snprintf(item, sizeof item, "%.*s", (int)size, list);
        list += size + (list[size] == ',');
        char *equal = strchr(item, '=');
        if (!equal) return gal_fail(err, GAL_EINVAL, "--set %s: expected NAME=VALUE,...", item);
        *equal = '\0';
        const int32_t column = column_of(p->s, item);
        if (column < 0)
            return gal_fail(err, GAL_ENOTFOUND, "--set: no variable or metric '%s'", item);
        const gal_view text = gal_view_of(equal + 1);
        if (!text.size || gal_spice_number(text, &value) != text.size)
            return gal_fail(err, GAL_EINVAL, "--set: '%s' is not a number", equal + 1);
        put(p, column, value);
    }
    return GAL_OK;
}

/* A variable without a number is as in --set, else in the middle of its range. */
static gal_status read_points(points *p, const char *path, const char *set, gal_error *err) {
    cli_points file;
    const int32_t n_column = gal_surrogate_n_var(p->s) + gal_surrogate_n_metric(p->s);
    GAL_TRY(cli_points_read(&file, path, n_column, column_of, p->s, err));
    gal_status status = GAL_OK;
    for (int32_t i = 0; status == GAL_OK && i < file.n; i++) {
        const double *row = file.cell.data + (size_t)i * (size_t)n_column;
        status = add_point(p, err);
        if (status == GAL_OK) status = apply_set(p, set, err);
        for (int32_t c = 0; status == GAL_OK && c < n_column; c++)
            if (!isnan(row[c])) put(p, c, row[c]);
    }
    cli_points_clear(&file);
    return status;
}

/* Counts points outside the ranges, where nothing was learnt. */
static void count_outside(points *p) {
    const int32_t n_var = gal_surrogate_n_var(p->s);
    for (int32_t i = 0; i < p->n; i++)
        for (int32_t v = 0; v < n_var; v++) {
            double lo, hi;
            const double x = p->value.data[(size_t)i * (size_t)n_var + (size_t)v];
            gal_surrogate_var_range(&lo, &hi, p->s, v);
            if (x >= lo * (1 - 1e-9) && x <= hi * (1 + 1e-9)) continue;
            p->n_outside++;
            break;
        }
}

static void print_csv(gal_buf *text, const points *p, const answers *a) {
    const int32_t n_metric = gal_surrogate_n_metric(p->s), n_var = gal_surrogate_n_var(p->s);
    for (int32_t v = 0; v < n_var; v++)
        gal_buf_printf(text, "%s,", gal_surrogate_var_name(p->s, v));
    for (int32_t m = 0; m < n_metric; m++)
        gal_buf_printf(text, "%s,%s_sd,", gal_surrogate_metric_name(p->s, m),
                       gal_surrogate_metric_name(p->s, m));
    gal_buf_text(text, "valid\n");
    for (int32_t i = 0; i < p->n; i++) {
        for (int32_t v = 0; v < n_var; v++)
            gal_buf_printf(text, "%.9g,", p->value.data[(size_t)i * (size_t)n_var + (size_t)v]);
        for (int32_t m = 0; m < n_metric; m++) {
            const size_t at = (size_t)i * (size_t)n_metric + (size_t)m;
            gal_buf_printf(text, "%.7g,%.4g,", a->mean[at], a->sd[at]);
        }
        gal_buf_printf(text, "%.4f\n", a->valid[i]);
    }
}

/* Far outside of what was trained a network may say anything. */
static void json_number(gal_buf *text, double value, int digits) {
    if (isfinite(value)) gal_buf_printf(text, "%.*g", digits, value);
    else gal_buf_text(text, "null");
}

static void print_json(gal_buf *text, const points *p, const answers *a) {
    const int32_t n_metric = gal_surrogate_n_metric(p->s);
    gal_buf_text(text, "[");
    for (int32_t i = 0; i < p->n; i++) {
        gal_buf_printf(text, "%s{\"valid\": %.4f", i ? ",\n " : "", a->valid[i]);
        for (int32_t m = 0; m < n_metric; m++) {
            const size_t at = (size_t)i * (size_t)n_metric + (size_t)m;
            gal_buf_printf(text, ", \"%s\": {\"value\": ", gal_surrogate_metric_name(p->s, m));
            json_number(text, a->mean[at], 7);
            gal_buf_text(text, ", \"sd\": ");
            json_number(text, a->sd[at], 4);
            gal_buf_printf(text, ", \"log\": %s}",
                           gal_surrogate_metric_is_log(p->s, m) ? "true" : "false");
        }
        gal_buf_text(text, "}");
    }
    gal_buf_text(text, "]\n");
}

/* The interval of +-1 sd in the metric's unit. */
static void interval(double *low, double *high, const gal_surrogate *s, int32_t m, double mean,
                     double sd) {
    const int log = isfinite(mean) && gal_surrogate_metric_is_log(s, m);
    *low = log ? mean * pow(10, -sd) : mean - sd;
    *high = log ? mean * pow(10, sd) : mean + sd;
}

static void print_table(gal_buf *text, const points *p, const answers *a) {
    const int32_t n_metric = gal_surrogate_n_metric(p->s);
    for (int32_t i = 0; i < p->n; i++) {
        gal_buf_printf(text, "%spoint %d, valid with probability %.3f\n", i ? "\n" : "", (int)i + 1,
                       a->valid[i]);
        gal_buf_printf(text, "  %-14s %12s  %12s to %-12s %s\n", "metric", "value", "-1 sd",
                       "+1 sd", "unit");
        for (int32_t m = 0; m < n_metric; m++) {
            const size_t at = (size_t)i * (size_t)n_metric + (size_t)m;
            double low, high;
            interval(&low, &high, p->s, m, a->mean[at], a->sd[at]);
            gal_buf_printf(text, "  %-14s %12.5g  %12.5g to %-12.5g %s\n",
                           gal_surrogate_metric_name(p->s, m), a->mean[at], low, high,
                           gal_surrogate_metric_unit(p->s, m));
        }
    }
}

static gal_status answer(answers *a, gal_arena *arena, const points *p, const arguments *args,
                         gal_error *err) {
    const size_t n = (size_t)p->n, cells = n * (size_t)gal_surrogate_n_metric(p->s);
    a->mean = GAL_ARENA_ARRAY(arena, double, cells);
    a->sd = GAL_ARENA_ARRAY(arena, double, cells);
    a->valid = GAL_ARENA_ARRAY(arena, double, n);
    if (!a->mean || !a->sd || !a->valid) return nomem(err);
    if (p->any_known)
        return gal_surrogate_predict_mixed(a->mean, a->sd, a->valid, p->s, p->value.data,
                                           p->known.data, p->n, err);
    return (args->full ? gal_surrogate_predict_full : gal_surrogate_predict)(
        a->mean, a->sd, a->valid, p->s, p->value.data, p->n, err);
}

static gal_status run(gal_buf *text, const arguments *args, gal_error *err) {
    gal_surrogate *surrogate;
    gal_arena arena;
    answers a;
    GAL_TRY(gal_surrogate_find(&surrogate, args->model, err));
    points p = {.s = surrogate};
    gal_arena_init(&arena);
    gal_status status =
        args->points ? read_points(&p, args->points, args->set.data, err) : add_point(&p, err);
    if (status == GAL_OK && !args->points) status = apply_set(&p, args->set.data, err);
    if (status == GAL_OK) status = answer(&a, &arena, &p, args, err);
    if (status == GAL_OK) {
        count_outside(&p);
        if (p.n_outside)
            gal_note(cli_notes(args->quiet), "%d of %d points lie outside the trained ranges",
                     p.n_outside, (int)p.n);
        if (args->json) print_json(text, &p, &a);
        else if (args->csv || (args->points && !isatty(STDOUT_FILENO))) print_csv(text, &p, &a);
        else print_table(text, &p, &a);
        status = gal_buf_ok(text, err);
    }
    gal_arena_clear(&arena);
    gal_vec_free(&p.value);
    gal_vec_free(&p.known);
    gal_surrogate_destroy(surrogate);
    return status;
}

static const char summary[] =
    "Predicts the measures of sizings, with the interval of +-1 standard deviation and the\n"
    "probability that the point is valid. Variables that are not set are in the middle of their\n"
    "range. Where measures of the operating point or of AC are set too (by simulation), the\n"
    "transient ones follow from them.";

int cmd_surrogate_predict(int argc, char **argv) {
    arguments a = {0};
    const cli_option option[] = {
        {"model", CLI_TEXT, &a.model, "NAME", "a shipped model or a file; required"},
        {"set", CLI_LIST, &a.set, "N=V,...", "variables and known measures: w1=2u,gain=64"},
        {"points", CLI_TEXT, &a.points, "FILE", "points as CSV, columns by name"},
        {"full", CLI_FLAG, &a.full, NULL, "the whole ensemble: slower, a little more accurate"},
        {"csv", CLI_FLAG, &a.csv, NULL, "CSV instead of a table (default for --points in a pipe)"},
        {"json", CLI_FLAG, &a.json, NULL, "JSON instead of a table"},
        {"out", CLI_OUTPUT, &a.out, "FILE", "write there"},
        {"quiet", CLI_FLAG, &a.quiet, NULL, "no notes on standard error"},
    };
    const cli_spec spec = {
        .command = "galena surrogate predict",
        .operands = "",
        .summary = summary,
        .examples = "  galena surrogate predict --model miller_generic180 --set n1=20,ib=10u\n"
                    "  galena surrogate predict --model amp.safetensors --points sizes.csv --csv\n",
        .option = option,
        .n_option = sizeof option / sizeof *option,
        .min_operand = 0,
        .max_operand = 0};
    int n;
    int code = cli_parse(argc, argv, &spec, &n);
    gal_buf text;
    gal_error err = {0};
    gal_buf_init(&text);
    if (code < 0 && !a.model) {
        fprintf(stderr, "galena: --model NAME is missing\n");
        code = CLI_USAGE;
    }
    if (code < 0)
        code =
            run(&text, &a, &err) == GAL_OK ? cli_emit(a.out, text.data, text.size) : cli_fail(&err);
    gal_buf_clear(&text);
    gal_buf_clear(&a.set);
    return code;
}
