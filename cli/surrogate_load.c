#include "cli/surrogate_load.h"

#include "tasks/models.h"

gal_status cli_surrogate_load(gal_surrogate **surrogate, const char *name, gal_error *err) {
    gal_arena arena;
    char *path;
    gal_arena_init(&arena);
    gal_status status = gal_model_find(&path, &arena, "surrogate", name, err);
    if (status == GAL_OK) status = gal_surrogate_load(surrogate, path, err);
    gal_arena_clear(&arena);
    return status;
}
