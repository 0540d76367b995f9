/* Calibre triples: the input's parts, which form feeds separate, are the three files. */
#include "netlist/calibre.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const name[GAL_CALIBRE_N_SOURCE] = {"cell", "pxi", "pex"};
    gal_calibre_source source[GAL_CALIBRE_N_SOURCE];
    const char *text = (const char *)data, *end = text + size;
    for (int i = 0; i < GAL_CALIBRE_N_SOURCE; i++) {
        const char *feed = text == end ? NULL : memchr(text, '\f', (size_t)(end - text));
        const char *stop = feed && i + 1 < GAL_CALIBRE_N_SOURCE ? feed : end;
        source[i] = (gal_calibre_source){name[i], {text, (size_t)(stop - text)}};
        text = stop == end ? end : stop + 1;
    }
    int found;
    gal_calibre_is_cell(&found, source[GAL_CALIBRE_CELL].text, NULL);
    gal_extract_set set = {0};
    gal_calibre_parse(&set, source, NULL);
    gal_extract_set_clear(&set);
    return 0;
}
