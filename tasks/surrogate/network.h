/* One network of a surrogate and its training.
 *
 * An MLP from features to, for each of its k metrics, mean and log variance on the standard scale,
 * and one logit of validity: outputs [mean x k, log variance x k, logit].
 */
#ifndef GAL_TASKS_SURROGATE_NETWORK_H
#define GAL_TASKS_SURROGATE_NETWORK_H

#include "base/report.h"
#include "gnn/mlp.h"

typedef struct gal__surrogate_net {
    gal_params params;
    gal_mlp mlp;
    int32_t n_in, n_metric; /* outputs: 2 n_metric + 1 */
} gal__surrogate_net;

/* Errors: those of gal_mlp_init; on error nothing is left to clear. */
gal_status gal__surrogate_net_init(gal__surrogate_net *net, int32_t n_in, int32_t n_metric,
                                   int32_t width, int32_t n_hidden, uint64_t seed, gal_error *err);
/* Numbers in its parameters. */
int64_t gal__surrogate_net_size(int32_t n_in, int32_t n_metric, int32_t width, int32_t n_hidden);
void gal__surrogate_net_clear(gal__surrogate_net *net);

static inline int32_t gal__surrogate_net_out(const gal__surrogate_net *net) {
    return 2 * net->n_metric + 1;
}

/* Rows to learn from. Points have y NAN where a metric is missing; a teacher's rows also have its
 * log variances, and `valid` may be a probability. */
typedef struct gal__surrogate_rows {
    gal_mat x;            /* [n, n_in] */
    gal_mat y;            /* [n, n_metric] */
    gal_mat log_variance; /* [n, n_metric]; .data NULL: learnt from the errors */
    float *valid;         /* [n] in 0..1 */
    float *weight;        /* [n] of the metrics in the loss */
} gal__surrogate_rows;

/* Memory for n rows. GAL_ENOMEM. */
gal_status gal__surrogate_rows_new(gal__surrogate_rows *rows, gal_arena *arena, int64_t n,
                                   const gal__surrogate_net *net, int teacher, gal_error *err);

/* Where a training step's rows come from: fills all of *batch for step `step`. */
typedef struct gal__surrogate_source {
    void (*fill)(void *user, const gal__surrogate_rows *batch, int64_t step, gal_rng *rng);
    void *user;
} gal__surrogate_source;

typedef struct gal__surrogate_fit {
    int64_t steps;
    int32_t batch;
    double rate, decay; /* of AdamW, one cycle */
    uint64_t seed;
    const gal__surrogate_rows *check; /* validation rows: the best of the last third counts; NULL:
                                         the last */
    const gal_report *report;         /* NULL but for the thread that shows progress */
    const char *what;
    int64_t done, total; /* steps that the progress counts before these, and in all */
    volatile int *stop;  /* set when the report says so; others then stop too */
} gal__surrogate_fit;

/* Trains in place; deterministic. Errors: GAL_ENOMEM, GAL_ECANCELED, GAL_EINVAL (the loss is no
 * number). */
gal_status gal__surrogate_net_train(gal__surrogate_net *net, const gal__surrogate_source *source,
                                    const gal__surrogate_fit *fit, gal_error *err);

/* The loss of outputs on rows and, unless .data is NULL, its gradient: the mean over rows of
 *   weight * mean over metrics of (v^beta) (log v + e^2 / v) / 2   (beta-NLL, Seitzer et al. 2022,
 * v^beta held constant, e limited as by Huber) + cross-entropy of the validity. A teacher's rows
 * give squared errors of mean, log variance and logit's probability instead. */
double gal__surrogate_loss(gal_mat grad, gal_mat out, const gal__surrogate_rows *rows);

#endif
