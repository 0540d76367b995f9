/* Files: whole reads (transparently gunzipped), atomic writes, path arithmetic. */
#ifndef GAL_BASE_FILE_H
#define GAL_BASE_FILE_H

#include "base/arena.h"
#include <stddef.h>

typedef struct gal_file {
    char *data; /* [0..size[, with a NUL at data[size] that does not count */
    size_t size;
} gal_file;

/* Reads all of `path`, through gzip when it is compressed ("-" is standard input). Errors: GAL_EIO
 * (names the file and the system's reason), GAL_ELIMIT above `limit` bytes (0: 4 GiB), GAL_ENOMEM.
 * The caller clears it. */
GAL_API gal_status gal_file_read(gal_file *file, const char *path, size_t limit, gal_error *err);
GAL_API void gal_file_clear(gal_file *file);

/* Replaces `path` by `size` bytes or leaves it as it was: temporary file in the same directory,
 * fsync, rename, fsync of the directory. Permissions of a file that was there stay, and a link to a
 * file goes on to point at it. ".gz" names are compressed, "-" writes to standard output, devices
 * and pipes are written to as they are. Errors: GAL_EIO, GAL_ENOMEM. */
GAL_API gal_status gal_file_write(const char *path, const void *data, size_t size, gal_error *err);

/* Whether gal_file_write could write there now. GAL_EIO. */
GAL_API gal_status gal_file_check_writable(const char *path, gal_error *err);

/* 1 when `path` can be opened for reading and is no directory. */
GAL_API int gal_file_exists(const char *path);

/* `name` seen from the directory of the file `from` (absolute names stay); NULL when out of memory.
 */
GAL_API char *gal_path_beside(gal_arena *arena, const char *from, const char *name);

/* The part behind the last '/'. Points into path. */
GAL_API const char *gal_path_base(const char *path);

/* 1 when `path` ends in `ending`, ASCII case ignored (".gz" after it also counts). */
GAL_API int gal_path_has_ending(const char *path, const char *ending);

#endif
