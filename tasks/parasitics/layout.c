/* The whole chain: ranks, units, windows, annealed orders, measurements. */
#include "tasks/parasitics/layout.h"

#include "tasks/parasitics/layout_private.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Layouts averaged: of a circuit of one window, of a few windows, of more. */
enum { LAYOUTS_ONE = 24, LAYOUTS_FEW = 2, LAYOUTS_MANY = 1, FEW_WINDOWS = 4 };

/* Units placed while annealing, all moves of all layouts together: for a cell of `usual_units`, and
 * for a circuit of several windows. Above, the cube of the units counts up to `cubic` times as
 * many, then the square: orders of 32 to 100 units end within 4 % of what sixteen times as many
 * moves reach, and five times as many make cells of training no better. At most MOVES_PER_UNIT
 * moves per layout and unit. */
static const double cell_budget = 2400000, block_budget = 600000, usual_units = 24, cubic = 3;
enum { MOVES_PER_UNIT = 400 };

gal_pex_rules gal_pex_rules_default(void) {
    return (gal_pex_rules){.length = 0.15, .contacted = 0.27, .stacked = 0.21, .broken = 0.80};
}

/* sizeof counts the end of the string: 1 for "", 3 for um, 5 for um^2. */
const uint8_t gal_pex_layout_net_power[GAL_PEX_LAYOUT_NET] = {
#define XX(name, unit, meaning) sizeof(unit) / 2,
    GAL_LAYOUT_NET_MAP(XX)
#undef XX
};

typedef struct job {
    gal__cell cell;
    gal__unit *unit;                  /* [n_unit] windows are ranges of it */
    gal__placer *placer[LAYOUTS_ONE]; /* [n_layout] those of the pass */
    gal__scene *scene;
    gal__surround *surround;
    gal__drawing drawing;
    gal_pair_map map;
    gal_mat net; /* [cell.n_net, GAL_PEX_LAYOUT_NET] */
    int32_t n_unit, n_window, n_layout, moves_budget;
} job;

static int32_t window_start(const job *j, int32_t window) {
    return (int32_t)((int64_t)j->n_unit * window / j->n_window);
}

/* Columns of the largest window. */
static int32_t most_columns(const job *j) {
    int32_t most = 0;
    for (int32_t w = 0; w < j->n_window; w++) {
        int32_t n = 0;
        for (int32_t i = window_start(j, w); i < window_start(j, w + 1); i++)
            n += j->unit[i].fingers;
        if (n > most) most = n;
    }
    return most;
}

/* Splits the units into windows and the annealing budget among them. The number of layouts is that
 * of the first call. */
static void plan(job *j) {
    const double size = fmax(j->n_unit / usual_units, 1);
    j->n_window = (j->n_unit + GAL__WINDOW - 1) / GAL__WINDOW;
    if (!j->n_layout)
        j->n_layout = j->n_window <= 1             ? LAYOUTS_ONE
                      : j->n_window <= FEW_WINDOWS ? LAYOUTS_FEW
                                                   : LAYOUTS_MANY;
    const double budget =
        j->n_window > 1 ? block_budget : cell_budget * size * size * fmin(size, cubic);
    j->moves_budget = (int32_t)(budget / j->n_layout / fmax(j->n_window, 1));
}

/* Multiplexers are drawn crossed in every other round through the tastes: most of their stacks, but
 * not all as in latches, are whole in cells of training. */
static int is_crossed(int32_t layout) {
    return layout / GAL__N_TASTE % 2;
}

/* The layouts of one pass: those that are crossed, or the others. */
static int takes_part(const job *j, int32_t layout) {
    return is_crossed(layout) == j->cell.crossed;
}

static gal_status prepare(job *j, gal_arena *scratch, int all_pairs, gal_error *err) {
    plan(j);
    const int32_t columns = most_columns(j);
    int placers = 1;
    for (int32_t i = 0; i < j->n_layout; i++) {
        if (!takes_part(j, i)) continue;
        j->placer[i] = gal__placer_new(scratch, &j->cell);
        placers = placers && j->placer[i];
    }
    j->scene = gal__scene_new(scratch, &j->cell, columns, all_pairs, j->net, &j->map);
    j->surround = gal__surround_new(scratch, &j->cell, columns, j->net);
    j->drawing.column = GAL_ARENA_ARRAY(scratch, gal__column, columns);
    j->drawing.strip = GAL_ARENA_ARRAY(scratch, gal__strip, 4 * (size_t)columns);
    if (!placers || !j->scene || !j->surround || !j->drawing.column || !j->drawing.strip)
        return gal_fail(err, GAL_ENOMEM, "no memory to draw %d columns", columns);
    return GAL_OK;
}

