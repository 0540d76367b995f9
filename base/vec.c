#include "base/vec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *gal__vec_reserve(void *data, size_t *capacity, size_t need, size_t item) {
    size_t wanted = *capacity ? *capacity : 8;
    while (wanted < need) {
        if (wanted > SIZE_MAX / 2) return NULL;
        wanted *= 2;
    }
    if (wanted > SIZE_MAX / item) return NULL;
    void *moved = realloc(data, wanted * item);
    if (moved) *capacity = wanted;
    return moved;
}

/* By bytes: *slot is a `T *` of any T, which an assignment through `void **` would alias. */
int gal__vec_assign(void *slot, void *moved) {
    if (!moved) return 0;
    memcpy(slot, &moved, sizeof moved);
    return 1;
}

void gal__vec_release(void *data) {
    free(data);
}
