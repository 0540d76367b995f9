#include "spice/cell_delay.h"

#include "spice/deck.h"
#include "spice/logic.h"
#include "spice/measure.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N_WANT = 3, N_ROUND = 3 /* windows of 1, 4 and 16 times options.half */ };

/* One run: an arc under one alternative. */
typedef struct cell_run {
    int32_t arc, alternative;
    gal_deck_times times;
    gal_buf deck;
    char command[64], node[2][24]; /* analysis, "v(...)" of input and output */
    const char *want[N_WANT];
    gal_sim_step step;
    enum { PENDING, SETTLED, BROKEN } state;
} cell_run;

typedef struct cell_bench {
    gal_cell_delays *delays;
    const gal_circuit *circuit;
    const gal_device_models *models;
    const gal_cap_list *alternative;
    gal_cell_delay_options options;
    gal_logic logic;
    gal_logic_arc *arc; /* [n_arc] in the logic's arena */
    int32_t n_arc, n_run;
    uint8_t *value;   /* [n_net] */
    int32_t *held;    /* [n_input] */
    cell_run *run;    /* [n_run] arc-major */
    gal_sim_job *job; /* [n_run] those of one round */
    gal_sim_result *result;
    int32_t *which; /* [n_run] run of each job */
} cell_bench;

void gal_cell_delays_clear(gal_cell_delays *delays) {
    gal_arena_clear(&delays->arena);
    *delays = (gal_cell_delays){0};
}

/* Writes the run's deck with a window of `half` seconds. */
static gal_status prepare_run(cell_bench *bench, cell_run *run, double half, gal_error *err) {
    const gal_logic_arc *arc = &bench->arc[run->arc];
    const gal_cap_list *caps = &bench->alternative[run->alternative];
    gal_deck_bench setup = {.input = arc->input,
                            .value = bench->value,
                            .held = bench->held,
                            .output = bench->logic.output,
                            .n_output = bench->logic.n_output,
                            .slew = bench->options.slew,
                            .half = half,
                            .load = bench->options.load};
    for (int32_t k = 0; k < bench->logic.n_input; k++) {
        const int32_t net = bench->logic.input[k];
        bench->value[net] = arc->vector >> k & 1;
        if (net != arc->input) bench->held[setup.n_held++] = net;
    }
    run->times = gal_deck_timeline(&setup);
    run->deck.size = 0;
    char node[16];
    snprintf(run->node[0], sizeof run->node[0], "v(%s)",
             gal_deck_node(node, bench->circuit, arc->input));
    snprintf(run->node[1], sizeof run->node[1], "v(%s)",
             gal_deck_node(node, bench->circuit, arc->output));
    gal_text_printf(run->command, sizeof run->command, "tran %.9g %.9g", run->times.step,
                    run->times.stop);
    run->want[0] = "time", run->want[1] = run->node[0], run->want[2] = run->node[1];
    run->step = (gal_sim_step){
        .command = run->command, .want = run->want, .n_want = N_WANT, .reach = run->times.stop};
    return gal_deck_write(&run->deck, bench->circuit, bench->models, &setup, caps->cap, caps->n_cap,
                          err);
}

/* One edge of a run: fills the arc's entry; 1 when the output has settled on its new rail. */
static int measure_edge(const cell_bench *bench, const cell_run *run, gal_wave in, gal_wave out,
                        int input_rises) {
    const double vdd = bench->models->vdd;
    const int rise = input_rises != bench->arc[run->arc].inverting;
    const double after = input_rises ? run->times.rise : run->times.fall;
    const double until = input_rises ? run->times.fall : run->times.stop;
    const gal_edge edge = rise ? GAL_EDGE_RISE : GAL_EDGE_FALL;
    gal_cell_arc *arc = &bench->delays->arc[2 * run->arc + !rise];
    arc->delay[run->alternative] = gal_measure_delay(
        in, input_rises ? GAL_EDGE_RISE : GAL_EDGE_FALL, out, edge, 0.5 * vdd, after, until);
    arc->slew[run->alternative] =
        gal_measure_transition(out, edge, 0.2 * vdd, 0.8 * vdd, after, until);
    const double end = gal_measure_at(out, fmin(until, out.time[out.n - 1]));
    return fabs(end - (rise ? vdd : 0)) < 0.05 * vdd && isfinite(arc->delay[run->alternative]) &&
           isfinite(arc->slew[run->alternative]);
}

static void measure_run(const cell_bench *bench, cell_run *run, const gal_sim_result *result) {
    if (result->error.code != GAL_OK) {
        if (bench->delays->failure.code == GAL_OK) bench->delays->failure = result->error;
        run->state = BROKEN;
        return;
    }
    const gal_sim_vector *v = result->vector;
    if (v[0].n != v[1].n || v[0].n != v[2].n || v[0].n < 2) return;
    const gal_wave in = {v[0].real, v[1].real, v[0].n}, out = {v[0].real, v[2].real, v[0].n};
    const int first = measure_edge(bench, run, in, out, 1);
    if (measure_edge(bench, run, in, out, 0) && first) run->state = SETTLED;
}

