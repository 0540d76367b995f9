#include "tasks/surrogate/decoder.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { DIM = 64, HEADS = 4, HIDDEN = 128, BLOCKS = 3, ANSWERS = 3 };

const char *const gal__prompt_part_name[GAL__PROMPT_PARTS] = {"whole", "var", "ask", "told"};

gal_status gal__decoder_init(gal__decoder *d, gal_params *p, gal_rng *rng, gal_error *err) {
    const int32_t width[] = {DIM, DIM, ANSWERS};
    GAL_TRY(gal_transformer_init(&d->body, p, "body", DIM, HEADS, HIDDEN, BLOCKS, rng, err));
    return gal_mlp_init(&d->head, p, "head", width, 2, GAL_ACT_SILU, 0, 0, rng, err);
}

void gal__prompt_shape(int32_t *rows, int32_t *cols, const gal__decoder *d, int part, int32_t n_var,
                       int32_t n_metric) {
    const int32_t row[GAL__PROMPT_PARTS] = {1, n_var, n_metric, n_metric};
    const int32_t vectors[GAL__PROMPT_PARTS] = {2, 3, 1, 3};
    *rows = row[part];
    *cols = vectors[part] * d->body.dim;
}

gal_mat *gal__prompt_part(gal__prompt *prompt, int part) {
    gal_mat *const all[GAL__PROMPT_PARTS] = {&prompt->whole, &prompt->var, &prompt->ask,
                                             &prompt->told};
    return all[part];
}

gal_status gal__prompt_new(gal__prompt *prompt, gal_arena *arena, const gal__decoder *d,
                           int32_t n_var, int32_t n_metric, gal_error *err) {
    for (int part = 0; part < GAL__PROMPT_PARTS; part++) {
        int32_t rows, cols;
        gal__prompt_shape(&rows, &cols, d, part, n_var, n_metric);
        gal_mat *m = gal__prompt_part(prompt, part);
        *m = gal_mat_new(arena, rows, cols);
        if (!m->data) return gal_fail(err, GAL_ENOMEM, "out of memory for a prompt");
    }
    return GAL_OK;
}

gal_status gal__decoder_saved_new(gal__decoder_saved *saved, gal_arena *arena,
                                  const gal__decoder *d, int32_t n, int32_t n_var, int32_t n_metric,
                                  gal_error *err) {
    const int32_t prefix = 1 + n_var, queries = n_metric + 1, dim = d->body.dim;
    const int64_t tokens = (int64_t)n * (prefix + queries), asked = (int64_t)n * queries;
    saved->token = gal_mat_new(arena, tokens, dim);
    saved->d_token = gal_mat_new(arena, tokens, dim);
    saved->query = gal_mat_new(arena, asked, dim);
    saved->d_query = gal_mat_new(arena, asked, dim);
    saved->answer = gal_mat_new(arena, asked, ANSWERS);
    saved->d_answer = gal_mat_new(arena, asked, ANSWERS);
    if (!saved->token.data || !saved->d_token.data || !saved->query.data || !saved->d_query.data ||
        !saved->answer.data || !saved->d_answer.data)
        return gal_fail(err, GAL_ENOMEM, "out of memory for the tokens of a sequence model");
    GAL_TRY(
        gal_transformer_saved_new(&saved->body, arena, &d->body, n, prefix + queries, prefix, err));
    return gal_mlp_saved_new(&saved->head, arena, &d->head, asked, err);
}

/* out = first + a * second + b * third, of the vectors side by side. */
static void compose(float *restrict out, const float *restrict vectors, float a, float b,
                    int32_t dim) {
    for (int32_t c = 0; c < dim; c++)
        out[c] = vectors[c] + a * vectors[dim + c] + b * vectors[2 * dim + c];
}

static void compose_backward(float *restrict d_vectors, const float *restrict d_out, float a,
                             float b, int32_t dim) {
    for (int32_t c = 0; c < dim; c++) {
        d_vectors[c] += d_out[c];
        d_vectors[dim + c] += a * d_out[c];
        d_vectors[2 * dim + c] += b * d_out[c];
    }
}

static void prefix_token(float *out, const gal__prompt *prompt, const float *x, int32_t t,
                         int32_t dim) {
    const int32_t v = t - 1;
    if (t == 0) memcpy(out, prompt->whole.data, (size_t)dim * sizeof *out);
    else compose(out, gal_mat_row(prompt->var, v), x[v], x[prompt->var.rows + v], dim);
}

/* Query i, which tells `value` of metric i - 1 unless that is NAN. */
static void query_token(float *out, const gal__prompt *prompt, int32_t i, float value,
                        float predicted, int32_t dim) {
    const int32_t n_metric = (int32_t)prompt->ask.rows;
    const float *ask = i < n_metric ? gal_mat_row(prompt->ask, i) : prompt->whole.data + dim;
    if (i == 0 || isnan(value)) memset(out, 0, (size_t)dim * sizeof *out);
    else compose(out, gal_mat_row(prompt->told, i - 1), value, predicted, dim);
    for (int32_t c = 0; c < dim; c++) out[c] += ask[c];
}

