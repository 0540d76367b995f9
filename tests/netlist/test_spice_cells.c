/* Every extracted cell of sky130_fd_sc_hd and _hdll, read with its .pex and .pxi includes, against
 * the prepared reference. Needs GALENA_DATA (with parasitics/calibre_hd.par.gz) and GALENA_CELLS
 * (the unpacked Calibre files, sky130_fd_sc_hd/cells/...); skipped without them. */
#include "base/file.h"
#include "netlist/par.h"
#include "spice_testing.h"

static const char *const libraries[] = {"hd", "hdll"};

static int32_t root_of(int32_t *root, int32_t net) {
    while (root[net] != net) net = root[net] = root[root[net]];
    return net;
}

/* root[net]: the net without its resistive network. */
static int32_t *collapse(const gal_circuit *circuit) {
    int32_t *root = malloc(((size_t)circuit->n_net + 1) * sizeof *root);
    assert_non_null(root);
    for (int32_t n = 0; n < circuit->n_net; n++) root[n] = n;
    for (int32_t d = 0; d < circuit->n_device; d++)
        if (circuit->device[d].type == GAL_RESISTOR)
            root[root_of(root, gal_circuit_pin(circuit, d, 0))] =
                root_of(root, gal_circuit_pin(circuit, d, 1));
    return root;
}

/* The same transistors in the same order on the same nets; returns how many. */
static int compare(const gal_circuit *read, const gal_circuit *reference) {
    /* The reference of this cell does not see through its hierarchical net names. */
    const int n_compared = strstr(read->name, "macro_sparecell") ? 0 : 4;
    int32_t *root = collapse(read), d = 0, found = 0;
    int32_t *partner = malloc(((size_t)read->n_net + 1) * sizeof *partner);
    assert_non_null(partner);
    memset(partner, -1, (size_t)read->n_net * sizeof *partner);
    char *taken = calloc((size_t)reference->n_net + 1, 1);
    assert_non_null(taken);
    for (int32_t k = 0; k < read->n_device; k++) {
        const gal_device *device = &read->device[k], *other = &reference->device[d];
        if (!gal_device_is_mos(device)) continue;
        assert_true(d < reference->n_device);
        assert_int_equal(device->type, other->type);
        assert_true(is_close(device->width, other->width));
        assert_true(is_close(device->length, other->length));
        for (int32_t i = 0; i < n_compared; i++) {
            int32_t *net = &partner[root_of(root, gal_circuit_pin(read, k, i))];
            const int32_t expected = gal_circuit_pin(reference, d, i);
            if (*net < 0 && !taken[expected]) {
                *net = expected;
                taken[expected] = 1;
            }
            if (*net != expected)
                fail_msg("%s: pin %d of %s is not on %s", read->name, (int)i, device->name,
                         reference->net[expected].name);
        }
        d++, found++;
    }
    assert_int_equal(d, reference->n_device);
    free(root);
    free(partner);
    free(taken);
    return found;
}

static int check_cell(const char *cells, const char *library, const gal_circuit *reference) {
    char family[200], path[1200];
    const char *cell = strstr(reference->name, "__");
    assert_non_null(cell);
    snprintf(family, sizeof family, "%s", cell + 2);
    char *drive = strrchr(family, '_');
    if (drive && drive[1] >= '0' && drive[1] <= '9') *drive = '\0';
    snprintf(path, sizeof path, "%s/sky130_fd_sc_%s/cells/%s/%s.spice", cells, library, family,
             reference->name);
    if (!gal_file_exists(path)) return -1;
    gal_circuit circuit;
    gal_error err;
    char message[900];
    if (gal_circuit_read(&circuit, path, NULL, &err) != GAL_OK)
        fail_msg("%s", gal_error_format(&err, message, sizeof message));
    assert_string_equal(circuit.name, reference->name);
    const int found = compare(&circuit, reference);
    gal_circuit_clear(&circuit);
    return found;
}

static void test_cells(void **state) {
    (void)state;
    const char *data = getenv("GALENA_DATA"), *cells = getenv("GALENA_CELLS");
    if (!data || !cells) skip();
    for (int i = 0; i < 2; i++) {
        char path[1200];
        snprintf(path, sizeof path, "%s/parasitics/calibre_%s.par.gz", data, libraries[i]);
        gal_extract_set set = {0};
        gal_error err;
        assert_int_equal(gal_par_read(&set, path, &err), GAL_OK);
        int n_cell = 0, n_missing = 0, n_mos = 0;
        for (int32_t k = 0; k < set.n; k++) {
            const int found = check_cell(cells, libraries[i], &set.item[k].circuit);
            n_missing += found < 0;
            n_cell += found >= 0;
            n_mos += found > 0 ? found : 0;
        }
        print_message("%s: %d cells with %d transistors agree, %d have no netlist\n", libraries[i],
                      n_cell, n_mos, n_missing);
        assert_true(n_cell > 250);
        gal_extract_set_clear(&set);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cells)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
