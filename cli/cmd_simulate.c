/* galena simulate: a deck over its design variables, corners and samples. */
#include "base/file.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/simulate_print.h"
#include "cli/simulate_setup.h"
#include "spice/sweep.h"
#include "tasks/sizing/deck.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct arguments {
    cli_simulate_setup setup;
    const char *tech, *db, *merge, *metrics, *out;
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
    gal_sweep sweep;
    int32_t *column, n_column;
} run;

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

static cli_runs runs_of(const run *r) {
    return (cli_runs){.bench = &r->bench,
                      .plan = &r->plan,
                      .metric = r->sweep.metric,
                      .result = r->sweep.result,
                      .known = r->sweep.known,
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
        if (r->sweep.known[i] && r->sweep.result[i].status >= from &&
            r->sweep.result[i].status <= to)
            return i;
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
        n_known += r->sweep.known[i];
        n_failed += r->sweep.known[i] && r->sweep.result[i].status >= GAL_POINT_NONCONVERGED;
    }
    cli_runs_summary(&text, &runs);
    if (r->store) gal_buf_printf(&text, "; %d of them from %s", r->sweep.n_stored, r->a->db);
    if (text.data) gal_note(report, "%s", text.data);
    gal_buf_clear(&text);
    const int32_t first = first_of(r, GAL_POINT_NONCONVERGED, GAL_POINT_TIMEOUT);
    if (n_failed && 2 * n_failed >= n_known)
        fprintf(stderr, "galena: %d of %d points have no result; the first: %s: %s\n", n_failed,
                n_known, gal_point_status_name(r->sweep.result[first].status),
                r->sweep.result[first].words);
    return n_known && n_failed == n_known ? CLI_FAILED : 0;
}

static gal_status prepare(run *r, const char *path, gal_error *err) {
    GAL_TRY(gal_sizing_bench_read(&r->bench, path, r->a->tech, err));
    cli_warnings(&r->bench.warnings, r->a->quiet);
    GAL_TRY(cli_setup_bench(&r->bench, &r->a->setup, err));
    GAL_TRY(cli_setup_plan(&r->plan, &r->bench, &r->a->setup, err));
    r->column = malloc(((size_t)r->bench.n_metric + 1) * sizeof *r->column);
    if (!r->column) return gal_fail(err, GAL_ENOMEM, "out of memory for columns");
    return cli_setup_columns(r->column, &r->n_column, &r->bench, r->a->metrics, err);
}

static gal_status simulate(run *r, gal_error *err) {
    const arguments *a = r->a;
    const gal_points points = gal_plan_points(&r->plan);
    const gal_sweep_options options = {
        .n_worker = (int32_t)a->threads, .deadline = a->deadline, .retry = a->retry};
    if (a->merge && !a->db)
        return gal_fail(err, GAL_EINVAL, "--merge needs --db, the database to merge into");
    if (a->db) GAL_TRY(gal_store_open(&r->store, a->db, &r->bench, a->add_deck, err));
    if (a->merge) GAL_TRY(merge(r, err));
    return gal_sweep_run(&r->sweep, &r->bench, &points, r->store, &options, cli_report(a->quiet),
                         err);
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
    if (prepared && !a->check) status = simulate(&r, &err);
    if (r.store && gal_store_close(r.store, &closing) != GAL_OK && status == GAL_OK) {
        status = closing.code;
        err = closing;
    }
    if (prepared && a->check) code = emit(&r, describe);
    else if (status == GAL_OK || (status == GAL_ECANCELED && r.sweep.known)) code = emit(&r, print);
    if (status == GAL_OK && !a->check && code == 0) code = conclude(&r);
    if (status == GAL_ECANCELED && a->db)
        fprintf(stderr, "galena: finished points are in %s: the same command goes on from there\n",
                a->db);
    if (status != GAL_OK) code = cli_fail(&err);
    free(r.column);
    gal_sweep_clear(&r.sweep);
    gal_plan_clear(&r.plan);
    gal_bench_clear(&r.bench);
    return code;
}

static const char summary[] =
    "Runs an ngspice deck over its design variables, corners and random samples,\n"
    "and prints its measures: .meas cards and built-in ones (--measures). Design variables\n"
    "are the deck's top-level .param; analyses, meas and let of .control blocks count; comment\n"
    "lines give ranges, measures and corners:\n\n"
    "  *galena var w1 0.5u 50u log\n"
    "  *galena measure gain = dcgain(out)\n"
    "  *galena corner ss lib=ss temp=125 vdd=1.6\n"
    "  *galena valid gain > 20\n\n"
    "A sizing spec (.size, .json, .yaml) in place of the deck gives its deck with its ranges.";