static int32_t tokens_of(const gal__decoder_input *in) {
    return 1 + in->x.cols / 2 + in->told.cols + 1;
}

/* Between tokens and queries: row b * queries + i is token b * tokens + prefix + i. */
static void copy_queries(gal_mat query, gal_mat token, int64_t n, int back) {
    const int64_t queries = query.rows / n, tokens = token.rows / n;
    for (int64_t b = 0; b < n; b++) {
        const gal_mat some = gal_mat_rows(token, (b + 1) * tokens - queries, queries);
        const gal_mat mine = gal_mat_rows(query, b * queries, queries);
        if (back) gal_mat_copy(some, mine);
        else gal_mat_copy(mine, some);
    }
}

/* Three numbers per query and the point's output row; the validity's query gives the logit only. */
static void to_output(float *out, const float *answer, int32_t k) {
    for (int32_t m = 0; m < k; m++) {
        out[m] = answer[m * ANSWERS];
        out[k + m] = answer[m * ANSWERS + 1];
    }
    out[2 * k] = answer[k * ANSWERS + 2];
}

static void from_output(float *d_answer, const float *d_out, int32_t k) {
    memset(d_answer, 0, (size_t)(k + 1) * ANSWERS * sizeof *d_answer);
    for (int32_t m = 0; m < k; m++) {
        d_answer[m * ANSWERS] = d_out[m];
        d_answer[m * ANSWERS + 1] = d_out[k + m];
    }
    d_answer[k * ANSWERS + 2] = d_out[2 * k];
}

void gal__decoder_forward(gal_mat out, gal__decoder_saved *saved, const gal__decoder *d,
                          const gal_params *p, const gal__prompt *prompt,
                          const gal__decoder_input *in) {
    const int32_t dim = d->body.dim, tokens = tokens_of(in), k = in->told.cols;
    const int32_t prefix = tokens - k - 1;
    assert(saved->token.rows == in->x.rows * tokens);
    for (int64_t b = 0; b < in->x.rows; b++) {
        const float *told = gal_mat_row(in->told, b), *guess = gal_mat_row(in->predicted, b);
        for (int32_t t = 0; t < prefix; t++)
            prefix_token(gal_mat_row(saved->token, b * tokens + t), prompt, gal_mat_row(in->x, b),
                         t, dim);
        for (int32_t i = 0; i <= k; i++)
            query_token(gal_mat_row(saved->token, b * tokens + prefix + i), prompt, i,
                        i ? told[i - 1] : NAN, i ? guess[i - 1] : 0, dim);
    }
    gal_transformer_forward(saved->token, &saved->body, &d->body, p, saved->token);
    copy_queries(saved->query, saved->token, in->x.rows, 0);
    gal_mlp_forward(saved->answer, &saved->head, &d->head, p, saved->query, 0);
    for (int64_t b = 0; b < in->x.rows; b++)
        to_output(gal_mat_row(out, b), gal_mat_row(saved->answer, b * (k + 1)), k);
}

/* The gradient of one token goes to its vectors. */
static void token_backward(const gal__prompt *d_prompt, const gal__decoder_input *in, int64_t b,
                           int32_t t, const float *d_token, int32_t dim) {
    const float *x = gal_mat_row(in->x, b);
    const int32_t n_var = in->x.cols / 2, k = in->told.cols, i = t - 1 - n_var;
    if (t >= 1 && i < 0) {
        compose_backward(gal_mat_row(d_prompt->var, t - 1), d_token, x[t - 1], x[n_var + t - 1],
                         dim);
        return;
    }
    float *ask = t == 0  ? d_prompt->whole.data
                 : i < k ? gal_mat_row(d_prompt->ask, i)
                         : d_prompt->whole.data + dim;
    for (int32_t c = 0; c < dim; c++) ask[c] += d_token[c];
    if (i < 1) return;
    const float value = gal_mat_row(in->told, b)[i - 1];
    if (!isnan(value))
        compose_backward(gal_mat_row(d_prompt->told, i - 1), d_token, value,
                         gal_mat_row(in->predicted, b)[i - 1], dim);
}

/* dx of one point from the gradients of its tokens. */
static void x_backward(float *dx, const gal__prompt *prompt, gal_mat d_token, int32_t dim) {
    const int32_t n_var = (int32_t)prompt->var.rows;
    for (int32_t v = 0; v < n_var; v++) {
        const float *d = gal_mat_row(d_token, 1 + v), *vectors = gal_mat_row(prompt->var, v);
        float log = 0, plain = 0;
        for (int32_t c = 0; c < dim; c++) {
            log += d[c] * vectors[dim + c];
            plain += d[c] * vectors[2 * dim + c];
        }
        dx[v] = log;
        dx[n_var + v] = plain;
    }
}

