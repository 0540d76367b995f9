/* Private parts of the virtual layout: transistors -> canonical ranks -> units -> orders ->
 * columns and strips -> measurements. Lengths are um. Row 0 holds NMOS, row 1 PMOS. */
#ifndef GAL_TASKS_PARASITICS_LAYOUT_PRIVATE_H
#define GAL_TASKS_PARASITICS_LAYOUT_PRIVATE_H

#include "tasks/parasitics/layout.h"
#include "tasks/parasitics/pair_map.h"

/* Units annealed together; fingers of one unit that are laid out. */
enum { GAL__WINDOW = 128, GAL__FINGERS = 512, GAL__NO_END = 100 };

/* Parallel fingers of one size. */
typedef struct gal__mos {
    int32_t gate, end[2]; /* nets */
    int32_t fingers;
    int row;
    double width, length; /* of one finger */
} gal__mos;

/* The circuit as the layout sees it. Nets: the graph's, then the circuit's supplies. */
typedef struct gal__cell {
    gal_pex_rules rules;
    gal__mos *mos; /* [n_mos] equal ones merged */
    int32_t n_mos, n_net, n_signal;
    double mixed_width; /* widths of both fingers in a column of two gates, at most */
    uint8_t *port;      /* [n_net] */
    uint8_t *fixed;     /* [n_net] 1: a supply, or without transistors: takes no part */
    /* [n_net] ends of fingers, plus GAL__NO_END for a gate or a port: 2 means a stack node */
    int32_t *n_pin;
    int crossed;      /* 1: tristates of all multiplexers stand crossed, like those of latches */
    uint8_t *kept;    /* [n_net] 1: a storage node */
    uint64_t *beyond; /* [n_net] of a stack node next to a supply: the gate and net on its other
                       * side; 0 for other nets */
    uint64_t *twin;   /* [n_net] equal: the same net, or mirror images in the two rows */
    int32_t *rank;    /* [n_net] canonical: of isomorphic circuits, the same */
    uint64_t *colour; /* [n_net] equal: the same structural place */
} gal__cell;

static inline int gal__has_end(const gal__mos *mos, int32_t net) {
    return mos->end[0] == net || mos->end[1] == net;
}

/* The net on the other side of a channel. */
static inline int32_t gal__across(const gal__mos *mos, int32_t net) {
    return mos->end[mos->end[0] == net];
}

/* A net that only joins two fingers: it needs no contact when they share its diffusion. */
static inline int gal__is_stack(const gal__cell *cell, int32_t net) {
    return !cell->fixed[net] && cell->n_pin[net] == 2;
}

/* Fills what the functions below do not. Memory from `scratch`, here and below. */
gal_status gal__cell_import(gal__cell *cell, gal_arena *scratch, const gal_circuit *circuit,
                            const gal_graph *graph, gal_error *err);
gal_status gal__cell_rank(gal__cell *cell, gal_arena *scratch, gal_error *err);
gal_status gal__cell_twins(gal__cell *cell, gal_arena *scratch, gal_error *err);
/* Fills kept and beyond. */
gal_status gal__cell_tristates(gal__cell *cell, gal_arena *scratch, gal_error *err);
/* An inverter drives `net` from `gate`. */
int gal__inverts(const gal__cell *cell, int32_t gate, int32_t net);

/* `fingers` columns of poly: parallel fingers of each row that has some. */
typedef struct gal__unit {
    int32_t fingers;
    int has[2];
    int32_t gate[2], end[2][2]; /* nets; -1 in a row without */
    double width[2], length;
} gal__unit;

/* Columns in canonical order, then breadth-first: units that share nets are near each other. */
gal_status gal__units_make(gal__unit **unit, int32_t *n_unit, gal_arena *scratch,
                           const gal__cell *cell, gal_error *err);

/* The end at the left of a unit in a row; the other one. */
static inline int32_t gal__unit_left(const gal__unit *unit, int row, int flip) {
    return unit->end[row][flip];
}
static inline int32_t gal__unit_other(const gal__unit *unit, int row, int flip) {
    return unit->end[row][!flip];
}

/* An order of a window's units. */
typedef struct gal__order {
    int32_t n;
    int32_t perm[GAL__WINDOW];    /* positions 0..n-1 to units */
    uint8_t flip[2][GAL__WINDOW]; /* of each unit, per row */
} gal__order;

/* Ways of drawing that the annealing knows. */
enum { GAL__N_TASTE = 4 };

/* What annealing needs to know of a window, and its scratch; opaque. */
typedef struct gal__placer gal__placer;
gal__placer *gal__placer_new(gal_arena *scratch, const gal__cell *cell);
/* Takes unit[0..n[, n <= GAL__WINDOW. */
void gal__placer_load(gal__placer *placer, const gal__unit *unit, int32_t n);
/* Anneals from the order given by the units; `seed` picks the moves. O(moves * n). */
void gal__placer_anneal(gal__placer *placer, gal__order *order, uint64_t seed, int32_t moves);
/* Gate-to-gate space between positions i - 1 and i. */
double gal__placer_space(const gal__placer *placer, const gal__order *order, int32_t i);

/* One piece of diffusion at a side of a gate column. */
typedef struct gal__strip {
    double x, width;
    int32_t net;
    int row, shared; /* shared: a gate at both sides */
} gal__strip;

typedef struct gal__column {
    double x;
    int32_t gate[2];           /* net or -1 */
    int32_t left[2], right[2]; /* strip at each side */
    double width[2];
} gal__column;

/* Columns and strips of one window. */
typedef struct gal__drawing {
    gal__column *column; /* from left to right */
    gal__strip *strip;
    int32_t n_column, n_strip;
} gal__drawing;

/* `contacted`: gate-to-gate space within a unit. */
void gal__drawing_make(gal__drawing *drawing, const gal__placer *placer, const gal__order *order,
                       const gal__unit *unit, double contacted);

/* Sums of measurements: scratch of all windows. */
typedef struct gal__scene gal__scene;
gal__scene *gal__scene_new(gal_arena *scratch, const gal__cell *cell, int32_t most_columns,
                           int all_pairs, gal_mat net, gal_pair_map *map);
/* Adds `weight` times the layout columns of every net and pair in the drawing. */
void gal__scene_measure(gal__scene *scene, const gal__drawing *drawing, double weight);

/* The columns STRIPS .. GATE_CROWD: what stands around strips and gates. */
typedef struct gal__surround gal__surround;
gal__surround *gal__surround_new(gal_arena *scratch, const gal__cell *cell, int32_t most_columns,
                                 gal_mat net);
void gal__surround_measure(gal__surround *surround, const gal__drawing *drawing, double weight);

/* The columns that need no layout. */
gal_status gal__static_nets(gal_mat net, gal_arena *scratch, const gal__cell *cell, gal_error *err);
gal_status gal__static_pairs(gal_pair_map *map, gal_arena *scratch, const gal__cell *cell,
                             gal_mat net, gal_error *err);
/* The columns UNSCREENED_* to TO_MOST_* of n_pair different pairs. O(n_pair^1.5) at worst. */
gal_status gal__screens_measure(gal_mat x, const gal_pex_pair *pair, int32_t n_pair, int32_t n_net,
                                gal_arena *scratch, gal_error *err);

#endif
