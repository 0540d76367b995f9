/* Ranges and corners, as `*galena var` and `*galena corner` lines or options give them. */
#include "netlist/spice_lex.h"
#include "spice/bench_private.h"

#include <math.h>
#include <string.h>

/* A whole word as a number with scale factor. */
static int number_of(gal_view word, double *value) {
    return word.size && gal_spice_number(word, value) == word.size && isfinite(*value);
}

/* "key=value" cut in two. */
static int split_pair(gal_view word, gal_view *key, gal_view *value) {
    const char *equal = memchr(word.text, '=', word.size);
    if (!equal || equal == word.text) return 0;
    *key = (gal_view){word.text, (size_t)(equal - word.text)};
    *value = (gal_view){equal + 1, word.size - key->size - 1};
    return 1;
}

static gal_status take_range_key(gal_bench_var *var, gal_arena *arena, gal_view word,
                                 gal_error *err) {
    gal_view key, value;
    if (gal_view_equal_nocase(word, "log")) return var->log = 1, GAL_OK;
    if (gal_view_equal_nocase(word, "lin")) return var->log = 0, GAL_OK;
    if (split_pair(word, &key, &value) && gal_view_equal_nocase(key, "unit")) {
        var->unit = gal_arena_text(arena, value.text, value.size);
        return var->unit ? GAL_OK : gal__bench_nomem(err);
    }
    if (split_pair(word, &key, &value) && gal_view_equal_nocase(key, "step") &&
        number_of(value, &var->step) && var->step > 0)
        return GAL_OK;
    return gal_fail(err, GAL_EPARSE,
                    "'%.*s' in the range of %s: expected lin, log, step=, unit=", (int)word.size,
                    word.text, var->name);
}

gal_status gal__bench_range(gal_bench_var *var, int32_t n, gal_arena *arena, int32_t *which,
                            gal_view text, gal_error *err) {
    const gal_view name = gal__bench_word(&text);
    int32_t i = 0;
    while (i < n && !gal_view_equal_nocase(name, var[i].name)) i++;
    if (i == n)
        return gal_fail(err, GAL_ENOTFOUND,
                        "a range for '%.*s', but no top-level .param %.*s=NUMBER (an expression "
                        "cannot have one)",
                        (int)name.size, name.text, (int)name.size, name.text);
    gal_bench_var one = var[i];
    one.log = 0;
    one.step = 0;
    if (!number_of(gal__bench_word(&text), &one.lo) || !number_of(gal__bench_word(&text), &one.hi))
        return gal_fail(err, GAL_EPARSE, "expected 'var %s LOW HIGH [lin|log] [step=] [unit=]'",
                        one.name);
    for (gal_view word; (word = gal__bench_word(&text)).size;)
        GAL_TRY(take_range_key(&one, arena, word, err));
    if (!(one.lo < one.hi) || (one.log && !(one.lo > 0)))
        return gal_fail(err, GAL_EPARSE, "range of %s: %g to %g%s", one.name, one.lo, one.hi,
                        one.lo < one.hi ? " cannot be logarithmic" : " is empty");
    var[i] = one;
    *which = i;
    return GAL_OK;
}

static int has_param(const gal_bench *bench, gal_view name) {
    for (int32_t i = 0; i < bench->n_var; i++)
        if (gal_view_equal_nocase(name, bench->var[i].name)) return 1;
    for (int32_t i = 0; i < bench->n_fixed; i++)
        if (gal_view_equal_nocase(name, bench->fixed[i].name)) return 1;
    return 0;
}

/* Some .lib file of the deck must have the section. */
static gal_status check_section(const gal_bench *bench, const char *section, gal_error *err) {
    for (int32_t i = 0; i < bench->n_card; i++)
        if (bench->card[i].file &&
            gal__bench_has_section(bench->card[i].file, gal_view_of(section)))
            return GAL_OK;
    return gal_fail(err, GAL_ENOTFOUND, "no .lib file of the deck has a section '%s'", section);
}

static gal_status take_corner_key(gal_bench_corner *corner, const gal_bench *bench,
                                  gal_arena *arena, gal_view word, gal_error *err) {
    gal_view key, value;
    if (!split_pair(word, &key, &value))
        return gal_fail(err, GAL_EPARSE,
                        "'%.*s' in corner %s: expected lib=, temp= or PARAM=", (int)word.size,
                        word.text, corner->name);
    if (gal_view_equal_nocase(key, "lib")) {
        corner->lib = gal__bench_lower(arena, value);
        return corner->lib ? check_section(bench, corner->lib, err) : gal__bench_nomem(err);
    }
    double number;
    if (!number_of(value, &number))
        return gal_fail(err, GAL_EPARSE, "'%.*s' in corner %s is not a number", (int)value.size,
                        value.text, corner->name);
    if (gal_view_equal_nocase(key, "temp")) return corner->temp = number, GAL_OK;
    if (!has_param(bench, key))
        return gal_fail(err, GAL_ENOTFOUND, "corner %s sets '%.*s', which is no top-level .param",
                        corner->name, (int)key.size, key.text);
    corner->set_name[corner->n_set] = gal__bench_lower(arena, key);
    corner->set_value[corner->n_set] = number;
    return corner->set_name[corner->n_set++] ? GAL_OK : gal__bench_nomem(err);
}

gal_status gal__bench_corner(gal_bench_corner *corner, const gal_bench *bench, gal_arena *arena,
                             gal_view text, gal_error *err) {
    const gal_view name = gal__bench_word(&text);
    if (!name.size)
        return gal_fail(err, GAL_EPARSE, "expected 'corner NAME [lib=] [temp=] [PARAM=]'");
    size_t n_word = 0;
    for (gal_view rest = text; gal__bench_word(&rest).size;) n_word++;
    *corner = (gal_bench_corner){.name = gal__bench_lower(arena, name),
                                 .temp = NAN,
                                 .set_name = GAL_ARENA_ARRAY(arena, const char *, n_word + 1),
                                 .set_value = GAL_ARENA_ARRAY(arena, double, n_word + 1)};
    if (!corner->name || !corner->set_name || !corner->set_value) return gal__bench_nomem(err);
    for (gal_view word; (word = gal__bench_word(&text)).size;)
        GAL_TRY(take_corner_key(corner, bench, arena, word, err));
    return GAL_OK;
}
