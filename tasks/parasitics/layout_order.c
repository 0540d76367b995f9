/* The order of one window of units by simulated annealing; for each order tried, the orientation of
 * every unit by dynamic programming. */
#include "tasks/parasitics/layout_private.h"

#include "base/rng.h"
#include <assert.h>
#include <math.h>
#include <string.h>

enum { MOST_NETS = 6 * GAL__WINDOW };

/* What a designer may care for, in units of `unit_um` of wire: a diffusion break; an end that
 * shares nothing (one on a supply is welcome); a shared strip between different widths; and, as
 * factors, the width of the cell and the spans of its nets. Real cells were drawn with all kinds of
 * taste, so layouts of several tastes are averaged. */
typedef struct taste {
    int break_, open_end, step;
    double width, span;
} taste;

static const taste tastes[GAL__N_TASTE] = {
    {20, 4, 0, 1.5, 1}, {20, 4, 8, 1.5, 1}, {10, 2, 3, 0.8, 1}, {40, 8, 0, 3, 1}};
static const double unit_um = 0.1;

/* Temperatures in um, from the first to the last move. */
static const double hot = 2.0, cold_ratio = 0.02;

/* From LONG units on, every other move stays within LOCAL places: few of the others gain late in
 * the search. Orders of 60 and 100 units end a tenth cheaper; short ones find their best anyway. */
enum { LOCAL = 10, LONG = 30 };

/* A unit as the cost function sees it; nets are numbered within the window. */
typedef struct stand {
    int16_t gate[2];
    int16_t left[2][2], other[2][2], right[2][2]; /* [row][flip] */
    uint8_t has[2];
    double length, half, width;   /* of a gate, half a pitch, from first to last gate; um */
    double finger[2];             /* width of the fingers in each row; um */
    double last_left, last_other; /* offset of the last strip of the left end and of the other */
} stand;

typedef struct span {
    double lo, hi;
    int32_t stamp;
} span;

struct gal__placer {
    const gal__cell *cell;
    const taste *taste;
    int32_t n, n_net, stamp;
    stand stand[GAL__WINDOW];
    span span[MOST_NETS];
    int32_t net[MOST_NETS];     /* net of the cell */
    uint8_t wire[MOST_NETS];    /* a signal, which has a length */
    uint8_t stacked[MOST_NETS]; /* a stack node, which needs no contact */
    int16_t *local;             /* [cell->n_net] number in the window; valid when net[] agrees */
};

gal__placer *gal__placer_new(gal_arena *scratch, const gal__cell *cell) {
    gal__placer *placer = GAL_ARENA_ARRAY(scratch, gal__placer, 1);
    if (!placer) return NULL;
    placer->cell = cell;
    placer->local = GAL_ARENA_ARRAY(scratch, int16_t, cell->n_net);
    return placer->local ? placer : NULL;
}

static int16_t local_net(gal__placer *p, int32_t net) {
    const int16_t known = p->local[net];
    if (known < p->n_net && p->net[known] == net) return known;
    const int32_t i = p->n_net++;
    p->net[i] = net;
    p->wire[i] = !p->cell->fixed[net];
    p->stacked[i] = (uint8_t)gal__is_stack(p->cell, net);
    p->span[i].stamp = 0;
    return p->local[net] = (int16_t)i;
}

static stand make_stand(gal__placer *p, const gal__unit *unit) {
    const int odd = unit->fingers % 2;
    const double pitch = unit->length + p->cell->rules.contacted;
    const double last = (unit->fingers - 0.5) * pitch;
    stand s = {.length = unit->length, .half = pitch / 2, .width = (unit->fingers - 1) * pitch};
    s.last_left = odd ? last - pitch : last;
    s.last_other = odd ? last : last - pitch;
    for (int r = 0; r < 2; r++) {
        s.has[r] = unit->has[r] != 0;
        if (!unit->has[r]) continue;
        s.gate[r] = local_net(p, unit->gate[r]);
        s.finger[r] = unit->width[r];
        for (int f = 0; f < 2; f++) {
            s.left[r][f] = local_net(p, gal__unit_left(unit, r, f));
            s.other[r][f] = local_net(p, gal__unit_other(unit, r, f));
            s.right[r][f] = odd ? s.other[r][f] : s.left[r][f];
        }
    }
    return s;
}

