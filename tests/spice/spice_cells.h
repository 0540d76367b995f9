/* Small cells for the tests of spice/: built by hand, 0.13 um class sizes. */
#ifndef GAL_TESTS_SPICE_CELLS_H
#define GAL_TESTS_SPICE_CELLS_H

#include "netlist/circuit.h"
#include "spice/worker.h"

/* 1 when ngspice cannot be started here: tests that need it then skip. */
static inline int ngspice_missing(void) {
    gal_sim_worker *worker;
    const gal_status status = gal_sim_worker_create(&worker, NULL);
    gal_sim_worker_destroy(worker);
    return status != GAL_OK;
}

static inline int32_t add_net(gal_circuit *cell, const char *name, uint32_t flags) {
    const int32_t net = gal_circuit_add_net(cell, name, flags);
    if (flags & GAL_NET_PORT) gal_circuit_add_port(cell, net);
    return net;
}

static inline void add_mos(gal_circuit *cell, gal_device_type type, int32_t drain, int32_t gate,
                           int32_t source, int32_t bulk) {
    const gal_device device = {.name = "M",
                               .model = "",
                               .type = type,
                               .width = type == GAL_PMOS ? 1e-6 : 0.65e-6,
                               .length = 0.15e-6,
                               .multiplier = 1,
                               .fingers = 1};
    const int32_t pin[] = {drain, gate, source, bulk};
    gal_circuit_add_device(cell, &device, pin, 4);
}

/* Nets 0 VDD, 1 VSS, then as each builder says. */
static inline void add_supplies(gal_circuit *cell) {
    gal_circuit_init(cell);
    add_net(cell, "VDD", GAL_NET_PORT | GAL_NET_POWER);
    add_net(cell, "VSS", GAL_NET_PORT | GAL_NET_GROUND);
}

static inline void add_inverter(gal_circuit *cell, int32_t in, int32_t out) {
    add_mos(cell, GAL_PMOS, out, in, 0, 0);
    add_mos(cell, GAL_NMOS, out, in, 1, 1);
}

/* 2 A, 3 Y */
static inline void build_inverter(gal_circuit *cell) {
    add_supplies(cell);
    add_net(cell, "A", GAL_NET_PORT);
    add_net(cell, "Y", GAL_NET_PORT);
    add_inverter(cell, 2, 3);
}

/* 2 A, 3 B, 4 Y, 5 the node between the n transistors */
static inline void build_nand2(gal_circuit *cell) {
    add_supplies(cell);
    add_net(cell, "A", GAL_NET_PORT);
    add_net(cell, "B", GAL_NET_PORT);
    add_net(cell, "Y", GAL_NET_PORT);
    add_net(cell, "mid", 0);
    add_mos(cell, GAL_PMOS, 4, 2, 0, 0);
    add_mos(cell, GAL_PMOS, 4, 3, 0, 0);
    add_mos(cell, GAL_NMOS, 4, 2, 5, 1);
    add_mos(cell, GAL_NMOS, 5, 3, 1, 1);
}

/* Transmission gate multiplexer: 2 A, 3 B, 4 S, 5 Y, 6 not S, 7 the joint; Y = not (S ? B : A) */
static inline void build_mux(gal_circuit *cell) {
    add_supplies(cell);
    add_net(cell, "A", GAL_NET_PORT);
    add_net(cell, "B", GAL_NET_PORT);
    add_net(cell, "S", GAL_NET_PORT);
    add_net(cell, "Y", GAL_NET_PORT);
    add_net(cell, "SN", 0);
    add_net(cell, "Z", 0);
    add_inverter(cell, 4, 6);
    add_mos(cell, GAL_NMOS, 7, 6, 2, 1);
    add_mos(cell, GAL_PMOS, 7, 4, 2, 0);
    add_mos(cell, GAL_NMOS, 7, 4, 3, 1);
    add_mos(cell, GAL_PMOS, 7, 6, 3, 0);
    add_inverter(cell, 7, 5);
}

/* Clocked inverter from `in` to `out`, open when `clock` is 1 (`clock_n` its complement). */
static inline void add_clocked_inverter(gal_circuit *cell, int32_t in, int32_t out, int32_t clock,
                                        int32_t clock_n) {
    const int32_t up = add_net(cell, "up", 0), down = add_net(cell, "down", 0);
    add_mos(cell, GAL_PMOS, up, in, 0, 0);
    add_mos(cell, GAL_PMOS, out, clock_n, up, 0);
    add_mos(cell, GAL_NMOS, out, clock, down, 1);
    add_mos(cell, GAL_NMOS, down, in, 1, 1);
}

/* Two clocked latches in a row: 2 D, 3 CLK, 4 Q. */
static inline void build_flip_flop(gal_circuit *cell) {
    add_supplies(cell);
    add_net(cell, "D", GAL_NET_PORT);
    add_net(cell, "CLK", GAL_NET_PORT);
    add_net(cell, "Q", GAL_NET_PORT);
    const int32_t clock_n = add_net(cell, "cn", 0), m = add_net(cell, "m", 0);
    const int32_t mn = add_net(cell, "mn", 0), s = add_net(cell, "s", 0);
    const int32_t sn = add_net(cell, "sn", 0);
    add_inverter(cell, 3, clock_n);
    add_clocked_inverter(cell, 2, m, clock_n, 3);
    add_inverter(cell, m, mn);
    add_clocked_inverter(cell, mn, m, 3, clock_n);
    add_clocked_inverter(cell, mn, s, 3, clock_n);
    add_inverter(cell, s, sn);
    add_clocked_inverter(cell, sn, s, clock_n, 3);
    add_inverter(cell, s, 4);
}

#endif
