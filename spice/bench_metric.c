/* Metrics: built-in measures and .meas cards, resolved to analyses and vectors. */
#include "netlist/spice_lex.h"
#include "spice/bench_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The vector of that name after that analysis, new if unseen; -1 when memory is out. */
static int32_t vector_of(gal__bench_builder *b, int32_t analysis, const char *name) {
    for (size_t i = 0; i < b->vector.size; i++)
        if (b->vector.data[i].analysis == analysis && strcmp(b->vector.data[i].name, name) == 0)
            return (int32_t)i;
    const gal_bench_vector vector = {gal__bench_lower(&b->bench->arena, gal_view_of(name)),
                                     analysis};
    if (!vector.name || !gal_vec_push(&b->vector, vector)) return -1;
    return (int32_t)b->vector.size - 1;
}

/* v(node), behind "op:" for operating points; -1 for ground. */
static gal_status node_vector(gal__bench_builder *b, int32_t analysis, gal_view node, int32_t *out,
                              gal_error *err) {
    char name[256];
    const int op = b->analysis.data[analysis].kind == GAL_ANALYSIS_OP;
    *out = -1;
    if (gal_view_equal_nocase(node, "0") || gal_view_equal_nocase(node, "gnd")) return GAL_OK;
    if (!node.size || node.size > 200)
        return gal__bench_fail(b, err, GAL_EPARSE, "expected a node");
    snprintf(name, sizeof name, "%sv(%.*s)", op ? "op:" : "", (int)node.size, node.text);
    *out = vector_of(b, analysis, name);
    return *out < 0 ? gal__bench_nomem(err) : GAL_OK;
}

/* "out", "v(out)", "v(a,b)" */
static gal_status node_operand(gal__bench_builder *b, int32_t analysis, gal_view text,
                               gal_builtin_operand *operand, gal_error *err) {
    if (text.size > 3 && (*text.text | 32) == 'v' && text.text[1] == '(' &&
        text.text[text.size - 1] == ')')
        text = (gal_view){text.text + 2, text.size - 3};
    const char *comma = memchr(text.text, ',', text.size);
    const size_t first = comma ? (size_t)(comma - text.text) : text.size;
    GAL_TRY(node_vector(b, analysis, gal__bench_trim((gal_view){text.text, first}), &operand->pos,
                        err));
    if (!comma) return GAL_OK;
    const gal_view rest = {comma + 1, text.size - first - 1};
    return node_vector(b, analysis, gal__bench_trim(rest), &operand->neg, err);
}

static const gal_bench_source *find_source(const gal__bench_builder *b, gal_view name) {
    for (size_t i = 0; i < b->source.size; i++)
        if (gal_view_equal_nocase(name, b->source.data[i].name)) return &b->source.data[i];
    return NULL;
}

/* Voltage and current of a voltage source. */
static gal_status source_operand(gal__bench_builder *b, int32_t analysis, gal_view text,
                                 gal_builtin_operand *operand, gal_error *err) {
    const gal_bench_source *source = find_source(b, text);
    if (!source || source->name[0] != 'v')
        return gal__bench_fail(b, err, GAL_ENOTFOUND,
                               "no top-level voltage source '%.*s' (currents are known of those)",
                               (int)text.size, text.text);
    char name[256];
    const int op = b->analysis.data[analysis].kind == GAL_ANALYSIS_OP;
    snprintf(name, sizeof name, "%s%.200s#branch", op ? "op:" : "", source->name);
    operand->current = vector_of(b, analysis, name);
    if (operand->current < 0) return gal__bench_nomem(err);
    const gal_view pos = gal_view_of(source->pos), neg = gal_view_of(source->neg);
    GAL_TRY(node_vector(b, analysis, pos, &operand->pos, err));
    return node_vector(b, analysis, neg, &operand->neg, err);
}

/* The run-th analysis of that kind of the deck (op: added when the deck has none). */
static gal_status find_analysis(gal__bench_builder *b, gal_analysis kind, double run, int32_t *out,
                                gal_error *err) {
    double left = isnan(run) ? 1 : run;
    for (size_t i = 0; i < b->analysis.size; i++) {
        const gal_bench_analysis *analysis = &b->analysis.data[i];
        if (analysis->kind != kind || analysis->excite || --left > 0) continue;
        return *out = (int32_t)i, GAL_OK;
    }
    if (kind != GAL_ANALYSIS_OP)
        return gal__bench_fail(b, err, GAL_ENOTFOUND,
                               "the measure needs an .%s card that is not there",
                               gal_analysis_name(kind));
    gal_bench_analysis op = {.kind = GAL_ANALYSIS_OP, .command = "op"};
    if (b->bench->altered) op.before = "reset";
    if (!gal_vec_push(&b->analysis, op)) return gal__bench_nomem(err);
    return *out = (int32_t)b->analysis.size - 1, GAL_OK;
}

