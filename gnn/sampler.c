#include "gnn/sampler.h"

#include <stdlib.h>
#include <string.h>

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for a sampled subgraph");
}

gal_status gal_sampler_init(gal_sampler *sampler, const gal_csr *csr, gal_error *err) {
    *sampler = (gal_sampler){.csr = csr};
    if (csr->n_row != csr->n_col)
        return gal_fail(err, GAL_EINVAL, "neighbour sampling needs a square CSR, this is %d x %d",
                        (int)csr->n_row, (int)csr->n_col);
    const size_t n = (size_t)csr->n_row + 1;
    sampler->local = malloc(n * sizeof *sampler->local);
    sampler->node = malloc(n * sizeof *sampler->node);
    if (!sampler->local || !sampler->node) {
        gal_sampler_clear(sampler);
        return no_memory(err);
    }
    memset(sampler->local, -1, n * sizeof *sampler->local);
    return GAL_OK;
}

void gal_sampler_clear(gal_sampler *sampler) {
    free(sampler->local);
    free(sampler->node);
    *sampler = (gal_sampler){0};
}

/* The local id of `node`, numbered now if it is new; `n` counts the nodes. */
static int32_t number(gal_sampler *s, int32_t node, int32_t *n) {
    if (s->local[node] < 0) {
        s->node[*n] = node;
        s->local[node] = (*n)++;
    }
    return s->local[node];
}

static int contains(const int32_t *item, int32_t n, int32_t value) {
    for (int32_t i = 0; i < n; i++)
        if (item[i] == value) return 1;
    return 0;
}

/* take < degree distinct positions of a row, by Floyd's algorithm. */
static void choose(int32_t *position, int32_t take, int32_t degree, gal_rng *rng) {
    for (int32_t i = 0; i < take; i++) {
        const int32_t last = degree - take + i, drawn = gal_rng_below(rng, last + 1);
        position[i] = contains(position, i, drawn) ? last : drawn;
    }
}

static void sample_row(gal_sampler *s, int32_t row, int32_t fan_out, int32_t *position,
                       gal_rng *rng, int32_t *n) {
    const int32_t *col = s->csr->col + s->csr->ptr[row];
    const int32_t degree = (int32_t)(s->csr->ptr[row + 1] - s->csr->ptr[row]);
    if (fan_out < 0 || degree <= fan_out) {
        for (int32_t k = 0; k < degree; k++) number(s, col[k], n);
        return;
    }
    choose(position, fan_out, degree, rng);
    for (int32_t k = 0; k < fan_out; k++) number(s, col[position[k]], n);
}

/* The edges between the numbered nodes; rows keep the parent's order. */
static gal_status induce(gal_subgraph *out, gal_arena *arena, const gal_sampler *s,
                         gal_error *err) {
    gal_csr *sub = &out->csr;
    *sub = (gal_csr){.n_row = out->n_node, .n_col = out->n_node};
    sub->ptr = GAL_ARENA_ARRAY(arena, int64_t, (size_t)out->n_node + 1);
    if (!sub->ptr) return no_memory(err);
    for (int32_t i = 0; i < out->n_node; i++) {
        const int64_t *ptr = s->csr->ptr + s->node[i];
        for (int64_t k = ptr[0]; k < ptr[1]; k++) sub->n_edge += s->local[s->csr->col[k]] >= 0;
        sub->ptr[i + 1] = sub->n_edge;
    }
    sub->col = gal_arena_alloc(arena, (size_t)sub->n_edge * sizeof *sub->col);
    sub->edge = gal_arena_alloc(arena, (size_t)sub->n_edge * sizeof *sub->edge);
    out->edge_id = gal_arena_alloc(arena, (size_t)sub->n_edge * sizeof *out->edge_id);
    if (!sub->col || !sub->edge || !out->edge_id) return no_memory(err);
    int32_t e = 0;
    for (int32_t i = 0; i < out->n_node; i++) {
        const int64_t *ptr = s->csr->ptr + s->node[i];
        for (int64_t k = ptr[0]; k < ptr[1]; k++) {
            const int32_t col = s->local[s->csr->col[k]];
            if (col < 0) continue;
            out->edge_id[e] = s->csr->edge[k];
            sub->edge[e] = e;
            sub->col[e++] = col;
        }
    }
    return GAL_OK;
}

/* Numbers the seeds and what the hops reach. */
static gal_status expand(gal_subgraph *out, gal_arena *arena, gal_sampler *s, const int32_t *seed,
                         const int32_t *fan_out, int32_t n_hop, gal_rng *rng, gal_error *err) {
    int32_t widest = 0;
    for (int32_t h = 0; h < n_hop; h++) widest = fan_out[h] > widest ? fan_out[h] : widest;
    if (widest > s->csr->n_row) widest = s->csr->n_row;
    int32_t *position = gal_arena_alloc(arena, (size_t)widest * sizeof *position);
    out->seed = gal_arena_alloc(arena, (size_t)out->n_seed * sizeof *out->seed);
    if (!position || !out->seed) return no_memory(err);
    for (int32_t i = 0; i < out->n_seed; i++) {
        if (seed[i] < 0 || seed[i] >= s->csr->n_row)
            return gal_fail(err, GAL_EINVAL, "seed %d is no node, there are %d", (int)seed[i],
                            (int)s->csr->n_row);
        out->seed[i] = number(s, seed[i], &out->n_node);
    }
    int32_t first = 0;
    for (int32_t h = 0; h < n_hop; h++) {
        const int32_t end = out->n_node;
        for (int32_t i = first; i < end; i++)
            sample_row(s, s->node[i], fan_out[h], position, rng, &out->n_node);
        first = end;
    }
    return GAL_OK;
}

gal_status gal_sampler_draw(gal_subgraph *out, gal_arena *arena, gal_sampler *sampler,
                            const int32_t *seed, int32_t n_seed, const int32_t *fan_out,
                            int32_t n_hop, gal_rng *rng, gal_error *err) {
    *out = (gal_subgraph){.n_seed = n_seed};
    gal_status status = expand(out, arena, sampler, seed, fan_out, n_hop, rng, err);
    if (status == GAL_OK) status = induce(out, arena, sampler, err);
    if (status == GAL_OK) {
        out->node = gal_arena_alloc(arena, (size_t)out->n_node * sizeof *out->node);
        if (!out->node) status = no_memory(err);
        else if (out->n_node)
            memcpy(out->node, sampler->node, (size_t)out->n_node * sizeof *out->node);
    }
    for (int32_t i = 0; i < out->n_node; i++) sampler->local[sampler->node[i]] = -1;
    return status;
}
