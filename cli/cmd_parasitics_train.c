/* galena parasitics train: from labelled circuits to a model file. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/pex_common.h"
#include "tasks/parasitics/train.h"

#include <stdio.h>
#include <string.h>

typedef struct arguments {
    const char *out, *exclude, *only, *extractor, *balance, *checkpoint, *note;
    int quiet, no_network;
    long threads, seed, members, epochs, pretrain, width, layers, trees, folds, batch;
    double dropout, decay;
} arguments;

static int to_options(gal_pex_train_options *o, const arguments *a) {
    const int balance = gal_pex_balance_find(a->balance);
    if (balance < 0) {
        fprintf(stderr, "galena: unknown balance %s, expected none, bmc, gai, bni or lds\n",
                a->balance);
        return 0;
    }
    if (!cli_in_range("members", (double)a->members, 0, GAL_PEX_MAX_MEMBER) ||
        !cli_in_range("width", (double)a->width, 1, 512) ||
        !cli_in_range("layers", (double)a->layers, 1, GAL_PEX_MAX_LAYER) ||
        !cli_in_range("trees", (double)a->trees, 1, 100000) ||
        !cli_in_range("folds", (double)a->folds, 2, 1000) ||
        !cli_in_range("batch", (double)a->batch, 1, 100000) ||
        !cli_in_range("dropout", a->dropout, 0, 0.99))
        return 0;
    o->balance = (gal_pex_balance)balance;
    o->seed = o->estimate.seed = (uint64_t)a->seed;
    o->members = a->no_network ? 0 : (int)a->members;
    o->epochs = (int)a->epochs;
    o->pretrain_epochs = (int)a->pretrain;
    o->shape.width = (int32_t)a->width;
    o->shape.n_layer = (int32_t)a->layers;
    o->estimate.trees = (int)a->trees;
    o->estimate.folds = (int)a->folds;
    o->shape.dropout = (float)a->dropout;
    o->decay = a->decay;
    o->batch = (int)a->batch;
    o->checkpoint = a->checkpoint;
    o->trained_on = a->note;
    return 1;
}

static int run(const arguments *a, const gal_pex_train_options *options, int extractor,
               const char *const *path, int n_path) {
    const gal_pex_filter filter = {
        .families = a->exclude, .keep = 0, .only = a->only, .extractor = extractor};
    gal_pex_set set;
    gal_pex_model model = {0};
    gal_error err = {0};
    const gal_report *report = cli_report(a->quiet);
    gal_status status = gal_pex_set_read(&set, path, n_path, &filter, report, &err);
    if (status == GAL_OK) {
        status = gal_pex_train(&model, &set, options, report, &err);
        if (status == GAL_OK) status = gal_pex_model_save(a->out, &model, &err);
        gal_pex_model_clear(&model);
        gal_pex_set_clear(&set);
    }
    if (status != GAL_OK) return cli_fail(&err);
    gal_note(report, "wrote %s", a->out);
    return 0;
}

int cmd_parasitics_train(int argc, char **argv) {
    gal_pex_train_options o = gal_pex_train_defaults();
    arguments a = {.balance = "gai",
                   .seed = 1,
                   .members = o.members,
                   .epochs = o.epochs,
                   .pretrain = o.pretrain_epochs,
                   .width = o.shape.width,
                   .layers = o.shape.n_layer,
                   .dropout = (double)o.shape.dropout,
                   .decay = o.decay,
                   .batch = o.batch,
                   .trees = o.estimate.trees,
                   .folds = o.estimate.folds};
    const cli_option option[] = {
        {"out", CLI_OUTPUT, &a.out, "FILE", "the model (.safetensors); required"},
        {"exclude", CLI_TEXT, &a.exclude, "FILE", "leave the cell families listed in FILE out"},
        {"only", CLI_TEXT, &a.only, "CELL", "train on one cell's circuit only"},
        {"extractor", CLI_TEXT, &a.extractor, "NAME", "foundry or magic (default: by the data)"},
        {"members", CLI_INT, &a.members, "N", "networks of the ensemble"},
        {"epochs", CLI_INT, &a.epochs, "N", "passes over the circuits per network"},
        {"pretrain", CLI_INT, &a.pretrain, "N", "epochs of self-supervised pre-training; 0: none"},
        {"balance", CLI_TEXT, &a.balance, "NAME", "none, bmc, gai, bni or lds"},
        {"width", CLI_INT, &a.width, "N", "width of the embeddings"},
        {"layers", CLI_INT, &a.layers, "N", "message-passing layers"},
        {"batch", CLI_INT, &a.batch, "N", "circuits per step"},
        {"dropout", CLI_REAL, &a.dropout, "P", "share of hidden units dropped in the heads"},
        {"decay", CLI_REAL, &a.decay, "X", "weight decay"},
        {"trees", CLI_INT, &a.trees, "N", "randomised trees per target at most"},
        {"folds", CLI_INT, &a.folds, "N", "folds of the cross-fitting"},
        {"no-network", CLI_FLAG, &a.no_network, NULL, "trees and roles only"},
        {"checkpoint", CLI_TEXT, &a.checkpoint, "NAME", "save each epoch as NAME.0, ...; resume"},
        {"note", CLI_TEXT, &a.note, "TEXT", "what the model file says of its data"},
        {"seed", CLI_INT, &a.seed, "N", "seed of everything random"},
        {"threads", CLI_INT, &a.threads, "N", "threads to use; the result is the same"},
        {"quiet", CLI_FLAG, &a.quiet, NULL, "no progress on standard error"},
    };
    const cli_spec spec = {
        .command = "galena parasitics train",
        .operands = "DATA...",
        .summary =
            "Trains a model on extracted circuits: a formula and randomised trees on physical\n"
            "features, a graph network pre-trained by representation scattering that corrects\n"
            "them, and error bands from circuits kept apart. Ctrl-C saves the checkpoint.",
        .examples =
            "  galena parasitics train lib.par.gz --exclude heldout.txt --out m.safetensors\n"
            "  galena parasitics train a.par b.par --checkpoint run --out m.safetensors\n",
        .option = option,
        .n_option = sizeof option / sizeof *option,
        .min_operand = 1,
        .max_operand = -1};
    int n;
    const int code = cli_parse(argc, argv, &spec, &n);
    if (code >= 0) return code;
    if (!a.out) return fprintf(stderr, "galena: --out FILE is missing\n"), CLI_USAGE;
    const int extractor = cli_extractor(a.extractor, -1);
    if (extractor == -2 || !to_options(&o, &a)) return CLI_USAGE;
    cli_threads(a.threads);
    return run(&a, &o, extractor, (const char *const *)argv + 1, n);
}