void gal__placer_load(gal__placer *placer, const gal__unit *unit, int32_t n) {
    assert(n <= GAL__WINDOW);
    placer->n = n;
    placer->n_net = placer->stamp = 0;
    for (int32_t i = 0; i < n; i++) placer->stand[i] = make_stand(placer, &unit[i]);
}

/* Orientations of one row that are reached at least cost; units[0..n[ have a finger in it. */
typedef struct orientation {
    int32_t n, last; /* last: flip of the last unit */
    int32_t unit[GAL__WINDOW];
    uint8_t from[GAL__WINDOW][2]; /* best flip of the unit before */
} orientation;

static int end_cost(const gal__placer *p, int net) {
    return p->wire[net] ? p->taste->open_end : 0;
}

/* Of two neighbours in a row whose ends `right` and `left` meet. */
static int join_cost(const gal__placer *p, const stand *a, const stand *b, int row, int right,
                     int left) {
    if (right == left) return a->finger[row] != b->finger[row] ? p->taste->step : 0;
    return p->taste->break_ + end_cost(p, right) + end_cost(p, left);
}

/* Least cost of breaks and open ends of a row. */
static int orient_row(const gal__placer *p, const gal__order *order, int row, orientation *o) {
    int cost[2] = {0, 0};
    const stand *before = NULL;
    o->n = 0;
    for (int32_t i = 0; i < order->n; i++) {
        const stand *s = &p->stand[order->perm[i]];
        if (!s->has[row]) continue;
        int next[2];
        for (int f = 0; f < 2; f++) {
            const int left = s->left[row][f];
            int keep = cost[0], turn = cost[1];
            if (before) {
                keep += join_cost(p, before, s, row, before->right[row][0], left);
                turn += join_cost(p, before, s, row, before->right[row][1], left);
            } else {
                keep += end_cost(p, left);
                turn += end_cost(p, left);
            }
            o->from[o->n][f] = turn < keep;
            next[f] = turn < keep ? turn : keep;
        }
        memcpy(cost, next, sizeof cost);
        before = s;
        o->unit[o->n++] = order->perm[i];
    }
    if (!before) return 0;
    for (int f = 0; f < 2; f++) cost[f] += end_cost(p, before->right[row][f]);
    o->last = cost[1] < cost[0];
    return cost[o->last];
}

static void apply_orientation(gal__order *order, int row, const orientation *o) {
    int32_t flip = o->last;
    for (int32_t i = o->n - 1; i >= 0; i--) {
        order->flip[row][o->unit[i]] = (uint8_t)flip;
        flip = o->from[i][flip];
    }
}

/* Space between the gates of units u and v, v being at the right of u. */
static double space_between(const gal__placer *p, const gal__order *order, int32_t u, int32_t v) {
    const stand *s = &p->stand[u], *t = &p->stand[v];
    int stacked = 1;
    for (int r = 0; r < 2; r++) {
        if (!s->has[r] || !t->has[r]) continue;
        const int net = s->right[r][order->flip[r][u]];
        if (net != t->left[r][order->flip[r][v]]) return p->cell->rules.broken;
        stacked &= p->stacked[net];
    }
    return stacked ? p->cell->rules.stacked : p->cell->rules.contacted;
}

double gal__placer_space(const gal__placer *placer, const gal__order *order, int32_t i) {
    return space_between(placer, order, order->perm[i - 1], order->perm[i]);
}

/* Stretches the span of a net over [lo, hi]; the growth. */
static double stretch(gal__placer *p, int net, double lo, double hi) {
    span *s = &p->span[net];
    if (!p->wire[net]) return 0;
    if (s->stamp != p->stamp) {
        *s = (span){lo, hi, p->stamp};
        return hi - lo;
    }
    const double before = s->hi - s->lo;
    if (lo < s->lo) s->lo = lo;
    if (hi > s->hi) s->hi = hi;
    return s->hi - s->lo - before;
}

/* Adds the pins of unit u, whose first gate stands at x; the growth of all spans. */
static double stretch_unit(gal__placer *p, const gal__order *order, int32_t u, double x) {
    const stand *s = &p->stand[u];
    double grown = 0;
    for (int r = 0; r < 2; r++) {
        if (!s->has[r]) continue;
        const int flip = order->flip[r][u];
        if (r == 0 || !s->has[0] || s->gate[0] != s->gate[1])
            grown += stretch(p, s->gate[r], x, x + s->width);
        grown += stretch(p, s->left[r][flip], x - s->half, x + s->last_left);
        grown += stretch(p, s->other[r][flip], x + s->half, x + s->last_other);
    }
    return grown;
}

