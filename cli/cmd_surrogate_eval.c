/* galena surrogate eval: predictions against new simulations. */
#include "cli/commands.h"
#include "cli/options.h"
#include "tasks/sizing/deck.h"
#include "tasks/surrogate/evaluate.h"

#include <stdio.h>

typedef struct arguments {
    const char *tech, *db, *out, *sweep, *model;
    int quiet, json;
    long samples, seed, threads;
} arguments;

static gal_status evaluate(gal_buf *text, const gal_surrogate *surrogate, const gal_bench *bench,
                           const arguments *a, gal_error *err) {
    const gal_report *report = cli_report(a->quiet);
    char sweep[64];
    gal_surrogate_samples samples;
    gal_surrogate_evaluation evaluation;
    snprintf(sweep, sizeof sweep, "%s:%ld", a->sweep, a->samples);
    const gal_surrogate_sampling sampling = {
        .sweep = sweep, .seed = (uint64_t)a->seed, .store = a->db, .n_worker = (int32_t)a->threads};
    GAL_TRY(gal_surrogate_check(surrogate, bench, err));
    GAL_TRY(gal_surrogate_sample(&samples, bench, &sampling, report, err));
    gal_status status = gal_surrogate_evaluate(&evaluation, surrogate, &samples, err);
    gal_surrogate_samples_clear(&samples);
    GAL_TRY(status);
    if (a->json) gal_surrogate_evaluation_json(text, &evaluation);
    else gal_surrogate_evaluation_table(text, &evaluation);
    gal_surrogate_evaluation_clear(&evaluation);
    return gal_buf_ok(text, err);
}

static gal_status run(gal_buf *text, const arguments *a, const char *path, gal_error *err) {
    gal_bench deck;
    gal_surrogate *surrogate = NULL;
    GAL_TRY(gal_surrogate_find(&surrogate, a->model, err));
    gal_status status = gal_sizing_bench_read(&deck, path, a->tech, err);
    if (status == GAL_OK) {
        status = evaluate(text, surrogate, &deck, a, err);
        gal_bench_clear(&deck);
    }
    gal_surrogate_destroy(surrogate);
    return status;
}

int cmd_surrogate_eval(int argc, char **argv) {
    arguments a = {.sweep = "lhs", .samples = 1000, .seed = 1001};
    const cli_option option[] = {
        {"model", CLI_TEXT, &a.model, "NAME", "a shipped model or a file; required"},
        {"samples", CLI_INT, &a.samples, "N", "points to simulate"},
        {"tech", CLI_TEXT, &a.tech, "NAME|DIR", "technology behind the deck's .lib .../tech.lib"},
        {"db", CLI_TEXT, &a.db, "FILE", "keep simulations here; points there do not run again"},
        {"sweep", CLI_TEXT, &a.sweep, "KIND", "lhs, sobol or random"},
        {"out", CLI_OUTPUT, &a.out, "FILE", "write there"},
        {"json", CLI_FLAG, &a.json, NULL, "JSON instead of the table"},
        {"seed", CLI_INT, &a.seed, "N", "of the points, not those of training"},
        {"threads", CLI_INT, &a.threads, "N", "ngspice processes (default: one per processor)"},
        {"quiet", CLI_FLAG, &a.quiet, NULL, "no progress on standard error"},
    };
    const cli_spec spec = {
        .command = "galena surrogate eval",
        .operands = "DECK|SPEC",
        .summary =
            "Simulates new points of a deck and compares them with what a surrogate predicts:\n"
            "fast (what predict answers), full (the ensemble), mixed (the transient measures when\n"
            "operating point and AC are simulated), and ridge regression on the same features.",
        .examples =
            "  galena surrogate eval amp.sp --model amp.safetensors --samples 1000 --json\n",
        .option = option,
        .n_option = sizeof option / sizeof *option,
        .min_operand = 1,
        .max_operand = 1};
    int n;
    const int code = cli_parse(argc, argv, &spec, &n);
    if (code >= 0) return code;
    if (!a.model) return fprintf(stderr, "galena: --model NAME is missing\n"), CLI_USAGE;
    if (a.samples < 1 || a.samples > 10000000)
        return fprintf(stderr, "galena: --samples is out of range\n"), CLI_USAGE;
    cli_threads(a.threads);
    gal_buf text;
    gal_error err = {0};
    gal_buf_init(&text);
    const gal_status status = run(&text, &a, argv[1], &err);
    const int exit_code = status == GAL_OK ? cli_emit(a.out, text.data, text.size) : cli_fail(&err);
    gal_buf_clear(&text);
    return exit_code;
}
