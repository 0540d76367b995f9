/* Canonical ranks of nets by colour refinement (Weisfeiler-Leman) with individualisation of ties,
 * so that the order of a netlist never matters. */
#include "tasks/parasitics/layout_private.h"

#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

/* Circuits of more nets get fewer rounds, and their ties fall by net number. */
enum {
    SMALL = 400,
    ROUNDS_SMALL = 8,
    ROUNDS_LARGE = 5,
    TIES = 48,
    ROUNDS_TIE = 4,
    ROUNDS_TWIN = 4
};

/* Tags that keep the messages of different pins apart. */
enum { TAG_START, TAG_SIZE, TAG_GATE, TAG_END, TAG_TIE, TAG_TWIN };

static uint64_t nanometres(double um) {
    return (uint64_t)(um * 1000 + 0.5);
}

static uint64_t size_hash(const gal__mos *mos) {
    const uint64_t size = nanometres(mos->width) << 32 ^ nanometres(mos->length);
    return gal_hash_mix(TAG_SIZE + 8 * (uint64_t)mos->row, size);
}

/* Every net receives the sum of its fingers' messages: parallel fingers count one by one, and the
 * two ends are alike. */
static void refine(const gal__cell *cell, const uint64_t *size, uint64_t *colour, uint64_t *next) {
    for (int32_t i = 0; i < cell->n_net; i++) next[i] = gal_hash_mix(TAG_START, colour[i]);
    for (int32_t i = 0; i < cell->n_mos; i++) {
        const gal__mos *mos = &cell->mos[i];
        const uint64_t n = (uint64_t)mos->fingers;
        const uint64_t a = gal_hash_mix(TAG_END, colour[mos->end[0]]);
        const uint64_t b = gal_hash_mix(TAG_END, colour[mos->end[1]]);
        const uint64_t channel = gal_hash_mix(size[i], gal_hash_mix(TAG_GATE, colour[mos->gate]));
        next[mos->gate] += n * gal_hash_mix(size[i], a + b);
        next[mos->end[0]] += n * gal_hash_mix(channel, b);
        next[mos->end[1]] += n * gal_hash_mix(channel, a);
    }
    memcpy(colour, next, sizeof *colour * (size_t)cell->n_net);
}

typedef struct ranked {
    uint64_t colour;
    int32_t net;
} ranked;

static int compare_ranked(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->colour != y->colour) return x->colour < y->colour ? -1 : 1;
    return (x->net > y->net) - (x->net < y->net);
}

/* Sorts nets by colour; the first net of the first tie that matters, or -1. */
static int32_t sort_nets(const gal__cell *cell, const uint64_t *colour, ranked *list) {
    for (int32_t i = 0; i < cell->n_net; i++) list[i] = (ranked){colour[i], i};
    if (cell->n_net) qsort(list, (size_t)cell->n_net, sizeof *list, compare_ranked);
    for (int32_t i = 0; i + 1 < cell->n_net; i++)
        if (list[i].colour == list[i + 1].colour && cell->n_pin[list[i].net] > 0)
            return list[i].net;
    return -1;
}

gal_status gal__cell_rank(gal__cell *cell, gal_arena *scratch, gal_error *err) {
    const int small = cell->n_net <= SMALL;
    const size_t n = (size_t)cell->n_net;
    uint64_t *colour = GAL_ARENA_ARRAY(scratch, uint64_t, n);
    uint64_t *next = GAL_ARENA_ARRAY(scratch, uint64_t, n);
    uint64_t *size = GAL_ARENA_ARRAY(scratch, uint64_t, cell->n_mos);
    ranked *list = GAL_ARENA_ARRAY(scratch, ranked, n);
    if (!colour || !next || !size || !list)
        return gal_fail(err, GAL_ENOMEM, "no memory to rank %d nets", cell->n_net);
    for (int32_t i = 0; i < cell->n_mos; i++) size[i] = size_hash(&cell->mos[i]);
    for (size_t i = 0; i < n; i++) colour[i] = 1u + cell->port[i] + 2u * cell->fixed[i];
    for (int r = 0; r < (small ? ROUNDS_SMALL : ROUNDS_LARGE); r++)
        refine(cell, size, colour, next);
    memcpy(cell->colour, colour, sizeof *colour * n);
    int ties = small ? TIES : 0;
    for (int32_t t = sort_nets(cell, colour, list); t >= 0 && ties-- > 0;
         t = sort_nets(cell, colour, list)) {
        colour[t] = gal_hash_mix(TAG_TIE, colour[t]);
        for (int r = 0; r < ROUNDS_TIE; r++) refine(cell, size, colour, next);
    }
    for (int32_t i = 0; i < cell->n_net; i++) cell->rank[list[i].net] = i;
    return GAL_OK;
}

/* 1 for nets inside one row: no gate, no port, no end in the other row. */
static void find_inner(const gal__cell *cell, uint8_t *inner) {
    for (int32_t i = 0; i < cell->n_net; i++)
        inner[i] = !cell->fixed[i] && cell->n_pin[i] < GAL__NO_END;
    for (int32_t i = 0; i < cell->n_mos; i++)
        for (int e = 0; e < 2; e++) inner[cell->mos[i].end[e]] |= (uint8_t)(2 << cell->mos[i].row);
    for (int32_t i = 0; i < cell->n_net; i++) inner[i] = inner[i] == 3 || inner[i] == 5;
}

/* Colours that do not tell rows and supplies apart. Nets that both rows can see keep their own. */
gal_status gal__cell_twins(gal__cell *cell, gal_arena *scratch, gal_error *err) {
    uint8_t *inner = GAL_ARENA_ARRAY(scratch, uint8_t, cell->n_net);
    uint64_t *next = GAL_ARENA_ARRAY(scratch, uint64_t, cell->n_net);
    if (!inner || !next) return gal_fail(err, GAL_ENOMEM, "no memory to compare two rows");
    find_inner(cell, inner);
    for (int32_t i = 0; i < cell->n_net; i++)
        cell->twin[i] = cell->fixed[i] || inner[i] ? inner[i] : gal_hash_mix(TAG_TWIN, (uint64_t)i);
    for (int r = 0; r < ROUNDS_TWIN; r++) {
        memset(next, 0, sizeof *next * (size_t)cell->n_net);
        for (int32_t i = 0; i < cell->n_mos; i++)
            for (int e = 0; e < 2; e++) {
                const gal__mos *mos = &cell->mos[i];
                next[mos->end[e]] += (uint64_t)mos->fingers *
                                     gal_hash_mix(cell->twin[mos->gate], cell->twin[mos->end[!e]]);
            }
        for (int32_t i = 0; i < cell->n_net; i++)
            if (inner[i]) cell->twin[i] = next[i];
    }
    return GAL_OK;
}
