#include "base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { FIRST_CHUNK = 1 << 14, HUGE_PAGE = 1 << 21, LAST_CHUNK = 1 << 26, HEADER = 64 };

typedef struct gal_arena_chunk {
    struct gal_arena_chunk *next;
    size_t size; /* bytes, header included */
} gal_arena_chunk;

static_assert(sizeof(gal_arena_chunk) <= HEADER, "the header must fit before the first object");

void gal_arena_init(gal_arena *arena) {
    *arena = (gal_arena){0};
}

static void free_chunks(gal_arena_chunk *chunk) {
    while (chunk) {
        gal_arena_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
}

void gal_arena_clear(gal_arena *arena) {
    free_chunks(arena->chunk);
    free_chunks(arena->spare);
    gal_arena_init(arena);
}

void gal_arena_reset(gal_arena *arena) {
    while (arena->chunk) {
        gal_arena_chunk *chunk = arena->chunk;
        arena->chunk = chunk->next;
        chunk->next = arena->spare;
        arena->spare = chunk;
    }
}

/* The smallest spare chunk of at least `size` bytes, taken from the list; NULL: none. */
static gal_arena_chunk *take_spare(gal_arena *arena, size_t size) {
    gal_arena_chunk **best = NULL;
    for (gal_arena_chunk **at = &arena->spare; *at; at = &(*at)->next)
        if ((*at)->size >= size && (!best || (*at)->size < (*best)->size)) best = at;
    if (!best) return NULL;
    gal_arena_chunk *chunk = *best;
    *best = chunk->next;
    return chunk;
}

static gal_arena_chunk *new_chunk(gal_arena *arena, size_t least) {
    size_t size = arena->chunk ? 2 * arena->chunk->size : FIRST_CHUNK;
    if (size > LAST_CHUNK) size = LAST_CHUNK;
    if (size < least) size = least;
    const size_t align = size >= HUGE_PAGE ? HUGE_PAGE : HEADER;
    size = (size + align - 1) / align * align;
    gal_arena_chunk *chunk = aligned_alloc(align, size);
    if (!chunk) return NULL;
#ifdef MADV_HUGEPAGE
    if (size >= HUGE_PAGE) madvise(chunk, size, MADV_HUGEPAGE); /* advice only: failure is fine */
#endif
    chunk->size = size;
    arena->total += size;
    return chunk;
}

/* Adds a chunk that holds at least `need` bytes. */
static int grow(gal_arena *arena, size_t need) {
    if (need > SIZE_MAX / 2 - HUGE_PAGE) return 0;
    gal_arena_chunk *chunk = take_spare(arena, need + HEADER);
    if (!chunk) chunk = new_chunk(arena, need + HEADER);
    if (!chunk) return 0;
    chunk->next = arena->chunk;
    arena->chunk = chunk;
    arena->used = HEADER;
    return 1;
}

static void *take(gal_arena *arena, size_t size, size_t align) {
    size_t start = (arena->used + align - 1) & ~(align - 1);
    if (!arena->chunk || start > arena->chunk->size || size > arena->chunk->size - start) {
        if (!grow(arena, size)) return NULL;
        start = HEADER;
    }
    arena->used = start + size;
    return (char *)arena->chunk + start;
}

void *gal_arena_alloc(gal_arena *arena, size_t size) {
    return take(arena, size, 64);
}

void *gal_arena_small(gal_arena *arena, size_t size) {
    return take(arena, size, 8);
}

void *gal_arena_calloc(gal_arena *arena, size_t count, size_t size) {
    if (size && count > SIZE_MAX / size) return NULL;
    void *memory = gal_arena_alloc(arena, count * size);
    if (memory) memset(memory, 0, count * size);
    return memory;
}

char *gal_arena_text(gal_arena *arena, const char *text, size_t length) {
    char *copy = take(arena, length + 1, 1);
    if (!copy) return NULL;
    if (length) memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}
