#include "tasks/sizing/report.h"

#include "base/file.h"
#include "tasks/sizing/engine.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static double metric_of(const gal_sizing *s, const gal_sizing_design *d, int32_t target,
                        int32_t corner) {
    return d->metric[(size_t)corner * s->bench->n_metric + s->spec->target[target].metric];
}

static const char *unit_of(const gal_sizing *s, int32_t target) {
    return s->bench->metric[s->spec->target[target].metric].unit;
}

/* How far beyond its target, relative to it; negative: missed. Unit-free. */
static double margin_of(const gal_target *t, double y) {
    const double scale = fmax(fabs(t->value), 1e-300);
    if (t->sense == GAL_SENSE_GE) return (y - t->value) / scale;
    if (t->sense == GAL_SENSE_LE) return (t->value - y) / scale;
    return t->tolerance - fabs(y - t->value) / scale;
}

/* The corner where a target is worst. */
static int32_t worst_corner(const gal_sizing *s, const gal_sizing_design *d, int32_t target) {
    int32_t worst = 0;
    double most = -INFINITY;
    for (int32_t c = 0; c < s->n_corner; c++) {
        const double y = metric_of(s, d, target, c);
        const double bad = isnan(y) ? INFINITY : -margin_of(&s->spec->target[target], y);
        if (bad > most) most = bad, worst = c;
    }
    return worst;
}

static int is_met(const gal_sizing *s, const gal_sizing_design *d, int32_t target) {
    for (int32_t c = 0; c < s->n_corner; c++)
        if (gal_target_miss(&s->spec->target[target], s->spec->margin, metric_of(s, d, target, c)) >
            0)
            return 0;
    return 1;
}

static void put_target(gal_buf *text, const gal_target *t, const char *unit) {
    char target[64];
    if (t->sense >= GAL_SENSE_MIN) snprintf(target, sizeof target, "%s", gal_sense_text(t->sense));
    else gal_text_printf(target, sizeof target, "%s %.4g", gal_sense_text(t->sense), t->value);
    gal_buf_printf(text, "%-12s %-14s %-6s", t->measure, target, unit);
}

static void put_value(gal_buf *text, double y) {
    if (isnan(y)) gal_buf_printf(text, " %11s", "-");
    else gal_buf_printf(text, " %11.4g", y);
}

static const char *corner_name(const gal_sizing *s, int32_t corner) {
    return s->bench->corner[s->corner[corner]].name;
}

/* Above this many corners the table has the first, the worst and its name. */
enum { WIDE = 6 };

static void put_values(gal_buf *text, const gal_sizing *s, const gal_sizing_design *d, int32_t i) {
    for (int32_t c = 0; c < (s->n_corner > WIDE ? 1 : s->n_corner); c++)
        put_value(text, metric_of(s, d, i, c));
    if (s->n_corner <= WIDE) return;
    const int32_t worst = worst_corner(s, d, i);
    put_value(text, metric_of(s, d, i, worst));
    gal_buf_printf(text, " %-14.14s", corner_name(s, worst));
}

static void put_row(gal_buf *text, const gal_sizing *s, const gal_sizing_design *d, int32_t i) {
    const gal_target *t = &s->spec->target[i];
    put_target(text, t, unit_of(s, i));
    put_values(text, s, d, i);
    const double y = metric_of(s, d, i, worst_corner(s, d, i));
    if (t->sense >= GAL_SENSE_MIN) gal_buf_printf(text, " %9s  objective\n", "");
    else {
        if (isnan(y)) gal_buf_printf(text, " %9s", "-");
        else gal_buf_printf(text, " %+8.1f%%", 100 * margin_of(t, y));
        gal_buf_printf(text, "  %s%s\n", is_met(s, d, i) ? "met" : "missed",
                       t->soft ? " (soft)" : "");
    }
}

static void put_counts(gal_buf *text, const gal_sizing *s) {
    const long long offline = s->options.predictor ? (long long)s->options.predictor->n_run : 0;
    gal_buf_printf(text, "simulations: %lld offline (surrogate) + %d online", offline, s->n_sim);
    if (s->best >= 0) gal_buf_printf(text, " (best after %d", s->design[s->best].n_sim);
    if (s->best >= 0 && s->n_stored) gal_buf_printf(text, ", %d from the database", s->n_stored);
    gal_buf_printf(text, "%s, engine %s, seed %llu", s->best >= 0 ? ")" : "", s->engine->name,
                   (unsigned long long)s->options.seed);
    if (s->n_failed) gal_buf_printf(text, "; %d without a result", s->n_failed);
    gal_buf_text(text, "\n");
}

