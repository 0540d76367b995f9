#include "cli/options.h"

#include "base/file.h"
#include <errno.h>
#include <math.h>
#include <omp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The default of an option that has one other than nothing, as " (2)". */
static void print_default(const cli_option *o) {
    const char *const *text = o->value;
    if (o->kind == CLI_INT && *(const long *)o->value > 0) printf(" (%ld)", *(long *)o->value);
    if (o->kind == CLI_REAL && *(const double *)o->value > 0) printf(" (%g)", *(double *)o->value);
    if (o->kind == CLI_TEXT && *text) printf(" (%s)", *text);
}

static void print_help(const cli_spec *spec) {
    printf("usage: %s [options]%s%s\n\n%s\n\noptions:\n", spec->command, *spec->operands ? " " : "",
           spec->operands, spec->summary);
    for (int i = 0; i < spec->n_option; i++) {
        char left[64];
        const cli_option *o = &spec->option[i];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
        printf("  %-24s %s", left, o->help);
        print_default(o);
        printf("\n");
    }
    printf("  %-24s %s\n", "--help", "this text");
    if (spec->examples) printf("\nexamples:\n%s", spec->examples);
}

static int usage_error(const cli_spec *spec, const char *what, const char *which) {
    fprintf(stderr, "galena: %s%s%s\nusage: %s [options] %s\ntry: %s --help\n", what,
            *which ? " " : "", which, spec->command, spec->operands, spec->command);
    return CLI_USAGE;
}

static int store(const cli_option *option, const char *text) {
    char *end = NULL;
    errno = 0;
    switch (option->kind) {
    case CLI_FLAG:
        *(int *)option->value = 1;
        return 1;
    case CLI_TEXT:
    case CLI_OUTPUT:
        *(const char **)option->value = text;
        return 1;
    case CLI_LIST: {
        gal_buf *list = option->value;
        if (list->size) gal_buf_text(list, ",");
        gal_buf_text(list, text);
        return !list->failed;
    }
    case CLI_INT: {
        const long value = strtol(text, &end, 10);
        if (!*text || *end || errno || value < 0 || value > INT32_MAX) return 0;
        *(long *)option->value = value;
        return 1;
    }
    case CLI_REAL: {
        const double value = strtod(text, &end);
        if (!*text || *end || errno || !isfinite(value) || value < 0) return 0;
        *(double *)option->value = value;
        return 1;
    }
    }
    return 0;
}

static const cli_option *find(const cli_spec *spec, const char *name, size_t size) {
    for (int i = 0; i < spec->n_option; i++)
        if (strlen(spec->option[i].name) == size && !strncmp(spec->option[i].name, name, size))
            return &spec->option[i];
    return NULL;
}

/* Handles argv[*at] = "--name" or "--name=value"; returns -1 to go on. */
static int take_option(int argc, char **argv, const cli_spec *spec, int *at) {
    const char *name = argv[*at] + 2, *equal = strchr(name, '=');
    const size_t size = equal ? (size_t)(equal - name) : strlen(name);
    if (!strcmp(name, "help")) return print_help(spec), 0;
    const cli_option *option = find(spec, name, size);
    if (!option) return usage_error(spec, "unknown option", argv[*at]);
    const char *value = equal ? equal + 1 : NULL;
    if (option->kind == CLI_FLAG && value)
        return usage_error(spec, "no value belongs to", argv[*at]);
    if (option->kind != CLI_FLAG && !value) {
        if (*at + 1 >= argc) return usage_error(spec, "a value is missing after", argv[*at]);
        value = argv[++*at];
    }
    if (store(option, value)) return -1;
    return usage_error(spec,
                       option->kind == CLI_INT ? "expected a whole number from 0 to 2147483647, not"
                                               : "expected a number that is not negative, not",
                       value);
}

static int check_outputs(const cli_spec *spec) {
    gal_error err = {0};
    for (int i = 0; i < spec->n_option; i++) {
        const cli_option *o = &spec->option[i];
        if (o->kind != CLI_OUTPUT) continue;
        const char *path = *(const char *const *)o->value;
        if (path && gal_file_check_writable(path, &err) != GAL_OK) return cli_fail(&err);
    }
    return -1;
}

