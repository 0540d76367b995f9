/* Interner: each distinct text once, numbered 0, 1, 2, ... in order of first sight.
 *
 * Open addressing over XXH3 hashes; texts live in the interner's own arena and stay valid until
 * gal_intern_clear. Look-up and insertion are O(length). With fold_case set, ASCII letters compare
 * equal to their other case and the text of the first sight is kept.
 */
#ifndef GAL_BASE_INTERN_H
#define GAL_BASE_INTERN_H

#include "base/arena.h"
#include "base/text.h"
#include <stdint.h>

typedef struct gal_intern {
    gal_arena arena;
    const char **text; /* [0..count[ NUL-terminated */
    uint32_t *hash;    /* [0..count[ */
    int32_t *slot;     /* [0..n_slot[ id or -1 */
    int32_t count, capacity, n_slot;
    int fold_case;
} gal_intern;

GAL_API void gal_intern_init(gal_intern *intern, int fold_case);
GAL_API void gal_intern_clear(gal_intern *intern);

/* The id of `name`, new if unseen; -1 when memory is out or 2^31-1 names are held. */
GAL_API int32_t gal_intern_add(gal_intern *intern, gal_view name);

/* The id of `name`, or -1 when it was never added. */
GAL_API int32_t gal_intern_find(const gal_intern *intern, gal_view name);

#endif
