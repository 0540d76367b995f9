/* Surrogates with and without sequence models, and pre-trained models: an edited file is refused or
 * predicts. The first byte of the input chooses the model, the small one more often. */
#include "edited.h"
#include "tasks/surrogate/model_private.h"
#include "tasks/surrogate/pretrained_private.h"

enum { PLAIN, WITH_DECODER, PRETRAINED, KINDS, N_VAR = 2, N_FEATURE = 4, N_METRIC = 3 };

static gal_safetensors base[KINDS];

static void must(gal_status status) {
    if (status != GAL_OK) abort();
}

/* Two stages that learnt nothing. */
static void make_surrogate(gal_safetensors *out, int decoder) {
    gal_surrogate *s;
    must(gal__surrogate_new(&s, N_VAR, N_FEATURE, N_METRIC, NULL));
    s->n_first = 2;
    s->n_stage = 2;
    s->width = s->fast_width = 4;
    s->n_hidden = s->fast_hidden = 1;
    s->var_name[0] = "r", s->var_name[1] = "c";
    for (int32_t v = 0; v < N_VAR; v++) s->scale.lo[v] = 1, s->scale.hi[v] = 10;
    for (int32_t f = 0; f < N_FEATURE; f++) {
        s->scale.feature_var[f] = f / 2;
        s->scale.feature_log[f] = f % 2;
        s->scale.feature_factor[f] = 1;
    }
    for (int32_t m = 0; m < N_METRIC; m++) {
        s->metric_name[m] = s->metric_unit[m] = "m";
        s->order[m] = m;
        s->scale.metric_log[m] = m % 2;
        s->scale.metric_sd[m] = 1;
    }
    must(gal__surrogate_add_member(s, 1, NULL));
    must(gal__surrogate_add_fast(s, 2, NULL));
    if (decoder) must(gal__surrogate_add_decoder(s, 3, NULL));
    s->decoder_share = 0.5;
    must(gal_surrogate_save(own_path(), s, NULL));
    take_base(out);
    gal_surrogate_destroy(s);
}

static void make_pretrained(gal_safetensors *out) {
    gal_pretrained *p;
    must(gal__pretrained_new(&p, NULL));
    must(gal__pretrained_add_net(p, 1, NULL));
    must(gal_pretrained_save(own_path(), p, NULL));
    take_base(out);
    gal_pretrained_destroy(p);
}

/* All ways to ask; the file may have other numbers of variables and metrics. */
static void predict(const gal_surrogate *s) {
    enum { POINTS = 2 };
    const int32_t n_var = gal_surrogate_n_var(s), n_metric = gal_surrogate_n_metric(s);
    double *value = calloc(POINTS * ((size_t)n_var + 4 * (size_t)n_metric + 1), sizeof *value);
    if (!value) abort();
    double *mean = value + POINTS * n_var, *sd = mean + POINTS * n_metric;
    double *known = sd + POINTS * n_metric, *valid = known + POINTS * n_metric;
    for (int32_t i = 0; i < POINTS * n_var; i++) value[i] = gal_surrogate_var_middle(s, i % n_var);
    for (int32_t i = 0; i < n_metric; i++) known[i] = i % 2 ? 1 : NAN;
    must(gal_surrogate_predict(mean, sd, valid, s, value, POINTS, NULL));
    must(gal_surrogate_predict_full(mean, sd, valid, s, value, POINTS, NULL));
    must(gal_surrogate_predict_mixed(mean, sd, valid, s, value, known, POINTS, NULL));
    must(gal_surrogate_predict_ridge(mean, valid, s, value, POINTS, NULL));
    must(gal__surrogate_doubt(valid, s, value, POINTS, NULL));
    free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    gal_surrogate *s;
    gal_pretrained *p;
    gal_error err = {0};
    if (base[PLAIN].n_tensor == 0) {
        make_surrogate(&base[PLAIN], 0);
        make_surrogate(&base[WITH_DECODER], 1);
        make_pretrained(&base[PRETRAINED]);
    }
    const uint8_t *end = data + size;
    const int chosen = size ? *data++ % 8 : PLAIN, kind = chosen < KINDS ? chosen : PLAIN;
    const char *path = edited_file(&base[kind], (edits){data, end});
    const gal_status status = kind == PRETRAINED ? gal_pretrained_find(&p, path, &err)
                                                 : gal_surrogate_load(&s, path, &err);
    unlink(path);
    if (data == end && status != GAL_OK) abort();
    if (status != GAL_OK) return 0;
    if (kind == PRETRAINED) return gal_pretrained_destroy(p), 0;
    predict(s);
    gal_surrogate_destroy(s);
    return 0;
}
