/* The circuit as a typed graph, ready for message passing.
 *
 * Node types: nets, devices, pins. Pin k joins device pin_device[k] and net pin_net[k] under a
 * relation; a layer either visits pins as nodes or contracts them into typed device-net edges, for
 * which each relation has a CSR in both directions. Supplies take no part (every path would run
 * through them), but devices carry flags that say which terminals sit on one. Nets and devices are
 * renumbered breadth-first so that neighbours lie close in memory; net_order / device_order lead
 * back to the circuit. Memory from the caller's arena.
 */
#ifndef GAL_NETLIST_GRAPH_H
#define GAL_NETLIST_GRAPH_H

#include "base/csr.h"
#include "netlist/circuit.h"

typedef enum gal_relation {
    GAL_REL_GATE,         /* MOS gate, BJT base, control pins */
    GAL_REL_SOURCE_DRAIN, /* MOS drain and source, BJT collector and emitter */
    GAL_REL_BULK,         /* MOS bulk, BJT substrate */
    GAL_REL_TERMINAL,     /* terminals of passives, diodes, sources, black boxes */
    GAL_N_RELATION
} gal_relation;

/* Net features, float [n_net, GAL_N_NET_FEATURE]. */
enum {
    GAL_NETF_GATES_N,   /* log1p of NMOS gate pins (multiplicity counted) */
    GAL_NETF_GATES_P,   /* log1p of PMOS gate pins */
    GAL_NETF_DIFF_N,    /* log1p of NMOS drain/source pins */
    GAL_NETF_DIFF_P,    /* log1p of PMOS drain/source pins */
    GAL_NETF_BULK,      /* log1p of bulk pins */
    GAL_NETF_TERMINAL,  /* log1p of other pins */
    GAL_NETF_GATE_W,    /* log1p of total gate width, um */
    GAL_NETF_DIFF_W,    /* log1p of total drain/source width, um */
    GAL_NETF_GATE_AREA, /* log1p of total gate area, um^2 */
    GAL_NETF_PORT,      /* 1 when a port of the top cell */
    GAL_N_NET_FEATURE
};

/* Device features, float [n_device, GAL_N_DEVICE_FEATURE]. */
enum {
    GAL_DEVF_NMOS, /* one-hot type, five columns */
    GAL_DEVF_PMOS,
    GAL_DEVF_RESISTOR,
    GAL_DEVF_CAPACITOR,
    GAL_DEVF_OTHER,
    GAL_DEVF_WIDTH,      /* log1p of the total width incl. multiplicity, um */
    GAL_DEVF_LENGTH,     /* log1p of the length, um */
    GAL_DEVF_MULTIPLIER, /* log1p of multiplicity x fingers */
    GAL_DEVF_GATE_FIXED, /* 1 when the gate sits on a supply */
    GAL_DEVF_ON_POWER,   /* drain/source (or other) pins on a power supply: 0, 1, 2 */
    GAL_DEVF_ON_GROUND,  /* the same on a ground */
    GAL_N_DEVICE_FEATURE
};

typedef struct gal_graph {
    int32_t n_net, n_device, n_pin;
    int32_t *net_order;                 /* [n_net] circuit net of graph net i */
    int32_t *net_id;                    /* [circuit->n_net] graph net or -1 (supply) */
    int32_t *device_order;              /* [n_device] circuit device of graph device i */
    int32_t *pin_device;                /* [n_pin] graph device */
    int32_t *pin_net;                   /* [n_pin] graph net */
    uint8_t *pin_relation;              /* [n_pin] gal_relation */
    gal_csr nets_of[GAL_N_RELATION];    /* rows devices, columns nets, edge = pin */
    gal_csr devices_of[GAL_N_RELATION]; /* rows nets, columns devices, edge = pin: the transposes */
    float *net_feature;                 /* [n_net, GAL_N_NET_FEATURE] */
    float *device_feature;              /* [n_device, GAL_N_DEVICE_FEATURE] */
} gal_graph;

/* Builds the graph of a circuit whose supplies are marked (netlist/supply.h).
 * Errors: GAL_ENOMEM, GAL_ELIMIT. O(pins + nets + devices). */
GAL_API gal_status gal_graph_build(gal_graph *graph, gal_arena *arena, const gal_circuit *circuit,
                                   gal_error *err);

/* The relation of pin `which` of a device. */
GAL_API gal_relation gal_pin_relation(const gal_device *device, int32_t which);

/* Hash of names, order and scaling of the features above: stored in checkpoints so that a model
 * never meets features it was not trained on. */
GAL_API uint64_t gal_graph_schema_hash(void);

#endif
