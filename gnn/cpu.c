#include "gnn/kernels.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
static int has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static int has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}
#endif

const gal__kernels *gal__kernels_find(const char *name) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (strcmp(name, "avx512") == 0) return has_avx512() ? &gal__kernels_avx512 : NULL;
    if (strcmp(name, "avx2") == 0) return has_avx2() ? &gal__kernels_avx2 : NULL;
#endif
    return strcmp(name, "generic") == 0 ? &gal__kernels_generic : NULL;
}

static const gal__kernels *choose(void) {
    const char *wish = getenv("GALENA_ISA");
    const gal__kernels *table = wish ? gal__kernels_find(wish) : NULL;
    if (!table) table = gal__kernels_find("avx512");
    if (!table) table = gal__kernels_find("avx2");
    return table ? table : &gal__kernels_generic;
}

/* Two threads that come first may both choose; they choose the same. */
const gal__kernels *gal__kernels_active(void) {
    static const gal__kernels *active;
    const gal__kernels *table = __atomic_load_n(&active, __ATOMIC_ACQUIRE);
    if (table) return table;
    table = choose();
    __atomic_store_n(&active, table, __ATOMIC_RELEASE);
    return table;
}
