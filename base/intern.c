#include "base/intern.h"

#include "base/ascii.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

void gal_intern_init(gal_intern *intern, int fold_case) {
    *intern = (gal_intern){.fold_case = fold_case};
    gal_arena_init(&intern->arena);
}

void gal_intern_clear(gal_intern *intern) {
    gal_arena_clear(&intern->arena);
    free(intern->text);
    free(intern->hash);
    free(intern->slot);
    gal_intern_init(intern, intern->fold_case);
}

static uint32_t hash_of(const gal_intern *intern, gal_view name) {
    if (!intern->fold_case) return (uint32_t)gal_hash_bytes(name.text, name.size, 0);
    uint64_t hash = 0;
    char block[64];
    for (size_t i = 0; i < name.size;) {
        size_t n = 0;
        for (; n < sizeof block && i < name.size; n++, i++) block[n] = gal_lower(name.text[i]);
        hash = gal_hash_bytes(block, n, hash);
    }
    return (uint32_t)hash;
}

static int same(const gal_intern *intern, int32_t id, gal_view name) {
    const char *text = intern->text[id];
    if (name.size == 0) return !*text; /* its text may be NULL */
    return intern->fold_case ? gal_view_equal_nocase(name, text)
                             : strncmp(text, name.text, name.size) == 0 && !text[name.size];
}

/* The slot that holds `name`, or the empty one where it belongs; n_slot must not be 0. */
static int32_t probe(const gal_intern *intern, gal_view name, uint32_t hash) {
    const int32_t mask = intern->n_slot - 1;
    for (int32_t i = (int32_t)(hash & (uint32_t)mask);; i = (i + 1) & mask) {
        const int32_t id = intern->slot[i];
        if (id < 0 || (intern->hash[id] == hash && same(intern, id, name))) return i;
    }
}

static int grow(gal_intern *intern) {
    if (intern->capacity >= 1 << 29) return 0;
    const int32_t capacity = intern->capacity ? 2 * intern->capacity : 64;
    const char **text = realloc(intern->text, (size_t)capacity * sizeof *text);
    if (!text) return 0;
    intern->text = text;
    uint32_t *hash = realloc(intern->hash, (size_t)capacity * sizeof *hash);
    if (!hash) return 0;
    intern->hash = hash;
    int32_t *slot = malloc(2 * (size_t)capacity * sizeof *slot);
    if (!slot) return 0;
    free(intern->slot);
    intern->slot = slot;
    intern->n_slot = 2 * capacity;
    intern->capacity = capacity;
    memset(slot, -1, (size_t)intern->n_slot * sizeof *slot);
    for (int32_t id = 0; id < intern->count; id++) {
        int32_t i = (int32_t)(hash[id] & (uint32_t)(intern->n_slot - 1));
        while (slot[i] >= 0) i = (i + 1) & (intern->n_slot - 1);
        slot[i] = id;
    }
    return 1;
}

int32_t gal_intern_find(const gal_intern *intern, gal_view name) {
    if (!intern->n_slot) return -1;
    return intern->slot[probe(intern, name, hash_of(intern, name))];
}

int32_t gal_intern_add(gal_intern *intern, gal_view name) {
    if (intern->count == intern->capacity && !grow(intern)) return -1;
    const uint32_t hash = hash_of(intern, name);
    const int32_t slot = probe(intern, name, hash);
    if (intern->slot[slot] >= 0) return intern->slot[slot];
    const char *copy = gal_arena_text(&intern->arena, name.text, name.size);
    if (!copy) return -1;
    intern->text[intern->count] = copy;
    intern->hash[intern->count] = hash;
    intern->slot[slot] = intern->count;
    return intern->count++;
}
