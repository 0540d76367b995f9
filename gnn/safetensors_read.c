#include "base/hash.h"
#include "gnn/safetensors_layout.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a read stands: the section after the header, and whom to blame. */
typedef struct source {
    const char *path;
    const unsigned char *data; /* [size] bytes after the header */
    size_t size;
} source;

static gal_status no_memory(const char *path, gal_error *err) {
    return gal_fail_at(err, GAL_ENOMEM, path, 0, 0, "out of memory for a safetensors file");
}

static gal_status bad(const source *from, const char *name, const char *what, gal_error *err) {
    return gal_fail_at(err, GAL_EPARSE, from->path, 0, 0, "tensor '%.100s': %s", name, what);
}

static gal_status read_dtype(gal_tensor_view *t, const json_t *entry, const source *from,
                             gal_error *err) {
    const char *text = json_string_value(json_object_get(entry, "dtype"));
    if (!text) return bad(from, t->name, "no text \"dtype\"", err);
    for (int d = 0; d < GAL_N_DTYPE; d++)
        if (strcmp(text, gal__dtype_name((gal_dtype)d)) == 0) {
            t->dtype = (gal_dtype)d;
            return GAL_OK;
        }
    return gal_fail_at(err, GAL_EPARSE, from->path, 0, 0,
                       "tensor '%.100s': dtype '%.20s', expected F32, F64, I32, I64 or U8", t->name,
                       text);
}

static gal_status read_shape(gal_tensor_view *t, const json_t *entry, const source *from,
                             gal_error *err) {
    const json_t *shape = json_object_get(entry, "shape");
    if (!json_is_array(shape)) return bad(from, t->name, "no list \"shape\"", err);
    const size_t n = json_array_size(shape);
    if (n > GAL_TENSOR_DIMS)
        return gal_fail_at(err, GAL_ELIMIT, from->path, 0, 0,
                           "tensor '%.100s': %zu dimensions, at most %d are supported", t->name, n,
                           GAL_TENSOR_DIMS);
    t->n_dim = (int32_t)n;
    for (size_t i = 0; i < n; i++) {
        const json_t *dim = json_array_get(shape, i);
        t->dim[i] = json_is_integer(dim) ? json_integer_value(dim) : -1;
    }
    if (!gal__tensor_bytes(&t->size, t->dtype, t->n_dim, t->dim))
        return bad(from, t->name, "impossible shape, expected integers >= 0 that fit memory", err);
    return GAL_OK;
}

static gal_status read_offsets(gal_tensor_view *t, const json_t *entry, const source *from,
                               gal_error *err) {
    const json_t *pair = json_object_get(entry, "data_offsets");
    const json_t *low = json_array_get(pair, 0), *high = json_array_get(pair, 1);
    if (json_array_size(pair) != 2 || !json_is_integer(low) || !json_is_integer(high))
        return bad(from, t->name, "no pair of integers \"data_offsets\"", err);
    const json_int_t first = json_integer_value(low), end = json_integer_value(high);
    if (first < 0 || end < first || (uint64_t)end > from->size)
        return gal_fail_at(err, GAL_EPARSE, from->path, 0, 0,
                           "tensor '%.100s': offsets [%lld, %lld] outside the %zu bytes of data",
                           t->name, (long long)first, (long long)end, from->size);
    if ((uint64_t)(end - first) != t->size)
        return gal_fail_at(err, GAL_EPARSE, from->path, 0, 0,
                           "tensor '%.100s': %lld bytes of data, shape and dtype ask for %zu",
                           t->name, (long long)(end - first), t->size);
    t->data = from->data + first;
    return GAL_OK;
}

static gal_status read_tensor(gal_safetensors *st, const char *name, const json_t *entry,
                              const source *from, gal_error *err) {
    if (!json_is_object(entry) || json_object_size(entry) != 3)
        return bad(from, name, "expected an object of dtype, shape and data_offsets", err);
    gal_tensor_view *t = gal__safetensors_append(st, name);
    if (!t) return no_memory(from->path, err);
    GAL_TRY(read_dtype(t, entry, from, err));
    GAL_TRY(read_shape(t, entry, from, err));
    return read_offsets(t, entry, from, err);
}

static gal_status read_meta(gal_safetensors *st, json_t *meta, const source *from, gal_error *err) {
    if (!json_is_object(meta))
        return gal_fail_at(err, GAL_EPARSE, from->path, 0, 0, "__metadata__ is no object");
    /* Names are unique in `meta`, so this need not search as gal_safetensors_set does. */
    st->meta = malloc((json_object_size(meta) + 1) * sizeof *st->meta);
    if (!st->meta) return no_memory(from->path, err);
    st->meta_capacity = (int32_t)json_object_size(meta) + 1;
    const char *key;
    json_t *value;
    json_object_foreach(meta, key, value) {
        if (!json_is_string(value))
            return gal_fail_at(err, GAL_EPARSE, from->path, 0, 0, "metadata '%.100s' is not text",
                               key);
        const char *name = gal_arena_text(&st->arena, key, strlen(key));
        const char *text =
            gal_arena_text(&st->arena, json_string_value(value), json_string_length(value));
        if (!name || !text) return no_memory(from->path, err);
        st->meta[st->n_meta++] = (gal_meta){name, text};
    }
    return GAL_OK;
}

