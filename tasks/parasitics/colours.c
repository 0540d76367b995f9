#include "tasks/parasitics/colours.h"

#include "base/hash.h"
#include <stdlib.h>

enum { KIND_SALT = 77, GATE_SALT = 11, END_SALT = 12 };

static uint64_t kind_colour(int kind) {
    return gal_hash_mix(KIND_SALT, (uint64_t)kind);
}

static uint64_t colour_of(const uint64_t *colour, int32_t net) {
    return net < 0 ? kind_colour(-net) : colour[net];
}

/* What one terminal sees: its device and the colours at the device's other two terminals. */
static uint64_t terminal_token(const gal_pex_neighbours *list, const uint64_t *colour,
                               int32_t term) {
    const gal_pex_mos *mos = &list->mos[term / GAL_PEX_N_TERMINAL];
    const int t = term % GAL_PEX_N_TERMINAL;
    const uint64_t gate = colour_of(colour, mos->net[GAL_PEX_GATE]);
    const uint64_t drain = colour_of(colour, mos->net[GAL_PEX_DRAIN]);
    const uint64_t source = colour_of(colour, mos->net[GAL_PEX_SOURCE]);
    const uint64_t device = (uint64_t)mos->is_p + 1;
    if (t == GAL_PEX_GATE)
        return gal_hash_mix(
            gal_hash_mix(device, GATE_SALT),
            gal_hash_mix(drain < source ? drain : source, drain < source ? source : drain));
    return gal_hash_mix(gal_hash_mix(device, END_SALT),
                        gal_hash_mix(t == GAL_PEX_DRAIN ? source : drain, gate));
}

static uint64_t hash_set(uint64_t hash, uint64_t *token, int32_t n) {
    const int64_t different = gal_hash_unique(token, n);
    for (int64_t i = 0; i < different; i++) hash = gal_hash_mix(hash, token[i]);
    return hash;
}

/* One round; token[k] is scratch for terminal k, so that threads need none of their own. */
static void refine(uint64_t *now, const uint64_t *before, const gal_pex_neighbours *list,
                   uint64_t *token) {
#pragma omp parallel for schedule(dynamic, 64) if (list->n_net > 8192)
    for (int32_t i = 0; i < list->n_net; i++) {
        const int32_t first = list->term_first[i], end = list->term_first[i + 1];
        now[i] = before[i];
        if (list->kind[i] != GAL_PEX_SIGNAL) continue;
        for (int32_t k = first; k < end; k++)
            token[k] = terminal_token(list, before, list->term[k]);
        now[i] = hash_set(before[i], token + first, end - first);
    }
}

gal_status gal_pex_colours_build(gal_pex_colours *colours, gal_arena *arena,
                                 const gal_pex_neighbours *list, gal_error *err) {
    uint64_t *token = malloc(sizeof *token * ((size_t)list->term_first[list->n_net] + 1));
    int ok = token != NULL;
    for (int k = 0; k <= GAL_PEX_ROUNDS; k++) {
        colours->round[k] = GAL_ARENA_ARRAY(arena, uint64_t, list->n_net);
        ok = ok && colours->round[k];
    }
    if (!ok) {
        free(token);
        return gal_fail(err, GAL_ENOMEM, "out of memory for the colours of the nets");
    }
    for (int32_t i = 0; i < list->n_net; i++) colours->round[0][i] = kind_colour(list->kind[i]);
    for (int k = 1; k <= GAL_PEX_ROUNDS; k++)
        refine(colours->round[k], colours->round[k - 1], list, token);
    free(token);
    return GAL_OK;
}
