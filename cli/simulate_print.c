#include "cli/simulate_print.h"

#include <math.h>

static const double *values_of(const cli_runs *r, int32_t i) {
    return r->plan->value + (size_t)i * r->bench->n_var;
}
static double metric_of(const cli_runs *r, int32_t i, int32_t column) {
    return r->metric[(size_t)i * r->bench->n_metric + r->column[column]];
}
static const char *corner_of(const cli_runs *r, int32_t i) {
    return r->bench->corner[r->plan->corner[i]].name;
}
static const char *status_of(const cli_runs *r, int32_t i) {
    return r->known[i] ? gal_point_status_name(r->result[i].status) : "none";
}

static int has_corners(const cli_runs *r) {
    for (int32_t i = 0; i < r->plan->n; i++)
        if (r->plan->corner[i]) return 1;
    return 0;
}
static int has_seeds(const cli_runs *r) {
    for (int32_t i = 0; i < r->plan->n; i++)
        if (r->plan->seed[i]) return 1;
    return 0;
}

/* Does the variable differ between points? */
static int is_swept(const cli_runs *r, int32_t v) {
    for (int32_t i = 1; i < r->plan->n; i++)
        if (values_of(r, i)[v] != values_of(r, 0)[v]) return 1;
    return 0;
}

/* One point: a line per metric. */
static void print_point(gal_buf *text, const cli_runs *r, int32_t i) {
    for (int32_t c = 0; c < r->n_column; c++) {
        const gal_bench_metric *metric = &r->bench->metric[r->column[c]];
        gal_buf_printf(text, "%-16s %14.6g %-12s %s\n", metric->name, metric_of(r, i, c),
                       metric->unit, metric->text);
    }
    gal_buf_printf(text, "%-16s %14s%s%s\n", "status", status_of(r, i),
                   r->result[i].words[0] ? "  " : "", r->result[i].words);
}

static void print_cell(gal_buf *text, double value) {
    if (isnan(value)) gal_buf_printf(text, " %11s", "-");
    else gal_buf_printf(text, " %11.5g", value);
}

static void print_header(gal_buf *text, const cli_runs *r) {
    if (has_corners(r)) gal_buf_printf(text, "%-10s", "corner");
    if (has_seeds(r)) gal_buf_printf(text, " %10s", "seed");
    for (int32_t v = 0; v < r->bench->n_var; v++)
        if (is_swept(r, v)) gal_buf_printf(text, " %11.11s", r->bench->var[v].name);
    for (int32_t c = 0; c < r->n_column; c++)
        gal_buf_printf(text, " %11.11s", r->bench->metric[r->column[c]].name);
    gal_buf_text(text, "  status\n");
}

static void print_row(gal_buf *text, const cli_runs *r, int32_t i) {
    if (has_corners(r)) gal_buf_printf(text, "%-10s", corner_of(r, i));
    if (has_seeds(r)) gal_buf_printf(text, " %10llu", (unsigned long long)r->plan->seed[i]);
    for (int32_t v = 0; v < r->bench->n_var; v++)
        if (is_swept(r, v)) print_cell(text, values_of(r, i)[v]);
    for (int32_t c = 0; c < r->n_column; c++) print_cell(text, metric_of(r, i, c));
    gal_buf_printf(text, "  %s\n", status_of(r, i));
}

/* Smallest, mean and largest of each metric over the points that are ok. */
static void print_range(gal_buf *text, const cli_runs *r) {
    gal_buf_printf(text, "\n%-16s %12s %12s %12s %s\n", "of points ok", "min", "mean", "max",
                   "unit");
    for (int32_t c = 0; c < r->n_column; c++) {
        double least = NAN, most = NAN, sum = 0;
        int32_t n = 0;
        for (int32_t i = 0; i < r->plan->n; i++) {
            const double x = metric_of(r, i, c);
            if (!r->known[i] || r->result[i].status != GAL_POINT_OK || isnan(x)) continue;
            if (n == 0 || x < least) least = x;
            if (n == 0 || x > most) most = x;
            sum += x;
            n++;
        }
        const gal_bench_metric *metric = &r->bench->metric[r->column[c]];
        if (n)
            gal_buf_printf(text, "%-16s %12.5g %12.5g %12.5g %s\n", metric->name, least, sum / n,
                           most, metric->unit);
    }
}

