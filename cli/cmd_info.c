/* galena info: what was understood of a netlist. */
#include "base/file.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "netlist/extract_read.h"
#include "netlist/info.h"
#include "netlist/read.h"

#include <stdio.h>

typedef struct arguments {
    const char *top, *power, *ground;
    int json;
    long warnings;
} arguments;

static void print(gal_buf *text, const gal_netlist_info *info, const arguments *a) {
    if (a->json) gal_netlist_info_json(text, info);
    else gal_netlist_info_text(text, info, (int)a->warnings);
}

static gal_status describe_spice(gal_buf *text, const char *path, gal_view netlist,
                                 const arguments *a, gal_error *err) {
    gal_circuit circuit;
    gal_design design;
    gal_netlist_info info;
    const gal_supply_options supplies = {.power = a->power, .ground = a->ground};
    gal_status status =
        gal_circuit_parse_design(&circuit, &design, path, netlist, a->top, NULL, &supplies, err);
    if (status == GAL_OK) status = gal_netlist_describe(&info, &circuit, &design, err);
    if (status == GAL_OK) print(text, &info, a);
    gal_circuit_clear(&circuit);
    gal_design_clear(&design);
    return status;
}

static gal_status describe_extracts(gal_buf *text, const char *path, gal_view netlist,
                                    const arguments *a, gal_error *err) {
    gal_extract_set set = {0};
    gal_status status = gal_extract_parse(&set, path, netlist, NULL, err);
    for (int32_t i = 0; status == GAL_OK && i < set.n; i++) {
        gal_netlist_info info;
        status = gal_netlist_describe(&info, &set.item[i].circuit, NULL, err);
        if (status != GAL_OK) break;
        print(text, &info, a);
        if (!a->json)
            gal_buf_printf(text, "%-24s %lld\n", "capacitances", (long long)set.item[i].n_cap);
    }
    gal_extract_set_clear(&set);
    return status;
}

static gal_status describe(gal_buf *text, const char *path, const arguments *a, gal_error *err) {
    gal_file file;
    gal_extract_format format = GAL_EXTRACT_SPICE;
    GAL_TRY(gal_file_read(&file, path, 0, err));
    const gal_view netlist = {file.data, file.size};
    gal_status status = gal_extract_format_of(&format, netlist, err);
    /* Calibre's .spice is a netlist too, and its hierarchy and warnings are of interest. */
    const int spice = format == GAL_EXTRACT_SPICE || format == GAL_EXTRACT_CALIBRE;
    if (status == GAL_OK)
        status = (spice ? describe_spice : describe_extracts)(text, path, netlist, a, err);
    gal_file_clear(&file);
    return status;
}

int cmd_info(int argc, char **argv) {
    arguments a = {.warnings = 20};
    const cli_option option[] = {
        {"top", CLI_TEXT, &a.top, "CELL", "the cell to flatten (default: the one no other uses)"},
        {"power", CLI_TEXT, &a.power, "NETS", "further power nets, by commas"},
        {"ground", CLI_TEXT, &a.ground, "NETS", "further ground nets, by commas"},
        {"warnings", CLI_INT, &a.warnings, "N", "warnings to print"},
        {"json", CLI_FLAG, &a.json, NULL, "JSON, one object per circuit and line"},
    };
    const cli_spec spec = {
        .command = "galena info",
        .operands = "FILE",
        .summary =
            "Prints what was understood of a netlist: devices per type, nets, ports, hierarchy,\n"
            "supplies found, warnings. Reads SPICE and CDL of any dialect and every extracted\n"
            "format of `galena parasitics import`.",
        .examples = "  galena info amp.sp\n  galena info lib.cdl --top dff --json\n",
        .option = option,
        .n_option = sizeof option / sizeof *option,
        .min_operand = 1,
        .max_operand = 1};
    int n;
    const int code = cli_parse(argc, argv, &spec, &n);
    if (code >= 0) return code;
    gal_buf text;
    gal_buf_init(&text);
    gal_error err = {0};
    gal_status status = describe(&text, argv[1], &a, &err);
    if (status == GAL_OK) status = gal_buf_ok(&text, &err);
    const int exit_code = status == GAL_OK ? cli_emit(NULL, text.data, text.size) : cli_fail(&err);
    gal_buf_clear(&text);
    return exit_code;
}