/* All layouts of a pass in a window; measured in order for sums that do not depend
 * on the number of threads. */
static void run_window(job *j, int32_t window) {
    const int32_t first = window_start(j, window), n = window_start(j, window + 1) - first;
    const gal__unit *unit = j->unit + first;
    int32_t moves = j->moves_budget / n;
    if (moves > MOVES_PER_UNIT * n) moves = MOVES_PER_UNIT * n;
    gal__order order[LAYOUTS_ONE];
#pragma omp parallel for schedule(dynamic, 1) if (j->n_layout > 1)
    for (int32_t i = 0; i < j->n_layout; i++) {
        if (!takes_part(j, i)) continue;
        gal__placer_load(j->placer[i], unit, n);
        gal__placer_anneal(j->placer[i], &order[i], (uint64_t)i, moves);
    }
    for (int32_t i = 0; i < j->n_layout; i++) {
        if (!takes_part(j, i)) continue;
        gal__drawing_make(&j->drawing, j->placer[i], &order[i], unit, j->cell.rules.contacted);
        gal__scene_measure(j->scene, &j->drawing, 1.0 / j->n_layout);
        gal__surround_measure(j->surround, &j->drawing, 1.0 / j->n_layout);
    }
}

/* All layouts that are crossed, or not. */
static gal_status run(job *j, gal_arena *scratch, int crossed, int all_pairs, gal_error *err) {
    j->cell.crossed = crossed;
    GAL_TRY(gal__units_make(&j->unit, &j->n_unit, scratch, &j->cell, err));
    GAL_TRY(prepare(j, scratch, all_pairs, err));
    for (int32_t w = 0; w < j->n_window; w++) run_window(j, w);
    return GAL_OK;
}

/* Makes SPAN_VAR, so far the mean of squares, a variance; clears nets without transistors. */
static void finish_nets(const job *j) {
    for (int32_t i = 0; i < j->cell.n_signal; i++) {
        float *row = gal_mat_row(j->net, i);
        const float mean = row[GAL_LAYOUT_NET_SPAN];
        row[GAL_LAYOUT_NET_SPAN_VAR] = fmaxf(row[GAL_LAYOUT_NET_SPAN_VAR] - mean * mean, 0);
        if (j->cell.fixed[i]) memset(row, 0, sizeof *row * GAL_PEX_LAYOUT_NET);
    }
}

typedef struct keyed {
    uint64_t key;
    int32_t row;
} keyed;

