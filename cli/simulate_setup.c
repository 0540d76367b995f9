#include "cli/simulate_setup.h"

#include "cli/points_file.h"
#include "netlist/spice_lex.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ITEM = 200 };

/* Cuts the next item of a list separated by `by` into item[ITEM]; 0 at the end. */
static int next_item(char item[ITEM], const char **list, char by) {
    const char *p = *list;
    if (!p) return 0;
    while (*p == by || *p == ' ') p++;
    if (!*p) return 0;
    const char separator[] = {by, '\0'};
    size_t size = strcspn(p, separator);
    *list = p + size;
    while (size && p[size - 1] == ' ') size--;
    snprintf(item, ITEM, "%.*s", (int)size, p);
    return 1;
}

static gal_status number(double *value, const char *text, const char *what, gal_error *err) {
    const gal_view view = gal_view_of(text);
    if (view.size && gal_spice_number(view, value) == view.size) return GAL_OK;
    return gal_fail(err, GAL_EINVAL, "--%s: '%s' is not a number", what, text);
}

static gal_status apply_set(gal_bench *bench, const char *list, gal_error *err) {
    char item[ITEM];
    while (next_item(item, &list, ',')) {
        char *equal = strchr(item, '=');
        double value;
        if (!equal) return gal_fail(err, GAL_EINVAL, "--set %s: expected NAME=VALUE,...", item);
        *equal = '\0';
        GAL_TRY(number(&value, equal + 1, "set", err));
        GAL_TRY(gal_bench_set(bench, item, value, err));
    }
    return GAL_OK;
}

gal_status cli_setup_bench(gal_bench *bench, const cli_simulate_setup *setup, gal_error *err) {
    char item[ITEM];
    GAL_TRY(apply_set(bench, setup->set.data, err));
    const char *list = setup->var.data;
    while (next_item(item, &list, ',')) {
        for (char *p = item; *p; p++)
            if (*p == ':') *p = ' ';
        GAL_TRY(gal_bench_set_range(bench, item, err));
    }
    return GAL_OK;
}

/* Chosen corners, as indices into the bench. */
typedef struct choice {
    int32_t *index;
    int32_t n;
} choice;

static gal_status choose(choice *c, int32_t corner, gal_error *err) {
    int32_t *more = realloc(c->index, ((size_t)c->n + 1) * sizeof *more);
    if (!more) return gal_fail(err, GAL_ENOMEM, "out of memory for corners");
    c->index = more;
    more[c->n++] = corner;
    return GAL_OK;
}

static gal_status no_corner(const gal_bench *bench, const char *name, gal_error *err) {
    char list[300] = "";
    for (int32_t i = 0; i < bench->n_corner; i++) {
        const size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", bench->corner[i].name);
    }
    return gal_fail(err, GAL_ENOTFOUND, "no corner '%s'; there are %s", name, list);
}

static gal_status choose_named(choice *c, const gal_bench *bench, const char *list,
                               gal_error *err) {
    char item[ITEM];
    if (!list) return choose(c, 0, err);
    if (strcmp(list, "all") == 0) {
        for (int32_t i = 0; i < bench->n_corner; i++) GAL_TRY(choose(c, i, err));
        return GAL_OK;
    }
    while (next_item(item, &list, ',')) {
        const int32_t corner = gal_bench_find_corner(bench, item);
        if (corner < 0) return no_corner(bench, item, err);
        GAL_TRY(choose(c, corner, err));
    }
    return GAL_OK;
}

/* A corner with one setting more: "ss" at temp=125 becomes "ss_temp125". */
static gal_status vary_corner(choice *out, gal_bench *bench, int32_t corner, const char *key,
                              const char *value, gal_error *err) {
    const gal_bench_corner *c = &bench->corner[corner];
    gal_buf text;
    gal_buf_init(&text);
    gal_buf_printf(&text, "%s_%s%s", c->name, key, value);
    if (c->lib) gal_buf_printf(&text, " lib=%s", c->lib);
    const int temp = strcmp(key, "temp") == 0;
    if (!isnan(c->temp) && !temp) gal_buf_printf(&text, " temp=%.17g", c->temp);
    for (int32_t i = 0; i < c->n_set; i++)
        if (!gal_text_equal_nocase(c->set_name[i], key))
            gal_buf_printf(&text, " %s=%.17g", c->set_name[i], c->set_value[i]);
    gal_buf_printf(&text, " %s=%s", key, value);
    gal_status status = gal_buf_ok(&text, err);
    if (status == GAL_OK) status = gal_bench_add_corner(bench, text.data, err);
    if (status == GAL_OK) status = choose(out, bench->n_corner - 1, err);
    gal_buf_clear(&text);
    return status;
}

