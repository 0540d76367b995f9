/* The command `galena`: finds the subcommand and hands over. */
#include "cli/commands.h"
#include "cli/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} command[] = {
    {"parasitics", "predict wire capacitances of a schematic netlist; train, evaluate, validate",
     cmd_parasitics},
    {"simulate", "run a deck over design variables, corners and samples with ngspice",
     cmd_simulate},
    {"size", "find the sizes of a circuit that meet its targets", cmd_size},
    {"surrogate", "learn a deck: sizes in, measures with spread and validity out", cmd_surrogate},
    {"tech", "flatten a PDK's library into a small model card", cmd_tech},
    {"info", "print what was understood of a netlist", cmd_info},
    {"convert", "rewrite a netlist or an extracted netlist in another format", cmd_convert},
    {"models", "list the trained models and their cards", cmd_models},
};
enum { N_COMMAND = sizeof command / sizeof *command };

static void print_help(FILE *out) {
    fputs("galena: graph learning for electronic netlists\n\n"
          "Circuits in, predictions out, each checked against the tool it stands in for.\n\n"
          "usage: galena COMMAND ...\n\ncommands:\n",
          out);
    for (int i = 0; i < N_COMMAND; i++)
        fprintf(out, "  %-12s %s\n", command[i].name, command[i].summary);
    fputs(
        "\nexamples:\n"
        "  galena parasitics predict amp.sp                  a table of capacitances per net\n"
        "  galena parasitics predict amp.sp --out amp_c.sp   the netlist with capacitors, for "
        "ngspice\n"
        "  galena parasitics predict top.cdl --top dff --out dff.spef\n"
        "  galena simulate amp.sp --sweep lhs:1000 --db runs.db --csv\n"
        "  galena size amp.size --out sized.sp --plot conv.svg\n"
        "  galena info amp.sp                                devices, nets, hierarchy, supplies\n\n"
        "galena COMMAND --help tells more. Exit status: 0 fine, 1 failed, 2 wrong usage.\n",
        out);
}

/* A file or a socket opened later must not become the standard output of a command that was
 * started without one. Using what is not there stays an error. */
static void open_standard(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0) open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static int dispatch(int argc, char **argv) {
    if (argc < 2) return print_help(stderr), CLI_USAGE;
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
        return print_help(stdout), 0;
    if (!strcmp(argv[1], "--version")) return puts("galena " GALENA_VERSION), 0;
    for (int i = 0; i < N_COMMAND; i++)
        if (!strcmp(argv[1], command[i].name)) return command[i].run(argc - 1, argv + 1);
    fprintf(stderr, "galena: unknown command %s\ntry: galena --help\n", argv[1]);
    return CLI_USAGE;
}

int main(int argc, char **argv) {
    open_standard();
    const int code = dispatch(argc, argv);
    errno = 0;
    if (code || (fflush(stdout) == 0 && !ferror(stdout))) return code;
    fprintf(stderr, "galena: standard output: %s\n", errno ? strerror(errno) : "cannot be written");
    return CLI_FAILED;
}
