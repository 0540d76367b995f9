/* One point as a simulation job. */
#include "netlist/spice_lex.h"
#include "spice/bench_private.h"
#include "spice/evaluate_private.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

/* A job in the making; vec-free because its parts have known bounds. */
typedef struct maker {
    gal_arena *arena;
    const gal_bench *bench;
    gal__bench_point point;
    gal_sim_step *step;
    const char **prepare;
    int32_t *order;
    int32_t n_step, n_prepare, n_order;
    int cheap, failed;
} maker;

static const char *print(maker *m, const char *format, ...) GAL_PRINTF(2, 3);
static const char *print(maker *m, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    const int size = gal_text_vprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *copy =
        gal_arena_text(m->arena, text, (size_t)size < sizeof text ? (size_t)size : 0);
    m->failed |= !copy;
    return copy ? copy : "";
}

/* The command with its expressions evaluated. */
static gal_status expand(maker *m, const char **out, const char *command, gal_error *err) {
    *out = command;
    if (!strpbrk(command, "{'")) return GAL_OK;
    gal_buf buf;
    gal_buf_init(&buf);
    const gal_status status = gal__bench_expand(&buf, &m->point, command, err);
    if (status == GAL_OK) *out = print(m, "%s", buf.data);
    gal_buf_clear(&buf);
    return status;
}

/* How far the axis must get: the stop of a .tran (its third word) or .ac (its fifth). */
static double reach_of(gal_analysis kind, const char *command) {
    const int which = kind == GAL_ANALYSIS_TRAN ? 2 : kind == GAL_ANALYSIS_AC ? 4 : -1;
    gal_view rest = gal_view_of(command), word = {0};
    for (int i = 0; i <= which; i++) word = gal__bench_word(&rest);
    double value;
    return which > 0 && word.size && gal_spice_number(word, &value) ? value : 0;
}

static int is_run(const maker *m, int32_t analysis) {
    const gal_bench *bench = m->bench;
    if (m->cheap && bench->analysis[analysis].kind == GAL_ANALYSIS_TRAN) return 0;
    for (int32_t i = 0; i < bench->n_vector; i++)
        if (bench->vector[i].analysis == analysis) return 1;
    return 0;
}

static int has_meas(const gal_bench *bench, int32_t analysis) {
    for (int32_t i = 0; i < bench->n_metric; i++)
        if (bench->metric[i].meas_vector >= 0 && bench->metric[i].analysis == analysis) return 1;
    return 0;
}

/* The analysis whose vectors hold `analysis`'s: an .ac keeps its operating point, if the circuit is
 * the same and no command wants that point's plot. */
static int32_t carrier(const maker *m, int32_t analysis) {
    if (m->bench->analysis[analysis].kind != GAL_ANALYSIS_OP) return analysis;
    if (m->bench->altered || has_meas(m->bench, analysis)) return analysis;
    for (int32_t i = 0; i < m->bench->n_analysis; i++)
        if (m->bench->analysis[i].kind == GAL_ANALYSIS_AC && is_run(m, i)) return i;
    return analysis;
}

static int is_meas(const gal_bench *bench, int32_t vector) {
    for (int32_t i = 0; i < bench->n_metric; i++)
        if (bench->metric[i].meas_vector == vector) return 1;
    return 0;
}

/* Vectors that the analysis at `at` carries, but for results of .meas. */
static int32_t take_wants(maker *m, const char **want, int32_t at) {
    int32_t n = 0;
    for (int32_t i = 0; i < m->bench->n_vector; i++) {
        const gal_bench_vector *vector = &m->bench->vector[i];
        if (is_meas(m->bench, i) || !is_run(m, vector->analysis)) continue;
        if (carrier(m, vector->analysis) != at) continue;
        want[n++] = vector->name;
        m->order[m->n_order++] = i;
    }
    return n;
}

/* Only `excite` keeps an AC magnitude. */
static void add_excitation(maker *m, const char *excite) {
    for (int32_t i = 0; i < m->bench->n_source; i++) {
        const gal_bench_source *source = &m->bench->source[i];
        const int on = strcmp(source->name, excite) == 0;
        if (!on && !source->ac) continue;
        m->step[m->n_step++] =
            (gal_sim_step){.command = print(m, "alter @%s[acmag] = %d", source->name, on)};
    }
}

/* An operating point that starts near its solution stops within reltol of it, where one found by
 * gmin stepping has come closer: with ngspice's 1e-3 the unity-gain frequencies of a two-stage
 * amplifier are off by up to 1.4 %, with 1e-5 by 1e-4. Transients keep 1e-3, and decks with a
 * reltol of their own keep that. */
static void add_tolerance(maker *m, gal_analysis kind) {
    const char *command =
        kind == GAL_ANALYSIS_TRAN ? "option reltol = 1e-3" : "option reltol = 1e-5";
    if (!m->bench->own_reltol) m->step[m->n_step++] = (gal_sim_step){.command = command};
}

