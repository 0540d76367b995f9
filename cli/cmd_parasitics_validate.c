/* galena parasitics validate: delays by ngspice with none, predicted, extracted parasitics. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/pex_common.h"
#include "tasks/parasitics/validate.h"

#include <stdio.h>
#include <string.h>

typedef struct arguments {
    const char *data, *model, *split, *exclude, *only, *extractor, *cards, *out;
    int json, quiet;
    long workers, cells;
    double vdd, load, slew;
} arguments;

static gal_status run(gal_buf *text, const arguments *a, const char *const *path, int n_path,
                      int extractor, gal_error *err) {
    const gal_pex_filter filter = {.families = a->split ? a->split : a->exclude,
                                   .keep = a->split != NULL,
                                   .only = a->only,
                                   .extractor = extractor};
    const gal_pex_validate_options options = {
        .workers = (int32_t)a->workers,
        .max_cell = (int32_t)a->cells,
        .delay = {.slew = a->slew * 1e-12, .load = a->load * 1e-15}};
    const gal_report *report = cli_report(a->quiet);
    gal_device_models cards;
    gal_pex_set set;
    gal_pex_model model = {0};
    gal_pex_validation validation;
    GAL_TRY(strchr(a->cards, '/') || strchr(a->cards, '.')
                ? gal_device_models_read(&cards, a->cards, a->vdd, err)
                : gal_device_models_builtin(&cards, a->cards, err));
    gal_status status = gal_pex_set_read(&set, path, n_path, &filter, report, err);
    if (status == GAL_OK) {
        status = cli_model_load(&model, a->model, err);
        if (status == GAL_OK)
            status = gal_pex_validate(&validation, &model, &set, &cards, &options, report, err);
        if (status == GAL_OK)
            status = a->json ? gal_pex_validation_json(text, &validation, err)
                             : gal_pex_validation_table(text, &validation, err);
        gal_pex_model_clear(&model);
        gal_pex_set_clear(&set);
    }
    gal_device_models_clear(&cards);
    return status;
}

int cmd_parasitics_validate(int argc, char **argv) {
    arguments a = {
        .model = "generic", .cards = "generic130", .workers = 2, .vdd = 1.8, .load = 5, .slew = 50};
    const cli_option option[] = {
        {"data", CLI_TEXT, &a.data, "FILE", "extracted cells: .par(.gz), Calibre, DSPF, SPICE"},
        {"model", CLI_TEXT, &a.model, "NAME", "a shipped model or a file"},
        {"split", CLI_TEXT, &a.split, "FILE", "only the cell families listed in FILE"},
        {"exclude", CLI_TEXT, &a.exclude, "FILE", "all but the families listed in FILE"},
        {"only", CLI_TEXT, &a.only, "CELL", "one cell"},
        {"cells", CLI_INT, &a.cells, "N", "simulate N cells spread over the data (all)"},
        {"extractor", CLI_TEXT, &a.extractor, "NAME", "foundry or magic (default: by the data)"},
        {"cards", CLI_TEXT, &a.cards, "NAME", "generic130, generic180 or a file of .model cards"},
        {"vdd", CLI_REAL, &a.vdd, "V", "supply for a card file"},
        {"load", CLI_REAL, &a.load, "FF", "load of every output"},
        {"slew", CLI_REAL, &a.slew, "PS", "20-80 % time of the input edges"},
        {"workers", CLI_INT, &a.workers, "N", "ngspice processes"},
        {"out", CLI_OUTPUT, &a.out, "FILE", "write there"},
        {"json", CLI_FLAG, &a.json, NULL, "JSON instead of the table"},
        {"quiet", CLI_FLAG, &a.quiet, NULL, "no progress on standard error"},
    };
    const cli_spec spec = {
        .command = "galena parasitics validate",
        .operands = "[FILE...]",
        .summary =
            "Simulates extracted cells in ngspice without parasitics, with predicted and with\n"
            "extracted ones, and prints the delay and slew error of the first two.",
        .examples = "  galena parasitics validate --data calibre_hd.par.gz --split heldout.txt\n"
                    "  galena parasitics validate inv_extracted.sp --cards my_cards.sp --vdd 1.2\n",
        .option = option,
        .n_option = sizeof option / sizeof *option,
        .min_operand = 0,
        .max_operand = -1};
    int n;
    const int code = cli_parse(argc, argv, &spec, &n);
    if (code >= 0) return code;
    const char *const *path = cli_data(argv, &n, a.data);
    if (!cli_has_data(n, a.split, a.exclude) ||
        !cli_in_range("workers", (double)a.workers, 1, 256) ||
        !cli_in_range("slew", a.slew, 0.001, 1e6) || !cli_in_range("vdd", a.vdd, 0.1, 100))
        return CLI_USAGE;
    const int extractor = cli_extractor(a.extractor, -1);
    if (extractor == -2) return CLI_USAGE;
    gal_buf text;
    gal_buf_init(&text);
    gal_error err = {0};
    const gal_status status = run(&text, &a, path, n, extractor, &err);
    const int exit_code = status == GAL_OK ? cli_emit(a.out, text.data, text.size) : cli_fail(&err);
    gal_buf_clear(&text);
    return exit_code;
}
