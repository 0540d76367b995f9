/* Features that need no layout: counts, widths, depths, neighbours. */
#include "tasks/parasitics/layout_private.h"

#include <math.h>
#include <string.h>

/* Larger circuits have no FEEDBACK; nets with more pins say nothing about their pairs. */
enum { MOST_DEPTH = 9, SMALL = 400, LONG_NET = 64 };

/* The columns of one row's transistors. */
static const struct row_columns {
    int gates, gate_width, ends, end_width, end_widest, supplied, depth;
} of_row[2] = {
    {GAL_LAYOUT_NET_GATES_N, GAL_LAYOUT_NET_GATE_W_N, GAL_LAYOUT_NET_ENDS_N, GAL_LAYOUT_NET_END_W_N,
     GAL_LAYOUT_NET_END_W_MAX_N, GAL_LAYOUT_NET_SUPPLIED_N, GAL_LAYOUT_NET_DEPTH_N},
    {GAL_LAYOUT_NET_GATES_P, GAL_LAYOUT_NET_GATE_W_P, GAL_LAYOUT_NET_ENDS_P, GAL_LAYOUT_NET_END_W_P,
     GAL_LAYOUT_NET_END_W_MAX_P, GAL_LAYOUT_NET_SUPPLIED_P, GAL_LAYOUT_NET_DEPTH_P}};

/* Transistors per net, once per gate and per end. */
static gal_status join_mos(gal_csr *mos_of, gal_arena *scratch, const gal__cell *cell,
                           gal_error *err) {
    const size_t n = (size_t)cell->n_mos;
    int32_t *row = GAL_ARENA_ARRAY(scratch, int32_t, 3 * n);
    int32_t *col = GAL_ARENA_ARRAY(scratch, int32_t, 3 * n);
    if (!row || !col) return gal_fail(err, GAL_ENOMEM, "no memory to join %d pins", cell->n_mos);
    for (size_t i = 0; i < n; i++) {
        const int32_t pin[3] = {cell->mos[i].gate, cell->mos[i].end[0], cell->mos[i].end[1]};
        for (size_t k = 0; k < 3; k++) {
            row[k * n + i] = pin[k];
            col[k * n + i] = (int32_t)i;
        }
    }
    return gal_csr_build(mos_of, scratch, cell->n_net, cell->n_mos, 3 * (int64_t)n, row, col, err);
}

static void raise_to(float *value, double other) {
    if (*value < other) *value = (float)other;
}

static void count_end(const gal__cell *cell, const gal__mos *mos, int32_t other, float *row) {
    const struct row_columns *c = &of_row[mos->row];
    const float fingers = (float)mos->fingers;
    row[GAL_LAYOUT_NET_ENDS] += fingers;
    row[c->ends] += fingers;
    row[c->end_width] += (float)(mos->width * mos->fingers);
    raise_to(&row[c->end_widest], mos->width);
    if (cell->fixed[other]) row[c->supplied] += fingers;
}

static void count_mos(const gal__cell *cell, gal_mat net) {
    for (int32_t i = 0; i < cell->n_mos; i++) {
        const gal__mos *mos = &cell->mos[i];
        const struct row_columns *c = &of_row[mos->row];
        const double width = mos->width * mos->fingers;
        float *row = gal_mat_row(net, mos->gate);
        row[GAL_LAYOUT_NET_GATES] += (float)mos->fingers;
        row[c->gates] += (float)mos->fingers;
        row[c->gate_width] += (float)width;
        row[GAL_LAYOUT_NET_GATE_AREA] += (float)(width * mos->length);
        raise_to(&row[GAL_LAYOUT_NET_LENGTH], mos->length);
        count_end(cell, mos, mos->end[1], gal_mat_row(net, mos->end[0]));
        count_end(cell, mos, mos->end[0], gal_mat_row(net, mos->end[1]));
    }
}

static int is_stack(const float *row) {
    const float n = row[GAL_LAYOUT_NET_ENDS_N], p = row[GAL_LAYOUT_NET_ENDS_P];
    return row[GAL_LAYOUT_NET_PORT] == 0 && row[GAL_LAYOUT_NET_GATES] == 0 &&
           ((n == 2 && p == 0) || (n == 0 && p == 2));
}

