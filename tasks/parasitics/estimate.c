#include "tasks/parasitics/estimate.h"

#include "base/hash.h"
#include "tasks/parasitics/features.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The trees count for this many labels of a role: the handful that standard cells share say less
 * than the trees do, the hundreds of an array more. */
static const float role_shrink = 100;
enum { ROLE_LEAST = 20 };

/* The forests. Few columns tried at a node, for trees that differ, and wide leaves carry over
 * better to pairs of cells larger and stranger than any in training. Large tables repeat
 * themselves: a tree draws some rows (existence, learnt from all pairs, needs more). Nodes keep a
 * model file below 5 MB. */
static const gal_trees_options forest[GAL_PEX_N_TARGET] = {
    [GAL_PEX_GROUND] = {.min_leaf = 2, .features = 0.4, .max_rows = 20000, .max_nodes = 240000},
    [GAL_PEX_TOTAL] = {.min_leaf = 2, .features = 0.4, .max_rows = 20000, .max_nodes = 240000},
    [GAL_PEX_COUPLE] = {.min_leaf = 2, .features = 0.15, .max_rows = 20000, .max_nodes = 1100000},
    [GAL_PEX_EXIST] = {.min_leaf = 5, .features = 0.1, .max_rows = 40000, .max_nodes = 420000}};

/* Large tables get fewer trees, then larger leaves, of which SMALL_LEAF samples hardly cost
 * accuracy yet. */
enum { SMALL_LEAF = 3, LEAST_TREES = 40 };

/* Rows worth a team of threads. */
enum { TEAM_ROWS = 1000 };

/* The trees learn the labels less this share of the trend: with all of it they inherit its errors.
 */
static const double trend_share = 0.6;

/* Trees and trend, made of small cells, put the couplings of larger ones too low, about alike
 * whatever the features of the pair. So couplings grow with this power of the cell's structurally
 * different nets (of foundry and magic; an array does not count for more than its cell), up to
 * about those of a window of the layout. Found with models of training cells up to 12, 20 and 30
 * fingers and the larger ones of other families (protocol.sh, row sizes). */
static const double growth[GAL_N_EXTRACTOR] = {0.4, 0.1};
enum { MOST_PLACES = 128 };

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the physical estimate");
}

gal_pex_estimate_options gal_pex_estimate_defaults(void) {
    return (gal_pex_estimate_options){.folds = 5, .trees = 200, .max_pair = 15000, .seed = 1};
}

void gal_pex_estimator_clear(gal_pex_estimator *estimator) {
    for (int t = 0; t < GAL_PEX_N_TARGET; t++) gal_trees_destroy(estimator->trees[t]);
    for (int e = 0; e < GAL_N_EXTRACTOR; e++)
        for (int t = 0; t < GAL_PEX_N_SIZE; t++) gal_pex_trend_clear(&estimator->trend[e][t]);
    gal_roles_clear(&estimator->roles);
    *estimator = (gal_pex_estimator){0};
}

void gal_pex_estimate_clear(gal_pex_estimate *estimate) {
    free(estimate->mean[GAL_PEX_GROUND]);
    *estimate = (gal_pex_estimate){0};
}

static gal_status estimate_new(gal_pex_estimate *estimate, const gal_pex_case *pex,
                               gal_error *err) {
    const size_t n_net = (size_t)pex->graph.n_net, n_pair = (size_t)pex->n_pair;
    float *next = calloc(4 * n_net + 4 * n_pair + 1, sizeof *next);
    *estimate = (gal_pex_estimate){0};
    if (!next) return no_memory(err);
    for (int t = 0; t < GAL_PEX_N_SIZE; t++) {
        const size_t n = (size_t)gal_pex_n_sample(pex, t);
        estimate->mean[t] = next;
        estimate->spread[t] = next + n;
        next += 2 * n;
    }
    estimate->exist = next;
    estimate->own = next + n_pair;
    return GAL_OK;
}

/* Training rows of one target over several cases. */
typedef struct table {
    gal_arena arena;
    gal_mat x; /* rows so far; capacity rows are allocated */
    float *y;
    float *weight;                  /* of each row: large circuits repeat themselves */
    uint8_t *extractor;             /* of each row */
    float *keep;                    /* each row's chance to be drawn: table_even */
    int64_t count[GAL_N_EXTRACTOR]; /* rows per extractor */
} table;

