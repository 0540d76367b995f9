/* The container and its writer; safetensors_read.c holds the reader. */
#include "gnn/safetensors.h"

#include "base/hash.h"
#include "gnn/safetensors_layout.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
} dtypes[GAL_N_DTYPE] = {
#define XX(name, size) {#name, size},
    GAL_DTYPE_MAP(XX)
#undef XX
};

const char *gal__dtype_name(gal_dtype dtype) {
    return dtypes[dtype].name;
}

size_t gal__dtype_size(gal_dtype dtype) {
    return dtypes[dtype].size;
}

int gal__tensor_bytes(size_t *bytes, gal_dtype dtype, int32_t n_dim, const int64_t *dim) {
    uint64_t total = dtypes[dtype].size;
    for (int32_t i = 0; i < n_dim; i++) {
        if (dim[i] < 0) return 0;
        if (dim[i] > 0 && total > (uint64_t)INT64_MAX / (uint64_t)dim[i]) return 0;
        total *= (uint64_t)dim[i];
    }
    *bytes = (size_t)total;
    return 1;
}

void gal_safetensors_init(gal_safetensors *st) {
    *st = (gal_safetensors){.path = ""};
}

void gal_safetensors_clear(gal_safetensors *st) {
    free(st->tensor);
    free(st->meta);
    gal_arena_clear(&st->arena);
    gal_file_clear(&st->file);
    gal_safetensors_init(st);
}

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for a safetensors file");
}

static int is_utf8(const char *text) {
    for (size_t n; *text; text += n)
        if (!(n = gal_utf8_size(text))) return 0;
    return 1;
}

/* data[0..n[ moved to where one more item fits; NULL when memory is out. */
static void *with_room(void *data, int32_t *capacity, int32_t n, size_t item) {
    if (n < *capacity) return data;
    if (n > INT32_MAX / 2) return NULL;
    const int32_t wanted = n ? 2 * n : 16;
    void *moved = realloc(data, (size_t)wanted * item);
    if (moved) *capacity = wanted;
    return moved;
}

gal_tensor_view *gal__safetensors_append(gal_safetensors *st, const char *name) {
    const char *copy = gal_arena_text(&st->arena, name, strlen(name));
    void *data = with_room(st->tensor, &st->tensor_capacity, st->n_tensor, sizeof *st->tensor);
    if (data) st->tensor = data;
    if (!data || !copy) return NULL;
    st->tensor[st->n_tensor] = (gal_tensor_view){.name = copy};
    return &st->tensor[st->n_tensor++];
}

gal_status gal_safetensors_add(gal_safetensors *st, const char *name, gal_dtype dtype,
                               int32_t n_dim, const int64_t *dim, const void *data,
                               gal_error *err) {
    size_t size;
    if (n_dim < 0 || n_dim > GAL_TENSOR_DIMS)
        return gal_fail(err, GAL_ELIMIT, "tensor '%s' has %d dimensions, at most %d can be stored",
                        name, (int)n_dim, GAL_TENSOR_DIMS);
    if (!gal__tensor_bytes(&size, dtype, n_dim, dim))
        return gal_fail(err, GAL_EINVAL, "tensor '%s' has an impossible shape", name);
    if (!is_utf8(name)) return gal_fail(err, GAL_EINVAL, "a tensor name is not UTF-8");
    if (strcmp(name, "__metadata__") == 0 || gal_safetensors_find(st, name))
        return gal_fail(err, GAL_EINVAL, "the tensor name '%s' is already taken", name);
    gal_tensor_view *t = gal__safetensors_append(st, name);
    if (!t) return no_memory(err);
    t->dtype = dtype;
    t->n_dim = n_dim;
    if (n_dim) memcpy(t->dim, dim, (size_t)n_dim * sizeof *dim);
    t->data = data;
    t->size = size;
    return GAL_OK;
}

gal_status gal_safetensors_set(gal_safetensors *st, const char *key, const char *value,
                               gal_error *err) {
    if (!is_utf8(key) || !is_utf8(value))
        return gal_fail(err, GAL_EINVAL, "metadata '%.100s' is not UTF-8", key);
    const char *copy = gal_arena_text(&st->arena, value, strlen(value));
    if (!copy) return no_memory(err);
    for (int32_t i = 0; i < st->n_meta; i++)
        if (strcmp(st->meta[i].key, key) == 0) {
            st->meta[i].value = copy;
            return GAL_OK;
        }
    const char *name = gal_arena_text(&st->arena, key, strlen(key));
    void *data = with_room(st->meta, &st->meta_capacity, st->n_meta, sizeof *st->meta);
    if (data) st->meta = data;
    if (!data || !name) return no_memory(err);
    st->meta[st->n_meta++] = (gal_meta){name, copy};
    return GAL_OK;
}