/* Least number of channels of one row between a net and a supply. */
static void find_depth(const gal__cell *cell, gal_mat net, int r) {
    const int column = of_row[r].depth;
    for (int32_t i = 0; i < cell->n_net; i++)
        gal_mat_row(net, i)[column] = cell->fixed[i] ? 0 : MOST_DEPTH;
    for (int round = 0, again = 1; round < MOST_DEPTH && again; round++) {
        again = 0;
        for (int32_t i = 0; i < cell->n_mos; i++) {
            const gal__mos *mos = &cell->mos[i];
            if (mos->row != r) continue;
            float *a = gal_mat_row(net, mos->end[0]) + column;
            float *b = gal_mat_row(net, mos->end[1]) + column;
            if (*a + 1 < *b) *b = *a + 1, again = 1;
            if (*b + 1 < *a) *a = *b + 1, again = 1;
        }
    }
}

static double total_width(const float *row) {
    return (double)row[GAL_LAYOUT_NET_END_W_N] + row[GAL_LAYOUT_NET_END_W_P] +
           row[GAL_LAYOUT_NET_GATE_W_N] + row[GAL_LAYOUT_NET_GATE_W_P];
}

/* Steps from a net: to the ends of what it gates, to the gates at its ends, across channels. */
enum { TO_ENDS, TO_GATES, ACROSS, N_STEP };

/* The neighbours of net i; one that is met in several ways counts for the first. */
static void count_neighbours(const gal__cell *cell, const gal_csr *mos_of, gal_mat net, int32_t i,
                             int32_t *stamp) {
    int32_t count[N_STEP] = {0};
    double width[N_STEP] = {0};
    for (int step = 0; step < N_STEP; step++)
        for (int64_t k = mos_of->ptr[i]; k < mos_of->ptr[i + 1]; k++) {
            const gal__mos *mos = &cell->mos[mos_of->col[k]];
            if ((mos->gate == i) != (step == TO_ENDS)) continue;
            for (int e = 0; e < (step == TO_GATES ? 1 : 2); e++) {
                const int32_t t = step == TO_GATES ? mos->gate : mos->end[e];
                if (t == i || cell->fixed[t] || stamp[t] == i + 1) continue;
                stamp[t] = i + 1;
                count[step]++;
                width[step] += total_width(gal_mat_row(net, t));
            }
        }
    float *row = gal_mat_row(net, i);
    row[GAL_LAYOUT_NET_FANOUT] = (float)count[TO_ENDS];
    row[GAL_LAYOUT_NET_FANIN] = (float)count[TO_GATES];
    row[GAL_LAYOUT_NET_FANOUT_W] = (float)width[TO_ENDS];
    row[GAL_LAYOUT_NET_CHANNEL_W] = (float)width[ACROSS];
}

/* 1 when signals can come back from net i to itself through a gate. */
static int in_loop(const gal__cell *cell, const gal_csr *mos_of, int32_t i, int32_t *queue,
                   int32_t *stamp) {
    int32_t head = 0, tail = 0;
    queue[tail++] = i;
    for (; head < tail; head++) {
        const int32_t t = queue[head];
        for (int64_t k = mos_of->ptr[t]; k < mos_of->ptr[t + 1]; k++) {
            const gal__mos *mos = &cell->mos[mos_of->col[k]];
            for (int e = 0; e < 2; e++) {
                const int32_t end = mos->end[e];
                if (cell->fixed[end] || end == t) continue;
                if (end == i && mos->gate == t) return 1;
                if (end == i || stamp[end] == i + 1) continue;
                stamp[end] = i + 1;
                queue[tail++] = end;
            }
        }
    }
    return 0;
}

static void find_loops(const gal__cell *cell, const gal_csr *mos_of, gal_mat net, int32_t *queue,
                       int32_t *stamp) {
    memset(stamp, 0, sizeof *stamp * (size_t)cell->n_net);
    for (int32_t i = 0; i < cell->n_net; i++) {
        float *row = gal_mat_row(net, i);
        if (!cell->fixed[i] && row[GAL_LAYOUT_NET_GATES] > 0)
            row[GAL_LAYOUT_NET_FEEDBACK] = (float)in_loop(cell, mos_of, i, queue, stamp);
    }
}

