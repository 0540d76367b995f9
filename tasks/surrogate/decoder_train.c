#include "tasks/surrogate/decoder_train.h"

#include "gnn/schedule.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ALL_PREDICTED 0.6 /* shares of the points by what they are told; the rest: cheap ones */
#define ALL_SIMULATED 0.2
#define NOISE_FACTOR 1.5
#define NOISE_MAX 0.5F
enum { JUDGED = 256, BLOCK = 128 };

gal_status gal__decoder_feed_new(gal__decoder_feed *feed, gal_arena *arena, const gal_surrogate *s,
                                 const gal__surrogate_set *set, gal_error *err) {
    const int32_t n_metric = s->scale.n_metric;
    *feed = (gal__decoder_feed){.set = set,
                                .n_first = s->n_first,
                                .x = gal_mat_new(arena, set->n, 2 * s->scale.n_var),
                                .guess = gal_mat_new(arena, set->n, n_metric),
                                .noise = GAL_ARENA_ARRAY(arena, float, n_metric)};
    if (!feed->x.data || !feed->guess.data || !feed->noise)
        return gal_fail(err, GAL_ENOMEM, "out of memory for %d samples", set->n);
    gal_mat_fill(feed->guess, 0);
    for (int64_t i = 0; i < set->n; i++)
        gal__decoder_features(gal_mat_row(feed->x, i), &s->scale, gal_mat_row(set->x, i));
    return GAL_OK;
}

