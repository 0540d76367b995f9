/* Parameters that only simulators use: kept as text, to be written again (internal). */
#ifndef GAL_NETLIST_SPICE_MORE_H
#define GAL_NETLIST_SPICE_MORE_H

#include "netlist/spice_frame.h"

/* 1 for a parameter that ngspice knows on cards of that letter and no gal_device field holds, such
 * as ad, area or tc1; on X cards every one. */
int gal__spice_keeps(char letter, gal_view key);

/* Appends " key=value" of a parameter of `element` to evaluator->more; a word that is no parameter
 * stays that word, and what cannot be evaluated is left out with a warning. `metres` is a unit of
 * length of the card. */
void gal__spice_put_more(gal_spice_evaluator *evaluator, gal_spice_frame *frame,
                         const gal_element *element, const gal_param *param, double metres);

#endif
