/* Pre-training over several decks. Steps go in chunks: a chunk starts by asking the net what it
 * answers now, its random numbers follow from its number, and it may end with a checkpoint; so a
 * resumed run takes the same steps. */
#include "tasks/surrogate/pretrained_private.h"

#include "base/file.h"
#include "base/hash.h"
#include "gnn/checkpoint.h"
#include "tasks/surrogate/decoder_train.h"
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 250, LEAST_SAMPLES = 20 };

gal_pretrain_options gal_pretrain_defaults(void) {
    return (gal_pretrain_options){.nets = 2,
                                  .steps = 12000,
                                  .batch = 128,
                                  .rate = 1e-3,
                                  .decay = 0.02,
                                  .invalid_weight = 0.3,
                                  .seed = 1};
}

/* A deck and its samples, as all nets see them. */
typedef struct course {
    gal_surrogate *s;
    gal__surrogate_set set;
    gal__deck_graph graph;
} course;

typedef struct run {
    gal_arena arena;
    course *course; /* [n] */
    int32_t n;
    int64_t n_row; /* training points of all */
    const gal_pretrain_options *options;
    const gal_report *report;
    volatile int stop;
} run;

/* One net in training. */
typedef struct trainee {
    run *r;
    gal__pretrained_net *net;
    gal_adamw adamw;
    int64_t step;
    int32_t number;
    gal__decoder_feed *feed; /* [n] */
    gal_arena arena;         /* of the feeds */
    gal_arena now;           /* of a step */
    double loss;             /* of late */
} trainee;

static gal_status open_course(course *c, run *r, const gal_bench *bench,
                              const gal_surrogate_samples *samples, gal_error *err) {
    const gal_pretrain_options *o = r->options;
    GAL_TRY(gal__surrogate_describe(&c->s, bench, samples, NULL, err));
    GAL_TRY(gal__surrogate_set_new(&c->set, &r->arena, c->s, samples, 0, o->invalid_weight, o->seed,
                                   err));
    r->n_row += c->set.n - c->set.n_check;
    return gal__deck_graph_build(&c->graph, &r->arena, bench, &c->s->scale, err);
}

/* The net's prompt of a course, in t->now. */
static gal_status encode(gal__prompted *p, trainee *t, const course *c, gal_error *err) {
    return gal__deck_encode(p, &t->now, &t->net->encoder, &t->net->decoder, &t->net->params,
                            &c->graph, c->s->order, err);
}

/* Each deck's turn comes as often as it has points. */
static int32_t draw_course(const run *r, gal_rng *rng) {
    int64_t at = (int64_t)(gal_rng_uniform(rng) * (double)r->n_row);
    int32_t i = 0;
    for (; i + 1 < r->n; i++) {
        at -= r->course[i].set.n - r->course[i].set.n_check;
        if (at < 0) break;
    }
    return i;
}

static gal_status step(trainee *t, gal_rng *rng, gal_error *err) {
    const int32_t i = draw_course(t->r, rng);
    const course *c = &t->r->course[i];
    const gal_pretrain_options *o = t->r->options;
    gal_params *params = &t->net->params;
    gal__prompted p;
    gal__decoder_batch batch;
    gal_arena_reset(&t->now);
    GAL_TRY(encode(&p, t, c, err));
    GAL_TRY(gal__decoder_batch_new(&batch, &t->now, &t->net->decoder, &t->feed[i], o->batch, err));
    gal_params_zero_grad(params);
    const double loss = gal__decoder_learn(&batch, &t->net->decoder, params, &p.prompt, &p.d_prompt,
                                           &t->feed[i], rng);
    if (!isfinite(loss))
        return gal_fail(err, GAL_EINVAL, "training diverged at step %lld", (long long)t->step);
    gal__deck_encoder_backward(&t->net->encoder, params, &c->graph, c->s->order, &p.saved,
                               &p.d_prompt);
    gal_grad_clip(params, 1);
    gal_adamw_step(&t->adamw, params, gal__decoder_rate(o->rate, t->step, o->steps));
    t->loss = t->step++ ? 0.99 * t->loss + 0.01 * loss : loss;
    return GAL_OK;
}

static int go_on(trainee *t) {
    const run *r = t->r;
    if (omp_get_thread_num() == 0 && t->step % 10 == 0 &&
        !gal_progress(r->report, "pre-training", t->step, r->options->steps, "net %d loss %.3f",
                      (int)t->number + 1, t->loss))
        t->r->stop = 1;
    return !r->stop;
}

static gal_status chunk(trainee *t, gal_error *err) {
    const int64_t end = t->step + CHUNK;
    gal_rng rng;
    gal_rng_init(&rng, gal_hash_mix(t->r->options->seed, (uint64_t)t->number),
                 1000 + (uint64_t)t->step);
    for (int32_t i = 0; i < t->r->n; i++) {
        gal__prompted p;
        gal_arena_reset(&t->now);
        GAL_TRY(encode(&p, t, &t->r->course[i], err));
        GAL_TRY(gal__decoder_feed_refresh(&t->feed[i], &t->now, &t->net->decoder, &t->net->params,
                                          &p.prompt, err));
    }
    while (t->step < end && t->step < t->r->options->steps) {
        GAL_TRY(step(t, &rng, err));
        if (!go_on(t)) return gal_fail(err, GAL_ECANCELED, "interrupted while pre-training");
    }
    return GAL_OK;
}

