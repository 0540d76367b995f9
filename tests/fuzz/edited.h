/* Fuzzing of model files: the input is a list of edits to a small model.
 *
 * Bytes that a fuzzer changes at random would end at the hash of the data or in the header's JSON,
 * which fuzz_safetensors looks after. Here each edit gives a tensor another shape, type or value,
 * removes it, or rewrites a metadata text; the result is a well-formed file and goes to the reader
 * of the format.
 */
#ifndef GAL_TESTS_EDITED_H
#define GAL_TESTS_EDITED_H

#include "gnn/safetensors.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The unread rest of the input; reads are 0 behind its end. */
typedef struct edits {
    const uint8_t *at, *end;
} edits;

static inline uint32_t next_number(edits *e, int bytes) {
    uint32_t value = 0;
    for (int i = 0; i < bytes && e->at < e->end; i++) value = value << 8 | *e->at++;
    return value;
}

static inline void next_bytes(void *out, edits *e, size_t n) {
    const size_t left = (size_t)(e->end - e->at), some = n < left ? n : left;
    memset(out, 0, n);
    memcpy(out, e->at, some);
    e->at += some;
}

static inline size_t element_size(gal_dtype dtype) {
    return dtype == GAL_U8 ? 1 : dtype == GAL_F32 || dtype == GAL_I32 ? 4 : 8;
}

/* The tensor's bytes, to be written to; nothing is shared with the base. */
static inline unsigned char *own(gal_safetensors *st, gal_tensor_view *t, size_t size) {
    unsigned char *copy = gal_arena_alloc(&st->arena, size + 1);
    if (!copy) abort();
    memset(copy, 0, size);
    memcpy(copy, t->data, size < t->size ? size : t->size);
    t->data = copy;
    t->size = size;
    return copy;
}

/* Small sizes, and those beside what is there. */
static inline int64_t next_dim(edits *e, int64_t old) {
    const int32_t kind = (int32_t)next_number(e, 1);
    return kind < 64 ? kind : kind < 128 ? old + (kind - 96) : (int64_t)next_number(e, 2) % 3000;
}

static inline void reshape(gal_safetensors *st, gal_tensor_view *t, edits *e) {
    const int32_t n_dim = (int32_t)(next_number(e, 1) % 3);
    size_t count = 1;
    if (next_number(e, 1) % 8 == 0) t->dtype = (gal_dtype)(next_number(e, 1) % GAL_N_DTYPE);
    for (int32_t d = 0; d < n_dim; d++) {
        t->dim[d] = next_dim(e, d < t->n_dim ? t->dim[d] : 1);
        if (t->dim[d] < 0) t->dim[d] = 0;
        count *= (size_t)t->dim[d];
    }
    t->n_dim = n_dim;
    own(st, t, count * element_size(t->dtype));
}

/* Some bytes at a place, or one element by a value that trips arithmetic. */
static inline void overwrite(gal_safetensors *st, gal_tensor_view *t, edits *e) {
    static const double odd[] = {0, -1, 1e300, -1e300, 1e38, 1e-310};
    const size_t element = element_size(t->dtype);
    if (t->size == 0) return;
    unsigned char *bytes = own(st, t, t->size);
    const size_t at = next_number(e, 3) % t->size;
    const uint32_t kind = next_number(e, 1);
    if (t->dtype == GAL_F32 || t->dtype == GAL_F64) {
        const double value = kind % 8 < 6 ? odd[kind % 8] : kind % 8 == 6 ? NAN : INFINITY;
        const float narrow = (float)value;
        const void *from = element == 4 ? (const void *)&narrow : (const void *)&value;
        memcpy(bytes + at / element * element, from, element);
        return;
    }
    unsigned char patch[16];
    const size_t left = t->size - at, n = 1 + kind % sizeof patch;
    next_bytes(patch, e, n);
    memcpy(bytes + at, patch, n < left ? n : left);
}