/* Commands that bring a new circuit to where it is for `analysis`. */
static gal_status state_of(gal__bench_builder *b, int32_t analysis, const char **out,
                           gal_error *err) {
    gal_buf text;
    gal_buf_init(&text);
    gal_buf_text(&text, "reset\n");
    for (int32_t i = 0; i <= analysis; i++)
        if (b->analysis.data[i].before) gal_buf_text(&text, b->analysis.data[i].before);
    const gal_status status = gal_buf_ok(&text, err);
    if (status == GAL_OK) *out = gal__bench_text(b, (gal_view){text.data, text.size});
    gal_buf_clear(&text);
    return status != GAL_OK || *out ? status : gal__bench_nomem(err);
}

/* The same .ac once more with only that source driving. */
static gal_status excited_analysis(gal__bench_builder *b, int32_t base, gal_view name, int32_t *out,
                                   gal_error *err) {
    const gal_bench_source *source = find_source(b, name);
    if (!source)
        return gal__bench_fail(b, err, GAL_ENOTFOUND, "no top-level source '%.*s'", (int)name.size,
                               name.text);
    const char *command = b->analysis.data[base].command;
    for (size_t i = 0; i < b->analysis.size; i++) {
        const gal_bench_analysis *one = &b->analysis.data[i];
        if (one->excite && !strcmp(one->excite, source->name) && !strcmp(one->command, command))
            return *out = (int32_t)i, GAL_OK;
    }
    gal_bench_analysis excited = {
        .kind = GAL_ANALYSIS_AC, .command = command, .excite = source->name};
    if (b->bench->altered) GAL_TRY(state_of(b, base, &excited.before, err));
    if (!gal_vec_push(&b->analysis, excited)) return gal__bench_nomem(err);
    return *out = (int32_t)b->analysis.size - 1, GAL_OK;
}

static gal_status key_value(gal__bench_builder *b, gal_bench_metric *metric, gal_view key,
                            gal_view value, gal_error *err) {
    int k = 0;
    while (k < GAL_BUILTIN_KEYS &&
           !gal_view_equal_nocase(key, gal_builtin_key_name((gal_builtin_key)k)))
        k++;
    if (k == GAL_BUILTIN_KEYS)
        return gal__bench_fail(b, err, GAL_EPARSE,
                               "unknown key '%.*s': at, from, to, tol, level, edge, run",
                               (int)key.size, key.text);
    if (k == GAL_KEY_EDGE && gal_view_equal_nocase(value, "rise"))
        return metric->key[k] = 1, GAL_OK;
    if (k == GAL_KEY_EDGE && gal_view_equal_nocase(value, "fall"))
        return metric->key[k] = -1, GAL_OK;
    if (value.size && gal_spice_number(value, &metric->key[k]) == value.size) return GAL_OK;
    return gal__bench_fail(b, err, GAL_EPARSE, "'%.*s' for %.*s is not a number", (int)value.size,
                           value.text, (int)key.size, key.text);
}

/* Cuts one argument (commas inside parentheses do not count) off *rest; 0 at the end. */
static int next_argument(gal_view *rest, gal_view *argument) {
    if (!rest->size) return 0;
    int depth = 0;
    size_t i = 0;
    for (; i < rest->size && (rest->text[i] != ',' || depth); i++)
        depth += (rest->text[i] == '(') - (rest->text[i] == ')');
    *argument = gal__bench_trim((gal_view){rest->text, i});
    if (i < rest->size) i++;
    *rest = (gal_view){rest->text + i, rest->size - i};
    return 1;
}

static gal_status wrong_operands(const gal__bench_builder *b, const gal_builtin *builtin,
                                 gal_error *err) {
    char text[160] = "";
    for (const char *p = builtin->operands; *p; p++) {
        const char *what = *p == 'n'                ? "node"
                           : *p == 's' || *p == 'c' ? "voltage source"
                           : *p == 'x'              ? "source"
                           : *p == '?'              ? "(optional)"
                           : *p == '*'              ? "(any number)"
                                                    : "";
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", used && *what ? " " : "", what);
    }
    return gal__bench_fail(b, err, GAL_EPARSE, "%s takes: %s", builtin->name,
                           *text ? text : "no operand");
}