static int ascending(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The median |guess - y| of a metric over row[0..n[. */
static float median_error(const gal__decoder_feed *feed, const int32_t *row, int32_t n, int32_t m) {
    float error[JUDGED];
    int32_t count = 0;
    for (int32_t r = 0; r < n; r++) {
        const float e = gal_mat_row(feed->guess, row[r])[m] - gal_mat_row(feed->set->y, row[r])[m];
        if (!isnan(e)) error[count++] = fabsf(e);
    }
    qsort(error, (size_t)count, sizeof *error, ascending);
    return count ? error[count / 2] : 0;
}

/* Training rows to ask about: some to judge by, then those that miss a metric. */
static int32_t rows_to_ask(int32_t *row, const gal__decoder_feed *feed) {
    const gal__surrogate_set *set = feed->set;
    int32_t n = 0;
    for (int32_t k = set->n_check; k < set->n; k++) {
        int missing = 0;
        for (int32_t m = 0; m < set->y.cols; m++)
            missing |= isnan(gal_mat_row(set->y, set->index[k])[m]);
        if (k - set->n_check < JUDGED || missing) row[n++] = set->index[k];
    }
    return n;
}

static gal_status ask(gal__decoder_feed *feed, const int32_t *row, int32_t n, const gal__decoder *d,
                      const gal_params *p, const gal__prompt *prompt, gal_error *err) {
    const int32_t k = feed->guess.cols;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_mat x = gal_mat_new(&arena, n, feed->x.cols), out = gal_mat_new(&arena, n, 2 * k + 1);
    gal_status status = x.data && out.data ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory");
    for (int32_t r = 0; status == GAL_OK && r < n; r++)
        gal_mat_copy(gal_mat_rows(x, r, 1), gal_mat_rows(feed->x, row[r], 1));
    if (status == GAL_OK)
        status = gal__decoder_infer(out, &arena, d, p, prompt, x, (gal_mat){0}, err);
    for (int32_t r = 0; status == GAL_OK && r < n; r++)
        gal_mat_copy(gal_mat_rows(feed->guess, row[r], 1),
                     gal_mat_rows(gal_mat_cols(out, 0, k), r, 1));
    gal_arena_clear(&arena);
    return status;
}

gal_status gal__decoder_feed_refresh(gal__decoder_feed *feed, gal_arena *arena,
                                     const gal__decoder *d, const gal_params *p,
                                     const gal__prompt *prompt, gal_error *err) {
    int32_t *row = GAL_ARENA_ARRAY(arena, int32_t, feed->set->n + 1);
    if (!row) return gal_fail(err, GAL_ENOMEM, "out of memory for training");
    const int32_t n = rows_to_ask(row, feed), judged = n < JUDGED ? n : JUDGED;
    for (int32_t first = 0; first < n; first += BLOCK)
        GAL_TRY(ask(feed, row + first, n - first < BLOCK ? n - first : BLOCK, d, p, prompt, err));
    for (int32_t m = 0; m < feed->guess.cols; m++)
        feed->noise[m] = fminf((float)NOISE_FACTOR * median_error(feed, row, judged, m), NOISE_MAX);
    return GAL_OK;
}

gal_status gal__decoder_batch_new(gal__decoder_batch *batch, gal_arena *arena,
                                  const gal__decoder *d, const gal__decoder_feed *feed, int32_t n,
                                  gal_error *err) {
    const int32_t k = feed->guess.cols;
    batch->in = (gal__decoder_input){.x = gal_mat_new(arena, n, feed->x.cols),
                                     .told = gal_mat_new(arena, n, k),
                                     .predicted = gal_mat_new(arena, n, k)};
    batch->rows = (gal__surrogate_rows){.y = gal_mat_new(arena, n, k),
                                        .valid = GAL_ARENA_ARRAY(arena, float, n),
                                        .weight = GAL_ARENA_ARRAY(arena, float, n)};
    batch->out = gal_mat_new(arena, n, 2 * k + 1);
    batch->grad = gal_mat_new(arena, n, 2 * k + 1);
    if (!batch->in.x.data || !batch->in.told.data || !batch->in.predicted.data ||
        !batch->rows.y.data || !batch->rows.valid || !batch->rows.weight || !batch->out.data ||
        !batch->grad.data)
        return gal_fail(err, GAL_ENOMEM, "out of memory for training");
    return gal__decoder_saved_new(&batch->saved, arena, d, n, feed->x.cols / 2, k, err);
}

/* Row r of the batch is point i of the set. */
static void put_point(gal__decoder_batch *batch, int64_t r, const gal__decoder_feed *feed,
                      int32_t i, gal_rng *rng) {
    const float *y = gal_mat_row(feed->set->y, i), *guess = gal_mat_row(feed->guess, i);
    float *told = gal_mat_row(batch->in.told, r), *predicted = gal_mat_row(batch->in.predicted, r);
    const double kind = gal_rng_uniform(rng);
    const int32_t k = feed->guess.cols;
    const int32_t simulated = kind < ALL_PREDICTED                   ? 0
                              : kind < ALL_PREDICTED + ALL_SIMULATED ? k
                                                                     : feed->n_first;
    gal_mat_copy(gal_mat_rows(batch->in.x, r, 1), gal_mat_rows(feed->x, i, 1));
    gal_mat_copy(gal_mat_rows(batch->rows.y, r, 1), gal_mat_rows(feed->set->y, i, 1));
    batch->rows.valid[r] = feed->set->valid[i];
    batch->rows.weight[r] = feed->set->weight[i];
    for (int32_t m = 0; m < k; m++) {
        predicted[m] = m < simulated ? 0 : 1;
        told[m] = y[m];
        if (m < simulated) continue;
        if (isnan(y[m])) told[m] = guess[m];
        else told[m] += feed->noise[m] * (float)gal_rng_normal(rng);
    }
}

double gal__decoder_learn(gal__decoder_batch *batch, const gal__decoder *d, gal_params *p,
                          const gal__prompt *prompt, const gal__prompt *d_prompt,
                          const gal__decoder_feed *feed, gal_rng *rng) {
    const gal__surrogate_set *set = feed->set;
    for (int64_t r = 0; r < batch->in.x.rows; r++) {
        const int32_t pick = gal_rng_below(rng, set->n - set->n_check);
        put_point(batch, r, feed, set->index[set->n_check + pick], rng);
    }
    gal__decoder_forward(batch->out, &batch->saved, d, p, prompt, &batch->in);
    const double loss = gal__surrogate_loss(batch->grad, batch->out, &batch->rows);
    gal__decoder_backward((gal_mat){0}, d_prompt, d, p, &batch->saved, prompt, &batch->in,
                          batch->grad);
    return loss;
}

double gal__decoder_rate(double peak, int64_t step, int64_t steps) {
    const gal_schedule schedule = {.kind = GAL_SCHEDULE_ONE_CYCLE,
                                   .peak = peak,
                                   .last = peak * 1e-3,
                                   .warmup = steps * 3 / 20,
                                   .total = steps};
    return gal_schedule_rate(&schedule, step);
}
