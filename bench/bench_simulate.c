/* Evaluations per second of a deck through resident workers, and of the same deck by starting
 * ngspice for each point. Prints "name value" lines; bench/simulate.sh turns them into ratios.
 *
 * usage: bench_simulate DECK POINTS WORKERS SPAWNED
 * The first SPAWNED points also run as `ngspice -b`, WORKERS at a time.
 */
#include "spice/bench_value.h"
#include "spice/plan.h"
#include "spice/wire.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const gal_error *err) {
    char text[1024];
    fprintf(stderr, "bench_simulate: %s\n", gal_error_format(err, text, sizeof text));
    return 1;
}

/* Processor time of this process and of the children it has waited for, in s. */
static double processor_time(void) {
    double sum = 0;
    static const int who[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
    for (int i = 0; i < 2; i++) {
        struct rusage u;
        getrusage(who[i], &u);
        sum += (double)u.ru_utime.tv_sec + 1e-6 * (double)u.ru_utime.tv_usec;
        sum += (double)u.ru_stime.tv_sec + 1e-6 * (double)u.ru_stime.tv_usec;
    }
    return sum;
}

static gal_status resident(const gal_bench *bench, const gal_plan *plan, int32_t n_worker,
                           gal_error *err) {
    gal_sim_pool *pool = NULL;
    gal_evaluator *evaluator = NULL;
    const gal_points points = gal_plan_points(plan);
    double *metric = malloc(((size_t)plan->n * bench->n_metric + 1) * sizeof *metric);
    gal_point_result *result = calloc((size_t)plan->n + 1, sizeof *result);
    const double before = processor_time();
    gal_status status = gal_sim_pool_create(&pool, n_worker, 60, err);
    if (status == GAL_OK) status = gal_evaluator_create(&evaluator, bench, pool, err);
    const double start = gal__clock();
    if (status == GAL_OK)
        status = gal_evaluator_run(metric, result, evaluator, &points, NULL, NULL, err);
    const double spent = gal__clock() - start;
    gal_evaluator_destroy(evaluator);
    gal_sim_pool_destroy(pool);
    const double cpu = processor_time() - before;
    int32_t n_ok = 0;
    for (int32_t i = 0; status == GAL_OK && i < plan->n; i++)
        n_ok += result[i].status <= GAL_POINT_INVALID;
    if (status == GAL_OK)
        printf("resident_per_s %.1f\nresident_cpu_ms %.4f\nresident_with_numbers %d\n",
               plan->n / spent, 1e3 * cpu / plan->n, n_ok);
    free(metric);
    free(result);
    return status;
}

/* The deck as a user of `ngspice -b` would have it, at one point. */
static int write_deck(const char *path, const gal_bench *bench, const double *value) {
    gal_bench one = *bench;
    gal_bench_var *var = malloc(((size_t)bench->n_var + 1) * sizeof *var);
    gal_buf text;
    gal_buf_init(&text);
    if (!var) return 0;
    if (bench->n_var) memcpy(var, bench->var, (size_t)bench->n_var * sizeof *var);
    for (int32_t i = 0; i < bench->n_var; i++) var[i].nominal = value[i];
    one.var = var;
    if (gal_bench_deck(&text, &one, 0, NULL) != GAL_OK) return 0;
    FILE *file = fopen(path, "w");
    if (!file) return 0;
    fwrite(text.data, 1, text.size - 5, file); /* without .end */
    fputs(".control\nset num_threads=1\n", file);
    for (int32_t a = 0; a < bench->n_analysis; a++)
        if (bench->analysis[a].kind == GAL_ANALYSIS_AC && !bench->analysis[a].excite)
            fprintf(file, "%s\nprint op1.vdd#branch\nwrdata %s.out v(out)\n",
                    bench->analysis[a].command, path);
    fputs("quit 0\n.endc\n.end\n", file);
    gal_buf_clear(&text);
    free(var);
    return fclose(file) == 0;
}

static pid_t start(const char *path) {
    const pid_t pid = fork();
    if (pid != 0) return pid;
    const int null = open("/dev/null", O_RDWR);
    for (int i = 0; i < 3; i++) dup2(null, i);
    execlp("ngspice", "ngspice", "-b", path, (char *)NULL);
    _exit(127);
}

static void spawned(const gal_bench *bench, const gal_plan *plan, int32_t n_worker, int32_t n) {
    char folder[] = "/dev/shm/galena-bench-XXXXXX", path[64];
    if (!mkdtemp(folder)) return;
    int32_t running = 0, bad = 0;
    int status;
    const double before = processor_time(), begin = gal__clock();
    for (int32_t i = 0; i < n; i++) {
        if (running == n_worker && running--) bad += wait(&status) < 0 || status != 0;
        snprintf(path, sizeof path, "%s/%d.sp", folder, i);
        if (!write_deck(path, bench, plan->value + (size_t)i * bench->n_var)) bad++;
        running += start(path) > 0;
    }
    while (running-- > 0) bad += wait(&status) < 0 || status != 0;
    printf("spawned_per_s %.1f\nspawned_cpu_ms %.4f\nspawned_bad %d\n", n / (gal__clock() - begin),
           1e3 * (processor_time() - before) / n, bad);
    for (int32_t i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%d.sp", folder, i);
        unlink(path);
        snprintf(path, sizeof path, "%s/%d.sp.out.data", folder, i);
        unlink(path);
    }
    rmdir(folder);
}

int main(int argc, char **argv) {
    gal_bench bench;
    gal_plan plan;
    gal_error err = {0};
    char sweep[32];
    if (argc != 5) return fputs("usage: bench_simulate DECK POINTS WORKERS SPAWNED\n", stderr), 2;
    const int32_t n_worker = atoi(argv[3]), n_spawned = atoi(argv[4]);
    snprintf(sweep, sizeof sweep, "lhs:%d", atoi(argv[2]));
    if (gal_bench_read(&bench, argv[1], &err) != GAL_OK) return fail(&err);
    const gal_plan_options options = {.sweep = sweep};
    gal_status status = gal_plan_build(&plan, &bench, &options, &err);
    if (status == GAL_OK) status = resident(&bench, &plan, n_worker, &err);
    if (status == GAL_OK && n_spawned > 0)
        spawned(&bench, &plan, n_worker, n_spawned < plan.n ? n_spawned : plan.n);
    gal_plan_clear(&plan);
    gal_bench_clear(&bench);
    return status == GAL_OK ? 0 : fail(&err);
}
