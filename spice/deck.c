#include "spice/deck.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

gal_deck_times gal_deck_timeline(const gal_deck_bench *bench) {
    const double ramp = bench->slew / 0.6;
    gal_deck_times times = {.rise = ramp, .fall = 2 * ramp + bench->half};
    times.stop = times.fall + ramp + bench->half;
    times.step = times.stop / 50;
    return times;
}

const char *gal_deck_node(char buf[16], const gal_circuit *circuit, int32_t net) {
    if (net < 0 || (circuit->net[net].flags & GAL_NET_GROUND)) snprintf(buf, 16, "0");
    else if (circuit->net[net].flags & GAL_NET_POWER) snprintf(buf, 16, "vdd");
    else snprintf(buf, 16, "n%d", (int)net);
    return buf;
}

/* Per net: channel terminals of each type, and whether a contact is sure to be there. */
typedef struct net_use {
    int32_t n_channel[2]; /* of n, of p transistors, fingers counted */
    int contacted;        /* a port, supply, gate or other device's pin */
} net_use;

typedef struct strips {
    const net_use *use; /* [n_net] */
    double gate_length; /* m, the shortest of the cell */
} strips;

static double finger_count(const gal_device *device) {
    return device->multiplier * device->fingers;
}

static void count_uses(net_use *use, double *gate_length, const gal_circuit *circuit) {
    *gate_length = HUGE_VAL;
    for (int32_t n = 0; n < circuit->n_net; n++)
        use[n].contacted = (circuit->net[n].flags & (GAL_NET_PORT | GAL_NET_SUPPLY)) != 0;
    for (int32_t d = 0; d < circuit->n_device; d++) {
        const gal_device *device = &circuit->device[d];
        const int mos = gal_device_is_mos(device);
        if (mos && device->length < *gate_length) *gate_length = device->length;
        for (int32_t p = 0; p < device->n_pin; p++) {
            net_use *u = &use[gal_circuit_pin(circuit, d, p)];
            if (mos && (p == GAL_PIN_DRAIN || p == GAL_PIN_SOURCE))
                u->n_channel[device->type == GAL_PMOS] += (int32_t)ceil(finger_count(device));
            else u->contacted = 1;
        }
    }
}

/* " ad=... pd=..." of one finger's terminal on `net`. */
static void write_junction(gal_buf *deck, const char *which, const strips *strip,
                           const gal_device *device, int32_t net) {
    const net_use *use = &strip->use[net];
    const int32_t t = use->n_channel[device->type == GAL_PMOS];
    const int open = !use->contacted && use->n_channel[0] + use->n_channel[1] == 2 && t == 2;
    const double extent = (open ? 1.4 : 2.0) * strip->gate_length;
    const double width = device->width / device->fingers, share = (double)((t + 1) / 2) / t;
    gal_buf_printf(deck, " a%s=%.4g p%s=%.4g", which, width * extent * share, which,
                   2 * (extent + width) * share);
}

static void write_mos(gal_buf *deck, const gal_circuit *circuit, const gal_device_models *models,
                      const strips *strip, int32_t d) {
    const gal_device *device = &circuit->device[d];
    const int is_pmos = device->type == GAL_PMOS;
    char node[16];
    gal_buf_printf(deck, "m%d", (int)d);
    for (int32_t p = 0; p <= GAL_PIN_SOURCE; p++)
        gal_buf_printf(deck, " %s", gal_deck_node(node, circuit, gal_circuit_pin(circuit, d, p)));
    const char *bulk = is_pmos ? "vdd" : "0";
    if (device->n_pin > GAL_PIN_BULK)
        bulk = gal_deck_node(node, circuit, gal_circuit_pin(circuit, d, GAL_PIN_BULK));
    gal_buf_printf(deck, " %s %s w=%.6g l=%.6g m=%.6g", bulk, is_pmos ? models->pmos : models->nmos,
                   device->width / device->fingers, device->length, finger_count(device));
    write_junction(deck, "d", strip, device, gal_circuit_pin(circuit, d, GAL_PIN_DRAIN));
    write_junction(deck, "s", strip, device, gal_circuit_pin(circuit, d, GAL_PIN_SOURCE));
    gal_buf_text(deck, "\n");
}

