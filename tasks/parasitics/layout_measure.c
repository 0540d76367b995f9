/* What one drawing says about each net and each pair of nets. */
#include "tasks/parasitics/layout_private.h"

#include <math.h>
#include <stdlib.h>

/* What a span covers: all pins of a net, its gates, its n strips, its p strips. */
enum { ALL, GATES, N_STRIPS, P_STRIPS, N_SPAN };

/* A strip and the gate beside it are at most this many pitches apart to count as near pieces; nets
 * whose spans are further apart than the other do not meet outside of cells. */
static const double near_pieces = 3.2, near_spans = 4;

/* For rounding, um. */
static const double slack = 1e-9;

typedef struct spans {
    double lo[N_SPAN], hi[N_SPAN]; /* lo > hi: none */
    int32_t strips, gates;
} spans;

/* A gate of one row, or a strip. */
typedef struct piece {
    double x, width;
    int32_t net;
    int row, gate, bare;
} piece;

/* Pieces that count in IN_...: running numbers. */
enum { IN_GATE, IN_SUPPLY_N, IN_SUPPLY_P, IN_SIGNAL, N_IN };

struct gal__scene {
    const gal__cell *cell;
    const gal__drawing *drawing;
    double weight, pitch;
    int all_pairs;
    gal_mat net;
    gal_pair_map *map;
    spans *span;             /* [cell->n_net] empty between drawings */
    piece *piece;            /* [n_piece] by x */
    int32_t (*before)[N_IN]; /* [n_piece + 1] pieces of each kind before this one */
    double (*cover)[2];      /* [n_seen] length of all spans left of the net's first and last pin */
    int32_t *seen;           /* [n_seen] nets of the drawing: signals ascending, then the others */
    int32_t n_piece, n_seen, n_signal;
};

gal__scene *gal__scene_new(gal_arena *scratch, const gal__cell *cell, int32_t most_columns,
                           int all_pairs, gal_mat net, gal_pair_map *map) {
    const size_t pieces = 6 * (size_t)most_columns;
    gal__scene *s = GAL_ARENA_ARRAY(scratch, gal__scene, 1);
    if (!s) return NULL;
    *s = (gal__scene){.cell = cell, .all_pairs = all_pairs, .net = net, .map = map};
    s->pitch = gal_pex_pitch(&cell->rules);
    s->span = GAL_ARENA_ARRAY(scratch, spans, cell->n_net);
    s->piece = GAL_ARENA_ARRAY(scratch, piece, pieces);
    s->before = gal_arena_calloc(scratch, pieces + 1, sizeof *s->before);
    s->seen = GAL_ARENA_ARRAY(scratch, int32_t, cell->n_net);
    s->cover = gal_arena_calloc(scratch, (size_t)cell->n_net, sizeof *s->cover);
    return s->span && s->piece && s->before && s->seen && s->cover ? s : NULL;
}

static void add_net(const gal__scene *s, int32_t net, int column, double value) {
    gal_mat_row(s->net, net)[column] += (float)(value * s->weight);
}

/* The row of a pair, or NULL when it is none of two signals. */
static float *pair_row(const gal__scene *s, int32_t a, int32_t b) {
    if (a == b || s->cell->fixed[a] || s->cell->fixed[b]) return NULL;
    return gal_pair_map_row(s->map, a, b);
}

static void add_to(const gal__scene *s, float *row, int column, double value) {
    row[column] += (float)(value * s->weight);
}

static void add_pair(const gal__scene *s, int32_t a, int32_t b, int column, double value) {
    float *row = pair_row(s, a, b);
    if (row) add_to(s, row, column, value);
}

/* A strip without a contact: an inner node of a series stack. */
static int is_bare(const gal__scene *s, int32_t net) {
    return s->span[net].strips == 1 && s->span[net].gates == 0 && !s->cell->fixed[net] &&
           !s->cell->port[net];
}

static void widen(spans *span, int kind, double x) {
    if (x < span->lo[kind]) span->lo[kind] = x;
    if (x > span->hi[kind]) span->hi[kind] = x;
}

/* The spans of a net, empty at first sight. */
static spans *see_net(gal__scene *s, int32_t net) {
    spans *span = &s->span[net];
    if (span->strips + span->gates > 0) return span;
    s->seen[s->n_seen++] = net;
    for (int k = 0; k < N_SPAN; k++) {
        span->lo[k] = 1e30;
        span->hi[k] = -1e30;
    }
    return span;
}

