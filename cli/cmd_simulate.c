/* galena simulate: a deck over its design variables, corners and samples. */
#include "base/file.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/simulate_print.h"
#include "cli/simulate_setup.h"
#include "spice/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct arguments {
    cli_simulate_setup setup;
    const char *db, *merge, *metrics, *out;
    int csv, json, quiet, check, measures, add_deck, retry;
    long threads, limit;
    double deadline;
} arguments;

/* A sweep under way. */
typedef struct run {
    const arguments *a;
    gal_bench bench;
    gal_plan plan;
    gal_store *store; /* NULL: none */
    double *metric;
    gal_point_result *result;
    uint8_t *known;
    int32_t *column, n_column;
    int32_t *todo, n_todo; /* points not in the store */
    int32_t n_stored;
} run;

static gal_status allocate(run *r, gal_error *err) {
    const size_t n = (size_t)r->plan.n + 1, n_metric = (size_t)r->bench.n_metric + 1;
    r->metric = malloc(n * n_metric * sizeof *r->metric);
    r->result = calloc(n, sizeof *r->result);
    r->known = calloc(n, 1);
    r->todo = malloc(n * sizeof *r->todo);
    if (!r->metric || !r->result || !r->known || !r->todo)
        return gal_fail(err, GAL_ENOMEM, "out of memory for %d points", r->plan.n);
    for (size_t i = 0; i < n * n_metric; i++) r->metric[i] = NAN;
    return GAL_OK;
}

static gal_status merge(run *r, gal_error *err) {
    for (const char *p = r->a->merge; p && *p;) {
        char path[4096];
        const size_t size = strcspn(p, ",");
        int64_t n = 0;
        snprintf(path, sizeof path, "%.*s", (int)size, p);
        p += size + (p[size] == ',');
        if (!size) continue;
        GAL_TRY(gal_store_merge(&n, r->store, path, err));
        gal_note(cli_report(r->a->quiet), "%s: %lld new points", path, (long long)n);
    }
    return GAL_OK;
}

/* Takes what the store knows; the rest is to do. */
static gal_status look_up(run *r, gal_error *err) {
    for (int32_t i = 0; i < r->plan.n; i++) {
        int found = 0;
        if (r->store)
            GAL_TRY(gal_store_get(&found, r->metric + (size_t)i * r->bench.n_metric, &r->result[i],
                                  r->store, r->plan.value + (size_t)i * r->bench.n_var,
                                  r->plan.corner[i], r->plan.seed[i], err));
        const gal_point_status status = r->result[i].status;
        if (found && r->a->retry && (status == GAL_POINT_CRASH || status == GAL_POINT_TIMEOUT))
            found = 0;
        r->known[i] = (uint8_t)found;
        r->n_stored += found;
        if (!found) r->todo[r->n_todo++] = i;
    }
    return GAL_OK;
}

/* Point `index` of those to do is finished. */
static gal_status finish_point(void *user, int32_t index, const double *metric,
                               const gal_point_result *result, gal_error *err) {
    run *r = user;
    const int32_t i = r->todo[index];
    memcpy(r->metric + (size_t)i * r->bench.n_metric, metric,
           (size_t)r->bench.n_metric * sizeof *metric);
    r->result[i] = *result;
    r->known[i] = 1;
    return r->store ? gal_store_put(r->store, r->plan.value + (size_t)i * r->bench.n_var,
                                    r->plan.corner[i], r->plan.seed[i], metric, result, err)
                    : GAL_OK;
}

