/* What stands around each strip of diffusion and each gate of a drawing: the geometry that decides
 * whether a strip is wired, and what its wire passes. Means over the strips (gates) of a net. */
#include "tasks/parasitics/layout_private.h"

#include <math.h>
#include <string.h>

/* A strip faces those of the other row within this distance; strips of an outermost gate reach this
 * far; nothing found counts as this far. Um. */
static const double facing = 0.25, end_length = 0.30, far = 9;

/* A net as the drawing shows it. */
typedef struct figure {
    int32_t strips, gates;
    double lo, hi; /* um */
} figure;

struct gal__surround {
    const gal__cell *cell;
    const gal__drawing *drawing;
    gal_mat net;
    double weight;
    figure *figure;       /* [cell->n_net] */
    int32_t *seen;        /* [n_seen] signals of the drawing */
    int32_t (*beside)[2]; /* [n_strip] columns at the left and right, or -1 */
    int32_t n_seen;
};

gal__surround *gal__surround_new(gal_arena *scratch, const gal__cell *cell, int32_t most_columns,
                                 gal_mat net) {
    gal__surround *s = GAL_ARENA_ARRAY(scratch, gal__surround, 1);
    if (!s) return NULL;
    *s = (gal__surround){.cell = cell, .net = net};
    s->figure = GAL_ARENA_ARRAY(scratch, figure, cell->n_net);
    s->seen = GAL_ARENA_ARRAY(scratch, int32_t, cell->n_net);
    s->beside = gal_arena_calloc(scratch, 4 * (size_t)most_columns, sizeof *s->beside);
    return s->figure && s->seen && s->beside ? s : NULL;
}

static figure *see(gal__surround *s, int32_t net, double x) {
    figure *f = &s->figure[net];
    if (f->strips + f->gates == 0) {
        f->lo = f->hi = x;
        if (!s->cell->fixed[net]) s->seen[s->n_seen++] = net;
    }
    f->lo = fmin(f->lo, x);
    f->hi = fmax(f->hi, x);
    return f;
}

static void collect(gal__surround *s) {
    const gal__drawing *d = s->drawing;
    memset(s->beside, -1, (size_t)d->n_strip * sizeof *s->beside);
    for (int32_t i = 0; i < d->n_column; i++)
        for (int r = 0; r < 2; r++) {
            const gal__column *column = &d->column[i];
            if (column->gate[r] < 0) continue;
            see(s, column->gate[r], column->x)->gates++;
            s->beside[column->left[r]][1] = i;
            s->beside[column->right[r]][0] = i;
        }
    for (int32_t i = 0; i < d->n_strip; i++) see(s, d->strip[i].net, d->strip[i].x)->strips++;
}

static int is_bare(const gal__surround *s, int32_t net) {
    return s->figure[net].strips == 1 && s->figure[net].gates == 0 && !s->cell->fixed[net] &&
           !s->cell->port[net];
}

/* Wired nets, `but` left out, whose spans run over x. */
static int crossing(const gal__surround *s, double x, int32_t but) {
    int n = 0;
    for (int32_t i = 0; i < s->n_seen; i++) {
        const int32_t net = s->seen[i];
        const figure *f = &s->figure[net];
        n += net != but && f->lo < x - 1e-9 && f->hi > x + 1e-9 && !is_bare(s, net);
    }
    return n;
}

/* Adds the share 1 / `of` of a value to a column of a net. */
static void add(const gal__surround *s, int32_t net, int column, double value, int32_t of) {
    gal_mat_row(s->net, net)[column] += (float)(value * s->weight / of);
}

/* The strips of the other row that face strip i, and the nearest supply strip of its own. */
static void measure_facing(const gal__surround *s, int32_t i, int32_t of) {
    const gal__drawing *d = s->drawing;
    const gal__strip *t = &d->strip[i];
    double gap = far;
    int supply = 0, wired = 0, bare = 0;
    for (int32_t k = 0; k < d->n_strip; k++) {
        const gal__strip *q = &d->strip[k];
        const double dx = fabs(q->x - t->x);
        const int fixed = s->cell->fixed[q->net];
        if (q->row == t->row && k != i && fixed) gap = fmin(gap, dx);
        if (q->row == t->row || dx >= facing) continue;
        if (fixed) supply = 1;
        else if (is_bare(s, q->net)) bare = 1;
        else wired = 1;
    }
    add(s, t->net, GAL_LAYOUT_NET_SUPPLY_GAP, gap, of);
    add(s, t->net, GAL_LAYOUT_NET_FACES_SUPPLY, supply, of);
    add(s, t->net, GAL_LAYOUT_NET_FACES_WIRED, wired, of);
    add(s, t->net, GAL_LAYOUT_NET_FACES_BARE, bare, of);
}

