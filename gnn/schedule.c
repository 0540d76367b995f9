#include "gnn/schedule.h"

#include <math.h>

/* Half a cosine from a (part = 0) to b (part >= 1). */
static double ease(double a, double b, double part) {
    return b + (a - b) * (1 + cos(3.141592653589793 * fmin(part, 1))) / 2;
}

static double rising(const gal_schedule *s, int64_t step) {
    if (s->kind == GAL_SCHEDULE_ONE_CYCLE && s->warmup > 1)
        return ease(s->peak / 25, s->peak, (double)step / (double)(s->warmup - 1));
    return s->peak * (double)(step + 1) / (double)s->warmup;
}

double gal_schedule_rate(const gal_schedule *schedule, int64_t step) {
    const int64_t top = schedule->warmup > 0 ? schedule->warmup - 1 : 0; /* the step of the peak */
    if (step < schedule->warmup) return rising(schedule, step);
    if (schedule->kind == GAL_SCHEDULE_CONSTANT) return schedule->peak;
    const int64_t left = schedule->total - 1 - top;
    const double part = left > 0 ? (double)(step - top) / (double)left : 1;
    return ease(schedule->peak, schedule->last, part);
}
