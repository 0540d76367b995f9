/* Changes to the arrays of a safetensors file, for tests of what readers refuse. cmocka first. */
#ifndef GAL_TESTS_RESIZED_H
#define GAL_TESTS_RESIZED_H

#include "gnn/safetensors.h"
#include <string.h>

static inline gal_tensor_view *tensor_of(gal_safetensors *st, const char *name) {
    for (int32_t i = 0; i < st->n_tensor; i++)
        if (strcmp(st->tensor[i].name, name) == 0) return &st->tensor[i];
    fail_msg("no tensor %s", name);
    return NULL;
}

static inline size_t bytes_of_element(const gal_tensor_view *t) {
    size_t count = 1;
    for (int32_t d = 0; d < t->n_dim; d++) count *= (size_t)t->dim[d];
    return t->size / count;
}

/* The tensor gets this data and shape; data is only kept as long as the file. */
static inline void replace(gal_safetensors *st, const char *name, int64_t rows, int64_t cols,
                           const void *data) {
    gal_tensor_view *t = tensor_of(st, name);
    const size_t size = bytes_of_element(t) * (size_t)(rows * cols);
    *t = (gal_tensor_view){t->name, t->dtype, 2, {rows, cols}, data, size};
}

/* The tensor gets another shape; what it had comes first, then zeros. */
static inline void reshape(gal_safetensors *st, const char *name, int64_t rows, int64_t cols) {
    const gal_tensor_view *t = tensor_of(st, name);
    const size_t size = bytes_of_element(t) * (size_t)(rows * cols);
    char *data = gal_arena_alloc(&st->arena, size + 1);
    assert_non_null(data);
    memset(data, 0, size);
    memcpy(data, t->data, size < t->size ? size : t->size);
    replace(st, name, rows, cols, data);
}

#endif
