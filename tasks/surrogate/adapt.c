/* From a pre-trained model to a surrogate's decoders: the prompt that the deck's graph gives, then
 * low-rank adaptation of everything to the samples. */
#include "tasks/surrogate/pretrained_private.h"

#include "gnn/lora.h"
#include "gnn/optim.h"
#include "tasks/surrogate/decoder_train.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#define RATE 1e-3
#define DECAY 0.02
enum { BATCH = 64, LEAST_STEPS = 1500, STEPS_PER_ROOT = 95, CHUNK = 250 };

/* The pre-trained weights and the prompt of the deck's graph. */
static gal_status start(gal__surrogate_decoder *d, const gal__pretrained_net *net,
                        const gal_surrogate *s, const gal__deck_graph *graph, gal_error *err) {
    const gal__prompt prompt = gal__surrogate_prompt(d, 0);
    gal__deck_encoder_saved saved;
    gal_arena arena;
    for (int32_t i = 0; i < d->params.n_param; i++) {
        const int32_t from = gal_params_find(&net->params, d->params.param[i].name);
        if (from >= 0)
            gal_mat_copy(gal_params_value(&d->params, i), gal_params_value(&net->params, from));
    }
    gal_arena_init(&arena);
    const gal_status status =
        gal__deck_encoder_saved_new(&saved, &arena, &net->encoder, graph, err);
    if (status == GAL_OK)
        gal__deck_encoder_forward(&prompt, &saved, &net->encoder, &net->params, graph, s->order);
    gal_arena_clear(&arena);
    return status;
}

/* One decoder in adaptation. */
typedef struct pupil {
    gal__surrogate_decoder *decoder;
    gal__decoder_feed feed;
    gal__decoder_batch batch;
    gal_lora lora;
    gal_adamw adamw;
    gal_arena arena, now;
    int64_t step, steps;
    const gal_report *report;
    volatile int *stop;
} pupil;

static gal_status step(pupil *t, gal_rng *rng, double *loss, gal_error *err) {
    gal__surrogate_decoder *d = t->decoder;
    gal_lora_apply(&t->lora, &d->params);
    const gal__prompt prompt = gal__surrogate_prompt(d, 0), d_prompt = gal__surrogate_prompt(d, 1);
    if (t->step % CHUNK == 0) {
        gal_arena_reset(&t->now);
        GAL_TRY(gal__decoder_feed_refresh(&t->feed, &t->now, &d->net, &d->params, &prompt, err));
    }
    gal_params_zero_grad(&d->params);
    gal_params_zero_grad(&t->lora.low);
    *loss = gal__decoder_learn(&t->batch, &d->net, &d->params, &prompt, &d_prompt, &t->feed, rng);
    if (!isfinite(*loss))
        return gal_fail(err, GAL_EINVAL, "adaptation diverged at step %lld", (long long)t->step);
    gal_lora_gradients(&t->lora, &d->params);
    gal_grad_clip(&t->lora.low, 1);
    gal_adamw_step(&t->adamw, &t->lora.low, gal__decoder_rate(RATE, t->step, t->steps));
    t->step++;
    return GAL_OK;
}

static gal_status adapt(pupil *t, const gal_surrogate *s, const gal__surrogate_set *set,
                        int32_t rank, uint64_t seed, gal_error *err) {
    double loss, shown = 0;
    gal_rng rng;
    gal_rng_init(&rng, seed, 5);
    GAL_TRY(gal_lora_init(&t->lora, &t->decoder->params, rank, &rng, err));
    GAL_TRY(gal_adamw_init(&t->adamw, &t->lora.low, err));
    t->adamw.decay = DECAY;
    GAL_TRY(gal__decoder_feed_new(&t->feed, &t->arena, s, set, err));
    GAL_TRY(gal__decoder_batch_new(&t->batch, &t->arena, &t->decoder->net, &t->feed, BATCH, err));
    while (t->step < t->steps) {
        GAL_TRY(step(t, &rng, &loss, err));
        shown = t->step > 1 ? 0.98 * shown + 0.02 * loss : loss;
        if (t->report && (t->step % 10 == 0 || t->step == t->steps) &&
            !gal_progress(t->report, "adapting", t->step, t->steps, "loss %.3f", shown))
            *t->stop = 1;
        if (*t->stop) return gal_fail(err, GAL_ECANCELED, "interrupted while adapting");
    }
    gal_lora_apply(&t->lora, &t->decoder->params);
    return GAL_OK;
}

