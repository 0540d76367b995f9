/* The sequence model: a decoder that answers one metric after the other.
 *
 * Tokens of a point: the deck as a whole and one per variable (they see one another), then a query
 * per metric, which sees the prefix and the queries before it and carries the value of the metric
 * before, then a query for the validity. Numbers are projected as they are, no tokenizer; what a
 * token stands for is told by its vectors in a prompt, so any number of variables and metrics will
 * do (Poddar et al., INSIGHT, arXiv 2407.07346; metrics that cost least come first).
 *
 * A point's output is [mean x k, log variance x k, logit of validity], metrics in the surrogate's
 * order, as gal__surrogate_net's.
 */
#ifndef GAL_TASKS_SURROGATE_DECODER_H
#define GAL_TASKS_SURROGATE_DECODER_H

#include "gnn/mlp.h"
#include "gnn/transformer.h"

typedef struct gal__decoder {
    gal_transformer body;
    gal_mlp head; /* dim -> dim -> mean, log variance, logit of a query */
} gal__decoder;

/* A deck's vectors, each `dim` wide. */
typedef struct gal__prompt {
    gal_mat whole; /* [1, 2 dim] token of the deck | query of the validity */
    gal_mat var;   /* [n_var, 3 dim] token: first + log feature * second + plain feature * third */
    gal_mat ask;   /* [n_metric, dim] the metric's query */
    gal_mat told;  /* [n_metric, 3 dim] its value: first + value * second + (predicted) third */
} gal__prompt;

enum { GAL__PROMPT_WHOLE, GAL__PROMPT_VAR, GAL__PROMPT_ASK, GAL__PROMPT_TOLD, GAL__PROMPT_PARTS };
extern const char *const gal__prompt_part_name[GAL__PROMPT_PARTS]; /* of its tensors */

/* What the decoder sees of n points. */
typedef struct gal__decoder_input {
    gal_mat x;         /* [n, 2 n_var] features of the logarithms (0: none), then the plain ones */
    gal_mat told;      /* [n, n_metric] standardised values; NAN: not told */
    gal_mat predicted; /* [n, n_metric] 1: the value is a prediction, 0: simulated */
} gal__decoder_input;

typedef struct gal__decoder_saved {
    gal_mat token, query;     /* [n * tokens, dim], [n * queries, dim] */
    gal_mat d_token, d_query; /* their gradients */
    gal_mat answer, d_answer; /* [n * queries, 3] */
    gal_transformer_saved body;
    gal_mlp_saved head;
} gal__decoder_saved;

/* Registers "body.*" and "head.*". Errors: those of gal_transformer_init. */
gal_status gal__decoder_init(gal__decoder *d, gal_params *p, gal_rng *rng, gal_error *err);
/* Rows and columns of the prompt's part 0..GAL__PROMPT_PARTS-1, in the order of its fields. */
void gal__prompt_shape(int32_t *rows, int32_t *cols, const gal__decoder *d, int part, int32_t n_var,
                       int32_t n_metric);
gal_mat *gal__prompt_part(gal__prompt *prompt, int part);
/* The prompt's matrices, for n_var variables and n_metric metrics. GAL_ENOMEM. */
gal_status gal__prompt_new(gal__prompt *prompt, gal_arena *arena, const gal__decoder *d,
                           int32_t n_var, int32_t n_metric, gal_error *err);

/* Buffers for batches of exactly n points. GAL_ENOMEM, GAL_ELIMIT. */
gal_status gal__decoder_saved_new(gal__decoder_saved *saved, gal_arena *arena,
                                  const gal__decoder *d, int32_t n, int32_t n_var, int32_t n_metric,
                                  gal_error *err);
/* out [n, 2 n_metric + 1]: every query answers with the values of `in`. */
void gal__decoder_forward(gal_mat out, gal__decoder_saved *saved, const gal__decoder *d,
                          const gal_params *p, const gal__prompt *prompt,
                          const gal__decoder_input *in);
/* Adds to the gradients in p and to d_prompt. dx [n, 2 n_var] is overwritten (.data NULL: not
 * wanted). Once per forward. */
void gal__decoder_backward(gal_mat dx, const gal__prompt *d_prompt, const gal__decoder *d,
                           gal_params *p, gal__decoder_saved *saved, const gal__prompt *prompt,
                           const gal__decoder_input *in, gal_mat d_out);

/* The same answers token by token, each metric told as soon as it is predicted. known [n,
 * n_metric]: simulated values, NAN: to be predicted; .data NULL: none. On the calling thread; takes
 * memory from the arena. GAL_ENOMEM. */
gal_status gal__decoder_infer(gal_mat out, gal_arena *arena, const gal__decoder *d,
                              const gal_params *p, const gal__prompt *prompt, gal_mat x,
                              gal_mat known, gal_error *err);

#endif
