/* Included files: their contents belong to what a deck is. */
#include "base/file.h"
#include "base/hash.h"
#include "spice/bench_private.h"
#include "spice/card_line.h"

#include <string.h>

enum { MAX_DEPTH = 32 };

/* Reads word by word: the next line's first two words. */
static int next_directive(const char **p, gal_view *word, gal_view *argument, gal_view *second) {
    if (!**p) return 0;
    const size_t size = strcspn(*p, "\n");
    gal_view rest = {*p, size};
    *p += size + ((*p)[size] == '\n');
    *word = gal__bench_word(&rest);
    *argument = gal__bench_word(&rest);
    *second = gal__bench_word(&rest);
    return 1;
}

static gal_status mix_file(gal__bench_builder *b, const char *path, int depth, gal_error *err) {
    const int32_t before = b->files.count;
    if (gal_intern_add(&b->files, gal_view_of(path)) < 0) return gal__bench_nomem(err);
    if (b->files.count == before) return GAL_OK;
    if (depth > MAX_DEPTH)
        return gal__bench_fail(b, err, GAL_ELIMIT, "includes nest deeper than %d", MAX_DEPTH);
    gal_file file;
    GAL_TRY(gal_file_read(&file, path, 0, err));
    b->bench->hash = gal_hash_mix(b->bench->hash, gal_hash_bytes(file.data, file.size, 0));
    if (gal__bench_draws((gal_view){file.data, file.size})) {
        b->bench->random = 1;
        gal_warn(&b->bench->warnings, b->path, b->line,
                 "%s draws random numbers: also without mc, where they are the same for all points",
                 path);
    }
    gal_status status = GAL_OK;
    const char *p = file.data;
    gal_view word, name, second;
    while (status == GAL_OK && next_directive(&p, &word, &name, &second)) {
        const int include =
            gal_view_equal_nocase(word, ".include") || gal_view_equal_nocase(word, ".inc");
        const int lib = gal_view_equal_nocase(word, ".lib") && second.size;
        if ((!include && !lib) || !name.size) continue;
        name = gal_card_unquoted(name);
        char *copy = gal_arena_text(&b->bench->arena, name.text, name.size);
        char *inner = copy ? gal_path_beside(&b->bench->arena, path, copy) : NULL;
        if (!inner) status = gal__bench_nomem(err);
        else if (gal_file_exists(inner)) status = mix_file(b, inner, depth + 1, err);
    }
    gal_file_clear(&file);
    return status;
}

gal_status gal__bench_file(gal__bench_builder *b, const char *path, gal_error *err) {
    return mix_file(b, path, 0, err);
}

int gal__bench_has_section(const char *path, gal_view section) {
    gal_file file;
    char name[256];
    if (section.size >= sizeof name) return 0;
    memcpy(name, section.text, section.size);
    name[section.size] = '\0';
    if (gal_file_read(&file, path, 0, NULL) != GAL_OK) return 0;
    int found = 0;
    const char *p = file.data;
    gal_view word, argument, second;
    while (!found && next_directive(&p, &word, &argument, &second))
        found = gal_view_equal_nocase(word, ".lib") && !second.size &&
                gal_view_equal_nocase(gal_card_unquoted(argument), name);
    gal_file_clear(&file);
    return found;
}
