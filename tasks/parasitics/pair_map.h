/* Pairs of nets to rows of floats, summed into as pairs turn up in any order.
 *
 * Open addressing over dense rows. A full memory is remembered in `failed` rather than reported by
 * every access, so that inner loops stay short; check it once at the end.
 */
#ifndef GAL_TASKS_PARASITICS_PAIR_MAP_H
#define GAL_TASKS_PARASITICS_PAIR_MAP_H

#include "base/status.h"
#include <stdint.h>

typedef struct gal_pair_map {
    uint64_t *key; /* [n] smaller net << 32 | larger net */
    float *value;  /* [n, cols] */
    int32_t *slot; /* [n_slot] row or -1; n_slot is a power of two */
    int32_t cols, n, capacity, n_slot;
    int failed; /* memory or row numbers ran out: rows are missing */
} gal_pair_map;

GAL_API void gal_pair_map_init(gal_pair_map *map, int32_t cols);
GAL_API void gal_pair_map_clear(gal_pair_map *map);

/* The row of {a, b}, zeros when new; NULL (and failed) when memory is out. Valid until the next
 * new row. Amortised O(1). */
GAL_API float *gal_pair_map_row(gal_pair_map *map, int32_t a, int32_t b);

#endif
