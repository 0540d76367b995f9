#include "spice/bench.h"

#include "base/file.h"
#include "base/hash.h"
#include "netlist/spice_lex.h"
#include "spice/bench_private.h"
#include "spice/bench_value.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *gal__bench_text(gal__bench_builder *b, gal_view text) {
    return gal_arena_text(&b->bench->arena, text.text, text.size);
}

char *gal__bench_lower(gal_arena *arena, gal_view text) {
    char *copy = gal_arena_text(arena, text.text, text.size);
    for (char *p = copy; p && *p; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p | 32);
    return copy;
}

gal_status gal__bench_nomem(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for a deck");
}

gal_status gal__bench_fail(const gal__bench_builder *b, gal_error *err, gal_status code,
                           const char *format, ...) {
    char text[sizeof err->message];
    va_list arguments;
    va_start(arguments, format);
    gal_text_vprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return gal_fail_at(err, code, b->path, b->line, 0, "%s", text);
}

gal_view gal__bench_trim(gal_view text) {
    while (text.size && (unsigned char)*text.text <= ' ') text.text++, text.size--;
    while (text.size && (unsigned char)text.text[text.size - 1] <= ' ') text.size--;
    return text;
}

int gal__bench_is_one_of(gal_view word, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (gal_view_equal_nocase(word, list[i])) return 1;
    return 0;
}

gal_view gal__bench_word(gal_view *rest) {
    size_t i = 0;
    if (!rest->size) return *rest; /* its text may be NULL */
    while (i < rest->size && (unsigned char)rest->text[i] <= ' ') i++;
    const size_t start = i;
    while (i < rest->size && (unsigned char)rest->text[i] > ' ') i++;
    const gal_view word = {rest->text + start, i - start};
    *rest = (gal_view){rest->text + i, rest->size - i};
    return word;
}

/* Moves a builder's array into the bench's arena. */
static void *settle(gal__bench_builder *b, const void *data, size_t n, size_t item) {
    void *copy = gal_arena_calloc(&b->bench->arena, n + 1, item);
    if (copy && n) memcpy(copy, data, n * item);
    return copy;
}

