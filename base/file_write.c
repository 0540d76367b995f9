#include "base/file.h"

#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static gal_status io_error(gal_error *err, const char *path) {
    return gal_fail_at(err, errno == ENOMEM ? GAL_ENOMEM : GAL_EIO, path, 0, 0, "cannot write: %s",
                       strerror(errno));
}

static int write_loop(int fd, const char *data, size_t size) {
    while (size) {
        const ssize_t n = write(fd, data, size < 1 << 30 ? size : 1 << 30);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return 0;
        data += n;
        size -= (size_t)n;
    }
    return 1;
}

/* Makes the rename durable; a file system that cannot sync directories is not an error. */
static void sync_directory(const char *path) {
    char *copy = strdup(path);
    if (!copy) return;
    char *slash = strrchr(copy, '/');
    if (slash) slash[slash == copy] = '\0';
    const int fd = open(slash ? copy : ".", O_RDONLY | O_DIRECTORY);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}

/* A new file beside `target`, its name left in `name`. Another process may have had our number and
 * been killed; another thread has it now. */
static int open_temporary(gal_buf *name, const char *target) {
    int fd = -1;
    for (int k = 0; fd < 0 && k < 1000; k++) {
        name->size = 0;
        gal_buf_printf(name, "%s.%ld-%d.tmp", target, (long)getpid(), k);
        if (name->failed) {
            errno = ENOMEM;
            return -1;
        }
        fd = open(name->data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST) break;
    }
    return fd;
}

/* The new file has the permissions of the `old` one, if there is one. */
static gal_status replace(const char *path, const struct stat *old, gal_buf *temporary,
                          const void *data, size_t size, gal_error *err) {
    const int fd = open_temporary(temporary, path);
    if (fd < 0) return io_error(err, path);
    const int written = (!old || fchmod(fd, old->st_mode & 07777) == 0) &&
                        write_loop(fd, data, size) && fsync(fd) == 0;
    const int kept = errno;
    if (close(fd) != 0 || !written || rename(temporary->data, path) != 0) {
        if (!written) errno = kept;
        const gal_status status = io_error(err, path);
        unlink(temporary->data);
        return status;
    }
    sync_directory(path);
    return GAL_OK;
}

/* Into what is no file of its own: a device, a pipe, what a descriptor stands for. */
static gal_status write_through(const char *path, const void *data, size_t size, gal_error *err) {
    const int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0) return io_error(err, path);
    const int written = write_loop(fd, data, size);
    const int kept = errno;
    if (close(fd) == 0 && written) return GAL_OK;
    if (!written) errno = kept;
    return io_error(err, path);
}

/* Where the bytes go. */
typedef struct target {
    char *path;     /* to be freed; behind links, also to a file that is not there yet */
    struct stat st; /* when it exists */
    int exists, is_through;
} target;

/* What a link that leads nowhere names; NULL with errno. */
static char *behind_link(const char *path) {
    char name[4096];
    const ssize_t size = readlink(path, name, sizeof name - 1);
    if (size < 0) return strdup(path);
    name[size] = '\0';
    gal_arena arena;
    gal_arena_init(&arena);
    const char *beside = gal_path_beside(&arena, path, name);
    char *copy = beside ? strdup(beside) : NULL;
    gal_arena_clear(&arena);
    return copy;
}

/* A file that is open already; whoever opened it wants more in it, not another in its place. */
static int is_descriptor(const char *path) {
    return !strncmp(path, "/dev/std", 8) || !strncmp(path, "/dev/fd/", 8) ||
           !strncmp(path, "/proc/", 6);
}

/* Finds the target and whether it may be written. */
static gal_status find_target(target *t, const char *path, gal_error *err) {
    *t = (target){0};
    t->exists = stat(path, &t->st) == 0;
    if (t->exists && S_ISDIR(t->st.st_mode)) {
        errno = EISDIR;
        return io_error(err, path);
    }
    if (t->exists && access(path, W_OK) != 0) return io_error(err, path);
    t->is_through = t->exists && (!S_ISREG(t->st.st_mode) || is_descriptor(path));
    t->path = t->exists && !t->is_through ? realpath(path, NULL) : behind_link(path);
    if (!t->path) return io_error(err, path);
    if (t->is_through) return GAL_OK;
    char *slash = strrchr(t->path, '/');
    const char kept = slash ? slash[1] : 0;
    if (slash) slash[1] = '\0';
    const int may = access(slash ? t->path : ".", W_OK | X_OK) == 0;
    if (slash) slash[1] = kept;
    return may ? GAL_OK : io_error(err, path);
}

static gal_status write_bytes(const char *path, const void *data, size_t size, gal_error *err) {
    target t;
    gal_buf temporary;
    gal_buf_init(&temporary);
    gal_status status = find_target(&t, path, err);
    if (status == GAL_OK && t.is_through) status = write_through(path, data, size, err);
    else if (status == GAL_OK)
        status = replace(t.path, t.exists ? &t.st : NULL, &temporary, data, size, err);
    gal_buf_clear(&temporary);
    free(t.path);
    return status;
}

gal_status gal_file_check_writable(const char *path, gal_error *err) {
    target t;
    if (strcmp(path, "-") == 0) return GAL_OK;
    const gal_status status = find_target(&t, path, err);
    free(t.path);
    return status;
}

/* Appends the gzip form. */
static gal_status pack(gal_buf *out, const char *data, size_t size, gal_error *err) {
    enum { GZIP_WINDOW = 15 + 16, LEVEL = 8 };
    static const size_t piece = 1 << 30;
    unsigned char room[1 << 14];
    z_stream z = {0};
    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return gal_fail(err, GAL_ENOMEM, "out of memory to compress");
    for (int done = 0; !done;) {
        const size_t n = size < piece ? size : piece;
        z.next_in = (Bytef *)(uintptr_t)data;
        z.avail_in = (uInt)n;
        data += n;
        size -= n;
        do {
            z.next_out = room;
            z.avail_out = sizeof room;
            done = deflate(&z, size ? Z_NO_FLUSH : Z_FINISH) == Z_STREAM_END;
            gal_buf_append(out, (char *)room, sizeof room - z.avail_out);
        } while (z.avail_out == 0);
    }
    deflateEnd(&z);
    return gal_buf_ok(out, err);
}

gal_status gal_file_write(const char *path, const void *data, size_t size, gal_error *err) {
    const size_t length = strlen(path);
    if (strcmp(path, "-") == 0)
        return write_loop(STDOUT_FILENO, data, size) ? GAL_OK : io_error(err, path);
    if (length < 3 || !gal_text_equal_nocase(path + length - 3, ".gz"))
        return write_bytes(path, data, size, err);
    gal_buf packed;
    gal_buf_init(&packed);
    gal_status status = pack(&packed, data, size, err);
    if (status == GAL_OK) status = write_bytes(path, packed.data, packed.size, err);
    gal_buf_clear(&packed);
    return status;
}
