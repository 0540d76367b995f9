#include "spice/technology_deck.h"

#include "base/file.h"
#include "base/hash.h"
#include "spice/card_line.h"
#include "spice/technology.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH = 4096 };

/* The tech.lib of a named technology that needs no cards from elsewhere; 0: it is none. */
static int own_library(char path[PATH], const char *tech) {
    gal_data_dirs dirs;
    gal_technology_dirs(&dirs);
    for (int i = 0; i < dirs.n && !strchr(tech, '/'); i++) {
        gal_file file;
        const int size = snprintf(path, PATH, "%s/%s/tech.lib", dirs.path[i], tech);
        if (size < 0 || size >= PATH || gal_file_read(&file, path, 1 << 20, NULL) != GAL_OK)
            continue;
        const int complete = strstr(file.data, "{tech}") == NULL;
        gal_file_clear(&file);
        return complete;
    }
    return 0;
}

/* The user's cache directory, made when it is not there; /tmp when there is no home. */
static void cache_directory(char path[PATH]) {
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char base[PATH - 16];
    if (cache && *cache == '/') snprintf(base, sizeof base, "%s", cache);
    else snprintf(base, sizeof base, "%s/.cache", home && *home == '/' ? home : "/tmp");
    mkdir(base, 0700);
    snprintf(path, PATH, "%s/galena", base);
    mkdir(path, 0700);
}

static gal_status keep_library(char path[PATH], const char *tech, gal_error *err) {
    char directory[PATH];
    gal_buf library;
    if (own_library(path, tech)) return GAL_OK;
    gal_buf_init(&library);
    gal_status status = gal_technology_library(&library, tech, NULL, err);
    if (status == GAL_OK) {
        cache_directory(directory);
        const int n = snprintf(path, PATH, "%s/tech-%016llx.lib", directory,
                               (unsigned long long)gal_hash_bytes(library.data, library.size, 0));
        if (n < 0 || n >= PATH) status = gal_fail(err, GAL_ELIMIT, "%s: too long", directory);
        else if (!gal_file_exists(path))
            status = gal_file_write(path, library.data, library.size, err);
    }
    gal_buf_clear(&library);
    return status;
}

static int is_tech_lib(gal_view path) {
    static const char name[] = "tech.lib";
    const size_t size = sizeof name - 1;
    return path.size >= size &&
           gal_view_equal_nocase((gal_view){path.text + path.size - size, size}, name);
}

gal_status gal_technology_deck(gal_buf *out, gal_view deck, const char *path, const char *tech,
                               gal_error *err) {
    char library[PATH];
    int n = 0;
    gal_card_line line;
    if (!tech) return gal_buf_append(out, deck.text, deck.size), gal_buf_ok(out, err);
    GAL_TRY(keep_library(library, tech, err));
    while (gal_card_line_next(&line, &deck)) {
        if (gal_card_line_is_lib(&line) && is_tech_lib(gal_card_unquoted(line.word[1]))) {
            gal_buf_printf(out, ".lib \"%s\" %.*s\n", library, (int)line.word[2].size,
                           line.word[2].text);
            n++;
        } else {
            gal_buf_append(out, line.text.text, line.text.size);
            gal_buf_text(out, "\n");
        }
    }
    if (!n)
        return gal_fail_at(err, GAL_EMISMATCH, path, 0, 0,
                           "technology %s: the deck has no '.lib .../tech.lib SECTION' card", tech);
    return gal_buf_ok(out, err);
}

gal_status gal_bench_read_on(gal_bench *bench, const char *path, const char *tech, gal_error *err) {
    gal_file file;
    gal_buf text;
    if (!tech) return gal_bench_read(bench, path, err);
    GAL_TRY(gal_file_read(&file, path, 1 << 28, err));
    gal_buf_init(&text);
    gal_status status =
        gal_technology_deck(&text, (gal_view){file.data, file.size}, path, tech, err);
    if (status == GAL_OK)
        status = gal_bench_parse(bench, (gal_view){text.data, text.size}, path, err);
    gal_buf_clear(&text);
    gal_file_clear(&file);
    return status;
}
