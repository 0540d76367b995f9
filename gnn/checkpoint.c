#include "gnn/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 80 };

/* One block of a checkpoint: each parameter's slice goes under prefix + name. */
typedef struct block {
    const char *prefix;
    float *value; /* [params->size], or NULL when not wanted */
} block;

enum { N_BLOCK = 4 };

static void list_blocks(block *out, const gal_checkpoint *c) {
    out[0] = (block){"", c->params->value};
    out[1] = (block){"opt.m.", c->adamw ? c->adamw->m : NULL};
    out[2] = (block){"opt.v.", c->adamw ? c->adamw->v : NULL};
    out[3] = (block){"ema.", c->ema};
}

static int starts_with(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static int is_training_state(const char *name) {
    return starts_with(name, "opt.") || starts_with(name, "ema.");
}

static gal_status add_block(gal_safetensors *file, const gal_params *params, block b,
                            gal_error *err) {
    for (int32_t i = 0; b.value && i < params->n_param; i++) {
        const gal_tensor_info *p = &params->param[i];
        char name[NAME_SIZE];
        if (is_training_state(p->name))
            return gal_fail(err, GAL_EINVAL, "parameter '%s' has a reserved name", p->name);
        snprintf(name, sizeof name, "%s%s", b.prefix, p->name);
        const int64_t dim[2] = {p->rows, p->cols};
        GAL_TRY(gal_safetensors_add(file, name, GAL_F32, 2, dim, b.value + p->offset, err));
    }
    return GAL_OK;
}

static gal_status set_count(gal_safetensors *file, const char *key, int64_t value, gal_error *err) {
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, value);
    return gal_safetensors_set(file, key, text, err);
}

static gal_status set_hash(gal_safetensors *file, const char *key, uint64_t value, gal_error *err) {
    char text[32];
    if (!value) return GAL_OK;
    snprintf(text, sizeof text, "%016" PRIx64, value);
    return gal_safetensors_set(file, key, text, err);
}

static gal_status add_meta(gal_safetensors *file, const gal_checkpoint *from, const gal_meta *meta,
                           int32_t n_meta, gal_error *err) {
    for (int32_t i = 0; i < n_meta; i++) {
        if (starts_with(meta[i].key, "galena."))
            return gal_fail(err, GAL_EINVAL, "metadata key '%s' is reserved", meta[i].key);
        GAL_TRY(gal_safetensors_set(file, meta[i].key, meta[i].value, err));
    }
    GAL_TRY(set_hash(file, "galena.schema", from->schema, err));
    GAL_TRY(set_hash(file, "galena.dataset", from->dataset, err));
    GAL_TRY(set_count(file, "galena.step", from->step, err));
    if (from->adamw) GAL_TRY(set_count(file, "galena.opt_step", from->adamw->step, err));
    if (!from->rng) return GAL_OK;
    char text[80];
    const uint64_t *w = from->rng->word;
    snprintf(text, sizeof text, "%016" PRIx64 " %016" PRIx64 " %016" PRIx64 " %016" PRIx64, w[0],
             w[1], w[2], w[3]);
    return gal_safetensors_set(file, "galena.rng", text, err);
}

gal_status gal_checkpoint_save(const char *path, const gal_checkpoint *from, const gal_meta *meta,
                               int32_t n_meta, gal_error *err) {
    gal_safetensors file;
    gal_safetensors_init(&file);
    block blocks[N_BLOCK];
    list_blocks(blocks, from);
    gal_status status = GAL_OK;
    for (int b = 0; b < N_BLOCK && status == GAL_OK; b++)
        status = add_block(&file, from->params, blocks[b], err);
    if (status == GAL_OK) status = add_meta(&file, from, meta, n_meta, err);
    if (status == GAL_OK) status = gal_safetensors_write(path, &file, err);
    gal_safetensors_clear(&file);
    return status;
}

/* "[3, 4]" */
static const char *shape_text(char *out, size_t size, const gal_tensor_view *t) {
    size_t used = (size_t)snprintf(out, size, "[");
    for (int32_t d = 0; d < t->n_dim && used < size; d++)
        used += (size_t)snprintf(out + used, size - used, "%s%" PRId64, d ? ", " : "", t->dim[d]);
    if (used < size) snprintf(out + used, size - used, "]");
    return out;
}

/* The tensor prefix + p->name, present and of p's shape. */
static gal_status find_fitting(const gal_tensor_view **out, const gal_safetensors *file,
                               const gal_tensor_info *p, const char *prefix, gal_error *err) {
    char name[NAME_SIZE], shape[200];
    snprintf(name, sizeof name, "%s%s", prefix, p->name);
    const gal_tensor_view *t = *out = gal_safetensors_find(file, name);
    if (!t)
        return gal_fail_at(err, GAL_EMISMATCH, file->path, 0, 0,
                           "tensor '%s' [%d, %d] of the model is not in the file", name,
                           (int)p->rows, (int)p->cols);
    if (t->dtype != GAL_F32)
        return gal_fail_at(err, GAL_EMISMATCH, file->path, 0, 0,
                           "tensor '%s' is not of dtype F32 as the model's", name);
    if (t->n_dim != 2 || t->dim[0] != p->rows || t->dim[1] != p->cols)
        return gal_fail_at(err, GAL_EMISMATCH, file->path, 0, 0,
                           "tensor '%s' is %s in the file, [%d, %d] in the model", name,
                           shape_text(shape, sizeof shape, t), (int)p->rows, (int)p->cols);
    return GAL_OK;
}

