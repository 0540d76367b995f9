/* Tristate inverters, whose enables are each other's complement: those that keep the state of
 * latches and those that multiplexers are made of. */
#include "tasks/parasitics/layout_private.h"

/* Transistors of one gate looked at to find what it drives. */
enum { MOST_DRIVEN = 32 };

/* The transistors gated by `gate`, which are sorted by gate: first .. *end, at most MOST_DRIVEN. */
static int32_t gated_by(const gal__cell *cell, int32_t gate, int32_t *end) {
    int32_t lo = 0, hi = cell->n_mos;
    while (lo < hi) {
        const int32_t middle = lo + (hi - lo) / 2;
        if (cell->mos[middle].gate < gate) lo = middle + 1;
        else hi = middle;
    }
    for (*end = lo; *end < cell->n_mos && *end < lo + MOST_DRIVEN; (*end)++)
        if (cell->mos[*end].gate != gate) break;
    return lo;
}

/* A transistor gated by `gate` has an end on `net`. */
static int drives(const gal__cell *cell, int32_t gate, int32_t net) {
    int32_t end;
    for (int32_t i = gated_by(cell, gate, &end); i < end; i++)
        if (gal__has_end(&cell->mos[i], net)) return 1;
    return 0;
}

int gal__inverts(const gal__cell *cell, int32_t gate, int32_t net) {
    int32_t end;
    int rows = 0;
    for (int32_t i = gated_by(cell, gate, &end); i < end; i++) {
        const gal__mos *mos = &cell->mos[i];
        if (gal__has_end(mos, net) && cell->fixed[gal__across(mos, net)]) rows |= 1 << mos->row;
    }
    return rows == 3;
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

/* The transistor that meets transistor i at stack node `net`, or NULL. */
static const gal__mos *behind(const gal__cell *cell, const neighbours *of, int32_t i, int32_t net) {
    const int32_t other = of[net][of[net][0] == i + 1];
    return other ? &cell->mos[other - 1] : NULL;
}

/* Transistor i pulls the net at its end `net`, or through a stack node there the one beyond; what
 * it drives and pulls is kept. */
static void visit(gal__cell *cell, const neighbours *of, int32_t i, int32_t net) {
    const gal__mos *mos = &cell->mos[i], *next = NULL;
    int32_t pulled = net;
    if (gal__is_stack(cell, net)) next = behind(cell, of, i, net);
    if (next) pulled = gal__across(next, net);
    if (cell->fixed[pulled]) return;
    if (drives(cell, pulled, mos->gate)) cell->kept[pulled] = 1;
    if (next && cell->fixed[gal__across(mos, net)])
        cell->beyond[net] = ((uint64_t)next->gate << 32 | (uint64_t)pulled) + 1;
}

gal_status gal__cell_tristates(gal__cell *cell, gal_arena *scratch, gal_error *err) {
    neighbours *of = gal_arena_calloc(scratch, (size_t)cell->n_net, sizeof *of);
    if (!of) return gal_fail(err, GAL_ENOMEM, "no memory to look for tristate inverters");
    collect(of, cell);
    for (int32_t i = 0; i < cell->n_mos; i++)
        for (int e = 0; e < 2; e++) visit(cell, of, i, cell->mos[i].end[e]);
    return GAL_OK;
}
