/* Transistors -> groups of parallel fingers -> units: columns of poly that carry an n finger, a p
 * finger or both. */
#include "tasks/parasitics/layout_private.h"

#include <stdlib.h>

/* Up to so many groups are paired best fit first, all of a circuit or those of one gate; beyond
 * LARGE groups, the partner of a left over one is looked for within REACH; a net of more pins does
 * not lead to other units. */
enum { MOST_PAIRED = 200, LARGE = 2000, REACH = 40, LONG_NET = 48 };

/* What a common gate of two groups is worth, a common signal, gates that are each other's
 * complement, supplies on both, inner nets that mirror each other, equal numbers of fingers, one
 * stage of logic, and the enables of a tristate inverter that is drawn crossed; and what it takes
 * to pair groups of different gates. In narrow cells of training the enables share a column 227 of
 * 248 times in latches, 36 of 46 times in multiplexers with the enables at the supplies and 17 of
 * 19 times in others. */
static const double same_gate = 2, same_net = 2, opposed = 1.5, both_supplied = 1, twins = 0.25,
                    same_count = 0.5, same_stage = 0.6, crossed = 1, enough = 1.9;

typedef struct group {
    int32_t gate, end[2], fingers;
    int row;
    double width, length;
    int32_t rank_gate, rank_end[2];
    int32_t stage; /* nets that channels join, by one of them; -1: between supplies */
} group;

/* The representative of a net's stage. */
static int32_t stage_of(int32_t *stage, int32_t net) {
    while (stage[net] != net) net = stage[net] = stage[stage[net]];
    return net;
}

/* stage[n_net]: a forest of the signals that channels join. */
static void join_stages(const gal__cell *cell, int32_t *stage) {
    for (int32_t i = 0; i < cell->n_net; i++) stage[i] = i;
    for (int32_t i = 0; i < cell->n_mos; i++) {
        const int32_t *end = cell->mos[i].end;
        if (cell->fixed[end[0]] || cell->fixed[end[1]]) continue;
        stage[stage_of(stage, end[0])] = stage_of(stage, end[1]);
    }
}

static group make_group(const gal__cell *cell, const gal__mos *mos, int32_t *stage) {
    const int swap = cell->rank[mos->end[0]] > cell->rank[mos->end[1]];
    group g = {.gate = mos->gate,
               .end = {mos->end[swap], mos->end[!swap]},
               .fingers = mos->fingers < GAL__FINGERS ? mos->fingers : GAL__FINGERS,
               .row = mos->row,
               .width = mos->width,
               .length = mos->length};
    g.rank_gate = cell->rank[g.gate];
    for (int e = 0; e < 2; e++) g.rank_end[e] = cell->rank[g.end[e]];
    g.stage = !cell->fixed[g.end[0]]   ? stage_of(stage, g.end[0])
              : !cell->fixed[g.end[1]] ? stage_of(stage, g.end[1])
                                       : -1;
    return g;
}

static int compare_int(int32_t a, int32_t b) {
    return (a > b) - (a < b);
}

static int compare_double(double a, double b) {
    return (a > b) - (a < b);
}

static int compare_group(const void *a, const void *b) {
    const group *x = a, *y = b;
    int c = compare_int(x->rank_gate, y->rank_gate);
    if (!c) c = compare_int(x->row, y->row);
    if (!c) c = compare_int(x->rank_end[0], y->rank_end[0]);
    if (!c) c = compare_int(x->rank_end[1], y->rank_end[1]);
    if (!c) c = compare_double(x->length, y->length);
    return c ? c : compare_double(x->width, y->width);
}

static int is_parallel(const group *x, const group *y) {
    return x->gate == y->gate && x->row == y->row && x->end[0] == y->end[0] &&
           x->end[1] == y->end[1] && x->length == y->length;
}

/* Groups in canonical order, parallel ones of different widths joined; their number. */
static int32_t make_groups(const gal__cell *cell, group *list, int32_t *stage) {
    int32_t n = 0;
    join_stages(cell, stage);
    for (int32_t i = 0; i < cell->n_mos; i++) list[i] = make_group(cell, &cell->mos[i], stage);
    if (cell->n_mos) qsort(list, (size_t)cell->n_mos, sizeof *list, compare_group);
    for (int32_t i = 0; i < cell->n_mos; i++) {
        group *last = n ? &list[n - 1] : NULL;
        const group *g = &list[i];
        if (!last || !is_parallel(last, g)) {
            list[n++] = *g;
            continue;
        }
        const int32_t sum = last->fingers + g->fingers;
        last->width = (last->width * last->fingers + g->width * g->fingers) / sum;
        last->fingers = sum < GAL__FINGERS ? sum : GAL__FINGERS;
    }
    return n;
}

static int is_complement(const gal__cell *cell, const group *n, const group *p) {
    return n->gate != p->gate &&
           (gal__inverts(cell, n->gate, p->gate) || gal__inverts(cell, p->gate, n->gate));
}

