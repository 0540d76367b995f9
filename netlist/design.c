#include "netlist/design.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const key_text[GAL_N_KEY] = {
#define XX(name, text) text,
    GAL_KEY_MAP(XX)
#undef XX
};

static gal_status out_of_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the netlist");
}

gal_status gal_design_init(gal_design *design, gal_error *err) {
    *design = (gal_design){.scale = 1};
    gal_intern_init(&design->names, 1);
    gal_intern_init(&design->spellings, 0);
    gal_intern_init(&design->scopes, 0);
    gal_arena_init(&design->arena);
    for (int32_t key = 0; key < GAL_N_KEY; key++)
        if (gal_design_intern(design, gal_view_of(key_text[key])) != key) return out_of_memory(err);
    const int32_t main_name = gal_design_intern(design, gal_view_of(""));
    if (main_name < 0 || !gal_design_add_cell(design, main_name, -1)) return out_of_memory(err);
    design->is_global[GAL_KEY_NODE0] = 1;
    return GAL_OK;
}

static void free_cell(gal_cell *cell) {
    gal_vec_free(&cell->port);
    gal_vec_free(&cell->param);
    gal_vec_free(&cell->element);
    gal_vec_free(&cell->element_param);
    gal_vec_free(&cell->node);
    gal_vec_free(&cell->pin);
    gal_vec_free(&cell->alias);
    gal_vec_free(&cell->spelling);
    free(cell);
}

void gal_design_clear(gal_design *design) {
    for (size_t i = 0; i < design->cell.size; i++) free_cell(design->cell.data[i]);
    gal_vec_free(&design->cell);
    gal_vec_free(&design->file);
    gal_vec_free(&design->model);
    gal_vec_free(&design->function);
    gal_vec_free(&design->scoped);
    free(design->model_of);
    free(design->spelled_in);
    free(design->is_global);
    gal_warnings_clear(&design->warnings);
    gal_intern_clear(&design->names);
    gal_intern_clear(&design->spellings);
    gal_intern_clear(&design->scopes);
    gal_arena_clear(&design->arena);
    *design = (gal_design){0};
}

/* Grows the tables that name ids index. */
static int grow_by_name(gal_design *design) {
    const int32_t from = design->by_name_size, to = from ? 2 * from : 256;
    if (from >= 1 << 29) return 0;
    int32_t *model_of = realloc(design->model_of, (size_t)to * sizeof *model_of);
    if (!model_of) return 0;
    design->model_of = model_of;
    int32_t *spelled_in = realloc(design->spelled_in, (size_t)to * sizeof *spelled_in);
    if (!spelled_in) return 0;
    design->spelled_in = spelled_in;
    uint8_t *is_global = realloc(design->is_global, (size_t)to);
    if (!is_global) return 0;
    design->is_global = is_global;
    memset(model_of + from, -1, (size_t)(to - from) * sizeof *model_of);
    memset(spelled_in + from, -1, (size_t)(to - from) * sizeof *spelled_in);
    memset(is_global + from, 0, (size_t)(to - from));
    design->by_name_size = to;
    return 1;
}

static int32_t intern(gal_design *design, gal_view name) {
    const int32_t known = design->names.count;
    const int32_t id = gal_intern_add(&design->names, name);
    if (id < known) return id;
    if (id >= design->by_name_size && !grow_by_name(design)) return -1;
    design->is_global[id] = name.size > 1 && name.text[name.size - 1] == '!';
    return id;
}

int32_t gal_design_intern(gal_design *design, gal_view name) {
    if (name.size == 0 || name.size > sizeof(uint64_t)) return intern(design, name);
    uint64_t text = 0;
    memcpy(&text, name.text, name.size);
    gal_recent_name *recent =
        &design->recent[(text * 0x9E3779B97F4A7C15u >> 32) % GAL_RECENT_NAMES];
    if (recent->text == text && text) return recent->id;
    const int32_t id = intern(design, name);
    if (id >= 0) *recent = (gal_recent_name){text, id};
    return id;
}

int gal_design_spell(gal_design *design, gal_cell *cell, int32_t name, gal_view text) {
    if (design->spelled_in[name] == cell->index) return 1;
    design->spelled_in[name] = cell->index;
    if (memcmp(gal_design_name(design, name), text.text, text.size) == 0) return 1;
    const int32_t id = gal_intern_add(&design->spellings, text);
    const gal_spelling spelling = {name, id < 0 ? NULL : design->spellings.text[id]};
    return id >= 0 && gal_vec_push(&cell->spelling, spelling);
}

enum { SCOPE_SIZE = 11 };

/* The text that stands for a cell's name and parent in design->scopes: six bits a character. */
static gal_view scope_of(char text[SCOPE_SIZE], int32_t name, int32_t parent) {
    uint64_t pair = (uint64_t)(uint32_t)parent << 32 | (uint32_t)name;
    for (int i = 0; i < SCOPE_SIZE; i++, pair >>= 6) text[i] = (char)('0' + (pair & 63));
    return (gal_view){text, SCOPE_SIZE};
}

/* The first cell of that name and parent counts, a later one is marked as its duplicate. */
static int add_scope(gal_design *design, gal_cell *cell) {
    char text[SCOPE_SIZE];
    const int32_t known = design->scopes.count;
    const int32_t id = gal_intern_add(&design->scopes, scope_of(text, cell->name, cell->parent));
    cell->is_duplicate = id >= 0 && id < known;
    return cell->is_duplicate || (id >= 0 && gal_vec_push(&design->scoped, cell->index));
}

gal_cell *gal_design_add_cell(gal_design *design, int32_t name, int32_t parent) {
    gal_cell *cell = calloc(1, sizeof *cell);
    if (!cell) return NULL;
    if (design->cell.size >= INT32_MAX || !gal_vec_push(&design->cell, cell)) {
        free(cell);
        return NULL;
    }
    cell->index = (int32_t)design->cell.size - 1;
    cell->name = name;
    cell->parent = parent;
    return add_scope(design, cell) ? cell : NULL;
}

gal_status gal_design_add_model(gal_design *design, int32_t name, int32_t type, gal_error *err) {
    if (design->model_of[name] >= 0) return GAL_OK;
    const gal_model model = {name, type};
    if (!gal_vec_push(&design->model, model)) return out_of_memory(err);
    design->model_of[name] = (int32_t)design->model.size - 1;
    return GAL_OK;
}

int32_t gal_design_find_cell(const gal_design *design, int32_t name, int32_t from) {
    for (int32_t scope = from; scope >= 0; scope = design->cell.data[scope]->parent) {
        char text[SCOPE_SIZE];
        const int32_t id = gal_intern_find(&design->scopes, scope_of(text, name, scope));
        if (id >= 0) return design->scoped.data[id];
    }
    return -1;
}
