/* A spec meets its deck. */
#include "netlist/spice_lex.h"
#include "tasks/sizing/spec.h"

#include <stdio.h>
#include <string.h>

enum { LIST = 380 };

static void append(char list[LIST], const char *name) {
    const size_t used = strlen(list);
    snprintf(list + used, LIST - used, "%s%s", used ? ", " : "", name);
}

static gal_status find_measure(gal_target *target, const gal_sizing_spec *spec,
                               const gal_bench *bench, gal_error *err) {
    char list[LIST] = "";
    target->metric = gal_bench_find_metric(bench, target->measure);
    if (target->metric >= 0) return GAL_OK;
    for (int32_t i = 0; i < bench->n_metric; i++) append(list, bench->metric[i].name);
    return gal_fail_at(err, GAL_ENOTFOUND, spec->path, target->line, 0,
                       "the deck measures no '%s'; it measures %s", target->measure,
                       *list ? list : "nothing");
}

/* An error of an edit gets the line of the spec. */
static gal_status place(gal_status status, const gal_sizing_spec *spec, int line, gal_error *err) {
    if (status != GAL_OK && err) {
        snprintf(err->file, sizeof err->file, "%s", spec->path);
        err->line = line;
    }
    return status;
}

static gal_status apply_set(gal_bench *bench, const char *list, gal_error *err) {
    while (*list) {
        const size_t size = strcspn(list, " \t,");
        const size_t name_size = strcspn(list, "=");
        char name[128];
        double value;
        if (!size) {
            list++;
            continue;
        }
        const gal_view number = {list + name_size + 1, size > name_size ? size - name_size - 1 : 0};
        if (name_size >= size || name_size >= sizeof name || !number.size ||
            gal_spice_number(number, &value) != number.size)
            return gal_fail(err, GAL_EPARSE, "set: expected NAME=NUMBER, not '%.*s'", (int)size,
                            list);
        snprintf(name, sizeof name, "%.*s", (int)name_size, list);
        GAL_TRY(gal_bench_set(bench, name, value, err));
        list += size;
    }
    return GAL_OK;
}

static gal_status check_corner(const gal_sizing_spec *spec, const gal_bench *bench,
                               const char *name, gal_error *err) {
    char list[LIST] = "";
    if (strcmp(name, "all") == 0 || gal_bench_find_corner(bench, name) >= 0) return GAL_OK;
    for (int32_t i = 0; i < bench->n_corner; i++) append(list, bench->corner[i].name);
    return gal_fail_at(err, GAL_ENOTFOUND, spec->path, 0, 0, "no corner '%s'; the deck has %s",
                       name, list);
}

static gal_status check_keep(const gal_sizing_spec *spec, const gal_bench *bench,
                             const gal_sizing_edit *keep, gal_error *err) {
    char list[LIST] = "";
    if (gal_bench_find_var(bench, keep->text) >= 0) return GAL_OK;
    for (int32_t i = 0; i < bench->n_var; i++) append(list, bench->var[i].name);
    return gal_fail_at(err, GAL_ENOTFOUND, spec->path, keep->line, 0,
                       "no design variable '%s' to keep; there are %s", keep->text, list);
}

static const char *base_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* What its file name has that the first deck's lacks: "ota_tt.cir", "ota_ss_125.cir": "ss_125". */
static void name_corner(char name[128], const char *deck, const char *path) {
    const char *a = base_of(deck), *b = base_of(path);
    size_t same = 0, start = 0;
    for (; a[same] && a[same] == b[same]; same++)
        if (strchr("_-.", a[same])) start = same + 1;
    const char *dot = strrchr(b, '.');
    const size_t size = dot && dot > b + start ? (size_t)(dot - b) - start : strlen(b + start);
    snprintf(name, 128, "%.*s", (int)size, b + start);
}

static gal_status add_decks(const gal_sizing_spec *spec, gal_bench *bench, gal_error *err) {
    for (int32_t i = 0; i < spec->n_more; i++) {
        char name[128];
        name_corner(name, spec->deck, spec->more[i].text);
        GAL_TRY(gal_bench_add_deck(bench, name, spec->more[i].text, err));
    }
    return GAL_OK;
}

static gal_status no_variable(const gal_sizing_spec *spec, const gal_bench *bench, gal_error *err) {
    char list[LIST] = "";
    for (int32_t i = 0; i < bench->n_fixed; i++) append(list, bench->fixed[i].name);
    return gal_fail_at(err, GAL_EINVAL, spec->path, 0, 0,
                       "no parameter has a range: add 'var NAME LOW HIGH [log]' here or "
                       "'*galena var' lines to the deck; it has %s",
                       *list ? list : "no top-level .param NAME=NUMBER");
}

gal_status gal_sizing_spec_bind(gal_sizing_spec *spec, gal_bench *bench, gal_error *err) {
    for (int32_t i = 0; i < spec->n_target; i++)
        GAL_TRY(find_measure(&spec->target[i], spec, bench, err));
    for (int32_t i = 0; i < spec->n_range; i++)
        GAL_TRY(place(gal_bench_set_range(bench, spec->range[i].text, err), spec,
                      spec->range[i].line, err));
    for (int32_t i = 0; i < spec->n_set; i++)
        GAL_TRY(place(apply_set(bench, spec->set[i].text, err), spec, spec->set[i].line, err));
    GAL_TRY(add_decks(spec, bench, err));
    for (int32_t i = 0; i < spec->n_corner; i++)
        GAL_TRY(check_corner(spec, bench, spec->corner[i], err));
    for (int32_t i = 0; i < spec->n_keep; i++)
        GAL_TRY(check_keep(spec, bench, &spec->keep[i], err));
    return bench->n_var > spec->n_keep ? GAL_OK : no_variable(spec, bench, err);
}
