#include "spice/technology.h"

#include "base/file.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

void gal_technology_dirs(gal_data_dirs *dirs) {
    gal_data_dirs_find(dirs, "GALENA_TECH", "tech", "datasets/tech");
}

typedef struct place {
    gal_arena arena;
    const char *library; /* path of tech.lib */
    const char *cards;   /* directory that {tech} stands for, absolute */
} place;

/* "a/b" in the arena; NULL when memory is out. */
static const char *join(gal_arena *arena, const char *a, const char *b) {
    gal_buf path;
    gal_buf_init(&path);
    gal_buf_printf(&path, "%s/%s", a, b);
    const char *copy = path.failed ? NULL : gal_arena_text(arena, path.data, path.size);
    gal_buf_clear(&path);
    return copy;
}

static const char *absolute(gal_arena *arena, const char *path) {
    char *real = realpath(path, NULL);
    const char *copy = real ? gal_arena_text(arena, real, strlen(real)) : NULL;
    free(real);
    return copy;
}

/* The card file by which a technology is recognised: behind "file=" in its "*galena tech" line. */
static const char *landmark(gal_arena *arena, const char *library) {
    gal_file file;
    const char *name = NULL;
    if (gal_file_read(&file, library, 1 << 20, NULL) != GAL_OK) return NULL;
    const char *line = strstr(file.data, "*galena tech ");
    const char *key = line ? strstr(line, " file=") : NULL;
    if (key && key < line + strcspn(line, "\n"))
        name = gal_arena_text(arena, key + 6, strcspn(key + 6, " \t\r\n"));
    gal_file_clear(&file);
    return name;
}

/* The technology in `dir` whose landmark lies in the directory of the cards. */
static int find_by_cards(place *p, const char *dir, const char *cards) {
    DIR *list = opendir(dir);
    if (!list) return 0;
    int found = 0;
    for (struct dirent *entry; !found && (entry = readdir(list));) {
        if (entry->d_name[0] == '.') continue;
        const char *folder = join(&p->arena, dir, entry->d_name);
        const char *library = folder ? join(&p->arena, folder, "tech.lib") : NULL;
        const char *file = library ? landmark(&p->arena, library) : NULL;
        const char *card = file ? join(&p->arena, cards, file) : NULL;
        if (card && gal_file_exists(card)) p->library = library, found = 1;
    }
    closedir(list);
    return found;
}

static gal_status find_directory(place *p, const char *name, gal_error *err) {
    p->cards = absolute(&p->arena, name);
    const char *own = join(&p->arena, name, "tech.lib");
    if (!own || !p->cards) return gal_fail(err, GAL_ENOMEM, "out of memory");
    if (gal_file_exists(own)) return p->library = own, GAL_OK;
    gal_data_dirs dirs;
    gal_technology_dirs(&dirs);
    for (int i = 0; i < dirs.n; i++)
        if (find_by_cards(p, dirs.path[i], p->cards)) return GAL_OK;
    return gal_fail(err, GAL_ENOTFOUND,
                    "%s: neither a tech.lib nor the card files of a known technology", name);
}

static gal_status find(place *p, const char *name, gal_error *err) {
    gal_data_dirs dirs;
    gal_technology_dirs(&dirs);
    for (int i = 0; i < dirs.n && !strchr(name, '/'); i++) {
        const char *folder = join(&p->arena, dirs.path[i], name);
        const char *library = folder ? join(&p->arena, folder, "tech.lib") : NULL;
        if (!library) return gal_fail(err, GAL_ENOMEM, "out of memory");
        if (!gal_file_exists(library)) continue;
        p->library = library;
        if (landmark(&p->arena, library))
            return gal_fail(err, GAL_ENOTFOUND,
                            "technology '%s' needs its model cards: give the directory that holds "
                            "%s",
                            name, landmark(&p->arena, library));
        p->cards = absolute(&p->arena, folder);
        return GAL_OK;
    }
    char *real = realpath(name, NULL);
    free(real);
    if (real) return find_directory(p, name, err);
    return gal_fail(err, GAL_ENOTFOUND,
                    "no technology '%s' (generic180, level1, or a directory with model cards)",
                    name);
}

/* One include line: its file absolute. */
static gal_status print_include(gal_buf *out, place *p, const char *line, gal_error *err) {
    const char *name = line + strcspn(line, " \t");
    name += strspn(name, " \t\"'");
    const size_t length = strcspn(name, "\"'\r\n");
    gal_buf path;
    gal_buf_init(&path);
    const int placeholder = strncmp(name, "{tech}", 6) == 0;
    if (placeholder) gal_buf_printf(&path, "%s%.*s", p->cards, (int)length - 6, name + 6);
    else gal_buf_printf(&path, "%.*s", (int)length, name);
    gal_status status = gal_buf_ok(&path, err);
    const char *file = NULL;
    if (status == GAL_OK) {
        file = gal_path_beside(&p->arena, p->library, path.data);
        if (!file) status = gal_fail(err, GAL_ENOMEM, "out of memory");
    }
    if (status == GAL_OK && !gal_file_exists(file))
        status = gal_fail_at(err, GAL_ENOTFOUND, p->library, 0, 0, "file '%s' is not there", file);
    if (status == GAL_OK) gal_buf_printf(out, ".include \"%s\"\n", absolute(&p->arena, file));
    gal_buf_clear(&path);
    return status;
}

/* Copies sections; those other than `corner`, when one is asked for, are left out. */
static gal_status print_library(gal_buf *out, place *p, const gal_file *file, const char *corner,
                                gal_error *err) {
    int wanted = 1, found = !corner;
    for (const char *line = file->data; *line;) {
        const size_t size = strcspn(line, "\n");
        if (strncmp(line, ".lib ", 5) == 0) {
            const gal_view name = {line + 5, strcspn(line + 5, " \t\r\n")};
            wanted = !corner || gal_view_equal_nocase(name, corner);
            found |= wanted;
        }
        if (wanted && strncmp(line, ".include", 8) == 0) GAL_TRY(print_include(out, p, line, err));
        else if (wanted) gal_buf_printf(out, "%.*s\n", (int)size, line);
        line += size + (line[size] == '\n');
    }
    if (!found) return gal_fail_at(err, GAL_ENOTFOUND, p->library, 0, 0, "no corner '%s'", corner);
    return gal_buf_ok(out, err);
}

gal_status gal_technology_library(gal_buf *library, const char *name, const char *corner,
                                  gal_error *err) {
    place p = {0};
    gal_file file = {0};
    gal_arena_init(&p.arena);
    gal_status status = find(&p, name, err);
    if (status == GAL_OK) status = gal_file_read(&file, p.library, 1 << 20, err);
    if (status == GAL_OK) status = print_library(library, &p, &file, corner, err);
    gal_file_clear(&file);
    gal_arena_clear(&p.arena);
    return status;
}