/* What signal a at an n group and net b at a p group add to their affinity. */
static double end_affinity(const gal__cell *cell, int32_t a, int32_t b, int complement) {
    const int cross = cell->crossed || cell->kept[a];
    if (a == b) return complement && cross ? same_net + crossed : same_net;
    if (complement && cell->beyond[a] && cell->beyond[a] == cell->beyond[b]) return crossed;
    return cell->twin[a] == cell->twin[b] ? twins : 0;
}

/* How well an n group and a p group fit over one another. Of many switches onto one line, each
 * control goes with its own complement. */
static double affinity(const gal__cell *cell, const group *n, const group *p, int complement) {
    double value = n->fingers == p->fingers ? same_count : 0;
    if (complement) value += opposed;
    if (n->stage >= 0 && n->stage == p->stage) value += same_stage;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            if (!cell->fixed[n->end[i]])
                value += end_affinity(cell, n->end[i], p->end[j], complement);
    const int n_supplied = cell->fixed[n->end[0]] || cell->fixed[n->end[1]];
    const int p_supplied = cell->fixed[p->end[0]] || cell->fixed[p->end[1]];
    return n_supplied && p_supplied ? value + both_supplied : value;
}

/* The two halves of a transmission gate. */
static int is_switch(const group *n, const group *p) {
    return n->end[0] == p->end[0] && n->end[1] == p->end[1];
}

/* Fingers of two groups that fit over one another. Wide ones of two gates leave no room for both
 * contacts in one column, but parallel fingers need one contact: those of the two gates stand at
 * opposite ends, beyond the last finger of the other gate. */
static int32_t common_fingers(const gal__cell *cell, const group *n, const group *p) {
    const int32_t least = n->fingers < p->fingers ? n->fingers : p->fingers;
    const int wide = n->width + p->width > cell->mixed_width;
    return n->gate != p->gate && !is_switch(n, p) && wide ? least - 1 : least;
}

static int has_room(const gal__cell *cell, const group *n, const group *p) {
    return common_fingers(cell, n, p) > 0;
}

static double if_enough(double value) {
    return value > enough ? value : -1;
}

/* Affinity of groups of any gates; below 0 when it is too little, or room is. */
static double loose_affinity(const gal__cell *cell, const group *n, const group *p) {
    return has_room(cell, n, p) ? if_enough(affinity(cell, n, p, is_complement(cell, n, p))) : -1;
}

/* Affinity of groups of one gate or of complementary ones; below 0 for any others. */
static double kinship(const gal__cell *cell, const group *n, const group *p) {
    if (n->gate == p->gate) return affinity(cell, n, p, 0) + same_gate;
    if (!has_room(cell, n, p) || !is_complement(cell, n, p)) return -1;
    return if_enough(affinity(cell, n, p, 1));
}

/* Takes as many fingers of both groups as fit over one another (of one when the other is NULL). */
static gal__unit take_unit(const gal__cell *cell, group *n, group *p) {
    group *const side[2] = {n, p};
    gal__unit unit = {.gate = {-1, -1}, .end = {{-1, -1}, {-1, -1}}};
    unit.fingers = !p ? n->fingers : !n ? p->fingers : common_fingers(cell, n, p);
    for (int r = 0; r < 2; r++) {
        if (!side[r]) continue;
        unit.has[r] = 1;
        unit.gate[r] = side[r]->gate;
        unit.end[r][0] = side[r]->end[0];
        unit.end[r][1] = side[r]->end[1];
        unit.width[r] = side[r]->width;
        if (side[r]->length > unit.length) unit.length = side[r]->length;
        side[r]->fingers -= unit.fingers;
    }
    return unit;
}

typedef double fitness(const gal__cell *cell, const group *n, const group *p);

/* The p group in list[lo..hi[ that fits `n` best and better than *best, or NULL. */
static group *best_partner(const gal__cell *cell, group *list, int32_t lo, int32_t hi,
                           const group *n, fitness *fit, double *best) {
    group *found = NULL;
    for (int32_t j = lo; j < hi; j++) {
        if (list[j].row != 1 || list[j].fingers == 0) continue;
        const double value = fit(cell, n, &list[j]);
        if (value > *best) *best = value, found = &list[j];
    }
    return found;
}

/* Pairs the n and p groups list[lo..hi[, best fit first. */
static int32_t pair_kin(const gal__cell *cell, group *list, int32_t lo, int32_t hi,
                        gal__unit *unit) {
    int32_t n_unit = 0;
    if (hi - lo > MOST_PAIRED) return 0;
    for (;;) {
        double best = -1;
        group *n = NULL, *p = NULL;
        for (int32_t i = lo; i < hi; i++) {
            if (list[i].row != 0 || list[i].fingers == 0) continue;
            group *partner = best_partner(cell, list, lo, hi, &list[i], kinship, &best);
            if (partner) n = &list[i], p = partner;
        }
        if (!n) return n_unit;
        unit[n_unit++] = take_unit(cell, n, p);
    }
}

