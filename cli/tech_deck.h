/* A deck on a technology of choice: `--tech NAME|DIR`. */
#ifndef GALENA_CLI_TECH_DECK_H
#define GALENA_CLI_TECH_DECK_H

#include "spice/bench.h"

typedef struct cli_deck {
    gal_bench bench;
    char library[64]; /* temporary file behind the deck's .lib; "" when there is none */
} cli_deck;

/* Reads a deck; with `tech` every `.lib PATH/tech.lib SECTION` of it reads that technology's
 * library instead (spice/technology.h). The library of a technology whose cards lie elsewhere is a
 * temporary file until cli_deck_clear. Errors: those of gal_bench_read and gal_technology_library,
 * GAL_EMISMATCH (no such .lib card). On error nothing is left to clear. */
gal_status cli_deck_read(cli_deck *deck, const char *path, const char *tech, gal_error *err);
void cli_deck_clear(cli_deck *deck);

#endif
