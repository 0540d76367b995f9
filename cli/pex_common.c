#include "cli/pex_common.h"

#include "tasks/models.h"
#include <stdio.h>

int cli_extractor(const char *name, int otherwise) {
    if (!name) return otherwise;
    const int found = gal_extractor_find(name);
    if (found >= 0) return found;
    fprintf(stderr, "galena: unknown extractor %s, expected foundry or magic\n", name);
    return -2;
}

const char *const *cli_data(char **argv, int *n_operand, const char *data) {
    const char **path = (const char **)argv;
    if (!data) return path + 1;
    ++*n_operand;
    path[0] = data; /* in the place of the program's name */
    return path;
}

int cli_has_data(int n_path, const char *split, const char *exclude) {
    if (n_path == 0) fputs("galena: no data; try --data FILE\n", stderr);
    else if (split && exclude) fputs("galena: --split and --exclude exclude each other\n", stderr);
    return n_path > 0 && !(split && exclude);
}

gal_status cli_model_load(gal_pex_model *model, const char *name, gal_error *err) {
    char *path = NULL;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_status status = gal_model_find(&path, &arena, "parasitics", name, err);
    if (status == GAL_OK) status = gal_pex_model_load(model, path, err);
    gal_arena_clear(&arena);
    return status;
}
