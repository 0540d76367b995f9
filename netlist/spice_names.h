/* Names as SPICE text may spell them: safe characters, each once (internal to the writer). */
#ifndef GAL_NETLIST_SPICE_NAMES_H
#define GAL_NETLIST_SPICE_NAMES_H

#include "base/intern.h"
#include "netlist/circuit.h"

typedef struct gal_spice_names {
    gal_intern nets, devices;
    int32_t *net;            /* [n_net] id in nets */
    int32_t *device;         /* [n_device] id in devices */
    gal_intern originals;    /* devices' own names, for elements that refer to others */
    int32_t *first_original; /* [originals.count] the device of that name */
} gal_spice_names;

/* Errors: GAL_ENOMEM. The caller clears `names`, also after an error. O(text). */
gal_status gal__spice_names_init(gal_spice_names *names, const gal_circuit *circuit,
                                 gal_error *err);
void gal__spice_names_clear(gal_spice_names *names);

/* The letter of the card that a device is written as. */
char gal__spice_letter(const gal_device *device);

/* Appends text with the characters replaced that SPICE dialects treat specially. */
void gal__spice_safe(gal_buf *buf, const char *text, size_t size);

static inline const char *gal__spice_net_text(const gal_spice_names *names, int32_t net) {
    return net < 0 ? "0" : names->nets.text[names->net[net]];
}

#endif
