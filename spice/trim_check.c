/* The same transistors on the library and on the trimmed card, in ngspice. */
#include "spice/trim.h"

#include "spice/worker.h"
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_BIAS = 2 };
static const double gate[N_BIAS] = {0.6, 1.2}, drain[N_BIAS] = {1.2, 0.1}; /* V */
static const double deadline = 300;                                        /* s */

/* The middle of a bin within the ranges asked for; open ends stand for a factor of two. */
static double middle(double low, double high, double min, double max) {
    if (min > low) low = min;
    if (max > 0 && max < high) high = max;
    if (!isfinite(high)) high = low > 0 ? 2 * low : 2e-6;
    return low > 0 ? sqrt(low * high) : high / 2;
}

static void print_transistor(gal_buf *deck, const gal_trim *trim, size_t i, int original) {
    const gal_trim_model *m = &trim->model.data[i];
    const gal_trim_options *o = &trim->options;
    const double scale = original ? trim->scale : 1;
    const double w = middle(m->min_width, m->max_width, o->min_width, o->max_width) / scale;
    const double l = middle(m->min_length, m->max_length, o->min_length, o->max_length) / scale;
    const double sign = (m->type.text[0] | 32) == 'p' ? -1 : 1;
    for (int b = 0; b < N_BIAS; b++) {
        const int k = (int)i * N_BIAS + b;
        gal_buf_printf(deck, "vg%d g%d 0 %g\nvd%d d%d 0 %g\n", k, k, sign * gate[b], k, k,
                       sign * drain[b]);
        if (!original)
            gal_buf_printf(deck, "m%d d%d g%d 0 0 %s w=%.12g l=%.12g%s\n", k, k, k, m->device, w, l,
                           m->cell >= 0 ? " ad=0 as=0 pd=0 ps=0" : "");
        else if (m->cell >= 0)
            gal_buf_printf(deck, "x%d d%d g%d 0 0 %s w=%.12g l=%.12g\n", k, k, k,
                           trim->cell.data[m->cell].name.text, w, l);
        else
            gal_buf_printf(deck, "m%d d%d g%d 0 0 %.*s w=%.12g l=%.12g\n", k, k, k,
                           (int)(strrchr(m->name.text, '.') && m->bin >= 0
                                     ? strrchr(m->name.text, '.') - m->name.text
                                     : (long)m->name.size),
                           m->name.text, w, l);
    }
}

/* ngspice hangs on a comma between assignments. */
static void print_outside(gal_buf *deck, const char *param) {
    gal_buf_text(deck, ".param ");
    for (const char *p = param; *p; p++) gal_buf_append(deck, *p == ',' ? " " : p, 1);
    gal_buf_text(deck, "\n");
}

static gal_status print_deck(gal_buf *deck, const gal_trim *trim, const gal_buf *card,
                             gal_error *err) {
    gal_buf_text(deck, "* trim check\n");
    if (card) gal_buf_append(deck, card->data, card->size);
    else {
        char *path = realpath(trim->path, NULL);
        if (!path) return gal_fail(err, GAL_EIO, "%s: no such file", trim->path);
        if (trim->options.param) print_outside(deck, trim->options.param);
        if (trim->options.corner)
            gal_buf_printf(deck, ".lib '%s' %s\n", path, trim->options.corner);
        else gal_buf_printf(deck, ".include '%s'\n", path);
        free(path);
    }
    for (size_t i = 0; i < trim->model.size; i++) print_transistor(deck, trim, i, !card);
    gal_buf_text(deck, ".end\n");
    return gal_buf_ok(deck, err);
}

static gal_status run_deck(gal_sim_result *result, gal_sim_worker *worker, const gal_trim *trim,
                           const gal_buf *card, const gal_sim_step *step, gal_error *err) {
    gal_buf deck;
    gal_buf_init(&deck);
    gal_status status = print_deck(&deck, trim, card, err);
    const gal_sim_job job = {.deck = deck.data, .step = step, .n_step = 1};
    if (status == GAL_OK) status = gal_sim_worker_run(result, worker, &job, deadline, err);
    if (status == GAL_OK && result->error.code != GAL_OK)
        status = gal_fail(err, GAL_ESIM, "%s: %.400s", card ? "trimmed card" : trim->path,
                          result->error.message);
    gal_buf_clear(&deck);
    return status;
}

static void compare(gal_trim_check_result *result, const gal_sim_result *a,
                    const gal_sim_result *b) {
    for (int32_t i = 0; i < a->n_vector && i < b->n_vector; i++) {
        const double x = a->vector[i].real[0], y = b->vector[i].real[0];
        const double difference = fabs(x - y) / (fabs(x) + 1e-15);
        if (!(difference <= result->worst)) result->worst = difference;
        result->n_point++;
    }
}

gal_status gal_trim_check(gal_trim_check_result *result, const gal_trim *trim, const gal_buf *card,
                          gal_error *err) {
    *result = (gal_trim_check_result){0};
    gal_arena arena;
    gal_arena_init(&arena);
    const int32_t n = (int32_t)trim->model.size * N_BIAS;
    const char **want = GAL_ARENA_ARRAY(&arena, const char *, n);
    gal_status status = want ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory");
    for (int32_t i = 0; status == GAL_OK && i < n; i++) {
        char name[32];
        const int size = snprintf(name, sizeof name, "vd%d#branch", (int)i);
        want[i] = gal_arena_text(&arena, name, (size_t)size);
        if (!want[i]) status = gal_fail(err, GAL_ENOMEM, "out of memory");
    }
    const gal_sim_step step = {.command = "op", .want = want, .n_want = n};
    gal_sim_worker *worker = NULL;
    gal_sim_result a = {0}, b = {0};
    if (status == GAL_OK) status = gal_sim_worker_create(&worker, err);
    if (status == GAL_OK) status = run_deck(&a, worker, trim, NULL, &step, err);
    if (status == GAL_OK) status = run_deck(&b, worker, trim, card, &step, err);
    if (status == GAL_OK) compare(result, &a, &b);
    gal_sim_result_clear(&a);
    gal_sim_result_clear(&b);
    gal_sim_worker_destroy(worker);
    gal_arena_clear(&arena);
    return status;
}