/* Operands by the letters of the table; for psrr and cmrr the node counts twice, as driven by the
 * deck and by the source. */
static gal_status take_operands(gal__bench_builder *b, gal_bench_metric *metric, gal_view *argument,
                                int32_t n, gal_error *err) {
    const char *letter = metric->builtin->operands;
    int32_t used = 0;
    gal_builtin_operand *operand = metric->operand;
    for (; *letter && strchr("nscx", *letter) && used < n; used++) {
        if (used >= GAL_BUILTIN_OPERANDS) return wrong_operands(b, metric->builtin, err);
        if (*letter == 'n') {
            GAL_TRY(node_operand(b, metric->analysis, argument[used], &operand[used], err));
        } else if (*letter == 'x') {
            int32_t excited = -1;
            GAL_TRY(excited_analysis(b, metric->analysis, argument[used], &excited, err));
            GAL_TRY(node_operand(b, excited, argument[used - 1], &operand[used], err));
        } else {
            GAL_TRY(source_operand(b, metric->analysis, argument[used], &operand[used], err));
        }
        if (letter[1] != '*') letter++;
    }
    const int enough =
        !*letter || strchr("oi", *letter) || letter[1] == '?' || letter[1] == '*' || *letter == '?';
    if (used < n || !enough) return wrong_operands(b, metric->builtin, err);
    metric->n_operand = used;
    return GAL_OK;
}

/* Sources when none is named; densities, which need no naming. */
static gal_status implied_operands(gal__bench_builder *b, gal_bench_metric *metric,
                                   gal_error *err) {
    const char letter = *metric->builtin->operands;
    if (letter == 'o' || letter == 'i') {
        metric->operand[0].pos = vector_of(
            b, metric->analysis, letter == 'o' ? "noise:onoise_spectrum" : "noise:inoise_spectrum");
        metric->n_operand = 1;
        return metric->operand[0].pos < 0 ? gal__bench_nomem(err) : GAL_OK;
    }
    for (size_t i = 0; letter == 's' && i < b->source.size; i++) {
        if (b->source.data[i].name[0] != 'v') continue;
        if (metric->n_operand == GAL_BUILTIN_OPERANDS)
            return gal__bench_fail(b, err, GAL_ELIMIT, "more than %d voltage sources: name some",
                                   GAL_BUILTIN_OPERANDS);
        GAL_TRY(source_operand(b, metric->analysis, gal_view_of(b->source.data[i].name),
                               &metric->operand[metric->n_operand++], err));
    }
    return GAL_OK;
}

/* The vector of the analysis's axis. */
static gal_status take_axis(gal__bench_builder *b, gal_bench_metric *metric, gal_error *err) {
    const gal_bench_analysis *analysis = &b->analysis.data[metric->analysis];
    const char *name = "frequency";
    metric->axis = -1;
    if (analysis->kind == GAL_ANALYSIS_OP) return GAL_OK;
    if (analysis->kind == GAL_ANALYSIS_NOISE) name = "noise:frequency";
    if (analysis->kind == GAL_ANALYSIS_TRAN) name = "time";
    if (analysis->kind == GAL_ANALYSIS_DC) {
        const char first = analysis->command[3 + strspn(analysis->command + 3, " ")];
        name = first == 'i'   ? "i-sweep"
               : first == 't' ? "temp-sweep"
               : first == 'r' ? "res-sweep"
                              : "v-sweep";
    }
    metric->axis = vector_of(b, metric->analysis, name);
    return metric->axis < 0 ? gal__bench_nomem(err) : GAL_OK;
}

const gal_bench_metric *gal__bench_find(const gal__bench_builder *b, gal_view name) {
    for (size_t i = 0; i < b->metric.size; i++)
        if (gal_view_equal_nocase(name, b->metric.data[i].name)) return &b->metric.data[i];
    return NULL;
}

static gal_status add_metric(gal__bench_builder *b, gal_bench_metric *metric, gal_error *err) {
    if (!metric->name || !metric->text) return gal__bench_nomem(err);
    if (gal__bench_find(b, gal_view_of(metric->name)))
        return gal__bench_fail(b, err, GAL_EPARSE, "two measures are called %s", metric->name);
    metric->line = b->line;
    metric->expensive =
        metric->analysis >= 0 && b->analysis.data[metric->analysis].kind == GAL_ANALYSIS_TRAN;
    return gal_vec_push(&b->metric, *metric) ? GAL_OK : gal__bench_nomem(err);
}

