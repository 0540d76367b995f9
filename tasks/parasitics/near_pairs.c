#include "tasks/parasitics/near_pairs.h"

#include "base/vec.h"
#include <stdlib.h>
#include <string.h>

/* Most neighbours of a net walked over in two and in three steps; terminals of a long net. */
enum { OVER_ONE = 16, OVER_TWO = 8, LONG_NET = 16, MOST_PAIRS = 50000000 };

typedef struct finder {
    const gal_pex_neighbours *list;
    gal_vec(gal_pex_pair) pair;
    int32_t *stamp; /* [n_net] 1 + the last net that b was found from */
    gal_status status;
} finder;

static void append(finder *f, int32_t a, int32_t b) {
    if (f->status != GAL_OK) return;
    const gal_pex_pair pair = {a < b ? a : b, a < b ? b : a};
    if (f->pair.size >= MOST_PAIRS) f->status = GAL_ELIMIT;
    else if (!gal_vec_push(&f->pair, pair)) f->status = GAL_ENOMEM;
}

/* b finds a as well, unless a is a rail, so that only one of the two reports the pair. */
static void found(finder *f, int32_t a, int32_t b) {
    if (b == a || f->stamp[b] == a + 1) return;
    f->stamp[b] = a + 1;
    if (a < b || f->list->kind[a] != GAL_PEX_SIGNAL) append(f, a, b);
}

/* Nets two steps from a: over c when it is small, or when both ends are long. */
static void walk_two(finder *f, int32_t a, int32_t c) {
    const gal_pex_neighbours *list = f->list;
    const int small = gal_pex_n_adj(list, c) <= OVER_ONE;
    if (!small && list->degree[a] < LONG_NET) return;
    for (int32_t k = list->adj_first[c]; k < list->adj_first[c + 1]; k++) {
        const int32_t b = list->adj[k].net;
        if (small || list->degree[b] >= LONG_NET) found(f, a, b);
    }
}

/* Nets three steps from a, over two small nets c and d. */
static void walk_three(finder *f, int32_t a, int32_t c) {
    const gal_pex_neighbours *list = f->list;
    if (gal_pex_n_adj(list, c) > OVER_TWO) return;
    for (int32_t k = list->adj_first[c]; k < list->adj_first[c + 1]; k++) {
        const int32_t d = list->adj[k].net;
        if (d == a || gal_pex_n_adj(list, d) > OVER_TWO) continue;
        for (int32_t j = list->adj_first[d]; j < list->adj_first[d + 1]; j++)
            found(f, a, list->adj[j].net);
    }
}

static void find_near(finder *f) {
    const gal_pex_neighbours *list = f->list;
    for (int32_t a = 0; a < list->n_net && f->status == GAL_OK; a++)
        for (int32_t k = list->adj_first[a]; k < list->adj_first[a + 1]; k++) {
            found(f, a, list->adj[k].net);
            walk_two(f, a, list->adj[k].net);
            walk_three(f, a, list->adj[k].net);
        }
}

/* Every pair of nets with transistors: of others the features know nothing. */
static void list_all(finder *f) {
    const int32_t n = f->list->n_net, *degree = f->list->degree;
    for (int32_t a = 0; a < n && f->status == GAL_OK; a++)
        for (int32_t b = a + 1; b < n && degree[a] > 0 && f->status == GAL_OK; b++)
            if (degree[b] > 0) append(f, a, b);
}

static int compare_pair(const void *x, const void *y) {
    const gal_pex_pair *p = x, *q = y;
    if (p->a != q->a) return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

static size_t sort_unique(gal_pex_pair *pair, size_t n) {
    size_t kept = 0;
    if (n) qsort(pair, n, sizeof *pair, compare_pair);
    for (size_t i = 0; i < n; i++)
        if (!kept || compare_pair(&pair[kept - 1], &pair[i]) != 0) pair[kept++] = pair[i];
    return kept;
}

static gal_status check_extra(const gal_pex_pair *extra, int32_t n_extra, int32_t n_net,
                              gal_error *err) {
    for (int32_t i = 0; i < n_extra; i++)
        if (extra[i].a < 0 || extra[i].a >= extra[i].b || extra[i].b >= n_net)
            return gal_fail(err, GAL_EINVAL, "pair %d (%d, %d) is no pair of %d nets", (int)i,
                            (int)extra[i].a, (int)extra[i].b, (int)n_net);
    return GAL_OK;
}

/* Copies what was found into the arena and empties the finder. */
static gal_status deliver(gal_pex_pair **pair, int32_t *n_pair, gal_arena *arena, finder *f,
                          gal_error *err) {
    if (f->status == GAL_OK) {
        *n_pair = (int32_t)sort_unique(f->pair.data, f->pair.size);
        *pair = gal_arena_alloc(arena, sizeof **pair * (size_t)*n_pair);
        if (!*pair) f->status = GAL_ENOMEM;
        else if (*n_pair) memcpy(*pair, f->pair.data, sizeof **pair * (size_t)*n_pair);
    }
    gal_vec_free(&f->pair);
    free(f->stamp);
    if (f->status == GAL_ELIMIT)
        return gal_fail(err, GAL_ELIMIT, "more than %d pairs of nets to score", MOST_PAIRS);
    return f->status == GAL_OK ? GAL_OK
                               : gal_fail(err, GAL_ENOMEM, "out of memory for the pairs of nets");
}

gal_status gal_pex_near_pairs(gal_pex_pair **pair, int32_t *n_pair, gal_arena *arena,
                              const gal_pex_neighbours *list, int all, const gal_pex_pair *extra,
                              int32_t n_extra, gal_error *err) {
    *pair = NULL;
    *n_pair = 0;
    GAL_TRY(check_extra(extra, n_extra, list->n_net, err));
    finder f = {.list = list, .stamp = calloc((size_t)list->n_net + 1, sizeof *f.stamp)};
    if (!f.stamp) f.status = GAL_ENOMEM;
    else if (all) list_all(&f);
    else find_near(&f);
    for (int32_t i = 0; i < n_extra; i++) append(&f, extra[i].a, extra[i].b);
    return deliver(pair, n_pair, arena, &f, err);
}
