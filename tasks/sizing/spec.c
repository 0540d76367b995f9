#include "tasks/sizing/spec.h"

#include "base/file.h"
#include "base/rng.h"
#include "netlist/spice_lex.h"
#include "tasks/sizing/spec_private.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *gal_sense_text(gal_sense sense) {
    static const char *const text[] = {">=", "<=", "=", "min", "max"};
    return text[sense];
}

static gal_status fail(const gal__spec_builder *b, gal_error *err, const char *what, gal_view at) {
    return gal_fail_at(err, GAL_EPARSE, b->spec->path, b->line, 0, "%s '%.*s'", what, (int)at.size,
                       at.text);
}

static gal_status nomem(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for a sizing spec");
}

static int is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == ',';
}

static gal_view trim(gal_view text) {
    while (text.size && is_blank(*text.text)) text.text++, text.size--;
    while (text.size && is_blank(text.text[text.size - 1])) text.size--;
    return text;
}

/* Cuts the next word; "a>=1" is three: operators stand alone. */
static gal_view word(gal_view *rest) {
    *rest = trim(*rest);
    size_t n = 0;
    const int is_operator = rest->size && strchr("<>=", *rest->text) != NULL;
    while (n < rest->size && !is_blank(rest->text[n]) &&
           (strchr("<>=", rest->text[n]) != NULL) == is_operator)
        n++;
    const gal_view out = {rest->text, n};
    rest->text += n;
    rest->size -= n;
    return out;
}

/* A number with a suffix; '%' divides by 100. */
static int number(double *value, gal_view text) {
    double scale = 1;
    if (text.size && text.text[text.size - 1] == '%') scale = 0.01, text.size--;
    if (!text.size || gal_spice_number(text, value) != text.size) return 0;
    *value *= scale;
    return isfinite(*value);
}

/* "200..400" */
static int range(double *low, double *high, gal_view text) {
    for (size_t i = 1; i + 2 < text.size; i++)
        if (text.text[i] == '.' && text.text[i + 1] == '.')
            return number(low, (gal_view){text.text, i}) &&
                   number(high, (gal_view){text.text + i + 2, text.size - i - 2});
    return 0;
}

static char *keep_text(gal__spec_builder *b, gal_view text) {
    return gal_arena_text(&b->spec->arena, text.text, text.size);
}

static gal_status take_option(gal__spec_builder *b, gal_target *target, gal_view key,
                              gal_view *rest, gal_error *err) {
    if (gal_view_equal_nocase(key, "soft")) return target->soft = 1, GAL_OK;
    if (gal_view_equal_nocase(key, "hard")) return target->soft = 0, GAL_OK;
    const int weight = gal_view_equal_nocase(key, "weight"),
              tol = gal_view_equal_nocase(key, "tol");
    if (!weight && !tol) return fail(b, err, "expected soft, hard, weight=W or tol=T, not", key);
    const gal_view equal = word(rest), text = word(rest);
    double value;
    if (!gal_view_equal_nocase(equal, "=") || !number(&value, text) || !(value > 0))
        return fail(b, err, "expected a number above 0 after '=', not", text);
    *(weight ? &target->weight : &target->tolerance) = value;
    return GAL_OK;
}

static gal_status add_target(gal__spec_builder *b, gal_target *target, gal_view measure,
                             gal_view rest, gal_error *err) {
    for (gal_view key = word(&rest); key.size; key = word(&rest))
        GAL_TRY(take_option(b, target, key, &rest, err));
    target->measure = keep_text(b, measure);
    return target->measure && gal_vec_push(&b->target, *target) ? GAL_OK : nomem(err);
}

static gal_status take_objective(gal__spec_builder *b, gal_sense sense, gal_view rest,
                                 gal_error *err) {
    gal_target target = {.sense = sense,
                         .value = NAN,
                         .low = NAN,
                         .high = NAN,
                         .weight = 1,
                         .soft = 1,
                         .metric = -1,
                         .line = b->line};
    const gal_view measure = word(&rest);
    if (!measure.size) return fail(b, err, "expected a measure after", gal_view_of("minimize"));
    return add_target(b, &target, measure, rest, err);
}

