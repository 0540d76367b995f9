#include "tasks/parasitics/data.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/report.h"
#include "netlist/extract_read.h"
#include "tasks/parasitics/features.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const gal_pex_target_name[GAL_PEX_N_TARGET] = {"ground", "total", "coupling",
                                                           "existence"};

void gal_pex_case_keep_pairs(gal_pex_case *pex, const uint8_t *keep) {
    const size_t role = GAL_PEX_N_ROLE * sizeof *pex->pair_role;
    int32_t n = 0;
    for (int32_t p = 0; p < pex->n_pair; p++) {
        if (!keep[p]) continue;
        pex->pair[n] = pex->pair[p];
        pex->near[n] = pex->near[p];
        if (pex->couple) pex->couple[n] = pex->couple[p];
        memmove(pex->pair_role + (size_t)n * GAL_PEX_N_ROLE,
                pex->pair_role + (size_t)p * GAL_PEX_N_ROLE, role);
        memmove(gal_mat_row(pex->pair_x, n), gal_mat_row(pex->pair_x, p),
                (size_t)pex->pair_x.cols * sizeof(float));
        n++;
    }
    pex->n_pair = n;
    pex->pair_x.rows = n;
}

void gal_pex_case_clear(gal_pex_case *pex) {
    gal_arena_clear(&pex->arena);
    *pex = (gal_pex_case){0};
}

/* A graph net that a device touches. Extractors also list shapes that are no nets of a schematic:
 * plates of probe pads, pieces behind metal resistors. Those are neither trained nor scored on. */
static int is_wire(const gal_pex_case *pex, int32_t net) {
    for (int r = 0; net >= 0 && r < GAL_N_RELATION; r++) {
        const int64_t *ptr = pex->graph.devices_of[r].ptr;
        if (ptr[net + 1] > ptr[net]) return 1;
    }
    return 0;
}

/* A labelled capacitance between two signal nets? */
static int is_coupling(const gal_pex_case *pex, const gal_cap *cap) {
    return cap->a >= 0 && is_wire(pex, pex->graph.net_id[cap->a]) &&
           is_wire(pex, pex->graph.net_id[cap->b]);
}

static gal_pex_pair pair_of(const gal_pex_case *pex, const gal_cap *cap) {
    const int32_t a = pex->graph.net_id[cap->a], b = pex->graph.net_id[cap->b];
    return a < b ? (gal_pex_pair){a, b} : (gal_pex_pair){b, a};
}

