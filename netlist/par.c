#include "netlist/par.h"

#include "base/file.h"
#include "netlist/extract_build.h"

/* A private flag of nets while their cell is read: named in its "supplies" line. */
#define NET_LISTED 0x80000000u

/* ---- reading ---- */

static int is_ground(gal_view name) {
    return gal_view_equal(name, gal_view_of("0")) ||
           gal_view_equal(name, gal_view_of("SUBSTRATE")) ||
           gal_view_equal(name, gal_view_of("OTHER"));
}

static gal_status parse_ports(gal_extract_build *build, const gal_fields *line, gal_error *err) {
    for (size_t i = 1; i < line->size; i++)
        GAL_TRY(gal_extract_build_port(build, line->word[i].text, err));
    return GAL_OK;
}

static gal_status parse_supplies(gal_extract_build *build, const gal_fields *line, gal_error *err) {
    for (size_t i = 1; i < line->size; i++) {
        int32_t net;
        GAL_TRY(gal_extract_build_net(build, line->word[i].text, &net, err));
        gal_extract_build_circuit(build)->net[net].flags |= NET_LISTED;
    }
    return GAL_OK;
}

static gal_status parse_size(const gal_fields *line, size_t i, const char *what, double *metre,
                             gal_error *err) {
    GAL_TRY(gal_fields_number(line, i, what, metre, err));
    *metre *= 1e-6;
    if (*metre >= 0 && *metre <= 1) return GAL_OK;
    return gal_fields_fail(line, i, err, "expected %s in [0, 1e6] um", what);
}

static gal_status parse_dev(gal_extract_build *build, const gal_fields *line, gal_error *err) {
    const int is_n = gal_fields_is(line, 1, "n");
    if (!is_n && !gal_fields_is(line, 1, "p"))
        return gal_fields_fail(line, 1, err, "expected the device type n or p");
    if (line->size < 8 || line->size > 9)
        return gal_fields_fail(line, line->size > 9 ? 9 : 8, err,
                               "expected \"dev %c D G S B W L [M]\"", is_n ? 'n' : 'p');
    int32_t pin[4];
    for (size_t i = 0; i < 4; i++)
        GAL_TRY(gal_extract_build_net(build, line->word[2 + i].text, &pin[i], err));
    double width, length, multiplier = 1;
    GAL_TRY(parse_size(line, 6, "a width", &width, err));
    GAL_TRY(parse_size(line, 7, "a length", &length, err));
    if (line->size == 9) GAL_TRY(gal_fields_number(line, 8, "a multiplier", &multiplier, err));
    if (!(multiplier > 0)) return gal_fields_fail(line, 8, err, "expected a multiplier above 0");
    return gal_extract_build_mos(build, NULL, "", is_n ? GAL_NMOS : GAL_PMOS, pin, width, length,
                                 multiplier, err);
}

static gal_status parse_cap(gal_extract_build *build, const gal_fields *line, gal_error *err) {
    if (line->size != 4)
        return gal_fields_fail(line, 4, err, "expected \"cap A B C\" with C in fF");
    int32_t net[2];
    for (size_t i = 0; i < 2; i++) {
        const gal_view name = line->word[1 + i].text;
        net[i] = GAL_NET_FIXED;
        if (gal_view_equal(name, gal_view_of("SUBSTRATE")))
            build->set->item[build->set->n - 1].by_magic = 1;
        if (!is_ground(name)) GAL_TRY(gal_extract_build_net(build, name, &net[i], err));
    }
    double farad;
    GAL_TRY(gal_extract_build_farad(line, 3, 1e-15, &farad, err));
    return gal_extract_build_cap(build, net[0], net[1], farad, err);
}

static gal_status parse_line(gal_extract_build *build, const gal_fields *line, gal_error *err) {
    if (gal_fields_is(line, 0, "cap")) return parse_cap(build, line, err);
    if (gal_fields_is(line, 0, "dev")) return parse_dev(build, line, err);
    if (gal_fields_is(line, 0, "ports")) return parse_ports(build, line, err);
    if (gal_fields_is(line, 0, "supplies")) return parse_supplies(build, line, err);
    return gal_fields_fail(line, 0, err, "expected ports, supplies, dev, cap or end");
}

/* Pins of PMOS minus pins of NMOS transistors (drains, sources, bulks) per net. */
static int32_t *count_votes(gal_circuit *circuit) {
    int32_t *vote = GAL_ARENA_ARRAY(&circuit->arena, int32_t, circuit->n_net);
    for (int32_t d = 0; vote && d < circuit->n_device; d++)
        for (int32_t k = 0; k < 4; k++)
            if (k != GAL_PIN_GATE)
                vote[gal_circuit_pin(circuit, d, k)] +=
                    circuit->device[d].type == GAL_PMOS ? 1 : -1;
    return vote;
}

/* Listed supplies carry NET_LISTED, and when there are any no other net is a supply. What names
 * and structure do not tell, the transistors vote on: power where more PMOS than NMOS sit. */
static void settle_supplies(gal_circuit *circuit, const int32_t *vote) {
    uint32_t any = 0;
    for (int32_t n = 0; n < circuit->n_net; n++) any |= circuit->net[n].flags & NET_LISTED;
    for (int32_t n = 0; any && n < circuit->n_net; n++) {
        uint32_t *flags = &circuit->net[n].flags;
        if (!(*flags & NET_LISTED)) *flags &= ~(uint32_t)GAL_NET_SUPPLY;
        else if (!(*flags & GAL_NET_SUPPLY)) *flags |= vote[n] > 0 ? GAL_NET_POWER : GAL_NET_GROUND;
        *flags &= ~NET_LISTED;
    }
}

