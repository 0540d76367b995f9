#include "tasks/parasitics/roles.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void gal_roles_init(gal_roles *roles) {
    *roles = (gal_roles){0};
}

void gal_roles_clear(gal_roles *roles) {
    free(roles->key);
    free(roles->mean);
    free(roles->count);
    gal_roles_init(roles);
}

static int grow(gal_roles *roles, int32_t capacity) {
    uint64_t *key = realloc(roles->key, (size_t)capacity * sizeof *key);
    if (!key) return 0;
    roles->key = key;
    float *mean = realloc(roles->mean, (size_t)capacity * sizeof *mean);
    if (!mean) return 0;
    roles->mean = mean;
    int32_t *count = realloc(roles->count, (size_t)capacity * sizeof *count);
    if (!count) return 0;
    roles->count = count;
    roles->capacity = capacity;
    return 1;
}

gal_status gal_roles_add(gal_roles *roles, const uint64_t *key, int n_key, float label,
                         gal_error *err) {
    if (roles->n > INT32_MAX / 4 - n_key)
        return gal_fail(err, GAL_ELIMIT, "too many roles to remember");
    while (roles->n + n_key > roles->capacity)
        if (!grow(roles, roles->capacity ? 2 * roles->capacity : 1024))
            return gal_fail(err, GAL_ENOMEM, "out of memory for roles");
    for (int i = 0; i < n_key; i++) {
        roles->key[roles->n] = key[i];
        roles->mean[roles->n] = label;
        roles->count[roles->n++] = 1;
    }
    roles->sorted = 0;
    return GAL_OK;
}

typedef struct entry {
    uint64_t key;
    float mean;
    int32_t count;
} entry;

/* By key, then by value: sums do not depend on the order of the labels. */
static int by_key(const void *x, const void *y) {
    const entry *a = x, *b = y;
    if (a->key != b->key) return a->key < b->key ? -1 : 1;
    return (a->mean > b->mean) - (a->mean < b->mean);
}

static void merge(gal_roles *roles, const entry *list, int32_t least) {
    int32_t kept = 0;
    for (int32_t i = 0; i < roles->n;) {
        double sum = 0;
        int32_t count = 0;
        const uint64_t key = list[i].key;
        for (; i < roles->n && list[i].key == key; i++) {
            sum += (double)list[i].mean * list[i].count;
            count += list[i].count;
        }
        if (count < least) continue;
        roles->key[kept] = key;
        roles->mean[kept] = (float)(sum / count);
        roles->count[kept++] = count;
    }
    roles->n = kept;
}

gal_status gal_roles_finish(gal_roles *roles, int32_t least, gal_error *err) {
    entry *list = malloc(((size_t)roles->n + 1) * sizeof *list);
    if (!list) return gal_fail(err, GAL_ENOMEM, "out of memory for roles");
    for (int32_t i = 0; i < roles->n; i++)
        list[i] = (entry){roles->key[i], roles->mean[i], roles->count[i]};
    qsort(list, (size_t)roles->n, sizeof *list, by_key);
    merge(roles, list, least);
    free(list);
    roles->sorted = 1;
    return GAL_OK;
}

gal_status gal_roles_restore(gal_roles *roles, const uint64_t *key, const float *mean,
                             const int32_t *count, int32_t n, gal_error *err) {
    gal_roles_init(roles);
    for (int32_t i = 0; i < n; i++)
        if (count[i] < 1 || (i > 0 && key[i] <= key[i - 1]))
            return gal_fail(err, GAL_EPARSE, "role %d is damaged", i);
    if (n > 0 && !grow(roles, n)) return gal_fail(err, GAL_ENOMEM, "out of memory for roles");
    if (n > 0) {
        memcpy(roles->key, key, (size_t)n * sizeof *key);
        memcpy(roles->mean, mean, (size_t)n * sizeof *mean);
        memcpy(roles->count, count, (size_t)n * sizeof *count);
    }
    roles->n = n;
    roles->sorted = 1;
    return GAL_OK;
}

static int32_t find(const gal_roles *roles, uint64_t key) {
    int32_t low = 0, high = roles->n;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (roles->key[middle] < key) low = middle + 1;
        else high = middle;
    }
    return low < roles->n && roles->key[low] == key ? low : -1;
}

float gal_roles_apply(const gal_roles *roles, const uint64_t *key, int n_key, float prediction,
                      float shrink, float *left) {
    assert(roles->sorted || roles->n == 0);
    *left = 1;
    for (int i = 0; i < n_key; i++) {
        const int32_t at = find(roles, key[i]);
        if (at < 0) continue;
        const float n = (float)roles->count[at];
        prediction = (n * roles->mean[at] + shrink * prediction) / (n + shrink);
        *left *= shrink / (n + shrink);
    }
    return prediction;
}
