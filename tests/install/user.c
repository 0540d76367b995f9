/* A stranger's program, C and C++, over the installed library: loads the model file argv[1] and
 * counts the devices of the netlist argv[2]. */
#include "netlist/read.h"
#include "tasks/parasitics/model.h"
#include <stdio.h>

int main(int argc, char **argv) {
    gal_error err;
    char text[512];
    gal_circuit circuit;
    gal_pex_model model;
    if (argc != 3) return 2;
    gal_circuit_init(&circuit);
    gal_status status = gal_pex_model_load(&model, argv[1], &err);
    if (status == GAL_OK) {
        status = gal_circuit_read(&circuit, argv[2], NULL, &err);
        gal_pex_model_clear(&model);
    }
    if (status == GAL_OK)
        printf("%d devices, %s\n", (int)circuit.n_device, gal_pex_target_name[GAL_PEX_TOTAL]);
    else puts(gal_error_format(&err, text, sizeof text));
    gal_circuit_clear(&circuit);
    return status == GAL_OK ? 0 : 1;
}
