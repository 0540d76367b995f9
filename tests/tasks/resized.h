/* Changes to the arrays of a safetensors file, for tests of what readers refuse. cmocka first. */
#ifndef GAL_TESTS_RESIZED_H
#define GAL_TESTS_RESIZED_H

#include "gnn/safetensors.h"
#include <string.h>

/* The tensor `name` gets another shape; what it had comes first, then zeros. */
static inline void reshape(gal_safetensors *st, const char *name, int64_t rows, int64_t cols) {
    gal_tensor_view *t = NULL;
    for (int32_t i = 0; i < st->n_tensor; i++)
        if (strcmp(st->tensor[i].name, name) == 0) t = &st->tensor[i];
    assert_non_null(t);
    size_t count = 1;
    for (int32_t d = 0; d < t->n_dim; d++) count *= (size_t)t->dim[d];
    const size_t size = t->size / count * (size_t)(rows * cols);
    char *data = gal_arena_alloc(&st->arena, size + 1);
    assert_non_null(data);
    memset(data, 0, size);
    memcpy(data, t->data, size < t->size ? size : t->size);
    *t = (gal_tensor_view){t->name, t->dtype, 2, {rows, cols}, data, size};
}

#endif
