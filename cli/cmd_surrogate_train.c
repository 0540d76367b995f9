/* galena surrogate train: from a deck to a model file. */
#include "cli/commands.h"
#include "cli/options.h"
#include "tasks/sizing/deck.h"
#include "tasks/surrogate/active.h"
#include "tasks/surrogate/model.h"

#include <stdio.h>
#include <string.h>

typedef struct arguments {
    const char *tech, *db, *out, *sweep, *from;
    int quiet, active;
    long samples, seed, threads, members, width, layers, epochs, batch, fast_width, fast_steps,
        rank, adapt_steps;
    double rate, decay, validation, invalid_weight, deadline;
} arguments;

static gal_status sample(gal_surrogate_samples *samples, const gal_bench *deck, const arguments *a,
                         const gal_report *report, gal_error *err) {
    char sweep[64];
    snprintf(sweep, sizeof sweep, "%s:%ld", a->sweep, a->samples);
    const gal_surrogate_sampling sampling = {.sweep = a->active ? a->sweep : sweep,
                                             .seed = (uint64_t)a->seed,
                                             .store = a->db,
                                             .n_worker = (int32_t)a->threads,
                                             .deadline = a->deadline};
    if (a->active)
        return gal_surrogate_sample_active(samples, deck, &sampling, (int32_t)a->samples, report,
                                           err);
    return gal_surrogate_sample(samples, deck, &sampling, report, err);
}

static gal_status run(const arguments *a, const gal_surrogate_options *options, const char *path,
                      gal_error *err) {
    const gal_report *report = cli_report(a->quiet);
    gal_bench deck;
    gal_surrogate_samples samples = {0};
    gal_surrogate *surrogate = NULL;
    gal_pretrained *from = NULL;
    gal_surrogate_options o = *options;
    GAL_TRY(gal_sizing_bench_read(&deck, path, a->tech, err));
    gal_status status = a->from ? gal_pretrained_find(&from, a->from, err) : GAL_OK;
    o.from = from;
    if (status == GAL_OK) status = sample(&samples, &deck, a, report, err);
    if (status == GAL_OK) {
        gal_note(report, "%lld simulations, %d of them from the database", (long long)samples.n_run,
                 samples.n_stored);
        status = gal_surrogate_train(&surrogate, &deck, &samples, &o, report, err);
    }
    if (status == GAL_OK) status = gal_surrogate_save(a->out, surrogate, err);
    if (status == GAL_OK) gal_note(report, "wrote %s", a->out);
    gal_pretrained_destroy(from);
    gal_surrogate_destroy(surrogate);
    gal_surrogate_samples_clear(&samples);
    gal_bench_clear(&deck);
    return status;
}

static void to_options(gal_surrogate_options *o, const arguments *a) {
    o->seed = (uint64_t)a->seed;
    o->members = (int32_t)a->members;
    o->width = (int32_t)a->width;
    o->layers = (int32_t)a->layers;
    o->epochs = (int32_t)a->epochs;
    o->batch = (int32_t)a->batch;
    o->rate = a->rate;
    o->decay = a->decay;
    o->validation = a->validation;
    o->invalid_weight = a->invalid_weight;
    o->fast_width = (int32_t)a->fast_width;
    o->fast_steps = (int32_t)a->fast_steps;
    o->rank = (int32_t)a->rank;
    o->adapt_steps = (int32_t)a->adapt_steps;
    o->technology = a->tech;
}

/* What the command line starts from. */
static arguments defaults_of(const gal_surrogate_options *o) {
    return (arguments){.sweep = "lhs",
                       .samples = 3000,
                       .seed = 1,
                       .members = o->members,
                       .width = o->width,
                       .layers = o->layers,
                       .epochs = o->epochs,
                       .batch = o->batch,
                       .rate = o->rate,
                       .decay = o->decay,
                       .validation = o->validation,
                       .invalid_weight = o->invalid_weight,
                       .fast_width = o->fast_width,
                       .fast_steps = o->fast_steps,
                       .rank = o->rank};
}

