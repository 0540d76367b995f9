#include "spice/trim.h"

#include "base/ascii.h"
#include "netlist/spice_expr.h"
#include "netlist/spice_lex.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_WIDTH = 100 };

void gal_trim_init(gal_trim *trim) {
    memset(trim, 0, sizeof *trim);
    gal_arena_init(&trim->arena);
    gal_intern_init(&trim->name, 1);
    trim->scale = 1;
}

void gal_trim_clear(gal_trim *trim) {
    gal_vec_free(&trim->model);
    gal_vec_free(&trim->value);
    gal_vec_free(&trim->cell);
    gal_vec_free(&trim->local);
    gal_vec_free(&trim->global);
    gal_vec_free(&trim->notice);
    gal_vec_free(&trim->file);
    gal_intern_clear(&trim->name);
    gal_arena_clear(&trim->arena);
}

/* ---- names ---- */

/* A model's name without its bin number and without "__model". */
static gal_view base_name(gal_view name) {
    size_t n = name.size;
    while (n && gal_is_digit(name.text[n - 1])) n--;
    if (n && n < name.size && name.text[n - 1] == '.') name.size = n - 1;
    static const char tail[] = "__model";
    const size_t size = sizeof tail - 1;
    if (name.size > size && memcmp(name.text + name.size - size, tail, size) == 0)
        name.size -= size;
    return name;
}

static int has_bin_number(gal_view name) {
    size_t n = name.size;
    while (n && gal_is_digit(name.text[n - 1])) n--;
    return n && n < name.size && name.text[n - 1] == '.';
}

/* `name` is `wanted`, or ends in "__" and `wanted`. */
static int is_device(gal_view name, const char *wanted) {
    const size_t size = strlen(wanted);
    if (name.size < size) return 0;
    const gal_view end = {name.text + name.size - size, size};
    if (!gal_view_equal_nocase(end, wanted)) return 0;
    const size_t before = name.size - size;
    return before == 0 ||
           (before > 2 && name.text[before - 1] == '_' && name.text[before - 2] == '_');
}

const char *gal__trim_device(gal_trim *trim, gal_view model, gal_view cell, int *no_memory) {
    const gal_view base = base_name(model);
    const char *list = trim->options.device, *name = NULL;
    if (!list) {
        name = gal_arena_text(&trim->arena, base.text, base.size);
        return *no_memory = !name, name;
    }
    for (const char *p = list; *p; p += p[strcspn(p, ",")] ? strcspn(p, ",") + 1 : strlen(p)) {
        name = gal_arena_text(&trim->arena, p, strcspn(p, ","));
        if (!name) return *no_memory = 1, NULL;
        if (*name && (is_device(base, name) || is_device(cell, name))) return name;
    }
    return NULL;
}

/* ---- values ---- */

typedef struct lookup {
    const gal_trim *trim;
    int32_t cell;
} lookup;

static gal_status find_param(gal_spice_scope *scope, gal_view name, double *value, gal_error *err) {
    const lookup *where = scope->user;
    const gal_trim *trim = where->trim;
    if (where->cell >= 0) {
        const gal_trim_cell *cell = &trim->cell.data[where->cell];
        for (int32_t i = cell->last; i-- > cell->first;)
            if (trim->local.data[i].name.size == name.size &&
                gal_view_equal_nocase(name, trim->local.data[i].name.text))
                return gal_spice_eval(value, trim->local.data[i].text, scope, err);
    }
    const int32_t id = gal_intern_find(&trim->name, name);
    if (id < 0 || (size_t)id >= trim->global.size || !trim->global.data[id].name.size)
        return GAL_ENOTFOUND;
    return gal_spice_eval(value, trim->global.data[id].text, scope, err);
}

gal_status gal__trim_value(double *value, const gal_trim *trim, int32_t cell,
                           const gal_trim_param *param, gal_error *err) {
    if (gal_spice_number(param->text, value) == param->text.size) return GAL_OK;
    lookup where = {trim, cell};
    gal_spice_scope scope = {.user = &where, .find = find_param};
    gal_error inner = {0};
    const gal_status status = gal_spice_eval(value, param->text, &scope, &inner);
    if (status == GAL_OK) return GAL_OK;
    return gal_fail_at(err, status, param->place.file, param->place.line, 0, "%.*s: %.300s%s",
                       (int)param->name.size, param->name.text, inner.message,
                       status == GAL_ENOTFOUND ? " (give it with --param NAME=VALUE)" : "");
}

/* ---- bins ---- */

static gal_status read_bin(const gal_trim *trim, gal_trim_model *model, gal_error *err) {
    static const char *const key[] = {"wmin", "wmax", "lmin", "lmax"};
    double *const bound[] = {&model->min_width, &model->max_width, &model->min_length,
                             &model->max_length};
    for (int k = 0; k < 4; k++) *bound[k] = k % 2 ? HUGE_VAL : 0;
    for (int32_t i = model->first; i < model->last; i++)
        for (int k = 0; k < 4; k++)
            if (gal_view_equal_nocase(trim->value.data[i].name, key[k]))
                GAL_TRY(gal__trim_value(bound[k], trim, model->cell, &trim->value.data[i], err));
    return GAL_OK;
}

static int is_wanted(const gal_trim_options *o, const gal_trim_model *model) {
    const double max_width = o->max_width > 0 ? o->max_width : HUGE_VAL;
    const double max_length = o->max_length > 0 ? o->max_length : HUGE_VAL;
    return model->min_width <= max_width && model->max_width >= o->min_width &&
           model->min_length <= max_length && model->max_length >= o->min_length;
}

