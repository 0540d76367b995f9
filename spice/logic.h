/* Switch-level logic of a static CMOS cell: which vector lets one input toggle one output.
 *
 * Transistors are switches (n closed at 1, p at 0, perhaps closed at X), resistors wires, supplies
 * and inputs sources. All else starts at X. First closed paths to a 0 or 1 decide nets, one round
 * after the other; then every value that a perhaps-closed path to the opposite contests goes back
 * to X until none does (Bryant's switch-level model without charge and strengths, made optimistic
 * first: transmission gates whose controls are not known yet do not poison their drivers, and
 * cross-coupled level shifters resolve). Both phases take at most n_net rounds. Nets that keep
 * state stay X: the outputs of flip-flops have no arcs.
 *
 * Ports that are no supplies are outputs when channels drive them from a supply (a port that also
 * feeds gates only if its channel group has no other port that feeds none), else inputs.
 */
#ifndef GAL_SPICE_LOGIC_H
#define GAL_SPICE_LOGIC_H

#include "netlist/circuit.h"

enum { GAL_LOGIC_0, GAL_LOGIC_1, GAL_LOGIC_X };
enum { GAL_LOGIC_MAX_INPUT = 12 };

typedef struct gal_logic_switch {
    int32_t a, b, gate; /* nets; gate -1: always closed */
    int closed_at;      /* gate value that closes it */
} gal_logic_switch;

typedef struct gal_logic {
    gal_arena arena;
    const gal_circuit *circuit; /* the caller's, must outlive this */
    int32_t *input, *output;    /* [n_input], [n_output] nets, in port order */
    int32_t n_input, n_output;
    gal_logic_switch *one_switch; /* [n_switch] */
    int32_t n_switch;
    uint8_t *fixed; /* [n_net] 1: supply or input */
    uint8_t *pull;  /* [n_net] scratch */
} gal_logic;

/* One input that toggles one output while the others hold still. */
typedef struct gal_logic_arc {
    int32_t input, output; /* nets */
    uint32_t vector;       /* bit k: value of logic.input[k]; the toggling input's bit is 0 */
    int inverting;         /* 1: the output falls when the input rises */
} gal_logic_arc;

/* Finds ports' roles. Errors: GAL_ENOMEM, GAL_ELIMIT (more than 12 inputs, or too
 * many transistors to try every vector). On error nothing is
 * left to clear. */
GAL_API gal_status gal_logic_init(gal_logic *logic, const gal_circuit *circuit, gal_error *err);
GAL_API void gal_logic_clear(gal_logic *logic);

/* Values of all nets ([n_net], GAL_LOGIC_...) for the inputs in `vector`. O(rounds * n_switch). */
GAL_API void gal_logic_eval(uint8_t *value, gal_logic *logic, uint32_t vector);

/* All (input, output) pairs that some vector sensitises, ordered by input then output, each with
 * its lowest vector; in the logic's arena. O(2^n_input) evaluations. Errors: GAL_ENOMEM. */
GAL_API gal_status gal_logic_arcs(gal_logic_arc **arc, int32_t *n_arc, gal_logic *logic,
                                  gal_error *err);

#endif
