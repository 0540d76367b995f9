/* galena models: the trained models and their cards. */
#include "base/file.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "tasks/models.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A model by the first line of its card behind "# ", or by the one that it is another name of: a
 * link to its neighbour. */
static void print_title(const char *directory, const char *task, const char *name) {
    char path[GAL_DATA_PATH + 512], other[256];
    gal_file card;
    snprintf(path, sizeof path, "%s/%s/%s", directory, task, name);
    const ssize_t size = readlink(path, other, sizeof other);
    if (size > 0 && !memchr(other, '/', (size_t)size)) {
        printf("%-12s %-22s another name of %.*s\n", task, name, (int)size, other);
        return;
    }
    snprintf(path, sizeof path, "%s/%s/%s/card.md", directory, task, name);
    if (gal_file_read(&card, path, 0, NULL) != GAL_OK) return;
    const char *text = card.data;
    while (*text == '#' || *text == ' ') text++;
    printf("%-12s %-22s %.*s\n", task, name, (int)strcspn(text, "\n"), text);
    gal_file_clear(&card);
}

static int is_visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static void list_task(const char *directory, const char *task) {
    char path[GAL_DATA_PATH + 256];
    struct dirent **entry;
    snprintf(path, sizeof path, "%s/%s", directory, task);
    const int n = scandir(path, &entry, is_visible, alphasort);
    for (int i = 0; i < n; i++) {
        print_title(directory, task, entry[i]->d_name);
        free(entry[i]);
    }
    if (n >= 0) free(entry);
}

/* The models of the first directory that is there, by task and name. */
static int list(void) {
    gal_data_dirs dirs;
    struct dirent **task;
    gal_model_directories(&dirs);
    for (int d = 0; d < dirs.n; d++) {
        const int n = scandir(dirs.path[d], &task, is_visible, alphasort);
        if (n < 0) continue;
        for (int i = 0; i < n; i++) {
            list_task(dirs.path[d], task[i]->d_name);
            free(task[i]);
        }
        free(task);
        return 0;
    }
    fputs("galena: no model directory; set GALENA_MODELS\n", stderr);
    return CLI_FAILED;
}

/* "TASK/NAME": its card as it is. */
static int show(const char *which) {
    char path[GAL_DATA_PATH + 256];
    gal_data_dirs dirs;
    gal_model_directories(&dirs);
    for (int d = 0; d < dirs.n; d++) {
        snprintf(path, sizeof path, "%s/%s/card.md", dirs.path[d], which);
        gal_file card;
        if (gal_file_read(&card, path, 0, NULL) != GAL_OK) continue;
        const int code = cli_emit(NULL, card.data, card.size);
        gal_file_clear(&card);
        return code;
    }
    fprintf(stderr, "galena: no card for %s; galena models lists them\n", which);
    return CLI_FAILED;
}

int cmd_models(int argc, char **argv) {
    const cli_spec spec = {.command = "galena models",
                           .operands = "[TASK/NAME]",
                           .summary = "Lists the trained models, or prints the card of one: data, "
                                      "split, seeds, errors.",
                           .examples = "  galena models\n  galena models parasitics/generic\n",
                           .max_operand = 1};
    int n;
    const int code = cli_parse(argc, argv, &spec, &n);
    if (code >= 0) return code;
    return n ? show(argv[1]) : list();
}
