#include "spice/pool.h"

#include "spice/wire.h"
#include "spice/worker.h"
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_WORKER = 1024, TICK = 200 /* ms between looks at the report */ };

struct gal_sim_pool {
    int32_t n; /* workers */
    double deadline;
    gal_sim_counts counts;
    gal_sim_worker **worker; /* [n] */
    int32_t *running;        /* [n] job, -1: idle */
    int32_t *attempt;        /* [n] of the running job, from 1 */
    gal_sim_job *job;        /* [n] the running job */
    struct pollfd *wait;     /* [n] */
};

void gal_sim_pool_destroy(gal_sim_pool *pool) {
    if (!pool) return;
    for (int32_t w = 0; pool->worker && w < pool->n; w++) gal_sim_worker_destroy(pool->worker[w]);
    free(pool->worker);
    free(pool->running);
    free(pool->attempt);
    free(pool->job);
    free(pool->wait);
    free(pool);
}

static gal_status fill_pool(gal_sim_pool *pool, gal_error *err) {
    pool->worker = calloc((size_t)pool->n, sizeof *pool->worker);
    pool->running = calloc((size_t)pool->n, sizeof *pool->running);
    pool->attempt = calloc((size_t)pool->n, sizeof *pool->attempt);
    pool->job = calloc((size_t)pool->n, sizeof *pool->job);
    pool->wait = calloc((size_t)pool->n, sizeof *pool->wait);
    if (!pool->worker || !pool->running || !pool->attempt || !pool->job || !pool->wait)
        return gal_fail(err, GAL_ENOMEM, "out of memory for a simulation pool");
    for (int32_t w = 0; w < pool->n; w++) {
        pool->running[w] = -1;
        GAL_TRY(gal_sim_worker_create(&pool->worker[w], err));
    }
    return GAL_OK;
}

gal_status gal_sim_pool_create(gal_sim_pool **out, int32_t n_worker, double deadline,
                               gal_error *err) {
    *out = NULL;
    if (n_worker <= 0) n_worker = (int32_t)sysconf(_SC_NPROCESSORS_ONLN);
    if (n_worker < 1) n_worker = 1;
    if (n_worker > MAX_WORKER)
        return gal_fail(err, GAL_EINVAL, "%d simulation workers: at most %d", n_worker, MAX_WORKER);
    gal_sim_pool *pool = calloc(1, sizeof *pool);
    if (!pool) return gal_fail(err, GAL_ENOMEM, "out of memory for a simulation pool");
    pool->n = n_worker;
    pool->deadline = deadline > 0 ? deadline : 60;
    const gal_status status = fill_pool(pool, err);
    if (status == GAL_OK) *out = pool;
    else gal_sim_pool_destroy(pool);
    return status;
}

/* Gives jobs next.. to idle workers. */
static gal_status assign(gal_sim_pool *pool, const gal_sim_stream *stream, int32_t n_job,
                         int32_t *next, gal_error *err) {
    for (int32_t w = 0; w < pool->n && *next < n_job; w++) {
        if (pool->running[w] >= 0) continue;
        GAL_TRY(stream->job(stream->user, &pool->job[w], *next, err));
        GAL_TRY(gal_sim_worker_start(pool->worker[w], &pool->job[w], pool->deadline, err));
        pool->running[w] = (*next)++;
        pool->attempt[w] = 1;
    }
    return GAL_OK;
}

/* Sleeps until a busy worker has something to say, a deadline is over or the tick has passed. */
static void wait_any(gal_sim_pool *pool) {
    double left = TICK * 1e-3;
    for (int32_t w = 0; w < pool->n; w++) {
        const int busy = pool->running[w] >= 0;
        pool->wait[w] = (struct pollfd){.fd = -1, .events = POLLIN}; /* poll skips fd -1 */
        if (!busy) continue;
        pool->wait[w].fd = gal_sim_worker_descriptor(pool->worker[w]);
        const double own = gal_sim_worker_left(pool->worker[w]);
        if (own < left) left = own;
    }
    poll(pool->wait, (nfds_t)pool->n, left <= 0 ? 0 : (int)(left * 1e3) + 1);
}