static void collect_spans(gal__scene *s) {
    for (int32_t i = 0; i < s->drawing->n_column; i++)
        for (int r = 0; r < 2; r++) {
            const gal__column *column = &s->drawing->column[i];
            if (column->gate[r] < 0) continue;
            spans *span = see_net(s, column->gate[r]);
            span->gates++;
            widen(span, ALL, column->x);
            widen(span, GATES, column->x);
        }
    for (int32_t i = 0; i < s->drawing->n_strip; i++) {
        const gal__strip *strip = &s->drawing->strip[i];
        spans *span = see_net(s, strip->net);
        span->strips++;
        widen(span, ALL, strip->x);
        widen(span, N_STRIPS + strip->row, strip->x);
    }
}

static int compare_int(const void *a, const void *b) {
    const int32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Sorts the nets seen and parts signals from the others. */
static void sort_seen(gal__scene *s) {
    int32_t n = 0;
    for (int32_t i = 0; i < s->n_seen; i++) {
        const int32_t net = s->seen[i];
        if (s->cell->fixed[net]) continue;
        s->seen[i] = s->seen[n];
        s->seen[n++] = net;
    }
    s->n_signal = n;
    if (n) qsort(s->seen, (size_t)n, sizeof *s->seen, compare_int);
}

static int compare_piece(const void *a, const void *b) {
    const piece *p = a, *q = b;
    if (p->x != q->x) return p->x < q->x ? -1 : 1;
    if (p->gate != q->gate) return p->gate - q->gate;
    if (p->row != q->row) return p->row - q->row;
    return (p->net > q->net) - (p->net < q->net);
}

static void count_pieces(gal__scene *s) {
    for (int32_t i = 0; i < s->n_piece; i++) {
        const piece *p = &s->piece[i];
        for (int k = 0; k < N_IN; k++) s->before[i + 1][k] = s->before[i][k];
        if (p->bare) continue;
        if (p->gate) s->before[i + 1][IN_GATE]++;
        else if (s->cell->fixed[p->net]) s->before[i + 1][p->row ? IN_SUPPLY_P : IN_SUPPLY_N]++;
        else s->before[i + 1][IN_SIGNAL]++;
    }
}

static void collect_pieces(gal__scene *s) {
    const gal__drawing *d = s->drawing;
    s->n_piece = 0;
    for (int32_t i = 0; i < d->n_column; i++)
        for (int r = 0; r < 2; r++)
            if (d->column[i].gate[r] >= 0)
                s->piece[s->n_piece++] =
                    (piece){d->column[i].x, d->column[i].width[r], d->column[i].gate[r], r, 1, 0};
    for (int32_t i = 0; i < d->n_strip; i++) {
        const gal__strip *t = &d->strip[i];
        s->piece[s->n_piece++] = (piece){t->x, t->width, t->net, t->row, 0, is_bare(s, t->net)};
    }
    if (s->n_piece) qsort(s->piece, (size_t)s->n_piece, sizeof *s->piece, compare_piece);
    count_pieces(s);
}

/* A gate and the strip at one of its sides. */
static void measure_side(const gal__scene *s, const gal__column *column, int r, int32_t side) {
    const gal__strip *strip = &s->drawing->strip[side];
    const int32_t gate = column->gate[r];
    const double width = fmin(strip->width, column->width[r]);
    if (!strip->shared) add_net(s, gate, GAL_LAYOUT_NET_GATE_BY_OPEN, width);
    if (s->cell->fixed[strip->net]) {
        add_net(s, gate, GAL_LAYOUT_NET_GATE_BY_SUPPLY, width);
    } else if (is_bare(s, strip->net)) {
        add_net(s, gate, GAL_LAYOUT_NET_GATE_BY_BARE, width);
    } else {
        add_net(s, gate, GAL_LAYOUT_NET_GATE_BY_SIGNAL, width);
        add_net(s, strip->net, GAL_LAYOUT_NET_STRIP_BY_GATE, width);
        add_pair(s, gate, strip->net, r ? GAL_LAYOUT_PAIR_BESIDE_P : GAL_LAYOUT_PAIR_BESIDE_N,
                 width);
    }
}

/* The gate of row r in column i and the next one of its row, when diffusion joins them or no column
 * parts them. */
static void measure_next(const gal__scene *s, int32_t i, int r) {
    const gal__column *a = &s->drawing->column[i];
    const gal__column *end = s->drawing->column + s->drawing->n_column, *b = a + 1;
    if (a->gate[r] < 0) return;
    while (b < end && b->gate[r] < 0) b++;
    if (b == end) return;
    int kind = GAL_LAYOUT_PAIR_GATES_BROKEN;
    if (a->right[r] == b->left[r])
        kind = is_bare(s, s->drawing->strip[a->right[r]].net) ? GAL_LAYOUT_PAIR_GATES_STACKED
                                                              : GAL_LAYOUT_PAIR_GATES_SHARED;
    else if (b > a + 1) return;
    add_pair(s, a->gate[r], b->gate[r], kind, fmin(a->width[r], b->width[r]));
}

/* The gates of column i and their neighbours. */
static void measure_neighbours(const gal__scene *s, int32_t i) {
    const gal__column *a = &s->drawing->column[i];
    for (int r = 0; r < 2; r++) measure_next(s, i, r);
    if (a->gate[0] >= 0 && a->gate[1] >= 0)
        add_pair(s, a->gate[0], a->gate[1], GAL_LAYOUT_PAIR_COLUMN, 1);
}

/* Counts column i for the gate net of row r, once when it is that of both rows. */
static void count_column(const gal__scene *s, int32_t i, int r) {
    const gal__column *column = &s->drawing->column[i];
    const int32_t gate = column->gate[r];
    const int both = column->gate[0] == column->gate[1];
    if (both && r == 1) return;
    add_net(s, gate, both ? GAL_LAYOUT_NET_COLUMNS_BOTH : GAL_LAYOUT_NET_COLUMNS_ONE, 1);
    if (i == 0 || (column[-1].gate[0] != gate && column[-1].gate[1] != gate))
        add_net(s, gate, GAL_LAYOUT_NET_GATE_RUNS, 1);
}

static void measure_columns(const gal__scene *s) {
    for (int32_t i = 0; i < s->drawing->n_column; i++) {
        const gal__column *column = &s->drawing->column[i];
        for (int r = 0; r < 2; r++) {
            if (column->gate[r] < 0) continue;
            count_column(s, i, r);
            measure_side(s, column, r, column->left[r]);
            measure_side(s, column, r, column->right[r]);
            const int32_t left = s->drawing->strip[column->left[r]].net;
            const int32_t right = s->drawing->strip[column->right[r]].net;
            if (!is_bare(s, left) && !is_bare(s, right))
                add_pair(s, left, right, r ? GAL_LAYOUT_PAIR_ACROSS_P : GAL_LAYOUT_PAIR_ACROSS_N,
                         column->width[r]);
        }
        measure_neighbours(s, i);
    }
}

static void measure_strips(const gal__scene *s) {
    for (int32_t i = 0; i < s->drawing->n_strip; i++) {
        const gal__strip *t = &s->drawing->strip[i];
        if (s->cell->fixed[t->net]) continue;
        if (is_bare(s, t->net)) {
            add_net(s, t->net, GAL_LAYOUT_NET_BARE, 1);
            continue;
        }
        add_net(s, t->net, t->row ? GAL_LAYOUT_NET_CONTACTS_P : GAL_LAYOUT_NET_CONTACTS_N, 1);
        add_net(s, t->net, t->row ? GAL_LAYOUT_NET_CONTACT_W_P : GAL_LAYOUT_NET_CONTACT_W_N,
                t->width);
        if (!t->shared) add_net(s, t->net, GAL_LAYOUT_NET_OPEN_W, t->width);
    }
}

/* Neighbourhood of two contacted pieces, q not left of p. */
static void measure_near(const gal__scene *s, const piece *p, const piece *q) {
    float *row = pair_row(s, p->net, q->net);
    if (!row) return;
    const double dx = q->x - p->x, k = exp(-dx / s->pitch), area = k * fmin(p->width, q->width);
    const int facing = p->row != q->row;
    add_to(s, row, GAL_LAYOUT_PAIR_NEAR_ALL, k);
    if (p->gate != q->gate) {
        add_to(s, row,
               facing ? GAL_LAYOUT_PAIR_NEAR_GATE_STRIP_ACROSS : GAL_LAYOUT_PAIR_NEAR_GATE_STRIP,
               area);
    } else if (p->gate) {
        add_to(s, row, GAL_LAYOUT_PAIR_NEAR_GATES, k);
    } else {
        add_to(s, row, facing ? GAL_LAYOUT_PAIR_NEAR_STRIPS_ACROSS : GAL_LAYOUT_PAIR_NEAR_STRIPS,
               area);
        if (facing && dx < 0.5 * s->pitch) add_to(s, row, GAL_LAYOUT_PAIR_OPPOSITE, 1);
    }
}

static void measure_pieces(const gal__scene *s) {
    for (int32_t i = 0; i < s->n_piece; i++) {
        if (s->piece[i].bare || s->cell->fixed[s->piece[i].net]) continue;
        for (int32_t j = i + 1; j < s->n_piece; j++) {
            if (s->piece[j].x - s->piece[i].x > near_pieces * s->pitch) break;
            if (!s->piece[j].bare) measure_near(s, &s->piece[i], &s->piece[j]);
        }
    }
}

static double length_of(const spans *span, int kind) {
    return fmax(span->hi[kind] - span->lo[kind], 0);
}

/* Common length of two spans; below 0: the gap between them. */
static double overlap_of(const spans *a, int kind_a, const spans *b, int kind_b) {
    return fmin(a->hi[kind_a], b->hi[kind_b]) - fmax(a->lo[kind_a], b->lo[kind_b]);
}

/* Length of all spans of signals that lies left of x. O(n_signal). */
static double cover_before(const gal__scene *s, double x) {
    double sum = 0;
    for (int32_t i = 0; i < s->n_signal; i++) {
        const spans *span = &s->span[s->seen[i]];
        sum += fmax(fmin(span->hi[ALL], x) - span->lo[ALL], 0);
    }
    return sum;
}

static void collect_cover(const gal__scene *s) {
    for (int32_t i = 0; i < s->n_signal; i++) {
        const spans *span = &s->span[s->seen[i]];
        s->cover[i][0] = cover_before(s, span->lo[ALL]);
        s->cover[i][1] = cover_before(s, span->hi[ALL]);
    }
}

/* The number of pieces at the left of x. */
static int32_t pieces_before(const gal__scene *s, double x) {
    int32_t lo = 0, hi = s->n_piece;
    while (lo < hi) {
        const int32_t middle = lo + (hi - lo) / 2;
        if (s->piece[middle].x < x) lo = middle + 1;
        else hi = middle;
    }
    return lo;
}

/* What other nets have between the ends of a net. */
static void measure_inside(const gal__scene *s, int32_t net) {
    const spans *span = &s->span[net];
    const int32_t *first = s->before[pieces_before(s, span->lo[ALL] - slack)];
    const int32_t *last = s->before[pieces_before(s, span->hi[ALL] + slack)];
    const int32_t own = is_bare(s, net) ? 0 : span->strips;
    add_net(s, net, GAL_LAYOUT_NET_IN_GATE, last[IN_GATE] - first[IN_GATE] - span->gates);
    add_net(s, net, GAL_LAYOUT_NET_IN_SUPPLY_N, last[IN_SUPPLY_N] - first[IN_SUPPLY_N]);
    add_net(s, net, GAL_LAYOUT_NET_IN_SUPPLY_P, last[IN_SUPPLY_P] - first[IN_SUPPLY_P]);
    add_net(s, net, GAL_LAYOUT_NET_IN_SIGNAL, last[IN_SIGNAL] - first[IN_SIGNAL] - own);
}

static double gate_strip_gap(const spans *span) {
    if (!span->gates || !span->strips) return 0;
    const int row = span->hi[N_STRIPS] >= span->lo[N_STRIPS] ? N_STRIPS : P_STRIPS;
    return fmax(-overlap_of(span, GATES, span, row), 0);
}

/* The columns of signal i of the drawing that stem from its spans. */
static void measure_spans(const gal__scene *s, int32_t i) {
    const int32_t net = s->seen[i];
    const spans *span = &s->span[net];
    const double width = s->drawing->column[s->drawing->n_column - 1].x;
    const double all = length_of(span, ALL), gates = length_of(span, GATES);
    const double n = length_of(span, N_STRIPS), p = length_of(span, P_STRIPS);
    const double crowd = fmax(s->cover[i][1] - s->cover[i][0] - all, 0);
    const int in_n = span->hi[N_STRIPS] >= span->lo[N_STRIPS];
    const int in_p = span->hi[P_STRIPS] >= span->lo[P_STRIPS];
    add_net(s, net, GAL_LAYOUT_NET_SPAN, all);
    add_net(s, net, GAL_LAYOUT_NET_SPAN_VAR, all * all);
    add_net(s, net, GAL_LAYOUT_NET_CROWD, crowd);
    add_net(s, net, GAL_LAYOUT_NET_CROWD_MEAN, all > 0 ? crowd / all : 0);
    add_net(s, net, GAL_LAYOUT_NET_GATE_SPAN, gates);
    add_net(s, net, GAL_LAYOUT_NET_N_SPAN, n);
    add_net(s, net, GAL_LAYOUT_NET_P_SPAN, p);
    add_net(s, net, GAL_LAYOUT_NET_TREE, gates + n + p);
    add_net(s, net, GAL_LAYOUT_NET_CROSSES, in_n && in_p);
    add_net(s, net, GAL_LAYOUT_NET_GATE_STRIP_GAP, gate_strip_gap(span));
    add_net(s, net, GAL_LAYOUT_NET_EDGE, fmin(span->lo[ALL], width - span->hi[ALL]));
    add_net(s, net, GAL_LAYOUT_NET_CELL_WIDTH, width);
    measure_inside(s, net);
}

/* Length of other nets over the common length of signals i and j of the drawing. */
static double crowd_between(const gal__scene *s, int32_t i, int32_t j, double common) {
    const spans *a = &s->span[s->seen[i]], *b = &s->span[s->seen[j]];
    const int32_t first = a->lo[ALL] > b->lo[ALL] ? i : j, last = a->hi[ALL] < b->hi[ALL] ? i : j;
    const double others = s->cover[last][1] - s->cover[first][0] - 2 * common;
    return fmax(others, 0) / (common + s->pitch);
}

/* The columns of signals i and j of the drawing that stem from their spans. */
static void measure_pair(const gal__scene *s, int32_t i, int32_t j) {
    const spans *a = &s->span[s->seen[i]], *b = &s->span[s->seen[j]];
    const double overlap = overlap_of(a, ALL, b, ALL), common = fmax(overlap, 0);
    if (!s->all_pairs && -overlap > near_spans * s->pitch) return;
    float *row = pair_row(s, s->seen[i], s->seen[j]);
    if (!row) return;
    const double shorter = fmin(length_of(a, ALL), length_of(b, ALL));
    add_to(s, row, GAL_LAYOUT_PAIR_OVERLAP, common);
    add_to(s, row, GAL_LAYOUT_PAIR_GAP, fmax(-overlap, 0));
    if (common > 0) {
        add_to(s, row, GAL_LAYOUT_PAIR_OVERLAP_SHARE, common / shorter);
        add_to(s, row, GAL_LAYOUT_PAIR_CROWD, crowd_between(s, i, j, common));
    }
    double cross = 0;
    for (int k = N_STRIPS; k <= P_STRIPS; k++)
        cross += fmax(overlap_of(a, GATES, b, k), 0) + fmax(overlap_of(b, GATES, a, k), 0);
    add_to(s, row, GAL_LAYOUT_PAIR_CROSS_OVERLAP, cross);
    add_to(s, row, GAL_LAYOUT_PAIR_GATE_OVERLAP, fmax(overlap_of(a, GATES, b, GATES), 0));
    add_to(s, row, GAL_LAYOUT_PAIR_N_OVERLAP, fmax(overlap_of(a, N_STRIPS, b, N_STRIPS), 0));
    add_to(s, row, GAL_LAYOUT_PAIR_P_OVERLAP, fmax(overlap_of(a, P_STRIPS, b, P_STRIPS), 0));
}

static int32_t open_strips(const gal__drawing *d) {
    int32_t n = 0;
    for (int32_t i = 0; i < d->n_strip; i++) n += !d->strip[i].shared;
    return n;
}

static void forget(gal__scene *s) {
    for (int32_t i = 0; i < s->n_seen; i++)
        s->span[s->seen[i]].strips = s->span[s->seen[i]].gates = 0;
    s->n_seen = 0;
}

void gal__scene_measure(gal__scene *scene, const gal__drawing *drawing, double weight) {
    gal__scene *s = scene;
    s->drawing = drawing;
    s->weight = weight;
    collect_spans(s);
    sort_seen(s);
    collect_pieces(s);
    collect_cover(s);
    measure_columns(s);
    measure_strips(s);
    measure_pieces(s);
    const int32_t open = open_strips(drawing);
    for (int32_t i = 0; i < s->n_signal; i++) {
        measure_spans(s, i);
        add_net(s, s->seen[i], GAL_LAYOUT_NET_CELL_OPEN, open);
        for (int32_t j = i + 1; j < s->n_signal; j++) measure_pair(s, i, j);
    }
    forget(s);
}