/* The same inside a forest (gnn/trees_file.c): its head of 32 bytes, or what is deflated. */
static inline void overwrite_forest(gal_safetensors *st, gal_tensor_view *t, edits *e) {
    int64_t head[4];
    if (t->size < sizeof head) return;
    memcpy(head, t->data, sizeof head);
    if (head[3] < 1 || head[3] > 1 << 20) return;
    uLongf n = (uLongf)head[3], packed = compressBound(n);
    unsigned char *plain = gal_arena_alloc(&st->arena, n);
    unsigned char *bytes = gal_arena_alloc(&st->arena, sizeof head + packed);
    if (!plain || !bytes) abort();
    const unsigned char *from = (const unsigned char *)t->data + sizeof head;
    if (uncompress(plain, &n, from, (uLong)(t->size - sizeof head)) != Z_OK) return;
    for (uint32_t i = next_number(e, 1) % 4; i > 0; i--) {
        const size_t at = next_number(e, 2) % (sizeof head + n);
        unsigned char *place =
            at < sizeof head ? (unsigned char *)head + at : plain + (at - sizeof head);
        *place = (unsigned char)next_number(e, 1);
    }
    if (compress(bytes + sizeof head, &packed, plain, n) != Z_OK) abort();
    memcpy(bytes, head, sizeof head);
    *t = (gal_tensor_view){
        t->name, t->dtype, 1, {(int64_t)(sizeof head + packed)}, bytes, sizeof head + packed};
}

static inline void rewrite_text(gal_safetensors *st, edits *e) {
    char text[64] = {0};
    const char *key = st->meta[next_number(e, 1) % (uint32_t)st->n_meta].key;
    next_bytes(text, e, next_number(e, 1) % sizeof text);
    for (size_t i = 0; i < sizeof text; i++) text[i] &= 0x7f;
    gal_safetensors_set(st, key, text, NULL);
}

static inline void apply_edits(gal_safetensors *st, edits *e) {
    while (e->at < e->end && st->n_tensor > 0) {
        const uint32_t kind = next_number(e, 1) % 8;
        gal_tensor_view *t = &st->tensor[next_number(e, 2) % (uint32_t)st->n_tensor];
        if (kind == 0) *t = st->tensor[--st->n_tensor];
        else if (kind < 3) reshape(st, t, e);
        else if (kind < 5) rewrite_text(st, e);
        else if (strncmp(t->name, "trees.", 6) == 0) overwrite_forest(st, t, e);
        else overwrite(st, t, e);
    }
}

/* A path that no other process uses, in memory where there is such a place. */
static inline const char *own_path(void) {
    static char path[64];
    snprintf(path, sizeof path, "%s/galena_fuzz_%ld.safetensors",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (long)getpid());
    return path;
}

/* A file of the base with the edits; the caller removes it. */
static inline const char *edited_file(const gal_safetensors *base, edits e) {
    const char *path = own_path();
    gal_safetensors st;
    gal_buf bytes;
    gal_buf_init(&bytes);
    gal_safetensors_init(&st);
    for (int32_t i = 0; i < base->n_meta; i++)
        if (gal_safetensors_set(&st, base->meta[i].key, base->meta[i].value, NULL) != GAL_OK)
            abort();
    for (int32_t i = 0; i < base->n_tensor; i++) {
        const gal_tensor_view *t = &base->tensor[i];
        if (gal_safetensors_add(&st, t->name, t->dtype, t->n_dim, t->dim, t->data, NULL) != GAL_OK)
            abort();
    }
    apply_edits(&st, &e);
    if (gal_safetensors_format(&bytes, &st, NULL) != GAL_OK) abort();
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes.data, 1, bytes.size, file) != bytes.size || fclose(file) != 0)
        abort();
    gal_safetensors_clear(&st);
    gal_buf_clear(&bytes);
    return path;
}

/* The base of the edits: what was just saved at own_path. */
static inline void take_base(gal_safetensors *base) {
    gal_safetensors_init(base);
    if (gal_safetensors_read(base, own_path(), NULL) != GAL_OK) abort();
    unlink(own_path());
}

#endif