/* Nets of each net's colour. */
static void count_orbits(const gal__cell *cell, gal_mat net) {
    for (int32_t i = 0; i < cell->n_net; i++) {
        float *row = gal_mat_row(net, i);
        row[GAL_LAYOUT_NET_ORBIT] = 1;
        for (int32_t j = 0; j < cell->n_net && cell->n_net <= SMALL; j++)
            if (j != i && cell->colour[j] == cell->colour[i]) row[GAL_LAYOUT_NET_ORBIT]++;
    }
}

/* Values of the whole cell, the same in every row. */
static void describe_cell(const gal__cell *cell, gal_mat net) {
    double widest[2] = {0, 0}, narrowest = INFINITY, width = 0, length = 0, fingers = 0;
    int32_t ports = 0, nets = 0;
    for (int32_t i = 0; i < cell->n_mos; i++) {
        const gal__mos *mos = &cell->mos[i];
        widest[mos->row] = fmax(widest[mos->row], mos->width);
        narrowest = fmin(narrowest, mos->width);
        width += mos->width * mos->fingers;
        length += mos->length * mos->fingers;
        fingers += mos->fingers;
    }
    for (int32_t i = 0; i < cell->n_net; i++) {
        ports += cell->port[i] && !cell->fixed[i];
        nets += !cell->fixed[i];
    }
    for (int32_t i = 0; i < cell->n_net; i++) {
        float *row = gal_mat_row(net, i);
        row[GAL_LAYOUT_NET_CELL_NETS] = (float)nets;
        row[GAL_LAYOUT_NET_CELL_FINGERS] = (float)fingers;
        row[GAL_LAYOUT_NET_CELL_PORTS] = (float)ports;
        row[GAL_LAYOUT_NET_CELL_W_N] = (float)widest[0];
        row[GAL_LAYOUT_NET_CELL_W_P] = (float)widest[1];
        row[GAL_LAYOUT_NET_CELL_W_SUM] = (float)width;
        row[GAL_LAYOUT_NET_CELL_LENGTH] = fingers > 0 ? (float)(length / fingers) : 0;
        row[GAL_LAYOUT_NET_CELL_W_MIN] = fingers > 0 ? (float)narrowest : 0;
        row[GAL_LAYOUT_NET_STACK] = (float)is_stack(row);
    }
}

gal_status gal__static_nets(gal_mat net, gal_arena *scratch, const gal__cell *cell,
                            gal_error *err) {
    gal_csr mos_of;
    int32_t *stamp = GAL_ARENA_ARRAY(scratch, int32_t, cell->n_net);
    int32_t *queue = GAL_ARENA_ARRAY(scratch, int32_t, cell->n_net + 1);
    if (!stamp || !queue)
        return gal_fail(err, GAL_ENOMEM, "no memory to describe %d nets", cell->n_net);
    GAL_TRY(join_mos(&mos_of, scratch, cell, err));
    for (int32_t i = 0; i < cell->n_net; i++)
        gal_mat_row(net, i)[GAL_LAYOUT_NET_PORT] = cell->port[i];
    count_mos(cell, net);
    describe_cell(cell, net);
    for (int r = 0; r < 2; r++) find_depth(cell, net, r);
    for (int32_t i = 0; i < cell->n_net; i++)
        if (!cell->fixed[i]) count_neighbours(cell, &mos_of, net, i, stamp);
    if (cell->n_net <= SMALL) find_loops(cell, &mos_of, net, queue, stamp);
    count_orbits(cell, net);
    return GAL_OK;
}

/* The row of a pair of signals, or NULL. */
static float *pair_row(gal_pair_map *map, const gal__cell *cell, int32_t a, int32_t b) {
    return a == b || cell->fixed[a] || cell->fixed[b] ? NULL : gal_pair_map_row(map, a, b);
}

static void set_steps(float *row, float steps) {
    if (row[GAL_LAYOUT_PAIR_STEPS] == 0) row[GAL_LAYOUT_PAIR_STEPS] = steps;
}

