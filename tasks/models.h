/* Where trained models live: shipped ones by name, others by path. */
#ifndef GAL_TASKS_MODELS_H
#define GAL_TASKS_MODELS_H

#include "base/arena.h"
#include "base/data_dir.h"

/* The directories searched for TASK/NAME/model.safetensors: $GALENA_MODELS, then those of
 * gal_data_dirs_find. */
GAL_API void gal_model_directories(gal_data_dirs *dirs);

/* The file of a model: `name` itself when it is a path (has a '/' or ends in .safetensors), else a
 * shipped one of the task. Errors: GAL_ENOTFOUND, which lists where it was looked for. */
GAL_API gal_status gal_model_find(char **path, gal_arena *arena, const char *task, const char *name,
                                  gal_error *err);

#endif