static gal_status adapt_all(gal_surrogate *s, const gal__surrogate_set *set,
                            const gal_surrogate_options *options, const gal_report *report,
                            gal_error *err) {
    gal_error each[GAL__SURROGATE_MAX_DECODER] = {0};
    volatile int stop = 0;
    const int64_t wanted = (int64_t)(STEPS_PER_ROOT * sqrt((double)set->n));
    const int64_t steps = options->adapt_steps   ? options->adapt_steps
                          : wanted > LEAST_STEPS ? wanted
                                                 : LEAST_STEPS;
#pragma omp parallel for schedule(dynamic, 1)
    for (int32_t i = 0; i < s->n_decoder; i++) {
        pupil t = {.decoder = &s->decoder[i],
                   .steps = steps,
                   .report = omp_get_thread_num() ? NULL : report,
                   .stop = &stop};
        gal_arena_init(&t.arena);
        gal_arena_init(&t.now);
        if (adapt(&t, s, set, options->rank, options->seed * 64 + (uint64_t)i, &each[i]) != GAL_OK)
            stop = 1;
        gal_lora_clear(&t.lora);
        gal_adamw_clear(&t.adamw);
        gal_arena_clear(&t.arena);
        gal_arena_clear(&t.now);
    }
    return gal_fail_first(err, each, s->n_decoder);
}

enum { SHARES = 5, EVEN = SHARES / 2 };

/* error [n_check]: of each held-out point at the present share, squared, limited as the loss limits
 * it; 0 where it is not valid. */
static gal_status held_out_error(double *error, const gal_surrogate *s, gal_mat x,
                                 const gal__surrogate_set *set, gal_error *err) {
    gal_arena arena;
    gal__surrogate_output out;
    gal_arena_init(&arena);
    gal_status status = gal__surrogate_output_new(&out, &arena, s, x.rows, err);
    if (status == GAL_OK) status = gal__surrogate_ensemble(&out, &arena, s, x, (gal_mat){0}, err);
    for (int32_t r = 0; status == GAL_OK && r < set->n_check; r++) {
        const float *y = gal_mat_row(set->y, set->index[r]), *mean = gal_mat_row(out.mean, r);
        error[r] = 0;
        for (int32_t m = 0; set->valid[set->index[r]] > 0 && m < s->scale.n_metric; m++) {
            const double e = (double)(mean[m] - y[m]);
            if (!isnan(e)) error[r] += fmin(e * e, 2 * fabs(e));
        }
    }
    gal_arena_clear(&arena);
    return status;
}

/* How much a beats b over n points, less the standard error of that. */
static double advantage(const double *a, const double *b, int32_t n) {
    double sum = 0, square = 0;
    for (int32_t i = 0; i < n; i++) {
        sum += b[i] - a[i];
        square += (b[i] - a[i]) * (b[i] - a[i]);
    }
    const double mean = sum / n;
    return mean - sqrt(fmax(square / n - mean * mean, 0) / n);
}

/* Members and decoders share evenly unless the held-out points clearly like another share better.
 */
static gal_status choose_share(gal_surrogate *s, const gal__surrogate_set *set, gal_error *err) {
    const int32_t n = set->n_check;
    double best = 0;
    int choice = EVEN;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_mat x = gal_mat_new(&arena, n, set->x.cols);
    double *error = GAL_ARENA_ARRAY(&arena, double, SHARES *n);
    gal_status status = x.data && error ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory");
    for (int32_t r = 0; status == GAL_OK && r < n; r++)
        gal_mat_copy(gal_mat_rows(x, r, 1), gal_mat_rows(set->x, set->index[r], 1));
    for (int i = 0; status == GAL_OK && i < SHARES; i++) {
        s->decoder_share = (double)i / (SHARES - 1);
        status = held_out_error(error + (ptrdiff_t)i * n, s, x, set, err);
    }
    for (int i = 0; status == GAL_OK && i < SHARES; i++) {
        const double better = advantage(error + (ptrdiff_t)i * n, error + (ptrdiff_t)EVEN * n, n);
        if (better <= best) continue;
        best = better;
        choice = i;
    }
    s->decoder_share = (double)choice / (SHARES - 1);
    gal_arena_clear(&arena);
    return status;
}

gal_status gal__surrogate_adapt(gal_surrogate *s, const gal_pretrained *from,
                                const gal_bench *bench, const gal__surrogate_set *set,
                                const gal_surrogate_options *options, const gal_report *report,
                                gal_error *err) {
    gal__deck_graph graph;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_status status = gal__deck_graph_build(&graph, &arena, bench, &s->scale, err);
    for (int32_t i = 0; status == GAL_OK && i < from->n_net; i++) {
        status = gal__surrogate_add_decoder(s, 0, err);
        if (status == GAL_OK) status = start(&s->decoder[i], &from->net[i], s, &graph, err);
    }
    if (status == GAL_OK) status = adapt_all(s, set, options, report, err);
    if (status == GAL_OK) status = choose_share(s, set, err);
    if (status == GAL_OK)
        gal_note(report, "the sequence model's share in an answer is %.2f", s->decoder_share);
    gal_arena_clear(&arena);
    return status;
}
