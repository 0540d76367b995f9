#include "base/file.h"

#include "base/text.h"
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static gal_status io_error(gal_error *err, const char *path, const char *doing) {
    return gal_fail_at(err, GAL_EIO, path, 0, 0, "cannot %s: %s", doing, strerror(errno));
}

static gzFile open_gz(const char *path) {
    if (strcmp(path, "-") != 0) return gzopen(path, "rb");
    const int fd = dup(STDIN_FILENO);
    return fd < 0 ? NULL : gzdopen(fd, "rb");
}

/* Appends what `in` still holds. */
static gal_status read_all(gal_file *file, gzFile in, const char *path, size_t limit,
                           gal_error *err) {
    size_t capacity = 1 << 16;
    file->data = malloc(capacity + 1);
    while (file->data) {
        const size_t room = capacity - file->size;
        const int n =
            gzread(in, file->data + file->size, room > 1 << 30 ? 1 << 30 : (unsigned)room);
        int code;
        const char *reason = gzerror(in, &code);
        if (n < 0 || (code != Z_OK && code != Z_STREAM_END))
            return gal_fail_at(err, GAL_EIO, path, 0, 0, "cannot read: %s",
                               code == Z_ERRNO ? strerror(errno) : reason);
        if (n == 0) return GAL_OK;
        file->size += (size_t)n;
        if (file->size > limit)
            return gal_fail_at(err, GAL_ELIMIT, path, 0, 0, "larger than %zu bytes", limit);
        if (file->size < capacity) continue;
        capacity *= 2;
        char *moved = realloc(file->data, capacity + 1);
        if (!moved) break;
        file->data = moved;
    }
    return gal_fail_at(err, GAL_ENOMEM, path, 0, 0, "out of memory while reading");
}

gal_status gal_file_read(gal_file *file, const char *path, size_t limit, gal_error *err) {
    *file = (gal_file){0};
    struct stat st;
    if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return io_error(err, path, "read");
    }
    errno = 0;
    gzFile in = open_gz(path);
    if (!in) {
        if (!errno) errno = ENOMEM;
        return io_error(err, path, "open");
    }
    gal_status status = read_all(file, in, path, limit ? limit : (size_t)1 << 32, err);
    gzclose_r(in);
    if (status != GAL_OK) gal_file_clear(file);
    else file->data[file->size] = '\0';
    return status;
}

void gal_file_clear(gal_file *file) {
    free(file->data);
    *file = (gal_file){0};
}

int gal_file_exists(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode) && access(path, R_OK) == 0;
}

char *gal_path_beside(gal_arena *arena, const char *from, const char *name) {
    const char *slash = strrchr(from, '/');
    const size_t head = slash && name[0] != '/' ? (size_t)(slash - from) + 1 : 0;
    const size_t tail = strlen(name);
    char *path = gal_arena_small(arena, head + tail + 1);
    if (!path) return NULL;
    memcpy(path, from, head);
    memcpy(path + head, name, tail + 1);
    return path;
}

const char *gal_path_base(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

int gal_path_has_ending(const char *path, const char *ending) {
    size_t size = strlen(path);
    const size_t tail = strlen(ending);
    if (size > 3 && gal_text_equal_nocase(path + size - 3, ".gz")) size -= 3;
    return size >= tail && gal_view_equal_nocase((gal_view){path + size - tail, tail}, ending);
}
