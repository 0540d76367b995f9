/* safetensors reader and checkpoint restore: any bytes end in a status; what is accepted can be
 * written and read back with the same arrays. */
#include "gnn/checkpoint.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_equal(const gal_safetensors *a, const gal_safetensors *b) {
    if (a->n_tensor != b->n_tensor) abort();
    for (int32_t i = 0; i < a->n_tensor; i++) {
        const gal_tensor_view *x = &a->tensor[i], *y = gal_safetensors_find(b, x->name);
        if (!y || x->dtype != y->dtype || x->n_dim != y->n_dim || x->size != y->size) abort();
        if (memcmp(x->dim, y->dim, sizeof x->dim) != 0) abort();
        if (x->size && memcmp(x->data, y->data, x->size) != 0) abort();
    }
}

static void round_trip(const gal_safetensors *st) {
    gal_safetensors again;
    gal_buf bytes;
    gal_buf_init(&bytes);
    gal_safetensors_init(&again);
    if (gal_safetensors_format(&bytes, st, NULL) != GAL_OK) abort();
    if (gal_safetensors_parse(&again, bytes.data, bytes.size, NULL, NULL) != GAL_OK) abort();
    check_equal(st, &again);
    gal_safetensors_clear(&again);
    gal_buf_clear(&bytes);
}

static void restore(const gal_safetensors *st) {
    gal_params params;
    gal_adamw adamw;
    gal_rng rng;
    gal_error err;
    gal_params_init(&params);
    if (gal_params_add(&params, "w", 2, 1) < 0 || gal_adamw_init(&adamw, &params, &err) != GAL_OK)
        abort();
    gal_checkpoint into = {.params = &params, .adamw = &adamw, .rng = &rng};
    gal_checkpoint_restore(&into, st, &err);
    into = (gal_checkpoint){.params = &params};
    gal_checkpoint_restore(&into, st, &err);
    gal_adamw_clear(&adamw);
    gal_params_clear(&params);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    gal_safetensors st;
    gal_error err;
    gal_safetensors_init(&st);
    if (gal_safetensors_parse(&st, data, size, "input", &err) == GAL_OK) {
        round_trip(&st);
        restore(&st);
    }
    gal_safetensors_clear(&st);
    return 0;
}
