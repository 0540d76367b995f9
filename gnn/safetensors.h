/* safetensors files: named arrays in one file that any framework reads.
 *
 * Layout: 8 bytes header length (little-endian), a JSON object {name: {dtype, shape,
 * data_offsets}} with optional "__metadata__" {text: text}, spaces, then the arrays row-major and
 * little-endian without holes. Files written here start their data at a multiple of 64 bytes, put
 * wide elements first so that each array is aligned, and carry the XXH3 of the data section as 16
 * hexadecimal digits in metadata "galena.xxh3", which reading verifies where present.
 *
 * Reading is strict: header of at most 100 MB that is valid JSON without repeated names, supported
 * dtypes, sizes that equal shape times dtype, offsets that cover the data exactly once. Anything
 * else is GAL_EPARSE (GAL_ELIMIT for the cap and for more than GAL_TENSOR_DIMS dimensions) with
 * the tensor's name in the message. Little-endian hosts only.
 */
#ifndef GAL_GNN_SAFETENSORS_H
#define GAL_GNN_SAFETENSORS_H

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include <stdint.h>

/* One list: enum value, the format's name, bytes of an element. */
#define GAL_DTYPE_MAP(XX)                                                                          \
    XX(F32, 4)                                                                                     \
    XX(F64, 8)                                                                                     \
    XX(I32, 4)                                                                                     \
    XX(I64, 8)                                                                                     \
    XX(U8, 1)

typedef enum gal_dtype {
#define XX(name, size) GAL_##name,
    GAL_DTYPE_MAP(XX)
#undef XX
        GAL_N_DTYPE
} gal_dtype;

enum { GAL_TENSOR_DIMS = 8, GAL_TENSOR_HEADER_MAX = 100000000 };

typedef struct gal_tensor_view {
    const char *name;
    gal_dtype dtype;
    int32_t n_dim;                /* 0 for a scalar */
    int64_t dim[GAL_TENSOR_DIMS]; /* [n_dim] >= 0 */
    const void *data;             /* [size] bytes, aligned to the element */
    size_t size;
} gal_tensor_view;

typedef struct gal_meta {
    const char *key, *value; /* UTF-8 */
} gal_meta;

typedef struct gal_safetensors {
    gal_tensor_view *tensor; /* [n_tensor] */
    gal_meta *meta;          /* [n_meta] */
    int32_t n_tensor, n_meta;
    const char *path;                       /* for messages; "" when there is none */
    int32_t tensor_capacity, meta_capacity; /* private, like the rest */
    gal_arena arena;                        /* names, values, realigned data */
    gal_file file;                          /* what the views point into after a read */
} gal_safetensors;

GAL_API void gal_safetensors_init(gal_safetensors *st);
GAL_API void gal_safetensors_clear(gal_safetensors *st);

/* Fills an initialised *st. The data stays in the file's memory, which *st owns. Errors: above,
 * GAL_EIO, GAL_ENOMEM. O(size + n_tensor log n_tensor). On error *st is only good for clear. */
GAL_API gal_status gal_safetensors_read(gal_safetensors *st, const char *path, gal_error *err);

/* The same from memory that the caller keeps as long as *st; path is for messages, or NULL. */
GAL_API gal_status gal_safetensors_parse(gal_safetensors *st, const void *bytes, size_t size,
                                         const char *path, gal_error *err);

/* Adds an array to write; the name is copied, the data is not. Errors: GAL_EINVAL (name taken,
 * reserved or not UTF-8; shape times element overflows), GAL_ELIMIT (n_dim), GAL_ENOMEM.
 * O(n_tensor). */
GAL_API gal_status gal_safetensors_add(gal_safetensors *st, const char *name, gal_dtype dtype,
                                       int32_t n_dim, const int64_t *dim, const void *data,
                                       gal_error *err);

/* Adds a metadata text, or replaces the one of that key; both are copied. Errors: GAL_EINVAL
 * (not UTF-8), GAL_ENOMEM. O(n_meta). */
GAL_API gal_status gal_safetensors_set(gal_safetensors *st, const char *key, const char *value,
                                       gal_error *err);

/* NULL when there is none of that name. O(n_tensor), O(n_meta). */
GAL_API const gal_tensor_view *gal_safetensors_find(const gal_safetensors *st, const char *name);
GAL_API const char *gal_safetensors_get(const gal_safetensors *st, const char *key);

/* Bytes of all arrays together. O(n_tensor). */
GAL_API int64_t gal_safetensors_bytes(const gal_safetensors *st);

/* The bytes of a file, appended to `out`. Errors: GAL_ELIMIT (header above the cap), GAL_ENOMEM. */
GAL_API gal_status gal_safetensors_format(gal_buf *out, const gal_safetensors *st, gal_error *err);

/* Atomically replaces `path` by those bytes. Errors: also GAL_EIO. */
GAL_API gal_status gal_safetensors_write(const char *path, const gal_safetensors *st,
                                         gal_error *err);

#endif
