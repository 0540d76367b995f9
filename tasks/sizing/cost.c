#include "tasks/sizing/cost.h"

#include <math.h>

/* The target as the search must meet it. */
static double tightened(const gal_target *t, double margin) {
    if (t->sense == GAL_SENSE_GE) return t->value + margin * fabs(t->value);
    if (t->sense == GAL_SENSE_LE) return t->value - margin * fabs(t->value);
    return t->value;
}

double gal_target_gap(const gal_target *target, double margin, double y) {
    if (!isfinite(y)) return 1;
    const double t = tightened(target, margin), scale = fabs(y) + fabs(t);
    const double gap = target->sense == GAL_SENSE_GE   ? t - y
                       : target->sense == GAL_SENSE_LE ? y - t
                                                       : fabs(y - t) - target->tolerance * fabs(t);
    if (scale > 0) return fmax(-1, fmin(1, gap / scale));
    return gap > 0;
}

double gal_target_miss(const gal_target *target, double margin, double y) {
    if (target->sense >= GAL_SENSE_MIN) return isnan(y) ? 1 : 0;
    return fmax(0, gal_target_gap(target, margin, y));
}

double gal_target_objective(const gal_target *target, double y) {
    const double sign = target->sense == GAL_SENSE_MIN ? 1 : -1;
    return target->weight * sign * (y > 0 ? log(y) : y);
}

double gal_cost_rank(double hard, double soft, double objective) {
    if (hard > 0) return 2 + hard;
    if (soft > 0) return 1 + soft / (1 + soft);
    return 0.5 + atan(0.1 * objective) / 3.14159265358979323846;
}

/* Worst violation of a target over corners 0..n[. */
static double worst(const gal_sizing_spec *spec, int32_t target, const double *metric,
                    int32_t n_metric, int32_t n) {
    const gal_target *t = &spec->target[target];
    double most = 0;
    for (int32_t c = 0; c < n; c++)
        most =
            fmax(most, gal_target_miss(t, spec->margin, metric[(size_t)c * n_metric + t->metric]));
    return most;
}

static double worst_objective(const gal_target *t, const double *metric, int32_t n_metric,
                              int32_t n) {
    double most = -INFINITY;
    for (int32_t c = 0; c < n; c++)
        most = fmax(most, gal_target_objective(t, metric[(size_t)c * n_metric + t->metric]));
    return most;
}

static gal_cost over(const gal_sizing_spec *spec, const double *metric, int32_t n_metric,
                     int32_t n) {
    gal_cost cost = {0};
    for (int32_t i = 0; i < spec->n_target; i++) {
        const gal_target *t = &spec->target[i];
        const double miss = worst(spec, i, metric, n_metric, n);
        *(t->soft ? &cost.soft : &cost.hard) += t->weight * miss;
        if (t->sense >= GAL_SENSE_MIN && miss == 0)
            cost.objective += worst_objective(t, metric, n_metric, n);
    }
    return cost;
}

gal_cost gal_cost_of(const gal_sizing_spec *spec, const double *metric, int32_t n_metric,
                     int32_t n_corner) {
    gal_cost cost = over(spec, metric, n_metric, 1);
    if (n_corner > 1) {
        double all = 0;
        for (int32_t i = 0; i < spec->n_target; i++)
            if (!spec->target[i].soft) all += spec->target[i].weight;
        if (cost.hard > 0) cost.hard += all;
        else cost = over(spec, metric, n_metric, n_corner);
    }
    cost.rank = gal_cost_rank(cost.hard, cost.soft, cost.objective);
    return cost;
}

int gal_cost_done(const gal_sizing_spec *spec, const gal_cost *cost) {
    for (int32_t i = 0; i < spec->n_target; i++)
        if (spec->target[i].sense >= GAL_SENSE_MIN) return 0;
    return cost->hard <= 0 && cost->soft <= 0;
}
