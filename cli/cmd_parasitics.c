/* galena parasitics: finds the verb and hands over. */
#include "cli/commands.h"
#include "cli/options.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} verb[] = {
    {"predict", "netlist in, ground and coupling capacitances out", cmd_parasitics_predict},
    {"import", "extracted netlists to training data (.par)", cmd_parasitics_import},
    {"train", "pre-train and train a model on .par data", cmd_parasitics_train},
    {"eval", "error of a model and of the baselines on labelled data", cmd_parasitics_eval},
    {"validate", "cell delays by ngspice: schematic, predicted, extracted",
     cmd_parasitics_validate},
};
enum { N_VERB = sizeof verb / sizeof *verb };

static void print_help(FILE *out) {
    fputs("usage: galena parasitics VERB ...\n\nverbs:\n", out);
    for (int i = 0; i < N_VERB; i++) fprintf(out, "  %-9s %s\n", verb[i].name, verb[i].summary);
    fputs("\nexamples:\n"
          "  galena parasitics predict amp.sp --top amp\n"
          "  galena parasitics import --out lib.par cells/*/*.spice\n"
          "  galena parasitics train lib.par --out my.safetensors\n"
          "  galena parasitics eval --data other.par.gz --model my.safetensors --json\n\n"
          "galena parasitics VERB --help tells more.\n",
          out);
}

int cmd_parasitics(int argc, char **argv) {
    if (argc < 2) return print_help(stderr), CLI_USAGE;
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) return print_help(stdout), 0;
    for (int i = 0; i < N_VERB; i++)
        if (!strcmp(argv[1], verb[i].name)) return verb[i].run(argc - 1, argv + 1);
    fprintf(stderr, "galena: unknown verb %s\ntry: galena parasitics --help\n", argv[1]);
    return CLI_USAGE;
}
