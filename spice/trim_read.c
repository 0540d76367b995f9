/* Reading a library: sections, includes, parameters, subcircuits, models. */
#include "base/file.h"
#include "netlist/spice_lex.h"
#include "spice/trim.h"

#include <math.h>
#include <string.h>

enum { DEEPEST = 64, MOST_NOTICE_LINES = 40 };
static const size_t MOST_BYTES = (size_t)1 << 31;

typedef struct trim_source {
    const char *path, *section; /* section NULL: all of the file */
    const struct trim_source *from;
    int depth;
} trim_source;

typedef struct reader {
    gal_trim *trim;
    gal_spice_lex *lex;
    const trim_source *source;
    gal_error *err;
    int32_t cell;   /* the subcircuit being read, -1: none */
    int in_section; /* between .lib NAME and .endl */
    int found;      /* the section was met */
    int ended;      /* .end was met */
} reader;

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory");
}

static gal_status copy_view(reader *r, gal_view view, gal_view *copy) {
    const char *text = gal_arena_text(&r->trim->arena, view.text, view.size);
    if (!text) return no_memory(r->err);
    *copy = (gal_view){text, view.size};
    return GAL_OK;
}

static gal_trim_place place(const reader *r) {
    return (gal_trim_place){r->source->path, r->lex->line};
}

/* Token i is a KEY; its value is token i + 1. */
static gal_status read_pair(reader *r, int32_t i, gal_trim_param *pair) {
    const gal_spice_lex *lex = r->lex;
    if (i + 1 >= lex->n_token || lex->token[i + 1].kind == GAL_SPICE_KEY)
        return gal_spice_lex_fail(lex, i, r->err, GAL_EPARSE, "expected a value behind '='");
    if (lex->token[i + 1].kind == GAL_SPICE_UNCLOSED)
        return gal_spice_lex_fail(lex, i + 1, r->err, GAL_EPARSE, "quote or brace is not closed");
    int line;
    gal_spice_lex_place(lex, lex->token[i].view.text, &line, NULL);
    pair->place = (gal_trim_place){r->source->path, line};
    GAL_TRY(copy_view(r, lex->token[i].view, &pair->name));
    return copy_view(r, lex->token[i + 1].view, &pair->text);
}

static gal_status define(reader *r, const gal_trim_param *pair) {
    gal_trim *trim = r->trim;
    if (r->cell >= 0) {
        if (!gal_vec_push(&trim->local, *pair)) return no_memory(r->err);
        trim->cell.data[r->cell].last = (int32_t)trim->local.size;
        return GAL_OK;
    }
    const int32_t id = gal_intern_add(&trim->name, pair->name);
    if (id < 0) return no_memory(r->err);
    while (trim->global.size <= (size_t)id)
        if (!gal_vec_push(&trim->global, (gal_trim_param){0})) return no_memory(r->err);
    trim->global.data[id] = *pair;
    return GAL_OK;
}

/* Parameters in tokens from..; words that are no assignments ("params:", functions) are passed. */
static gal_status read_params(reader *r, int32_t from) {
    for (int32_t i = from; i < r->lex->n_token; i++) {
        if (r->lex->token[i].kind != GAL_SPICE_KEY) continue;
        gal_trim_param pair;
        GAL_TRY(read_pair(r, i, &pair));
        GAL_TRY(define(r, &pair));
        i++;
    }
    return GAL_OK;
}

static gal_status read_subckt(reader *r) {
    gal_trim *trim = r->trim;
    if (r->lex->n_token < 2)
        return gal_spice_lex_fail(r->lex, 1, r->err, GAL_EPARSE, "expected a subcircuit's name");
    if (r->cell >= 0)
        return gal_spice_lex_fail(r->lex, 0, r->err, GAL_EPARSE,
                                  "a subcircuit inside a subcircuit is not supported here");
    gal_trim_cell cell = {.first = (int32_t)trim->local.size, .last = (int32_t)trim->local.size};
    GAL_TRY(copy_view(r, r->lex->token[1].view, &cell.name));
    if (!gal_vec_push(&trim->cell, cell)) return no_memory(r->err);
    r->cell = (int32_t)trim->cell.size - 1;
    return read_params(r, 2);
}

static int is_known(const gal_trim *trim, const gal_trim_model *model) {
    for (size_t i = 0; i < trim->model.size; i++)
        if (trim->model.data[i].cell == model->cell &&
            gal_view_equal(trim->model.data[i].name, model->name))
            return 1;
    return 0;
}

static gal_status read_model_values(reader *r, gal_trim_model *model) {
    gal_trim *trim = r->trim;
    model->first = (int32_t)trim->value.size;
    for (int32_t i = 3; i < r->lex->n_token; i += 2) {
        if (r->lex->token[i].kind != GAL_SPICE_KEY)
            return gal_spice_lex_fail(r->lex, i, r->err, GAL_EPARSE,
                                      "expected NAME=VALUE in the model card");
        gal_trim_param pair;
        GAL_TRY(read_pair(r, i, &pair));
        if (!gal_vec_push(&trim->value, pair)) return no_memory(r->err);
    }
    model->last = (int32_t)trim->value.size;
    return GAL_OK;
}