static gal_status check_tensors(const gal_params *params, const block *blocks,
                                const gal_safetensors *file, gal_error *err) {
    const gal_tensor_view *found;
    for (int b = 0; b < N_BLOCK; b++)
        for (int32_t i = 0; blocks[b].value && i < params->n_param; i++)
            GAL_TRY(find_fitting(&found, file, &params->param[i], blocks[b].prefix, err));
    for (int32_t i = 0; i < file->n_tensor; i++) {
        const gal_tensor_view *t = &file->tensor[i];
        char shape[200];
        if (is_training_state(t->name) || gal_params_find(params, t->name) >= 0) continue;
        return gal_fail_at(err, GAL_EMISMATCH, file->path, 0, 0,
                           "tensor '%.100s' %s of the file is not in the model", t->name,
                           shape_text(shape, sizeof shape, t));
    }
    return GAL_OK;
}

/* Exactly 16 hexadecimal digits. */
static int parse_hex(uint64_t *value, const char *text) {
    for (int i = 0; i < 16; i++)
        if (!text[i] || !strchr("0123456789abcdef", text[i])) return 0;
    *value = strtoull(text, NULL, 16);
    return 1;
}

static gal_status bad_meta(const gal_safetensors *file, const char *key, const char *expected,
                           gal_error *err) {
    return gal_fail_at(err, GAL_EPARSE, file->path, 0, 0, "metadata '%s': expected %s", key,
                       expected);
}

/* The hash under `key`, 0 when there is none; refused, because of `what`, when it is not the one
 * wanted (0: any). */
static gal_status get_hash(uint64_t *value, const gal_safetensors *file, const char *key,
                           uint64_t wanted, const char *what, gal_error *err) {
    const char *text = gal_safetensors_get(file, key);
    *value = 0;
    if (text && (!parse_hex(value, text) || text[16]))
        return bad_meta(file, key, "16 hexadecimal digits", err);
    if (!wanted || wanted == *value) return GAL_OK;
    return gal_fail_at(err, GAL_EMISMATCH, file->path, 0, 0,
                       "%s (hash %016" PRIx64 " in the file, %016" PRIx64 " here)", what, *value,
                       wanted);
}

/* A count >= 0 under `key`, 0 when there is none. */
static gal_status get_count(int64_t *value, const gal_safetensors *file, const char *key,
                            gal_error *err) {
    const char *text = gal_safetensors_get(file, key);
    *value = 0;
    if (!text) return GAL_OK;
    const size_t digits = strspn(text, "0123456789");
    if (digits < 1 || digits > 18 || text[digits]) return bad_meta(file, key, "a count", err);
    *value = strtoll(text, NULL, 10);
    return GAL_OK;
}

static gal_status get_rng(gal_rng *rng, const gal_safetensors *file, gal_error *err) {
    const char *text = gal_safetensors_get(file, "galena.rng");
    if (!text)
        return gal_fail_at(err, GAL_EMISMATCH, file->path, 0, 0,
                           "holds no random-number state to resume from");
    uint64_t any = 0;
    for (int i = 0; i < 4; i++, text += 17) {
        if (!parse_hex(&rng->word[i], text) || text[16] != (i < 3 ? ' ' : '\0'))
            return bad_meta(file, "galena.rng", "four words of 16 hexadecimal digits", err);
        any |= rng->word[i];
    }
    return any ? GAL_OK : bad_meta(file, "galena.rng", "a state that is not all zero", err);
}

static gal_status check_state(const gal_checkpoint *into, const gal_safetensors *file,
                              gal_error *err) {
    if (into->adamw && !gal_safetensors_get(file, "galena.opt_step"))
        return gal_fail_at(err, GAL_EMISMATCH, file->path, 0, 0,
                           "holds no optimiser state to resume from");
    return GAL_OK;
}

gal_status gal_checkpoint_restore(gal_checkpoint *into, const gal_safetensors *file,
                                  gal_error *err) {
    block blocks[N_BLOCK];
    gal_checkpoint fresh = *into;
    gal_rng rng;
    int64_t opt_step;
    list_blocks(blocks, into);
    GAL_TRY(get_hash(&fresh.schema, file, "galena.schema", into->schema,
                     "its features are not those of this program", err));
    GAL_TRY(get_hash(&fresh.dataset, file, "galena.dataset", into->dataset,
                     "the data or the options of the run differ from those it was written with",
                     err));
    GAL_TRY(check_state(into, file, err));
    GAL_TRY(check_tensors(into->params, blocks, file, err));
    GAL_TRY(get_count(&fresh.step, file, "galena.step", err));
    GAL_TRY(get_count(&opt_step, file, "galena.opt_step", err));
    if (into->rng) GAL_TRY(get_rng(&rng, file, err));

    for (int b = 0; b < N_BLOCK; b++)
        for (int32_t i = 0; blocks[b].value && i < into->params->n_param; i++) {
            const gal_tensor_info *p = &into->params->param[i];
            const gal_tensor_view *t;
            GAL_TRY(find_fitting(&t, file, p, blocks[b].prefix, err));
            memcpy(blocks[b].value + p->offset, t->data, t->size);
        }
    if (into->adamw) into->adamw->step = opt_step;
    if (into->rng) *into->rng = rng;
    *into = fresh;
    return GAL_OK;
}

gal_status gal_checkpoint_load(gal_checkpoint *into, const char *path, gal_error *err) {
    gal_safetensors file;
    gal_safetensors_init(&file);
    gal_status status = gal_safetensors_read(&file, path, err);
    if (status == GAL_OK) status = gal_checkpoint_restore(into, &file, err);
    gal_safetensors_clear(&file);
    return status;
}
