/* Fuzz target: sizing specs, both forms. */
#include "tasks/sizing/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    gal_sizing_spec spec;
    gal_error err = {0};
    if (gal_sizing_spec_parse(&spec, (gal_view){(const char *)data, size}, "x.size", &err) ==
        GAL_OK)
        gal_sizing_spec_clear(&spec);
    return 0;
}
