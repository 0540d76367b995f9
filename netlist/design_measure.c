#include "netlist/spice_flatten.h"

#include <stdlib.h>
#include <string.h>

/* MORE_BYTES: about, of a parameter in gal_device.more. */
enum { DEEPEST = 256, MORE_BYTES = 16 };

typedef struct measure {
    const gal_design *design;
    gal_cell_size *size; /* [cells] */
    char *state;         /* [cells] 0 unknown, 1 being measured, 2 done */
    gal_error *err;
} measure;

static gal_status fail_at_element(const measure *m, const gal_element *e, gal_status code,
                                  const char *what) {
    return gal_fail_at(m->err, code, m->design->file.data[e->file], e->line, 0, "%s: %s", e->name,
                       what);
}

static gal_status check_ports(const measure *m, const gal_element *e) {
    const gal_design *design = m->design;
    const gal_cell *inner = design->cell.data[e->cell];
    if ((size_t)e->n_node == inner->port.size) return GAL_OK;
    return gal_fail_at(m->err, GAL_EMISMATCH, design->file.data[e->file], e->line, 0,
                       "%s: %d nodes, but subcircuit '%s' (%s:%d) has %zu ports", e->name,
                       (int)e->n_node, gal_design_name(design, inner->name),
                       design->file.data[inner->file], (int)inner->line, inner->port.size);
}

static gal_status measure_cell(measure *m, int32_t c, int level);

static gal_status add_instance(measure *m, gal_cell_size *size, const gal_element *e, int level) {
    GAL_TRY(check_ports(m, e));
    if (m->state[e->cell] == 1)
        return fail_at_element(m, e, GAL_EPARSE, "this subcircuit contains itself");
    GAL_TRY(measure_cell(m, e->cell, level + 1));
    const gal_cell_size *inner = &m->size[e->cell];
    const double name = (double)strlen(e->name) + 1;
    size->n_device += inner->n_device;
    size->n_instance += 1 + inner->n_instance;
    size->n_net += inner->n_net;
    size->n_byte += inner->n_byte + name * (inner->n_device + inner->n_net + inner->n_instance) +
                    (double)sizeof(gal_instance) + name + 4.0 * e->n_node;
    if (size->depth < inner->depth + 1) size->depth = inner->depth + 1;
    return GAL_OK;
}

static gal_status measure_cell(measure *m, int32_t c, int level) {
    if (m->state[c] == 2) return GAL_OK;
    const gal_cell *cell = m->design->cell.data[c];
    if (level > DEEPEST)
        return gal_fail_at(m->err, GAL_ELIMIT, m->design->file.data[cell->file], cell->line, 0,
                           "instances nested deeper than %d levels", DEEPEST);
    m->state[c] = 1;
    gal_cell_size size = {.n_net = cell->n_net};
    for (int32_t i = 0; i < cell->n_net; i++)
        size.n_byte +=
            (double)sizeof(gal_net) + 1 + (double)strlen(gal_design_name(m->design, cell->net[i]));
    for (size_t i = 0; i < cell->element.size; i++) {
        const gal_element *e = &cell->element.data[i];
        if (e->cell >= 0) {
            GAL_TRY(add_instance(m, &size, e, level));
            continue;
        }
        size.n_device++;
        size.n_byte += (double)sizeof(gal_device) + 4.0 * e->n_node + (double)strlen(e->name) + 1 +
                       MORE_BYTES * e->n_param;
        if (e->model >= 0) size.n_byte += (double)strlen(gal_design_name(m->design, e->model));
    }
    m->size[c] = size;
    m->state[c] = 2;
    return GAL_OK;
}

gal_status gal_design_measure(gal_cell_size *size, const gal_design *design, int32_t cell,
                              gal_error *err) {
    const size_t n = design->cell.size;
    measure m = {design, calloc(n, sizeof *m.size), calloc(n, 1), err};
    const gal_status status = m.size && m.state
                                  ? measure_cell(&m, cell, 0)
                                  : gal_fail(err, GAL_ENOMEM, "out of memory for the hierarchy");
    if (status == GAL_OK) *size = m.size[cell];
    free(m.size);
    free(m.state);
    return status;
}
