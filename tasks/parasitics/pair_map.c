#include "tasks/parasitics/pair_map.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROWS = 64, MOST_ROWS = 1 << 28 };

void gal_pair_map_init(gal_pair_map *map, int32_t cols) {
    memset(map, 0, sizeof *map);
    map->cols = cols;
}

void gal_pair_map_clear(gal_pair_map *map) {
    free(map->key);
    free(map->value);
    free(map->slot);
    gal_pair_map_init(map, map->cols);
}

/* The slot that holds `key`, or the empty one where it belongs. */
static uint32_t find_slot(const gal_pair_map *map, uint64_t key) {
    const uint32_t mask = (uint32_t)map->n_slot - 1;
    uint32_t i = (uint32_t)((key * 0x9e3779b97f4a7c15u) >> 32) & mask;
    while (map->slot[i] >= 0 && map->key[map->slot[i]] != key) i = (i + 1) & mask;
    return i;
}

static int rehash(gal_pair_map *map, int32_t n_slot) {
    int32_t *slot = malloc(sizeof *slot * (size_t)n_slot);
    if (!slot) return 0;
    free(map->slot);
    map->slot = slot;
    map->n_slot = n_slot;
    memset(slot, 0xff, sizeof *slot * (size_t)n_slot);
    for (int32_t r = 0; r < map->n; r++) slot[find_slot(map, map->key[r])] = r;
    return 1;
}

static int grow(gal_pair_map *map) {
    if (map->capacity >= MOST_ROWS) return 0;
    const int32_t rows = map->capacity ? 2 * map->capacity : FIRST_ROWS;
    uint64_t *key = realloc(map->key, sizeof *key * (size_t)rows);
    if (!key) return 0;
    map->key = key;
    float *value = realloc(map->value, sizeof *value * (size_t)rows * (size_t)map->cols);
    if (!value) return 0;
    map->value = value;
    if (!rehash(map, 2 * rows)) return 0;
    map->capacity = rows;
    return 1;
}

float *gal_pair_map_row(gal_pair_map *map, int32_t a, int32_t b) {
    const uint64_t key = a < b ? (uint64_t)a << 32 | (uint64_t)b : (uint64_t)b << 32 | (uint64_t)a;
    if (map->n == map->capacity && !grow(map)) {
        map->failed = 1;
        return NULL;
    }
    const uint32_t i = find_slot(map, key);
    if (map->slot[i] < 0) {
        map->slot[i] = map->n;
        map->key[map->n] = key;
        memset(map->value + (size_t)map->n * (size_t)map->cols, 0,
               sizeof *map->value * (size_t)map->cols);
        map->n++;
    }
    return map->value + (size_t)map->slot[i] * (size_t)map->cols;
}