/* Takes in finished jobs and starts second attempts; *done counts jobs. */
static gal_status collect(gal_sim_pool *pool, const gal_sim_stream *stream, int32_t *done,
                          gal_error *err) {
    for (int32_t w = 0; w < pool->n; w++) {
        gal_sim_result result = {0};
        if (pool->running[w] < 0 || !gal_sim_worker_poll(&result, pool->worker[w])) continue;
        const int failed = result.error.code != GAL_OK;
        if (failed && pool->attempt[w] == 1) {
            gal_sim_result_clear(&result);
            pool->counts.n_retry++;
            pool->attempt[w] = 2;
            GAL_TRY(gal_sim_worker_start(pool->worker[w], &pool->job[w], pool->deadline, err));
            continue;
        }
        const int32_t index = pool->running[w];
        pool->running[w] = -1;
        pool->counts.n_job++;
        pool->counts.n_failed += failed;
        ++*done;
        result.n_attempt = pool->attempt[w];
        const gal_status status = stream->done(stream->user, index, &result, err);
        gal_sim_result_clear(&result);
        GAL_TRY(status);
    }
    return GAL_OK;
}

static void abandon(gal_sim_pool *pool) {
    for (int32_t w = 0; w < pool->n; w++) {
        if (pool->running[w] >= 0) gal_sim_worker_stop(pool->worker[w]);
        pool->running[w] = -1;
    }
}

gal_status gal_sim_pool_stream(gal_sim_pool *pool, const gal_sim_stream *stream, int32_t n_job,
                               const gal_report *report, gal_error *err) {
    int32_t next = 0, done = 0;
    gal_status status = GAL_OK;
    const double start = gal__clock();
    while (status == GAL_OK && done < n_job) {
        status = assign(pool, stream, n_job, &next, err);
        if (status != GAL_OK) break;
        wait_any(pool);
        status = collect(pool, stream, &done, err);
        const double spent = gal__clock() - start;
        if (status == GAL_OK &&
            !gal_progress(report, "simulate", done, n_job, "%.0f/s", done / (spent + 1e-9)) &&
            done < n_job)
            status =
                gal_fail(err, GAL_ECANCELED, "interrupted after %d of %d simulations", done, n_job);
    }
    if (status != GAL_OK) abandon(pool);
    return status;
}

/* Jobs and results that lie in arrays. */
typedef struct arrays {
    const gal_sim_job *job;
    gal_sim_result *result;
} arrays;

static gal_status array_job(void *user, gal_sim_job *job, int32_t index, gal_error *err) {
    (void)err;
    *job = ((const arrays *)user)->job[index];
    return GAL_OK;
}

static gal_status array_done(void *user, int32_t index, gal_sim_result *result, gal_error *err) {
    (void)err;
    ((const arrays *)user)->result[index] = *result;
    *result = (gal_sim_result){0};
    return GAL_OK;
}

gal_status gal_sim_pool_run(gal_sim_result *result, gal_sim_pool *pool, const gal_sim_job *job,
                            int32_t n_job, const gal_report *report, gal_error *err) {
    arrays user = {job, result};
    const gal_sim_stream stream = {&user, array_job, array_done};
    for (int32_t j = 0; j < n_job; j++) result[j] = (gal_sim_result){0};
    const gal_status status = gal_sim_pool_stream(pool, &stream, n_job, report, err);
    for (int32_t j = 0; status != GAL_OK && j < n_job; j++) gal_sim_result_clear(&result[j]);
    return status;
}

int32_t gal_sim_pool_size(const gal_sim_pool *pool) {
    return pool->n;
}

gal_sim_counts gal_sim_pool_counts(const gal_sim_pool *pool) {
    gal_sim_counts counts = pool->counts;
    for (int32_t w = 0; w < pool->n; w++)
        counts.n_restart += gal_sim_worker_starts(pool->worker[w]) - 1;
    return counts;
}
