/* galena surrogate pretrain: one sequence model of several decks and technologies. */
#include "base/vec.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "tasks/sizing/deck.h"
#include "tasks/surrogate/pretrained.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct arguments {
    const char *db, *out, *checkpoint;
    gal_buf tech;
    int quiet;
    long samples, nets, steps, batch, seed, threads;
    double rate, deadline;
} arguments;

/* Decks on their technologies, with their samples. */
typedef struct courses {
    gal_vec(gal_bench *) bench;
    gal_vec(gal_surrogate_samples *) samples;
} courses;

static void courses_clear(courses *c) {
    for (size_t i = 0; i < c->bench.size; i++) {
        gal_bench_clear(c->bench.data[i]);
        free(c->bench.data[i]);
    }
    for (size_t i = 0; i < c->samples.size; i++) {
        gal_surrogate_samples_clear(c->samples.data[i]);
        free(c->samples.data[i]);
    }
    gal_vec_free(&c->bench);
    gal_vec_free(&c->samples);
}

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Reads the deck on `tech` (NULL: its own) and simulates it; its results are kept in
 * DB/deck_tech.db. */
static gal_status add_course(courses *c, const char *deck, const char *tech, const arguments *a,
                             gal_error *err) {
    const gal_report *report = cli_report(a->quiet);
    gal_bench *bench = calloc(1, sizeof *bench);
    gal_surrogate_samples *samples = calloc(1, sizeof *samples);
    char sweep[64], store[4096];
    if (!bench || !gal_vec_push(&c->bench, bench)) {
        free(bench);
        free(samples);
        return gal_fail(err, GAL_ENOMEM, "out of memory for decks");
    }
    if (!samples || !gal_vec_push(&c->samples, samples)) {
        free(samples);
        return gal_fail(err, GAL_ENOMEM, "out of memory for decks");
    }
    snprintf(sweep, sizeof sweep, "lhs:%ld", a->samples);
    snprintf(store, sizeof store, "%s/%s_%s.db", a->db ? a->db : "", last_part(deck),
             tech ? last_part(tech) : "own");
    GAL_TRY(gal_sizing_bench_read(bench, deck, tech, err));
    const gal_surrogate_sampling sampling = {.sweep = sweep,
                                             .seed = (uint64_t)a->seed,
                                             .store = a->db ? store : NULL,
                                             .n_worker = (int32_t)a->threads,
                                             .deadline = a->deadline};
    GAL_TRY(gal_surrogate_sample(samples, bench, &sampling, report, err));
    gal_note(report, "%s%s%s: %lld simulations, %d of them from the database", deck,
             tech ? " on " : "", tech ? tech : "", (long long)samples->n_run, samples->n_stored);
    return GAL_OK;
}

static gal_status add_deck(courses *c, const char *deck, const arguments *a, gal_error *err) {
    const char *list = a->tech.data;
    if (!list || !*list) return add_course(c, deck, NULL, a, err);
    while (*list) {
        char tech[4096];
        const size_t size = strcspn(list, ",");
        snprintf(tech, sizeof tech, "%.*s", (int)size, list);
        list += size + (list[size] == ',');
        if (*tech) GAL_TRY(add_course(c, deck, tech, a, err));
    }
    return GAL_OK;
}

static gal_status run(const arguments *a, const gal_pretrain_options *options, char **deck, int n,
                      gal_error *err) {
    const gal_report *report = cli_report(a->quiet);
    courses c = {0};
    gal_pretrained *pretrained = NULL;
    gal_status status = GAL_OK;
    if (a->db && mkdir(a->db, 0777) != 0 && errno != EEXIST)
        status = gal_fail_at(err, GAL_EIO, a->db, 0, 0, "%s", strerror(errno));
    for (int i = 0; status == GAL_OK && i < n; i++) status = add_deck(&c, deck[i], a, err);
    if (status == GAL_OK)
        status = gal_pretrain(&pretrained, (const gal_bench *const *)c.bench.data,
                              (const gal_surrogate_samples *const *)c.samples.data,
                              (int32_t)c.bench.size, options, report, err);
    if (status == GAL_OK) status = gal_pretrained_save(a->out, pretrained, err);
    if (status == GAL_OK) gal_note(report, "wrote %s", a->out);
    gal_pretrained_destroy(pretrained);
    courses_clear(&c);
    return status;
}

static const char summary[] =
    "Trains a sequence model of all decks on all technologies together: the circuit enters as its\n"
    "graph, and metrics are answered one after the other, the cheap ones first. A surrogate that\n"
    "starts from it (galena surrogate train --from) needs few simulations of a new technology.";

int cmd_surrogate_pretrain(int argc, char **argv) {
    gal_pretrain_options o = gal_pretrain_defaults();
    arguments a = {.samples = 3000,
                   .nets = o.nets,
                   .steps = o.steps,
                   .batch = o.batch,
                   .seed = (long)o.seed,
                   .rate = o.rate};
    const cli_option option[] = {
        {"tech", CLI_LIST, &a.tech, "A,B,...", "technologies (names or folders) of every deck"},
        {"samples", CLI_INT, &a.samples, "N", "points to simulate of each deck"},
        {"db", CLI_TEXT, &a.db, "DIR", "keep simulations there; points there do not run again"},
        {"out", CLI_OUTPUT, &a.out, "FILE", "the model (.safetensors); required"},
        {"checkpoint", CLI_TEXT, &a.checkpoint, "NAME", "save as NAME.0, ... as it goes; resume"},
        {"nets", CLI_INT, &a.nets, "N", "networks, trained side by side"},
        {"steps", CLI_INT, &a.steps, "N", "steps of the training"},
        {"batch", CLI_INT, &a.batch, "N", "points of a step"},
        {"rate", CLI_REAL, &a.rate, "X", "peak learning rate"},
        {"deadline", CLI_REAL, &a.deadline, "S", "seconds a point may take (60)"},
        {"seed", CLI_INT, &a.seed, "N", "of the samples and the networks"},
        {"threads", CLI_INT, &a.threads, "N", "ngspice processes and threads; same result"},
        {"quiet", CLI_FLAG, &a.quiet, NULL, "no notes or progress on standard error"},
    };
    const cli_spec spec = {
        .command = "galena surrogate pretrain",
        .operands = "DECK|SPEC...",
        .summary = summary,
        .examples =
            "  galena surrogate pretrain ota.sp miller.sp --tech generic180,~/cards/sky130 \\\n"
            "      --db runs --checkpoint base --out base.safetensors\n"
            "  galena surrogate train miller.sp --tech ~/cards/new --from base.safetensors \\\n"
            "      --samples 250 --out miller.safetensors\n",
        .option = option,
        .n_option = sizeof option / sizeof *option,
        .min_operand = 1,
        .max_operand = -1};
    int n;
    const int code = cli_parse(argc, argv, &spec, &n);
    if (code < 0 && !a.out) fprintf(stderr, "galena: --out FILE is missing\n");
    if (code >= 0 || !a.out) return gal_buf_clear(&a.tech), code >= 0 ? code : CLI_USAGE;
    o.nets = (int32_t)a.nets;
    o.steps = (int32_t)a.steps;
    o.batch = (int32_t)a.batch;
    o.rate = a.rate;
    o.seed = (uint64_t)a.seed;
    o.checkpoint = a.checkpoint;
    cli_threads(a.threads);
    gal_error err = {0};
    const gal_status status = run(&a, &o, argv + 1, n, &err);
    gal_buf_clear(&a.tech);
    return status == GAL_OK ? 0 : cli_fail(&err);
}
