#include "tasks/models.h"

#include "base/file.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

const char *const *gal_model_directories(void) {
    static const char *directory[4];
    int n = 0;
    const char *own = getenv("GALENA_MODELS");
    if (own && *own) directory[n++] = own;
    directory[n++] = GALENA_SOURCE_MODEL_DIR;
    directory[n++] = GALENA_MODEL_DIR;
    directory[n] = NULL;
    return directory;
}

gal_status gal_model_find(char **path, gal_arena *arena, const char *task, const char *name,
                          gal_error *err) {
    if (strchr(name, '/') || gal_path_has_ending(name, ".safetensors")) {
        *path = gal_arena_text(arena, name, strlen(name));
        return *path ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory");
    }
    gal_buf tried;
    gal_buf_init(&tried);
    *path = NULL;
    for (const char *const *d = gal_model_directories(); *d && !*path; d++) {
        gal_buf candidate;
        gal_buf_init(&candidate);
        gal_buf_printf(&candidate, "%s/%s/%s/model.safetensors", *d, task, name);
        if (!candidate.failed && gal_file_exists(candidate.data))
            *path = gal_arena_text(arena, candidate.data, candidate.size);
        gal_buf_printf(&tried, " %s/%s", *d, task);
        gal_buf_clear(&candidate);
    }
    gal_status status = GAL_OK;
    if (!*path)
        status = gal_fail(err, GAL_ENOTFOUND, "no model %s for %s in%s", name, task,
                          tried.failed ? "" : tried.data);
    gal_buf_clear(&tried);
    return status;
}
