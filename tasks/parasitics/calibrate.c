#include "tasks/parasitics/calibrate.h"

#include "netlist/extract_align.h"
#include "netlist/extract_read.h"
#include <math.h>

/* What is believed before any label is seen, so that one net or two do less
 * harm. Both deviations are those of the mixed-signal designs that the protocol leaves out. */
static const double scale_sd = 0.3;   /* decades by which a block's or a process's scale is off */
static const double net_sd = 0.4;     /* decades by which one net is off, beside the scale */
static const double prior_labels = 3; /* labels that net_sd and the predicted bands count for */
static const double slope_prior = 20; /* a slope of 1 counts for labels whose spread sums to so many
                                         decades squared */

gal_pex_calibration gal_pex_calibration_none(void) {
    return (gal_pex_calibration){.slope = {1, 1, 1}, .sd_factor = {1, 1, 1}};
}

/* Weighted sums of predictions x and labels y. */
typedef struct moments {
    double n, x, y, xx, xy, yy;
} moments;

static void add(moments *m, double x, double y, double weight) {
    m->n += weight, m->x += weight * x, m->y += weight * y;
    m->xx += weight * x * x, m->xy += weight * x * y, m->yy += weight * y * y;
}

/* The sum of (y - offset - slope x)^2. */
static double left_over(const moments *m, double offset, double slope) {
    return m->yy - 2 * (slope * m->xy + offset * m->y) + slope * slope * m->xx +
           2 * slope * offset * m->x + offset * offset * m->n;
}

/* Of one target: all labels alike, and each in units of the deviation predicted for it. */
typedef struct sums {
    moments plain, scaled;
} sums;

static void add_case(sums *s, const gal_pex_output *out, const gal_pex_case *pex,
                     gal_pex_target t) {
    const float *label = gal_pex_labels(pex, t);
    for (int32_t i = 0; i < gal_pex_n_sample(pex, t); i++) {
        if (isnan(label[i])) continue;
        const double mean = out->mean[t][i], sd = out->sd[t][i];
        add(&s->plain, mean, label[i], 1);
        add(&s->scaled, mean, label[i], 1 / (sd * sd + 1e-12));
    }
}

/* The offset is drawn towards none as the mean of few labels deserves: by variance of the scale
 * over that plus variance of the mean. */
static void solve(gal_pex_calibration *c, int t, const sums *s) {
    const moments *m = &s->plain;
    if (m->n < 1) return;
    const double x = m->x / m->n, y = m->y / m->n;
    const double xx = m->xx - m->n * x * x, xy = m->xy - m->n * x * y;
    const double freedom = m->n - 1 + prior_labels;
    const double net_variance =
        (fmax(left_over(m, y - x, 1), 0) + prior_labels * net_sd * net_sd) / freedom;
    const double trust = scale_sd * scale_sd / (scale_sd * scale_sd + net_variance / m->n);
    c->n[t] = (int64_t)m->n;
    c->slope[t] = (xy + slope_prior) / (xx + slope_prior);
    c->offset[t] = trust * (y - x) + (1 - c->slope[t]) * x;
    const double left = fmax(left_over(&s->scaled, c->offset[t], c->slope[t]), 0);
    c->sd_factor[t] = sqrt((left + prior_labels) / freedom);
}

/* To an extractor that names no other nets than its own the others are ground. */
static void fold_unseen(gal_pex_output *out, const gal_pex_case *pex, const uint8_t *seen) {
    for (int32_t p = 0; p < pex->n_pair; p++) {
        const gal_pex_pair pair = pex->pair[p];
        const int a = seen[pex->graph.net_order[pair.a]], b = seen[pex->graph.net_order[pair.b]];
        if (out->exist[p] < 0 || a == b) continue;
        float *ground = &out->mean[GAL_PEX_GROUND][a ? pair.a : pair.b];
        *ground = log10f(powf(10, *ground) + powf(10, out->mean[GAL_PEX_COUPLE][p]));
    }
}

/* Predicts a case and adds what its labels say; `seen` [circuit nets] as above, or NULL. */
static gal_status compare(sums s[3], const gal_pex_model *model, const gal_pex_case *pex,
                          const uint8_t *seen, gal_error *err) {
    gal_pex_output output;
    GAL_TRY(gal_pex_model_apply(&output, model, pex, err));
    if (seen) fold_unseen(&output, pex, seen);
    for (int t = 0; t < 3; t++) add_case(&s[t], &output, pex, t);
    gal_pex_output_clear(&output);
    return GAL_OK;
}