#define SETTLE(b, member, vec)                                                                     \
    ((b)->bench->member = settle((b), (vec).data, (vec).size, sizeof *(vec).data),                 \
     (b)->bench->n_##member = (int32_t)(vec).size, (b)->bench->member != NULL)

/* The place a note's error lacks. */
static gal_status at_line(const gal__bench_builder *b, gal_status status, gal_error *err) {
    if (err && status != GAL_OK && !err->line) {
        err->line = b->line;
        snprintf(err->file, sizeof err->file, "%s", b->path);
    }
    return status;
}

/* `note` is behind "*galena"; kinds come in the order of what they refer to. */
static gal_status take_note(gal__bench_builder *b, const gal__bench_note *note, const char *kind,
                            gal_error *err) {
    gal_view rest = gal_view_of(note->text);
    if (!gal_view_equal_nocase(gal__bench_word(&rest), kind)) return GAL_OK;
    gal_bench *bench = b->bench;
    int32_t which;
    rest = gal__bench_trim(rest);
    if (strcmp(kind, "var") == 0) {
        return gal__bench_range(b->param.data, (int32_t)b->param.size, &bench->arena, &which, rest,
                                err);
    }
    if (strcmp(kind, "corner") == 0) {
        gal_bench_corner corner;
        GAL_TRY(gal__bench_corner(&corner, bench, &bench->arena, rest, err));
        return gal_vec_push(&b->corner, corner) ? GAL_OK : gal__bench_nomem(err);
    }
    if (strcmp(kind, "measure") == 0)
        return rest.size ? gal__bench_measure(b, rest, err)
                         : gal_fail(err, GAL_EPARSE, "expected 'measure NAME = MEASURE(...)'");
    const char *text = gal__bench_text(b, rest);
    return text && gal_vec_push(&b->valid, text) ? GAL_OK : gal__bench_nomem(err);
}

/* Errors are about this note. */
static void look_at(gal__bench_builder *b, const gal__bench_note *note) {
    b->line = note->line;
    b->path = note->path;
}

static gal_status take_notes(gal__bench_builder *b, const char *kind, gal_error *err) {
    const char *path = b->path;
    for (size_t i = 0; i < b->note.size; i++) {
        const gal__bench_note *note = &b->note.data[i];
        look_at(b, note);
        if (note->kind == GAL__NOTE_GALENA) GAL_TRY(at_line(b, take_note(b, note, kind, err), err));
        if (note->kind == GAL__NOTE_MEAS && strcmp(kind, "measure") == 0)
            GAL_TRY(at_line(b, gal__bench_meas(b, gal_view_of(note->text), -1, err), err));
    }
    b->path = path;
    return GAL_OK;
}

/* Those of .control blocks come last: the deck's own measures have their names first. */
static gal_status take_control(gal__bench_builder *b, gal_error *err) {
    const char *path = b->path;
    for (size_t i = 0; i < b->note.size; i++) {
        const gal__bench_note *note = &b->note.data[i];
        look_at(b, note);
        if (note->kind == GAL__NOTE_CONTROL_MEAS || note->kind == GAL__NOTE_CONTROL_LET)
            GAL_TRY(at_line(b, gal__bench_control_note(b, note, err), err));
    }
    b->path = path;
    return GAL_OK;
}

static gal_status check_note_kinds(gal__bench_builder *b, gal_error *err) {
    static const char *const kind[] = {"var", "measure", "corner", "valid"};
    for (size_t i = 0; i < b->note.size; i++) {
        const gal__bench_note *note = &b->note.data[i];
        gal_view rest = gal_view_of(note->text);
        const gal_view word = gal__bench_word(&rest);
        int known = note->kind != GAL__NOTE_GALENA;
        for (size_t k = 0; k < sizeof kind / sizeof *kind; k++)
            known |= gal_view_equal_nocase(word, kind[k]);
        if (!known)
            return gal_fail_at(err, GAL_EPARSE, note->path, note->line, 0,
                               "'*galena %.*s': expected var, measure, corner or valid",
                               (int)word.size, word.text);
    }
    return GAL_OK;
}

/* Parameters with a range are the design variables. */
static int split_params(gal__bench_builder *b) {
    gal_bench *bench = b->bench;
    const size_t n = b->param.size;
    bench->var = GAL_ARENA_ARRAY(&bench->arena, gal_bench_var, n + 1);
    bench->fixed = GAL_ARENA_ARRAY(&bench->arena, gal_bench_var, n + 1);
    if (!bench->var || !bench->fixed) return 0;
    for (size_t i = 0; i < n; i++) {
        const gal_bench_var *var = &b->param.data[i];
        if (var->lo < var->hi) bench->var[bench->n_var++] = *var;
        else bench->fixed[bench->n_fixed++] = *var;
    }
    return 1;
}

/* Every name of the predicates must be a measure or parameter: tried with all measures at 1. */
static gal_status check_valid(gal__bench_builder *b, gal_error *err) {
    const gal_bench *bench = b->bench;
    double *one = GAL_ARENA_ARRAY(&b->bench->arena, double, bench->n_metric + 1);
    if (!one) return gal__bench_nomem(err);
    for (int32_t i = 0; i < bench->n_metric; i++) one[i] = 1;
    gal__bench_point point = {.bench = bench, .metric = one};
    for (int32_t i = 0; i < bench->n_valid; i++) {
        double value;
        const gal_status status = gal__bench_eval(&value, &point, bench->valid[i], err);
        if (status != GAL_OK) return b->line = 0, at_line(b, status, err);
    }
    return GAL_OK;
}

static int is_used(const gal_bench *bench, int32_t analysis) {
    for (int32_t i = 0; i < bench->n_vector; i++)
        if (bench->vector[i].analysis == analysis) return 1;
    return 0;
}

/* Expressions of analyses that are needed and of .meas cards must know their names. */
static gal_status check_expressions(gal__bench_builder *b, gal_error *err) {
    const gal_bench *bench = b->bench;
    gal__bench_point point = {.bench = bench};
    gal_buf text;
    gal_buf_init(&text);
    gal_status status = GAL_OK;
    b->line = 0;
    for (int32_t i = 0; status == GAL_OK && i < bench->n_analysis; i++)
        if (is_used(bench, i))
            status = gal__bench_expand(&text, &point, bench->analysis[i].command, err);
    for (int32_t i = 0; status == GAL_OK && i < bench->n_metric; i++) {
        b->line = bench->metric[i].line;
        if (bench->metric[i].meas_vector >= 0)
            status = gal__bench_expand(&text, &point, bench->metric[i].meas, err);
    }
    gal_buf_clear(&text);
    if (err && status == GAL_ENOTFOUND) {
        const size_t used = strlen(err->message);
        snprintf(err->message + used, sizeof err->message - used,
                 " (in analyses and .meas cards only the deck's own top-level .param are known)");
    }
    return at_line(b, status, err);
}

static uint64_t mix_text(uint64_t hash, const char *text) {
    return gal_hash_mix(hash, gal_hash_bytes(text, strlen(text), 0));
}

/* What the results depend on, beside parameter values and corners. */
static void hash_bench(gal_bench *bench) {
    uint64_t h = bench->hash;
    for (int32_t i = 0; i < bench->n_card; i++) {
        h = mix_text(h, bench->card[i].text);
        if (bench->card[i].section) h = mix_text(h, bench->card[i].section);
    }
    for (int32_t i = 0; i < bench->n_analysis; i++) {
        h = mix_text(h, bench->analysis[i].command);
        if (bench->analysis[i].before) h = mix_text(h, bench->analysis[i].before);
    }
    uint64_t names = 0; /* a sum: what has a range comes first, and ranges do not count */
    for (int32_t i = 0; i < bench->n_var; i++) names += mix_text(1, bench->var[i].name);
    for (int32_t i = 0; i < bench->n_fixed; i++) names += mix_text(1, bench->fixed[i].name);
    h = gal_hash_mix(h, names);
    for (int32_t i = 0; i < bench->n_metric; i++)
        h = mix_text(mix_text(h, bench->metric[i].name), bench->metric[i].text);
    for (int32_t i = 0; i < bench->n_valid; i++) h = mix_text(h, bench->valid[i]);
    bench->hash = h;
}

/* Into the order of lines: a card is complete only when the next one starts. */
static void sort_notes(gal__bench_builder *b) {
    gal__bench_note *note = b->note.data;
    for (size_t i = 1; i < b->note.size; i++)
        for (size_t k = i; k > 0 && note[k - 1].order > note[k].order; k--) {
            const gal__bench_note swap = note[k];
            note[k] = note[k - 1];
            note[k - 1] = swap;
        }
}

static gal_status finish(gal__bench_builder *b, gal_error *err) {
    gal_bench *bench = b->bench;
    const gal_bench_corner nominal = {.name = "nominal", .temp = NAN};
    gal__bench_control_end(b);
    sort_notes(b);
    GAL_TRY(check_note_kinds(b, err));
    GAL_TRY(take_notes(b, "var", err));
    if (!split_params(b) || !SETTLE(b, card, b->card) || !SETTLE(b, derived, b->derived) ||
        !SETTLE(b, source, b->source) || !gal_vec_push(&b->corner, nominal))
        return gal__bench_nomem(err);
    GAL_TRY(take_notes(b, "corner", err));
    GAL_TRY(take_notes(b, "measure", err));
    GAL_TRY(take_control(b, err));
    GAL_TRY(take_notes(b, "valid", err));
    if (!SETTLE(b, card, b->card) || !SETTLE(b, derived, b->derived) ||
        !SETTLE(b, analysis, b->analysis) || !SETTLE(b, vector, b->vector) ||
        !SETTLE(b, metric, b->metric) || !SETTLE(b, corner, b->corner) ||
        !SETTLE(b, valid, b->valid))
        return gal__bench_nomem(err);
    hash_bench(bench);
    GAL_TRY(check_expressions(b, err));
    return check_valid(b, err);
}

/* The deck's path as workers in other directories need it. */
static const char *absolute(gal_arena *arena, const char *path) {
    char folder[4096], *text;
    if (*path == '/') return gal_arena_text(arena, path, strlen(path));
    if (!getcwd(folder, sizeof folder)) return NULL;
    const size_t size = strlen(folder) + strlen(path) + 2;
    if ((text = gal_arena_small(arena, size))) snprintf(text, size, "%s/%s", folder, path);
    return text;
}

gal_status gal_bench_parse(gal_bench *bench, gal_view text, const char *path, gal_error *err) {
    *bench = (gal_bench){0};
    gal_arena_init(&bench->arena);
    gal__bench_builder b = {.bench = bench, .path = path};
    gal_intern_init(&b.files, 0);
    gal_buf_init(&b.control.before);
    gal_buf_init(&b.control.skipped);
    bench->path = absolute(&bench->arena, path);
    gal_status status = bench->path ? gal__bench_scan(&b, text, err) : gal__bench_nomem(err);
    if (status == GAL_OK) status = finish(&b, err);
    gal_intern_clear(&b.files);
    gal_buf_clear(&b.control.before);
    gal_buf_clear(&b.control.skipped);
    gal_vec_free(&b.param);
    gal_vec_free(&b.derived);
    gal_vec_free(&b.analysis);
    gal_vec_free(&b.vector);
    gal_vec_free(&b.metric);
    gal_vec_free(&b.corner);
    gal_vec_free(&b.source);
    gal_vec_free(&b.card);
    gal_vec_free(&b.valid);
    gal_vec_free(&b.note);
    if (status != GAL_OK) gal_bench_clear(bench);
    return status;
}

gal_status gal_bench_read(gal_bench *bench, const char *path, gal_error *err) {
    gal_file file;
    *bench = (gal_bench){0};
    GAL_TRY(gal_file_read(&file, path, 0, err));
    const gal_status status = gal_bench_parse(bench, (gal_view){file.data, file.size}, path, err);
    gal_file_clear(&file);
    return status;
}

void gal_bench_clear(gal_bench *bench) {
    gal_warnings_clear(&bench->warnings);
    gal_arena_clear(&bench->arena);
    *bench = (gal_bench){0};
}

int32_t gal_bench_find_var(const gal_bench *bench, const char *name) {
    for (int32_t i = 0; i < bench->n_var; i++)
        if (gal_text_equal_nocase(bench->var[i].name, name)) return i;
    return -1;
}

int32_t gal_bench_find_metric(const gal_bench *bench, const char *name) {
    for (int32_t i = 0; i < bench->n_metric; i++)
        if (gal_text_equal_nocase(bench->metric[i].name, name)) return i;
    return -1;
}

int32_t gal_bench_find_corner(const gal_bench *bench, const char *name) {
    for (int32_t i = 0; i < bench->n_corner; i++)
        if (gal_text_equal_nocase(bench->corner[i].name, name)) return i;
    return -1;
}

double gal_bench_snap(const gal_bench_var *var, double value) {
    if (var->step > 0) value = var->lo + var->step * nearbyint((value - var->lo) / var->step);
    if (value > var->hi && var->step > 0)
        value = var->lo + var->step * floor((var->hi - var->lo) / var->step * (1 + 1e-12));
    return value < var->lo ? var->lo : value > var->hi ? var->hi : value;
}