/* The lines of one cell, its "cell" line already read. */
static gal_status parse_cell(gal_extract_build *build, gal_fields *line, gal_error *err) {
    for (;;) {
        GAL_TRY(gal_fields_next(line, err));
        if (line->size == 0)
            return gal_fields_fail(line, 0, err, "expected \"end\" of cell %s",
                                   gal_extract_build_circuit(build)->name);
        if (gal_fields_is(line, 0, "end")) break;
        GAL_TRY(parse_line(build, line, err));
    }
    gal_circuit *circuit = gal_extract_build_circuit(build);
    const int32_t *vote = count_votes(circuit);
    if (!vote) return gal_fail(err, GAL_ENOMEM, "out of memory for supplies");
    GAL_TRY(gal_extract_build_end(build, err));
    settle_supplies(circuit, vote);
    return GAL_OK;
}

static gal_status parse_cells(gal_extract_set *set, gal_fields *line, gal_error *err) {
    for (;;) {
        GAL_TRY(gal_fields_next(line, err));
        if (line->size == 0) return GAL_OK;
        if (!gal_fields_is(line, 0, "cell") || line->size != 2)
            return gal_fields_fail(line, gal_fields_is(line, 0, "cell") ? 2 : 0, err,
                                   "expected \"cell NAME\"");
        gal_extract_build build;
        gal_status status = gal_extract_build_init(&build, set, line->word[1].text, 0, err);
        if (status == GAL_OK) status = parse_cell(&build, line, err);
        gal_extract_build_clear(&build);
        GAL_TRY(status);
    }
}

gal_status gal_par_parse(gal_extract_set *set, const char *name, const char *text, size_t size,
                         gal_error *err) {
    gal_fields line;
    gal_fields_init(&line, name, (gal_view){text, size}, GAL_FIELDS_HASH);
    const gal_status status = parse_cells(set, &line, err);
    gal_fields_clear(&line);
    return status;
}

gal_status gal_par_read(gal_extract_set *set, const char *path, gal_error *err) {
    gal_file file;
    GAL_TRY(gal_file_read(&file, path, 0, err));
    const gal_status status = gal_par_parse(set, path, file.data, file.size, err);
    gal_file_clear(&file);
    return status;
}

/* ---- writing ---- */

/* A name as one word: blanks, which only quoted names of other formats have, become '_'. */
static void print_name(gal_buf *buf, const char *name) {
    gal_buf_text(buf, " ");
    const size_t start = buf->size;
    gal_buf_text(buf, name[0] ? name : "_");
    for (size_t i = start; i < buf->size; i++)
        if ((unsigned char)buf->data[i] <= ' ' || buf->data[i] == 127) buf->data[i] = '_';
}

static void print_listed(gal_buf *buf, const gal_circuit *circuit) {
    gal_buf_text(buf, "cell");
    print_name(buf, circuit->name[0] ? circuit->name : "top");
    gal_buf_text(buf, "\n");
    if (circuit->n_port) gal_buf_text(buf, "ports");
    for (int32_t i = 0; i < circuit->n_port; i++)
        print_name(buf, circuit->net[circuit->port[i]].name);
    if (circuit->n_port) gal_buf_text(buf, "\n");
    int any = 0;
    for (int32_t n = 0; n < circuit->n_net; n++)
        if (circuit->net[n].flags & GAL_NET_SUPPLY) {
            if (!any++) gal_buf_text(buf, "supplies");
            print_name(buf, circuit->net[n].name);
        }
    if (any) gal_buf_text(buf, "\n");
}

static void print_mos(gal_buf *buf, const gal_circuit *circuit, int32_t d) {
    const gal_device *device = &circuit->device[d];
    gal_buf_printf(buf, "dev %c", device->type == GAL_NMOS ? 'n' : 'p');
    for (int32_t k = 0; k < 4; k++)
        print_name(buf, circuit->net[gal_circuit_pin(circuit, d, k)].name);
    gal_buf_printf(buf, " %.9g %.9g", device->width * 1e6, device->length * 1e6);
    if (device->multiplier != 1) gal_buf_printf(buf, " %.9g", device->multiplier);
    gal_buf_text(buf, "\n");
}

void gal_par_print(gal_buf *buf, const gal_extract *extract) {
    const char *const ground = extract->by_magic ? "SUBSTRATE" : "0";
    const gal_circuit *circuit = &extract->circuit;
    print_listed(buf, circuit);
    for (int32_t d = 0; d < circuit->n_device; d++)
        if (gal_device_is_mos(&circuit->device[d]) && circuit->device[d].n_pin >= 4)
            print_mos(buf, circuit, d);
    for (int64_t k = 0; k < extract->n_cap; k++) {
        const gal_cap *cap = &extract->cap[k];
        gal_buf_text(buf, "cap");
        print_name(buf, cap->a >= 0 ? circuit->net[cap->a].name : ground);
        print_name(buf, circuit->net[cap->b].name);
        gal_buf_printf(buf, " %.9g\n", cap->farad * 1e15);
    }
    gal_buf_text(buf, "end\n");
}

gal_status gal_par_write(const char *path, const gal_extract_set *set, gal_error *err) {
    gal_buf buf;
    gal_buf_init(&buf);
    for (int32_t i = 0; i < set->n; i++) gal_par_print(&buf, &set->item[i]);
    gal_status status = gal_buf_ok(&buf, err);
    if (status == GAL_OK) status = gal_file_write(path, buf.data, buf.size, err);
    gal_buf_clear(&buf);
    return status;
}