/* The points to do, as arrays of their own. */
static gal_status gather(gal_plan *part, const run *r, gal_error *err) {
    const size_t n = (size_t)r->n_todo + 1, n_var = (size_t)r->bench.n_var;
    *part = (gal_plan){.n = r->n_todo,
                       .value = malloc(n * (n_var + 1) * sizeof *part->value),
                       .corner = malloc(n * sizeof *part->corner),
                       .seed = malloc(n * sizeof *part->seed)};
    if (!part->value || !part->corner || !part->seed) {
        gal_plan_clear(part);
        return gal_fail(err, GAL_ENOMEM, "out of memory for %d points", r->n_todo);
    }
    for (int32_t k = 0; k < r->n_todo; k++) {
        const size_t i = (size_t)r->todo[k];
        if (n_var)
            memcpy(part->value + (size_t)k * n_var, r->plan.value + i * n_var,
                   n_var * sizeof *part->value);
        part->corner[k] = r->plan.corner[i];
        part->seed[k] = r->plan.seed[i];
    }
    return GAL_OK;
}

static gal_status simulate(run *r, gal_error *err) {
    gal_sim_pool *pool = NULL;
    gal_evaluator *evaluator = NULL;
    gal_plan part;
    if (r->n_todo == 0) return GAL_OK;
    GAL_TRY(gather(&part, r, err));
    int32_t n_worker = (int32_t)(r->a->threads > 0 ? r->a->threads : sysconf(_SC_NPROCESSORS_ONLN));
    if (n_worker > r->n_todo) n_worker = r->n_todo;
    gal_status status = gal_sim_pool_create(&pool, n_worker, r->a->deadline, err);
    if (status == GAL_OK) status = gal_evaluator_create(&evaluator, &r->bench, pool, err);
    if (status == GAL_OK) {
        const gal_points points = gal_plan_points(&part);
        const gal_evaluate_options options = {.user = r, .done = finish_point};
        status = gal_evaluator_run(NULL, NULL, evaluator, &points, &options,
                                   cli_report(r->a->quiet), err);
    }
    gal_evaluator_destroy(evaluator);
    gal_sim_pool_destroy(pool);
    gal_plan_clear(&part);
    return status;
}

static cli_runs runs_of(const run *r) {
    return (cli_runs){.bench = &r->bench,
                      .plan = &r->plan,
                      .metric = r->metric,
                      .result = r->result,
                      .known = r->known,
                      .column = r->column,
                      .n_column = r->n_column};
}

static int ends(const char *path, const char *ending) {
    return path && gal_path_has_ending(path, ending);
}

static void print(gal_buf *text, const run *r) {
    const cli_runs runs = runs_of(r);
    const arguments *a = r->a;
    if (a->json || ends(a->out, ".json")) cli_runs_json(text, &runs);
    else if (a->csv || ends(a->out, ".csv") || (!a->out && !isatty(STDOUT_FILENO) && a->limit < 0))
        cli_runs_csv(text, &runs);
    else cli_runs_table(text, &runs, a->limit < 0 ? 40 : a->limit);
}

/* The first point that failed in a way, -1: none. */
static int32_t first_of(const run *r, gal_point_status from, gal_point_status to) {
    for (int32_t i = 0; i < r->plan.n; i++)
        if (r->known[i] && r->result[i].status >= from && r->result[i].status <= to) return i;
    return -1;
}

/* Tells how it went; returns the exit code. */
static int conclude(const run *r) {
    gal_buf text;
    gal_buf_init(&text);
    const cli_runs runs = runs_of(r);
    const gal_report *report = cli_report(r->a->quiet);
    int32_t n_known = 0, n_failed = 0;
    for (int32_t i = 0; i < r->plan.n; i++) {
        n_known += r->known[i];
        n_failed += r->known[i] && r->result[i].status >= GAL_POINT_NONCONVERGED;
    }
    cli_runs_summary(&text, &runs);
    if (r->store) gal_buf_printf(&text, "; %d of them from %s", r->n_stored, r->a->db);
    if (text.data) gal_note(report, "%s", text.data);
    gal_buf_clear(&text);
    const int32_t first = first_of(r, GAL_POINT_NONCONVERGED, GAL_POINT_TIMEOUT);
    if (n_failed && 2 * n_failed >= n_known)
        fprintf(stderr, "galena: %d of %d points have no result; the first: %s: %s\n", n_failed,
                n_known, gal_point_status_name(r->result[first].status), r->result[first].words);
    return n_known && n_failed == n_known ? CLI_FAILED : 0;
}

