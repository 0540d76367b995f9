#include "tasks/models.h"

#include "base/file.h"
#include "base/text.h"
#include <string.h>

void gal_model_directories(gal_data_dirs *dirs) {
    gal_data_dirs_find(dirs, "GALENA_MODELS", "models", "models");
}

gal_status gal_model_find(char **path, gal_arena *arena, const char *task, const char *name,
                          gal_error *err) {
    if (strchr(name, '/') || gal_path_has_ending(name, ".safetensors")) {
        *path = gal_arena_text(arena, name, strlen(name));
        return *path ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory");
    }
    gal_buf tried;
    gal_data_dirs dirs;
    gal_buf_init(&tried);
    gal_model_directories(&dirs);
    *path = NULL;
    for (int i = 0; i < dirs.n && !*path; i++) {
        gal_buf candidate;
        gal_buf_init(&candidate);
        gal_buf_printf(&candidate, "%s/%s/%s/model.safetensors", dirs.path[i], task, name);
        if (!candidate.failed && gal_file_exists(candidate.data))
            *path = gal_arena_text(arena, candidate.data, candidate.size);
        gal_buf_printf(&tried, " %s/%s", dirs.path[i], task);
        gal_buf_clear(&candidate);
    }
    gal_status status = GAL_OK;
    if (!*path)
        status = gal_fail(err, GAL_ENOTFOUND, "no model %s for %s in%s", name, task,
                          tried.failed ? "" : tried.data);
    gal_buf_clear(&tried);
    return status;
}
