/* galena models: the trained models and their cards. */
#include "base/file.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "tasks/models.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

/* The first line of a card behind its "# ". */
static void print_title(const char *directory, const char *task, const char *name) {
    char path[4096];
    gal_file card;
    snprintf(path, sizeof path, "%s/%s/%s/card.md", directory, task, name);
    if (gal_file_read(&card, path, 0, NULL) != GAL_OK) return;
    const char *text = card.data;
    while (*text == '#' || *text == ' ') text++;
    printf("%-12s %-22s %.*s\n", task, name, (int)strcspn(text, "\n"), text);
    gal_file_clear(&card);
}

static void list_task(const char *directory, const char *task) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, task);
    DIR *dir = opendir(path);
    if (!dir) return;
    for (struct dirent *entry; (entry = readdir(dir));)
        if (entry->d_name[0] != '.') print_title(directory, task, entry->d_name);
    closedir(dir);
}

/* The models of the first directory that has any task. */
static int list(void) {
    for (const char *const *d = gal_model_directories(); *d; d++) {
        DIR *dir = opendir(*d);
        if (!dir) continue;
        for (struct dirent *entry; (entry = readdir(dir));)
            if (entry->d_name[0] != '.') list_task(*d, entry->d_name);
        closedir(dir);
        return 0;
    }
    fputs("galena: no model directory; set GALENA_MODELS\n", stderr);
    return CLI_FAILED;
}

/* "TASK/NAME": its card as it is. */
static int show(const char *which) {
    char path[4096];
    for (const char *const *d = gal_model_directories(); *d; d++) {
        snprintf(path, sizeof path, "%s/%s/card.md", *d, which);
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
