/* The flat circuit: what every reader produces and every task consumes.
 *
 * Nets and devices are numbered 0, 1, 2, ... in order of first sight; a device's pins are a range
 * of `pin_net`, in the order its card lists them (SPICE order). All memory, names included,
 * belongs to the circuit's arena; gal_circuit_clear frees it at once. SI units throughout.
 */
#ifndef GAL_NETLIST_CIRCUIT_H
#define GAL_NETLIST_CIRCUIT_H

#include "base/arena.h"
#include <stdint.h>

/* One list: enum value, SPICE letter, plural for reports. BLACKBOX is an X instance whose
 * subcircuit is not defined anywhere. */
#define GAL_DEVICE_MAP(XX)                                                                         \
    XX(NMOS, 'M', "NMOS transistors")                                                              \
    XX(PMOS, 'M', "PMOS transistors")                                                              \
    XX(RESISTOR, 'R', "resistors")                                                                 \
    XX(CAPACITOR, 'C', "capacitors")                                                               \
    XX(INDUCTOR, 'L', "inductors")                                                                 \
    XX(MUTUAL, 'K', "mutual inductors")                                                            \
    XX(DIODE, 'D', "diodes")                                                                       \
    XX(NPN, 'Q', "NPN transistors")                                                                \
    XX(PNP, 'Q', "PNP transistors")                                                                \
    XX(NJF, 'J', "n-channel JFETs")                                                                \
    XX(PJF, 'J', "p-channel JFETs")                                                                \
    XX(VSOURCE, 'V', "voltage sources")                                                            \
    XX(ISOURCE, 'I', "current sources")                                                            \
    XX(VCVS, 'E', "voltage-controlled voltage sources")                                            \
    XX(CCCS, 'F', "current-controlled current sources")                                            \
    XX(VCCS, 'G', "voltage-controlled current sources")                                            \
    XX(CCVS, 'H', "current-controlled voltage sources")                                            \
    XX(BSOURCE, 'B', "behavioural sources")                                                        \
    XX(SWITCH, 'S', "switches")                                                                    \
    XX(TLINE, 'T', "transmission lines")                                                           \
    XX(BLACKBOX, 'X', "instances of undefined subcircuits")

typedef enum gal_device_type {
#define XX(name, letter, plural) GAL_##name,
    GAL_DEVICE_MAP(XX)
#undef XX
        GAL_N_DEVICE_TYPE
} gal_device_type;

/* Pins of a MOS transistor, in card order. */
enum { GAL_PIN_DRAIN, GAL_PIN_GATE, GAL_PIN_SOURCE, GAL_PIN_BULK };

enum {
    GAL_NET_PORT = 1,    /* a port of the top cell */
    GAL_NET_GLOBAL = 2,  /* named by .global, or "0" */
    GAL_NET_POWER = 4,   /* a supply that sits high (VDD, VPWR, n-well VPB) */
    GAL_NET_GROUND = 8,  /* a supply that sits low (VSS, VGND, substrate VNB, 0) */
    GAL_NET_PARTIAL = 16 /* extracted: known only by what other nets list of it */
};
#define GAL_NET_SUPPLY (GAL_NET_POWER | GAL_NET_GROUND)

typedef struct gal_net {
    const char *name; /* hierarchical, levels joined by '/' ; never NULL */
    uint32_t flags;   /* GAL_NET_... */
} gal_net;

typedef struct gal_device {
    const char *name;  /* hierarchical, levels joined by '/' ; letter included ("X1/M3") */
    const char *model; /* "" when the card names none */
    gal_device_type type;
    int32_t first_pin; /* into gal_circuit.pin_net */
    int32_t n_pin;
    double width;      /* m, total drawn over the fingers of one device; 0 when not given */
    double length;     /* m; 0 when not given */
    double multiplier; /* devices in parallel, hierarchy included; > 0 */
    double fingers;    /* >= 1; width / fingers is one gate finger's */
    const char *more; /* what else its card gives, in the card's units: "ad=1p as=1p"; never NULL */
    double value;     /* ohm, farad, henry, volt or ampere; NAN when it is no plain number */
    int partial;      /* 1: its card says more (waveform, formula, impedance) than is kept here */
} gal_device;

