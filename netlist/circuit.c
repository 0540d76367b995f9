#include "netlist/circuit.h"

#include "base/hash.h"
#include <string.h>

void gal_circuit_init(gal_circuit *circuit) {
    *circuit = (gal_circuit){.name = ""};
    gal_arena_init(&circuit->arena);
}

void gal_circuit_clear(gal_circuit *circuit) {
    gal_arena_clear(&circuit->arena);
    gal_circuit_init(circuit);
}

/* Doubles an arena array when `need` exceeds *capacity (the old copy stays in the arena: at most
 * as much again is wasted). Returns the array to use, NULL when memory is out. */
static void *reserve(gal_arena *arena, void *data, int32_t *capacity, int64_t need, size_t item) {
    if (need <= *capacity) return data;
    if (need > INT32_MAX / 2) return NULL;
    int64_t wanted = *capacity ? 2 * (int64_t)*capacity : 16;
    while (wanted < need) wanted *= 2;
    void *moved = gal_arena_alloc(arena, (size_t)wanted * item);
    if (!moved) return NULL;
    if (*capacity) memcpy(moved, data, (size_t)*capacity * item);
    *capacity = (int32_t)wanted;
    return moved;
}

int32_t gal_circuit_add_net(gal_circuit *circuit, const char *name, uint32_t flags) {
    gal_net *net = reserve(&circuit->arena, circuit->net, &circuit->net_capacity,
                           (int64_t)circuit->n_net + 1, sizeof *net);
    if (!net) return -1;
    circuit->net = net;
    const char *copy = gal_arena_text(&circuit->arena, name, strlen(name));
    if (!copy) return -1;
    net[circuit->n_net] = (gal_net){copy, flags};
    return circuit->n_net++;
}

int32_t gal_circuit_add_device(gal_circuit *circuit, const gal_device *device, const int32_t *pin,
                               int32_t n_pin) {
    gal_device *list = reserve(&circuit->arena, circuit->device, &circuit->device_capacity,
                               (int64_t)circuit->n_device + 1, sizeof *list);
    if (!list) return -1;
    circuit->device = list;
    int32_t *pins = reserve(&circuit->arena, circuit->pin_net, &circuit->pin_capacity,
                            (int64_t)circuit->n_pin + n_pin, sizeof *pins);
    if (!pins && circuit->n_pin + n_pin) return -1; /* a mutual inductance has no pins */
    circuit->pin_net = pins;
    gal_device copy = *device;
    copy.name = gal_arena_text(&circuit->arena, device->name, strlen(device->name));
    copy.model = gal_arena_text(&circuit->arena, device->model, strlen(device->model));
    copy.more = device->more && *device->more
                    ? gal_arena_text(&circuit->arena, device->more, strlen(device->more))
                    : "";
    if (!copy.name || !copy.model || !copy.more) return -1;
    copy.first_pin = circuit->n_pin;
    copy.n_pin = n_pin;
    if (n_pin) memcpy(pins + circuit->n_pin, pin, (size_t)n_pin * sizeof *pins);
    circuit->n_pin += n_pin;
    list[circuit->n_device] = copy;
    return circuit->n_device++;
}

int32_t gal_circuit_add_port(gal_circuit *circuit, int32_t net) {
    int32_t *port = reserve(&circuit->arena, circuit->port, &circuit->port_capacity,
                            (int64_t)circuit->n_port + 1, sizeof *port);
    if (!port) return -1;
    circuit->port = port;
    port[circuit->n_port] = net;
    circuit->net[net].flags |= GAL_NET_PORT;
    return circuit->n_port++;
}

int32_t gal_circuit_add_instance(gal_circuit *circuit, const char *name, const gal_cell_pins *cell,
                                 const int32_t *net) {
    gal_instance *list = reserve(&circuit->arena, circuit->instance, &circuit->instance_capacity,
                                 (int64_t)circuit->n_instance + 1, sizeof *list);
    if (!list) return -1;
    circuit->instance = list;
    int32_t *nets = reserve(&circuit->arena, circuit->instance_net, &circuit->instance_pin_capacity,
                            (int64_t)circuit->n_instance_pin + cell->n_pin, sizeof *nets);
    const char *copy = gal_arena_text(&circuit->arena, name, strlen(name));
    if ((!nets && cell->n_pin) || !copy) return -1;
    circuit->instance_net = nets;
    if (cell->n_pin)
        memcpy(nets + circuit->n_instance_pin, net, (size_t)cell->n_pin * sizeof *nets);
    list[circuit->n_instance] = (gal_instance){.name = copy,
                                               .cell = cell,
                                               .first_pin = circuit->n_instance_pin,
                                               .first_device = circuit->n_device,
                                               .first_net = circuit->n_net};
    circuit->n_instance_pin += cell->n_pin;
    return circuit->n_instance++;
}

void gal_circuit_end_instance(gal_circuit *circuit, int32_t instance) {
    gal_instance *ends = &circuit->instance[instance];
    ends->n_device = circuit->n_device - ends->first_device;
    ends->n_net = circuit->n_net - ends->first_net;
}

int gal_circuit_is_of_cells(const gal_circuit *circuit) {
    int32_t d = 0;
    for (int32_t i = 0; i <= circuit->n_instance; i++) {
        const int last = i == circuit->n_instance;
        const int32_t to = last ? circuit->n_device : circuit->instance[i].first_device;
        for (; d < to; d++)
            if (gal_device_is_mos(&circuit->device[d])) return 0;
        if (!last) d += circuit->instance[i].n_device;
    }
    return circuit->n_instance > 1;
}

static const struct {
    const char *name, *plural;
    char letter;
} type_info[GAL_N_DEVICE_TYPE] = {
#define XX(name, letter, plural) {#name, plural, letter},
    GAL_DEVICE_MAP(XX)
#undef XX
};

const char *gal_device_type_name(gal_device_type type) {
    return type_info[type].name;
}
const char *gal_device_type_plural(gal_device_type type) {
    return type_info[type].plural;
}
char gal_device_type_letter(gal_device_type type) {
    return type_info[type].letter;
}

static uint64_t mix_double(uint64_t hash, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return gal_hash_mix(hash, bits);
}

uint64_t gal_circuit_hash(const gal_circuit *circuit) {
    uint64_t hash = gal_hash_mix((uint64_t)circuit->n_net, (uint64_t)circuit->n_device);
    for (int32_t d = 0; d < circuit->n_device; d++) {
        const gal_device *device = &circuit->device[d];
        hash = gal_hash_mix(hash, (uint64_t)device->type);
        hash = mix_double(mix_double(hash, device->width), device->length);
        hash = mix_double(mix_double(hash, device->multiplier), device->fingers);
        hash = gal_hash_bytes(circuit->pin_net + device->first_pin,
                              (size_t)device->n_pin * sizeof(int32_t), hash);
    }
    for (int32_t n = 0; n < circuit->n_net; n++) hash = gal_hash_mix(hash, circuit->net[n].flags);
    return hash;
}