static gal_status no_such_measure(const gal__bench_builder *b, gal_view name, gal_error *err) {
    char list[400] = "";
    for (int32_t i = 0; gal_builtin_at(i); i++) {
        const size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", gal_builtin_at(i)->name);
    }
    return gal__bench_fail(b, err, GAL_ENOTFOUND, "no measure '%.*s'; there are %s", (int)name.size,
                           name.text, list);
}

static gal_bench_metric blank_metric(gal__bench_builder *b, gal_view name, gal_view text) {
    gal_bench_metric metric = {.name = gal__bench_lower(&b->bench->arena, name),
                               .unit = "",
                               .text = gal__bench_text(b, text),
                               .analysis = -1,
                               .meas_vector = -1,
                               .axis = -1};
    for (int k = 0; k < GAL_BUILTIN_KEYS; k++) metric.key[k] = NAN;
    for (int k = 0; k < GAL_BUILTIN_OPERANDS; k++)
        metric.operand[k] = (gal_builtin_operand){-1, -1, -1};
    return metric;
}

/* "at=" is no option of measures at one frequency or time. */
static int needs_at(const gal_builtin *builtin) {
    static const char *const name[] = {"gain", "phase", "at", "onoise_at", "inoise_at"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++)
        if (strcmp(builtin->name, name[i]) == 0) return 1;
    return 0;
}

static gal_status fill_measure(gal__bench_builder *b, gal_bench_metric *metric, gal_view arguments,
                               gal_error *err) {
    gal_view argument[GAL_BUILTIN_OPERANDS + 1];
    int32_t n = 0;
    for (gal_view one; next_argument(&arguments, &one);) {
        const char *equal = memchr(one.text, '=', one.size);
        if (equal) {
            const size_t size = (size_t)(equal - one.text);
            const gal_view value = {equal + 1, one.size - size - 1};
            GAL_TRY(key_value(b, metric, gal__bench_trim((gal_view){one.text, size}),
                              gal__bench_trim(value), err));
        } else if (n > GAL_BUILTIN_OPERANDS) {
            return wrong_operands(b, metric->builtin, err);
        } else if (one.size) {
            argument[n++] = one;
        }
    }
    if (needs_at(metric->builtin) && isnan(metric->key[GAL_KEY_AT]))
        return gal__bench_fail(b, err, GAL_EPARSE, "%s needs at=", metric->builtin->name);
    GAL_TRY(find_analysis(b, metric->builtin->analysis, metric->key[GAL_KEY_RUN], &metric->analysis,
                          err));
    GAL_TRY(take_operands(b, metric, argument, n, err));
    if (n == 0) GAL_TRY(implied_operands(b, metric, err));
    return take_axis(b, metric, err);
}

gal_status gal__bench_measure(gal__bench_builder *b, gal_view text, gal_error *err) {
    const char *equal = memchr(text.text, '=', text.size);
    const char *open = memchr(text.text, '(', text.size);
    if (!equal || !open || open < equal || text.text[text.size - 1] != ')')
        return gal__bench_fail(b, err, GAL_EPARSE,
                               "expected 'measure NAME = MEASURE(OPERAND, ...)'");
    const gal_view name = gal__bench_trim((gal_view){text.text, (size_t)(equal - text.text)});
    const gal_view function = gal__bench_trim((gal_view){equal + 1, (size_t)(open - equal) - 1});
    const gal_view arguments = {open + 1, (size_t)(text.text + text.size - open) - 2};
    gal_bench_metric metric = blank_metric(
        b, name,
        gal__bench_trim((gal_view){equal + 1, (size_t)(text.text + text.size - equal) - 1}));
    char copy[64];
    snprintf(copy, sizeof copy, "%.*s", (int)function.size, function.text);
    metric.builtin = gal_builtin_find(copy);
    if (!metric.builtin) return no_such_measure(b, function, err);
    metric.unit = metric.builtin->unit;
    GAL_TRY(fill_measure(b, &metric, arguments, err));
    return add_metric(b, &metric, err);
}

/* par('expression') becomes v(galenapar1), the voltage of a source of that value, as in ngspice's
 * own reading of .meas cards; the meas command knows only vectors. */