static const char examples[] =
    "  galena simulate amp.sp\n"
    "  galena simulate amp.sp --set w1=2u --corners all\n"
    "  galena simulate two_stage.yaml --sweep lhs:100\n"
    "  galena simulate amp.sp --sweep lhs:1000 --db runs.db --csv > runs.csv\n"
    "  galena simulate amp.sp --sweep lhs:1000 --shard 3/8 --db part3.db\n"
    "  galena simulate amp.sp --sweep lhs:1000 --db all.db --merge p1.db,p2.db\n"
    "  galena simulate amp.sp --points sizes.csv --csv\n"
    "  galena simulate amp.sp --sweep mc:200 --temp -40,27,125 --json\n";

int cmd_simulate(int argc, char **argv) {
    arguments a = {.limit = -1, .deadline = 60};
    const cli_option option[] = {
        {"tech", CLI_TEXT, &a.tech, "NAME|DIR", "technology behind the deck's .lib .../tech.lib"},
        {"set", CLI_LIST, &a.setup.set, "N=V,...", "parameter values: w1=2u,vdd=1.6"},
        {"sweep", CLI_TEXT, &a.setup.sweep, "PLAN", "lhs:N random:N sobol:N grid:K mc:N"},
        {"points", CLI_TEXT, &a.setup.points, "FILE", "points as CSV, columns by name"},
        {"vary", CLI_TEXT, &a.setup.vary, "NAMES", "sweep these variables only"},
        {"var", CLI_LIST, &a.setup.var, "RANGES", "ranges: w1:1u:50u:log,cc:0.1p:5p"},
        {"corners", CLI_TEXT, &a.setup.corners, "NAMES", "corners of the deck, by commas, or all"},
        {"temp", CLI_TEXT, &a.setup.temp, "LIST", "each corner at these temperatures: -40,27,125"},
        {"supply", CLI_TEXT, &a.setup.supply, "N=LIST", "each at these values: vdd=1.6,1.8,2.0"},
        {"seed", CLI_INT, &a.setup.seed, "N", "seed of lhs, random and mc (0)"},
        {"shard", CLI_TEXT, &a.setup.shard, "I/N", "only the I-th of N parts of the points"},
        {"db", CLI_TEXT, &a.db, "FILE", "keep results here; points already there do not run again"},
        {"merge", CLI_TEXT, &a.merge, "FILES", "take in the points of these databases first"},
        {"add-deck", CLI_FLAG, &a.add_deck, NULL, "let the database hold several decks"},
        {"retry", CLI_FLAG, &a.retry, NULL, "run stored crashes and timeouts again"},
        {"deadline", CLI_REAL, &a.deadline, "S", "seconds a point may take"},
        {"metrics", CLI_TEXT, &a.metrics, "NAMES", "columns to print"},
        {"check", CLI_FLAG, &a.check, NULL, "print what was understood of the deck, run nothing"},
        {"measures", CLI_FLAG, &a.measures, NULL, "print the table of built-in measures"},
        {"limit", CLI_INT, &a.limit, "N", "rows of the table, 0 for all (default 40)"},
        {"out", CLI_OUTPUT, &a.out, "FILE", ".csv, .json, else a table"},
        {"json", CLI_FLAG, &a.json, NULL, "JSON instead of the table"},
        {"csv", CLI_FLAG, &a.csv, NULL, "CSV instead of the table (default in a pipe)"},
        {"threads", CLI_INT, &a.threads, "N", "ngspice processes (default: one per processor)"},
        {"quiet", CLI_FLAG, &a.quiet, NULL, "no notes or progress on standard error"},
    };
    const cli_spec spec = {.command = "galena simulate",
                           .operands = "DECK|SPEC",
                           .summary = summary,
                           .examples = examples,
                           .option = option,
                           .n_option = sizeof option / sizeof *option,
                           .min_operand = 0,
                           .max_operand = 1};
    int n;
    int code = cli_parse(argc, argv, &spec, &n);
    if (code < 0 && a.measures) code = emit(&(run){.a = &a}, list_measures);
    if (code < 0 && n == 0) {
        fputs("galena: a deck is missing\ntry: galena simulate --help\n", stderr);
        code = CLI_USAGE;
    }
    if (code < 0) code = execute(argv[1], &a);
    gal_buf_clear(&a.setup.set);
    gal_buf_clear(&a.setup.var);
    return code;
}