static gal_status table_new(table *t, int64_t capacity, int32_t cols, gal_error *err) {
    gal_arena_init(&t->arena);
    t->x = gal_mat_new(&t->arena, capacity, cols);
    t->x.rows = 0;
    t->y = gal_arena_alloc(&t->arena, ((size_t)capacity + 1) * sizeof *t->y);
    t->weight = gal_arena_alloc(&t->arena, ((size_t)capacity + 1) * sizeof *t->weight);
    t->extractor = gal_arena_alloc(&t->arena, (size_t)capacity + 1);
    t->keep = gal_arena_alloc(&t->arena, ((size_t)capacity + 1) * sizeof *t->keep);
    return t->x.data && t->y && t->weight && t->extractor && t->keep ? GAL_OK : no_memory(err);
}

/* What the size of its cell adds to the log10 of a coupling. */
static double growth_of(const gal_pex_case *pex) {
    const int32_t places = pex->n_place < MOST_PLACES ? pex->n_place : MOST_PLACES;
    return growth[gal_technology_extractor(&pex->tech)] * log10(places > 1 ? places : 1);
}

/* A row of a circuit with about `n` of them. */
static void table_add(table *t, float y, const float *row, gal_extractor extractor, int32_t n) {
    const int64_t at = t->x.rows++;
    t->y[at] = y;
    t->weight[at] = 1 / sqrtf((float)n);
    t->extractor[at] = (uint8_t)extractor;
    t->count[extractor]++;
    memcpy(gal_mat_row(t->x, at), row, (size_t)t->x.cols * sizeof *row);
}

/* Every extractor has the same say in a tree, however many labels it has. Returns the rows that a
 * tree draws on average. */
static double table_even(table *t) {
    int64_t least = INT64_MAX;
    double drawn = 0;
    for (int e = 0; e < GAL_N_EXTRACTOR; e++)
        if (t->count[e] > 0 && t->count[e] < least) least = t->count[e];
    for (int64_t r = 0; r < t->x.rows; r++) {
        t->keep[r] = (float)least / (float)t->count[t->extractor[r]];
        drawn += (double)t->keep[r];
    }
    return drawn;
}

/* Which cases take part: all, or all but those of one fold. */
typedef struct selection {
    const gal_pex_set *set;
    const int *fold; /* [set->n] */
    int left_out;    /* -1: none */
} selection;

static int takes_part(const selection *s, int32_t i) {
    return s->set->item[i].ground && (s->left_out < 0 || s->fold[i] != s->left_out);
}

/* Brings the lengths of n rows of net features from um to pitches. */
static void to_pitches(gal_mat x, const gal_technology *tech) {
    const float pitch = (float)gal_technology_pitch(tech->value);
    for (int64_t r = 0; r < x.rows; r++) {
        float *row = gal_mat_row(x, r);
        for (int32_t c = 0; c < GAL_PEX_LAYOUT_NET; c++)
            for (int k = 0; k < gal_pex_layout_net_power[c]; k++) row[c] /= pitch;
    }
}

static gal_status net_table(table *t, const selection *s, gal_pex_target target, gal_error *err) {
    int64_t rows = 0;
    for (int32_t i = 0; i < s->set->n; i++) rows += s->set->item[i].graph.n_net;
    GAL_TRY(table_new(t, rows, gal__pex_target_columns(target), err));
    for (int32_t i = 0; i < s->set->n; i++) {
        const gal_pex_case *pex = &s->set->item[i];
        if (!takes_part(s, i)) continue;
        const gal_extractor extractor = gal_technology_extractor(&pex->tech);
        const int64_t first = t->x.rows;
        for (int32_t n = 0; n < pex->graph.n_net; n++) {
            const float y = gal_pex_labels(pex, target)[n];
            if (!isnan(y)) table_add(t, y, gal_mat_row(pex->net_x, n), extractor, pex->graph.n_net);
        }
        to_pitches(gal_mat_rows(t->x, first, t->x.rows - first), &pex->tech);
    }
    return GAL_OK;
}

/* Keeps pair p of a case with `n` pairs of its kind so that about `max` remain; a fixed choice. */
static int sampled(int32_t p, int32_t n, int32_t max) {
    if (n <= max) return 1;
    uint32_t x = (uint32_t)p * 2654435761u;
    x ^= x >> 15;
    return (double)(x * 2246822519u >> 8) / 16777216.0 < (double)max / n;
}

static int32_t count_coupled(const gal_pex_case *pex) {
    int32_t n = 0;
    for (int32_t p = 0; p < pex->n_pair; p++) n += !isnan(pex->couple[p]);
    return n;
}

/* Whether a pair couples at all is told without third nets: in cells larger than those of training
 * they mislead. */
