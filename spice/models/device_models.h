/* MOS model cards for testbench decks: the built-in generic ones or a user's file.
 *
 * A card file is flat SPICE text with .model cards; binned cards (NAME.0, NAME.1, ... with lmin,
 * lmax, wmin, wmax) are told apart, so that a deck carries only the bins its transistors need
 * (the full sky130 set costs 80 ms per load, two bins 1 ms). The first nmos and the first pmos
 * name of the file are used.
 *
 * Built in, BSIM3v3 with textbook values of this project's own, for no foundry's process:
 * "generic180" (0.18 um, 1.8 V), "generic130" (0.13 um, 1.8 V like a sky130-class core device).
 */
#ifndef GAL_SPICE_MODELS_DEVICE_MODELS_H
#define GAL_SPICE_MODELS_DEVICE_MODELS_H

#include "base/text.h"
#include "netlist/circuit.h"

typedef struct gal_model_card {
    const char *text; /* [0..size[ from ".model" to before the next card */
    size_t size;
    int is_pmos;
    double min_length, max_length, min_width, max_width; /* m; 0..HUGE_VAL without bins */
} gal_model_card;

typedef struct gal_device_models {
    gal_arena arena;
    const char *nmos, *pmos; /* names for M lines, bin numbers removed */
    double vdd;              /* V */
    gal_model_card *card;    /* [n_card] of those two names */
    int32_t n_card;
    const char *other; /* lines outside .model cards (.param and the like) */
} gal_device_models;

/* Loads a built-in set by name. Errors: GAL_ENOTFOUND (lists the names), GAL_ENOMEM. */
GAL_API gal_status gal_device_models_builtin(gal_device_models *models, const char *name,
                                             gal_error *err);

/* Reads a card file (gunzipped, at most 64 MB). Errors: GAL_EIO, GAL_ENOMEM, GAL_EPARSE (no nmos
 * or no pmos card, or an include, library or subcircuit: flat cards are expected). */
GAL_API gal_status gal_device_models_read(gal_device_models *models, const char *path, double vdd,
                                          gal_error *err);
GAL_API void gal_device_models_clear(gal_device_models *models);

/* Appends the cards that the circuit's transistors need. Errors: GAL_EMISMATCH (a transistor whose
 * finger fits no bin; names it). O(n_card * n_device). */
GAL_API gal_status gal_device_models_write(gal_buf *deck, const gal_device_models *models,
                                           const gal_circuit *circuit, gal_error *err);

/* The built-in texts; NULL for an unknown name. *vdd gets the supply. */
const char *gal__generic_cards(const char *name, double *vdd);

#endif