void cli_runs_table(gal_buf *text, const cli_runs *r, long limit) {
    if (r->plan->n == 1) {
        print_point(text, r, 0);
        return;
    }
    const int32_t n = limit > 0 && limit < r->plan->n ? (int32_t)limit : r->plan->n;
    print_header(text, r);
    for (int32_t i = 0; i < n; i++) print_row(text, r, i);
    if (n < r->plan->n)
        gal_buf_printf(text, "... %d more: --limit 0 shows all, --csv lists them\n",
                       r->plan->n - n);
    print_range(text, r);
}

static void csv_number(gal_buf *text, double value) {
    gal_buf_text(text, ",");
    if (!isnan(value)) gal_buf_number(text, value);
}

void cli_runs_csv(gal_buf *text, const cli_runs *r) {
    gal_buf_text(text, "corner,seed");
    for (int32_t v = 0; v < r->bench->n_var; v++)
        gal_buf_printf(text, ",%s", r->bench->var[v].name);
    for (int32_t c = 0; c < r->n_column; c++)
        gal_buf_printf(text, ",%s", r->bench->metric[r->column[c]].name);
    gal_buf_text(text, ",status,words\n");
    for (int32_t i = 0; i < r->plan->n; i++) {
        if (!r->known[i]) continue;
        gal_buf_csv(text, corner_of(r, i));
        gal_buf_printf(text, ",%llu", (unsigned long long)r->plan->seed[i]);
        for (int32_t v = 0; v < r->bench->n_var; v++) csv_number(text, values_of(r, i)[v]);
        for (int32_t c = 0; c < r->n_column; c++) {
            csv_number(text, metric_of(r, i, c));
        }
        gal_buf_printf(text, ",%s,", status_of(r, i));
        gal_buf_csv(text, r->result[i].words);
        gal_buf_text(text, "\n");
    }
}

static void json_point(gal_buf *text, const cli_runs *r, int32_t i) {
    gal_buf_text(text, "{\"corner\":");
    gal_buf_json(text, corner_of(r, i));
    gal_buf_printf(text, ",\"seed\":%llu,\"status\":\"%s\",\"words\":",
                   (unsigned long long)r->plan->seed[i], status_of(r, i));
    gal_buf_json(text, r->result[i].words);
    gal_buf_text(text, ",\"values\":{");
    for (int32_t v = 0; v < r->bench->n_var; v++) {
        if (v) gal_buf_text(text, ",");
        gal_buf_json(text, r->bench->var[v].name);
        gal_buf_text(text, ":");
        gal_buf_json_number(text, values_of(r, i)[v]);
    }
    gal_buf_text(text, "},\"metrics\":{");
    for (int32_t c = 0; c < r->n_column; c++) {
        if (c) gal_buf_text(text, ",");
        gal_buf_json(text, r->bench->metric[r->column[c]].name);
        gal_buf_text(text, ":");
        gal_buf_json_number(text, metric_of(r, i, c));
    }
    gal_buf_text(text, "}}");
}

void cli_runs_json(gal_buf *text, const cli_runs *r) {
    gal_buf_text(text, "{\"deck\":");
    gal_buf_json(text, r->bench->path);
    gal_buf_printf(text, ",\"hash\":\"%016llx\",\"units\":{", (unsigned long long)r->bench->hash);
    for (int32_t c = 0; c < r->n_column; c++) {
        if (c) gal_buf_text(text, ",");
        gal_buf_json(text, r->bench->metric[r->column[c]].name);
        gal_buf_text(text, ":");
        gal_buf_json(text, r->bench->metric[r->column[c]].unit);
    }
    gal_buf_text(text, "},\"points\":[\n");
    const char *separator = "";
    for (int32_t i = 0; i < r->plan->n; i++) {
        if (!r->known[i]) continue;
        gal_buf_text(text, separator);
        json_point(text, r, i);
        separator = ",\n";
    }
    gal_buf_text(text, "\n]}\n");
}