/* Runs what has not settled yet. */
static gal_status run_round(cell_bench *bench, gal_sim_pool *pool, double half,
                            const gal_report *report, gal_error *err) {
    int32_t n = 0;
    for (int32_t r = 0; r < bench->n_run; r++) {
        cell_run *run = &bench->run[r];
        if (run->state != PENDING) continue;
        GAL_TRY(prepare_run(bench, run, half, err));
        bench->job[n] = (gal_sim_job){.deck = run->deck.data, .step = &run->step, .n_step = 1};
        bench->which[n++] = r;
    }
    if (!n) return GAL_OK;
    GAL_TRY(gal_sim_pool_run(bench->result, pool, bench->job, n, report, err));
    for (int32_t j = 0; j < n; j++) {
        measure_run(bench, &bench->run[bench->which[j]], &bench->result[j]);
        gal_sim_result_clear(&bench->result[j]);
    }
    return GAL_OK;
}

/* NAN for the edges of runs that never settled. */
static void void_failed(cell_bench *bench) {
    gal_cell_delays *delays = bench->delays;
    for (int32_t r = 0; r < bench->n_run; r++) {
        const cell_run *run = &bench->run[r];
        if (run->state == SETTLED) continue;
        delays->n_failed++;
        if (delays->failure.code == GAL_OK)
            gal_fail(&delays->failure, GAL_ESIM, "an output did not settle within %g s",
                     16 * bench->options.half);
        for (int32_t e = 0; e < 2; e++) {
            delays->arc[2 * run->arc + e].delay[run->alternative] = NAN;
            delays->arc[2 * run->arc + e].slew[run->alternative] = NAN;
        }
    }
}

static int allocate_arcs(cell_bench *bench) {
    gal_cell_delays *delays = bench->delays;
    const size_t n_value = (size_t)delays->n_alternative;
    delays->n_arc = 2 * bench->n_arc;
    delays->arc = GAL_ARENA_ARRAY(&delays->arena, gal_cell_arc, delays->n_arc);
    double *value = GAL_ARENA_ARRAY(&delays->arena, double, 2 * n_value * (size_t)delays->n_arc);
    if (!delays->arc || !value) return 0;
    for (int32_t a = 0; a < delays->n_arc; a++) {
        const gal_logic_arc *arc = &bench->arc[a / 2];
        delays->arc[a] =
            (gal_cell_arc){arc->input, arc->output, a % 2 == 0, value, value + n_value};
        value += 2 * n_value;
    }
    return 1;
}

static int allocate_runs(cell_bench *bench) {
    gal_arena *arena = &bench->logic.arena;
    const int32_t n_alternative = bench->delays->n_alternative;
    if (n_alternative && bench->n_arc > INT32_MAX / 4 / n_alternative) return 0;
    const int32_t n = bench->n_arc * n_alternative;
    bench->value = GAL_ARENA_ARRAY(arena, uint8_t, bench->circuit->n_net);
    bench->held = GAL_ARENA_ARRAY(arena, int32_t, bench->logic.n_input);
    bench->job = GAL_ARENA_ARRAY(arena, gal_sim_job, n);
    bench->result = GAL_ARENA_ARRAY(arena, gal_sim_result, n);
    bench->which = GAL_ARENA_ARRAY(arena, int32_t, n);
    bench->run = GAL_ARENA_ARRAY(arena, cell_run, n);
    if (!bench->value || !bench->held || !bench->job || !bench->result || !bench->which ||
        !bench->run)
        return 0;
    bench->n_run = n;
    for (int32_t r = 0; r < n; r++) {
        bench->run[r].arc = r / n_alternative;
        bench->run[r].alternative = r % n_alternative;
    }
    return 1;
}

static gal_status evaluate(cell_bench *bench, gal_sim_pool *pool, const gal_report *report,
                           gal_error *err) {
    GAL_TRY(gal_logic_arcs(&bench->arc, &bench->n_arc, &bench->logic, err));
    if (bench->options.max_arc > 0 && bench->n_arc > bench->options.max_arc)
        bench->n_arc = bench->options.max_arc;
    if (!bench->n_arc) {
        bench->delays->skipped = "no output follows an input combinationally";
        return GAL_OK;
    }
    if (!allocate_arcs(bench) || !allocate_runs(bench))
        return gal_fail(err, GAL_ENOMEM, "out of memory for a cell's delays");
    double half = bench->options.half;
    for (int round = 0; round < N_ROUND; round++, half *= 4)
        GAL_TRY(run_round(bench, pool, half, report, err));
    void_failed(bench);
    return GAL_OK;
}

static void set_defaults(gal_cell_delay_options *options) {
    if (options->slew <= 0) options->slew = 50e-12;
    if (options->load == 0) options->load = 5e-15;
    if (options->load < 0) options->load = 0;
    if (options->half <= 0) options->half = 1e-9;
}

gal_status gal_cell_delay(gal_cell_delays *delays, gal_sim_pool *pool, const gal_circuit *circuit,
                          const gal_device_models *models, const gal_cap_list *alternative,
                          int32_t n_alternative, const gal_cell_delay_options *options,
                          const gal_report *report, gal_error *err) {
    cell_bench bench = {
        .delays = delays, .circuit = circuit, .models = models, .alternative = alternative};
    *delays = (gal_cell_delays){.n_alternative = n_alternative};
    if (options) bench.options = *options;
    set_defaults(&bench.options);
    gal_status status = gal_logic_init(&bench.logic, circuit, err);
    if (status == GAL_ELIMIT) {
        delays->skipped = "more inputs than sensitisation tries";
        return GAL_OK;
    }
    if (status == GAL_OK) status = evaluate(&bench, pool, report, err);
    for (int32_t r = 0; r < bench.n_run; r++) gal_buf_clear(&bench.run[r].deck);
    if (bench.logic.circuit) gal_logic_clear(&bench.logic);
    if (status != GAL_OK) gal_cell_delays_clear(delays);
    return status;
}
