/* Learning-rate schedules: the rate as a pure function of the step, so that a resumed run needs no
 * state but its step. */
#ifndef GAL_GNN_SCHEDULE_H
#define GAL_GNN_SCHEDULE_H

#include "base/status.h"
#include <stdint.h>

typedef enum gal_schedule_kind {
    GAL_SCHEDULE_CONSTANT,  /* linear warm-up, then the peak */
    GAL_SCHEDULE_COSINE,    /* linear warm-up, then half a cosine down to `last` */
    GAL_SCHEDULE_ONE_CYCLE, /* half a cosine from peak / 25 up, then half a cosine down to `last` */
} gal_schedule_kind;

typedef struct gal_schedule {
    gal_schedule_kind kind;
    double peak;    /* > 0, reached by the last step of the warm-up */
    double last;    /* >= 0, reached by step total - 1 and kept; unused by CONSTANT */
    int64_t warmup; /* steps of the warm-up, >= 0 */
    int64_t total;  /* steps of the run, > warmup; unused by CONSTANT */
} gal_schedule;

/* The learning rate of step 0, 1, 2, ... */
GAL_API double gal_schedule_rate(const gal_schedule *schedule, int64_t step);

#endif
