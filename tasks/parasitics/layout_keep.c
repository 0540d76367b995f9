/* Storage nodes: nets held by what they drive, such as those of latches. */
#include "tasks/parasitics/layout_private.h"

/* Transistors of one gate looked at to find what it drives. */
enum { MOST_DRIVEN = 32 };

/* The first transistor gated by `gate`; they are sorted by gate. */
static int32_t first_gated(const gal__cell *cell, int32_t gate) {
    int32_t lo = 0, hi = cell->n_mos;
    while (lo < hi) {
        const int32_t middle = lo + (hi - lo) / 2;
        if (cell->mos[middle].gate < gate) lo = middle + 1;
        else hi = middle;
    }
    return lo;
}

int gal__drives(const gal__cell *cell, int32_t gate, int32_t net) {
    int32_t i = first_gated(cell, gate);
    const int32_t end = i + MOST_DRIVEN < cell->n_mos ? i + MOST_DRIVEN : cell->n_mos;
    for (; i < end && cell->mos[i].gate == gate; i++)
        if (gal__has_end(&cell->mos[i], net)) return 1;
    return 0;
}

/* The latest two transistors with an end on each net, plus 1: all of them for a stack node. */
typedef int32_t neighbours[2];

static void collect(neighbours *of, const gal__cell *cell) {
    for (int32_t i = 0; i < cell->n_mos; i++)
        for (int e = 0; e < 2; e++) {
            int32_t *list = of[cell->mos[i].end[e]];
            list[1] = list[0];
            list[0] = i + 1;
        }
}

/* The net that transistor i pulls through its end `net`: behind a stack node, the one beyond. */
static int32_t pulled(const gal__cell *cell, const neighbours *of, int32_t i, int32_t net) {
    if (!gal__is_stack(cell, net)) return net;
    const int32_t other = of[net][of[net][0] == i + 1];
    return other ? gal__across(&cell->mos[other - 1], net) : net;
}

/* A net is kept when what it drives pulls it. */
gal_status gal__cell_kept(gal__cell *cell, gal_arena *scratch, gal_error *err) {
    neighbours *of = gal_arena_calloc(scratch, (size_t)cell->n_net, sizeof *of);
    if (!of) return gal_fail(err, GAL_ENOMEM, "no memory to look for storage nodes");
    collect(of, cell);
    for (int32_t i = 0; i < cell->n_mos; i++)
        for (int e = 0; e < 2; e++) {
            const int32_t net = pulled(cell, of, i, cell->mos[i].end[e]);
            if (!cell->fixed[net] && gal__drives(cell, net, cell->mos[i].gate)) cell->kept[net] = 1;
        }
    return GAL_OK;
}
