/* One expanded cell and the evaluation of parameters in it (internal). */
#ifndef GAL_NETLIST_SPICE_FRAME_H
#define GAL_NETLIST_SPICE_FRAME_H

#include "base/text.h"
#include "netlist/design.h"

typedef struct gal_spice_frame {
    const gal_cell *cell;
    struct gal_spice_frame *up; /* the frame of the instance's surroundings; NULL for main */
    int32_t *net;               /* [cell->n_net] nets of the circuit, -1: not met yet */
    double *value;              /* [cell->n_by_key] */
    char *state;                /* [cell->n_by_key] GAL_PARAM_... */
    double multiplier;
    size_t prefix; /* bytes of the name that stand before every name inside */
} gal_spice_frame;

enum { GAL_PARAM_UNKNOWN, GAL_PARAM_BUSY, GAL_PARAM_KNOWN };

/* What a cell is warned about once: values that were lost, transistors without a size. */
typedef enum gal_spice_fault { GAL_FAULT_VALUE, GAL_FAULT_SIZE, GAL_N_FAULT } gal_spice_fault;

typedef struct gal_spice_tally {
    int64_t n;       /* in the flat circuit */
    int32_t warning; /* the first one's, into the list of warnings; -1: it was dropped */
} gal_spice_tally;

/* Where parameters are evaluated. The counts of devices stop at 2^31-1, more than a circuit holds.
 */
typedef struct gal_spice_evaluator {
    const gal_design *design;
    gal_warnings *warnings;
    gal_spice_tally *tally; /* [cells * GAL_N_FAULT] */
    gal_spice_budget budget;
    const gal_element *micron; /* the first device whose sizes were taken as micrometres */
    int32_t n_micron, n_metre; /* devices with sizes so taken, and with sizes in metres */
    int is_micron;             /* those of the device at hand were */
    gal_buf more;              /* gal_device.more of the device at hand */
} gal_spice_evaluator;

/* Zeroed arrays for a frame of `cell`. Errors: GAL_ENOMEM. The caller clears it. */
gal_status gal__spice_frame_init(gal_spice_frame *frame, const gal_cell *cell, gal_spice_frame *up,
                                 gal_error *err);
void gal__spice_frame_clear(gal_spice_frame *frame);

/* The value of a quantity inside the frame: finite, or NAN when it was not given, or why it has
 * none. It may refer to parameters of the card `own` (or NULL). */
gal_status gal__spice_try(double *value, gal_spice_evaluator *evaluator, gal_spice_frame *frame,
                          const gal_element *own, const gal_quantity *quantity, gal_error *err);
/* The same for a quantity of `element`: NAN with a warning where it has none. */
double gal__spice_evaluate(gal_spice_evaluator *evaluator, gal_spice_frame *frame,
                           const gal_quantity *quantity, const gal_element *element);

/* Sets the header parameters of `frame` that the instance overrides and multiplies its multiplier
 * by the instance's m: 0 when it is left out. */
void gal__spice_override(gal_spice_evaluator *evaluator, gal_spice_frame *frame,
                         const gal_element *instance);

/* Once all is evaluated: adds to each cell's warnings how many more there were. Warns when sizes of
 * some devices only were taken as micrometres: in a netlist all in micrometres that is what its PDK
 * means, in a mixed one it may be a slip. */
void gal__spice_end_warnings(const gal_spice_evaluator *evaluator);

/* Sizes, multiplicity (0: no device at all) and value of an element that is one device. Name and
 * pins are left out; the model is the card's. */
void gal__spice_device(gal_device *device, gal_spice_evaluator *evaluator, gal_spice_frame *frame,
                       const gal_element *element);

#endif
