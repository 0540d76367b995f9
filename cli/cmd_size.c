/* galena size: the sizes of a circuit from its targets. */
#include "base/file.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/plot.h"
#include "tasks/sizing/deck.h"
#include "tasks/sizing/report.h"

#include <stdio.h>

typedef struct arguments {
    const char *deck, *engine, *db, *model, *policy, *out, *plot;
    int json, quiet, check, add_deck, no_start;
    long budget, seed, batch, threads, target;
    double deadline;
} arguments;

/* A sizing under way. */
typedef struct run {
    const arguments *a;
    gal_sizing_spec spec;
    gal_bench bench;
    gal_buf deck;
    gal_store *store;
    gal_predictor *predictor;
    gal_ngspice *ngspice;
    gal_sizing *sizing;
    int has_bench;
} run;

static gal_status prepare(run *r, const char *path, gal_error *err) {
    GAL_TRY(gal_sizing_spec_read(&r->spec, path, r->a->deck, err));
    gal_sizing_spec_draw(&r->spec, (uint64_t)r->a->target);
    cli_warnings(&r->spec.warnings, r->a->quiet);
    GAL_TRY(gal_sizing_deck_read(&r->bench, &r->deck, &r->spec, err));
    r->has_bench = 1;
    cli_warnings(&r->bench.warnings, r->a->quiet);
    GAL_TRY(gal_sizing_spec_bind(&r->spec, &r->bench, err));
    if (r->a->db) GAL_TRY(gal_store_open(&r->store, r->a->db, &r->bench, r->a->add_deck, err));
    if (r->a->model) GAL_TRY(gal_predictor_load(&r->predictor, r->a->model, &r->bench, err));
    return GAL_OK;
}

static gal_status search(run *r, gal_error *err) {
    const arguments *a = r->a;
    const gal_ngspice_options ngspice = {.n_worker = (int32_t)a->threads, .deadline = a->deadline};
    GAL_TRY(gal_ngspice_create(&r->ngspice, &r->bench, r->store, &ngspice, err));
    const gal_simulator simulator = gal_ngspice_simulator(r->ngspice);
    const gal_sizing_options options = {.engine = a->engine      ? a->engine
                                                  : r->predictor ? "surrogate"
                                                                 : "gp",
                                        .budget = (int32_t)a->budget,
                                        .batch = a->batch > 0 ? (int32_t)a->batch
                                                              : gal_ngspice_workers(r->ngspice),
                                        .seed = (uint64_t)a->seed,
                                        .no_start = a->no_start,
                                        .predictor = r->predictor,
                                        .policy = a->policy};
    GAL_TRY(gal_sizing_create(&r->sizing, &r->bench, &r->spec, &simulator, &options, err));
    return gal_sizing_run(r->sizing, cli_report(a->quiet), err);
}

static gal_status write_deck(const run *r, gal_error *err) {
    gal_buf out, note;
    const gal_sizing *s = r->sizing;
    gal_buf_init(&out);
    gal_buf_init(&note);
    gal_sizing_comment(&note, s);
    gal_status status = gal_buf_ok(&note, err);
    if (status == GAL_OK)
        status = gal_sizing_deck_write(&out, (gal_view){r->deck.data, r->deck.size}, &r->bench,
                                       s->design[s->best].value, note.data, err);
    if (status == GAL_OK) status = gal_file_write(r->a->out, out.data, out.size, err);
    gal_buf_clear(&out);
    gal_buf_clear(&note);
    return status;
}

static gal_status draw(const run *r, gal_error *err) {
    gal_buf text;
    gal_buf_init(&text);
    gal_sizing_gnuplot(&text, r->sizing);
    const gal_status status = cli_plot(r->a->plot, 800, 500, &text, err);
    gal_buf_clear(&text);
    return status;
}

/* The outcome on standard output. */
static gal_status print(const run *r, gal_error *err) {
    gal_buf text;
    gal_buf_init(&text);
    gal_status status = GAL_OK;
    if (r->a->json) status = gal_sizing_json(&text, r->sizing, err);
    else gal_sizing_table(&text, r->sizing);
    if (status == GAL_OK) status = gal_buf_ok(&text, err);
    if (status == GAL_OK) fwrite(text.data, 1, text.size, stdout);
    gal_buf_clear(&text);
    gal_buf_init(&text);
    gal_sizing_missed(&text, r->sizing);
    if (text.data && !r->a->quiet) fputs(text.data, stderr);
    gal_buf_clear(&text);
    return status;
}

/* All that was asked for; the first failure counts, the rest is still done. */
static gal_status conclude(const run *r, gal_error *err) {
    gal_status status = print(r, err);
    if (r->a->out && r->sizing->best >= 0) {
        const gal_status wrote = write_deck(r, status == GAL_OK ? err : NULL);
        if (status == GAL_OK) status = wrote;
    }
    if (r->a->plot && r->sizing->n_design) {
        const gal_status drew = draw(r, status == GAL_OK ? err : NULL);
        if (status == GAL_OK) status = drew;
    }
    return status;
}

