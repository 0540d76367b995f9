/* Changes to a bench that was read, and the deck it gives. */
#include "spice/bench_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static gal_status no_param(const gal_bench *bench, const char *name, gal_error *err) {
    char list[300] = "";
    for (int32_t i = 0; i < bench->n_var + bench->n_fixed; i++) {
        const gal_bench_var *var =
            i < bench->n_var ? &bench->var[i] : &bench->fixed[i - bench->n_var];
        const size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", var->name);
    }
    return gal_fail(err, GAL_ENOTFOUND, "no parameter '%s'; the deck has %s", name,
                    *list ? list : "no top-level .param NAME=NUMBER");
}

gal_status gal_bench_set(gal_bench *bench, const char *name, double value, gal_error *err) {
    for (int32_t i = 0; i < bench->n_var + bench->n_fixed; i++) {
        gal_bench_var *var = i < bench->n_var ? &bench->var[i] : &bench->fixed[i - bench->n_var];
        if (!gal_text_equal_nocase(var->name, name)) continue;
        var->value = value;
        if (i >= bench->n_var) var->lo = var->hi = value;
        return GAL_OK;
    }
    return no_param(bench, name, err);
}

/* A fixed parameter moves to the end of the variables, which need room for one more. */
static gal_status promote(gal_bench *bench, int32_t fixed, gal_error *err) {
    gal_bench_var *var = GAL_ARENA_ARRAY(&bench->arena, gal_bench_var, bench->n_var + 2);
    if (!var) return gal__bench_nomem(err);
    if (bench->n_var) memcpy(var, bench->var, (size_t)bench->n_var * sizeof *var);
    var[bench->n_var++] = bench->fixed[fixed];
    bench->var = var;
    bench->n_fixed--;
    for (int32_t i = fixed; i < bench->n_fixed; i++) bench->fixed[i] = bench->fixed[i + 1];
    return GAL_OK;
}

gal_status gal_bench_set_range(gal_bench *bench, const char *text, gal_error *err) {
    gal_view rest = gal_view_of(text);
    const gal_view name = gal__bench_word(&rest);
    int32_t which;
    for (int32_t i = 0; i < bench->n_fixed; i++) {
        if (!gal_view_equal_nocase(name, bench->fixed[i].name)) continue;
        GAL_TRY(
            gal__bench_range(&bench->fixed[i], 1, &bench->arena, &which, gal_view_of(text), err));
        return promote(bench, i, err);
    }
    return gal__bench_range(bench->var, bench->n_var, &bench->arena, &which, gal_view_of(text),
                            err);
}

gal_status gal__bench_push_corner(gal_bench *bench, const gal_bench_corner *one, gal_error *err) {
    gal_bench_corner *all = GAL_ARENA_ARRAY(&bench->arena, gal_bench_corner, bench->n_corner + 1);
    if (!all) return gal__bench_nomem(err);
    memcpy(all, bench->corner, (size_t)bench->n_corner * sizeof *all);
    all[bench->n_corner++] = *one;
    bench->corner = all;
    return GAL_OK;
}

gal_status gal_bench_add_corner(gal_bench *bench, const char *text, gal_error *err) {
    gal_bench_corner one;
    GAL_TRY(gal__bench_corner(&one, bench, &bench->arena, gal_view_of(text), err));
    return gal__bench_push_corner(bench, &one, err);
}

static void put_param(gal_buf *deck, const gal_bench_corner *corner, const char *name,
                      double value) {
    for (int32_t i = 0; i < corner->n_set; i++)
        if (gal_text_equal_nocase(corner->set_name[i], name)) value = corner->set_value[i];
    gal_buf_printf(deck, ".param %s=%.17g\n", name, value);
}

gal_status gal_bench_deck(gal_buf *deck, const gal_bench *bench, int32_t corner, gal_error *err) {
    const gal_bench_corner *c = &bench->corner[corner];
    gal_buf_printf(deck, "%s\n.options keepopinfo\n", *bench->title ? bench->title : "*");
    if (bench->switched) gal_buf_text(deck, gal__bench_functions);
    for (int32_t i = 0; i < bench->n_var; i++)
        put_param(deck, c, bench->var[i].name, bench->var[i].nominal);
    for (int32_t i = 0; i < bench->n_fixed; i++)
        put_param(deck, c, bench->fixed[i].name, bench->fixed[i].value);
    const gal_bench_card *all = c->card ? c->card : bench->card;
    const int32_t n = c->card ? c->n_card : bench->n_card;
    for (int32_t i = 0; i < n; i++) {
        const gal_bench_card *card = &all[i];
        if (card->temp && !isnan(c->temp)) continue;
        if (!card->file) gal_buf_printf(deck, "%s\n", card->text);
        else
            gal_buf_printf(deck, ".lib \"%s\" %s\n", card->file,
                           c->lib && gal__bench_has_section(card->file, gal_view_of(c->lib))
                               ? c->lib
                               : card->section);
    }
    if (!isnan(c->temp)) gal_buf_printf(deck, ".temp %.17g\n", c->temp);
    gal_buf_text(deck, ".end\n");
    return gal_buf_ok(deck, err);
}
