/* Which nets stand between the two of a pair: a wire that is near to both screens them from each
 * other. */
#include "tasks/parasitics/layout_private.h"

#include <math.h>

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

typedef struct entry {
    int32_t net, pair;
} entry;

typedef struct screens {
    gal_mat x;
    int32_t n_net;
    int32_t *first; /* [n_net + 1] into `entry` */
    entry *entry;   /* of each net, the other nets of its pairs */
    float *near;    /* [n_net] a net's values by the other net, 0 where it has none */
} screens;

static gal_status gather(screens *s, gal_arena *scratch, const gal_pex_pair *pair, int32_t n_pair,
                         gal_error *err) {
    s->first = gal_arena_calloc(scratch, (size_t)s->n_net + 2, sizeof *s->first);
    s->entry = GAL_ARENA_ARRAY(scratch, entry, 2 * (int64_t)n_pair);
    s->near = gal_arena_calloc(scratch, (size_t)s->n_net, sizeof *s->near);
    if (!s->first || !s->entry || !s->near)
        return gal_fail(err, GAL_ENOMEM, "no memory to compare %d pairs of nets", (int)n_pair);
    int32_t *next = s->first + 1; /* where the next entry of a net goes: at last first[n + 1] */
    for (int32_t p = 0; p < n_pair; p++) next[pair[p].a + 1]++, next[pair[p].b + 1]++;
    for (int32_t n = 0; n < s->n_net; n++) next[n + 1] += next[n];
    for (int32_t p = 0; p < n_pair; p++) {
        s->entry[next[pair[p].a]++] = (entry){pair[p].b, p};
        s->entry[next[pair[p].b]++] = (entry){pair[p].a, p};
    }
    return GAL_OK;
}

static int32_t count(const screens *s, int32_t net) {
    return s->first[net + 1] - s->first[net];
}

/* Clearly more: values equal but for rounding are equal. */
static int above(float x, float y) {
    return x > y * 1.001F + 1e-5F;
}

/* A pair of `b` with the net whose values `near` holds. */
static void screen(const screens *s, int k, int32_t pair, int32_t b) {
    static const float least = 1e-6F;
    const int by = screened[k].by;
    float *row = gal_mat_row(s->x, pair);
    const float own = row[by];
    float sum = 0, most = 0;
    int32_t thirds = 0, nearer = 0;
    for (int32_t i = s->first[b]; i < s->first[b + 1]; i++) {
        const entry *e = &s->entry[i];
        const float both = fminf(s->near[e->net], gal_mat_row(s->x, e->pair)[by]);
        sum += both;
        most = fmaxf(most, both);
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
    const entry *begin = s->entry + s->first[a], *end = s->entry + s->first[a + 1];
    for (const entry *e = begin; e < end; e++)
        s->near[e->net] = gal_mat_row(s->x, e->pair)[screened[k].by];
    for (const entry *e = begin; e < end; e++) {
        const int32_t more = count(s, a) - count(s, e->net);
        if (more > 0 || (more == 0 && a < e->net)) screen(s, k, e->pair, e->net);
    }
    for (const entry *e = begin; e < end; e++) s->near[e->net] = 0;
}

gal_status gal__screens_measure(gal_mat x, const gal_pex_pair *pair, int32_t n_pair, int32_t n_net,
                                gal_arena *scratch, gal_error *err) {
    screens s = {.x = x, .n_net = n_net};
    GAL_TRY(gather(&s, scratch, pair, n_pair, err));
    for (int k = 0; k < N_SCREENED; k++)
        for (int32_t a = 0; a < n_net; a++) screen_net(&s, k, a);
    return GAL_OK;
}
