#include "base/vec.h"

#include <stdint.h>
#include <stdlib.h>

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

int gal__vec_assign(void **slot, void *moved) {
    if (!moved) return 0;
    *slot = moved;
    return 1;
}

void gal__vec_release(void *data) {
    free(data);
}