static int by_nets(const void *x, const void *y) {
    const gal_pex_pair *p = x, *q = y;
    if (p->a != q->a) return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

static gal_status labelled_pairs(gal_pex_pair **pair, int32_t *n, gal_pex_case *pex,
                                 const gal_extract *extract, gal_error *err) {
    *n = 0;
    *pair = gal_arena_alloc(&pex->arena, ((size_t)extract->n_cap + 1) * sizeof **pair);
    if (!*pair) return gal_fail(err, GAL_ENOMEM, "out of memory for labels");
    for (int64_t k = 0; k < extract->n_cap; k++)
        if (is_coupling(pex, &extract->cap[k])) (*pair)[(*n)++] = pair_of(pex, &extract->cap[k]);
    qsort(*pair, (size_t)*n, sizeof **pair, by_nets);
    return GAL_OK;
}

static float label(double farad) {
    const double ff = farad * 1e15;
    return ff >= GAL_PEX_FLOOR_FF ? (float)log10(ff) : NAN;
}

static gal_status net_labels(gal_pex_case *pex, const gal_extract *extract, gal_error *err) {
    const int32_t n = extract->circuit.n_net;
    double *sum = calloc(2 * (size_t)n + 1, sizeof *sum);
    pex->ground = GAL_ARENA_ARRAY(&pex->arena, float, pex->graph.n_net);
    pex->total = GAL_ARENA_ARRAY(&pex->arena, float, pex->graph.n_net);
    if (!sum || !pex->ground || !pex->total) {
        free(sum);
        return gal_fail(err, GAL_ENOMEM, "out of memory for labels");
    }
    gal_extract_totals(sum, sum + n, extract);
    for (int32_t i = 0; i < pex->graph.n_net; i++) {
        const int32_t net = pex->graph.net_order[i];
        pex->ground[i] = is_wire(pex, i) ? label(sum[net]) : NAN;
        pex->total[i] = is_wire(pex, i) ? label(sum[n + net]) : NAN;
    }
    free(sum);
    return GAL_OK;
}

static gal_status pair_labels(gal_pex_case *pex, const gal_extract *extract, gal_error *err) {
    pex->couple = GAL_ARENA_ARRAY(&pex->arena, float, pex->n_pair);
    if (!pex->couple) return gal_fail(err, GAL_ENOMEM, "out of memory for labels");
    for (int32_t p = 0; p < pex->n_pair; p++) pex->couple[p] = NAN;
    for (int64_t k = 0; k < extract->n_cap; k++) {
        if (!is_coupling(pex, &extract->cap[k])) continue;
        const gal_pex_pair key = pair_of(pex, &extract->cap[k]);
        const gal_pex_pair *at = bsearch(&key, pex->pair, (size_t)pex->n_pair, sizeof key, by_nets);
        if (at) pex->couple[at - pex->pair] = label(extract->cap[k].farad);
    }
    return GAL_OK;
}

static gal_status build(gal_pex_case *pex, const gal_extract *labels, gal_error *err) {
    gal_pex_pair *extra = NULL;
    int32_t n_extra = 0;
    GAL_TRY(gal_graph_build(&pex->graph, &pex->arena, pex->circuit, err));
    if (labels) GAL_TRY(labelled_pairs(&extra, &n_extra, pex, labels, err));
    GAL_TRY(gal_pex_features_build(pex, extra, n_extra, err));
    if (!labels) return GAL_OK;
    GAL_TRY(net_labels(pex, labels, err));
    return pair_labels(pex, labels, err);
}

gal_status gal_pex_case_build(gal_pex_case *pex, const gal_circuit *circuit,
                              gal_extractor extractor, const gal_extract *labels, gal_error *err) {
    *pex = (gal_pex_case){
        .circuit = circuit, .labels = labels, .tech = gal_technology_of(circuit, extractor)};
    gal_arena_init(&pex->arena);
    const gal_status status = build(pex, labels, err);
    if (status != GAL_OK) gal_pex_case_clear(pex);
    return status;
}

static int is_digits(const char *text, const char *end) {
    if (text == end) return 0;
    for (; text < end; text++)
        if (*text < '0' || *text > '9') return 0;
    return 1;
}

gal_view gal_pex_family(const char *cell) {
    const char *start = strstr(cell, "__"), *end = cell + strlen(cell);
    start = start ? start + 2 : cell;
    const char *drive = strrchr(start, '_');
    if (drive && drive > start && is_digits(drive + 1, end)) end = drive;
    return (gal_view){start, (size_t)(end - start)};
}

/* 1 when `family` stands on a line of its own in text. */
static int listed(const char *text, gal_view family) {
    for (const char *line = text; *line;) {
        const char *end = line + strcspn(line, "\n");
        size_t size = (size_t)(end - line);
        while (size && (line[size - 1] == ' ' || line[size - 1] == '\r')) size--;
        if (gal_view_equal((gal_view){line, size}, family)) return 1;
        line = *end ? end + 1 : end;
    }
    return 0;
}

static int kept(const gal_extract *extract, const gal_pex_filter *filter, const char *families) {
    const char *name = extract->circuit.name;
    if (filter && filter->only && strcmp(filter->only, name) != 0) return 0;
    if (!families) return 1;
    return listed(families, gal_pex_family(name)) == (filter->keep != 0);
}

static int has_mos(const gal_circuit *circuit) {
    for (int32_t d = 0; d < circuit->n_device; d++)
        if (gal_device_is_mos(&circuit->device[d])) return 1;
    return 0;
}

static gal_extractor extractor_of(const gal_extract *extract, int forced) {
    if (forced >= 0) return (gal_extractor)forced;
    return extract->by_magic ? GAL_EXTRACTOR_MAGIC : GAL_EXTRACTOR_FOUNDRY;
}

static gal_status build_cases(gal_pex_set *set, const gal_pex_filter *filter, const char *families,
                              const gal_report *report, gal_error *err) {
    const int32_t n = set->extract.n;
    set->item = calloc((size_t)n + 1, sizeof *set->item);
    set->group = calloc((size_t)n + 1, sizeof *set->group);
    if (!set->item || !set->group)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the data set");
    for (int32_t i = 0; i < n; i++) {
        const gal_extract *extract = &set->extract.item[i];
        if (!gal_progress(report, "reading circuits", i, n, "%s", extract->circuit.name))
            return gal_fail(err, GAL_ECANCELED, "interrupted");
        if (!kept(extract, filter, families) || !has_mos(&extract->circuit)) continue;
        const gal_extractor extractor = extractor_of(extract, filter ? filter->extractor : -1);
        GAL_TRY(gal_pex_case_build(&set->item[set->n], &extract->circuit, extractor, extract, err));
        const gal_view family = gal_pex_family(extract->circuit.name);
        set->group[set->n++] = gal_hash_bytes(family.text, family.size, 0);
    }
    if (set->n == 0) return gal_fail(err, GAL_ENOTFOUND, "no circuit with transistors in the data");
    return GAL_OK;
}

gal_status gal_pex_set_read(gal_pex_set *set, const char *const *path, int n_path,
                            const gal_pex_filter *filter, const gal_report *report,
                            gal_error *err) {
    *set = (gal_pex_set){0};
    gal_file families = {0};
    gal_status status = GAL_OK;
    if (filter && filter->families) status = gal_file_read(&families, filter->families, 0, err);
    for (int i = 0; status == GAL_OK && i < n_path; i++)
        status = gal_extract_read(&set->extract, path[i], NULL, err);
    if (status == GAL_OK) status = build_cases(set, filter, families.data, report, err);
    gal_file_clear(&families);
    if (status != GAL_OK) gal_pex_set_clear(set);
    return status;
}

int gal_pex_case_labelled(const gal_pex_case *pex, gal_extractor extractor) {
    return pex->ground && gal_technology_extractor(&pex->tech) == extractor;
}

gal_extractor gal_pex_set_extractor(const gal_pex_set *set, gal_extractor extractor) {
    for (int32_t i = 0; i < set->n; i++)
        if (gal_pex_case_labelled(&set->item[i], extractor)) return extractor;
    return extractor == GAL_EXTRACTOR_MAGIC ? GAL_EXTRACTOR_FOUNDRY : GAL_EXTRACTOR_MAGIC;
}

void gal_pex_set_clear(gal_pex_set *set) {
    for (int32_t i = 0; i < set->n; i++) gal_pex_case_clear(&set->item[i]);
    free(set->item);
    free(set->group);
    gal_extract_set_clear(&set->extract);
    *set = (gal_pex_set){0};
}