int32_t gal__pex_target_columns(gal_pex_target target) {
    return target < GAL_PEX_COUPLE    ? GAL_PEX_NET_FEATURES
           : target == GAL_PEX_COUPLE ? GAL_PEX_PAIR_FEATURES
                                      : GAL_PEX_PAIR_FEATURES - GAL_LAYOUT_PAIR_GATE_A;
}

/* A target of pairs sees the last columns. */
static gal_mat pair_columns(const gal_pex_case *pex, gal_pex_target target) {
    const int32_t cols = gal__pex_target_columns(target);
    return gal_mat_cols(pex->pair_x, GAL_PEX_PAIR_FEATURES - cols, cols);
}

static gal_status pair_table(table *t, const selection *s, gal_pex_target target, int32_t max_pair,
                             gal_error *err) {
    int64_t rows = 0;
    for (int32_t i = 0; i < s->set->n; i++) rows += s->set->item[i].n_pair;
    GAL_TRY(table_new(t, rows, gal__pex_target_columns(target), err));
    for (int32_t i = 0; i < s->set->n; i++) {
        const gal_pex_case *pex = &s->set->item[i];
        if (!takes_part(s, i)) continue;
        const gal_mat x = pair_columns(pex, target);
        const gal_extractor extractor = gal_technology_extractor(&pex->tech);
        const int32_t coupled = count_coupled(pex), others = pex->n_pair - coupled;
        const double grown = growth_of(pex);
        for (int32_t p = 0; p < pex->n_pair; p++) {
            const int couples = !isnan(pex->couple[p]);
            if (target == GAL_PEX_COUPLE && !couples) continue;
            if (!sampled(p, couples ? coupled : others, couples ? max_pair : 2 * max_pair))
                continue;
            const float y =
                target == GAL_PEX_COUPLE ? pex->couple[p] - (float)grown : (float)couples;
            table_add(t, y, gal_mat_row(x, p), extractor, couples ? coupled : others);
        }
    }
    return GAL_OK;
}

gal_status gal__pex_trend_new(gal_pex_trend *trend, gal_pex_target target, gal_error *err) {
    const int32_t n = gal__pex_target_columns(target);
    const gal_pex_trend_form pairs = {.n = n, .n_sum = GAL_PEX_LAYOUT_PAIR, .stack = -1};
    const gal_pex_trend_form nets = {.n = n,
                                     .n_sum = GAL_PEX_LAYOUT_NET,
                                     .stack = GAL_LAYOUT_NET_STACK,
                                     .power = gal_pex_layout_net_power};
    return gal_pex_trend_new(trend, target == GAL_PEX_COUPLE ? &pairs : &nets, err);
}

/* The trend of an extractor; without labels of its own, the other's. */
static const gal_pex_trend *trend_of(const gal_pex_estimator *estimator, int extractor,
                                     gal_pex_target target) {
    const gal_pex_trend *trend = &estimator->trend[extractor][target];
    for (int e = 0; e < GAL_N_EXTRACTOR && trend->form.n == 0; e++)
        trend = &estimator->trend[e][target];
    return trend;
}

/* Fits the trends of one target and takes their share off the labels. */
static gal_status fit_trends(gal_pex_estimator *estimator, table *t, gal_pex_target target,
                             gal_error *err) {
    float *weight = malloc(((size_t)t->x.rows + 1) * sizeof *weight);
    gal_status status = weight ? GAL_OK : no_memory(err);
    for (int e = 0; status == GAL_OK && e < GAL_N_EXTRACTOR; e++) {
        gal_pex_trend *trend = &estimator->trend[e][target];
        if (t->count[e] == 0) continue;
        for (int64_t r = 0; r < t->x.rows; r++) weight[r] = t->extractor[r] == e ? t->weight[r] : 0;
        status = gal__pex_trend_new(trend, target, err);
        if (status == GAL_OK) status = gal_pex_trend_fit(trend, t->x, t->y, weight, err);
    }
    for (int64_t r = 0; status == GAL_OK && r < t->x.rows; r++) {
        const gal_pex_trend *trend = trend_of(estimator, t->extractor[r], target);
        t->y[r] -= (float)(trend_share * gal_pex_trend_at(trend, gal_mat_row(t->x, r)));
    }
    free(weight);
    return status;
}

/* As many of `count` trees as fit at small leaves: a tree has about 1.3 nodes per row and leaf. */
static int32_t fitting_trees(int32_t count, double rows, const gal_trees_options *o) {
    const int32_t leaf = o->min_leaf > SMALL_LEAF ? o->min_leaf : SMALL_LEAF;
    const double nodes = 1.3 * fmin(rows, o->max_rows) / leaf;
    const int32_t fit = (int32_t)((double)o->max_nodes / fmax(nodes, 1));
    const int32_t least = count < LEAST_TREES ? count : LEAST_TREES;
    return fit > count ? count : fit < least ? least : fit;
}

