/* Command-line options by table: one table gives parsing and help.
 *
 * Conventions of every subcommand: exit 0 fine, 1 failed, 2 wrong usage; `--json`, `--csv`,
 * `--out`, `--threads`, `--seed`, `--model`, `--quiet` mean the same everywhere.
 */
#ifndef GALENA_CLI_OPTIONS_H
#define GALENA_CLI_OPTIONS_H

#include "base/report.h"
#include "base/status.h"
#include "base/text.h"
#include "netlist/circuit.h"
#include "netlist/warning.h"

enum { CLI_FAILED = 1, CLI_USAGE = 2 };

typedef enum cli_kind { CLI_FLAG, CLI_TEXT, CLI_OUTPUT, CLI_INT, CLI_REAL, CLI_LIST } cli_kind;

typedef struct cli_option {
    const char *name; /* long name without dashes */
    cli_kind kind;
    void *value; /* int *, const char ** (also of CLI_OUTPUT), long * (0 to 2^31 - 1), double * (not
                    negative); a list: gal_buf *, in which an option given several times is joined
                    with commas */
    const char *arg; /* name of the argument in the help, NULL for flags */
    const char *help;
} cli_option;

typedef struct cli_spec {
    const char *command;  /* "galena info" */
    const char *operands; /* "FILE..." */
    const char *summary;  /* one or two sentences */
    const char *examples; /* lines, each indented by two blanks */
    const cli_option *option;
    int n_option;
    int min_operand, max_operand; /* max < 0: any number */
} cli_spec;

/* Parses argv[1..argc[. Options and operands may mix, "--" ends the options. Files that
 * CLI_OUTPUT options name must be such as can be written: better now than after the work. Returns
 * -1 when the caller should go on (operands are then argv[1..*n_operand]), else the exit code (help
 * was asked for, or the usage was wrong and a message is on stderr). */
int cli_parse(int argc, char **argv, const cli_spec *spec, int *n_operand);

/* Prints "galena: file:line: message" on stderr; returns CLI_FAILED. */
int cli_fail(const gal_error *err);

/* Writes text to `path` (NULL: stdout). Returns 0 or the exit code. */
int cli_emit(const char *path, const char *text, unsigned long size);

/* 1 when a value lies in least..most, else a message that names the option. */
int cli_in_range(const char *option, double value, double least, double most);

/* Writes notes to stderr, unless quiet. */
const gal_report *cli_notes(int quiet);
/* The same with progress, for work that asks it whether to go on: Ctrl-C then stops the work. */
const gal_report *cli_report(int quiet);
/* Each as "file:line: warning: text" on standard error, unless quiet. */
void cli_warnings(const gal_warnings *warnings, int quiet);

/* A note about devices that a written netlist cannot say all of, if there are any. */
void cli_note_partial(const gal_circuit *circuit, int quiet);

/* Sets the number of OpenMP threads when n > 0. */
void cli_threads(long n);

#endif
