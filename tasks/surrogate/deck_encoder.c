#include "tasks/surrogate/deck_encoder.h"

#include "gnn/part.h"

enum { WIDTH = 64 };

gal_status gal__deck_encoder_init(gal__deck_encoder *e, gal_params *p, const gal__decoder *d,
                                  gal_rng *rng, gal_error *err) {
    for (int32_t i = 0; i < GAL__DECK_LAYERS; i++) {
        const int32_t in = i ? WIDTH : GAL__DECK_FEATURES;
        gal__part_name full;
        GAL_TRY(gal__part_name_set(&full, "deck", "layer", i, err));
        GAL_TRY(gal_hetero_init(&e->layer[i], p, full.text, in, in, WIDTH, GAL__DECK_RELATIONS,
                                GAL_ACT_SILU, rng, err));
    }
    for (int part = 0; part < GAL__PROMPT_PARTS; part++) {
        int32_t rows, cols;
        gal__prompt_shape(&rows, &cols, d, part, 1, 1);
        GAL_TRY(gal__part_linear(&e->part[part], p, "prompt", gal__prompt_part_name[part], -1,
                                 WIDTH, cols, rng, err));
    }
    return GAL_OK;
}

gal_status gal__deck_encoder_saved_new(gal__deck_encoder_saved *saved, gal_arena *arena,
                                       const gal__deck_encoder *e, const gal__deck_graph *graph,
                                       gal_error *err) {
    int ok = 1;
    for (int32_t i = 0; i < GAL__DECK_LAYERS; i++) {
        saved->y[i] = gal_mat_new(arena, graph->n_node, WIDTH);
        ok = ok && saved->y[i].data;
        GAL_TRY(gal_hetero_saved_new(&saved->layer[i], arena, &e->layer[i], graph->n_node, err));
    }
    saved->metric = gal_mat_new(arena, graph->n_metric, WIDTH);
    saved->d_metric = gal_mat_new(arena, graph->n_metric, WIDTH);
    saved->d = gal_mat_new(arena, graph->n_node, WIDTH);
    saved->d_source = gal_mat_new(arena, graph->n_node, WIDTH);
    ok = ok && saved->metric.data && saved->d_metric.data && saved->d.data && saved->d_source.data;
    return ok ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory for a deck's graph");
}

/* The rows of `node` that a part is made of: of the whole, of the variables. */
static gal_mat rows_of(gal_mat node, const gal__deck_graph *graph, int part) {
    return part ? gal_mat_rows(node, 0, graph->n_var)
                : gal_mat_rows(node, graph->n_var + graph->n_metric, 1);
}

void gal__deck_encoder_forward(const gal__prompt *prompt, gal__deck_encoder_saved *saved,
                               const gal__deck_encoder *e, const gal_params *p,
                               const gal__deck_graph *graph, const int32_t *order) {
    gal_mat x = graph->feature;
    for (int32_t i = 0; i < GAL__DECK_LAYERS; i++) {
        gal_hetero_forward(saved->y[i], &saved->layer[i], &e->layer[i], p, graph->relation, x, x);
        x = saved->y[i];
    }
    for (int32_t m = 0; m < graph->n_metric; m++)
        gal_mat_copy(gal_mat_rows(saved->metric, m, 1),
                     gal_mat_rows(x, graph->n_var + order[m], 1));
    gal_linear_forward(prompt->whole, &e->part[0], p, rows_of(x, graph, 0));
    gal_linear_forward(prompt->var, &e->part[1], p, rows_of(x, graph, 1));
    gal_linear_forward(prompt->ask, &e->part[2], p, saved->metric);
    gal_linear_forward(prompt->told, &e->part[3], p, saved->metric);
}

void gal__deck_encoder_backward(const gal__deck_encoder *e, gal_params *p,
                                const gal__deck_graph *graph, const int32_t *order,
                                gal__deck_encoder_saved *saved, const gal__prompt *d_prompt) {
    const gal_mat x = saved->y[GAL__DECK_LAYERS - 1], d = saved->d;
    const gal_mat metrics = gal_mat_rows(d, graph->n_var, graph->n_metric);
    gal_mat_fill(d, 0);
    gal_linear_backward(rows_of(d, graph, 0), &e->part[0], p, rows_of(x, graph, 0),
                        d_prompt->whole);
    gal_linear_backward(rows_of(d, graph, 1), &e->part[1], p, rows_of(x, graph, 1), d_prompt->var);
    for (int part = 2; part < GAL__PROMPT_PARTS; part++) {
        gal_linear_backward(saved->d_metric, &e->part[part], p, saved->metric,
                            part == 2 ? d_prompt->ask : d_prompt->told);
        for (int32_t m = 0; m < graph->n_metric; m++)
            gal_mat_add(gal_mat_rows(metrics, order[m], 1), gal_mat_rows(saved->d_metric, m, 1), 1);
    }
    for (int32_t i = GAL__DECK_LAYERS - 1; i >= 0; i--) {
        const gal_mat from = i ? saved->d_source : (gal_mat){0}, to = i ? d : (gal_mat){0};
        gal_hetero_backward(to, from, &e->layer[i], p, graph->transposed,
                            i ? saved->y[i - 1] : graph->feature, &saved->layer[i], saved->y[i], d);
        if (i) gal_mat_add(d, saved->d_source, 1);
    }
}

gal_status gal__deck_encode(gal__prompted *prompted, gal_arena *arena, const gal__deck_encoder *e,
                            const gal__decoder *d, const gal_params *p,
                            const gal__deck_graph *graph, const int32_t *order, gal_error *err) {
    const int32_t n_var = graph->n_var, n_metric = graph->n_metric;
    GAL_TRY(gal__prompt_new(&prompted->prompt, arena, d, n_var, n_metric, err));
    GAL_TRY(gal__prompt_new(&prompted->d_prompt, arena, d, n_var, n_metric, err));
    GAL_TRY(gal__deck_encoder_saved_new(&prompted->saved, arena, e, graph, err));
    for (int part = 0; part < GAL__PROMPT_PARTS; part++)
        gal_mat_fill(*gal__prompt_part(&prompted->d_prompt, part), 0);
    gal__deck_encoder_forward(&prompted->prompt, &prompted->saved, e, p, graph, order);
    return GAL_OK;
}
