/* galena parasitics import: extracted netlists to one .par file. */
#include "base/file.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "netlist/extract_read.h"
#include "netlist/par.h"

#include <stdio.h>

typedef struct arguments {
    const char *out, *top;
    int keep_going, quiet;
} arguments;

/* Nothing can be learnt of circuits without transistors or capacitances. */
static void note_gaps(const gal_report *report, const gal_extract_set *set) {
    int bare = 0, unlabelled = 0;
    for (int32_t i = 0; i < set->n; i++) {
        bare += set->item[i].circuit.n_device == 0;
        unlabelled += set->item[i].n_cap == 0;
    }
    if (bare) gal_note(report, "%d of %d circuits have no transistors", bare, set->n);
    if (unlabelled) gal_note(report, "%d of %d circuits have no capacitances", unlabelled, set->n);
}

/* Reads every file; with keep_going a bad one costs a message only. */
static int import(const arguments *a, char **path, int n) {
    gal_extract_set set = {0};
    gal_error err = {0};
    int bad = 0;
    const gal_report *report = cli_report(a->quiet);
    const gal_extract_options options = {.top = a->top};
    for (int i = 0; i < n; i++) {
        if (!gal_progress(report, "importing", i, n, "%s", gal_path_base(path[i]))) break;
        if (gal_extract_read(&set, path[i], &options, &err) == GAL_OK) continue;
        bad++;
        cli_fail(&err);
        if (!a->keep_going) break;
    }
    int code = bad && (!a->keep_going || set.n == 0) ? CLI_FAILED : 0;
    if (code == 0) note_gaps(report, &set);
    if (code == 0 && gal_par_write(a->out, &set, &err) != GAL_OK) code = cli_fail(&err);
    if (code == 0) gal_note(report, "%d circuits in %s, %d files refused", set.n, a->out, bad);
    gal_extract_set_clear(&set);
    return code;
}

int cmd_parasitics_import(int argc, char **argv) {
    arguments a = {0};
    const cli_option option[] = {
        {"out", CLI_OUTPUT, &a.out, "FILE", "the .par file to write; required"},
        {"top", CLI_TEXT, &a.top, "CELL", "of flat SPICE: the cell to take"},
        {"keep-going", CLI_FLAG, &a.keep_going, NULL, "skip files that cannot be read"},
        {"quiet", CLI_FLAG, &a.quiet, NULL, "no progress on standard error"},
    };
    const cli_spec spec = {
        .command = "galena parasitics import",
        .operands = "FILE...",
        .summary =
            "Reads extracted netlists and writes their transistors and capacitances as\n"
            "training data. Formats, told apart by content: Calibre .spice with .pxi and .pex\n"
            "beside it, DSPF, SPEF, magic .ext, flat SPICE with capacitors, .par.",
        .examples = "  galena parasitics import --out hd.par cells/*/*__*_?.spice\n"
                    "  galena parasitics import --out blocks.par amp.dspf pll.ext\n",
        .option = option,
        .n_option = sizeof option / sizeof *option,
        .min_operand = 1,
        .max_operand = -1};
    int n;
    const int code = cli_parse(argc, argv, &spec, &n);
    if (code >= 0) return code;
    if (!a.out) return fprintf(stderr, "galena: --out FILE is missing\n"), CLI_USAGE;
    return import(&a, argv + 1, n);
}
