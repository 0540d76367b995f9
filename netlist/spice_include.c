#include "base/file.h"
#include "netlist/spice_reader.h"
#include <string.h>
#include <sys/stat.h>

enum { DEEPEST_INCLUDE = 64, MOST_INCLUDES = 100000 };
static const size_t MOST_BYTES = (size_t)1 << 33;

static int is_regular(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* directory/name in the arena; NULL when memory is out. */
static const char *join(gal_arena *arena, const char *directory, const char *name) {
    gal_buf path;
    gal_buf_init(&path);
    gal_buf_printf(&path, "%s/%s", directory, name);
    const char *copy = path.failed ? NULL : gal_arena_text(arena, path.data, path.size);
    gal_buf_clear(&path);
    return copy;
}

/* Sets *path to the file `name` means: beside the including file, in the working directory, in a
 * search directory; NULL when it is nowhere. */
static gal_status find_file(gal_spice_reader *r, const char *name, const char **path) {
    gal_arena *arena = &r->design->arena;
    *path = gal_path_beside(arena, r->source->path, name);
    if (!*path) return gal__spice_no_memory(r);
    if (is_regular(*path)) return GAL_OK;
    *path = name;
    if (is_regular(*path)) return GAL_OK;
    for (int32_t i = 0; i < r->options->n_search_dir; i++) {
        *path = join(arena, r->options->search_dir[i], name);
        if (!*path) return gal__spice_no_memory(r);
        if (is_regular(*path)) return GAL_OK;
    }
    *path = NULL;
    return GAL_OK;
}

static int same_section(const char *a, const char *b) {
    return a == b || (a && b && gal_text_equal_nocase(a, b));
}

/* A file that includes itself, section and all, would do so for ever. */
static gal_status check_cycle(gal_spice_reader *r, const char *path, const char *section) {
    if (r->source->depth + 1 > DEEPEST_INCLUDE)
        return gal_spice_lex_fail(r->lex, 0, r->err, GAL_ELIMIT,
                                  "includes nested deeper than %d levels", DEEPEST_INCLUDE);
    if (++r->n_include > MOST_INCLUDES)
        return gal_spice_lex_fail(r->lex, 0, r->err, GAL_ELIMIT, "more than %d includes",
                                  MOST_INCLUDES);
    for (const gal_spice_source *s = r->source; s; s = s->from)
        if (strcmp(s->path, path) == 0 && same_section(s->section, section))
            return gal_spice_lex_fail(r->lex, 1, r->err, GAL_EPARSE, "'%s' includes itself", path);
    return GAL_OK;
}

/* The number of a file, the same for every time it is read. */
static gal_status file_number(gal_spice_reader *r, const char *path, int32_t *number) {
    const gal_design *design = r->design;
    for (size_t i = design->file.size; i-- > 0;)
        if (strcmp(design->file.data[i], path) == 0) return *number = (int32_t)i, GAL_OK;
    *number = (int32_t)design->file.size;
    return gal_vec_push(&r->design->file, path) ? GAL_OK : gal__spice_no_memory(r);
}

static gal_status read_file(gal_spice_reader *r, const char *path, const char *section) {
    gal_spice_source source = {
        .path = path, .section = section, .from = r->source, .depth = r->source->depth + 1};
    GAL_TRY(check_cycle(r, path, section));
    GAL_TRY(file_number(r, path, &source.file));
    gal_file file;
    GAL_TRY(gal_file_read(&file, path, INT32_MAX - 1, r->err));
    r->n_byte += file.size;
    const gal_status status =
        r->n_byte > MOST_BYTES
            ? gal_spice_lex_fail(r->lex, 0, r->err, GAL_ELIMIT, "includes of more than 8 GB")
            : gal__spice_read_text(r, &source, (gal_view){file.data, file.size});
    gal_file_clear(&file);
    return status;
}

gal_status gal__spice_include(gal_spice_reader *r, int32_t path, int32_t section) {
    if (path >= r->lex->n_token)
        return gal_spice_lex_fail(r->lex, path, r->err, GAL_EPARSE, "expected a file name");
    const char *name, *part = NULL, *found;
    GAL_TRY(gal__spice_copy(r, r->lex->token[path].view, &name));
    if (section < r->lex->n_token) GAL_TRY(gal__spice_copy(r, r->lex->token[section].view, &part));
    if (r->options->no_include || r->lex->token[path].view.size == 0) {
        gal__spice_warn(r, "'%s' is not read", name);
        return GAL_OK;
    }
    GAL_TRY(find_file(r, name, &found));
    if (found) return read_file(r, found, part);
    gal__spice_warn(r, "file '%s' is not there", name);
    return GAL_OK;
}
