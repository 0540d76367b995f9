/* Simulation jobs and results: what goes into ngspice and what comes back, as plain data.
 *
 * A job is a deck and steps; each step is one ngspice command (an analysis such as "tran 1p 2n",
 * or "meas ...") with the vectors wanted from it ("time", "v(out)", "vdd#branch", the name of a
 * measurement; "op:v(out)" is v(out) of the job's last plot of type op; "*", as the only one, all
 * node voltages of an operating point). A result holds those vectors in the order asked for. Jobs
 * run in a worker (spice/worker.h) or a pool (spice/pool.h), never in the calling process. A deck
 * is code: ngspice runs its .control blocks and opens its includes, so run only decks you would run
 * yourself. Paths in a deck must be absolute: workers sit in scratch directories.
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
    int optional; /* 1: a failure leaves its vectors empty and the job goes on (a measurement) */
} gal_sim_step;

typedef struct gal_sim_job {
    const char *deck;         /* lines; the first is the title; a missing .end is added */
    const gal_sim_step *step; /* [n_step] */
    int32_t n_step;
    const char *const *prepare; /* [n_prepare] commands between the deck and the steps */
    int32_t n_prepare;
    uint64_t resident; /* not 0: names this deck; a worker that still holds it does not load it
                          again, so `prepare` must undo whatever an earlier job changed */
} gal_sim_job;

/* Why a job has no result. */
typedef enum gal_sim_fault {
    GAL_SIM_FINE,
    GAL_SIM_PARSE,       /* the deck or a command was not accepted, a model is missing */
    GAL_SIM_CONVERGENCE, /* no operating point, or the time step became too small */
    GAL_SIM_MISSING,     /* an analysis ran but a vector asked for is not there */
    GAL_SIM_CRASH,       /* the process died */
    GAL_SIM_TIMEOUT
} gal_sim_fault;

typedef struct gal_sim_vector {
    const char *name;   /* as asked for */
    const double *real; /* [n] */
    const double *imag; /* [n]; NULL when the vector is real */
    int32_t n;          /* > 0; 0 in a failed optional step, real is then NULL */
} gal_sim_vector;

typedef struct gal_sim_result {
    gal_error error;        /* code GAL_OK, or GAL_ESIM with ngspice's own words */
    gal_sim_fault fault;    /* GAL_SIM_FINE when the code is GAL_OK */
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
