/* Simulation jobs and results: what goes into ngspice and what comes back, as plain data.
 *
 * A job is a deck and steps; each step is one ngspice command (an analysis such as "tran 1p 2n",
 * or "meas ...") with the vectors wanted from it ("time", "v(out)", "vdd#branch", the name of a
 * measurement). A result holds those vectors in the order asked for. Jobs run in a worker
 * (spice/worker.h) or a pool (spice/pool.h), never in the calling process. A deck is code: ngspice
 * runs its .control blocks and opens its includes, so run only decks you would run yourself.
 * Paths in a deck must be absolute: workers sit in scratch directories.
 */
#ifndef GAL_SPICE_SIMULATE_H
#define GAL_SPICE_SIMULATE_H

#include "base/text.h"
#include <stdint.h>

typedef struct gal_sim_step {
    const char *command;
    const char *const *want; /* [n_want] vector names */
    int32_t n_want;
    double
        reach; /* s or Hz: the analysis must get this far on its time or frequency axis; 0: any */
} gal_sim_step;

typedef struct gal_sim_job {
    const char *deck;         /* lines; the first is the title; a missing .end is added */
    const gal_sim_step *step; /* [n_step] */
    int32_t n_step;
} gal_sim_job;

typedef struct gal_sim_vector {
    const char *name;   /* as asked for */
    const double *real; /* [n] */
    const double *imag; /* [n]; NULL when the vector is real */
    int32_t n;          /* > 0 */
} gal_sim_vector;

typedef struct gal_sim_result {
    gal_error error;        /* code GAL_OK, or GAL_ESIM with ngspice's own words */
    gal_sim_vector *vector; /* [n_vector] all steps' wants in order; none after an error */
    int32_t n_vector;
    int32_t n_attempt; /* 1, or 2 when a first run failed */
    void *block;       /* private: the memory behind the vectors */
} gal_sim_result;

/* Frees the vectors; the result may be used again. A zeroed result is fine. */
GAL_API void gal_sim_result_clear(gal_sim_result *result);

/* The first vector of that name (ASCII case ignored), or NULL. O(n_vector). */
GAL_API const gal_sim_vector *gal_sim_result_find(const gal_sim_result *result, const char *name);

/* Between the processes. A job and its deadline (s) become a frame (spice/wire.h); a reply frame
 * becomes a result, which takes over the frame's memory. A malformed reply gives an error result.
 */
void gal__sim_job_encode(gal_buf *frame, const gal_sim_job *job, double deadline);
void gal__sim_result_decode(gal_sim_result *result, gal_buf *frame);

#endif
