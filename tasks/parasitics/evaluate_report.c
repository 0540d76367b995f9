/* What an evaluation found: a table, JSON, CSV, a picture. */
#include "tasks/parasitics/evaluate.h"

#include "tasks/json_private.h"
#include <math.h>

/* Colours of samples in the picture, for gnuplot. */
#define WITHIN "0x3b6fb6"
#define OUTSIDE "0xd9822b"

static const char *const predictor_name[] = {"model", "trees", "linear", "fan-out"};

static void table_number(gal_buf *out, const char *format, double value) {
    if (isnan(value)) gal_buf_printf(out, " %9s", "-");
    else gal_buf_printf(out, format, value);
}

static void table_interval(gal_buf *out, const double interval[2]) {
    if (isnan(interval[0])) gal_buf_printf(out, " %13s", "-");
    else gal_buf_printf(out, " %6.3f %6.3f", interval[0], interval[1]);
}

gal_status gal_pex_evaluation_table(gal_buf *out, const gal_pex_evaluation *evaluation,
                                    gal_error *err) {
    gal_buf_printf(out, "%d circuits\n%-9s %-8s %8s %9s %-13s %9s %9s %9s %9s %9s %9s\n",
                   evaluation->n_circuit, "", "by", "n", "r2_log", "  95 % of it", "mae_log",
                   "med_ape", "macro_f1", "routed_r2", "auc", "in +-1sd");
    for (int t = 0; t < 3; t++)
        for (int k = 0; k < GAL_PEX_N_PREDICTOR; k++) {
            const gal_pex_score *s = &evaluation->score[k][t];
            gal_buf_printf(out, "%-9s %-8s %8lld", k == 0 ? gal_pex_target_name[t] : "",
                           predictor_name[k], (long long)s->n);
            table_number(out, " %9.4f", s->r2_log);
            table_interval(out, s->r2_interval);
            table_number(out, " %9.4f", s->mae_log);
            table_number(out, " %8.1f%%", 100 * s->median_ape);
            table_number(out, " %9.3f", s->macro_f1);
            table_number(out, " %9.4f", s->routed_r2_log);
            table_number(out, " %9.4f", s->auc);
            table_number(out, " %8.1f%%", 100 * s->coverage);
            gal_buf_text(out, "\n");
        }
    return gal_buf_ok(out, err);
}

static json_t *json_score(const gal_pex_score *s) {
    return json_pack(
        "{s:I,s:o,s:[o,o],s:o,s:o,s:o,s:o,s:I,s:o,s:o}", "n", (json_int_t)s->n, "r2_log",
        gal__json_number(s->r2_log), "r2_log_95", gal__json_number(s->r2_interval[0]),
        gal__json_number(s->r2_interval[1]), "mae_log", gal__json_number(s->mae_log), "median_ape",
        gal__json_number(s->median_ape), "macro_f1", gal__json_number(s->macro_f1), "routed_r2_log",
        gal__json_number(s->routed_r2_log), "routed_n", (json_int_t)s->routed_n, "auc",
        gal__json_number(s->auc), "coverage_1sd", gal__json_number(s->coverage));
}

gal_status gal_pex_evaluation_json(gal_buf *out, const gal_pex_evaluation *evaluation,
                                   gal_error *err) {
    json_t *root = json_pack("{s:i}", "circuits", evaluation->n_circuit);
    json_t *plain = json_object();
    for (int k = 0; k < GAL_PEX_N_PREDICTOR; k++) {
        json_t *to = k == GAL_PEX_BY_MODEL ? root : json_object();
        for (int t = 0; t < 3; t++)
            json_object_set_new(to, gal_pex_target_name[t], json_score(&evaluation->score[k][t]));
        if (k != GAL_PEX_BY_MODEL) json_object_set_new(plain, predictor_name[k], to);
    }
    json_object_set_new(root, "baselines", plain);
    return gal__json_print(out, root, 6, err);
}

static double farad_of(double log_ff) {
    return 1e-15 * pow(10, log_ff);
}

static const char *net_name(const gal_pex_case *pex, int32_t net) {
    return pex->circuit->net[pex->graph.net_order[net]].name;
}