static gal_status solve_all(gal_pex_calibration *out, const sums s[3], gal_error *err) {
    *out = gal_pex_calibration_none();
    if (s[0].plain.n + s[1].plain.n + s[2].plain.n == 0)
        return gal_fail(err, GAL_EINVAL, "no capacitance of 1 aF or more to calibrate on");
    for (int t = 0; t < 3; t++) solve(out, t, &s[t]);
    return GAL_OK;
}

/* Circuit i is of a family that `scored` has, or of an extractor that it has not. */
static int is_unfit(const gal_pex_set *scored, const gal_pex_set *set, int32_t i) {
    const gal_extractor extractor = gal_technology_extractor(&set->item[i].tech);
    int is_alike = 0;
    for (int32_t k = 0; k < scored->n; k++) {
        if (scored->group[k] == set->group[i]) return 1;
        is_alike = is_alike || gal_technology_extractor(&scored->item[k].tech) == extractor;
    }
    return !is_alike;
}

gal_status gal_pex_calibration_fit(gal_pex_calibration *out, const gal_pex_model *model,
                                   const gal_pex_set *set, const gal_pex_set *apart,
                                   gal_error *err) {
    sums s[3] = {0};
    for (int32_t i = 0; i < set->n; i++)
        if (set->item[i].ground && !(apart && is_unfit(apart, set, i)))
            GAL_TRY(compare(s, model, &set->item[i], NULL, err));
    return solve_all(out, s, err);
}

/* Forgets ground and total of nets of which only parts are known. */
static void forget_partial(gal_pex_case *pex, const uint8_t *partial) {
    for (int32_t n = 0; n < pex->graph.n_net; n++)
        if (partial[pex->graph.net_order[n]]) pex->ground[n] = pex->total[n] = NAN;
}

/* Labels of extracted nets without devices, moved onto the schematic by name. */
static gal_status fit_by_name(gal_pex_calibration *out, const gal_pex_model *model,
                              const gal_extract *extract, const gal_circuit *schematic,
                              gal_extractor extractor, gal_error *err) {
    gal_arena arena;
    gal_arena_init(&arena);
    gal_align align;
    gal_pex_case pex = {0};
    sums s[3] = {0};
    gal_status status = gal_extract_align(&align, &arena, schematic, extract, err);
    if (status == GAL_OK && align.n_covered == 0)
        status = gal_fail(err, GAL_ENOTFOUND, "no net of %s has a namesake in the schematic",
                          extract->circuit.name);
    if (status == GAL_OK) {
        const gal_extract labels = {.circuit = *schematic, .cap = align.cap, .n_cap = align.n_cap};
        status = gal_pex_case_build(&pex, schematic, extractor, &labels, err);
    }
    if (status == GAL_OK) forget_partial(&pex, align.partial);
    const uint8_t *seen = align.n_partial ? NULL : align.covered;
    if (status == GAL_OK) status = compare(s, model, &pex, seen, err);
    if (status == GAL_OK) status = solve_all(out, s, err);
    gal_pex_case_clear(&pex);
    gal_arena_clear(&arena);
    return status;
}

static int has_devices(const gal_extract_set *set) {
    for (int32_t i = 0; i < set->n; i++)
        if (set->item[i].circuit.n_device > 0) return 1;
    return 0;
}

gal_status gal_pex_calibration_read(gal_pex_calibration *out, const gal_pex_model *model,
                                    const char *path, const gal_circuit *schematic,
                                    gal_extractor extractor, gal_error *err) {
    gal_extract_set extracts = {0};
    gal_status status = gal_extract_read(&extracts, path, NULL, err);
    if (status == GAL_OK && extracts.n == 0)
        status = gal_fail_at(err, GAL_ENOTFOUND, path, 0, 0, "no extracted circuit");
    if (status == GAL_OK && !has_devices(&extracts)) {
        status = fit_by_name(out, model, &extracts.item[0], schematic, extractor, err);
    } else if (status == GAL_OK) {
        gal_pex_set set;
        const gal_pex_filter filter = {.extractor = (int)extractor};
        status = gal_pex_set_read(&set, &path, 1, &filter, NULL, err);
        if (status == GAL_OK) {
            status = gal_pex_calibration_fit(out, model, &set, NULL, err);
            gal_pex_set_clear(&set);
        }
    }
    gal_extract_set_clear(&extracts);
    return status;
}

void gal_pex_calibration_apply(gal_pex_output *output, const gal_pex_case *pex,
                               const gal_pex_calibration *calibration) {
    for (int t = 0; t < 3; t++)
        for (int32_t i = 0; i < gal_pex_n_sample(pex, t); i++) {
            float *mean = &output->mean[t][i];
            *mean = (float)(calibration->offset[t] + calibration->slope[t] * *mean);
            output->sd[t][i] *= (float)calibration->sd_factor[t];
        }
}
