/* galena parasitics predict: netlist in, capacitances out. */
#include "base/file.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/pex_common.h"
#include "netlist/read.h"
#include "netlist/spef.h"
#include "netlist/spice_write.h"
#include "spice/deck_caps.h"
#include "tasks/parasitics/predict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct arguments {
    const char *netlist, *top, *model, *out, *calibrate, *extractor, *power, *ground;
    int json, csv, quiet, all_nets;
    long threads, limit;
    gal_file file; /* the netlist's text */
} arguments;

/* Of a netlist of cells a timing analyser knows the nets between cells only. */
static gal_status print_spef(gal_buf *text, const gal_extract *extract, const arguments *a,
                             gal_error *err) {
    const gal_circuit *circuit = &extract->circuit;
    const gal_spef_options options = {.outer = !a->all_nets && gal_circuit_is_of_cells(circuit)};
    long long n = 0;
    for (int32_t i = 0; i < circuit->n_instance; i++) n += circuit->instance[i].n_net;
    if (options.outer && n)
        gal_note(cli_notes(a->quiet),
                 "%lld nets inside cells are left out of the SPEF (--all-nets keeps them)", n);
    return gal_spef_print(text, extract, &options, err);
}

/* The netlist with capacitors: a deck as it stands with them behind, a cell flat. */
static gal_status print_spice(gal_buf *text, const gal_circuit *circuit, const gal_cap *cap,
                              int64_t n_cap, const arguments *a, gal_error *err) {
    const gal_spice_write_options options = {.cap = cap, .n_cap = n_cap};
    if (!circuit->name[0] && !circuit->n_port) {
        const gal_view deck = {a->file.data, a->file.size};
        const gal_status status =
            gal_deck_add_caps(text, deck, a->netlist, circuit, cap, n_cap, err);
        if (status != GAL_EMISMATCH) return status;
        gal_note(cli_notes(a->quiet), "%s: the netlist is written flat", err->message);
        text->size = 0;
    }
    cli_note_partial(circuit, a->quiet);
    return gal_spice_write(text, circuit, &options, err);
}

/* The result as a netlist with capacitors, or as SPEF. */
static gal_status print_netlist(gal_buf *text, const gal_pex_result *result, int spef,
                                const arguments *a, gal_error *err) {
    const int64_t n = (int64_t)result->n_net + result->n_coupling;
    gal_cap *cap = malloc(((size_t)n + 1) * sizeof *cap);
    if (!cap) return gal_fail(err, GAL_ENOMEM, "out of memory for the netlist");
    gal_extract extract = {.circuit = *result->circuit}; /* shallow: only read, */
    gal_arena_init(&extract.circuit.arena);              /* but for its own memory */
    const int64_t filled = gal_pex_result_caps(cap, result);
    gal_status status = GAL_OK;
    if (spef) status = gal_extract_set_caps(&extract, cap, filled, err);
    if (spef && status == GAL_OK) status = print_spef(text, &extract, a, err);
    if (!spef) status = print_spice(text, result->circuit, cap, filled, a, err);
    gal_arena_clear(&extract.circuit.arena);
    free(cap);
    return status;
}

typedef enum output { TABLE, CSV, JSON, SPICE, SPEF } output;

/* By the ending of --out, then by options; a table for people, plain rows in a pipe. */
static gal_status choose(output *chosen, const arguments *a, gal_error *err) {
    static const struct {
        const char *ending;
        output form;
    } known[] = {{".sp", SPICE},  {".spice", SPICE}, {".cir", SPICE}, {".spef", SPEF},
                 {".json", JSON}, {".csv", CSV},     {".txt", TABLE}};
    const int rows = !a->out && !isatty(STDOUT_FILENO) && a->limit < 0;
    *chosen = a->json ? JSON : a->csv || rows ? CSV : TABLE;
    if (!a->out) return GAL_OK;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!gal_path_has_ending(a->out, known[i].ending)) continue;
        *chosen = known[i].form;
        return GAL_OK;
    }
    if (a->json || a->csv || !strcmp(a->out, "-") || !strncmp(a->out, "/dev/", 5)) return GAL_OK;
    return gal_fail(err, GAL_EINVAL,
                    "%s: expected .sp, .spice, .cir (netlist), .spef, .json, .csv or .txt (table)",
                    a->out);
}

static gal_status print(gal_buf *text, const gal_pex_result *result, output form,
                        const arguments *a, gal_error *err) {
    switch (form) {
    case SPICE:
    case SPEF:
        return print_netlist(text, result, form == SPEF, a, err);
    case JSON:
        return gal_pex_result_json(text, result, a->model, err);
    case CSV:
        return gal_pex_result_csv(text, result, err);
    case TABLE:
        break;
    }
    return gal_pex_result_table(text, result, a->limit < 0 ? 40 : (int32_t)a->limit, err);
}

