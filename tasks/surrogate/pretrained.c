/* Pre-trained models: memory and files. */
#include "tasks/surrogate/pretrained_private.h"

#include "base/text.h"
#include "gnn/safetensors.h"
#include "tasks/models.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char format_name[] = "galena pretrained surrogate 1";

gal_status gal__pretrained_new(gal_pretrained **pretrained, gal_error *err) {
    *pretrained = calloc(1, sizeof **pretrained);
    if (!*pretrained) return gal_fail(err, GAL_ENOMEM, "out of memory for a model");
    gal_buf_init(&(*pretrained)->about);
    return GAL_OK;
}

gal_status gal__pretrained_add_net(gal_pretrained *p, uint64_t seed, gal_error *err) {
    gal__pretrained_net *net = &p->net[p->n_net];
    gal_rng rng;
    gal_rng_init(&rng, seed, 0);
    gal_params_init(&net->params);
    p->n_net++;
    GAL_TRY(gal__decoder_init(&net->decoder, &net->params, &rng, err));
    return gal__deck_encoder_init(&net->encoder, &net->params, &net->decoder, &rng, err);
}

void gal_pretrained_destroy(gal_pretrained *pretrained) {
    if (!pretrained) return;
    for (int32_t i = 0; i < pretrained->n_net; i++) gal_params_clear(&pretrained->net[i].params);
    gal_buf_clear(&pretrained->about);
    free(pretrained);
}

static void tensor_name(char *out, size_t size, const gal_pretrained *p, int32_t net, int32_t i) {
    snprintf(out, size, "net%d.%s", (int)net, p->net[net].params.param[i].name);
}

static gal_status add_net(gal_safetensors *st, const gal_pretrained *p, int32_t net,
                          gal_error *err) {
    for (int32_t i = 0; i < p->net[net].params.n_param; i++) {
        char name[96];
        const gal_mat value = gal_params_value(&p->net[net].params, i);
        tensor_name(name, sizeof name, p, net, i);
        GAL_TRY(gal_safetensors_add(st, name, GAL_F32, 2, (int64_t[]){value.rows, value.cols},
                                    value.data, err));
    }
    return GAL_OK;
}

gal_status gal_pretrained_save(const char *path, const gal_pretrained *pretrained, gal_error *err) {
    gal_safetensors st;
    char text[64];
    gal_safetensors_init(&st);
    gal_status status = gal_safetensors_set(&st, "format", format_name, err);
    if (status == GAL_OK)
        status = gal_safetensors_set(&st, "decks",
                                     pretrained->about.data ? pretrained->about.data : "", err);
    snprintf(text, sizeof text, "%d %" PRId64, (int)pretrained->n_net, pretrained->n_run);
    if (status == GAL_OK) status = gal_safetensors_set(&st, "nets simulations", text, err);
    for (int32_t i = 0; status == GAL_OK && i < pretrained->n_net; i++)
        status = add_net(&st, pretrained, i, err);
    if (status == GAL_OK) status = gal_safetensors_write(path, &st, err);
    gal_safetensors_clear(&st);
    return status;
}

static gal_status take_net(gal_pretrained *p, int32_t net, const gal_safetensors *st,
                           gal_error *err) {
    for (int32_t i = 0; i < p->net[net].params.n_param; i++) {
        char name[96];
        const gal_mat value = gal_params_value(&p->net[net].params, i);
        tensor_name(name, sizeof name, p, net, i);
        const gal_tensor_view *view = gal_safetensors_find(st, name);
        if (!view || view->dtype != GAL_F32 || view->n_dim != 2 || view->dim[0] != value.rows ||
            view->dim[1] != value.cols)
            return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0, "no tensor %s of [%lld, %d]",
                               name, (long long)value.rows, (int)value.cols);
        memcpy(value.data, view->data, view->size);
    }
    return GAL_OK;
}

static gal_status take(gal_pretrained *p, const gal_safetensors *st, gal_error *err) {
    const char *format = gal_safetensors_get(st, "format"),
               *decks = gal_safetensors_get(st, "decks"),
               *text = gal_safetensors_get(st, "nets simulations");
    int nets = 0;
    if (!format || strcmp(format, format_name) != 0)
        return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0, "not a model of format \"%s\"",
                           format_name);
    if (!text || sscanf(text, "%d %" SCNd64, &nets, &p->n_run) != 2 || nets < 1 ||
        nets > GAL__PRETRAINED_MAX_NET)
        return gal_fail_at(err, GAL_EMISMATCH, st->path, 0, 0, "no number of nets");
    gal_buf_text(&p->about, decks ? decks : "");
    for (int32_t i = 0; i < nets; i++) {
        GAL_TRY(gal__pretrained_add_net(p, 0, err));
        GAL_TRY(take_net(p, i, st, err));
    }
    return gal_buf_ok(&p->about, err);
}

static gal_status load(gal_pretrained **pretrained, const char *path, gal_error *err) {
    gal_safetensors st;
    GAL_TRY(gal__pretrained_new(pretrained, err));
    gal_safetensors_init(&st);
    gal_status status = gal_safetensors_read(&st, path, err);
    if (status == GAL_OK) status = take(*pretrained, &st, err);
    gal_safetensors_clear(&st);
    if (status == GAL_OK) return status;
    gal_pretrained_destroy(*pretrained);
    *pretrained = NULL;
    return status;
}

gal_status gal_pretrained_find(gal_pretrained **pretrained, const char *name, gal_error *err) {
    gal_arena arena;
    char *path;
    *pretrained = NULL;
    gal_arena_init(&arena);
    gal_status status = gal_model_find(&path, &arena, "surrogate", name, err);
    if (status == GAL_OK) status = load(pretrained, path, err);
    gal_arena_clear(&arena);
    return status;
}
