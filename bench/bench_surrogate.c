/* Times of a surrogate's predictions and of the simulations they stand in for.
 *
 * usage: bench_surrogate MODEL.safetensors DECK [ROUNDS]
 * Prints "key value" lines: us of processor time per evaluation, the best of the rounds, on one
 * thread; ngspice runs in one worker process that keeps the deck loaded, ms of its processor time
 * per point. */
#include "gnn/mlp.h"
#include "spice/plan.h"
#include "tasks/surrogate/model.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { BATCH = 1024, N_IN = 22, N_OUT = 15, WIDTH = 256, SIMULATED = 40 };

/* Processor time of this thread, which other programs disturb least. */
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* us per row of `rows` rows through an MLP of three hidden layers. */
static double time_mlp(int64_t rows, int rounds) {
    const int32_t width[] = {N_IN, WIDTH, WIDTH, WIDTH, N_OUT};
    gal_params params;
    gal_mlp mlp;
    gal_rng rng;
    gal_arena arena;
    gal_arena_init(&arena);
    gal_params_init(&params);
    gal_rng_init(&rng, 1, 0);
    if (gal_mlp_init(&mlp, &params, "net", width, 4, GAL_ACT_SILU, 0, 0, &rng, NULL) != GAL_OK)
        return NAN;
    const gal_mat x = gal_mat_new(&arena, rows, N_IN), y = gal_mat_new(&arena, rows, N_OUT);
    const size_t size = (size_t)gal_mlp_infer_floats(&mlp) * sizeof(float);
    float *scratch = gal_arena_alloc(&arena, size);
    double best = INFINITY;
    gal_mat_fill(x, 0.5F);
    for (int i = 0; i < rounds; i++) {
        const int repeat = rows < 16 ? 200 : 10;
        const double start = now();
        for (int r = 0; r < repeat; r++) gal_mlp_infer(y, scratch, &mlp, &params, x);
        best = fmin(best, (now() - start) / repeat / (double)rows);
    }
    gal_params_clear(&params);
    gal_arena_clear(&arena);
    return 1e6 * best;
}

typedef gal_status predictor(double *mean, double *sd, double *valid, const gal_surrogate *s,
                             const double *value, int32_t n, gal_error *err);

static double time_predict(predictor *predict, const gal_surrogate *s, const double *value,
                           int32_t n, int rounds) {
    const size_t cells = BATCH * (size_t)gal_surrogate_n_metric(s);
    double *mean = calloc(2 * cells + BATCH, sizeof *mean), best = INFINITY;
    if (!mean) return NAN;
    for (int i = 0; i < rounds; i++) {
        const int repeat = n < 16 ? 100 : 5;
        const double start = now();
        for (int r = 0; r < repeat; r++)
            predict(mean, mean + cells, mean + 2 * cells, s, value, n, NULL);
        best = fmin(best, (now() - start) / repeat / n);
    }
    free(mean);
    return 1e6 * best;
}

/* Processor time of the children that have ended, s. */
static double children(void) {
    struct rusage u;
    getrusage(RUSAGE_CHILDREN, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* Processor time per point of one ngspice process that keeps the deck, its start included, s; cheap
 * 1: without transients. */
static gal_status time_ngspice(double *each, const gal_bench *bench, const double *value, int cheap,
                               gal_error *err) {
    gal_sim_pool *pool;
    gal_evaluator *evaluator;
    double *metric = calloc(SIMULATED * (size_t)bench->n_metric, sizeof *metric);
    gal_point_result *result = calloc(SIMULATED, sizeof *result);
    const double before = children();
    const gal_evaluate_options options = {.cheap = cheap};
    const gal_points points = {.n = SIMULATED, .value = value};
    GAL_TRY(gal_sim_pool_create(&pool, 1, 60, err));
    GAL_TRY(gal_evaluator_create(&evaluator, bench, pool, err));
    GAL_TRY(gal_evaluator_run(metric, result, evaluator, &points, &options, NULL, err));
    gal_evaluator_destroy(evaluator);
    gal_sim_pool_destroy(pool);
    *each = (children() - before) / SIMULATED;
    free(result);
    free(metric);
    return GAL_OK;
}

static gal_status run(const char *model, const char *deck, int rounds, gal_error *err) {
    gal_surrogate *s;
    gal_bench bench;
    gal_plan plan;
    double all, cheap;
    GAL_TRY(gal_surrogate_load(&s, model, err));
    GAL_TRY(gal_bench_read(&bench, deck, err));
    GAL_TRY(gal_surrogate_check(s, &bench, err));
    GAL_TRY(
        gal_plan_build(&plan, &bench, &(gal_plan_options){.sweep = "lhs:1024", .seed = 9}, err));
    printf("mlp_1024_us %.3f\n", time_mlp(BATCH, rounds));
    printf("mlp_1_us %.3f\n", time_mlp(1, rounds));
    printf("fast_1024_us %.3f\n",
           time_predict(gal_surrogate_predict, s, plan.value, BATCH, rounds));
    printf("fast_1_us %.3f\n", time_predict(gal_surrogate_predict, s, plan.value, 1, rounds));
    printf("full_1024_us %.3f\n",
           time_predict(gal_surrogate_predict_full, s, plan.value, BATCH, rounds / 4 + 1));
    GAL_TRY(time_ngspice(&cheap, &bench, plan.value, 1, err));
    GAL_TRY(time_ngspice(&all, &bench, plan.value, 0, err));
    printf("ngspice_cheap_ms %.3f\nngspice_all_ms %.3f\n", 1e3 * cheap, 1e3 * all);
    gal_plan_clear(&plan);
    gal_bench_clear(&bench);
    gal_surrogate_destroy(s);
    return GAL_OK;
}

int main(int argc, char **argv) {
    gal_error err = {0};
    char text[1024];
    if (argc < 3) return fprintf(stderr, "usage: bench_surrogate MODEL DECK [ROUNDS]\n"), 2;
    omp_set_num_threads(1);
    if (run(argv[1], argv[2], argc > 3 ? atoi(argv[3]) : 30, &err) == GAL_OK) return 0;
    fprintf(stderr, "%s\n", gal_error_format(&err, text, sizeof text));
    return 1;
}