int cli_parse(int argc, char **argv, const cli_spec *spec, int *n_operand) {
    int only_operands = 0;
    *n_operand = 0;
    for (int i = 1; i < argc; i++) {
        if (only_operands || argv[i][0] != '-' || !strcmp(argv[i], "-")) {
            argv[++*n_operand] = argv[i];
        } else if (!strcmp(argv[i], "--")) {
            only_operands = 1;
        } else if (!strcmp(argv[i], "-h")) {
            return print_help(spec), 0;
        } else if (argv[i][1] != '-') {
            return usage_error(spec, "unknown option", argv[i]);
        } else {
            const int code = take_option(argc, argv, spec, &i);
            if (code >= 0) return code;
        }
    }
    if (*n_operand < spec->min_operand) return usage_error(spec, "an operand is missing", "");
    if (spec->max_operand >= 0 && *n_operand > spec->max_operand)
        return usage_error(spec, "unexpected operand", argv[spec->max_operand + 1]);
    return check_outputs(spec);
}

int cli_in_range(const char *option, double value, double least, double most) {
    if (value >= least && value <= most) return 1;
    fprintf(stderr, "galena: --%s: expected %g to %g, not %g\n", option, least, most, value);
    return 0;
}

int cli_fail(const gal_error *err) {
    char text[1024];
    fprintf(stderr, "galena: %s\n", gal_error_format(err, text, sizeof text));
    return CLI_FAILED;
}

int cli_emit(const char *path, const char *text, unsigned long size) {
    gal_error err = {0};
    if (path && gal_file_write(path, text, size, &err) != GAL_OK) return cli_fail(&err);
    if (!path && (fwrite(text, 1, size, stdout) != size || fflush(stdout) != 0)) {
        perror("galena: standard output");
        return CLI_FAILED;
    }
    return 0;
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number) {
    (void)signal_number;
    interrupted = 1;
}

static void note(void *user, const char *text) {
    (void)user;
    fprintf(stderr, "%s\n", text);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* One line, rewritten in place on a terminal; in a pipe, a line a minute and one at the end. */
static int progress(void *user, const char *what, long done, long total, const char *detail) {
    static struct {
        const char *what;
        double start, shown;
    } state;
    (void)user;
    const double t = now();
    const int terminal = isatty(STDERR_FILENO), last = done >= total;
    if (!state.what || strcmp(state.what, what) != 0 || done == 0) {
        state.what = what;
        state.start = t;
        state.shown = terminal ? 0 : t;
    }
    if (last || t - state.shown > (terminal ? 0.2 : 60)) {
        const double spent = t - state.start,
                     left = done ? spent * (double)(total - done) / (double)done : 0;
        fprintf(stderr, "%s%s %ld/%ld  %.0f s, %.0f s left  %s%s", terminal ? "\r" : "", what, done,
                total, spent, left, detail, terminal && !last ? "\033[K" : "\n");
        state.shown = t;
    }
    return !interrupted;
}

static int silent_progress(void *user, const char *what, long done, long total,
                           const char *detail) {
    (void)user, (void)what, (void)done, (void)total, (void)detail;
    return !interrupted;
}

const gal_report *cli_notes(int quiet) {
    static const gal_report report = {.note = note}, silent = {0};
    return quiet ? &silent : &report;
}

const gal_report *cli_report(int quiet) {
    static const gal_report report = {.note = note, .progress = progress};
    static const gal_report silent = {.progress = silent_progress};
    const struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    return quiet ? &silent : &report;
}

void cli_warnings(const gal_warnings *warnings, int quiet) {
    for (int32_t i = 0; i < warnings->n; i++) {
        const gal_warning *w = &warnings->item[i];
        gal_note(cli_notes(quiet), "%s:%d: warning: %s", w->file, w->line, w->text);
    }
}

void cli_note_partial(const gal_circuit *circuit, int quiet) {
    const char *first = NULL;
    int n = 0;
    for (int32_t d = 0; d < circuit->n_device; d++) {
        if (!circuit->device[d].partial) continue;
        if (!first) first = circuit->device[d].name;
        n++;
    }
    if (n > 1)
        gal_note(cli_notes(quiet),
                 "%s and %d more are written by plain values: waveforms and formulas are not kept",
                 first, n - 1);
    else if (n)
        gal_note(cli_notes(quiet),
                 "%s is written by a plain value: waveforms and formulas are not kept", first);
}

void cli_threads(long n) {
    if (n > 0 && n < 1024) omp_set_num_threads((int)n);
}
