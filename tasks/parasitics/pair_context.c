#include "tasks/parasitics/pair_context.h"

#include "base/hash.h"
#include <assert.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* Nets of more neighbours are not walked over; nets of at most this many are small. */
enum { OVER_TWO = 16, SMALL = 8 };

/* Pairs and nets that are worth a team of threads. */
enum { TEAM_PAIRS = 32768, TEAM_CHUNK = 16 };

#define PM_PER_UM 1e6

/* Weights are rounded to 2^-22, so that sums of products are exact in any order. */
#define FIXED_POINT 0x1p22

/* What the pairs of one call share. */
typedef struct pair_pass {
    const gal_pex_context *context;
    const gal_pex_neighbours *list;
    double *adamic;     /* [n_net] 1 / log(1 + d) */
    double *allocation; /* [n_net] 1 / d */
    gal_mat out;
    uint64_t *role;
} pair_pass;

/* One pair under work. */
typedef struct couple {
    int32_t hi, lo;
    int tied;            /* 1: hi and lo could as well be exchanged */
    const int32_t *mark; /* [n_net] 1 + index into list->adj of hi's neighbours, 0 elsewhere */
    float *row;
    /* What columns and roles count. */
    double channel, gate_hi, gate_lo, common, walks;
} couple;

static float log1p_of(double x) {
    return log1pf((float)x);
}

/* Widths (pm) of the devices on both nets: channel, gate on hi, gate on lo. */
static void shared_width(double *width, const gal_pex_neighbours *list, int32_t hi, int32_t lo) {
    for (int32_t k = list->term_first[lo]; k < list->term_first[lo + 1]; k++) {
        const gal_pex_mos *mos = &list->mos[list->term[k] / GAL_PEX_N_TERMINAL];
        const int t = list->term[k] % GAL_PEX_N_TERMINAL;
        const double w = mos->width * mos->copies;
        if (t == GAL_PEX_GATE) {
            if (mos->net[GAL_PEX_DRAIN] == hi || mos->net[GAL_PEX_SOURCE] == hi) width[2] += w;
        } else {
            if (mos->net[GAL_PEX_DRAIN + GAL_PEX_SOURCE - t] == hi) width[0] += w;
            if (mos->net[GAL_PEX_GATE] == hi) width[1] += w;
        }
    }
}

static void exchange(double *x, double *y) {
    const double t = *x;
    *x = *y;
    *y = t;
}

/* Between tied nets the one whose gates count more, then are wider, plays hi. */
static void order_gates(couple *c, double *width) {
    if (c->gate_hi > c->gate_lo || (c->gate_hi == c->gate_lo && width[1] >= width[2])) return;
    exchange(&c->gate_hi, &c->gate_lo);
    exchange(&width[1], &width[2]);
}

static void fill_direct(couple *c, const gal_pex_neighbours *list) {
    double width[3] = {0};
    float *row = c->row;
    if (c->mark[c->lo]) {
        const gal_pex_neighbour *v = &list->adj[c->mark[c->lo] - 1]; /* as hi sees lo */
        c->channel = v->count[GAL_PEX_CHANNEL];
        c->gate_hi = v->count[GAL_PEX_DRIVEN];
        c->gate_lo = v->count[GAL_PEX_CONTROL];
        shared_width(width, list, c->hi, c->lo);
        if (c->tied) order_gates(c, width);
    }
    const double shared = c->channel + c->gate_hi + c->gate_lo;
    row[GAL_PEX_PAIR_CHANNEL] = log1p_of(c->channel);
    row[GAL_PEX_PAIR_GATE_HI] = log1p_of(c->gate_hi);
    row[GAL_PEX_PAIR_GATE_LO] = log1p_of(c->gate_lo);
    row[GAL_PEX_PAIR_SHARE_HI] = shared > 0 ? (float)(shared / list->degree[c->hi]) : 0;
    row[GAL_PEX_PAIR_SHARE_LO] = shared > 0 ? (float)(shared / list->degree[c->lo]) : 0;
    row[GAL_PEX_PAIR_SHARED] = log1p_of(shared);
    for (int j = 0; j < 3; j++)
        row[GAL_PEX_PAIR_CHANNEL_WIDTH + j] = log1p_of(width[j] / list->length_min);
}

static void count_via(double *via, const int32_t *of_lo, const int32_t *of_hi) {
    static const int code[GAL_PEX_N_RELATION][GAL_PEX_N_RELATION] = {
        {0, 1, 2}, {1, 3, 4}, {2, 4, 5}};
    for (int r = 0; r < GAL_PEX_N_RELATION; r++)
        for (int q = 0; q < GAL_PEX_N_RELATION; q++) via[code[r][q]] += of_lo[r] && of_hi[q];
}

