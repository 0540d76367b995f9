/* Which nets stand between the two of a pair: a wire that is near to both screens them from each
 * other. */
#include "tasks/parasitics/layout_private.h"

#include "base/csr.h"

static const struct {
    int by, unscreened, to_mean, to_most;
} screened[] = {
#define XX(name)                                                                                   \
    {GAL_LAYOUT_PAIR_##name, GAL_LAYOUT_PAIR_UNSCREENED_##name, GAL_LAYOUT_PAIR_TO_MEAN_##name,    \
     GAL_LAYOUT_PAIR_TO_MOST_##name},
    GAL_LAYOUT_SCREENED_MAP(XX)
#undef XX
};

enum { N_SCREENED = sizeof screened / sizeof *screened };

typedef struct screens {
    gal_mat x;
    gal_csr csr; /* nets to the other nets of their pairs; edges 2 p and 2 p + 1 are pair p */
    float *near; /* [n_net] a net's values by the other net, 0 where it has none */
} screens;

static gal_status gather(screens *s, gal_arena *scratch, const gal_pex_pair *pair, int32_t n_pair,
                         int32_t n_net, gal_error *err) {
    int32_t *row = GAL_ARENA_ARRAY(scratch, int32_t, 2 * (int64_t)n_pair);
    int32_t *col = GAL_ARENA_ARRAY(scratch, int32_t, 2 * (int64_t)n_pair);
    s->near = gal_arena_calloc(scratch, (size_t)n_net, sizeof *s->near);
    if (!row || !col || !s->near)
        return gal_fail(err, GAL_ENOMEM, "no memory to compare %d pairs of nets", (int)n_pair);
    for (int32_t p = 0; p < n_pair; p++) {
        row[2 * (int64_t)p] = col[2 * (int64_t)p + 1] = pair[p].a;
        col[2 * (int64_t)p] = row[2 * (int64_t)p + 1] = pair[p].b;
    }
    return gal_csr_build(&s->csr, scratch, n_net, n_net, 2 * (int64_t)n_pair, row, col, err);
}

static int64_t count(const screens *s, int32_t net) {
    return s->csr.ptr[net + 1] - s->csr.ptr[net];
}

/* The columns of the pair behind an entry. */
static float *row_of(const screens *s, int64_t entry) {
    return gal_mat_row(s->x, s->csr.edge[entry] / 2);
}

/* Clearly more: values equal but for rounding are equal. */
static int above(float x, float y) {
    return x > y * 1.001F + 1e-5F;
}

/* The pair `row` of `b` with the net whose values `near` holds. */
static void screen(const screens *s, int k, float *row, int32_t b) {
    static const float least = 1e-6F;
    const int by = screened[k].by;
    const float own = row[by];
    float sum = 0, most = 0;
    int32_t thirds = 0, nearer = 0;
    for (int64_t i = s->csr.ptr[b]; i < s->csr.ptr[b + 1]; i++) {
        const float to_a = s->near[s->csr.col[i]], to_b = row_of(s, i)[by];
        const float both = to_a < to_b ? to_a : to_b;
        sum += both;
        most = most > both ? most : both;
        thirds += above(both, 0);
        nearer += above(both, own);
    }
    const float n = (float)(thirds + 1);
    row[screened[k].unscreened] = above(own, 0) ? 1 - (float)nearer / n : 0;
    row[screened[k].to_mean] = own / (own + sum / n + least);
    row[screened[k].to_most] = own / (own + most + least);
}

/* The pairs of net `a` with nets of fewer pairs: their lists are the shorter ones to walk. */
static void screen_net(const screens *s, int k, int32_t a) {
    const int64_t begin = s->csr.ptr[a], end = s->csr.ptr[a + 1];
    for (int64_t i = begin; i < end; i++) s->near[s->csr.col[i]] = row_of(s, i)[screened[k].by];
    for (int64_t i = begin; i < end; i++) {
        const int32_t b = s->csr.col[i];
        const int64_t more = count(s, a) - count(s, b);
        if (more > 0 || (more == 0 && a < b)) screen(s, k, row_of(s, i), b);
    }
    for (int64_t i = begin; i < end; i++) s->near[s->csr.col[i]] = 0;
}

gal_status gal__screens_measure(gal_mat x, const gal_pex_pair *pair, int32_t n_pair, int32_t n_net,
                                gal_arena *scratch, gal_error *err) {
    screens s = {.x = x};
    GAL_TRY(gather(&s, scratch, pair, n_pair, n_net, err));
    for (int k = 0; k < N_SCREENED; k++)
        for (int32_t a = 0; a < n_net; a++) screen_net(&s, k, a);
    return GAL_OK;
}