/* The ports of a subcircuit, shared by its instances. */
typedef struct gal_cell_pins {
    const char *name;       /* of the subcircuit */
    const char *const *pin; /* [n_pin] */
    const char *direction;  /* [n_pin] 'I': no channel in the cell is on it; 'O': channels and no
                               gate are; 'B': both */
    int32_t n_pin;
} gal_cell_pins;

/* A cell in the netlist's hierarchy (see netlist/spice_flatten.h) and what it was replaced by. */
typedef struct gal_instance {
    const char *name; /* hierarchical: "core/X1" */
    const gal_cell_pins *cell;
    int32_t first_pin;              /* into gal_circuit.instance_net */
    int32_t first_device, n_device; /* the devices inside */
    int32_t first_net, n_net;       /* the nets inside; those on its pins are not */
} gal_instance;

typedef struct gal_circuit {
    gal_arena arena;
    const char *name;       /* of the top cell; "" for a bare netlist */
    gal_net *net;           /* [n_net] */
    gal_device *device;     /* [n_device] */
    int32_t *pin_net;       /* [n_pin] in [0..n_net[ */
    int32_t *port;          /* [n_port] nets, in the top cell's order; a net may repeat */
    gal_instance *instance; /* [n_instance] cells, in the order of their devices */
    int32_t *instance_net;  /* [n_instance_pin] nets; -1: not connected */
    int32_t n_net, n_device, n_pin, n_port;
    int32_t n_instance, n_instance_pin; /* 0 where a reader does not know hierarchy */
    int32_t n_micron;                   /* devices whose sizes had no unit, taken as micrometres */
    int32_t net_capacity, device_capacity, pin_capacity, port_capacity; /* private */
    int32_t instance_capacity, instance_pin_capacity;                   /* private */
} gal_circuit;

GAL_API void gal_circuit_init(gal_circuit *circuit);
GAL_API void gal_circuit_clear(gal_circuit *circuit);

/* Building: each returns the new id, or -1 when memory is out (or 2^31-1 are held). Names are
 * copied. gal_circuit_add_device copies *device but for first_pin and n_pin, which it sets. */
GAL_API int32_t gal_circuit_add_net(gal_circuit *circuit, const char *name, uint32_t flags);
GAL_API int32_t gal_circuit_add_device(gal_circuit *circuit, const gal_device *device,
                                       const int32_t *pin, int32_t n_pin);
GAL_API int32_t gal_circuit_add_port(gal_circuit *circuit, int32_t net);

/* An instance with cell->n_pin nets, as yet with nothing inside; what is added afterwards lies
 * inside until gal_circuit_end_instance. `cell` is kept, the name is copied. */
GAL_API int32_t gal_circuit_add_instance(gal_circuit *circuit, const char *name,
                                         const gal_cell_pins *cell, const int32_t *net);
GAL_API void gal_circuit_end_instance(gal_circuit *circuit, int32_t instance);

/* 1 when at least two cells hold all the transistors: a netlist of cells, like one out of logic
 * synthesis. O(n_device). */
GAL_API int gal_circuit_is_of_cells(const gal_circuit *circuit);

/* The net on pin `which` of device `d`. */
static inline int32_t gal_circuit_pin(const gal_circuit *circuit, int32_t d, int32_t which) {
    return circuit->pin_net[circuit->device[d].first_pin + which];
}

static inline int gal_device_is_mos(const gal_device *device) {
    return device->type == GAL_NMOS || device->type == GAL_PMOS;
}

/* Enumerator's text, e.g. "NMOS"; its SPICE letter; its plural. */
GAL_API const char *gal_device_type_name(gal_device_type type);
GAL_API char gal_device_type_letter(gal_device_type type);
GAL_API const char *gal_device_type_plural(gal_device_type type);

/* 64-bit fingerprint of devices, sizes and connectivity; instances do not count, names and
 * numbering do not count... only their order does. O(n_pin). */
GAL_API uint64_t gal_circuit_hash(const gal_circuit *circuit);

#endif