static gal_status prepare(run *r, const char *path, gal_error *err) {
    GAL_TRY(gal_bench_read(&r->bench, path, err));
    const gal_warnings *w = &r->bench.warnings;
    for (int32_t i = 0; i < w->n; i++)
        gal_note(cli_report(r->a->quiet), "%s:%d: warning: %s", w->item[i].file, w->item[i].line,
                 w->item[i].text);
    GAL_TRY(cli_setup_bench(&r->bench, &r->a->setup, err));
    GAL_TRY(cli_setup_plan(&r->plan, &r->bench, &r->a->setup, err));
    r->column = malloc(((size_t)r->bench.n_metric + 1) * sizeof *r->column);
    if (!r->column) return gal_fail(err, GAL_ENOMEM, "out of memory for columns");
    return cli_setup_columns(r->column, &r->n_column, &r->bench, r->a->metrics, err);
}

static gal_status sweep(run *r, gal_error *err) {
    const arguments *a = r->a;
    GAL_TRY(allocate(r, err));
    if (a->merge && !a->db)
        return gal_fail(err, GAL_EINVAL, "--merge needs --db, the database to merge into");
    if (a->db) GAL_TRY(gal_store_open(&r->store, a->db, &r->bench, a->add_deck, err));
    if (a->merge) GAL_TRY(merge(r, err));
    GAL_TRY(look_up(r, err));
    return simulate(r, err);
}

static int emit(const run *r, void (*fill)(gal_buf *text, const run *r)) {
    gal_buf text;
    gal_error err = {0};
    gal_buf_init(&text);
    fill(&text, r);
    const int code = gal_buf_ok(&text, &err) == GAL_OK ? cli_emit(r->a->out, text.data, text.size)
                                                       : cli_fail(&err);
    gal_buf_clear(&text);
    return code;
}

static void describe(gal_buf *text, const run *r) {
    cli_bench_describe(text, &r->bench);
    gal_buf_printf(text, "points %d\n", r->plan.n);
}

static void list_measures(gal_buf *text, const run *r) {
    (void)r;
    cli_measures(text);
}

static int execute(const char *path, const arguments *a) {
    run r = {.a = a};
    gal_error err = {0}, closing = {0};
    int code = 0;
    gal_status status = prepare(&r, path, &err);
    const int prepared = status == GAL_OK;
    if (prepared && !a->check) status = sweep(&r, &err);
    if (r.store && gal_store_close(r.store, &closing) != GAL_OK && status == GAL_OK) {
        status = closing.code;
        err = closing;
    }
    if (prepared && a->check) code = emit(&r, describe);
    else if (status == GAL_OK || (status == GAL_ECANCELED && r.known)) code = emit(&r, print);
    if (status == GAL_OK && !a->check && code == 0) code = conclude(&r);
    if (status == GAL_ECANCELED && a->db)
        fprintf(stderr, "galena: finished points are in %s: the same command goes on from there\n",
                a->db);
    if (status != GAL_OK) code = cli_fail(&err);
    free(r.metric);
    free(r.result);
    free(r.known);
    free(r.todo);
    free(r.column);
    gal_plan_clear(&r.plan);
    gal_bench_clear(&r.bench);
    return code;
}

