/* What every search engine is: it is asked for designs and told how they did.
 *
 * The history (gal_sizing.design) is there to read: all designs with their metrics, the deck's own
 * values first. An engine draws random numbers from sizing->rng alone.
 */
#ifndef GAL_TASKS_SIZING_ENGINE_H
#define GAL_TASKS_SIZING_ENGINE_H

#include "tasks/sizing/sizing.h"

struct gal_engine {
    const char *name, *summary;
    int needs_predictor;
    gal_status (*create)(void **state, gal_sizing *sizing, gal_error *err);
    /* Fills u [*n, dim], any real numbers (they are clipped and snapped); *n may become smaller,
     * not 0. */
    gal_status (*ask)(double *u, int32_t *n, void *state, gal_sizing *sizing, gal_error *err);
    /* Designs of the points just asked for, in their order; may be NULL. */
    gal_status (*tell)(void *state, gal_sizing *sizing, const int32_t *design, int32_t n,
                       gal_error *err);
    void (*destroy)(void *state);
};

/* The value of a place on its variable's axis, not on its grid yet. */
double gal__sizing_value(const gal_bench_var *var, double u);
/* The place of a value on its variable's axis, in 0..1. */
double gal__sizing_unit(const gal_bench_var *var, double value);

/* As gal_sizing_snap, but without rounding to digits: for predictions. */
void gal__sizing_expand(double *value, const double *u, const gal_sizing *sizing);

/* A Latin hypercube that a search begins with: one value of each axis in every one of n strata. */
typedef struct gal__cube {
    double *u; /* [n, dim] */
    int32_t n, used;
} gal__cube;

/* GAL_ENOMEM. The caller frees cube->u. */
gal_status gal__cube_new(gal__cube *cube, int32_t n, gal_sizing *sizing, gal_error *err);
/* The next points, at most *n, into u; 0 when none is left. */
int gal__cube_take(double *u, int32_t *n, gal__cube *cube, int32_t dim);

extern const gal_engine gal__engine_gp, gal__engine_surrogate, gal__engine_policy, gal__engine_ddpg,
    gal__engine_cmaes, gal__engine_de, gal__engine_random;

#endif