static gal_status fit_target(gal_pex_estimator *estimator, const selection *s,
                             gal_pex_target target, const gal_pex_estimate_options *o,
                             gal_error *err) {
    gal_trees_options options = forest[target];
    options.seed = gal_hash_mix(o->seed, (uint64_t)target);
    table t = {0};
    gal_status status = target < GAL_PEX_COUPLE ? net_table(&t, s, target, err)
                                                : pair_table(&t, s, target, o->max_pair, err);
    if (status == GAL_OK && target < GAL_PEX_N_SIZE)
        status = fit_trends(estimator, &t, target, err);
    if (status == GAL_OK) {
        options.count = fitting_trees(o->trees, table_even(&t), &options);
        options.keep = t.keep;
        status = gal_trees_train(&estimator->trees[target], t.x, t.y, &options, err);
    }
    gal_arena_clear(&t.arena);
    return status;
}

static gal_status fit_roles(gal_roles *roles, const selection *s, gal_error *err) {
    for (int32_t i = 0; i < s->set->n; i++) {
        const gal_pex_case *pex = &s->set->item[i];
        if (!takes_part(s, i)) continue;
        for (int32_t p = 0; p < pex->n_pair; p++)
            if (!isnan(pex->couple[p]))
                GAL_TRY(gal_roles_add(roles, pex->pair_role + (size_t)p * GAL_PEX_N_ROLE,
                                      GAL_PEX_N_ROLE, pex->couple[p], err));
    }
    return gal_roles_finish(roles, ROLE_LEAST, err);
}

/* All targets of the selected cases. */
static gal_status fit(gal_pex_estimator *estimator, const selection *s,
                      const gal_pex_estimate_options *options, gal_error *err) {
    for (int t = 0; t < GAL_PEX_N_TARGET; t++)
        GAL_TRY(fit_target(estimator, s, (gal_pex_target)t, options, err));
    return fit_roles(&estimator->roles, s, err);
}

/* Trees are sure of what they never saw otherwise; the logit stays within +-8.5. */
static float to_logit(float probability) {
    const float p = fminf(fmaxf(probability, 2e-4f), 1 - 2e-4f);
    return logf(p / (1 - p));
}

static void apply_exist(gal_pex_estimate *out, const gal_pex_estimator *estimator,
                        const gal_pex_case *pex) {
    gal_trees_predict(out->exist, NULL, estimator->trees[GAL_PEX_EXIST],
                      pair_columns(pex, GAL_PEX_EXIST));
    for (int32_t p = 0; p < pex->n_pair; p++) out->exist[p] = to_logit(out->exist[p]);
}

static void apply_size(gal_pex_estimate *out, const gal_pex_estimator *estimator,
                       gal_pex_target target, const gal_pex_case *pex, gal_mat x) {
    const gal_pex_trend *trend = trend_of(estimator, gal_technology_extractor(&pex->tech), target);
    float *mean = out->mean[target];
    gal_trees_predict(mean, out->spread[target], estimator->trees[target], x);
#pragma omp parallel for schedule(static) if (x.rows > TEAM_ROWS)
    for (int64_t r = 0; r < x.rows; r++)
        mean[r] += (float)(trend_share * gal_pex_trend_at(trend, gal_mat_row(x, r)));
}

static gal_status apply_nets(gal_pex_estimate *out, const gal_pex_estimator *estimator,
                             const gal_pex_case *pex, gal_error *err) {
    gal_arena arena;
    gal_arena_init(&arena);
    const gal_mat x = gal_mat_new(&arena, pex->net_x.rows, pex->net_x.cols);
    const gal_status status = x.data ? GAL_OK : no_memory(err);
    if (status == GAL_OK) {
        gal_mat_copy(x, pex->net_x);
        to_pitches(x, &pex->tech);
        apply_size(out, estimator, GAL_PEX_GROUND, pex, x);
        apply_size(out, estimator, GAL_PEX_TOTAL, pex, x);
    }
    gal_arena_clear(&arena);
    return status;
}

static void apply_pairs(gal_pex_estimate *out, const gal_pex_estimator *estimator,
                        const gal_pex_case *pex) {
    const float grown = (float)growth_of(pex);
    float *mean = out->mean[GAL_PEX_COUPLE];
    apply_size(out, estimator, GAL_PEX_COUPLE, pex, pex->pair_x);
    for (int32_t p = 0; p < pex->n_pair; p++) {
        mean[p] = gal_roles_apply(&estimator->roles, pex->pair_role + (size_t)p * GAL_PEX_N_ROLE,
                                  GAL_PEX_N_ROLE, mean[p] + grown, role_shrink, &out->own[p]);
        out->spread[GAL_PEX_COUPLE][p] *= sqrtf(out->own[p]);
    }
}

