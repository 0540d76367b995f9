/* galena convert: a netlist or an extracted netlist in another format. */
#include "base/file.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "netlist/extract_read.h"
#include "netlist/par.h"
#include "netlist/spef.h"
#include "netlist/spice_write.h"

#include <stdio.h>

/* One circuit with its capacitances as a SPICE netlist. */
static gal_status print_spice(gal_buf *text, const gal_extract *extract, gal_error *err) {
    const gal_spice_write_options options = {.cap = extract->cap, .n_cap = extract->n_cap};
    cli_note_partial(&extract->circuit, 0);
    return gal_spice_write(text, &extract->circuit, &options, err);
}

static gal_status print(gal_buf *text, const gal_extract_set *set, const char *out,
                        gal_error *err) {
    const int spice = gal_path_has_ending(out, ".sp") || gal_path_has_ending(out, ".spice") ||
                      gal_path_has_ending(out, ".cir") || gal_path_has_ending(out, ".cdl");
    const int spef = gal_path_has_ending(out, ".spef");
    if (!spice && !spef && !gal_path_has_ending(out, ".par"))
        return gal_fail(err, GAL_EINVAL, "%s: expected .sp, .spice, .cir, .cdl, .spef or .par",
                        out);
    if (spef && set->n != 1)
        return gal_fail(err, GAL_EINVAL, "SPEF holds one design, the input has %d", set->n);
    for (int32_t i = 0; i < set->n; i++) {
        if (spice) GAL_TRY(print_spice(text, &set->item[i], err));
        else if (spef) GAL_TRY(gal_spef_print(text, &set->item[i], NULL, err));
        else gal_par_print(text, &set->item[i]);
    }
    return gal_buf_ok(text, err);
}

int cmd_convert(int argc, char **argv) {
    const char *out = NULL, *top = NULL;
    const cli_option option[] = {
        {"out", CLI_OUTPUT, &out, "FILE", ".sp, .spice, .cir, .cdl, .spef or .par; required"},
        {"top", CLI_TEXT, &top, "CELL", "of a SPICE netlist: the cell to flatten"},
    };
    const cli_spec spec = {
        .command = "galena convert",
        .operands = "FILE",
        .summary =
            "Reads a netlist (SPICE, CDL) or an extracted netlist (Calibre, DSPF, SPEF, magic\n"
            ".ext, .par) and writes it flat in another format.",
        .examples = "  galena convert amp.cdl --top amp --out amp.sp\n"
                    "  galena convert amp.dspf --out amp.spef\n",
        .option = option,
        .n_option = sizeof option / sizeof *option,
        .min_operand = 1,
        .max_operand = 1};
    int n;
    const int code = cli_parse(argc, argv, &spec, &n);
    if (code >= 0) return code;
    if (!out) return fprintf(stderr, "galena: --out FILE is missing\n"), CLI_USAGE;
    gal_extract_set set = {0};
    gal_error err = {0};
    gal_buf text;
    gal_buf_init(&text);
    const gal_extract_options options = {.top = top};
    gal_status status = gal_extract_read(&set, argv[1], &options, &err);
    if (status == GAL_OK) status = print(&text, &set, out, &err);
    const int exit_code = status == GAL_OK ? cli_emit(out, text.data, text.size) : cli_fail(&err);
    gal_buf_clear(&text);
    gal_extract_set_clear(&set);
    return exit_code;
}
