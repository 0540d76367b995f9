/* Simulation decks: any bytes give a bench or an error; what was read gives a deck. */
#include "spice/bench.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    gal_bench bench;
    const gal_view text = {(const char *)data, size};
    gal_buf deck;
    gal_buf_init(&deck);
    if (gal_bench_parse(&bench, text, "/nonexistent/fuzz.sp", NULL) == GAL_OK) {
        if (bench.n_corner < 1) abort();
        for (int32_t c = 0; c < bench.n_corner; c++)
            if (gal_bench_deck(&deck, &bench, c, NULL) != GAL_OK) abort();
        for (int32_t i = 0; i < bench.n_var; i++) {
            const gal_bench_var *var = &bench.var[i];
            const double snapped = gal_bench_snap(var, 0.5 * (var->lo + var->hi));
            if (!(snapped >= var->lo && snapped <= var->hi)) abort();
        }
        gal_bench_clear(&bench);
    }
    gal_buf_clear(&deck);
    return 0;
}
