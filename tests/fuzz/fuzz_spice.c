/* Any bytes as a SPICE netlist: read, flatten, mark supplies, write; what was written must read
 * back as a circuit of the same size, and as SPEF with and without the nets inside cells. */
#include "netlist/spef.h"
#include "netlist/spice_flatten.h"
#include "netlist/spice_parse.h"
#include "netlist/spice_write.h"
#include "netlist/supply.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* 1 and a circuit, or 0 when the text holds none. */
static int read_circuit(gal_circuit *circuit, const char *text, size_t size, gal_error *err) {
    const gal_spice_options options = {.no_include = 1};
    gal_design design;
    gal_circuit_init(circuit);
    gal_status status = gal_design_parse_spice(&design, "fuzz.sp", text, size, &options, err);
    const gal_flatten_options limits = {
        .max_devices = 20000, .max_bytes = 1 << 26, .warnings = &design.warnings};
    if (status == GAL_OK) status = gal_design_flatten(circuit, &design, NULL, &limits, err);
    if (status == GAL_OK) status = gal_circuit_find_supplies(circuit, NULL, err);
    gal_design_clear(&design);
    return status == GAL_OK;
}

/* `circuit` is only read. */
static void check_spef(const gal_circuit *circuit) {
    const gal_extract extract = {.circuit = *circuit};
    for (int outer = 0; outer < 2; outer++) {
        const gal_spef_options options = {.outer = outer};
        gal_extract_set set = {0};
        gal_error err = {0};
        gal_buf text;
        gal_buf_init(&text);
        if (gal_spef_print(&text, &extract, &options, &err) != GAL_OK ||
            gal_spef_parse(&set, "fuzz.spef", text.data, text.size, &err) != GAL_OK) {
            fprintf(stderr, "%s\n%s", err.message, text.data ? text.data : "");
            abort();
        }
        gal_buf_clear(&text);
        gal_extract_set_clear(&set);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    gal_error err = {0};
    gal_circuit circuit, again;
    gal_buf text;
    gal_buf_init(&text);
    gal_circuit_init(&again);
    if (read_circuit(&circuit, (const char *)data, size, &err) &&
        gal_spice_write(&text, &circuit, NULL, &err) == GAL_OK && circuit.n_device) {
        char message[900];
        const int read = read_circuit(&again, text.data, text.size, &err);
        if (!read || again.n_device != circuit.n_device || again.n_pin != circuit.n_pin) {
            fprintf(stderr, "%s\n%s", gal_error_format(&err, message, sizeof message), text.data);
            abort();
        }
        check_spef(&circuit);
    }
    gal_buf_clear(&text);
    gal_circuit_clear(&circuit);
    gal_circuit_clear(&again);
    return 0;
}