/* Pairs left over n and p groups of any gates that fit well enough. */
static int32_t pair_leftovers(const gal__cell *cell, group *list, int32_t n_group,
                              gal__unit *unit) {
    int32_t n_unit = 0;
    for (int32_t i = 0; i < n_group; i++) {
        if (list[i].row != 0) continue;
        const int large = n_group > LARGE;
        const int32_t lo = large && i > REACH ? i - REACH : 0;
        const int32_t hi = large && i + REACH < n_group ? i + REACH : n_group;
        while (list[i].fingers > 0) {
            double best = -1;
            group *p = best_partner(cell, list, lo, hi, &list[i], loose_affinity, &best);
            if (!p) break;
            unit[n_unit++] = take_unit(cell, &list[i], p);
        }
    }
    return n_unit;
}

/* Each unit empties a group or leaves one finger of it, which the next one takes: there are at most
 * twice as many units as groups. */
static int32_t make_units(const gal__cell *cell, group *list, int32_t *stage, gal__unit *unit) {
    const int32_t n_group = make_groups(cell, list, stage);
    int32_t n = 0;
    for (int32_t lo = 0, hi = 0; lo < n_group; lo = hi) {
        if (n_group <= MOST_PAIRED) hi = n_group;
        while (hi < n_group && list[hi].gate == list[lo].gate) hi++;
        n += pair_kin(cell, list, lo, hi, unit + n);
    }
    n += pair_leftovers(cell, list, n_group, unit + n);
    for (int32_t i = 0; i < n_group; i++)
        if (list[i].fingers > 0)
            unit[n++] =
                list[i].row ? take_unit(cell, NULL, &list[i]) : take_unit(cell, &list[i], NULL);
    return n;
}

/* Net k of 6 of a unit when it leads to other units, or -1. */
static int32_t signal_of(const gal__cell *cell, const gal__unit *unit, int k) {
    const int32_t net = k < 2 ? unit->gate[k] : unit->end[k % 2][k / 2 - 1];
    return net < 0 || cell->fixed[net] ? -1 : net;
}

/* Units per signal net, a unit once per pin. */
static gal_status join_units(gal_csr *units_of, gal_arena *scratch, const gal__cell *cell,
                             const gal__unit *unit, int32_t n, gal_error *err) {
    int64_t n_edge = 0;
    int32_t *row = GAL_ARENA_ARRAY(scratch, int32_t, 6 * (size_t)n);
    int32_t *col = GAL_ARENA_ARRAY(scratch, int32_t, 6 * (size_t)n);
    if (!row || !col) return gal_fail(err, GAL_ENOMEM, "no memory to order %d columns", n);
    for (int32_t i = 0; i < n; i++)
        for (int k = 0; k < 6; k++) {
            const int32_t net = signal_of(cell, &unit[i], k);
            if (net < 0) continue;
            row[n_edge] = net;
            col[n_edge++] = i;
        }
    return gal_csr_build(units_of, scratch, cell->n_net, n, n_edge, row, col, err);
}

/* Breadth-first over units; order[0..n[. */
static void walk_units(const gal__cell *cell, const gal_csr *units_of, const gal__unit *unit,
                       int32_t n, int32_t *order, uint8_t *done) {
    int32_t head = 0, tail = 0;
    for (int32_t first = 0; first < n; first++) {
        if (!done[first]) done[first] = 1, order[tail++] = first;
        for (; head < tail; head++)
            for (int k = 0; k < 6; k++) {
                const int32_t net = signal_of(cell, &unit[order[head]], k);
                if (net < 0 || units_of->ptr[net + 1] - units_of->ptr[net] > LONG_NET) continue;
                for (int64_t e = units_of->ptr[net]; e < units_of->ptr[net + 1]; e++) {
                    const int32_t next = units_of->col[e];
                    if (!done[next]) done[next] = 1, order[tail++] = next;
                }
            }
    }
}

gal_status gal__units_make(gal__unit **out, int32_t *n_unit, gal_arena *scratch,
                           const gal__cell *cell, gal_error *err) {
    const size_t most = 2 * (size_t)cell->n_mos;
    group *list = GAL_ARENA_ARRAY(scratch, group, cell->n_mos);
    gal__unit *unit = GAL_ARENA_ARRAY(scratch, gal__unit, most);
    int32_t *order = GAL_ARENA_ARRAY(scratch, int32_t, most);
    int32_t *stage = GAL_ARENA_ARRAY(scratch, int32_t, cell->n_net);
    uint8_t *done = GAL_ARENA_ARRAY(scratch, uint8_t, most);
    *out = GAL_ARENA_ARRAY(scratch, gal__unit, most);
    if (!list || !unit || !order || !stage || !done || !*out)
        return gal_fail(err, GAL_ENOMEM, "no memory to pair %d transistors", cell->n_mos);
    const int32_t n = make_units(cell, list, stage, unit);
    gal_csr units_of;
    GAL_TRY(join_units(&units_of, scratch, cell, unit, n, err));
    walk_units(cell, &units_of, unit, n, order, done);
    for (int32_t i = 0; i < n; i++) (*out)[i] = unit[order[i]];
    *n_unit = n;
    return GAL_OK;
}
