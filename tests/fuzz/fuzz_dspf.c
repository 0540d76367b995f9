/* DSPF: any bytes give a circuit or an error. */
#include "netlist/dspf.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    gal_extract_set set = {0};
    gal_dspf_parse(&set, "fuzz", (const char *)data, size, NULL);
    gal_extract_set_clear(&set);
    return 0;
}
