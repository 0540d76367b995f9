/* Every testbench of datasets/circuits on the shipped cards: each .meas card has a value, and the
 * figures of the default sizes are those of a design that works. */
#include "base/file.h"
#include "spice/spice_cells.h"
#include "spice/worker.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_STEP = 32 };

typedef struct bench {
    gal_buf deck;                 /* without .meas cards, the library's path absolute */
    char command[MOST_STEP][256]; /* "run", then "setplot ac1", "meas ac ...", ... */
    const char *want[MOST_STEP];  /* the measurement's name or NULL */
    char name[MOST_STEP][64];
    int n_step;
} bench;

static void add_step(bench *b, const char *command, const char *name) {
    assert_true(b->n_step < MOST_STEP);
    snprintf(b->command[b->n_step], sizeof *b->command, "%s", command);
    snprintf(b->name[b->n_step], sizeof *b->name, "%s", name ? name : "");
    b->want[b->n_step] = name ? b->name[b->n_step] : NULL;
    b->n_step++;
}

/* ngspice runs only the .meas cards of the last analysis by itself, so each becomes a command; the
 * command knows no param=. */
static void add_measurement(bench *b, const char *line) {
    char type[16], name[64], command[256];
    const char *param = strstr(line, "param=");
    if (param && param < line + strcspn(line, "\n")) return;
    if (sscanf(line, ".meas %15s %63s", type, name) != 2) fail_msg("%s", line);
    snprintf(command, sizeof command, "setplot %s1", type);
    add_step(b, command, NULL);
    snprintf(command, sizeof command, "%.*s", (int)strcspn(line + 1, "\n"), line + 1);
    add_step(b, command, name);
}

static void read_bench(bench *b, const char *circuit, const char *technology) {
    char path[256], directory[4096];
    gal_file file;
    snprintf(path, sizeof path, "../datasets/circuits/%s.sp", circuit);
    assert_int_equal(gal_file_read(&file, path, 0, NULL), GAL_OK);
    assert_non_null(realpath("../datasets/tech", directory));
    memset(b, 0, sizeof *b);
    gal_buf_init(&b->deck);
    add_step(b, "run", NULL);
    for (const char *p = file.data; *p;) {
        const size_t size = strcspn(p, "\n") + 1;
        if (strncmp(p, ".meas ", 6) == 0) add_measurement(b, p);
        else if (strncmp(p, ".lib ", 5) == 0)
            gal_buf_printf(&b->deck, ".lib '%s/%s/tech.lib' tt\n", directory, technology);
        else gal_buf_append(&b->deck, p, size);
        p += size;
    }
    gal_file_clear(&file);
}

static void run_bench(gal_sim_result *result, gal_sim_worker *worker, const char *circuit,
                      const char *technology) {
    bench b;
    gal_sim_step step[MOST_STEP];
    read_bench(&b, circuit, technology);
    for (int i = 0; i < b.n_step; i++)
        step[i] = (gal_sim_step){
            .command = b.command[i], .want = &b.want[i], .n_want = b.want[i] != NULL};
    const gal_sim_job job = {.deck = b.deck.data, .step = step, .n_step = b.n_step};
    assert_int_equal(gal_sim_worker_run(result, worker, &job, 60, NULL), GAL_OK);
    if (result->error.code != GAL_OK)
        fail_msg("%s on %s: %s", circuit, technology, result->error.message);
    for (int32_t i = 0; i < result->n_vector; i++)
        if (!isfinite(result->vector[i].real[0]))
            fail_msg("%s on %s: %s", circuit, technology, result->vector[i].name);
    gal_buf_clear(&b.deck);
}

/* What the default sizes give, wide enough for both cards. */
static const struct {
    const char *circuit, *name;
    double low, high;
} expected[] = {
    {"ota5t", "gain", 30, 60},
    {"ota5t", "ugf", 1e7, 3e8},
    {"miller", "gain", 60, 100},
    {"miller", "ugf", 1e7, 2e8},
    {"folded", "gain", 50, 110},
    {"telescopic", "gain", 50, 115},
    {"tia2", "zt", 70, 85},
    {"tia3", "zt", 70, 85},
    {"ldo", "gain", 50, 100},
    {"ldo", "psrr", -100, -60},
    {"ldo", "dip", 1e-4, 2e-2},
    {"strongarm", "delay", 2e-11, 5e-10},
    {"strongarm", "energy", 1e-14, 2e-12},
    {"ring", "period", 5e-11, 1e-9},
    {"ring", "swing", 0.9, 1.5},
    {"bandgap", "psrr", -100, -50},
};

static void circuits_work_on_the_shipped_cards(void **state) {
    (void)state;
    if (ngspice_missing()) skip();
    static const char *const circuit[] = {"ota5t", "miller", "folded",    "telescopic", "tia2",
                                          "tia3",  "ldo",    "strongarm", "ring",       "bandgap"};
    static const char *const technology[] = {"generic180", "level1"};
    gal_sim_worker *worker;
    assert_int_equal(gal_sim_worker_create(&worker, NULL), GAL_OK);
    for (size_t i = 0; i < 20; i++) {
        const char *name = circuit[i / 2];
        gal_sim_result result = {0};
        run_bench(&result, worker, name, technology[i % 2]);
        assert_true(result.n_vector > 0);
        for (size_t k = 0; k < sizeof expected / sizeof *expected; k++) {
            if (strcmp(expected[k].circuit, name) != 0) continue;
            const gal_sim_vector *v = gal_sim_result_find(&result, expected[k].name);
            assert_non_null(v);
            if (v->real[0] < expected[k].low || v->real[0] > expected[k].high)
                fail_msg("%s on %s: %s = %g", name, technology[i % 2], v->name, v->real[0]);
        }
        gal_sim_result_clear(&result);
    }
    gal_sim_worker_destroy(worker);
}

int main(void) {
    const struct CMUnitTest test[] = {
        cmocka_unit_test(circuits_work_on_the_shipped_cards),
    };
    return cmocka_run_group_tests(test, NULL, NULL);
}
