/* What the search believes about designs it has not simulated: one Gaussian process per measure.
 *
 * An output is a measure of a target in a corner, on a scale of its own (log10 for positive
 * quantities, plain for dB, degrees, %). The first corner is modelled as it is, further corners as
 * differences from it, so that they profit from it where they were not simulated. Values far on the
 * wrong side of a target are clipped: there is nothing to learn from how dead a dead circuit is.
 * With a predictor (a trained surrogate) the first corner's processes model what it gets wrong, in
 * units of its own spread.
 */
#ifndef GAL_TASKS_SIZING_POSTERIOR_H
#define GAL_TASKS_SIZING_POSTERIOR_H

#include "tasks/sizing/gp.h"
#include "tasks/sizing/sizing.h"

typedef struct gal__output {
    int32_t metric, corner; /* of the bench; of the sizing */
    int log;
    double lo, hi;         /* where values are clipped, on the scale */
    double centre, spread; /* the process is of (value - centre) / spread */
    gal_gp *gp;
} gal__output;

typedef struct gal__posterior {
    const gal_sizing *sizing;
    const gal_predictor *predictor; /* NULL: none */
    int32_t n_measure;              /* measures that targets name */
    gal__output *output;            /* [n_corner, n_measure] */
    int32_t n_output;
    int32_t *of_target; /* [n_target] index among the measures */
    gal_gp *valid;      /* of 1 (usable) and 0 */
    int any_invalid;
    double *fantasy_u,
        *fantasy; /* [n_fantasy, dim], [n_fantasy, n_output] on the process's scale */
    int32_t n_fantasy, capacity;
    int32_t fitted; /* designs at the last fit of hyper-parameters */
} gal__posterior;

gal_status gal__posterior_create(gal__posterior **p, const gal_sizing *sizing,
                                 const gal_predictor *predictor, gal_error *err);
void gal__posterior_destroy(gal__posterior *p); /* NULL is fine */

/* Takes in the history; fantasies are forgotten. */
gal_status gal__posterior_fit(gal__posterior *p, gal_error *err);

/* Believes that a proposed point will measure what is expected there (kriging believer). */
gal_status gal__posterior_believe(gal__posterior *p, const double *u, gal_error *err);

/* mean, sd [n_output, n] on the outputs' scales and valid [n], at u [n, dim]. */
gal_status gal__posterior_predict(double *mean, double *sd, double *valid, gal__posterior *p,
                                  const double *u, int32_t n, gal_error *err);

#endif