gal_status gal_pex_evaluation_csv(gal_buf *out, const gal_pex_evaluation *evaluation,
                                  gal_error *err) {
    gal_buf_text(out, "circuit,kind,net_a,net_b,extracted,predicted,low,high\n");
    for (size_t i = 0; i < evaluation->sample.size; i++) {
        const gal_pex_sample *s = &evaluation->sample.data[i];
        const int is_pair = s->target == GAL_PEX_COUPLE;
        gal_buf_csv(out, s->pex->circuit->name);
        gal_buf_printf(out, ",%s,", gal_pex_target_name[s->target]);
        gal_buf_csv(out, net_name(s->pex, is_pair ? s->pex->pair[s->index].a : s->index));
        gal_buf_text(out, ",");
        if (is_pair) gal_buf_csv(out, net_name(s->pex, s->pex->pair[s->index].b));
        gal_buf_printf(out, ",%.6g,%.6g,%.6g,%.6g\n", farad_of(s->truth), farad_of(s->mean),
                       farad_of(s->mean - s->sd), farad_of(s->mean + s->sd));
    }
    return gal_buf_ok(out, err);
}

/* Samples as a gnuplot data block: extracted, predicted, colour. Sets the decades they span; there
 * must be some. */
static void put_block(gal_buf *out, const gal_pex_evaluation *e, gal_pex_target target, double *lo,
                      double *hi) {
    *lo = INFINITY, *hi = -INFINITY;
    gal_buf_printf(out, "$%s << E\n", gal_pex_target_name[target]);
    for (size_t i = 0; i < e->sample.size; i++) {
        const gal_pex_sample *s = &e->sample.data[i];
        if (s->target != target) continue;
        gal_buf_printf(out, "%.4g %.4g %s\n", pow(10, s->truth), pow(10, s->mean),
                       fabsf(s->truth - s->mean) <= s->sd ? WITHIN : OUTSIDE);
        *lo = fmin(*lo, floor(fmin(s->truth, s->mean)));
        *hi = fmax(*hi, ceil(fmax(s->truth, s->mean)));
    }
    gal_buf_text(out, "E\n");
    if (*lo == *hi) ++*hi;
}

static void put_panel(gal_buf *out, const gal_pex_evaluation *e, gal_pex_target target) {
    double lo, hi;
    const gal_pex_score *s = &e->score[GAL_PEX_BY_MODEL][target];
    if (!s->n) {
        gal_buf_printf(out, "set title '%s: no labels'\nplot [1:10] [1:10] x with lines notitle\n",
                       gal_pex_target_name[target]);
        return;
    }
    put_block(out, e, target, &lo, &hi);
    gal_buf_printf(out, "set title \"%s\\n{/*0.8 %lld %s, ", gal_pex_target_name[target],
                   (long long)s->n, target == GAL_PEX_COUPLE ? "pairs" : "nets");
    if (!isnan(s->r2_log)) gal_buf_printf(out, "R^2 of log %.3f, ", s->r2_log);
    gal_buf_printf(out, "median error %.0f %%}\"\n", 100 * s->median_ape);
    gal_buf_printf(out, "set xrange [1e%g:1e%g]\nset yrange [1e%g:1e%g]\n", lo, hi, lo, hi);
    gal_buf_printf(out,
                   "plot $%s using 1:2:3 with points pt 7 ps 0.3 lc rgb variable notitle, "
                   "x with lines lc rgb 'black' title 'equal', "
                   "2*x with lines dt 2 lc rgb 'gray40' title 'factor 2', "
                   "x/2 with lines dt 2 lc rgb 'gray40' notitle",
                   gal_pex_target_name[target]);
    gal_buf_text(out, ", keyentry with points pt 7 lc rgb " WITHIN " title 'within its band'"
                      ", keyentry with points pt 7 lc rgb " OUTSIDE " title 'outside'\n");
}

void gal_pex_evaluation_gnuplot(gal_buf *out, const gal_pex_evaluation *evaluation) {
    gal_buf_text(out, "set multiplot layout 1,3\nset logscale xy\nset size square\nset grid\n"
                      "set format xy '10^{%T}'\nset key bottom right samplen 1 font ',9'\n"
                      "set xlabel 'extracted, fF'\nset ylabel 'predicted, fF'\n");
    for (int t = 0; t < 3; t++) put_panel(out, evaluation, t);
    gal_buf_text(out, "unset multiplot\n");
}
