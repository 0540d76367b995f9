/* Fuzz target: sizing specs, every form. */
#include "tasks/sizing/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const name[] = {"x.size", "x.yaml"};
    for (int i = 0; i < 2; i++) {
        gal_sizing_spec spec;
        gal_error err = {0};
        if (gal_sizing_spec_parse(&spec, (gal_view){(const char *)data, size}, name[i], &err) ==
            GAL_OK)
            gal_sizing_spec_clear(&spec);
    }
    return 0;
}