static gal_status read_model(reader *r) {
    gal_trim *trim = r->trim;
    const gal_spice_lex *lex = r->lex;
    if (lex->n_token < 3)
        return gal_spice_lex_fail(lex, lex->n_token, r->err, GAL_EPARSE,
                                  "expected .model NAME TYPE");
    if (!gal_spice_lex_is(lex, 2, "nmos") && !gal_spice_lex_is(lex, 2, "pmos")) return GAL_OK;
    const gal_view cell = r->cell >= 0 ? trim->cell.data[r->cell].name : (gal_view){"", 0};
    int out_of_memory = 0;
    const char *device = gal__trim_device(trim, lex->token[1].view, cell, &out_of_memory);
    if (!device) return out_of_memory ? no_memory(r->err) : GAL_OK;
    gal_trim_model model = {.device = device, .cell = r->cell, .place = place(r)};
    GAL_TRY(copy_view(r, lex->token[1].view, &model.name));
    GAL_TRY(copy_view(r, lex->token[2].view, &model.type));
    if (is_known(trim, &model)) return GAL_OK;
    GAL_TRY(read_model_values(r, &model));
    return gal_vec_push(&trim->model, model) ? GAL_OK : no_memory(r->err);
}

static gal_status read_options(reader *r) {
    for (int32_t i = 1; i + 1 < r->lex->n_token; i++)
        if (r->lex->token[i].kind == GAL_SPICE_KEY &&
            gal_view_equal_nocase(r->lex->token[i].view, "scale")) {
            const gal_view text = r->lex->token[i + 1].view;
            if (gal_spice_number(text, &r->trim->scale) != text.size || !(r->trim->scale > 0))
                return gal_spice_lex_fail(r->lex, i + 1, r->err, GAL_EPARSE,
                                          "expected scale=NUMBER");
        }
    return GAL_OK;
}

static gal_status read_file(gal_trim *trim, const trim_source *source, gal_error *err);

static gal_status include(reader *r, int32_t path, int32_t section) {
    gal_view name = {NULL, 0}, part = {NULL, 0};
    if (path >= r->lex->n_token)
        return gal_spice_lex_fail(r->lex, path, r->err, GAL_EPARSE, "expected a file name");
    GAL_TRY(copy_view(r, r->lex->token[path].view, &name));
    if (section < r->lex->n_token) GAL_TRY(copy_view(r, r->lex->token[section].view, &part));
    const char *file = gal_path_beside(&r->trim->arena, r->source->path, name.text);
    if (!file) return no_memory(r->err);
    if (!gal_file_exists(file)) file = name.text;
    if (!gal_file_exists(file))
        return gal_spice_lex_fail(r->lex, path, r->err, GAL_ENOTFOUND, "file '%s' is not there",
                                  name.text);
    const trim_source next = {file, part.text, r->source, r->source->depth + 1};
    if (next.depth > DEEPEST)
        return gal_spice_lex_fail(r->lex, 0, r->err, GAL_ELIMIT,
                                  "includes nested deeper than %d levels", DEEPEST);
    return read_file(r->trim, &next, r->err);
}

/* .lib NAME opens a section, .lib FILE NAME reads one. *taken = 1 when the card was either or is
 * outside the section wanted. */
static gal_status read_lib(reader *r, int *taken) {
    const gal_spice_lex *lex = r->lex;
    *taken = 1;
    if (gal_spice_lex_is(lex, 0, ".endl")) {
        r->in_section = 0;
        return GAL_OK;
    }
    const int is_lib = gal_spice_lex_is(lex, 0, ".lib");
    if (is_lib && lex->n_token == 2) {
        r->in_section =
            r->source->section && gal_view_equal_nocase(lex->token[1].view, r->source->section);
        r->found |= r->in_section;
        return GAL_OK;
    }
    if (r->source->section && !r->in_section) return GAL_OK;
    if (is_lib) return include(r, 1, 2);
    *taken = 0;
    return GAL_OK;
}

