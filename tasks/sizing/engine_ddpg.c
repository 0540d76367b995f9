/* Deterministic policy gradient straight on the simulator, over the circuit's graph, in one-step
 * episodes. A Latin hypercube to warm up, then design by design: some steps of learning, and the
 * actor's design with noise that decays. */
#include "tasks/sizing/agent.h"
#include "tasks/sizing/engine.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

enum {
    FIRST_STEPS = 300, /* of learning behind the hypercube */
    STEPS = 24         /* for each further design */
};
static const double NOISE = 0.2, DECAY = 0.98, LEAST_NOISE = 0.02;

typedef struct state {
    gal__agent *agent;
    gal__cube first;
    double noise;
} state;

static void destroy(void *opaque) {
    state *s = opaque;
    gal__agent_destroy(s->agent);
    free(s->first.u);
    free(s);
}

static gal_status create(void **out, gal_sizing *z, gal_error *err) {
    state *s = calloc(1, sizeof *s);
    *out = s;
    if (!s) return gal_fail(err, GAL_ENOMEM, "out of memory for an engine");
    s->noise = NOISE;
    GAL_TRY(gal__cube_new(&s->first, z->dim + 5, z, err));
    return gal__agent_create(&s->agent, z, err);
}

static gal_status ask(double *u, int32_t *n, void *opaque, gal_sizing *z, gal_error *err) {
    state *s = opaque;
    const size_t dim = (size_t)z->dim;
    if (gal__cube_take(u, n, &s->first, z->dim)) return GAL_OK;
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1); /* the matrices are too small to share */
    gal_status status =
        gal__agent_learn(s->agent, s->noise < NOISE ? *n * STEPS : FIRST_STEPS, err);
    for (int32_t i = 0; status == GAL_OK && i < *n; i++, s->noise *= DECAY)
        status = gal__agent_act(u + (size_t)i * dim, s->agent, fmax(s->noise, LEAST_NOISE), err);
    omp_set_num_threads(threads);
    return status;
}

const gal_engine gal__engine_ddpg = {.name = "ddpg",
                                     .summary =
                                         "actor and critic over the circuit's graph (L2DC, GCN-RL)",
                                     .create = create,
                                     .ask = ask,
                                     .destroy = destroy};
