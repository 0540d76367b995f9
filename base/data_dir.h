/* Where the data that comes with galena lies: trained models, technologies. */
#ifndef GAL_BASE_DATA_DIR_H
#define GAL_BASE_DATA_DIR_H

#include "base/status.h"

enum { GAL_DATA_DIRS = 4, GAL_DATA_PATH = 4096 };

typedef struct gal_data_dirs {
    int n;
    char path[GAL_DATA_DIRS][GAL_DATA_PATH]; /* [0..n[, the one to look into first in front */
} gal_data_dirs;

/* The directories that may hold what is installed as share/galena/`name`: the value of the
 * environment variable `variable` when it is set; share/galena/`name` of the prefix that the
 * running program is installed in, when it is there; `source` in the source tree that the library
 * was built from; share/galena/`name` of the prefix it was configured for. Paths too long to be
 * opened are left out. Keeps nothing between calls; safe from any thread as getenv is. */
GAL_API void gal_data_dirs_find(gal_data_dirs *dirs, const char *variable, const char *name,
                                const char *source);

#endif