static gal_status read_card(reader *r) {
    const gal_spice_lex *lex = r->lex;
    int taken;
    GAL_TRY(read_lib(r, &taken));
    if (taken) return GAL_OK;
    if (lex->token[0].view.size && lex->token[0].view.text[0] != '.') {
        if (r->cell >= 0) r->trim->cell.data[r->cell].n_element++;
        return GAL_OK;
    }
    if (gal_spice_lex_is(lex, 0, ".include") || gal_spice_lex_is(lex, 0, ".inc"))
        return include(r, 1, INT32_MAX);
    if (gal_spice_lex_is(lex, 0, ".param")) return read_params(r, 1);
    if (gal_spice_lex_is(lex, 0, ".model")) return read_model(r);
    if (gal_spice_lex_is(lex, 0, ".subckt")) return read_subckt(r);
    if (gal_spice_lex_is(lex, 0, ".ends")) return r->cell = -1, GAL_OK;
    if (gal_spice_lex_is(lex, 0, ".option") || gal_spice_lex_is(lex, 0, ".options"))
        return read_options(r);
    if (gal_spice_lex_is(lex, 0, ".if"))
        return gal_spice_lex_fail(lex, 0, r->err, GAL_EPARSE,
                                  "conditional cards (.if) are not supported in a library");
    if (gal_spice_lex_is(lex, 0, ".end")) r->ended = 1;
    return GAL_OK;
}

/* The comment lines at the head of a file: who owns it, under what licence. */
static gal_status keep_notice(gal_trim *trim, const gal_file *file, gal_error *err) {
    const char *p = file->data, *end = file->data + file->size;
    for (int line = 0; p < end && *p == '*' && line < MOST_NOTICE_LINES; line++) {
        const char *next = memchr(p, '\n', (size_t)(end - p));
        p = next ? next + 1 : end;
    }
    if (p == file->data) return GAL_OK;
    const char *text = gal_arena_text(&trim->arena, file->data, (size_t)(p - file->data));
    if (!text) return no_memory(err);
    for (size_t i = 0; i < trim->notice.size; i++)
        if (strcmp(trim->notice.data[i], text) == 0) return GAL_OK;
    return gal_vec_push(&trim->notice, text) ? GAL_OK : no_memory(err);
}

static gal_status note_file(gal_trim *trim, const char *path, gal_error *err) {
    for (size_t i = 0; i < trim->file.size; i++)
        if (strcmp(trim->file.data[i], path) == 0) return GAL_OK;
    return gal_vec_push(&trim->file, path) ? GAL_OK : no_memory(err);
}

static gal_status read_cards(reader *r) {
    for (int more = 1; !r->ended;) {
        GAL_TRY(gal_spice_lex_next(r->lex, &more, r->err));
        if (!more) break;
        GAL_TRY(read_card(r));
    }
    if (r->source->section && !r->found)
        return gal_fail_at(r->err, GAL_ENOTFOUND, r->source->path, 0, 0, "no section '.lib %s'",
                           r->source->section);
    if (r->cell >= 0)
        return gal_fail_at(r->err, GAL_EPARSE, r->source->path, 0, 0,
                           "subcircuit '%s' is not closed by .ends",
                           r->trim->cell.data[r->cell].name.text);
    return GAL_OK;
}

static gal_status read_file(gal_trim *trim, const trim_source *source, gal_error *err) {
    for (const trim_source *s = source->from; s; s = s->from)
        if (strcmp(s->path, source->path) == 0 &&
            (!s->section || !source->section ? s->section == source->section
                                             : gal_text_equal_nocase(s->section, source->section)))
            return gal_fail_at(err, GAL_EPARSE, source->path, 0, 0, "the file includes itself");
    gal_file file;
    GAL_TRY(gal_file_read(&file, source->path, MOST_BYTES, err));
    trim->n_byte += (int64_t)file.size;
    const size_t before = trim->model.size;
    gal_spice_lex lex;
    gal_spice_lex_init(&lex, source->path, (gal_view){file.data, file.size});
    reader r = {.trim = trim, .lex = &lex, .source = source, .err = err, .cell = -1};
    gal_status status = read_cards(&r);
    if (status == GAL_OK) status = note_file(trim, source->path, err);
    if (status == GAL_OK && trim->model.size > before) status = keep_notice(trim, &file, err);
    gal_spice_lex_clear(&lex);
    gal_file_clear(&file);
    return status;
}

/* What the library expects from outside, as if a .param card came first. */
static gal_status read_outside(gal_trim *trim, gal_error *err) {
    gal_buf card;
    gal_buf_init(&card);
    gal_buf_printf(&card, ".param %s", trim->options.param);
    gal_status status = gal_buf_ok(&card, err);
    const trim_source source = {.path = "--param"};
    gal_spice_lex lex;
    gal_spice_lex_init(&lex, source.path, (gal_view){card.data, card.size});
    reader r = {.trim = trim, .lex = &lex, .source = &source, .err = err, .cell = -1};
    if (status == GAL_OK) status = read_cards(&r);
    gal_spice_lex_clear(&lex);
    gal_buf_clear(&card);
    return status;
}

gal_status gal__trim_read_library(gal_trim *trim, gal_error *err) {
    if (trim->options.param) GAL_TRY(read_outside(trim, err));
    const trim_source source = {.path = trim->path, .section = trim->options.corner};
    return read_file(trim, &source, err);
}