static const char summary[] =
    "Simulates a deck at samples of its design variables and trains an ensemble of networks\n"
    "that predicts every measure with its spread, and whether a point is valid: first what an\n"
    "operating point and an AC analysis measure, then the transient measures from those. With\n"
    "--db results are kept: the same command goes on after an interruption, and more samples\n"
    "simulate only the new points.";

int cmd_surrogate_train(int argc, char **argv) {
    gal_surrogate_options o = gal_surrogate_defaults();
    arguments a = defaults_of(&o);
    const cli_option option[] = {
        {"samples", CLI_INT, &a.samples, "N", "points to simulate"},
        {"tech", CLI_TEXT, &a.tech, "NAME|DIR", "technology behind the deck's .lib .../tech.lib"},
        {"db", CLI_TEXT, &a.db, "FILE", "keep simulations here; points there do not run again"},
        {"from", CLI_TEXT, &a.from, "NAME", "a pre-trained sequence model that joins the ensemble"},
        {"rank", CLI_INT, &a.rank, "N", "of its low-rank adaptation"},
        {"adapt-steps", CLI_INT, &a.adapt_steps, "N", "its steps (default: by the samples)"},
        {"out", CLI_OUTPUT, &a.out, "FILE", "the model (.safetensors); required"},
        {"sweep", CLI_TEXT, &a.sweep, "KIND", "lhs, sobol or random"},
        {"active", CLI_FLAG, &a.active, NULL,
         "choose two thirds of the points where a surrogate of the others is least sure"},
        {"deadline", CLI_REAL, &a.deadline, "S", "seconds a point may take (60)"},
        {"members", CLI_INT, &a.members, "N", "networks of the ensemble"},
        {"width", CLI_INT, &a.width, "N", "units of a hidden layer"},
        {"layers", CLI_INT, &a.layers, "N", "hidden layers"},
        {"epochs", CLI_INT, &a.epochs, "N", "passes over the samples, more when they are few"},
        {"batch", CLI_INT, &a.batch, "N", "points of a step"},
        {"rate", CLI_REAL, &a.rate, "X", "peak learning rate"},
        {"decay", CLI_REAL, &a.decay, "X", "weight decay"},
        {"validation", CLI_REAL, &a.validation, "P", "share of samples to choose and calibrate by"},
        {"invalid-weight", CLI_REAL, &a.invalid_weight, "W", "weight of points that are not valid"},
        {"fast-width", CLI_INT, &a.fast_width, "N", "hidden units of the distilled network"},
        {"fast-steps", CLI_INT, &a.fast_steps, "N", "steps of distillation; 0: no such network"},
        {"seed", CLI_INT, &a.seed, "N", "of the samples and the networks"},
        {"threads", CLI_INT, &a.threads, "N", "ngspice processes and threads; same result"},
        {"quiet", CLI_FLAG, &a.quiet, NULL, "no notes or progress on standard error"},
    };
    const cli_spec spec = {
        .command = "galena surrogate train",
        .operands = "DECK|SPEC",
        .summary = summary,
        .examples =
            "  galena surrogate train amp.sp --samples 3000 --db runs.db --out amp.safetensors\n"
            "  galena surrogate train two_stage.yaml --out m.safetensors    a sizing spec's deck\n"
            "  galena surrogate train miller.sp --tech ~/cards/freepdk45 --out m.safetensors\n"
            "  galena surrogate train miller.sp --tech ~/cards/new --samples 250 --from base \\\n"
            "      --out m.safetensors    few samples, what other technologies have taught\n",
        .option = option,
        .n_option = sizeof option / sizeof *option,
        .min_operand = 1,
        .max_operand = 1};
    int n;
    const int code = cli_parse(argc, argv, &spec, &n);
    if (code >= 0) return code;
    if (!a.out) return fprintf(stderr, "galena: --out FILE is missing\n"), CLI_USAGE;
    if (a.samples < 1 || a.samples > 10000000)
        return fprintf(stderr, "galena: --samples is out of range\n"), CLI_USAGE;
    to_options(&o, &a);
    cli_threads(a.threads);
    gal_error err = {0};
    return run(&a, &o, argv[1], &err) == GAL_OK ? 0 : cli_fail(&err);
}