/* Fills an allocated estimate. */
static gal_status apply(gal_pex_estimate *out, const gal_pex_estimator *estimator,
                        const gal_pex_case *pex, gal_error *err) {
    apply_exist(out, estimator, pex);
    apply_pairs(out, estimator, pex);
    return apply_nets(out, estimator, pex, err);
}

gal_status gal_pex_estimate_case(gal_pex_estimate *out, const gal_pex_estimator *estimator,
                                 const gal_pex_case *pex, gal_error *err) {
    GAL_TRY(estimate_new(out, pex, err));
    const gal_status status = apply(out, estimator, pex, err);
    if (status != GAL_OK) gal_pex_estimate_clear(out);
    return status;
}

gal_status gal_pex_estimate_likely(gal_pex_estimate *out, const gal_pex_estimator *estimator,
                                   gal_pex_case *pex, gal_error *err) {
    GAL_TRY(estimate_new(out, pex, err));
    uint8_t *keep = malloc((size_t)pex->n_pair + 1);
    if (!keep) return gal_pex_estimate_clear(out), no_memory(err);
    apply_exist(out, estimator, pex);
    for (int32_t p = 0, n = 0; p < pex->n_pair; p++) {
        keep[p] = out->exist[p] >= 0;
        if (keep[p]) out->exist[n++] = out->exist[p];
    }
    gal_pex_case_keep_pairs(pex, keep);
    free(keep);
    apply_pairs(out, estimator, pex);
    const gal_status status = apply_nets(out, estimator, pex, err);
    if (status != GAL_OK) gal_pex_estimate_clear(out);
    return status;
}

void gal__pex_assign_folds(int *fold, uint64_t *hash, const gal_pex_set *set, int folds,
                           uint64_t seed) {
    for (int32_t i = 0; i < set->n; i++) hash[i] = gal_hash_mix(seed, set->group[i]);
    const int64_t n = gal_hash_unique(hash, set->n);
    for (int32_t i = 0; i < set->n; i++) {
        const uint64_t mine = gal_hash_mix(seed, set->group[i]);
        const uint64_t *at = bsearch(&mine, hash, (size_t)n, sizeof mine, gal_hash_compare);
        fold[i] = (int)((at - hash) % folds);
    }
}

/* Estimates every case by an estimator that never saw its fold. */
static gal_status cross_fit(gal_pex_estimate *estimate, const gal_pex_set *set, const int *fold,
                            const gal_pex_estimate_options *options, const gal_report *report,
                            gal_error *err) {
    for (int k = 0; k < options->folds; k++) {
        const selection s = {set, fold, k};
        gal_pex_estimator part = {0};
        gal_status status = fit(&part, &s, options, err);
        for (int32_t i = 0; status == GAL_OK && i < set->n; i++)
            if (fold[i] == k) status = apply(&estimate[i], &part, &set->item[i], err);
        gal_pex_estimator_clear(&part);
        if (status != GAL_OK) return status;
        if (!gal_progress(report, "cross-fitting", k + 1, options->folds, " "))
            return gal_fail(err, GAL_ECANCELED, "interrupted");
    }
    return GAL_OK;
}

gal_status gal_pex_estimator_train(gal_pex_estimator *estimator, gal_pex_estimate *estimate,
                                   const gal_pex_set *set, const gal_pex_estimate_options *options,
                                   const gal_report *report, gal_error *err) {
    *estimator = (gal_pex_estimator){0};
    int *fold = malloc(((size_t)set->n + 1) * sizeof *fold);
    uint64_t *hash = malloc(((size_t)set->n + 1) * sizeof *hash);
    const selection all = {set, fold, -1};
    gal_status status = fold && hash ? GAL_OK : no_memory(err);
    if (status == GAL_OK) gal__pex_assign_folds(fold, hash, set, options->folds, options->seed);
    for (int32_t i = 0; status == GAL_OK && i < set->n; i++)
        status = estimate_new(&estimate[i], &set->item[i], err);
    if (status == GAL_OK) status = cross_fit(estimate, set, fold, options, report, err);
    if (status == GAL_OK) status = fit(estimator, &all, options, err);
    free(fold);
    free(hash);
    if (status != GAL_OK) gal_pex_estimator_clear(estimator);
    return status;
}
