#include "netlist/read.h"

#include "netlist/spice_flatten.h"

static gal_status flatten(gal_circuit *circuit, gal_design *design, const char *top,
                          const gal_supply_options *supplies, gal_error *err) {
    const gal_flatten_options options = {.warnings = &design->warnings};
    GAL_TRY(gal_design_flatten(circuit, design, top, &options, err));
    return gal_circuit_find_supplies(circuit, supplies, err);
}

gal_status gal_circuit_read_design(gal_circuit *circuit, gal_design *design, const char *path,
                                   const char *top, const gal_spice_options *options,
                                   const gal_supply_options *supplies, gal_error *err) {
    gal_circuit_init(circuit);
    GAL_TRY(gal_design_read_spice(design, path, options, err));
    return flatten(circuit, design, top, supplies, err);
}

gal_status gal_circuit_parse_design(gal_circuit *circuit, gal_design *design, const char *name,
                                    gal_view text, const char *top,
                                    const gal_spice_options *options,
                                    const gal_supply_options *supplies, gal_error *err) {
    gal_circuit_init(circuit);
    GAL_TRY(gal_design_parse_spice(design, name, text.text, text.size, options, err));
    return flatten(circuit, design, top, supplies, err);
}

gal_status gal_circuit_read(gal_circuit *circuit, const char *path, const char *top,
                            gal_error *err) {
    gal_design design;
    const gal_status status = gal_circuit_read_design(circuit, &design, path, top, NULL, NULL, err);
    gal_design_clear(&design);
    return status;
}