static void describe(const run *r) {
    printf("deck %s, %d variables, %d targets, %d corners\n", r->spec.deck, r->bench.n_var,
           r->spec.n_target, r->bench.n_corner);
    for (int32_t i = 0; i < r->bench.n_var; i++) {
        const gal_bench_var *v = &r->bench.var[i];
        printf("var %-10s %12.6g  %.6g to %.6g%s\n", v->name, v->value, v->lo, v->hi,
               v->log ? " log" : "");
    }
    for (int32_t i = 0; i < r->spec.n_target; i++) {
        const gal_target *t = &r->spec.target[i];
        if (t->sense >= GAL_SENSE_MIN)
            printf("objective %-5s %s weight %g\n", t->measure, gal_sense_text(t->sense),
                   t->weight);
        else
            printf("%s %-10s %s %.6g weight %g\n", t->soft ? "soft" : "hard", t->measure,
                   gal_sense_text(t->sense), t->value, t->weight);
    }
}

static void clear(run *r) {
    gal_sizing_destroy(r->sizing);
    gal_ngspice_destroy(r->ngspice);
    gal_predictor_destroy(r->predictor);
    if (r->has_bench) gal_bench_clear(&r->bench);
    gal_buf_clear(&r->deck);
    gal_sizing_spec_clear(&r->spec);
}

static int execute(const char *path, const arguments *a) {
    run r = {.a = a};
    gal_error err = {0}, after = {0};
    gal_buf_init(&r.deck);
    gal_status status = prepare(&r, path, &err);
    if (status == GAL_OK && a->check) describe(&r);
    else if (status == GAL_OK) status = search(&r, &err);
    int code = status == GAL_OK ? 0 : cli_fail(&err);
    if (r.sizing && conclude(&r, &after) != GAL_OK) code = cli_fail(&after);
    if (r.store && gal_store_close(r.store, &after) != GAL_OK) code = cli_fail(&after);
    if (status == GAL_ECANCELED && a->db)
        fprintf(stderr, "galena: simulations are in %s: the same command goes on from there\n",
                a->db);
    if (code == 0 && r.sizing && !gal_sizing_met(r.sizing)) code = CLI_FAILED;
    clear(&r);
    return code;
}

static const char summary[] =
    "Finds sizes that meet the targets of a spec: a file with the deck and lines such as\n\n"
    "  deck   miller.sp\n"
    "  gain   >= 70                  hard target on a measure of the deck\n"
    "  power  <= 1m soft weight=2    good to have\n"
    "  minimize power                objective, once all targets hold\n"
    "  corners nominal ss ff         where they must hold\n"
    "  var w1 1u 20u log             range, when the deck has none (*galena var)\n"
    "  budget 200                    most simulations\n\n"
    "or the same as JSON or YAML, AutoCkt's and PPAAS' params and target_specs included\n"
    "(docs/sizing.md). Prints the targets with what was achieved. Exit status 0 when every hard\n"
    "target is met in every corner.";

static const char examples[] =
    "  galena size miller.size\n"
    "  galena size miller.size --out sized.sp --plot conv.png --json > sizing.json\n"
    "  galena size miller.size --db runs.db            Ctrl-C keeps the best; again to resume\n"
    "  galena size miller.size --model miller_generic180   with a trained surrogate\n"
    "  galena size two_stage.yaml --deck two_stage.cir --target 7\n"
    "  galena size miller.size --engine cmaes --budget 1000 --seed 7\n";

int cmd_size(int argc, char **argv) {
    arguments a = {.deadline = 60};
    const cli_option option[] = {
        {"deck", CLI_TEXT, &a.deck, "FILE", "the testbench, instead of the spec's"},
        {"target", CLI_INT, &a.target, "K",
         "which draw of targets that the spec gives as ranges (0)"},
        {"engine", CLI_TEXT, &a.engine, "NAME",
         "gp (default), surrogate, policy (both with --model), ddpg, cmaes, de, random"},
        {"model", CLI_TEXT, &a.model, "NAME",
         "trained surrogate of the deck: a shipped one or a file"},
        {"policy", CLI_TEXT, &a.policy, "FILE", "of engine policy: read, or trained and written"},
        {"budget", CLI_INT, &a.budget, "N", "most simulations (the spec's, or 200)"},
        {"batch", CLI_INT, &a.batch, "N", "designs simulated together (default: --threads)"},
        {"seed", CLI_INT, &a.seed, "N", "seed of the search (0)"},
        {"no-start", CLI_FLAG, &a.no_start, NULL, "do not begin with the deck's own sizes"},
        {"db", CLI_TEXT, &a.db, "FILE", "keep simulations here; none runs twice"},
        {"add-deck", CLI_FLAG, &a.add_deck, NULL, "let the database hold several decks"},
        {"deadline", CLI_REAL, &a.deadline, "S", "seconds a simulation may take"},
        {"out", CLI_OUTPUT, &a.out, "FILE", "the deck with the sizes found"},
        {"plot", CLI_OUTPUT, &a.plot, "FILE", "convergence, .png or .svg, through gnuplot"},
        {"json", CLI_FLAG, &a.json, NULL, "JSON with every design instead of the table"},
        {"check", CLI_FLAG, &a.check, NULL, "print what was understood, run nothing"},
        {"threads", CLI_INT, &a.threads, "N", "ngspice processes (default: one per processor)"},
        {"quiet", CLI_FLAG, &a.quiet, NULL, "no notes or progress on standard error"},
    };
    const cli_spec spec = {.command = "galena size",
                           .operands = "SPEC",
                           .summary = summary,
                           .examples = examples,
                           .option = option,
                           .n_option = sizeof option / sizeof *option,
                           .min_operand = 1,
                           .max_operand = 1};
    int n;
    const int code = cli_parse(argc, argv, &spec, &n);
    if (code >= 0) return code;
    if (!cli_can_plot(a.plot)) return CLI_USAGE;
    return execute(argv[1], &a);
}