void gal__decoder_backward(gal_mat dx, const gal__prompt *d_prompt, const gal__decoder *d,
                           gal_params *p, gal__decoder_saved *saved, const gal__prompt *prompt,
                           const gal__decoder_input *in, gal_mat d_out) {
    const int32_t tokens = tokens_of(in), k = in->told.cols;
    for (int64_t b = 0; b < in->x.rows; b++)
        from_output(gal_mat_row(saved->d_answer, b * (k + 1)), gal_mat_row(d_out, b), k);
    gal_mlp_backward(saved->d_query, &d->head, p, saved->query, &saved->head, saved->d_answer);
    gal_mat_fill(saved->d_token, 0);
    copy_queries(saved->d_query, saved->d_token, in->x.rows, 1);
    gal_transformer_backward(saved->d_token, &d->body, p, &saved->body, saved->d_token);
    for (int64_t b = 0; b < in->x.rows; b++) {
        const gal_mat mine = gal_mat_rows(saved->d_token, b * tokens, tokens);
        for (int32_t t = 0; t < tokens; t++)
            token_backward(d_prompt, in, b, t, gal_mat_row(mine, t), d->body.dim);
        if (dx.data) x_backward(gal_mat_row(dx, b), prompt, mine, d->body.dim);
    }
}

/* Answers of one query for all points; what it predicts is told to the next one. */
typedef struct writer {
    gal_transformer_cache cache;
    gal_mat token, answer;
    float *scratch;
    float *told, *predicted; /* [n] of the metric before */
} writer;

static gal_status writer_new(writer *w, gal_arena *arena, const gal__decoder *d, int32_t n,
                             int32_t n_var, int32_t n_metric, gal_error *err) {
    const int32_t prefix = 1 + n_var;
    w->token = gal_mat_new(arena, (int64_t)n * prefix, d->body.dim);
    w->answer = gal_mat_new(arena, n, ANSWERS);
    w->scratch =
        gal_arena_alloc(arena, (size_t)gal_mlp_infer_floats(&d->head) * sizeof *w->scratch);
    w->told = GAL_ARENA_ARRAY(arena, float, n + 1);
    w->predicted = GAL_ARENA_ARRAY(arena, float, n + 1);
    if (!w->token.data || !w->answer.data || !w->scratch || !w->told || !w->predicted)
        return gal_fail(err, GAL_ENOMEM, "out of memory for a sequence model");
    return gal_transformer_cache_new(&w->cache, arena, &d->body, n, prefix + n_metric + 1, prefix,
                                     err);
}

static void answer_query(gal_mat out, writer *w, const gal__decoder *d, const gal_params *p,
                         const gal__prompt *prompt, gal_mat known, int32_t i) {
    const int32_t k = (int32_t)prompt->ask.rows;
    const gal_mat token = gal_mat_rows(w->token, 0, out.rows);
    for (int64_t b = 0; b < out.rows; b++)
        query_token(gal_mat_row(token, b), prompt, i, w->told[b], w->predicted[b], d->body.dim);
    gal_transformer_append(token, &w->cache, &d->body, p, token, 1);
    gal_mlp_infer(w->answer, w->scratch, &d->head, p, token);
    for (int64_t b = 0; b < out.rows; b++) {
        const float *answer = gal_mat_row(w->answer, b);
        float *to = gal_mat_row(out, b);
        if (i == k) {
            to[2 * k] = answer[2];
            continue;
        }
        to[i] = answer[0];
        to[k + i] = answer[1];
        w->predicted[b] = !known.data || isnan(gal_mat_row(known, b)[i]);
        w->told[b] = w->predicted[b] > 0 ? answer[0] : gal_mat_row(known, b)[i];
    }
}

gal_status gal__decoder_infer(gal_mat out, gal_arena *arena, const gal__decoder *d,
                              const gal_params *p, const gal__prompt *prompt, gal_mat x,
                              gal_mat known, gal_error *err) {
    const int32_t prefix = 1 + (int32_t)prompt->var.rows, k = (int32_t)prompt->ask.rows;
    writer w;
    GAL_TRY(writer_new(&w, arena, d, (int32_t)x.rows, prefix - 1, k, err));
    for (int64_t b = 0; b < x.rows; b++)
        for (int32_t t = 0; t < prefix; t++)
            prefix_token(gal_mat_row(w.token, b * prefix + t), prompt, gal_mat_row(x, b), t,
                         d->body.dim);
    gal_transformer_append(w.token, &w.cache, &d->body, p, w.token, prefix);
    for (int32_t i = 0; i <= k; i++) answer_query(out, &w, d, p, prompt, known, i);
    return GAL_OK;
}