/* Each chosen corner at each value of `key`. */
static gal_status cross(choice *c, gal_bench *bench, const char *key, const char *list,
                        gal_error *err) {
    choice out = {0};
    gal_status status = GAL_OK;
    char item[ITEM];
    for (int32_t i = 0; status == GAL_OK && i < c->n; i++)
        for (const char *rest = list; status == GAL_OK && next_item(item, &rest, ',');)
            status = vary_corner(&out, bench, c->index[i], key, item, err);
    free(c->index);
    *c = out;
    return status;
}

static gal_status choose_corners(choice *c, gal_bench *bench, const cli_simulate_setup *setup,
                                 gal_error *err) {
    GAL_TRY(choose_named(c, bench, setup->corners, err));
    if (setup->temp) GAL_TRY(cross(c, bench, "temp", setup->temp, err));
    if (!setup->supply) return GAL_OK;
    const char *equal = strchr(setup->supply, '=');
    char name[ITEM];
    if (!equal || equal - setup->supply >= ITEM)
        return gal_fail(err, GAL_EINVAL, "--supply %s: expected NAME=VALUE,VALUE", setup->supply);
    snprintf(name, sizeof name, "%.*s", (int)(equal - setup->supply), setup->supply);
    return cross(c, bench, name, equal + 1, err);
}

static gal_status choose_vary(uint8_t *vary, const gal_bench *bench, const char *list,
                              gal_error *err) {
    char item[ITEM];
    memset(vary, list == NULL, (size_t)bench->n_var);
    while (next_item(item, &list, ',')) {
        const int32_t v = gal_bench_find_var(bench, item);
        if (v < 0)
            return gal_fail(err, GAL_ENOTFOUND,
                            "%s has no range to sweep: add '*galena var %s LOW HIGH [lin|log]' to "
                            "the deck or --var %s:LOW:HIGH",
                            item, item, item);
        vary[v] = 1;
    }
    return GAL_OK;
}

static gal_status parse_shard(gal_plan_options *options, const char *text, gal_error *err) {
    if (!text) return GAL_OK;
    char tail;
    if (sscanf(text, "%d/%d%c", &options->shard, &options->n_shard, &tail) == 2 &&
        options->shard >= 1 && options->shard <= options->n_shard) {
        options->shard--;
        return GAL_OK;
    }
    return gal_fail(err, GAL_EINVAL, "--shard %s: expected I/N with I from 1 to N", text);
}

static int32_t var_of(const void *bench, const char *name) {
    return gal_bench_find_var(bench, name);
}

static gal_status read_points(cli_points *points, const gal_bench *bench,
                              const cli_simulate_setup *setup, gal_error *err) {
    if (!setup->points) return GAL_OK;
    if (setup->sweep) return gal_fail(err, GAL_EINVAL, "--points and --sweep exclude each other");
    GAL_TRY(cli_points_read(points, setup->points, bench->n_var, var_of, bench, err));
    return points->n ? GAL_OK
                     : gal_fail_at(err, GAL_EPARSE, setup->points, 0, 0, "there is no point in it");
}

gal_status cli_setup_plan(gal_plan *plan, gal_bench *bench, const cli_simulate_setup *setup,
                          gal_error *err) {
    choice corners = {0};
    cli_points points = {0};
    gal_plan_options options = {.sweep = setup->sweep, .seed = (uint64_t)setup->seed};
    uint8_t *vary = calloc((size_t)bench->n_var + 1, 1);
    if (!vary) return gal_fail(err, GAL_ENOMEM, "out of memory for a sweep");
    gal_status status = choose_vary(vary, bench, setup->vary, err);
    if (status == GAL_OK) status = choose_corners(&corners, bench, setup, err);
    if (status == GAL_OK) status = parse_shard(&options, setup->shard, err);
    if (status == GAL_OK) status = read_points(&points, bench, setup, err);
    options.vary = vary;
    options.corner = corners.index;
    options.n_corner = corners.n;
    options.point = points.cell.data;
    options.n_point = points.n;
    if (status == GAL_OK) status = gal_plan_build(plan, bench, &options, err);
    cli_points_clear(&points);
    free(corners.index);
    free(vary);
    return status;
}

gal_status cli_setup_columns(int32_t *column, int32_t *n, const gal_bench *bench, const char *list,
                             gal_error *err) {
    char item[ITEM];
    *n = 0;
    if (!list)
        for (int32_t i = 0; i < bench->n_metric; i++) column[(*n)++] = i;
    while (next_item(item, &list, ',')) {
        const int32_t m = gal_bench_find_metric(bench, item);
        char names[300] = "";
        for (int32_t i = 0; m < 0 && i < bench->n_metric; i++) {
            const size_t used = strlen(names);
            snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "",
                     bench->metric[i].name);
        }
        if (m < 0)
            return gal_fail(err, GAL_ENOTFOUND, "the deck measures no '%s'; it measures %s", item,
                            names);
        if (*n < bench->n_metric) column[(*n)++] = m;
    }
    return GAL_OK;
}
