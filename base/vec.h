/* Growable arrays, by macro: `gal_vec(T) v = {0};` then push, use v.data[0..v.size[, free.
 *
 * gal_vec_push evaluates to 1, or to 0 when memory is out (the vector is then unchanged).
 */
#ifndef GAL_BASE_VEC_H
#define GAL_BASE_VEC_H

#include "base/status.h"
#include <stddef.h>

#define gal_vec(T)                                                                                 \
    struct {                                                                                       \
        T *data;                                                                                   \
        size_t size, capacity;                                                                     \
    }

/* Makes room for `need` items of `item` bytes; returns the (moved) data or NULL. Use the macros. */
GAL_API void *gal__vec_reserve(void *data, size_t *capacity, size_t need, size_t item);

#define gal_vec_reserve(v, need)                                                                   \
    ((size_t)(need) <= (v)->capacity                                                               \
         ? 1                                                                                       \
         : gal__vec_assign(&(v)->data, gal__vec_reserve((v)->data, &(v)->capacity, (need),         \
                                                        sizeof *(v)->data)))

#define gal_vec_push(v, item)                                                                      \
    (gal_vec_reserve(v, (v)->size + 1) ? ((v)->data[(v)->size++] = (item), 1) : 0)

#define gal_vec_free(v)                                                                            \
    (gal__vec_release((v)->data), (v)->data = NULL, (v)->size = (v)->capacity = 0)

/* Stores `moved` in the pointer to objects at `slot`; 0, and nothing stored, when it is NULL. */
GAL_API int gal__vec_assign(void *slot, void *moved);
GAL_API void gal__vec_release(void *data);

#endif