/* Pairs made by the pins of one transistor. */
static void pair_pins(gal_pair_map *map, const gal__cell *cell, const gal__mos *mos) {
    const float fingers = (float)mos->fingers, width = (float)(mos->width * mos->fingers);
    for (int e = 0; e < 2; e++) {
        float *row = pair_row(map, cell, mos->gate, mos->end[e]);
        if (!row) continue;
        row[mos->gate < mos->end[e] ? GAL_LAYOUT_PAIR_GATE_A : GAL_LAYOUT_PAIR_GATE_B] += fingers;
        row[mos->row ? GAL_LAYOUT_PAIR_GATE_END_W_P : GAL_LAYOUT_PAIR_GATE_END_W_N] += width;
        row[GAL_LAYOUT_PAIR_STEPS] = 1;
    }
    float *row = pair_row(map, cell, mos->end[0], mos->end[1]);
    if (!row) return;
    row[mos->row ? GAL_LAYOUT_PAIR_CHANNELS_P : GAL_LAYOUT_PAIR_CHANNELS_N] += fingers;
    row[GAL_LAYOUT_PAIR_CHANNEL_W] += width;
    row[GAL_LAYOUT_PAIR_STEPS] = 1;
}

/* Gates of transistors u and v that meet at net t. */
static void pair_gates(gal_pair_map *map, const gal__cell *cell, int32_t t, int stack,
                       const gal__mos *u, const gal__mos *v) {
    if (!gal__has_end(u, t) || !gal__has_end(v, t)) return;
    float *row = pair_row(map, cell, u->gate, v->gate);
    if (!row) return;
    const float n = (float)u->fingers * (float)v->fingers;
    row[GAL_LAYOUT_PAIR_SERIES_ANY] += n;
    set_steps(row, 2);
    if (u->row == v->row) row[GAL_LAYOUT_PAIR_SERIES] += n;
    if (stack) row[GAL_LAYOUT_PAIR_SERIES_STACK] += n;
    if (u->row != v->row && gal__across(u, t) == gal__across(v, t))
        row[GAL_LAYOUT_PAIR_SWITCH] += n;
}

/* Ends of `n` pairs of fingers, one of u and one of v, that net t gates. */
static void pair_ends(gal_pair_map *map, const gal__cell *cell, int32_t t, const gal__mos *u,
                      const gal__mos *v, double n) {
    if (u->gate != t || v->gate != t) return;
    for (int e = 0; e < 4; e++) {
        float *row = pair_row(map, cell, u->end[e & 1], v->end[e >> 1]);
        if (!row) continue;
        row[GAL_LAYOUT_PAIR_COMMON_GATE] += (float)n;
        set_steps(row, 2);
    }
}

/* Pairs that meet at net t or around its gates. */
static void pair_at_net(gal_pair_map *map, const gal__cell *cell, const gal_csr *mos_of, int32_t t,
                        int stack) {
    double pins = 0;
    for (int64_t i = mos_of->ptr[t]; i < mos_of->ptr[t + 1]; i++)
        pins += cell->mos[mos_of->col[i]].fingers;
    if (pins > LONG_NET) return;
    for (int64_t i = mos_of->ptr[t]; i < mos_of->ptr[t + 1]; i++) {
        const gal__mos *u = &cell->mos[mos_of->col[i]];
        const double fingers = u->fingers;
        if (fingers > 1) pair_ends(map, cell, t, u, u, fingers * (fingers - 1) / 2);
        for (int64_t j = i + 1; j < mos_of->ptr[t + 1]; j++) {
            const gal__mos *v = &cell->mos[mos_of->col[j]];
            if (u == v) continue;
            pair_gates(map, cell, t, stack, u, v);
            pair_ends(map, cell, t, u, v, fingers * v->fingers);
        }
    }
}

gal_status gal__static_pairs(gal_pair_map *map, gal_arena *scratch, const gal__cell *cell,
                             gal_mat net, gal_error *err) {
    gal_csr mos_of;
    GAL_TRY(join_mos(&mos_of, scratch, cell, err));
    for (int32_t i = 0; i < cell->n_mos; i++) pair_pins(map, cell, &cell->mos[i]);
    for (int32_t t = 0; t < cell->n_net; t++)
        if (!cell->fixed[t])
            pair_at_net(map, cell, &mos_of, t, gal_mat_row(net, t)[GAL_LAYOUT_NET_STACK] > 0);
    return GAL_OK;
}