void cli_runs_summary(gal_buf *text, const cli_runs *r) {
    int32_t count[GAL_POINT_STATUSES] = {0}, none = 0;
    for (int32_t i = 0; i < r->plan->n; i++) {
        if (r->known[i]) count[r->result[i].status]++;
        else none++;
    }
    gal_buf_printf(text, "%d points:", r->plan->n);
    const char *separator = " ";
    for (int s = 0; s < GAL_POINT_STATUSES; s++) {
        if (!count[s] && s != GAL_POINT_OK) continue;
        gal_buf_printf(text, "%s%d %s", separator, count[s],
                       gal_point_status_name((gal_point_status)s));
        separator = ", ";
    }
    if (none) gal_buf_printf(text, ", %d not run", none);
}

static void describe_vars(gal_buf *text, const gal_bench *bench) {
    gal_buf_printf(text, "design variables %d\n", bench->n_var);
    for (int32_t i = 0; i < bench->n_var; i++) {
        const gal_bench_var *v = &bench->var[i];
        gal_buf_printf(text, "  %-14s %12g  %g to %g %s", v->name, v->value, v->lo, v->hi,
                       v->log ? "log" : "lin");
        if (v->step > 0) gal_buf_printf(text, " step %g", v->step);
        gal_buf_printf(text, " %s\n", v->unit);
    }
    gal_buf_printf(text, "other parameters %d\n", bench->n_fixed);
    for (int32_t i = 0; i < bench->n_fixed; i++)
        gal_buf_printf(text, "  %-14s %12g\n", bench->fixed[i].name, bench->fixed[i].value);
}

void cli_bench_describe(gal_buf *text, const gal_bench *bench) {
    gal_buf_printf(text, "%s: %s\n", bench->path, bench->title);
    describe_vars(text, bench);
    gal_buf_printf(text, "analyses %d\n", bench->n_analysis);
    for (int32_t i = 0; i < bench->n_analysis; i++) {
        const gal_bench_analysis *a = &bench->analysis[i];
        gal_buf_printf(text, "  %s%s%s\n", a->command, a->excite ? "   driven by " : "",
                       a->excite ? a->excite : "");
    }
    gal_buf_printf(text, "measures %d\n", bench->n_metric);
    for (int32_t i = 0; i < bench->n_metric; i++)
        gal_buf_printf(text, "  %-14s %-10s %s\n", bench->metric[i].name, bench->metric[i].unit,
                       bench->metric[i].text);
    gal_buf_printf(text, "corners %d\n", bench->n_corner - 1);
    for (int32_t i = 1; i < bench->n_corner; i++) {
        const gal_bench_corner *c = &bench->corner[i];
        gal_buf_printf(text, "  %-14s", c->name);
        if (c->lib) gal_buf_printf(text, " lib=%s", c->lib);
        if (!isnan(c->temp)) gal_buf_printf(text, " temp=%g", c->temp);
        for (int32_t k = 0; k < c->n_set; k++)
            gal_buf_printf(text, " %s=%g", c->set_name[k], c->set_value[k]);
        gal_buf_text(text, "\n");
    }
    for (int32_t i = 0; i < bench->n_valid; i++)
        gal_buf_printf(text, "valid if %s\n", bench->valid[i]);
}

void cli_measures(gal_buf *text) {
    gal_buf_printf(text, "%-14s %-6s %-11s %s\n", "measure", "from", "unit", "definition");
    for (int32_t i = 0; gal_builtin_at(i); i++) {
        const gal_builtin *b = gal_builtin_at(i);
        gal_buf_printf(text, "%-14s %-6s %-11s %s\n", b->name, gal_analysis_name(b->analysis),
                       b->unit, b->definition);
    }
}