static gal_status check_device(const gal_device *device, gal_error *err) {
    if (gal_device_is_mos(device) && device->n_pin >= 3) {
        if (device->width > 0 && device->length > 0) return GAL_OK;
        return gal_fail(err, GAL_EMISMATCH, "%s: a transistor needs width and length",
                        device->name);
    }
    const int passive = device->type == GAL_RESISTOR || device->type == GAL_CAPACITOR;
    if (passive && device->n_pin >= 2 && device->value > 0 && isfinite(device->value))
        return GAL_OK;
    return gal_fail(err, GAL_EMISMATCH,
                    "%s (%s): a CMOS cell is expected: transistors, plain resistors, capacitors",
                    device->name, gal_device_type_name(device->type));
}

static gal_status write_devices(gal_buf *deck, const gal_circuit *circuit,
                                const gal_device_models *models, gal_error *err) {
    net_use *use = calloc((size_t)circuit->n_net + 1, sizeof *use);
    if (!use) return gal_fail(err, GAL_ENOMEM, "out of memory for a deck");
    strips strip = {.use = use};
    gal_status status = GAL_OK;
    count_uses(use, &strip.gate_length, circuit);
    for (int32_t d = 0; d < circuit->n_device && status == GAL_OK; d++) {
        const gal_device *device = &circuit->device[d];
        status = check_device(device, err);
        if (status != GAL_OK) break;
        if (gal_device_is_mos(device)) {
            write_mos(deck, circuit, models, &strip, d);
            continue;
        }
        char a[16], b[16];
        gal_buf_printf(deck, "%c%d %s %s %.9g\n", gal_device_type_letter(device->type), (int)d,
                       gal_deck_node(a, circuit, gal_circuit_pin(circuit, d, 0)),
                       gal_deck_node(b, circuit, gal_circuit_pin(circuit, d, 1)), device->value);
    }
    free(use);
    return status;
}

static void write_caps(gal_buf *deck, const gal_circuit *circuit, const gal_cap *cap,
                       int64_t n_cap) {
    for (int64_t k = 0; k < n_cap; k++) {
        char a[16], b[16];
        gal_deck_node(a, circuit, cap[k].a);
        gal_deck_node(b, circuit, cap[k].b);
        if (strcmp(a, b) == 0) continue; /* between two supplies at one level */
        gal_buf_printf(deck, "cp%lld %s %s %.9g\n", (long long)k, a, b, cap[k].farad);
    }
}

static void write_bench(gal_buf *deck, const gal_circuit *circuit, double vdd,
                        const gal_deck_bench *bench) {
    const gal_deck_times times = gal_deck_timeline(bench);
    const double ramp = bench->slew / 0.6;
    char node[16];
    gal_buf_printf(deck, "vdd vdd 0 %.9g\n", vdd);
    for (int32_t k = 0; k < bench->n_held; k++)
        gal_buf_printf(deck, "vh%d %s 0 %.9g\n", (int)k,
                       gal_deck_node(node, circuit, bench->held[k]),
                       bench->value[bench->held[k]] == 1 ? vdd : 0.0);
    gal_buf_printf(deck, "vin %s 0 pwl(0 0 %.9g 0 %.9g %.9g %.9g %.9g %.9g 0)\n",
                   gal_deck_node(node, circuit, bench->input), times.rise, times.rise + ramp, vdd,
                   times.fall, vdd, times.fall + ramp);
    for (int32_t k = 0; k < bench->n_output && bench->load > 0; k++)
        gal_buf_printf(deck, "cl%d %s 0 %.9g\n", (int)k,
                       gal_deck_node(node, circuit, bench->output[k]), bench->load);
}

gal_status gal_deck_write(gal_buf *deck, const gal_circuit *circuit,
                          const gal_device_models *models, const gal_deck_bench *bench,
                          const gal_cap *cap, int64_t n_cap, gal_error *err) {
    gal_buf_printf(deck, "* testbench\n");
    GAL_TRY(write_devices(deck, circuit, models, err));
    GAL_TRY(gal_device_models_write(deck, models, circuit, err));
    write_caps(deck, circuit, cap, n_cap);
    write_bench(deck, circuit, models->vdd, bench);
    /* rshunt gives nets that nothing drives a path to ground. The tolerances bring delays within
     * 0.1 % (mean, 0.3 % at most) of runs with 2000 steps; ngspice's defaults are 1.6 % off. */
    gal_buf_text(deck, ".options rshunt=1e12 reltol=1e-4 trtol=1\n.end\n");
    return gal_buf_ok(deck, err);
}