static void fill_common(couple *c, const pair_pass *pass) {
    const gal_pex_neighbours *list = pass->list;
    double adamic = 0, allocation = 0, small = 0, via[6] = {0};
    for (int32_t k = list->adj_first[c->lo]; k < list->adj_first[c->lo + 1]; k++) {
        const int32_t net = list->adj[k].net, mark = c->mark[net];
        if (!mark) continue;
        c->common += 1;
        adamic += pass->adamic[net];
        allocation += pass->allocation[net];
        small += gal_pex_n_adj(list, net) <= SMALL;
        count_via(via, list->adj[k].count, list->adj[mark - 1].count);
    }
    const double around = gal_pex_n_adj(list, c->lo) + gal_pex_n_adj(list, c->hi) - c->common;
    c->row[GAL_PEX_PAIR_COMMON] = log1p_of(c->common);
    c->row[GAL_PEX_PAIR_ADAMIC] = (float)adamic;
    c->row[GAL_PEX_PAIR_ALLOCATION] = log1p_of(8 * allocation);
    c->row[GAL_PEX_PAIR_JACCARD] = (float)(c->common / (around + 0.5));
    c->row[GAL_PEX_PAIR_COMMON_SMALL] = log1p_of(small);
    for (int j = 0; j < 6; j++) c->row[GAL_PEX_PAIR_VIA + j] = log1p_of(via[j]);
}

static void fill_walks(couple *c, const pair_pass *pass) {
    const gal_pex_neighbours *list = pass->list;
    double allocation = 0;
    for (int32_t k = list->adj_first[c->lo]; k < list->adj_first[c->lo + 1]; k++) {
        const int32_t first = list->adj[k].net;
        if (first == c->hi || gal_pex_n_adj(list, first) > OVER_TWO) continue;
        for (int32_t j = list->adj_first[first]; j < list->adj_first[first + 1]; j++) {
            const int32_t second = list->adj[j].net;
            if (!c->mark[second] || second == c->lo || second == c->hi ||
                gal_pex_n_adj(list, second) > OVER_TWO)
                continue;
            c->walks += 1;
            allocation += pass->allocation[first] * pass->allocation[second];
        }
    }
    c->row[GAL_PEX_PAIR_WALKS] = log1p_of(c->walks);
    c->row[GAL_PEX_PAIR_WALK_ALLOCATION] = log1p_of(16 * allocation);
    c->row[GAL_PEX_PAIR_WALK_SHARE] = (float)(c->walks / (list->degree[c->lo] + 1.0));
}

static void fill_nets(couple *c, const gal_pex_context *context) {
    const gal_pex_neighbours *list = &context->list;
    const float of_hi = (float)list->degree[c->hi] + 0.5f;
    const float of_lo = (float)list->degree[c->lo] + 0.5f;
    const float direct = c->row[GAL_PEX_PAIR_SHARED];
    const float chance = (float)gal_pex_n_adj(list, c->hi) * (float)gal_pex_n_adj(list, c->lo);
    int alike = 0;
    for (int k = 1; k <= GAL_PEX_ROUNDS; k++)
        alike += context->colours.round[k][c->hi] == context->colours.round[k][c->lo];
    c->row[GAL_PEX_PAIR_ALIKE] = (float)alike;
    c->row[GAL_PEX_PAIR_SIZE_RATIO] = logf(of_hi / of_lo);
    c->row[GAL_PEX_PAIR_SIZE] = logf(of_lo);
    c->row[GAL_PEX_PAIR_DISTANCE] = direct > 0 ? 1 : c->common > 0 ? 2 : c->walks > 0 ? 3 : 4;
    c->row[GAL_PEX_PAIR_CHANCE] = log1pf(chance);
    c->row[GAL_PEX_PAIR_LENGTH] = logf((float)(list->length_min / PM_PER_UM));
    c->row[GAL_PEX_PAIR_ASPECT] = logf((float)(list->width_min / list->length_min));
    const size_t base = GAL_PEX_N_NET_BASE * sizeof *c->row;
    memcpy(c->row + GAL_PEX_PAIR_HI, gal_mat_row(context->net, c->hi), base);
    memcpy(c->row + GAL_PEX_PAIR_LO, gal_mat_row(context->net, c->lo), base);
}

static void fill_roles(uint64_t *role, const couple *c, const gal_pex_colours *colours) {
    /* Rounds of either net's colour: fewer than two do not tell an array from a cell. */
    static const int round[GAL_PEX_N_ROLE][2] = {{3, 2}, {2, 3}, {3, 3}, {4, 4}};
    const double count[] = {c->channel, c->gate_hi, c->gate_lo, c->common, c->walks};
    uint64_t relation = 0;
    for (size_t j = 0; j < sizeof count / sizeof *count; j++)
        relation = 3 * relation + (uint64_t)(count[j] > 2 ? 2 : count[j]);
    for (int k = 0; k < GAL_PEX_N_ROLE; k++) {
        const uint64_t hi = colours->round[round[k][0]][c->hi];
        const uint64_t lo = colours->round[round[k][1]][c->lo];
        const uint64_t level = gal_hash_mix((uint64_t)k, relation);
        role[k] = gal_hash_mix(gal_hash_mix(level, hi), lo);
    }
}