/* What lies behind the gates at both sides of strip i. */
static void measure_behind(const gal__surround *s, int32_t i, int32_t of) {
    const gal__drawing *d = s->drawing;
    const gal__strip *t = &d->strip[i];
    int supply = 0, wired = 0, aligned = 0;
    for (int side = 0; side < 2; side++) {
        if (s->beside[i][side] < 0) continue;
        const gal__column *column = &d->column[s->beside[i][side]];
        const int32_t other = side ? column->right[t->row] : column->left[t->row];
        const int32_t net = d->strip[other].net;
        aligned += column->gate[!t->row] >= 0;
        supply += s->cell->fixed[net] != 0;
        wired += !s->cell->fixed[net] && !is_bare(s, net);
    }
    add(s, t->net, GAL_LAYOUT_NET_BEHIND_SUPPLY, supply, of);
    add(s, t->net, GAL_LAYOUT_NET_BEHIND_WIRED, wired, of);
    add(s, t->net, GAL_LAYOUT_NET_ALIGNED, aligned, of);
}

static void measure_strip(const gal__surround *s, int32_t i) {
    const gal__drawing *d = s->drawing;
    const gal__strip *t = &d->strip[i];
    if (s->cell->fixed[t->net]) return;
    const int32_t of = s->figure[t->net].strips, left = s->beside[i][0], right = s->beside[i][1];
    const int inner = left >= 0 && right >= 0;
    const gal__column *a = inner ? &d->column[left] : NULL, *b = inner ? &d->column[right] : NULL;
    const double length = inner ? b->x - a->x - s->cell->rules.length : end_length;
    add(s, t->net, GAL_LAYOUT_NET_STRIPS, 1, 1);
    add(s, t->net, GAL_LAYOUT_NET_STRIP_LENGTH, length, of);
    add(s, t->net, GAL_LAYOUT_NET_STRIP_AREA, length * t->width, 1);
    add(s, t->net, GAL_LAYOUT_NET_STRIP_CROWD, crossing(s, t->x, t->net), of);
    if (inner) add(s, t->net, GAL_LAYOUT_NET_STEP, fabs(b->width[t->row] - a->width[t->row]), of);
    measure_facing(s, i, of);
    measure_behind(s, i, of);
}

/* The room beside a gate net's columns, and what crosses them. A column counts once per net. */
static void measure_gates(const gal__surround *s, int32_t net) {
    const gal__drawing *d = s->drawing;
    double room = 0, crowd = 0;
    int32_t n = 0;
    for (int32_t i = 0; i < d->n_column; i++) {
        const gal__column *c = &d->column[i];
        if (c->gate[0] != net && c->gate[1] != net) continue;
        n++;
        room += i ? c->x - c[-1].x : 1;
        room += i + 1 < d->n_column ? c[1].x - c->x : 1;
        crowd += crossing(s, c->x, net);
    }
    if (n == 0) return;
    add(s, net, GAL_LAYOUT_NET_GATE_ROOM, room, n);
    add(s, net, GAL_LAYOUT_NET_GATE_CROWD, crowd, n);
}

/* The shortest way from an n strip to a p strip of a net: where its strap may run. */
static double strap(const gal__surround *s, int32_t net) {
    const gal__drawing *d = s->drawing;
    double best = far;
    for (int32_t i = 0; i < d->n_strip; i++)
        for (int32_t k = 0; d->strip[i].net == net && d->strip[i].row == 0 && k < d->n_strip; k++)
            if (d->strip[k].net == net && d->strip[k].row == 1)
                best = fmin(best, fabs(d->strip[k].x - d->strip[i].x));
    return best < far ? best : -1;
}

void gal__surround_measure(gal__surround *surround, const gal__drawing *drawing, double weight) {
    gal__surround *s = surround;
    s->drawing = drawing;
    s->weight = weight;
    collect(s);
    for (int32_t i = 0; i < drawing->n_strip; i++) measure_strip(s, i);
    for (int32_t i = 0; i < s->n_seen; i++) {
        const int32_t net = s->seen[i];
        add(s, net, GAL_LAYOUT_NET_STRAP, strap(s, net), 1);
        if (s->figure[net].gates > 0) measure_gates(s, net);
    }
    for (int32_t i = 0; i < drawing->n_column; i++)
        for (int r = 0; r < 2; r++)
            if (drawing->column[i].gate[r] >= 0)
                s->figure[drawing->column[i].gate[r]] = (figure){0};
    for (int32_t i = 0; i < drawing->n_strip; i++) s->figure[drawing->strip[i].net] = (figure){0};
    s->n_seen = 0;
}
