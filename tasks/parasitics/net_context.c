#include "tasks/parasitics/net_context.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Round whose colours say which neighbours are alike. */
enum { MEAN_ROUND = 2 };

#define NM2_PER_PM2 1e-6
#define FIXED_POINT 0x1p32 /* terms are rounded to 2^-32: exact sums in any order */

/* Sums over the terminals of a net; indices 0 for NMOS, 1 for PMOS. */
typedef struct sums {
    double gates[2], ends[2];
    double gate_width, end_width; /* pm */
    double gate_area;             /* nm^2 */
    double fixed_ends;            /* ends of driven devices on a supply */
    double to_ground, to_power;
    double tied; /* ends of diodes and dummies, and those under a fixed gate */
} sums;

static void add_gate(sums *s, const gal_pex_neighbours *list, const gal_pex_mos *mos) {
    s->gates[mos->is_p] += mos->copies;
    s->gate_width += mos->copies * mos->width;
    s->gate_area += mos->copies * rint(mos->width * mos->length * NM2_PER_PM2);
    s->fixed_ends += mos->copies * ((gal_pex_kind(list, mos->net[GAL_PEX_DRAIN]) != 0) +
                                    (gal_pex_kind(list, mos->net[GAL_PEX_SOURCE]) != 0));
}

static void add_end(sums *s, const gal_pex_neighbours *list, const gal_pex_mos *mos, int32_t net,
                    int32_t other) {
    const int32_t gate = mos->net[GAL_PEX_GATE];
    const int kind = gal_pex_kind(list, other);
    s->ends[mos->is_p] += mos->copies;
    s->end_width += mos->copies * mos->width;
    s->to_ground += mos->copies * (kind == GAL_PEX_GROUND_RAIL);
    s->to_power += mos->copies * (kind == GAL_PEX_POWER_RAIL);
    s->tied += mos->copies * ((gate == net || other == net) + (gal_pex_kind(list, gate) != 0));
}

static sums sum_terminals(const gal_pex_neighbours *list, int32_t net) {
    sums s = {0};
    for (int32_t k = list->term_first[net]; k < list->term_first[net + 1]; k++) {
        const gal_pex_mos *mos = &list->mos[list->term[k] / GAL_PEX_N_TERMINAL];
        const int t = list->term[k] % GAL_PEX_N_TERMINAL;
        if (t == GAL_PEX_GATE) add_gate(&s, list, mos);
        else add_end(&s, list, mos, net, mos->net[GAL_PEX_DRAIN + GAL_PEX_SOURCE - t]);
    }
    return s;
}

static void base_row(float *row, const gal_pex_neighbours *list, int32_t net) {
    memset(row, 0, sizeof *row * GAL_PEX_N_NET_BASE);
    if (list->term_first[net] == list->term_first[net + 1]) return;
    const sums s = sum_terminals(list, net);
    const double gates = s.gates[0] + s.gates[1], ends = s.ends[0] + s.ends[1];
    const double length = list->length_min, area = length * length * NM2_PER_PM2;
    const double mean_width = (s.end_width + s.gate_width) / (ends + gates);
    row[GAL_PEX_NET_GATES] = (float)log1p(gates);
    row[GAL_PEX_NET_ENDS] = (float)log1p(ends);
    row[GAL_PEX_NET_GATES_P] = (float)(s.gates[1] / (gates + 0.5));
    row[GAL_PEX_NET_ENDS_P] = (float)(s.ends[1] / (ends + 0.5));
    row[GAL_PEX_NET_END_WIDTH] = (float)log1p(s.end_width / length);
    row[GAL_PEX_NET_GATE_AREA] = (float)log1p(s.gate_area / area);
    row[GAL_PEX_NET_PORT] = list->port[net];
    row[GAL_PEX_NET_TO_GROUND] = (float)(s.to_ground / (ends + 0.5));
    row[GAL_PEX_NET_TO_POWER] = (float)(s.to_power / (ends + 0.5));
    row[GAL_PEX_NET_FIXED] = (float)(s.fixed_ends / (2 * gates + 0.5));
    row[GAL_PEX_NET_TIED] = (float)(s.tied / (ends + 0.5));
    row[GAL_PEX_NET_NEIGHBOURS] = (float)log1p(gal_pex_n_adj(list, net));
    row[GAL_PEX_NET_MEAN_WIDTH] = (float)log(mean_width / length + 0.1);
    row[GAL_PEX_NET_TERMINALS] = (float)log1p(gates + ends);
}

