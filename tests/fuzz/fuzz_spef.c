/* SPEF: any bytes give a design or an error; what was read is written and reads back. */
#include "netlist/spef.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    gal_extract_set set = {0}, again = {0};
    gal_buf buf;
    gal_buf_init(&buf);
    if (gal_spef_parse(&set, "fuzz", (const char *)data, size, NULL) == GAL_OK) {
        const gal_extract *extract = &set.item[0];
        double sum = 0; /* totals above 1 F are refused when they are read */
        for (int64_t k = 0; k < extract->n_cap; k++) sum += extract->cap[k].farad;
        if (gal_spef_print(&buf, extract, NULL, NULL) != GAL_OK) abort();
        if (sum < 0.99 && gal_spef_parse(&again, "again", buf.data, buf.size, NULL) != GAL_OK)
            abort();
    }
    gal_buf_clear(&buf);
    gal_extract_set_clear(&set);
    gal_extract_set_clear(&again);
    return 0;
}