const gal_tensor_view *gal_safetensors_find(const gal_safetensors *st, const char *name) {
    for (int32_t i = 0; i < st->n_tensor; i++)
        if (strcmp(st->tensor[i].name, name) == 0) return &st->tensor[i];
    return NULL;
}

const char *gal_safetensors_get(const gal_safetensors *st, const char *key) {
    for (int32_t i = 0; i < st->n_meta; i++)
        if (strcmp(st->meta[i].key, key) == 0) return st->meta[i].value;
    return NULL;
}

int64_t gal_safetensors_bytes(const gal_safetensors *st) {
    int64_t bytes = 0;
    for (int32_t i = 0; i < st->n_tensor; i++) bytes += (int64_t)st->tensor[i].size;
    return bytes;
}

/* {"dtype": ..., "shape": [...], "data_offsets": [first, end]}; NULL when out of memory. */
static json_t *describe(const gal_tensor_view *t, size_t first) {
    json_t *shape = json_array();
    int ok = shape != NULL;
    for (int32_t d = 0; ok && d < t->n_dim; d++)
        ok = json_array_append_new(shape, json_integer(t->dim[d])) == 0;
    if (!ok) {
        json_decref(shape);
        return NULL;
    }
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", dtypes[t->dtype].name, "shape", shape,
                     "data_offsets", (json_int_t)first, (json_int_t)(first + t->size));
}

/* Lays the arrays out in `data`, widest elements first, and describes them in `root`. */
static int add_tensors(json_t *root, gal_buf *data, const gal_safetensors *st) {
    for (size_t width = 8; width; width /= 2)
        for (int32_t i = 0; i < st->n_tensor; i++) {
            const gal_tensor_view *t = &st->tensor[i];
            if (dtypes[t->dtype].size != width) continue;
            if (json_object_set_new(root, t->name, describe(t, data->size)) != 0) return 0;
            gal_buf_append(data, t->data, t->size);
        }
    return 1;
}

static int dump(const char *text, size_t size, void *buf) {
    gal_buf_append(buf, text, size);
    return ((gal_buf *)buf)->failed ? -1 : 0;
}

/* Header length, header and its padding, behind what `out` has. */
static gal_status format_header(gal_buf *out, const json_t *root, gal_error *err) {
    unsigned char length[8] = {0};
    const size_t start = out->size;
    gal_buf_append(out, (const char *)length, sizeof length);
    if (json_dump_callback(root, dump, out, JSON_COMPACT) != 0) return no_memory(err);
    while ((out->size - start) % GAL__DATA_ALIGN && !out->failed) gal_buf_append(out, " ", 1);
    GAL_TRY(gal_buf_ok(out, err));
    const size_t size = out->size - start - sizeof length;
    if (size > GAL_TENSOR_HEADER_MAX)
        return gal_fail(err, GAL_ELIMIT, "names and metadata take %zu bytes, at most %d allowed",
                        size, GAL_TENSOR_HEADER_MAX);
    for (int i = 0; i < 8; i++) out->data[start + i] = (char)(unsigned char)(size >> (8 * i));
    return GAL_OK;
}

/* The JSON header and the data section it describes. */
static int describe_all(json_t *root, gal_buf *data, const gal_safetensors *st) {
    char hash[17];
    json_t *meta = json_object();
    if (json_object_set_new(root, "__metadata__", meta) != 0) return 0;
    for (int32_t i = 0; i < st->n_meta; i++)
        if (json_object_set_new(meta, st->meta[i].key, json_string(st->meta[i].value)) != 0)
            return 0;
    if (!add_tensors(root, data, st) || data->failed) return 0;
    snprintf(hash, sizeof hash, "%016" PRIx64, gal_hash_bytes(data->data, data->size, 0));
    return json_object_set_new(meta, GAL__HASH_KEY, json_string(hash)) == 0;
}

gal_status gal_safetensors_format(gal_buf *out, const gal_safetensors *st, gal_error *err) {
    gal_buf data;
    gal_buf_init(&data);
    json_t *root = json_object();
    gal_status status = root && describe_all(root, &data, st) ? GAL_OK : no_memory(err);
    if (status == GAL_OK) status = format_header(out, root, err);
    if (status == GAL_OK) gal_buf_append(out, data.data, data.size);
    if (status == GAL_OK) status = gal_buf_ok(out, err);
    json_decref(root);
    gal_buf_clear(&data);
    return status;
}

gal_status gal_safetensors_write(const char *path, const gal_safetensors *st, gal_error *err) {
    gal_buf bytes;
    gal_buf_init(&bytes);
    gal_status status = gal_safetensors_format(&bytes, st, err);
    if (status == GAL_OK) status = gal_file_write(path, bytes.data, bytes.size, err);
    gal_buf_clear(&bytes);
    return status;
}
