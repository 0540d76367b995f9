/* Where trained models live: shipped ones by name, others by path. */
#ifndef GAL_TASKS_MODELS_H
#define GAL_TASKS_MODELS_H

#include "base/arena.h"

/* The directories searched for TASK/NAME/model.safetensors, in order: $GALENA_MODELS, the source
 * tree the library was built from, the installed data. Ends with NULL. */
GAL_API const char *const *gal_model_directories(void);

/* The file of a model: `name` itself when it is a path (has a '/' or ends in .safetensors), else a
 * shipped one of the task. Errors: GAL_ENOTFOUND, which lists where it was looked for. */
GAL_API gal_status gal_model_find(char **path, gal_arena *arena, const char *task, const char *name,
                                  gal_error *err);

#endif
