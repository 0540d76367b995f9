/* galena surrogate: finds the verb and hands over. */
#include "cli/commands.h"
#include "cli/options.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} verb[] = {
    {"train", "simulate a deck at samples of its design variables and learn its metrics",
     cmd_surrogate_train},
    {"pretrain", "one sequence model of several decks and technologies, for train to start from",
     cmd_surrogate_pretrain},
    {"predict", "sizes in, metrics with spread and validity out", cmd_surrogate_predict},
    {"eval", "error of a surrogate on newly simulated points, beside ridge regression",
     cmd_surrogate_eval},
};
enum { N_VERB = sizeof verb / sizeof *verb };

static void print_help(FILE *out) {
    fputs("usage: galena surrogate VERB ...\n\nverbs:\n", out);
    for (int i = 0; i < N_VERB; i++) fprintf(out, "  %-8s %s\n", verb[i].name, verb[i].summary);
    fputs("\nexamples:\n"
          "  galena surrogate predict --model miller_generic180 --set n1=20,ib=10u\n"
          "  galena surrogate train amp.sp --samples 3000 --db runs.db --out amp.safetensors\n"
          "  galena surrogate eval amp.sp --model amp.safetensors --samples 1000 --json\n\n"
          "galena surrogate VERB --help tells more.\n",
          out);
}

int cmd_surrogate(int argc, char **argv) {
    if (argc < 2) return print_help(stderr), CLI_USAGE;
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) return print_help(stdout), 0;
    for (int i = 0; i < N_VERB; i++)
        if (!strcmp(argv[1], verb[i].name)) return verb[i].run(argc - 1, argv + 1);
    fprintf(stderr, "galena: unknown verb %s\ntry: galena surrogate --help\n", argv[1]);
    return CLI_USAGE;
}