void gal_sizing_table(gal_buf *text, const gal_sizing *s) {
    if (s->best < 0) {
        put_counts(text, s);
        return;
    }
    const gal_sizing_design *d = &s->design[s->best];
    gal_buf_printf(text, "%-12s %-14s %-6s", "spec", "target", "unit");
    for (int32_t c = 0; c < (s->n_corner > WIDE ? 1 : s->n_corner); c++)
        gal_buf_printf(text, " %11.11s", corner_name(s, c));
    if (s->n_corner > WIDE) gal_buf_printf(text, " %11s %-14s", "worst", "in corner");
    gal_buf_printf(text, " %9s\n", "margin");
    for (int32_t i = 0; i < s->spec->n_target; i++) put_row(text, s, d, i);
    gal_buf_text(text, "\n");
    for (int32_t k = 0; k < s->dim; k++) {
        const gal_bench_var *var = &s->bench->var[s->var[k]];
        gal_buf_printf(text, "%s%s=%.6g", k ? " " : "", var->name, d->value[s->var[k]]);
    }
    gal_buf_text(text, "\n");
    put_counts(text, s);
}

/* The best value of a target over all designs, at its worst corner; NAN: none. */
static double best_reached(const gal_sizing *s, int32_t target) {
    double best = NAN;
    const gal_target *t = &s->spec->target[target];
    for (int32_t i = 0; i < s->n_design; i++) {
        const gal_sizing_design *d = &s->design[i];
        const double y = metric_of(s, d, target, d->n_run > 1 ? worst_corner(s, d, target) : 0);
        if (isfinite(y) && (isnan(best) || margin_of(t, y) > margin_of(t, best))) best = y;
    }
    return best;
}

static void put_missed(gal_buf *text, const gal_sizing *s, int32_t i) {
    const gal_target *t = &s->spec->target[i];
    const gal_sizing_design *d = &s->design[s->best];
    const int32_t corner = worst_corner(s, d, i);
    const double y = metric_of(s, d, i, corner), reached = best_reached(s, i);
    gal_buf_printf(text, "%s%s: %s %s %.4g%s%s is missed", s->spec->path, t->soft ? " (soft)" : "",
                   t->measure, gal_sense_text(t->sense), t->value, *unit_of(s, i) ? " " : "",
                   unit_of(s, i));
    if (isnan(y)) gal_buf_printf(text, ": not measured in corner %s", corner_name(s, corner));
    else
        gal_buf_printf(text, " by %.3g (%.1f %%): the best design has %.4g in corner %s",
                       fabs(y - t->value), -100 * margin_of(t, y), y, corner_name(s, corner));
    if (isnan(reached)) gal_buf_text(text, "; no design could be measured\n");
    else if (gal_target_miss(t, s->spec->margin, reached) > 0)
        gal_buf_printf(text, "; no design of %d meets it, the nearest has %.4g\n", s->n_design,
                       reached);
    else gal_buf_printf(text, "; alone it can be met (%.4g), not with the others\n", reached);
}

void gal_sizing_missed(gal_buf *text, const gal_sizing *s) {
    for (int32_t i = 0; s->best >= 0 && i < s->spec->n_target; i++)
        if (s->spec->target[i].sense < GAL_SENSE_MIN && !is_met(s, &s->design[s->best], i))
            put_missed(text, s, i);
}

void gal_sizing_comment(gal_buf *text, const gal_sizing *s) {
    const gal_sizing_design *d = &s->design[s->best];
    gal_buf_printf(text, "* sized by galena for %s, %d simulations\n", gal_path_base(s->spec->path),
                   s->n_sim);
    for (int32_t i = 0; i < s->spec->n_target; i++) {
        const gal_target *t = &s->spec->target[i];
        gal_buf_text(text, "* ");
        put_target(text, t, unit_of(s, i));
        for (int32_t c = 0; c < s->n_corner; c++)
            gal_buf_printf(text, " %s %.4g", corner_name(s, c), metric_of(s, d, i, c));
        gal_buf_printf(text, "%s\n",
                       t->sense >= GAL_SENSE_MIN ? ""
                       : is_met(s, d, i)         ? " met"
                                                 : " missed");
    }
}

/* What is plotted: misses on a logarithmic axis, met designs at the bottom. */
static double plotted(const gal_sizing_design *d) {
    return d->cost.hard > 0 ? fmax(d->cost.hard, 1e-4) : 1e-4;
}

void gal_sizing_gnuplot(gal_buf *text, const gal_sizing *s) {
    double best = INFINITY;
    gal_buf_text(text, "set xlabel 'simulations'\nset ylabel 'hard targets missed by'\n"
                       "set logscale y\nset grid\nset yrange [7e-5:*]\n"
                       "set ytics add ('met' 1e-4)\n$all << E\n");
    for (int32_t i = 0; i < s->n_design; i++)
        gal_buf_printf(text, "%d %.6g\n", s->design[i].n_sim, plotted(&s->design[i]));
    gal_buf_text(text, "E\n$best << E\n");
    for (int32_t i = 0; i < s->n_design; i++) {
        best = fmin(best, plotted(&s->design[i]));
        gal_buf_printf(text, "%d %.6g\n", s->design[i].n_sim, best);
    }
    gal_buf_printf(text,
                   "E\nplot $all with points pt 7 ps 0.4 title 'designs (%s)', "
                   "$best with steps lw 2 title 'best'\n",
                   s->engine->name);
}