/* Drops the bins outside the ranges. */
static gal_status keep_bins(gal_trim *trim, gal_error *err) {
    size_t n = 0;
    trim->n_bin = (int32_t)trim->model.size;
    for (size_t i = 0; i < trim->model.size; i++) {
        gal_trim_model model = trim->model.data[i];
        GAL_TRY(read_bin(trim, &model, err));
        if (is_wanted(&trim->options, &model)) trim->model.data[n++] = model;
    }
    trim->model.size = n;
    return GAL_OK;
}

/* Numbers the bins per device; a single card without a number stays so. */
static void number_bins(gal_trim *trim) {
    for (size_t i = 0; i < trim->model.size; i++) {
        gal_trim_model *model = &trim->model.data[i];
        int32_t before = 0, all = 0;
        for (size_t k = 0; k < trim->model.size; k++) {
            const int same = gal_text_equal_nocase(trim->model.data[k].device, model->device);
            all += same;
            before += same && k < i;
        }
        model->bin = all == 1 && !has_bin_number(model->name) ? -1 : before;
    }
}

/* Every device asked for must be there. */
static gal_status check_devices(const gal_trim *trim, gal_error *err) {
    if (trim->model.size == 0 && trim->n_bin)
        return gal_fail_at(err, GAL_ENOTFOUND, trim->path, 0, 0,
                           "none of the %d bins touches the ranges of width and length",
                           trim->n_bin);
    const char *list = trim->options.device ? trim->options.device : "";
    for (const char *p = list; *p; p += p[strcspn(p, ",")] ? strcspn(p, ",") + 1 : strlen(p)) {
        const gal_view name = {p, strcspn(p, ",")};
        int found = name.size == 0;
        for (size_t i = 0; i < trim->model.size && !found; i++)
            found = gal_view_equal_nocase(name, trim->model.data[i].device);
        if (!found)
            return gal_fail_at(err, GAL_ENOTFOUND, trim->path, 0, 0,
                               "no MOS model of device '%.*s' in section '%s'", (int)name.size,
                               name.text, trim->options.corner ? trim->options.corner : "(all)");
    }
    if (trim->model.size == 0)
        return gal_fail_at(err, GAL_ENOTFOUND, trim->path, 0, 0, "no MOS model in section '%s'",
                           trim->options.corner ? trim->options.corner : "(all)");
    return GAL_OK;
}

gal_status gal_trim_read(gal_trim *trim, const char *path, const gal_trim_options *options,
                         gal_error *err) {
    trim->path = path;
    trim->options = *options;
    GAL_TRY(gal__trim_read_library(trim, err));
    GAL_TRY(keep_bins(trim, err));
    GAL_TRY(check_devices(trim, err));
    number_bins(trim);
    return GAL_OK;
}

/* ---- printing ---- */

/* Numbers stay as the library writes them; expressions become the shortest text that reads back as
 * the same double. */
static gal_status format_value(char text[64], const gal_trim *trim, int32_t cell,
                               const gal_trim_param *param, gal_error *err) {
    double value;
    if (param->text.size < 60 && gal_spice_number(param->text, &value) == param->text.size) {
        memcpy(text, param->text.text, param->text.size);
        text[param->text.size] = '\0';
        return GAL_OK;
    }
    GAL_TRY(gal__trim_value(&value, trim, cell, param, err));
    if (!isfinite(value))
        return gal_fail_at(err, GAL_EPARSE, param->place.file, param->place.line, 0,
                           "%.*s has no finite value", (int)param->name.size, param->name.text);
    for (int digits = 12; digits <= 17; digits++) {
        double again;
        gal_text_printf(text, 64, "%.*g", digits, value);
        if (gal_number_parse(gal_view_of(text), &again) && again == value) break;
    }
    return GAL_OK;
}

static gal_status print_model(gal_buf *card, const gal_trim *trim, const gal_trim_model *model,
                              gal_error *err) {
    gal_buf_printf(card, ".model %s", model->device);
    if (model->bin >= 0) gal_buf_printf(card, ".%d", (int)model->bin);
    gal_buf_printf(card, " %.*s", (int)model->type.size, model->type.text);
    size_t column = LINE_WIDTH;
    for (int32_t i = model->first; i < model->last; i++) {
        const gal_trim_param *param = &trim->value.data[i];
        char text[64];
        GAL_TRY(format_value(text, trim, model->cell, param, err));
        const size_t size = param->name.size + strlen(text) + 2;
        if (column + size > LINE_WIDTH) gal_buf_text(card, "\n+"), column = 1;
        gal_buf_printf(card, " %.*s=%s", (int)param->name.size, param->name.text, text);
        column += size;
    }
    gal_buf_text(card, "\n");
    return GAL_OK;
}

static void print_head(gal_buf *card, const gal_trim *trim) {
    const gal_trim_options *o = &trim->options;
    gal_buf_printf(card, "* Trimmed by galena from %s", gal_view_of(trim->path).text);
    if (o->corner) gal_buf_printf(card, ", section %s", o->corner);
    gal_buf_printf(card,
                   ": %d of %d model cards,\n* statistical terms at their nominal value. The "
                   "notices of the files they come from:\n",
                   (int)trim->model.size, (int)trim->n_bin);
    for (size_t i = 0; i < trim->notice.size; i++) {
        const char *text = trim->notice.data[i];
        gal_buf_text(card, text);
        if (text[strlen(text) - 1] != '\n') gal_buf_text(card, "\n");
    }
}

gal_status gal_trim_print(gal_buf *card, const gal_trim *trim, gal_error *err) {
    print_head(card, trim);
    for (size_t i = 0; i < trim->model.size; i++)
        GAL_TRY(print_model(card, trim, &trim->model.data[i], err));
    return gal_buf_ok(card, err);
}
