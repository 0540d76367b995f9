/* Another deck as a corner: one deck per corner is how many benchmark suites come. */
#include "spice/bench_private.h"
#include "spice/bench_value.h"

#include <math.h>
#include <string.h>

static gal_status differs(const gal_bench *bench, const gal_bench *deck, const char *what,
                          gal_error *err) {
    return gal_fail_at(err, GAL_EMISMATCH, deck->path, 0, 0, "is no corner of %s: %s", bench->path,
                       what);
}

static gal_status check_analyses(const gal_bench *bench, const gal_bench *deck, gal_error *err) {
    int32_t n = 0; /* measures add some behind those of the deck */
    for (; n < deck->n_analysis && n < bench->n_analysis; n++)
        if (strcmp(deck->analysis[n].command, bench->analysis[n].command) != 0) break;
    return n == deck->n_analysis ? GAL_OK : differs(bench, deck, "its analyses are others", err);
}

/* Parameters that are no design variables, where their values differ. */
static gal_status take_values(gal_bench_corner *corner, gal_bench *bench, const gal_bench *deck,
                              gal_error *err) {
    const int32_t n = bench->n_var + bench->n_fixed;
    corner->set_name = GAL_ARENA_ARRAY(&bench->arena, const char *, n + 1);
    corner->set_value = GAL_ARENA_ARRAY(&bench->arena, double, n + 1);
    if (!corner->set_name || !corner->set_value) return gal__bench_nomem(err);
    if (deck->n_var + deck->n_fixed != n || deck->n_derived != bench->n_derived)
        return differs(bench, deck, "it has other parameters", err);
    for (int32_t i = 0; i < n; i++) {
        const gal_bench_var *var = i < deck->n_var ? &deck->var[i] : &deck->fixed[i - deck->n_var];
        const gal__bench_point point = {.bench = bench};
        const double value = gal__bench_param(&point, var->name);
        if (isnan(value)) return differs(bench, deck, "it has other parameters", err);
        if (value == var->value || gal_bench_find_var(bench, var->name) >= 0) continue;
        corner->set_name[corner->n_set] = gal__bench_lower(&bench->arena, gal_view_of(var->name));
        corner->set_value[corner->n_set] = var->value;
        if (!corner->set_name[corner->n_set++]) return gal__bench_nomem(err);
    }
    return GAL_OK;
}

static const char *copy_text(gal_arena *arena, const char *text) {
    return text ? gal_arena_text(arena, text, strlen(text)) : NULL;
}

static gal_status take_cards(gal_bench_corner *corner, gal_bench *bench, const gal_bench *deck,
                             gal_error *err) {
    gal_bench_card *card = GAL_ARENA_ARRAY(&bench->arena, gal_bench_card, deck->n_card + 1);
    if (!card) return gal__bench_nomem(err);
    for (int32_t i = 0; i < deck->n_card; i++) {
        const gal_bench_card *from = &deck->card[i];
        card[i] = (gal_bench_card){copy_text(&bench->arena, from->text),
                                   copy_text(&bench->arena, from->file),
                                   copy_text(&bench->arena, from->section), from->temp};
        if (!card[i].text) return gal__bench_nomem(err);
    }
    corner->card = card;
    corner->n_card = deck->n_card;
    corner->hash = deck->hash | 1;
    return GAL_OK;
}

static gal_status take_deck(gal_bench *bench, const gal_bench *deck, const char *name,
                            gal_error *err) {
    gal_bench_corner one = {.name = gal__bench_lower(&bench->arena, gal_view_of(name)),
                            .temp = NAN};
    if (!one.name) return gal__bench_nomem(err);
    GAL_TRY(check_analyses(bench, deck, err));
    GAL_TRY(take_values(&one, bench, deck, err));
    GAL_TRY(take_cards(&one, bench, deck, err));
    return gal__bench_push_corner(bench, &one, err);
}

gal_status gal_bench_add_deck(gal_bench *bench, const char *name, const char *path,
                              gal_error *err) {
    gal_bench deck;
    if (gal_bench_find_corner(bench, name) >= 0)
        return gal_fail(err, GAL_EINVAL, "two corners are called '%s'", name);
    GAL_TRY(gal_bench_read(&deck, path, err));
    const gal_status status = take_deck(bench, &deck, name, err);
    gal_bench_clear(&deck);
    return status;
}
