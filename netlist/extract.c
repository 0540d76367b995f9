#include "netlist/extract.h"

#include <stdlib.h>
#include <string.h>

void gal_extract_clear(gal_extract *extract) {
    gal_circuit_clear(&extract->circuit);
    extract->cap = NULL;
    extract->n_cap = 0;
}

void gal_extract_set_clear(gal_extract_set *set) {
    for (int32_t i = 0; i < set->n; i++) gal_extract_clear(&set->item[i]);
    free(set->item);
    *set = (gal_extract_set){0};
}

gal_extract *gal_extract_set_add(gal_extract_set *set) {
    if (set->n == set->capacity) {
        if (set->capacity > INT32_MAX / 2) return NULL;
        const int32_t capacity = set->capacity ? 2 * set->capacity : 8;
        gal_extract *moved = realloc(set->item, (size_t)capacity * sizeof *moved);
        if (!moved) return NULL;
        set->item = moved;
        set->capacity = capacity;
    }
    gal_extract *extract = &set->item[set->n++];
    *extract = (gal_extract){0};
    gal_circuit_init(&extract->circuit);
    return extract;
}

static int by_pair(const void *x, const void *y) {
    const gal_cap *p = x, *q = y;
    if (p->a != q->a) return p->a < q->a ? -1 : 1;
    if (p->b != q->b) return p->b < q->b ? -1 : 1;
    return (p->farad > q->farad) - (p->farad < q->farad); /* fixes the order of the summation */
}

gal_status gal_extract_set_caps(gal_extract *extract, gal_cap *raw, int64_t n, gal_error *err) {
    for (int64_t i = 0; i < n; i++)
        if (raw[i].a > raw[i].b) {
            const int32_t kept = raw[i].a;
            raw[i].a = raw[i].b;
            raw[i].b = kept;
        }
    if (n) qsort(raw, (size_t)n, sizeof *raw, by_pair);
    int64_t kept = 0;
    for (int64_t i = 0; i < n;) {
        gal_cap sum = {raw[i].a, raw[i].b, 0};
        for (; i < n && raw[i].a == sum.a && raw[i].b == sum.b; i++) sum.farad += raw[i].farad;
        if (sum.a != sum.b && sum.farad > 0) raw[kept++] = sum;
    }
    extract->cap = GAL_ARENA_ARRAY(&extract->circuit.arena, gal_cap, kept);
    if (!extract->cap) return gal_fail(err, GAL_ENOMEM, "out of memory for capacitances");
    if (kept) memcpy(extract->cap, raw, (size_t)kept * sizeof *raw);
    extract->n_cap = kept;
    return GAL_OK;
}

void gal_extract_totals(double *ground, double *total, const gal_extract *extract) {
    const gal_circuit *circuit = &extract->circuit;
    for (int32_t n = 0; n < circuit->n_net; n++) {
        if (ground) ground[n] = 0;
        if (total) total[n] = 0;
    }
    for (int64_t k = 0; k < extract->n_cap; k++) {
        const gal_cap *cap = &extract->cap[k];
        const int a_fixed = cap->a < 0 || (circuit->net[cap->a].flags & GAL_NET_SUPPLY);
        const int b_fixed = (circuit->net[cap->b].flags & GAL_NET_SUPPLY) != 0;
        if (ground && a_fixed && !b_fixed) ground[cap->b] += cap->farad;
        if (ground && b_fixed && !a_fixed) ground[cap->a] += cap->farad;
        if (total && !b_fixed) total[cap->b] += cap->farad;
        if (total && !a_fixed) total[cap->a] += cap->farad;
    }
}
