/* A transient testbench for one CMOS cell: the cell flat, supplies, a pulse, loads, parasitics.
 *
 * Node names in the deck are "0" for all ground nets, "vdd" for all power nets and "n<id>" for
 * net <id>; the stimulus is the source vin, the supply vdd (its current is "vdd#branch").
 * Transistors name the cards of spice/models; resistors and capacitors with plain values are kept.
 *
 * Diffusion: cells rarely give AD, AS, PD, PS, and extracted capacitances leave device-intrinsic
 * ones out, so the junctions must come from the model card. Areas are estimated from the
 * schematic alone and hence the same whatever capacitors are added: with L the shortest gate of
 * the cell, a contacted strip of diffusion is 2 L wide and an uncontacted one (a net that joins
 * just two channels of one type) 1.4 L. The t terminals of one type on a net share ceil(t / 2)
 * strips in equal parts: AD = W * extent * ceil(t / 2) / t, and likewise the perimeter 2 * (extent
 * + W).
 */
#ifndef GAL_SPICE_DECK_H
#define GAL_SPICE_DECK_H

#include "netlist/extract.h"
#include "spice/models/device_models.h"

typedef struct gal_deck_bench {
    int32_t input; /* net that goes low - high - low */
    const uint8_t
        *value; /* [n_net] per input net: 1 is held at vdd, 0 at ground, others are ignored */
    const int32_t *held,
        *output; /* [n_held] all other input nets, [n_output] nets that get `load` */
    int32_t n_held, n_output;
    double slew; /* s, 20-80 % of the input's ramp; > 0 */
    double half; /* s from the end of the rising ramp to the start of the falling one; > 0 */
    double load; /* farad on each output; >= 0 */
} gal_deck_bench;

/* When things happen, in s. Ramp = slew / 0.6. */
typedef struct gal_deck_times {
    double rise, fall; /* starts of the two ramps */
    double stop, step; /* end of the run, largest time step */
} gal_deck_times;

GAL_API gal_deck_times gal_deck_timeline(const gal_deck_bench *bench);

/* Appends the deck (title to .end); cap[0..n_cap[ as in gal_extract, over the circuit's nets.
 * Errors: GAL_ENOMEM, GAL_EMISMATCH (a device no CMOS deck can hold, a transistor without width or
 * length or model bin). O(n_device * n_card + n_cap). */
GAL_API gal_status gal_deck_write(gal_buf *deck, const gal_circuit *circuit,
                                  const gal_device_models *models, const gal_deck_bench *bench,
                                  const gal_cap *cap, int64_t n_cap, gal_error *err);

/* The node of a net: "0", "vdd" or "n<id>" in buf; returns buf. */
GAL_API const char *gal_deck_node(char buf[16], const gal_circuit *circuit, int32_t net);

#endif
