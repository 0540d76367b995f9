/* The decks that workers hold: one per corner, with a place to start from. */
#include "base/hash.h"
#include "spice/evaluate_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int starts_by_itself(const gal_bench *bench) {
    static const char *const name[] = {".nodeset", ".ic"};
    for (int32_t i = 0; i < bench->n_card; i++)
        for (int k = 0; k < 2; k++) {
            const gal_view head = {bench->card[i].text, strcspn(bench->card[i].text, " \t(")};
            if (gal_view_equal_nocase(head, name[k])) return 1;
        }
    return 0;
}

/* Replaces the final .end by .nodeset cards and .end. */
static gal_status add_start(gal__eval_deck *deck, const gal_sim_result *result, gal_error *err) {
    static const char end[] = ".end\n";
    if (result->error.code != GAL_OK) return GAL_OK; /* points then start from nothing */
    deck->text.size -= sizeof end - 1;
    for (int32_t i = 0; i < result->n_vector; i++) {
        const gal_sim_vector *v = &result->vector[i];
        const int called = v->name[0] == 'V' && v->name[1] == '('; /* node 2 is listed as V(2) */
        if (isfinite(v->real[0]))
            gal_buf_printf(&deck->text, called ? ".nodeset %s=%.9g\n" : ".nodeset v(%s)=%.9g\n",
                           v->name, v->real[0]);
    }
    gal_buf_text(&deck->text, end);
    return gal_buf_ok(&deck->text, err);
}

/* Solves deck[corner[0..n[] and adds what was found. */
static gal_status solve(gal__eval_deck *deck, const gal_bench *bench, gal_sim_pool *pool,
                        const int32_t *corner, int32_t n, gal_error *err) {
    static const char *const all[] = {"*"}, *const prepare[] = {"setseed 1", "reset"};
    static const gal_sim_step op = {.command = "op", .want = all, .n_want = 1};
    gal_sim_job *job = calloc((size_t)n + 1, sizeof *job);
    gal_sim_result *result = calloc((size_t)n + 1, sizeof *result);
    gal_status status =
        job && result ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory for decks");
    for (int32_t i = 0; status == GAL_OK && i < n; i++)
        job[i] = (gal_sim_job){.deck = deck[corner[i]].text.data,
                               .step = &op,
                               .n_step = 1,
                               .prepare = prepare,
                               .n_prepare = bench->random ? 2 : 0};
    if (status == GAL_OK) status = gal_sim_pool_run(result, pool, job, n, NULL, err);
    for (int32_t i = 0; status == GAL_OK && i < n; i++)
        status = add_start(&deck[corner[i]], &result[i], err);
    for (int32_t i = 0; result && i < n; i++) gal_sim_result_clear(&result[i]);
    free(job);
    free(result);
    return status;
}

gal_status gal__eval_decks(gal__eval_deck *deck, const gal_bench *bench, gal_sim_pool *pool,
                           const gal_points *points, gal_error *err) {
    int32_t *corner = malloc(((size_t)bench->n_corner + 1) * sizeof *corner), n = 0;
    gal_status status = corner ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory for decks");
    for (int32_t i = 0; status == GAL_OK && i < points->n; i++) {
        const int32_t c = points->corner ? points->corner[i] : 0;
        if (deck[c].text.size) continue;
        corner[n++] = c;
        status = gal_bench_deck(&deck[c].text, bench, c, err);
    }
    if (status == GAL_OK && n && !starts_by_itself(bench))
        status = solve(deck, bench, pool, corner, n, err);
    for (int32_t i = 0; i < n; i++) {
        if (status != GAL_OK) gal_buf_clear(&deck[corner[i]].text);
        else
            deck[corner[i]].key =
                gal_hash_bytes(deck[corner[i]].text.data, deck[corner[i]].text.size,
                               (uint64_t)corner[i] + 1) |
                1;
    }
    free(corner);
    return status;
}
