/* Parasitics models: an edited file is refused or predicts a small circuit. */
#include "edited.h"
#include "netlist/spice_flatten.h"
#include "netlist/spice_parse.h"
#include "netlist/supply.h"
#include "tasks/parasitics/predict.h"
#include "tests/tasks/blank_model.h"

static const char netlist[] = "* nand\n.subckt nand a b y vdd vss\n"
                              "mp1 y a vdd vdd p w=1u l=0.15u\nmp2 y b vdd vdd p w=1u l=0.15u\n"
                              "mn1 y a x vss n w=0.65u l=0.15u\nmn2 x b vss vss n w=0.65u l=0.15u\n"
                              ".ends\n.model n nmos\n.model p pmos\n";

static struct shared {
    gal_circuit circuit;
    gal_pex_case pex[GAL_N_EXTRACTOR];
    gal_safetensors base;
} shared;

static void must(gal_status status) {
    if (status != GAL_OK) abort();
}

static void set_up(void) {
    gal_design design;
    must(gal_design_parse_spice(&design, "nand.sp", netlist, sizeof netlist - 1, NULL, NULL));
    gal_circuit_init(&shared.circuit);
    must(gal_design_flatten(&shared.circuit, &design, NULL, NULL, NULL));
    must(gal_circuit_find_supplies(&shared.circuit, NULL, NULL));
    gal_design_clear(&design);
    for (int e = 0; e < GAL_N_EXTRACTOR; e++)
        must(gal_pex_case_build(&shared.pex[e], &shared.circuit, (gal_extractor)e, NULL, NULL));
    gal_pex_model model;
    must(blank_model(&model, NULL));
    must(gal_pex_model_save(own_path(), &model, NULL));
    take_base(&shared.base);
    gal_pex_model_clear(&model);
}

static void apply(const gal_pex_model *model, const gal_pex_case *pex) {
    gal_pex_output output;
    must(gal_pex_model_apply(&output, model, pex, NULL));
    for (int t = 0; t < 3; t++)
        for (int32_t i = 0; i < gal_pex_n_sample(pex, t); i++)
            if (output.grade[t][i] < 0 || output.grade[t][i] >= GAL_PEX_N_CLASS) abort();
    gal_pex_output_clear(&output);
}

/* From the circuit to what is printed. */
static void predict(const gal_pex_model *model) {
    const gal_pex_predict_options options = {.extractor = GAL_EXTRACTOR_FOUNDRY};
    gal_pex_result result;
    gal_buf text;
    gal_buf_init(&text);
    must(gal_pex_predict(&result, model, &shared.circuit, &options, NULL));
    gal_pex_result_table(&text, &result, 0, NULL);
    gal_pex_result_csv(&text, &result, NULL);
    gal_pex_result_json(&text, &result, "fuzz", NULL);
    gal_pex_result_clear(&result);
    gal_buf_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    gal_pex_model model;
    gal_error err = {0};
    if (shared.base.n_tensor == 0) set_up();
    const char *path = edited_file(&shared.base, (edits){data, data + size});
    const gal_status status = gal_pex_model_load(&model, path, &err);
    unlink(path);
    if (size == 0 && status != GAL_OK) abort();
    if (status != GAL_OK) return 0;
    for (int e = 0; e < GAL_N_EXTRACTOR; e++) apply(&model, &shared.pex[e]);
    if (size % 16 == 0) predict(&model); /* the layout takes most of the time */
    gal_pex_model_clear(&model);
    return 0;
}
