/* Arena: many allocations, one free.
 *
 * Parsed data and layer activations live in an arena that is dropped at once. Memory comes in
 * chunks that double up to 64 MB; chunks of 2 MB and more are aligned to 2 MB and marked for huge
 * pages (1.4x on random gathers of feature rows). Allocation is O(1), reset keeps the memory, not
 * thread-safe. The fields are private.
 */
#ifndef GAL_BASE_ARENA_H
#define GAL_BASE_ARENA_H

#include "base/status.h"
#include <stddef.h>

struct gal_arena_chunk;

typedef struct gal_arena {
    struct gal_arena_chunk *chunk; /* in use, newest first */
    struct gal_arena_chunk *spare; /* kept by a reset */
    size_t used;                   /* bytes handed out of the newest chunk */
    size_t total;                  /* bytes of all chunks */
} gal_arena;

GAL_API void gal_arena_init(gal_arena *arena);

/* Frees every chunk; the arena may be used again. */
GAL_API void gal_arena_clear(gal_arena *arena);

/* Forgets every allocation but keeps the chunks for reuse: the same allocations need no new one. */
GAL_API void gal_arena_reset(gal_arena *arena);

/* `size` bytes aligned to 64, uninitialised; NULL when memory is out. A size of 0 is fine. */
GAL_API void *gal_arena_alloc(gal_arena *arena, size_t size);

/* `count * size` zeroed bytes aligned to 64; NULL on overflow or when memory is out. */
GAL_API void *gal_arena_calloc(gal_arena *arena, size_t count, size_t size);

/* `size` bytes aligned to 8, for small parsed objects; NULL when memory is out. */
GAL_API void *gal_arena_small(gal_arena *arena, size_t size);

/* A NUL-terminated copy of text[0..length[; NULL when memory is out. */
GAL_API char *gal_arena_text(gal_arena *arena, const char *text, size_t length);

#define GAL_ARENA_ARRAY(arena, type, count)                                                        \
    ((type *)gal_arena_calloc((arena), (size_t)(count), sizeof(type)))

#endif