static gal_status run(gal_buf *text, const arguments *a, const gal_circuit *circuit,
                      gal_extractor extractor, gal_error *err) {
    gal_pex_model model = {0};
    gal_pex_result result = {0};
    gal_pex_calibration calibration;
    output form;
    GAL_TRY(choose(&form, a, err));
    GAL_TRY(cli_model_load(&model, a->model, err));
    gal_status status = GAL_OK;
    if (a->calibrate)
        status =
            gal_pex_calibration_read(&calibration, &model, a->calibrate, circuit, extractor, err);
    if (status == GAL_OK && a->calibrate)
        gal_note(cli_notes(a->quiet), "calibrated on %lld ground, %lld coupling capacitances",
                 (long long)calibration.n[0], (long long)calibration.n[2]);
    const gal_pex_predict_options options = {.extractor = extractor,
                                             .calibration = a->calibrate ? &calibration : NULL};
    if (status == GAL_OK) status = gal_pex_predict(&result, &model, circuit, &options, err);
    if (status == GAL_OK && result.foreign && !a->calibrate)
        gal_note(cli_notes(a->quiet),
                 "the model has no %s labels of a process with such gates: bands are widened by a "
                 "rule (--calibrate measures them)",
                 gal_extractor_name(extractor));
    if (status == GAL_OK) status = print(text, &result, form, a, err);
    gal_pex_result_clear(&result);
    gal_pex_model_clear(&model);
    return status;
}

static int predict(arguments *a) {
    gal_circuit circuit;
    gal_design design;
    gal_error err = {0};
    gal_buf text;
    gal_buf_init(&text);
    const int extractor = cli_extractor(a->extractor, GAL_EXTRACTOR_FOUNDRY);
    if (extractor < 0) return CLI_USAGE;
    if (gal_path_has_ending(a->netlist, ".par")) {
        gal_fail(&err, GAL_EINVAL,
                 "%s: holds extracted cells, for `train` and `eval`; `predict` takes a netlist "
                 "(SPICE, CDL)",
                 a->netlist);
        return cli_fail(&err);
    }
    const gal_supply_options supplies = {.power = a->power, .ground = a->ground};
    gal_status status = gal_file_read(&a->file, a->netlist, 0, &err);
    if (status != GAL_OK) return cli_fail(&err);
    const gal_view netlist = {a->file.data, a->file.size};
    status = gal_circuit_parse_design(&circuit, &design, a->netlist, netlist, a->top, NULL,
                                      &supplies, &err);
    if (status == GAL_OK) cli_warnings(&design.warnings, a->quiet);
    if (status == GAL_OK) status = run(&text, a, &circuit, (gal_extractor)extractor, &err);
    const int code =
        status == GAL_OK ? cli_emit(a->out, text.data ? text.data : "", text.size) : cli_fail(&err);
    gal_buf_clear(&text);
    gal_circuit_clear(&circuit);
    gal_design_clear(&design);
    gal_file_clear(&a->file);
    return code;
}

int cmd_parasitics_predict(int argc, char **argv) {
    arguments a = {.model = "generic", .limit = -1};
    const cli_option option[] = {
        {"top", CLI_TEXT, &a.top, "CELL", "the cell to predict (default: the one no other uses)"},
        {"out", CLI_OUTPUT, &a.out, "FILE", ".sp with capacitors, .spef, .json, .csv, .txt"},
        {"model", CLI_TEXT, &a.model, "NAME", "a shipped model or a file"},
        {"calibrate", CLI_TEXT, &a.calibrate, "FILE", "extracted nets to adjust the scale to"},
        {"extractor", CLI_TEXT, &a.extractor, "NAME", "whose numbers: foundry (default) or magic"},
        {"power", CLI_TEXT, &a.power, "NETS", "further power nets, by commas"},
        {"ground", CLI_TEXT, &a.ground, "NETS", "further ground nets, by commas"},
        {"limit", CLI_INT, &a.limit, "N", "rows of the table, 0 for all (default 40)"},
        {"all-nets", CLI_FLAG, &a.all_nets, NULL, "SPEF of a netlist of cells: nets inside too"},
        {"json", CLI_FLAG, &a.json, NULL, "JSON instead of the table"},
        {"csv", CLI_FLAG, &a.csv, NULL, "CSV instead of the table (default in a pipe)"},
        {"threads", CLI_INT, &a.threads, "N", "threads to use"},
        {"quiet", CLI_FLAG, &a.quiet, NULL, "no notes on standard error"},
    };
    const cli_spec spec = {
        .command = "galena parasitics predict",
        .operands = "NETLIST",
        .summary = "Predicts ground, total and coupling capacitance of every net of a schematic\n"
                   "SPICE or CDL netlist, with an error band, before there is a layout.",
        .examples = "  galena parasitics predict amp.sp\n"
                    "  galena parasitics predict lib.cdl --top dff --out dff_c.sp\n"
                    "  galena parasitics predict amp.sp --out amp.spef\n"
                    "  galena parasitics predict amp.sp --calibrate amp_extracted.spef --json\n",
        .option = option,
        .n_option = sizeof option / sizeof *option,
        .min_operand = 1,
        .max_operand = 1};
    int n;
    const int code = cli_parse(argc, argv, &spec, &n);
    if (code >= 0) return code;
    cli_threads(a.threads);
    a.netlist = argv[1];
    return predict(&a);
}