static gal_status add_meas(maker *m, int32_t analysis, gal_error *err) {
    for (int32_t i = 0; i < m->bench->n_metric; i++) {
        const gal_bench_metric *metric = &m->bench->metric[i];
        if (metric->meas_vector < 0 || metric->analysis != analysis) continue;
        gal_sim_step *step = &m->step[m->n_step++];
        *step = (gal_sim_step){
            .want = &m->bench->vector[metric->meas_vector].name, .n_want = 1, .optional = 1};
        m->order[m->n_order++] = metric->meas_vector;
        GAL_TRY(expand(m, &step->command, metric->meas, err));
    }
    return GAL_OK;
}

/* Commands in front of an analysis change the circuit for the later ones too. */
static gal_status add_before(maker *m, const char *text, gal_error *err) {
    for (gal_view rest = gal_view_of(text); rest.size;) {
        const size_t size = strcspn(rest.text, "\n");
        const char *line = gal_arena_text(m->arena, rest.text, size);
        if (!line) return gal_fail(err, GAL_ENOMEM, "out of memory for a simulation job");
        gal_sim_step *step = &m->step[m->n_step++];
        *step = (gal_sim_step){.command = line};
        GAL_TRY(expand(m, &step->command, line, err));
        rest.text += size + (rest.size > size);
        rest.size -= size + (rest.size > size);
    }
    return GAL_OK;
}

static gal_status add_analysis(maker *m, int32_t at, gal_error *err) {
    const gal_bench_analysis *analysis = &m->bench->analysis[at];
    if (analysis->before) GAL_TRY(add_before(m, analysis->before, err));
    if (!is_run(m, at) || carrier(m, at) != at) return GAL_OK;
    add_tolerance(m, analysis->kind);
    if (analysis->excite) add_excitation(m, analysis->excite);
    const char **want = GAL_ARENA_ARRAY(m->arena, const char *, m->bench->n_vector + 1);
    if (!want) return gal_fail(err, GAL_ENOMEM, "out of memory for a simulation job");
    gal_sim_step *step = &m->step[m->n_step++];
    *step = (gal_sim_step){.want = want, .n_want = take_wants(m, want, at)};
    GAL_TRY(expand(m, &step->command, analysis->command, err));
    step->reach = reach_of(analysis->kind, step->command);
    return add_meas(m, at, err);
}

/* Seed, then every design variable, then the circuit anew. */
static void add_prepare(maker *m, uint64_t seed) {
    const gal_bench *bench = m->bench;
    if (bench->random)
        m->prepare[m->n_prepare++] =
            print(m, "setseed %llu", (unsigned long long)(seed % 2147483646 + 1));
    if (bench->switched)
        m->prepare[m->n_prepare++] = print(m, "alterparam galena_random = %d", seed != 0);
    for (int32_t i = 0; i < bench->n_var; i++)
        m->prepare[m->n_prepare++] = print(m, "alterparam %s = %.17g", bench->var[i].name,
                                           gal__bench_param(&m->point, bench->var[i].name));
    m->prepare[m->n_prepare++] = "reset";
}

static int32_t count_before(const gal_bench *bench) {
    int32_t n = 0;
    for (int32_t i = 0; i < bench->n_analysis; i++)
        for (const char *p = bench->analysis[i].before; p && *p; p++) n += *p == '\n' || !p[1];
    return n;
}

gal_status gal__eval_job(gal_sim_job *job, gal__eval_layout *layout, gal_arena *arena,
                         const gal__bench_point *point, uint64_t seed, int cheap,
                         const gal__eval_deck *deck, gal_error *err) {
    const gal_bench *bench = point->bench;
    const int32_t max_step =
        bench->n_analysis * (bench->n_source + 2) + bench->n_metric + count_before(bench) + 1;
    maker m = {.arena = arena, .bench = bench, .point = *point, .cheap = cheap};
    m.step = GAL_ARENA_ARRAY(arena, gal_sim_step, max_step);
    m.prepare = GAL_ARENA_ARRAY(arena, const char *, bench->n_var + 3);
    m.order = GAL_ARENA_ARRAY(arena, int32_t, bench->n_vector + 1);
    if (!m.step || !m.prepare || !m.order)
        return gal_fail(err, GAL_ENOMEM, "out of memory for a simulation job");
    add_prepare(&m, seed);
    for (int32_t i = 0; i < bench->n_analysis; i++) GAL_TRY(add_analysis(&m, i, err));
    if (m.failed) return gal_fail(err, GAL_ENOMEM, "out of memory for a simulation job");
    *job = (gal_sim_job){.deck = deck->text.data,
                         .step = m.step,
                         .n_step = m.n_step,
                         .prepare = m.prepare,
                         .n_prepare = m.n_prepare,
                         .resident = deck->key};
    *layout = (gal__eval_layout){m.order, m.n_order};
    return GAL_OK;
}