static void mark_neighbours(int32_t *mark, const gal_pex_neighbours *list, int32_t net, int on) {
    for (int32_t k = list->adj_first[net]; k < list->adj_first[net + 1]; k++)
        mark[list->adj[k].net] = on ? k + 1 : 0;
}

/* All pairs of which `hi` is the first net; `mark` is all 0 before and after. */
static void fill_pairs_of(const pair_pass *pass, const gal_csr *by_hi, int32_t hi, int32_t *mark) {
    const int64_t first = by_hi->ptr[hi], end = by_hi->ptr[hi + 1];
    if (first == end) return;
    mark_neighbours(mark, pass->list, hi, 1);
    for (int64_t k = first; k < end; k++) {
        const int32_t i = by_hi->edge[k], lo = by_hi->col[k];
        couple c = {.hi = hi, .lo = lo, .mark = mark, .row = gal_mat_row(pass->out, i)};
        c.tied = gal_pex_rank(pass->context, hi, lo) == 0;
        fill_direct(&c, pass->list);
        fill_common(&c, pass);
        fill_walks(&c, pass);
        fill_nets(&c, pass->context);
        fill_roles(pass->role + (int64_t)i * GAL_PEX_N_ROLE, &c, &pass->context->colours);
    }
    mark_neighbours(mark, pass->list, hi, 0);
}

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the columns of the pairs");
}

/* Ranks each pair and groups the pairs by their first net. */
static gal_status group_pairs(gal_csr *by_hi, gal_arena *scratch, const gal_pex_context *context,
                              const gal_pex_pair *pair, int32_t n_pair, gal_error *err) {
    const int32_t n_net = context->list.n_net;
    int32_t *hi = gal_arena_alloc(scratch, sizeof *hi * (size_t)n_pair);
    int32_t *lo = gal_arena_alloc(scratch, sizeof *lo * (size_t)n_pair);
    if (!hi || !lo) return no_memory(err);
    for (int32_t i = 0; i < n_pair; i++) {
        const int32_t a = pair[i].a, b = pair[i].b;
        if (a < 0 || b < 0 || a >= n_net || b >= n_net || a == b)
            return gal_fail(err, GAL_EINVAL, "pair %d (%d, %d) is no pair of %d nets", (int)i,
                            (int)a, (int)b, (int)n_net);
        const int first = gal_pex_rank(context, a, b) >= 0;
        hi[i] = first ? a : b;
        lo[i] = first ? b : a;
    }
    return gal_csr_build(by_hi, scratch, n_net, n_net, n_pair, hi, lo, err);
}

static gal_status weigh_nets(pair_pass *pass, gal_arena *scratch, gal_error *err) {
    const int32_t n_net = pass->list->n_net;
    pass->adamic = GAL_ARENA_ARRAY(scratch, double, n_net);
    pass->allocation = GAL_ARENA_ARRAY(scratch, double, n_net);
    if (!pass->adamic || !pass->allocation) return no_memory(err);
    for (int32_t i = 0; i < n_net; i++) {
        const int32_t n_adj = gal_pex_n_adj(pass->list, i);
        const double d = n_adj > 1 ? n_adj : 1; /* 0: next to rails only, which are not counted */
        pass->adamic[i] = rint(FIXED_POINT / log1p(d)) / FIXED_POINT;
        pass->allocation[i] = rint(FIXED_POINT / d) / FIXED_POINT;
    }
    return GAL_OK;
}

static gal_status fill_all(pair_pass *pass, gal_arena *scratch, const gal_pex_pair *pair,
                           int32_t n_pair, gal_error *err) {
    const int32_t n_net = pass->list->n_net;
    const int team = n_pair >= TEAM_PAIRS ? omp_get_max_threads() : 1;
    gal_csr by_hi;
    GAL_TRY(group_pairs(&by_hi, scratch, pass->context, pair, n_pair, err));
    GAL_TRY(weigh_nets(pass, scratch, err));
    int32_t *marks = GAL_ARENA_ARRAY(scratch, int32_t, (int64_t)team * n_net);
    if (!marks) return no_memory(err);
#pragma omp parallel num_threads(team)
    {
        int32_t *mark = marks + (int64_t)omp_get_thread_num() * n_net;
#pragma omp for schedule(dynamic, TEAM_CHUNK)
        for (int32_t hi = 0; hi < n_net; hi++) fill_pairs_of(pass, &by_hi, hi, mark);
    }
    return GAL_OK;
}

gal_status gal_pex_pair_context(gal_mat out, uint64_t *role, const gal_pex_context *context,
                                const gal_pex_pair *pair, int32_t n_pair, gal_error *err) {
    assert(out.rows == n_pair && out.cols == GAL_PEX_PAIR_CONTEXT);
    pair_pass pass = {.context = context, .list = &context->list, .out = out, .role = role};
    gal_arena scratch;
    gal_arena_init(&scratch);
    const gal_status status = fill_all(&pass, &scratch, pair, n_pair, err);
    gal_arena_clear(&scratch);
    return status;
}
