/* .par text: any bytes give cells or an error; what was read is written and reads back the same. */
#include "netlist/par.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    gal_extract_set set = {0}, again = {0};
    gal_par_parse(&set, "fuzz", (const char *)data, size, NULL);
    for (int32_t i = 0; i < set.n; i++) {
        gal_buf buf;
        gal_buf_init(&buf);
        gal_par_print(&buf, &set.item[i]);
        const gal_extract *extract = &set.item[i];
        int in_range = 1; /* sums above 1 F are refused when they are read */
        for (int64_t k = 0; k < extract->n_cap; k++) in_range &= extract->cap[k].farad < 0.99;
        if (in_range && gal_par_parse(&again, "again", buf.data, buf.size, NULL) != GAL_OK) abort();
        if (in_range && again.item[again.n - 1].n_cap != extract->n_cap) abort();
        gal_buf_clear(&buf);
    }
    gal_extract_set_clear(&set);
    gal_extract_set_clear(&again);
    return 0;
}
