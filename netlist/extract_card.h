/* SPICE cards inside extracted netlists (Calibre, DSPF): flat, one model name, key=value pairs.
 *
 * Works on the words of a gal_fields line. Bare W and L above 1 mm are taken as micrometres.
 */
#ifndef GAL_NETLIST_EXTRACT_CARD_H
#define GAL_NETLIST_EXTRACT_CARD_H

#include "netlist/extract_build.h"

typedef struct gal_card_mos {
    const char *model; /* in the circuit's arena */
    gal_device_type type;
    double width, length, multiplier, fingers; /* metre, metre, > 0, >= 1 */
} gal_card_mos;

/* A copy of a word in the circuit's arena. */
GAL_API gal_status gal_card_text(const gal_extract_build *build, gal_view word, const char **text,
                                 gal_error *err);

/* Word i as a SPICE number with its suffix; for gal_card_farad at most 1 F. */
GAL_API gal_status gal_card_number(const gal_fields *line, size_t i, const char *what,
                                   double *value, gal_error *err);
GAL_API gal_status gal_card_farad(const gal_fields *line, size_t i, double *farad, gal_error *err);

/* Reads the model (word `model`; it decides NMOS or PMOS) and W, L, M and NF behind it. */
GAL_API gal_status gal_card_mos_parse(gal_card_mos *mos, const gal_extract_build *build,
                                      const gal_fields *line, size_t model, gal_error *err);
GAL_API gal_status gal_card_mos_add(gal_extract_build *build, const gal_card_mos *mos,
                                    gal_view name, const int32_t pin[4], gal_error *err);

/* A device of another type: its name is word 0; the first number behind the pins is its value, a
 * word there that is no number is its model. */
GAL_API gal_status gal_card_add(gal_extract_build *build, const gal_fields *line,
                                gal_device_type type, const int32_t *pin, size_t n_pin,
                                gal_error *err);

#endif
