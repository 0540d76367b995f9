/* From a deck's graph to its prompt: a graph network whose nodes' vectors become the vectors that
 * tell a decoder what each variable and metric is. One network serves every circuit and technology.
 */
#ifndef GAL_TASKS_SURROGATE_DECK_ENCODER_H
#define GAL_TASKS_SURROGATE_DECK_ENCODER_H

#include "gnn/hetero.h"
#include "tasks/surrogate/deck_graph.h"
#include "tasks/surrogate/decoder.h"

enum { GAL__DECK_LAYERS = 3 };

typedef struct gal__deck_encoder {
    gal_hetero layer[GAL__DECK_LAYERS];
    gal_linear part[GAL__PROMPT_PARTS]; /* of the prompt, from the vectors of its nodes */
} gal__deck_encoder;

typedef struct gal__deck_encoder_saved {
    gal_hetero_saved layer[GAL__DECK_LAYERS];
    gal_mat y[GAL__DECK_LAYERS]; /* [n_node, width] */
    gal_mat metric, d_metric;    /* [n_metric, width] their nodes, in the surrogate's order */
    gal_mat d, d_source;         /* [n_node, width] */
} gal__deck_encoder_saved;

/* Registers "deck<i>.*" and "prompt.<part>.*". Errors: those of gal_hetero_init. */
gal_status gal__deck_encoder_init(gal__deck_encoder *e, gal_params *p, const gal__decoder *d,
                                  gal_rng *rng, gal_error *err);
/* GAL_ENOMEM. */
gal_status gal__deck_encoder_saved_new(gal__deck_encoder_saved *saved, gal_arena *arena,
                                       const gal__deck_encoder *e, const gal__deck_graph *graph,
                                       gal_error *err);
/* The prompt's matrices are the caller's; order [n_metric]: the metric of each of its rows. */
void gal__deck_encoder_forward(const gal__prompt *prompt, gal__deck_encoder_saved *saved,
                               const gal__deck_encoder *e, const gal_params *p,
                               const gal__deck_graph *graph, const int32_t *order);
/* Adds to the gradients in p. Once per forward. */
void gal__deck_encoder_backward(const gal__deck_encoder *e, gal_params *p,
                                const gal__deck_graph *graph, const int32_t *order,
                                gal__deck_encoder_saved *saved, const gal__prompt *d_prompt);

/* A deck's prompt, and gradients of zero for it. */
typedef struct gal__prompted {
    gal__prompt prompt, d_prompt;
    gal__deck_encoder_saved saved;
} gal__prompted;

/* In the arena; e and d are of p. GAL_ENOMEM. */
gal_status gal__deck_encode(gal__prompted *prompted, gal_arena *arena, const gal__deck_encoder *e,
                            const gal__decoder *d, const gal_params *p,
                            const gal__deck_graph *graph, const int32_t *order, gal_error *err);

#endif
