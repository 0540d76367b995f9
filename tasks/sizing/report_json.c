/* The outcome of a sizing as JSON. */
#include "tasks/json_private.h"
#include "tasks/sizing/engine.h"
#include "tasks/sizing/report.h"

static json_t *values(const gal_sizing *s, const gal_sizing_design *d) {
    json_t *object = json_object();
    for (int32_t i = 0; i < s->bench->n_var; i++)
        json_object_set_new(object, s->bench->var[i].name, gal__json_number(d->value[i]));
    return object;
}

static json_t *metrics(const gal_sizing *s, const gal_sizing_design *d, int32_t corner) {
    json_t *object = json_object();
    for (int32_t i = 0; i < s->bench->n_metric; i++)
        json_object_set_new(object, s->bench->metric[i].name,
                            gal__json_number(d->metric[(size_t)corner * s->bench->n_metric + i]));
    return object;
}

static json_t *design(const gal_sizing *s, const gal_sizing_design *d) {
    json_t *corners = json_object();
    for (int32_t c = 0; c < s->n_corner; c++)
        json_object_set_new(corners, s->bench->corner[s->corner[c]].name, metrics(s, d, c));
    return json_pack("{s:o, s:o, s:o, s:o, s:i, s:s}", "values", values(s, d), "corners", corners,
                     "hard", gal__json_number(d->cost.hard), "soft", gal__json_number(d->cost.soft),
                     "simulations", d->n_sim, "status", gal_point_status_name(d->status));
}

static json_t *targets(const gal_sizing *s) {
    json_t *list = json_array();
    for (int32_t i = 0; i < s->spec->n_target; i++) {
        const gal_target *t = &s->spec->target[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:b, s:f}", "measure", t->measure,
                                              "sense", gal_sense_text(t->sense), "value",
                                              gal__json_number(t->value), "soft", t->soft, "weight",
                                              t->weight));
    }
    return list;
}

gal_status gal_sizing_json(gal_buf *text, const gal_sizing *s, gal_error *err) {
    json_t *all = json_array();
    for (int32_t i = 0; i < s->n_design; i++) json_array_append_new(all, design(s, &s->design[i]));
    json_t *root = json_pack(
        "{s:s, s:s, s:s, s:I, s:b, s:I, s:i, s:i, s:i, s:o, s:o, s:o}", "spec", s->spec->path,
        "deck", s->bench->path, "engine", s->engine->name, "seed", (json_int_t)s->options.seed,
        "met", gal_sizing_met(s), "offline",
        (json_int_t)(s->options.predictor ? s->options.predictor->n_run : 0), "online", s->n_sim,
        "stored", s->n_stored, "failed", s->n_failed, "targets", targets(s), "best",
        s->best >= 0 ? design(s, &s->design[s->best]) : json_null(), "designs", all);
    return gal__json_print(text, root, 12, err);
}
