#include "spice/evaluate.h"

#include "spice/evaluate_private.h"
#include <stdlib.h>

/* A point that is being simulated. */
typedef struct slot {
    int32_t index; /* -1: free */
    gal_arena arena;
    gal__eval_layout layout;
} slot;

struct gal_evaluator {
    const gal_bench *bench;
    gal_sim_pool *pool;
    gal__eval_deck *deck; /* [n_corner] */
    slot *slot;           /* [n_slot] one per worker */
    int32_t n_slot;
    gal_arena scratch;
    double *row; /* [n_metric] */
    /* the run in progress */
    const gal_points *points;
    const gal_evaluate_options *options;
    int32_t *order; /* [points->n] sorted by corner */
    double *metric;
    gal_point_result *result;
};

const char *gal_point_status_name(gal_point_status status) {
    static const char *const name[] = {
#define XX(name, text) text,
        GAL_POINT_STATUS_MAP(XX)
#undef XX
    };
    return status < GAL_POINT_STATUSES ? name[status] : "?";
}

void gal_evaluator_destroy(gal_evaluator *e) {
    if (!e) return;
    for (int32_t i = 0; e->deck && i < e->bench->n_corner; i++) gal_buf_clear(&e->deck[i].text);
    for (int32_t i = 0; e->slot && i < e->n_slot; i++) gal_arena_clear(&e->slot[i].arena);
    gal_arena_clear(&e->scratch);
    free(e->deck);
    free(e->slot);
    free(e->row);
    free(e);
}

static gal_status nomem(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for an evaluator");
}

gal_status gal_evaluator_create(gal_evaluator **out, const gal_bench *bench, gal_sim_pool *pool,
                                gal_error *err) {
    *out = NULL;
    if (bench->n_metric == 0)
        return gal_fail_at(err, GAL_EINVAL, bench->path, 0, 0,
                           "nothing to measure: add .meas cards or '*galena measure' lines");
    gal_evaluator *e = calloc(1, sizeof *e);
    if (!e) return nomem(err);
    e->bench = bench;
    e->pool = pool;
    e->n_slot = gal_sim_pool_size(pool);
    gal_arena_init(&e->scratch);
    e->deck = calloc((size_t)bench->n_corner, sizeof *e->deck);
    e->slot = calloc((size_t)e->n_slot, sizeof *e->slot);
    e->row = calloc((size_t)bench->n_metric, sizeof *e->row);
    for (int32_t i = 0; e->slot && i < e->n_slot; i++) {
        gal_arena_init(&e->slot[i].arena);
        e->slot[i].index = -1;
    }
    if (!e->deck || !e->slot || !e->row) return gal_evaluator_destroy(e), nomem(err);
    *out = e;
    return GAL_OK;
}

static slot *find_slot(gal_evaluator *e, int32_t index) {
    for (int32_t i = 0; i < e->n_slot; i++)
        if (e->slot[i].index == index) return &e->slot[i];
    return NULL;
}

static int32_t corner_of(const gal_points *points, int32_t i) {
    return points->corner ? points->corner[i] : 0;
}

static gal__bench_point point_of(const gal_evaluator *e, int32_t i) {
    return (gal__bench_point){.bench = e->bench,
                              .value = e->points->value + (size_t)i * e->bench->n_var,
                              .corner = corner_of(e->points, i)};
}

static gal_status make_job(void *user, gal_sim_job *job, int32_t index, gal_error *err) {
    gal_evaluator *e = user;
    const int32_t i = e->order[index];
    slot *s = find_slot(e, -1); /* the pool has as many jobs under way as workers at most */
    const gal__bench_point point = point_of(e, i);
    const gal__eval_deck *deck = &e->deck[point.corner];
    gal_arena_reset(&s->arena);
    s->index = index;
    return gal__eval_job(job, &s->layout, &s->arena, &point,
                         e->points->seed ? e->points->seed[i] : 0, e->options->cheap, deck, err);
}

static gal_status take_result(void *user, int32_t index, gal_sim_result *result, gal_error *err) {
    gal_evaluator *e = user;
    const int32_t i = e->order[index];
    slot *s = find_slot(e, index);
    const gal__bench_point point = point_of(e, i);
    double *row = e->metric ? e->metric + (size_t)i * e->bench->n_metric : e->row;
    gal_point_result one;
    gal_arena_reset(&e->scratch);
    GAL_TRY(gal__eval_metrics(row, &one, &e->scratch, &point, result, &s->layout, e->options->cheap,
                              err));
    s->index = -1;
    if (e->result) e->result[i] = one;
    return e->options->done ? e->options->done(e->options->user, i, row, &one, err) : GAL_OK;
}

/* Points of one corner follow one another, so that workers seldom load a deck. */
static void sort_by_corner(gal_evaluator *e) {
    int32_t n = 0;
    for (int32_t c = 0; c < e->bench->n_corner; c++)
        for (int32_t i = 0; i < e->points->n; i++)
            if (corner_of(e->points, i) == c) e->order[n++] = i;
}

gal_status gal_evaluator_run(double *metric, gal_point_result *result, gal_evaluator *e,
                             const gal_points *points, const gal_evaluate_options *options,
                             const gal_report *report, gal_error *err) {
    static const gal_evaluate_options plain = {0};
    const gal_sim_stream stream = {e, make_job, take_result};
    e->points = points;
    e->options = options ? options : &plain;
    e->metric = metric;
    e->result = result;
    GAL_TRY(gal__eval_decks(e->deck, e->bench, e->pool, points, err));
    e->order = malloc(((size_t)points->n + 1) * sizeof *e->order);
    if (!e->order) return nomem(err);
    for (int32_t i = 0; i < e->n_slot; i++) e->slot[i].index = -1;
    sort_by_corner(e);
    const gal_status status = gal_sim_pool_stream(e->pool, &stream, points->n, report, err);
    free(e->order);
    e->order = NULL;
    return status;
}