static int compare_keyed(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

/* Copies nets and pairs to where the caller wants them, pairs sorted. */
static gal_status export(gal_pex_layout *layout, gal_arena *arena, const job *j, gal_arena *scratch,
                         gal_error *err) {
    const int32_t n_net = j->cell.n_signal, n = j->map.n;
    keyed *list = GAL_ARENA_ARRAY(scratch, keyed, n);
    layout->net = gal_mat_new(arena, n_net, GAL_PEX_LAYOUT_NET);
    layout->pair_x = gal_mat_new(arena, n, GAL_PEX_LAYOUT_PAIR);
    layout->pair = GAL_ARENA_ARRAY(arena, gal_pex_pair, n);
    layout->colour = GAL_ARENA_ARRAY(arena, uint64_t, n_net);
    if (!list || !layout->net.data || !layout->pair_x.data || !layout->pair || !layout->colour)
        return gal_fail(err, GAL_ENOMEM, "no memory to keep %d pairs of nets", n);
    gal_mat_copy(layout->net, gal_mat_rows(j->net, 0, n_net));
    memcpy(layout->colour, j->cell.colour, sizeof *layout->colour * (size_t)n_net);
    for (int32_t i = 0; i < n; i++) list[i] = (keyed){j->map.key[i], i};
    if (n) qsort(list, (size_t)n, sizeof *list, compare_keyed);
    for (int32_t i = 0; i < n; i++) {
        const int32_t a = (int32_t)(list[i].key >> 32), b = (int32_t)(list[i].key & 0xffffffff);
        float *row = gal_mat_row(layout->pair_x, i);
        layout->pair[i] = (gal_pex_pair){a, b};
        memcpy(row, j->map.value + (size_t)list[i].row * GAL_PEX_LAYOUT_PAIR,
               sizeof *row * GAL_PEX_LAYOUT_PAIR);
        row[GAL_LAYOUT_PAIR_ALIKE] = layout->colour[a] == layout->colour[b];
    }
    layout->n_pair = n;
    return gal__screens_measure(layout->pair_x, layout->pair, n, n_net, scratch, err);
}

static gal_status build(gal_pex_layout *layout, gal_arena *arena, job *j, gal_arena *scratch,
                        int all_pairs, gal_error *err) {
    GAL_TRY(gal__cell_rank(&j->cell, scratch, err));
    GAL_TRY(gal__cell_twins(&j->cell, scratch, err));
    GAL_TRY(gal__cell_tristates(&j->cell, scratch, err));
    j->net = gal_mat_new(scratch, j->cell.n_net, GAL_PEX_LAYOUT_NET);
    if (!j->net.data)
        return gal_fail(err, GAL_ENOMEM, "no memory to describe %d nets", j->cell.n_net);
    gal_mat_fill(j->net, 0);
    GAL_TRY(gal__static_nets(j->net, scratch, &j->cell, err));
    GAL_TRY(run(j, scratch, 0, all_pairs, err));
    if (is_crossed(j->n_layout - 1)) GAL_TRY(run(j, scratch, 1, all_pairs, err));
    GAL_TRY(gal__static_pairs(&j->map, scratch, &j->cell, j->net, err));
    if (j->map.failed) return gal_fail(err, GAL_ENOMEM, "no memory for %d pairs", j->map.n);
    finish_nets(j);
    return export(layout, arena, j, scratch, err);
}

gal_status gal_pex_layout_build(gal_pex_layout *layout, gal_arena *arena,
                                const gal_circuit *circuit, const gal_graph *graph, int all_pairs,
                                gal_error *err) {
    job j = {.n_unit = 0};
    gal_arena scratch;
    memset(layout, 0, sizeof *layout);
    gal_arena_init(&scratch);
    gal_pair_map_init(&j.map, GAL_PEX_LAYOUT_PAIR);
    gal_status status = gal__cell_import(&j.cell, &scratch, circuit, graph, err);
    if (status == GAL_OK) status = build(layout, arena, &j, &scratch, all_pairs, err);
    gal_pair_map_clear(&j.map);
    gal_arena_clear(&scratch);
    return status;
}

/* The number of {a, b} among the near pairs, or -1. */
static int32_t find_pair(const gal_pex_layout *layout, int32_t a, int32_t b) {
    int32_t lo = 0, hi = layout->n_pair - 1;
    while (lo <= hi) {
        const int32_t middle = lo + (hi - lo) / 2;
        const gal_pex_pair *p = &layout->pair[middle];
        if (p->a == a && p->b == b) return middle;
        if (p->a < a || (p->a == a && p->b < b)) lo = middle + 1;
        else hi = middle - 1;
    }
    return -1;
}

static void write_pair(float *row, const gal_pex_layout *layout, gal_pex_pair pair) {
    const int turned = pair.a > pair.b;
    const int32_t a = turned ? pair.b : pair.a, b = turned ? pair.a : pair.b;
    const int32_t found = find_pair(layout, a, b);
    if (found < 0) {
        memset(row, 0, sizeof *row * GAL_PEX_LAYOUT_PAIR);
        row[GAL_LAYOUT_PAIR_ALIKE] = layout->colour[a] == layout->colour[b];
        return;
    }
    const float *from = gal_mat_row(layout->pair_x, found);
    memcpy(row, from, sizeof *row * GAL_PEX_LAYOUT_PAIR);
    row[GAL_LAYOUT_PAIR_GATE_A] = from[turned ? GAL_LAYOUT_PAIR_GATE_B : GAL_LAYOUT_PAIR_GATE_A];
    row[GAL_LAYOUT_PAIR_GATE_B] = from[turned ? GAL_LAYOUT_PAIR_GATE_A : GAL_LAYOUT_PAIR_GATE_B];
}

gal_status gal_pex_layout_pairs(gal_mat out, const gal_pex_layout *layout, const gal_pex_pair *pair,
                                int32_t n_pair, gal_error *err) {
    const int64_t n_net = layout->net.rows;
    if (out.rows != n_pair || out.cols != GAL_PEX_LAYOUT_PAIR)
        return gal_fail(err, GAL_EINVAL, "%lld x %d values for %d pairs of %d columns",
                        (long long)out.rows, out.cols, n_pair, GAL_PEX_LAYOUT_PAIR);
    for (int32_t i = 0; i < n_pair; i++) {
        if (pair[i].a < 0 || pair[i].b < 0 || pair[i].a >= n_net || pair[i].b >= n_net)
            return gal_fail(err, GAL_EINVAL, "pair (%d, %d) of %lld nets", pair[i].a, pair[i].b,
                            (long long)n_net);
        write_pair(gal_mat_row(out, i), layout, pair[i]);
    }
    return GAL_OK;
}