typedef struct tinted {
    uint64_t colour;
    int32_t net;
} tinted;

static int compare_tinted(const void *x, const void *y) {
    const tinted *a = x, *b = y;
    return (a->colour > b->colour) - (a->colour < b->colour);
}

/* The neighbours of one relation, those of a colour together. */
static int32_t by_colour(tinted *out, const gal_pex_neighbours *list, const uint64_t *colour,
                         int32_t net, int relation) {
    int32_t n = 0;
    for (int32_t k = list->adj_first[net]; k < list->adj_first[net + 1]; k++)
        if (list->adj[k].count[relation])
            out[n++] = (tinted){colour[list->adj[k].net], list->adj[k].net};
    if (n) qsort(out, (size_t)n, sizeof *out, compare_tinted);
    return n;
}

/* mean[GAL_PEX_N_MEAN] of base columns over tint[0..n[, each colour weighing 1. */
static void mean_over(float *mean, const tinted *tint, int32_t n, gal_mat base) {
    static const int column[GAL_PEX_N_MEAN] = {GAL_PEX_NET_GATES,     GAL_PEX_NET_ENDS,
                                               GAL_PEX_NET_ENDS_P,    GAL_PEX_NET_END_WIDTH,
                                               GAL_PEX_NET_TO_GROUND, GAL_PEX_NET_TO_POWER};
    double sum[GAL_PEX_N_MEAN] = {0};
    int32_t n_colour = 0;
    for (int32_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && tint[end].colour == tint[i].colour;) end++;
        n_colour++;
        for (int32_t k = i; k < end; k++)
            for (int j = 0; j < GAL_PEX_N_MEAN; j++)
                sum[j] += rint(gal_mat_row(base, tint[k].net)[column[j]] * FIXED_POINT / (end - i));
    }
    for (int j = 0; j < GAL_PEX_N_MEAN; j++)
        mean[j] = n_colour ? (float)(sum[j] / FIXED_POINT / n_colour) : -1.0f;
}

gal_status gal_pex_net_context(gal_mat out, const gal_pex_neighbours *list,
                               const gal_pex_colours *colours, gal_error *err) {
    assert(out.rows == list->n_net && out.cols == GAL_PEX_NET_CONTEXT);
    const uint64_t *colour = colours->round[MEAN_ROUND];
    tinted *scratch = malloc(sizeof *scratch * ((size_t)list->adj_first[list->n_net] + 1));
    if (!scratch) return gal_fail(err, GAL_ENOMEM, "out of memory for the columns of the nets");
#pragma omp parallel if (list->n_net > 8192)
    {
#pragma omp for schedule(dynamic, 64)
        for (int32_t i = 0; i < list->n_net; i++) base_row(gal_mat_row(out, i), list, i);
#pragma omp for schedule(dynamic, 64)
        for (int32_t i = 0; i < list->n_net; i++)
            for (int r = 0; r < GAL_PEX_N_RELATION; r++) {
                tinted *tint = scratch + list->adj_first[i];
                const int32_t n = by_colour(tint, list, colour, i, r);
                float *mean = gal_mat_row(out, i) + GAL_PEX_NET_CHANNEL + r * GAL_PEX_N_MEAN;
                mean_over(mean, tint, n, out);
            }
    }
    free(scratch);
    return GAL_OK;
}