int cmd_simulate(int argc, char **argv) {
    arguments a = {.limit = -1, .deadline = 60};
    const cli_option option[] = {
        {"set", CLI_TEXT, &a.setup.set, "N=V,...", "parameter values: w1=2u,vdd=1.6"},
        {"sweep", CLI_TEXT, &a.setup.sweep, "PLAN", "lhs:N random:N sobol:N grid:K mc:N"},
        {"vary", CLI_TEXT, &a.setup.vary, "NAMES", "sweep these variables only"},
        {"var", CLI_TEXT, &a.setup.var, "RANGES", "ranges: w1:1u:50u:log,cc:0.1p:5p"},
        {"corners", CLI_TEXT, &a.setup.corners, "NAMES", "corners of the deck, by commas, or all"},
        {"temp", CLI_TEXT, &a.setup.temp, "LIST", "each corner at these temperatures: -40,27,125"},
        {"supply", CLI_TEXT, &a.setup.supply, "N=LIST", "each at these values: vdd=1.6,1.8,2.0"},
        {"seed", CLI_INT, &a.setup.seed, "N", "seed of lhs, random and mc (0)"},
        {"shard", CLI_TEXT, &a.setup.shard, "I/N", "only the I-th of N parts of the points"},
        {"db", CLI_TEXT, &a.db, "FILE", "keep results here; points already there do not run again"},
        {"merge", CLI_TEXT, &a.merge, "FILES", "take in the points of these databases first"},
        {"add-deck", CLI_FLAG, &a.add_deck, NULL, "let the database hold several decks"},
        {"retry", CLI_FLAG, &a.retry, NULL, "run stored crashes and timeouts again"},
        {"deadline", CLI_REAL, &a.deadline, "S", "seconds a point may take (60)"},
        {"metrics", CLI_TEXT, &a.metrics, "NAMES", "columns to print"},
        {"check", CLI_FLAG, &a.check, NULL, "print what was understood of the deck, run nothing"},
        {"measures", CLI_FLAG, &a.measures, NULL, "print the table of built-in measures"},
        {"limit", CLI_INT, &a.limit, "N", "rows of the table, 0 for all (default 40)"},
        {"out", CLI_TEXT, &a.out, "FILE", ".csv, .json, else a table"},
        {"json", CLI_FLAG, &a.json, NULL, "JSON instead of the table"},
        {"csv", CLI_FLAG, &a.csv, NULL, "CSV instead of the table (default in a pipe)"},
        {"threads", CLI_INT, &a.threads, "N", "ngspice processes (default: one per processor)"},
        {"quiet", CLI_FLAG, &a.quiet, NULL, "no notes or progress on standard error"},
    };
    const cli_spec spec = {
        .command = "galena simulate",
        .operands = "DECK",
        .summary =
            "Runs an ngspice deck over its design variables, corners and random samples and "
            "prints\n"
            "its measures: .meas cards and built-in ones (--measures). Design variables are the\n"
            "deck's top-level .param; comment lines give ranges, measures and corners:\n\n"
            "  *galena var w1 0.5u 50u log\n"
            "  *galena measure gain = dcgain(out)\n"
            "  *galena corner ss lib=ss temp=125 vdd=1.6\n"
            "  *galena valid gain > 20",
        .examples = "  galena simulate amp.sp\n"
                    "  galena simulate amp.sp --set w1=2u --corners all\n"
                    "  galena simulate amp.sp --sweep lhs:1000 --db runs.db --csv > runs.csv\n"
                    "  galena simulate amp.sp --sweep lhs:1000 --shard 3/8 --db part3.db\n"
                    "  galena simulate amp.sp --sweep lhs:1000 --db runs.db --merge "
                    "part1.db,part2.db\n"
                    "  galena simulate amp.sp --sweep mc:200 --temp -40,27,125 --json\n",
        .option = option,
        .n_option = sizeof option / sizeof *option,
        .min_operand = 0,
        .max_operand = 1};
    int n;
    const int code = cli_parse(argc, argv, &spec, &n);
    if (code >= 0) return code;
    if (a.measures) return emit(&(run){.a = &a}, list_measures);
    if (n == 0) {
        fputs("galena: a deck is missing\ntry: galena simulate --help\n", stderr);
        return CLI_USAGE;
    }
    return execute(argv[1], &a);
}