/* Cost of an order in um: breaks, width and spans; anything above `limit` once it is exceeded. Sets
 * the orientations unless the breaks alone exceed it. */
static double order_cost(gal__placer *p, gal__order *order, double limit) {
    orientation o[2];
    int breaks = 0;
    for (int r = 0; r < 2; r++) breaks += orient_row(p, order, r, &o[r]);
    double cost = unit_um * breaks, x = 0;
    if (cost > limit) return cost;
    for (int r = 0; r < 2; r++) apply_orientation(order, r, &o[r]);
    p->stamp++;
    for (int32_t i = 0; i < order->n; i++) {
        const stand *s = &p->stand[order->perm[i]];
        if (i) {
            const stand *before = &p->stand[order->perm[i - 1]];
            x += (before->length + s->length) / 2 + gal__placer_space(p, order, i);
        }
        cost += p->taste->span * stretch_unit(p, order, order->perm[i], x);
        x += s->width;
        if (cost + p->taste->width * x > limit) break;
    }
    return cost + p->taste->width * x;
}

static void swap(int32_t *a, int32_t *b) {
    const int32_t kept = *a;
    *a = *b;
    *b = kept;
}

static void reverse(int32_t *perm, int32_t i, int32_t j) {
    for (; i < j; i++, j--) swap(&perm[i], &perm[j]);
}

/* Moves the element at i to position j. */
static void shift(int32_t *perm, int32_t i, int32_t j) {
    const int32_t kept = perm[i];
    if (i < j) memmove(perm + i, perm + i + 1, sizeof *perm * (size_t)(j - i));
    if (j < i) memmove(perm + j + 1, perm + j, sizeof *perm * (size_t)(i - j));
    perm[j] = kept;
}

/* Another place for the unit at i of n, or i itself. */
static int32_t place_for(gal_rng *rng, int32_t i, int32_t n) {
    if (n < LONG || gal_rng_below(rng, 2)) return gal_rng_below(rng, n);
    const int32_t lo = i > LOCAL ? i - LOCAL : 0, hi = i + LOCAL < n ? i + LOCAL : n - 1;
    return lo + gal_rng_below(rng, hi - lo + 1);
}

/* Half of the moves shift a unit, three tenths reverse a stretch, the others swap two units. */
static void move(int32_t *perm, int32_t i, int32_t j, int32_t kind) {
    if (kind < 5) shift(perm, i, j);
    else if (kind < 8) reverse(perm, i < j ? i : j, i < j ? j : i);
    else swap(&perm[i], &perm[j]);
}

void gal__placer_anneal(gal__placer *placer, gal__order *order, uint64_t seed, int32_t moves) {
    int32_t best[GAL__WINDOW], kept[GAL__WINDOW];
    const int32_t n = order->n = placer->n;
    placer->taste = &tastes[seed % GAL__N_TASTE];
    const size_t bytes = sizeof *best * (size_t)n;
    gal_rng rng;
    gal_rng_init(&rng, seed, 0);
    for (int32_t i = 0; i < n; i++) order->perm[i] = i;
    double now = order_cost(placer, order, INFINITY), low = now, temperature = hot;
    const double cool = pow(cold_ratio, 1.0 / (moves > 0 ? moves : 1));
    memcpy(best, order->perm, bytes);
    for (int32_t m = 0; m < moves && n > 1; m++, temperature *= cool) {
        const int32_t i = gal_rng_below(&rng, n), j = place_for(&rng, i, n);
        const int32_t kind = gal_rng_below(&rng, 10);
        if (i == j) continue;
        memcpy(kept, order->perm, bytes);
        move(order->perm, i, j, kind);
        /* Accepted with probability exp((now - cost) / temperature), drawn beforehand. */
        const double limit = now - temperature * log(1 - gal_rng_uniform(&rng));
        const double cost = order_cost(placer, order, limit);
        if (cost > limit) {
            memcpy(order->perm, kept, bytes);
            continue;
        }
        now = cost;
        if (cost < low - 1e-9) low = cost, memcpy(best, order->perm, bytes);
    }
    memcpy(order->perm, best, bytes);
    order_cost(placer, order, INFINITY);
}