static gal_status read_header(gal_safetensors *st, json_t *root, const source *from,
                              gal_error *err) {
    const char *name;
    json_t *entry;
    if (!json_is_object(root))
        return gal_fail_at(err, GAL_EPARSE, from->path, 0, 0, "the header is no JSON object");
    json_object_foreach(root, name, entry) {
        const int is_meta = strcmp(name, "__metadata__") == 0;
        GAL_TRY(is_meta ? read_meta(st, entry, from, err)
                        : read_tensor(st, name, entry, from, err));
    }
    return GAL_OK;
}

/* By first byte, empty arrays before the array that starts where they lie. */
static int by_place(const void *a, const void *b) {
    const gal_tensor_view *x = *(gal_tensor_view *const *)a, *y = *(gal_tensor_view *const *)b;
    if (x->data != y->data) return (const char *)x->data < (const char *)y->data ? -1 : 1;
    return (x->size > y->size) - (x->size < y->size);
}

/* Every byte of the data belongs to exactly one tensor. */
static gal_status check_cover(gal_tensor_view *const *tensor, int32_t n, const source *from,
                              gal_error *err) {
    const unsigned char *next = from->data;
    for (int32_t i = 0; i < n; i++) {
        const unsigned char *first = tensor[i]->data;
        if (first != next)
            return bad(from, tensor[i]->name,
                       first < next ? "overlaps another tensor" : "a hole lies before it", err);
        next = first + tensor[i]->size;
    }
    if (next != from->data + from->size)
        return gal_fail_at(err, GAL_EPARSE, from->path, 0, 0,
                           "%zu bytes of data, the tensors take %zu", from->size,
                           (size_t)(next - from->data));
    return GAL_OK;
}

static gal_status check_layout(gal_safetensors *st, const source *from, gal_error *err) {
    gal_tensor_view **order = malloc(((size_t)st->n_tensor + 1) * sizeof *order);
    if (!order) return no_memory(from->path, err);
    for (int32_t i = 0; i < st->n_tensor; i++) order[i] = &st->tensor[i];
    qsort(order, (size_t)st->n_tensor, sizeof *order, by_place);
    const gal_status status = check_cover(order, st->n_tensor, from, err);
    free(order);
    return status;
}

static gal_status check_hash(const gal_safetensors *st, const source *from, gal_error *err) {
    const char *stored = gal_safetensors_get(st, GAL__HASH_KEY);
    char actual[17];
    if (!stored) return GAL_OK;
    snprintf(actual, sizeof actual, "%016" PRIx64, gal_hash_bytes(from->data, from->size, 0));
    if (strcmp(stored, actual) == 0) return GAL_OK;
    return gal_fail_at(err, GAL_EPARSE, from->path, 0, 0,
                       "damaged: the data's hash is %s, the file says %.20s", actual, stored);
}

/* Copies arrays that the file put at an odd address. */
static gal_status align(gal_safetensors *st, gal_error *err) {
    for (int32_t i = 0; i < st->n_tensor; i++) {
        gal_tensor_view *t = &st->tensor[i];
        if ((uintptr_t)t->data % gal__dtype_size(t->dtype) == 0) continue;
        void *copy = gal_arena_alloc(&st->arena, t->size);
        if (!copy) return no_memory(st->path, err);
        memcpy(copy, t->data, t->size);
        t->data = copy;
    }
    return GAL_OK;
}

/* Header length in bytes, checked against the file. */
static gal_status read_length(size_t *length, const unsigned char *byte, size_t size,
                              const char *path, gal_error *err) {
    uint64_t value = 0;
    if (size < 8)
        return gal_fail_at(err, GAL_EPARSE, path, 0, 0,
                           "%zu bytes are too few for a safetensors file", size);
    for (int i = 0; i < 8; i++) value |= (uint64_t)byte[i] << (8 * i);
    if (value > GAL_TENSOR_HEADER_MAX)
        return gal_fail_at(err, GAL_ELIMIT, path, 0, 0,
                           "no safetensors file: header of %" PRIu64 " bytes, at most %d allowed",
                           value, GAL_TENSOR_HEADER_MAX);
    if (value > size - 8)
        return gal_fail_at(err, GAL_EPARSE, path, 0, 0,
                           "cut short: header of %" PRIu64 " bytes, %zu are there", value,
                           size - 8);
    *length = (size_t)value;
    return GAL_OK;
}

gal_status gal_safetensors_parse(gal_safetensors *st, const void *bytes, size_t size,
                                 const char *path, gal_error *err) {
    const unsigned char *byte = bytes;
    size_t length = 0;
    GAL_TRY(read_length(&length, byte, size, path, err));
    st->path = path ? gal_arena_text(&st->arena, path, strlen(path)) : "";
    if (!st->path) return no_memory(path, err);
    const source from = {path, byte + 8 + length, size - 8 - length};
    json_error_t reason;
    json_t *root = json_loadb((const char *)byte + 8, length, JSON_REJECT_DUPLICATES, &reason);
    /* jansson leaves the text empty when it fails to allocate, whatever code it sets. */
    if (!root && !reason.text[0]) return no_memory(path, err);
    if (!root)
        return gal_fail_at(err, GAL_EPARSE, path, 0, 0, "header: %s, at byte %d", reason.text,
                           reason.position);
    gal_status status = read_header(st, root, &from, err);
    json_decref(root);
    if (status == GAL_OK) status = check_layout(st, &from, err);
    if (status == GAL_OK) status = check_hash(st, &from, err);
    return status == GAL_OK ? align(st, err) : status;
}

gal_status gal_safetensors_read(gal_safetensors *st, const char *path, gal_error *err) {
    GAL_TRY(gal_file_read(&st->file, path, 0, err));
    return gal_safetensors_parse(st, st->file.data, st->file.size, path, err);
}
