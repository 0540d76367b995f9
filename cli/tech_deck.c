#include "cli/tech_deck.h"

#include "base/file.h"
#include "spice/technology.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* The tech.lib of a technology that is a folder of its own, with no cards elsewhere; 0: none. */
static int own_library(gal_buf *path, const char *tech) {
    const char *dir[GAL_TECHNOLOGY_DIRS];
    const int n = gal_technology_dirs(dir);
    for (int i = 0; i < n && !strchr(tech, '/'); i++) {
        gal_file file;
        gal_buf_clear(path);
        gal_buf_printf(path, "%s/%s/tech.lib", dir[i], tech);
        if (path->failed || gal_file_read(&file, path->data, 1 << 20, NULL) != GAL_OK) continue;
        const int complete = strstr(file.data, "{tech}") == NULL;
        gal_file_clear(&file);
        return complete;
    }
    return 0;
}

/* The library as a temporary file. */
static gal_status write_library(cli_deck *deck, const char *tech, gal_error *err) {
    gal_buf text;
    gal_buf_init(&text);
    gal_status status = gal_technology_library(&text, tech, NULL, err);
    if (status == GAL_OK) {
        snprintf(deck->library, sizeof deck->library, "/tmp/galena-tech-XXXXXX");
        const int file = mkstemp(deck->library);
        if (file < 0 || write(file, text.data, text.size) != (ssize_t)text.size) {
            status = gal_fail(err, GAL_EIO, "%s: cannot be written", deck->library);
            if (file < 0) deck->library[0] = '\0';
        }
        if (file >= 0) close(file);
    }
    gal_buf_clear(&text);
    return status;
}

/* The file name of a .lib card with a section whose file is a tech.lib; 0: another line. */
static int tech_card(gal_view *name, const char *line, size_t size) {
    static const char blanks[] = " \t\r";
    if (size < 5 || strncasecmp(line, ".lib", 4) != 0 || !strchr(" \t", line[4])) return 0;
    const char *end = line + size, *from = line + 4 + strspn(line + 4, blanks);
    const char quote = *from == '\'' || *from == '"' ? *from++ : '\0';
    const char *to = from;
    while (to < end && (quote ? *to != quote : !strchr(blanks, *to))) to++;
    *name = (gal_view){from, (size_t)(to - from)};
    return name->size >= 8 && memcmp(to - 8, "tech.lib", 8) == 0;
}

/* The deck's text with the library in place. */
static gal_status replace(gal_buf *out, const char *text, const char *path, const char *library,
                          gal_error *err) {
    int n = 0;
    for (const char *line = text; *line;) {
        const size_t size = strcspn(line, "\n");
        gal_view name;
        if (tech_card(&name, line, size)) {
            const int quoted = strchr("'\"", name.text[-1]) != NULL;
            const char *rest = name.text + name.size + quoted;
            gal_buf_printf(out, ".lib \"%s\"", library);
            gal_buf_append(out, rest, (size_t)(line + size - rest));
            n++;
        } else gal_buf_append(out, line, size);
        line += size;
        if (*line) gal_buf_append(out, line++, 1);
    }
    GAL_TRY(gal_buf_ok(out, err));
    if (n) return GAL_OK;
    return gal_fail_at(err, GAL_EMISMATCH, path, 0, 0,
                       "--tech needs a line '.lib .../tech.lib SECTION' in the deck");
}

gal_status cli_deck_read(cli_deck *deck, const char *path, const char *tech, gal_error *err) {
    gal_file file;
    gal_buf library, text;
    *deck = (cli_deck){.library = ""};
    if (!tech) return gal_bench_read(&deck->bench, path, err);
    GAL_TRY(gal_file_read(&file, path, 0, err));
    gal_buf_init(&library);
    gal_buf_init(&text);
    gal_status status = GAL_OK;
    const int own = own_library(&library, tech);
    if (!own) status = write_library(deck, tech, err);
    if (status == GAL_OK)
        status = replace(&text, file.data, path, own ? library.data : deck->library, err);
    if (status == GAL_OK)
        status = gal_bench_parse(&deck->bench, (gal_view){text.data, text.size}, path, err);
    if (status != GAL_OK && deck->library[0]) unlink(deck->library);
    gal_buf_clear(&text);
    gal_buf_clear(&library);
    gal_file_clear(&file);
    return status;
}

void cli_deck_clear(cli_deck *deck) {
    gal_bench_clear(&deck->bench);
    if (deck->library[0]) unlink(deck->library);
}
