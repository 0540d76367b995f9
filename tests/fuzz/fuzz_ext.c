/* Magic .ext: any bytes give a cell or an error. */
#include "netlist/magic_ext.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    gal_extract_set set = {0};
    gal_magic_ext_parse(&set, "fuzz.ext", (const char *)data, size, NULL);
    gal_extract_set_clear(&set);
    return 0;
}
