/* galena tech: model cards of a process. */
#include "cli/commands.h"
#include "cli/options.h"
#include "netlist/spice_lex.h"
#include "spice/technology.h"
#include "spice/trim.h"

#include <stdio.h>
#include <string.h>

/* "3u:5u" in metres; 1 when it is a range. */
static int read_range(const char *text, double *low, double *high) {
    if (!text) return 1;
    const gal_view all = gal_view_of(text);
    const size_t colon = strcspn(text, ":");
    if (colon == all.size) return 0;
    const gal_view a = {text, colon}, b = {text + colon + 1, all.size - colon - 1};
    return gal_spice_number(a, low) == a.size && gal_spice_number(b, high) == b.size && *low >= 0 &&
           *high > 0 && *low <= *high;
}

static gal_status check(const gal_trim *trim, const gal_buf *card, gal_error *err) {
    static const double most = 1e-6;
    gal_trim_check_result result;
    GAL_TRY(gal_trim_check(&result, trim, card, err));
    fprintf(stderr, "checked %d drain currents in ngspice: largest difference %.2g\n",
            (int)result.n_point, result.worst);
    return result.worst <= most
               ? GAL_OK
               : gal_fail(err, GAL_EMISMATCH, "the card differs from the library by %.2g",
                          result.worst);
}

static gal_status trim_library(gal_buf *card, const char *path, const gal_trim_options *options,
                               int with_check, int quiet, gal_error *err) {
    gal_trim trim;
    gal_trim_init(&trim);
    gal_status status = gal_trim_read(&trim, path, options, err);
    if (status == GAL_OK) status = gal_trim_print(card, &trim, err);
    if (status == GAL_OK && !quiet)
        fprintf(stderr, "%d files, %.1f MB: %d of %d model cards kept, %.1f KB\n",
                (int)trim.file.size, (double)trim.n_byte * 1e-6, (int)trim.model.size,
                (int)trim.n_bin, (double)card->size * 1e-3);
    if (status == GAL_OK && with_check) status = check(&trim, card, err);
    gal_trim_clear(&trim);
    return status;
}

static int cmd_tech_trim(int argc, char **argv) {
    gal_trim_options options = {0};
    const char *out = NULL, *width = NULL, *length = NULL;
    int with_check = 0, quiet = 0;
    const cli_option option[] = {
        {"corner", CLI_TEXT, &options.corner, "NAME",
         "section of the library, as in .lib FILE NAME"},
        {"device", CLI_TEXT, &options.device, "A,B",
         "devices to keep, by subcircuit or model name (all)"},
        {"w-range", CLI_TEXT, &width, "LO:HI", "widths the card must cover, such as 1u:20u (all)"},
        {"l-range", CLI_TEXT, &length, "LO:HI", "lengths the card must cover (all)"},
        {"param", CLI_TEXT, &options.param, "A=1,B=2",
         "parameters the library expects from outside"},
        {"out", CLI_OUTPUT, &out, "FILE", "where the card goes (standard output)"},
        {"check", CLI_FLAG, &with_check, NULL, "compare currents with the library in ngspice"},
        {"quiet", CLI_FLAG, &quiet, NULL, "no summary on standard error"},
    };
    const cli_spec spec = {
        .command = "galena tech trim",
        .operands = "LIB",
        .summary =
            "Flattens one corner of a PDK's binned library into a small card of plain .model\n"
            "lines: statistics at their nominal value, subcircuits unwrapped.",
        .examples =
            "  galena tech trim sky130.lib.spice --corner tt --device nfet_01v8,pfet_01v8 \\\n"
            "    --w-range 3u:5u --out sky_tt.mod --check\n"
            "  galena tech trim sm141064.ngspice --corner typical --param fnoicor=0,\\\n"
            "sw_stat_mismatch=0 --device nfet_03v3,pfet_03v3 --out gf180_t.mod\n",
        .option = option,
        .n_option = sizeof option / sizeof *option,
        .min_operand = 1,
        .max_operand = 1};
    int n;
    const int code = cli_parse(argc, argv, &spec, &n);
    if (code >= 0) return code;
    if (!read_range(width, &options.min_width, &options.max_width) ||
        !read_range(length, &options.min_length, &options.max_length))
        return fprintf(stderr, "galena: a range is LO:HI in metres, such as 1u:20u\n"), CLI_USAGE;
    gal_error err = {0};
    gal_buf card;
    gal_buf_init(&card);
    const gal_status status = trim_library(&card, argv[1], &options, with_check, quiet, &err);
    const int exit_code = status == GAL_OK ? cli_emit(out, card.data, card.size) : cli_fail(&err);
    gal_buf_clear(&card);
    return exit_code;
}

static int cmd_tech_library(int argc, char **argv) {
    const char *corner = NULL, *out = NULL;
    const cli_option option[] = {
        {"corner", CLI_TEXT, &corner, "NAME", "that section only (all)"},
        {"out", CLI_OUTPUT, &out, "FILE", "where the library goes (standard output)"},
    };
    const cli_spec spec = {
        .command = "galena tech library",
        .operands = "NAME|DIR",
        .summary =
            "Prints the .lib file of a technology with every path absolute: a shipped one by\n"
            "name, or FreePDK45, sky130, GF180MCU by the directory of their model cards.",
        .examples = "  galena tech library generic180 --out g180.lib\n"
                    "  galena tech library ~/pdk/sky130 --out sky130.lib\n",
        .option = option,
        .n_option = sizeof option / sizeof *option,
        .min_operand = 1,
        .max_operand = 1};
    int n;
    const int code = cli_parse(argc, argv, &spec, &n);
    if (code >= 0) return code;
    gal_error err = {0};
    gal_buf library;
    gal_buf_init(&library);
    const gal_status status = gal_technology_library(&library, argv[1], corner, &err);
    const int exit_code =
        status == GAL_OK ? cli_emit(out, library.data, library.size) : cli_fail(&err);
    gal_buf_clear(&library);
    return exit_code;
}

static void print_help(FILE *out) {
    fputs("usage: galena tech VERB ...\n\nModel cards of a process.\n\nverbs:\n"
          "  trim       flatten one corner of a PDK's library into a small card\n"
          "  library    print the .lib file that testbenches include, for a technology\n\n"
          "galena tech VERB --help tells more.\n",
          out);
}

int cmd_tech(int argc, char **argv) {
    if (argc < 2) return print_help(stderr), CLI_USAGE;
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) return print_help(stdout), 0;
    if (!strcmp(argv[1], "trim")) return cmd_tech_trim(argc - 1, argv + 1);
    if (!strcmp(argv[1], "library")) return cmd_tech_library(argc - 1, argv + 1);
    fprintf(stderr, "galena: unknown verb %s\ntry: galena tech --help\n", argv[1]);
    return CLI_USAGE;
}