static int find_sense(gal_sense *sense, gal_view text) {
    static const struct {
        const char *text;
        gal_sense sense;
    } known[] = {{">=", GAL_SENSE_GE}, {">", GAL_SENSE_GE}, {"<=", GAL_SENSE_LE},
                 {"<", GAL_SENSE_LE},  {"=", GAL_SENSE_EQ}, {"==", GAL_SENSE_EQ}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (gal_view_equal_nocase(text, known[i].text)) return *sense = known[i].sense, 1;
    return 0;
}

static gal_status take_target(gal__spec_builder *b, gal_view measure, gal_view rest,
                              gal_error *err) {
    gal_target target = {
        .tolerance = 0.01, .weight = 1, .metric = -1, .line = b->line, .low = NAN, .high = NAN};
    const gal_view sense = word(&rest);
    if (!find_sense(&target.sense, sense))
        return sense.size ? fail(b, err, "expected >=, <= or = after the measure, not", sense)
                          : fail(b, err, "expected 'MEASURE >= TARGET' or a word such as deck, not",
                                 measure);
    const gal_view value = word(&rest);
    if (!number(&target.value, value) && !range(&target.low, &target.high, value))
        return fail(b, err, "expected a target, not", value);
    return add_target(b, &target, measure, rest, err);
}

static gal_status take_list(gal__spec_builder *b, int corners, gal_view rest, gal_error *err) {
    for (gal_view name = word(&rest); name.size; name = word(&rest)) {
        char *text = keep_text(b, name);
        const gal_sizing_edit edit = {text, b->line};
        if (!text || !(corners ? gal_vec_push(&b->corner, text) : gal_vec_push(&b->keep, edit)))
            return nomem(err);
    }
    return GAL_OK;
}

typedef enum edit_kind { RANGE, SET, MEASURE, DECK } edit_kind;

static gal_status take_edit(gal__spec_builder *b, edit_kind kind, gal_view rest, gal_error *err) {
    const gal_sizing_edit edit = {keep_text(b, trim(rest)), b->line};
    if (!edit.text) return nomem(err);
    if (kind == DECK && !*edit.text)
        return fail(b, err, "expected a name after", gal_view_of("deck"));
    const int pushed = kind == RANGE     ? gal_vec_push(&b->range, edit)
                       : kind == SET     ? gal_vec_push(&b->set, edit)
                       : kind == MEASURE ? gal_vec_push(&b->measure, edit)
                                         : gal_vec_push(&b->deck, edit);
    return pushed ? GAL_OK : nomem(err);
}

static gal_status take_number(gal__spec_builder *b, int budget, gal_view text, gal_error *err) {
    double value;
    if (!number(&value, trim(text)) || value < (budget ? 1 : 0) || value > (budget ? 1e9 : 1))
        return fail(b, err,
                    budget ? "expected a number of simulations, not"
                           : "expected a margin such as 2%, not",
                    trim(text));
    if (budget) b->spec->budget = (int32_t)value;
    else b->spec->margin = value;
    return GAL_OK;
}

static gal_status take_name(gal__spec_builder *b, const char **slot, gal_view text,
                            gal_error *err) {
    text = trim(text);
    if (!text.size) return fail(b, err, "expected a name after", gal_view_of("tech"));
    *slot = keep_text(b, text);
    return *slot ? GAL_OK : nomem(err);
}

gal_status gal__spec_statement(gal__spec_builder *b, gal_view text, gal_error *err) {
    gal_view rest = text;
    const gal_view first = word(&rest);
    gal_view ahead = rest;
    gal_sense sense;
    const gal_view second = word(&ahead);
    if (!first.size) return GAL_OK;
    if (find_sense(&sense, second)) return take_target(b, first, rest, err);
    if (gal_view_equal_nocase(first, "deck")) return take_edit(b, DECK, rest, err);
    if (gal_view_equal_nocase(first, "measure")) return take_edit(b, MEASURE, rest, err);
    if (gal_view_equal_nocase(first, "tech")) return take_name(b, &b->spec->tech, rest, err);
    if (gal_view_equal_nocase(first, "minimize"))
        return take_objective(b, GAL_SENSE_MIN, rest, err);
    if (gal_view_equal_nocase(first, "maximize"))
        return take_objective(b, GAL_SENSE_MAX, rest, err);
    if (gal_view_equal_nocase(first, "corners")) return take_list(b, 1, rest, err);
    if (gal_view_equal_nocase(first, "keep")) return take_list(b, 0, rest, err);
    if (gal_view_equal_nocase(first, "var")) return take_edit(b, RANGE, rest, err);
    if (gal_view_equal_nocase(first, "set")) return take_edit(b, SET, rest, err);
    if (gal_view_equal_nocase(first, "budget")) return take_number(b, 1, rest, err);
    if (gal_view_equal_nocase(first, "margin")) return take_number(b, 0, rest, err);
    return take_target(b, first, rest, err);
}

int gal__spec_is_word(const char *word) {
    static const char *const known[] = {"deck",     "tech",    "specs", "minimize",
                                        "maximize", "corners", "keep",  "budget",
                                        "margin",   "var",     "set",   "measure"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(word, known[i]) == 0) return 1;
    return 0;
}

gal_status gal__spec_entry(gal__spec_builder *b, const char *word, const char *name,
                           const char *value, gal_error *err) {
    gal_buf line;
    gal_buf_init(&line);
    if (strcmp(word, "specs") == 0) word = "";
    const int equal = strcmp(word, "set") == 0, spaced = strcmp(word, "measure") == 0;
    gal_buf_printf(&line, "%s%s%s%s%s", word, *word && *name ? " " : "", name,
                   *name && equal    ? "="
                   : *name && spaced ? " = "
                                     : " ",
                   value);
    gal_status status = gal_buf_ok(&line, err);
    if (status == GAL_OK) status = gal__spec_statement(b, (gal_view){line.data, line.size}, err);
    gal_buf_clear(&line);
    return status;
}

static gal_status take_lines(gal__spec_builder *b, gal_view text, gal_error *err) {
    for (size_t at = 0; at < text.size;) {
        size_t size = 0, used = 0;
        while (at + size < text.size && text.text[at + size] != '\n') size++;
        while (used < size && text.text[at + used] != '#') used++;
        const gal_view line = trim((gal_view){text.text + at, used});
        b->line++;
        at += size + 1;
        if (line.size && *line.text != '*') GAL_TRY(gal__spec_statement(b, line, err));
    }
    b->line = 0;
    return GAL_OK;
}

static int is_json(gal_view text) {
    size_t i = 0;
    while (i < text.size && (is_blank(text.text[i]) || text.text[i] == '\n')) i++;
    return i < text.size && text.text[i] == '{';
}

#define MOVE(from, to, count, type)                                                                \
    do {                                                                                           \
        spec->to = GAL_ARENA_ARRAY(&spec->arena, type, b->from.size + 1);                          \
        if (!spec->to) return nomem(err);                                                          \
        if (b->from.size) memcpy(spec->to, b->from.data, b->from.size * sizeof(type));             \
        spec->count = (int32_t)b->from.size;                                                       \
    } while (0)

/* Decks as seen from the working directory; the first is the deck, others are corners. */
static gal_status place_decks(gal__spec_builder *b, const char *instead, gal_error *err) {
    gal_sizing_spec *spec = b->spec;
    for (size_t i = 0; !instead && i < b->deck.size; i++) {
        gal_sizing_edit *deck = &b->deck.data[i];
        deck->text = gal_path_beside(&spec->arena, spec->path, deck->text);
        if (!deck->text) return nomem(err);
    }
    if (instead) b->deck.size = 0;
    spec->deck = instead ? instead : b->deck.size ? b->deck.data[0].text : NULL;
    if (!spec->deck)
        return gal_fail_at(err, GAL_EINVAL, spec->path, 0, 0,
                           "names no deck: add 'deck FILE.sp', or give --deck FILE");
    MOVE(deck, more, n_more, gal_sizing_edit);
    if (spec->n_more) spec->more++, spec->n_more--;
    return spec->n_more && !b->corner.size && !gal_vec_push(&b->corner, "all") ? nomem(err)
                                                                               : GAL_OK;
}

static gal_status finish(gal__spec_builder *b, const char *deck, gal_error *err) {
    gal_sizing_spec *spec = b->spec;
    MOVE(target, target, n_target, gal_target);
    MOVE(range, range, n_range, gal_sizing_edit);
    MOVE(set, set, n_set, gal_sizing_edit);
    MOVE(keep, keep, n_keep, gal_sizing_edit);
    MOVE(measure, measure, n_measure, gal_sizing_edit);
    GAL_TRY(place_decks(b, deck, err));
    MOVE(corner, corner, n_corner, const char *);
    if (!spec->n_target)
        return gal_fail_at(err, GAL_EINVAL, spec->path, 0, 0,
                           "has no target: add lines such as 'gain >= 70'");
    if (spec->tech && strchr(spec->tech, '/'))
        spec->tech = gal_path_beside(&spec->arena, spec->path, spec->tech);
    gal_sizing_spec_draw(spec, 0);
    return GAL_OK;
}

static int is_yaml(const char *path) {
    return gal_path_has_ending(path, ".yaml") || gal_path_has_ending(path, ".yml");
}

int gal_sizing_spec_is(const char *path) {
    return is_yaml(path) || gal_path_has_ending(path, ".size") ||
           gal_path_has_ending(path, ".json");
}

void gal_sizing_spec_draw(gal_sizing_spec *spec, uint64_t number) {
    gal_rng rng;
    gal_rng_init(&rng, number, 1);
    for (int32_t i = 0; i < spec->n_target; i++) {
        gal_target *t = &spec->target[i];
        const double u = gal_rng_uniform(&rng);
        if (!isnan(t->low)) t->value = t->low + u * (t->high - t->low);
    }
}

static gal_status read_text(gal_sizing_spec *spec, gal_view text, const char *path,
                            const char *deck, gal_error *err) {
    *spec = (gal_sizing_spec){0};
    gal_arena_init(&spec->arena);
    gal__spec_builder b = {.spec = spec};
    spec->path = gal_arena_text(&spec->arena, path, strlen(path));
    gal_status status = !spec->path     ? nomem(err)
                        : is_yaml(path) ? gal__spec_yaml(&b, text, err)
                        : is_json(text) ? gal__spec_json(&b, text, err)
                                        : take_lines(&b, text, err);
    if (status == GAL_OK) status = finish(&b, deck, err);
    gal_vec_free(&b.target);
    gal_vec_free(&b.corner);
    gal_vec_free(&b.range);
    gal_vec_free(&b.set);
    gal_vec_free(&b.keep);
    gal_vec_free(&b.measure);
    gal_vec_free(&b.deck);
    if (status != GAL_OK) gal_sizing_spec_clear(spec);
    return status;
}

gal_status gal_sizing_spec_parse(gal_sizing_spec *spec, gal_view text, const char *path,
                                 gal_error *err) {
    return read_text(spec, text, path, NULL, err);
}

gal_status gal_sizing_spec_read(gal_sizing_spec *spec, const char *path, const char *deck,
                                gal_error *err) {
    gal_file file;
    GAL_TRY(gal_file_read(&file, path, 1 << 24, err));
    const gal_status status = read_text(spec, (gal_view){file.data, file.size}, path, deck, err);
    gal_file_clear(&file);
    return status;
}

void gal_sizing_spec_clear(gal_sizing_spec *spec) {
    gal_warnings_clear(&spec->warnings);
    gal_arena_clear(&spec->arena);
    *spec = (gal_sizing_spec){0};
}