static gal_status replace_par(gal__bench_builder *b, gal_buf *out, const char *text,
                              gal_error *err) {
    for (const char *p; (p = strstr(text, "par('"));) {
        const char *end = strstr(p + 5, "')");
        if (!end) break;
        char card[512];
        snprintf(card, sizeof card, "bgalenapar%d galenapar%d 0 v={%.*s}", b->n_par + 1,
                 b->n_par + 1, (int)(end - p - 5), p + 5);
        const gal_bench_card one = {.text = gal__bench_text(b, gal_view_of(card))};
        if (!one.text || !gal_vec_push(&b->card, one)) return gal__bench_nomem(err);
        gal_buf_append(out, text, (size_t)(p - text));
        gal_buf_printf(out, "v(galenapar%d)", ++b->n_par);
        text = end + 2;
    }
    gal_buf_text(out, text);
    return gal_buf_ok(out, err);
}

/* "at = 1k" becomes "at=1k": ngspice joins them in decks only. */
static void close_up(char *text) {
    char *to = text;
    for (const char *p = text; *p; p++) {
        const char *next = p + strspn(p, " \t");
        if (next > p && (*next == '=' || (to > text && to[-1] == '='))) p = next;
        if (*p) *to++ = *p;
        else break;
    }
    *to = '\0';
}

gal_status gal__bench_computed(gal__bench_builder *b, gal_view name, gal_view expression,
                               gal_error *err) {
    gal_bench_metric metric = blank_metric(b, name, expression);
    metric.meas = metric.text;
    return add_metric(b, &metric, err);
}

gal_status gal__bench_command(gal__bench_builder *b, gal_view name, gal_view command,
                              int32_t analysis, gal_error *err) {
    gal_bench_metric metric = blank_metric(b, name, command);
    if (!metric.name || !metric.text) return gal__bench_nomem(err);
    metric.analysis = analysis;
    metric.meas = gal__bench_lower(&b->bench->arena, command);
    metric.meas_vector = vector_of(b, analysis, metric.name);
    if (!metric.meas || metric.meas_vector < 0) return gal__bench_nomem(err);
    return add_metric(b, &metric, err);
}

/* `.meas KIND NAME ...` */
gal_status gal__bench_meas(gal__bench_builder *b, gal_view text, int32_t analysis, gal_error *err) {
    gal_view rest = text;
    gal__bench_word(&rest);
    const gal_view kind_word = gal__bench_word(&rest), start = rest;
    const gal_view name = gal__bench_word(&rest);
    int kind = GAL_ANALYSIS_OP;
    while (kind <= GAL_ANALYSIS_TRAN &&
           !gal_view_equal_nocase(kind_word, gal_analysis_name((gal_analysis)kind)))
        kind++;
    if (kind > GAL_ANALYSIS_TRAN || !name.size)
        return gal__bench_fail(b, err, GAL_EPARSE, "expected '.meas op|ac|dc|noise|tran NAME ...'");
    gal_bench_metric metric = blank_metric(b, name, text);
    if (!metric.name || !metric.text) return gal__bench_nomem(err);
    const char *equal = memchr(rest.text, '=', rest.size);
    const gal_view word = {rest.text, equal ? (size_t)(equal - rest.text) : 0};
    if (gal_view_equal_nocase(gal__bench_trim(word), "param")) {
        const gal_view body = {equal + 1, (size_t)(rest.text + rest.size - equal) - 1};
        metric.meas = gal__bench_text(b, gal__bench_trim(body));
        return metric.meas ? add_metric(b, &metric, err) : gal__bench_nomem(err);
    }
    metric.analysis = analysis;
    if (analysis < 0) GAL_TRY(find_analysis(b, (gal_analysis)kind, NAN, &metric.analysis, err));
    gal_buf command;
    gal_buf_init(&command);
    gal_buf_printf(&command, "meas %s ", gal_analysis_name((gal_analysis)kind));
    /* start lies in a NUL-terminated text */
    const gal_status replaced = replace_par(b, &command, gal__bench_trim(start).text, err);
    char *joined = command.failed
                       ? NULL
                       : gal__bench_lower(&b->bench->arena, (gal_view){command.data, command.size});
    if (joined) close_up(joined);
    metric.meas = joined;
    gal_buf_clear(&command);
    GAL_TRY(replaced);
    metric.meas_vector = vector_of(b, metric.analysis, metric.name);
    if (!metric.meas || metric.meas_vector < 0) return gal__bench_nomem(err);
    return add_metric(b, &metric, err);
}
