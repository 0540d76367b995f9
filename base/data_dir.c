#include "base/data_dir.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert(GAL_DATA_PATH >= PATH_MAX, "realpath writes up to PATH_MAX bytes");

static void add(gal_data_dirs *dirs, const char *directory, const char *name) {
    const int size = snprintf(dirs->path[dirs->n], GAL_DATA_PATH, "%s/%s", directory, name);
    if (size > 0 && size < GAL_DATA_PATH) dirs->n++;
}

/* GALENA_DATA_FROM_PROGRAM is the way from the folder of programs to that of data,
 * "../share/galena" with the usual layout of an installation. */
static void add_beside_program(gal_data_dirs *dirs, const char *name) {
    char program[GAL_DATA_PATH], path[2 * GAL_DATA_PATH];
    const ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    if (size <= 0) return;
    program[size] = '\0';
    *strrchr(program, '/') = '\0';
    snprintf(path, sizeof path, "%s/" GALENA_DATA_FROM_PROGRAM "/%s", program, name);
    if (realpath(path, dirs->path[dirs->n])) dirs->n++;
}

void gal_data_dirs_find(gal_data_dirs *dirs, const char *variable, const char *name,
                        const char *source) {
    const char *own = getenv(variable);
    dirs->n = 0;
    if (own && *own && strlen(own) < GAL_DATA_PATH) strcpy(dirs->path[dirs->n++], own);
    add_beside_program(dirs, name);
    add(dirs, GALENA_SOURCE_DIR, source);
    add(dirs, GALENA_DATA_DIR, name);
}
