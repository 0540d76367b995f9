/* galena parasitics eval: the error of a model and of the baselines. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/pex_common.h"
#include "cli/plot.h"
#include "tasks/parasitics/evaluate.h"

#include <stdio.h>

typedef struct arguments {
    const char *data, *model, *split, *exclude, *only, *calibrate, *extractor, *out, *plot;
    int json, csv, quiet;
    long threads;
} arguments;

static gal_status print(gal_buf *text, const gal_pex_evaluation *evaluation, const arguments *a,
                        gal_error *err) {
    if (a->json) return gal_pex_evaluation_json(text, evaluation, err);
    if (a->csv) return gal_pex_evaluation_csv(text, evaluation, err);
    return gal_pex_evaluation_table(text, evaluation, err);
}

static gal_status draw(const gal_pex_evaluation *evaluation, const char *path, gal_error *err) {
    gal_buf commands;
    gal_buf_init(&commands);
    gal_pex_evaluation_gnuplot(&commands, evaluation);
    const gal_status status = cli_plot(path, 1260, 450, &commands, err);
    gal_buf_clear(&commands);
    return status;
}

/* Numbers come out whether there is a picture or not. Returns the exit code. */
static int conclude(const gal_pex_evaluation *evaluation, const arguments *a) {
    gal_buf text;
    gal_error err = {0};
    gal_buf_init(&text);
    int code = print(&text, evaluation, a, &err) == GAL_OK ? cli_emit(a->out, text.data, text.size)
                                                           : cli_fail(&err);
    if (a->plot && draw(evaluation, a->plot, &err) != GAL_OK) code = cli_fail(&err);
    gal_buf_clear(&text);
    return code;
}

/* From the file's circuits of families that are not scored. */
static gal_status calibrate(gal_pex_calibration *out, const gal_pex_model *model, const char *path,
                            const gal_pex_set *scored, int extractor, gal_error *err) {
    gal_pex_set set;
    const gal_pex_filter filter = {.extractor = extractor};
    gal_status status = gal_pex_set_read(&set, &path, 1, &filter, NULL, err);
    if (status == GAL_ENOTFOUND)
        return gal_fail_at(err, status, path, 0, 0, "no circuit with transistors to calibrate on");
    if (status != GAL_OK) return status;
    status = gal_pex_calibration_fit(out, model, &set, scored, err);
    gal_pex_set_clear(&set);
    return status;
}

static gal_status judge(gal_pex_evaluation *out, const gal_pex_set *set, const arguments *a,
                        int extractor, gal_error *err) {
    gal_pex_model model = {0};
    gal_pex_calibration fitted;
    const gal_report *report = cli_report(a->quiet);
    gal_status status = cli_model_load(&model, a->model, err);
    if (status == GAL_OK && a->calibrate)
        status = calibrate(&fitted, &model, a->calibrate, set, extractor, err);
    if (status == GAL_OK)
        status = gal_pex_evaluate(out, &model, a->calibrate ? &fitted : NULL, set, report, err);
    gal_pex_model_clear(&model);
    return status;
}

static int run(const arguments *a, const char *const *path, int n_path, int extractor) {
    const gal_pex_filter filter = {.families = a->split ? a->split : a->exclude,
                                   .keep = a->split != NULL,
                                   .only = a->only,
                                   .extractor = extractor};
    gal_error err = {0};
    gal_pex_set set;
    gal_pex_evaluation evaluation = {0};
    if (gal_pex_set_read(&set, path, n_path, &filter, cli_report(a->quiet), &err) != GAL_OK)
        return cli_fail(&err);
    const int code = judge(&evaluation, &set, a, extractor, &err) == GAL_OK
                         ? conclude(&evaluation, a)
                         : cli_fail(&err);
    gal_pex_evaluation_clear(&evaluation);
    gal_pex_set_clear(&set);
    return code;
}

int cmd_parasitics_eval(int argc, char **argv) {
    arguments a = {.model = "generic"};
    const cli_option option[] = {
        {"data", CLI_TEXT, &a.data, "FILE", "beside operands: .par(.gz) or any extracted netlist"},
        {"model", CLI_TEXT, &a.model, "NAME", "a shipped model or a file"},
        {"split", CLI_TEXT, &a.split, "FILE", "score only the cell families listed in FILE"},
        {"exclude", CLI_TEXT, &a.exclude, "FILE", "score all but the families listed in FILE"},
        {"only", CLI_TEXT, &a.only, "CELL", "score one cell"},
        {"calibrate", CLI_TEXT, &a.calibrate, "FILE", "extracted circuits to adjust the scale to"},
        {"extractor", CLI_TEXT, &a.extractor, "NAME", "foundry or magic (default: by the data)"},
        {"out", CLI_OUTPUT, &a.out, "FILE", "write there"},
        {"json", CLI_FLAG, &a.json, NULL, "JSON instead of the table"},
        {"csv", CLI_FLAG, &a.csv, NULL, "every net and pair, extracted and predicted, as CSV"},
        {"plot", CLI_OUTPUT, &a.plot, "FILE", "predicted over extracted, .png or .svg"},
        {"threads", CLI_INT, &a.threads, "N", "threads to use"},
        {"quiet", CLI_FLAG, &a.quiet, NULL, "no progress on standard error"},
    };
    const cli_spec spec = {
        .command = "galena parasitics eval",
        .operands = "[FILE...]",
        .summary =
            "Scores a model, its trees alone, and the plain baselines side by side on\n"
            "extracted circuits: n, R2 of log10 C with its 95 % interval over cell families,\n"
            "mean error, median relative error, macro F1 over five size classes, R2 on routed\n"
            "nets, existence AUC, share of labels in the band. --calibrate takes the file's\n"
            "families that are not scored.",
        .examples =
            "  galena parasitics eval --data calibre_hd.par.gz --split heldout_families.txt\n"
            "  galena parasitics eval --data magic_gf7.par.gz --model generic --json\n"
            "  galena parasitics eval --data mine.spf --csv --plot mine.png\n",
        .option = option,
        .n_option = sizeof option / sizeof *option,
        .min_operand = 0,
        .max_operand = -1};
    int n;
    const int code = cli_parse(argc, argv, &spec, &n);
    if (code >= 0) return code;
    const char *const *path = cli_data(argv, &n, a.data);
    if (!cli_has_data(n, a.split, a.exclude)) return CLI_USAGE;
    const int extractor = cli_extractor(a.extractor, -1);
    if (extractor == -2 || !cli_can_plot(a.plot)) return CLI_USAGE;
    cli_threads(a.threads);
    return run(&a, path, n, extractor);
}