/* What a checkpoint belongs to. */
static uint64_t hash_run(const run *r, int32_t number) {
    const gal_pretrain_options *o = r->options;
    const double real[] = {o->rate, o->decay, o->invalid_weight};
    const int64_t whole[] = {o->steps, o->batch, number};
    uint64_t hash = gal_hash_bytes(real, sizeof real, o->seed);
    hash = gal_hash_bytes(whole, sizeof whole, hash);
    for (int32_t i = 0; i < r->n; i++) {
        const gal_mat y = r->course[i].set.y;
        hash = gal_hash_mix(hash, r->course[i].s->hash);
        hash = gal_hash_bytes(y.data, (size_t)(y.rows * y.cols) * sizeof(float), hash);
    }
    return hash;
}

static gal_checkpoint checkpoint_of(trainee *t) {
    return (gal_checkpoint){.params = &t->net->params,
                            .adamw = &t->adamw,
                            .step = t->step,
                            .dataset = hash_run(t->r, t->number)};
}

static gal_status train_net(trainee *t, gal_error *err) {
    const run *r = t->r;
    char path[4096] = "";
    GAL_TRY(gal_adamw_init(&t->adamw, &t->net->params, err));
    t->adamw.decay = r->options->decay;
    t->feed = GAL_ARENA_ARRAY(&t->arena, gal__decoder_feed, r->n);
    if (!t->feed) return gal_fail(err, GAL_ENOMEM, "out of memory for training");
    for (int32_t i = 0; i < r->n; i++)
        GAL_TRY(
            gal__decoder_feed_new(&t->feed[i], &t->arena, r->course[i].s, &r->course[i].set, err));
    gal_checkpoint at = checkpoint_of(t);
    if (r->options->checkpoint)
        snprintf(path, sizeof path, "%s.%d", r->options->checkpoint, (int)t->number);
    if (*path && gal_file_exists(path)) {
        GAL_TRY(gal_checkpoint_load(&at, path, err));
        t->step = at.step;
    }
    while (t->step < r->options->steps) {
        GAL_TRY(chunk(t, err));
        at.step = t->step;
        if (*path) GAL_TRY(gal_checkpoint_save(path, &at, NULL, 0, err));
    }
    return GAL_OK;
}

static gal_status train_nets(gal_pretrained *p, run *r, gal_error *err) {
    gal_error each[GAL__PRETRAINED_MAX_NET] = {0};
#pragma omp parallel for schedule(dynamic, 1)
    for (int32_t i = 0; i < p->n_net; i++) {
        trainee t = {.r = r, .net = &p->net[i], .number = i};
        gal_arena_init(&t.arena);
        gal_arena_init(&t.now);
        if (train_net(&t, &each[i]) != GAL_OK) r->stop = 1;
        gal_adamw_clear(&t.adamw);
        gal_arena_clear(&t.arena);
        gal_arena_clear(&t.now);
    }
    return gal_fail_first(err, each, p->n_net);
}

static gal_status check_options(const gal_surrogate_samples *const *samples, int32_t n,
                                const gal_pretrain_options *o, gal_error *err) {
    if (n < 1) return gal_fail(err, GAL_EINVAL, "no deck to learn from");
    for (int32_t i = 0; i < n; i++)
        if (samples[i]->n < LEAST_SAMPLES)
            return gal_fail(err, GAL_EINVAL, "deck %d has %d points, expected %d or more",
                            (int)i + 1, samples[i]->n, LEAST_SAMPLES);
    if (o->nets < 1 || o->nets > GAL__PRETRAINED_MAX_NET || o->steps < 1 || o->batch < 1 ||
        !(o->rate > 0))
        return gal_fail(err, GAL_EINVAL, "an option of the pre-training is out of range");
    return GAL_OK;
}

static gal_status open_all(gal_pretrained *p, run *r, const gal_bench *const *bench,
                           const gal_surrogate_samples *const *samples, int32_t n, gal_error *err) {
    r->course = GAL_ARENA_ARRAY(&r->arena, course, n);
    if (!r->course) return gal_fail(err, GAL_ENOMEM, "out of memory for %d decks", (int)n);
    for (r->n = 0; r->n < n; r->n++) {
        course *c = &r->course[r->n];
        const gal_status status = open_course(c, r, bench[r->n], samples[r->n], err);
        if (status != GAL_OK) {
            gal_surrogate_destroy(c->s);
            return status;
        }
        p->n_run += samples[r->n]->n_run;
        gal_buf_printf(&p->about, "%s @ %s\n", c->s->deck, c->s->technology);
    }
    GAL_TRY(gal_buf_ok(&p->about, err));
    for (int32_t i = 0; i < r->options->nets; i++)
        GAL_TRY(gal__pretrained_add_net(p, r->options->seed * 1000 + (uint64_t)i, err));
    return GAL_OK;
}

gal_status gal_pretrain(gal_pretrained **pretrained, const gal_bench *const *bench,
                        const gal_surrogate_samples *const *samples, int32_t n,
                        const gal_pretrain_options *options, const gal_report *report,
                        gal_error *err) {
    run r = {.options = options, .report = report};
    gal_pretrained *p;
    *pretrained = NULL;
    GAL_TRY(check_options(samples, n, options, err));
    GAL_TRY(gal__pretrained_new(&p, err));
    gal_arena_init(&r.arena);
    gal_status status = open_all(p, &r, bench, samples, n, err);
    if (status == GAL_OK) status = train_nets(p, &r, err);
    for (int32_t i = 0; i < r.n; i++) gal_surrogate_destroy(r.course[i].s);
    gal_arena_clear(&r.arena);
    if (status == GAL_OK) *pretrained = p;
    else gal_pretrained_destroy(p);
    return status;
}
