/* Small models of twelve cells: what is tested is that training, files and calibration keep their
 * promises, not how well so little data predicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "netlist/par.h"
#include "tasks/parasitics/predict.h"
#include "tasks/parasitics/train.h"
#include "tasks/same_file.h"
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TMP GALENA_TEST_TMP "/train_"

static const char *const cells = "data/parasitics/cells.par";

/* The set, and a model of it that most tests start from. */
static struct shared {
    gal_pex_set set;
    gal_pex_model model;
} shared;

static gal_pex_train_options small(void) {
    gal_pex_train_options o = gal_pex_train_defaults();
    o.members = 2;
    o.epochs = 3;
    o.pretrain_epochs = 1;
    o.shape.width = 8;
    o.estimate.trees = 4;
    o.estimate.folds = 2;
    o.trained_on = "twelve cells";
    return o;
}

static void must(gal_status status, const gal_error *err) {
    char text[1024];
    if (status != GAL_OK) fail_msg("%s", gal_error_format(err, text, sizeof text));
}

static int set_up(void **state) {
    (void)state;
    const gal_pex_train_options o = small();
    gal_error err = {0};
    omp_set_num_threads(1);
    must(gal_pex_set_read(&shared.set, &cells, 1, NULL, NULL, &err), &err);
    must(gal_pex_train(&shared.model, &shared.set, &o, NULL, &err), &err);
    must(gal_pex_model_save(TMP "one.safetensors", &shared.model, &err), &err);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    gal_pex_model_clear(&shared.model);
    gal_pex_set_clear(&shared.set);
    return 0;
}

/* Trains and saves; the status is that of the training. */
static gal_status train_to(const char *path, const gal_pex_train_options *options,
                           const gal_report *report) {
    gal_pex_model model;
    gal_error err = {0};
    const gal_status status = gal_pex_train(&model, &shared.set, options, report, &err);
    if (status == GAL_ECANCELED) return status;
    must(status, &err);
    must(gal_pex_model_save(path, &model, &err), &err);
    gal_pex_model_clear(&model);
    return GAL_OK;
}

static void threads_do_not_change_a_byte(void **state) {
    (void)state;
    const gal_pex_train_options o = small();
    omp_set_num_threads(2);
    assert_int_equal(train_to(TMP "two.safetensors", &o, NULL), GAL_OK);
    omp_set_num_threads(1);
    assert_true(same_file(TMP "one.safetensors", TMP "two.safetensors"));
}

static void another_seed_is_another_model(void **state) {
    (void)state;
    gal_pex_train_options o = small();
    o.seed = o.estimate.seed = 2;
    assert_int_equal(train_to(TMP "seed.safetensors", &o, NULL), GAL_OK);
    assert_false(same_file(TMP "one.safetensors", TMP "seed.safetensors"));
}

/* Stops the work when `what` has come up `left` times. */
typedef struct stop {
    const char *what;
    int left;
} stop;

static int stop_there(void *user, const char *what, long done, long total, const char *detail) {
    stop *s = user;
    (void)detail;
    assert_true(done >= 0 && done <= total);
    return strcmp(what, s->what) != 0 || --s->left > 0;
}

static void resumes_where_it_was_stopped(void **state) {
    (void)state;
    static const char path[] = TMP "resumed.safetensors";
    gal_pex_train_options o = small();
    o.checkpoint = TMP "checkpoint";
    remove(TMP "checkpoint.0");
    remove(TMP "checkpoint.1");
    /* After two epochs of the first network, then after one of the second. */
    for (int i = 0; i < 2; i++) {
        stop s = {"network", 2};
        const gal_report report = {.user = &s, .progress = stop_there};
        assert_int_equal(train_to(path, &o, &report), GAL_ECANCELED);
        assert_true(gal_file_exists(TMP "checkpoint.0"));
        assert_int_equal(gal_file_exists(TMP "checkpoint.1"), i);
    }
    assert_int_equal(train_to(path, &o, NULL), GAL_OK);
    assert_true(same_file(TMP "one.safetensors", path));
}

static void stops_wherever_it_is_asked_to(void **state) {
    (void)state;
    static const char *const stage[] = {"cross-fitting", "pre-training"};
    const gal_pex_train_options o = small();
    for (int i = 0; i < 2; i++) {
        stop s = {stage[i], 1};
        const gal_report report = {.user = &s, .progress = stop_there};
        assert_int_equal(train_to(TMP "never.safetensors", &o, &report), GAL_ECANCELED);
    }
}

static void refuses_a_foreign_checkpoint(void **state) {
    (void)state;
    gal_pex_train_options o = small();
    gal_pex_model model;
    gal_error err = {0};
    stop s = {"network", 1};
    const gal_report report = {.user = &s, .progress = stop_there};
    o.checkpoint = TMP "foreign";
    remove(TMP "foreign.0");
    assert_int_equal(train_to(TMP "never.safetensors", &o, &report), GAL_ECANCELED);
    for (int i = 0; i < 2; i++) { /* only options differ: the message must not blame the data */
        o = small();
        o.checkpoint = TMP "foreign";
        if (i) o.seed = 5;
        else o.epochs++;
        assert_int_equal(gal_pex_train(&model, &shared.set, &o, NULL, &err), GAL_EMISMATCH);
        assert_non_null(strstr(err.message, "the data or the options of the run differ"));
    }
}

static void a_saved_model_predicts_the_same(void **state) {
    (void)state;
    gal_pex_model loaded;
    gal_error err = {0};
    must(gal_pex_model_load(&loaded, TMP "one.safetensors", &err), &err);
    assert_string_equal(loaded.trained_on, "twelve cells");
    assert_int_equal(loaded.n_member, 2);
    for (int32_t i = 0; i < shared.set.n; i++) {
        const gal_pex_case *pex = &shared.set.item[i];
        gal_pex_output a, b;
        must(gal_pex_model_apply(&a, &shared.model, pex, &err), &err);
        must(gal_pex_model_apply(&b, &loaded, pex, &err), &err);
        for (int t = 0; t < 3; t++) {
            const size_t n = (size_t)(t == GAL_PEX_COUPLE ? pex->n_pair : pex->graph.n_net);
            assert_memory_equal(a.mean[t], b.mean[t], n * sizeof(float));
            assert_memory_equal(a.sd[t], b.sd[t], n * sizeof(float));
            assert_memory_equal(a.grade[t], b.grade[t], n * sizeof(int32_t));
        }
        assert_memory_equal(a.exist, b.exist, (size_t)pex->n_pair * sizeof(float));
        gal_pex_output_clear(&a);
        gal_pex_output_clear(&b);
    }
    must(gal_pex_model_save(TMP "again.safetensors", &loaded, &err), &err);
    assert_true(same_file(TMP "one.safetensors", TMP "again.safetensors"));
    gal_pex_model_clear(&loaded);
}

static void refuses_sets_it_cannot_learn_from(void **state) {
    (void)state;
    const gal_pex_train_options o = small();
    const gal_pex_filter one = {.only = "sky130_fd_sc_hd__nor2_1", .extractor = -1};
    gal_pex_set set;
    gal_pex_model model;
    gal_error err = {0};
    must(gal_pex_set_read(&set, &cells, 1, &one, NULL, &err), &err);
    assert_int_equal(gal_pex_train(&model, &set, &o, NULL, &err), GAL_EINVAL);
    assert_true(strlen(err.message) > 0);
    gal_pex_set_clear(&set);
}

/* Shallow: only to be read. */
static gal_pex_model trees_alone(void) {
    gal_pex_model trees = shared.model;
    trees.n_member = 0;
    return trees;
}

/* The cells with every capacitance times `factor` and every other one `rough` times that, as a
 * file; `magic`: as magic's numbers. */
static void write_scaled(const char *path, double factor, double rough, int magic) {
    gal_extract_set set = {0};
    gal_error err = {0};
    must(gal_par_read(&set, cells, &err), &err);
    for (int32_t i = 0; i < set.n; i++) {
        set.item[i].by_magic = magic;
        for (int64_t k = 0; k < set.item[i].n_cap; k++)
            set.item[i].cap[k].farad *= k % 2 ? factor * rough : factor;
    }
    must(gal_par_write(path, &set, &err), &err);
    gal_extract_set_clear(&set);
}

/* Mean log10 of the totals that a model without networks predicts for all cells. Networks of three
 * epochs are too far off to serve as a scale. */
static double mean_log_total(const gal_pex_model *trees, gal_extractor extractor,
                             const gal_pex_calibration *calibration) {
    const gal_pex_predict_options o = {.extractor = extractor, .calibration = calibration};
    gal_error err = {0};
    double sum = 0, n = 0;
    for (int32_t i = 0; i < shared.set.n; i++) {
        gal_pex_result result;
        must(gal_pex_predict(&result, trees, shared.set.item[i].circuit, &o, &err), &err);
        for (int32_t k = 0; k < result.n_net; k++, n++) sum += log10(result.net[k].total.farad);
        gal_pex_result_clear(&result);
    }
    return sum / n;
}

static gal_pex_calibration calibrate(const char *path) {
    const gal_pex_model trees = trees_alone();
    gal_pex_calibration c;
    gal_error err = {0};
    must(gal_pex_calibration_read(&c, &trees, path, shared.set.item[0].circuit,
                                  GAL_EXTRACTOR_FOUNDRY, &err),
         &err);
    for (int t = 0; t < 3; t++) assert_true(c.n[t] > 10 && c.sd_factor[t] > 0);
    return c;
}

static void calibration_follows_the_scale(void **state) {
    (void)state;
    write_scaled(TMP "scaled.par", 2.7, 1, 0);
    const gal_extractor foundry = GAL_EXTRACTOR_FOUNDRY;
    const gal_pex_model trees = trees_alone();
    const gal_pex_calibration none = gal_pex_calibration_none();
    const gal_pex_calibration same = calibrate(cells), scaled = calibrate(TMP "scaled.par");
    const double plain = mean_log_total(&trees, foundry, NULL);
    assert_true(mean_log_total(&trees, foundry, &none) == plain);
    const double by_scale =
        mean_log_total(&trees, foundry, &scaled) - mean_log_total(&trees, foundry, &same);
    const double by_all = mean_log_total(&trees, foundry, &scaled) - plain;
    if (!(fabs(by_scale - log10(2.7)) < 0.02)) fail_msg("factor %g", pow(10, by_scale));
    if (!(fabs(by_all - log10(2.7)) < 0.15)) fail_msg("factor %g", pow(10, by_all));
}

/* One net with a wild label moves the scale by part of its error, and widens the bands. */
static void calibration_doubts_few_labels(void **state) {
    (void)state;
    const gal_pex_model trees = trees_alone();
    gal_pex_set one = shared.set;
    gal_pex_calibration c;
    gal_error err = {0};
    gal_pex_case *pex = malloc(sizeof *pex);
    assert_non_null(pex);
    *pex = shared.set.item[0];
    float ground[64], total[64], couple[256];
    assert_true(pex->graph.n_net <= 64 && pex->n_pair <= 256);
    for (int i = 0; i < 64; i++) ground[i] = total[i] = NAN;
    for (int i = 0; i < 256; i++) couple[i] = NAN;
    total[0] = shared.set.item[0].total[0] + 1;
    assert_false(isnan(total[0]));
    pex->ground = ground, pex->total = total, pex->couple = couple;
    one.item = pex, one.n = 1;
    must(gal_pex_calibration_fit(&c, &trees, &one, NULL, &err), &err);
    assert_true(c.n[GAL_PEX_TOTAL] == 1 && c.n[GAL_PEX_GROUND] == 0);
    assert_true(c.offset[GAL_PEX_TOTAL] > 0.1 && c.offset[GAL_PEX_TOTAL] < 0.6);
    assert_true(c.sd_factor[GAL_PEX_TOTAL] > 1 && c.sd_factor[GAL_PEX_GROUND] == 1);
    assert_int_equal(gal_pex_calibration_fit(&c, &trees, &one, &one, &err), GAL_EINVAL);
    free(pex);
}

/* Labels that scatter widen the bands, of every net alike. */
static void calibration_measures_the_bands(void **state) {
    (void)state;
    write_scaled(TMP "rough.par", 1, 10, 0);
    const gal_pex_calibration same = calibrate(cells), rough = calibrate(TMP "rough.par");
    const gal_pex_model trees = trees_alone();
    const gal_pex_case *pex = &shared.set.item[0];
    gal_pex_output before, after;
    gal_error err = {0};
    must(gal_pex_model_apply(&before, &trees, pex, &err), &err);
    must(gal_pex_model_apply(&after, &trees, pex, &err), &err);
    gal_pex_calibration_apply(&after, pex, &rough);
    for (int t = 0; t < 3; t++) {
        assert_true(rough.sd_factor[t] > 1.5 * same.sd_factor[t]);
        for (int32_t i = 0; i < gal_pex_n_sample(pex, t); i++)
            assert_float_equal(after.sd[t][i] / before.sd[t][i], rough.sd_factor[t], 1e-3);
    }
    gal_pex_output_clear(&before);
    gal_pex_output_clear(&after);
}

/* One model of the same cells by two extractors, one of which says 2.7 times as much. */
static void every_extractor_has_its_scale(void **state) {
    (void)state;
    static const char *const both[] = {"data/parasitics/cells.par", TMP "magic.par"};
    gal_pex_train_options o = small();
    gal_pex_set set;
    gal_pex_model model;
    gal_error err = {0};
    o.members = 0;
    write_scaled(both[1], 2.7, 1, 1);
    must(gal_pex_set_read(&set, both, 2, NULL, NULL, &err), &err);
    must(gal_pex_train(&model, &set, &o, NULL, &err), &err);
    const double ratio = pow(10, mean_log_total(&model, GAL_EXTRACTOR_MAGIC, NULL) -
                                     mean_log_total(&model, GAL_EXTRACTOR_FOUNDRY, NULL));
    if (!(ratio > 2 && ratio < 3)) fail_msg("factor %g", ratio);
    assert_memory_not_equal(&model.baseline[0], &model.baseline[1], sizeof *model.baseline);
    assert_memory_not_equal(&model.trust[0], &model.trust[1], sizeof *model.trust);
    gal_pex_model_clear(&model);
    gal_pex_set_clear(&set);
}

static void couplings_grow_with_the_cell(void **state) {
    (void)state;
    static const int32_t places[] = {10, 40, 1000, 2000};
    gal_pex_case pex = shared.set.item[0]; /* the same, said to be of so many places */
    gal_pex_estimate estimate[4];
    gal_error err = {0};
    for (int i = 0; i < 4; i++) {
        pex.n_place = places[i];
        must(gal_pex_estimate_case(&estimate[i], &shared.model.estimator, &pex, &err), &err);
    }
    assert_true(pex.n_pair > 0);
    for (int32_t p = 0; p < pex.n_pair; p++) {
        const float grown =
            estimate[1].mean[GAL_PEX_COUPLE][p] - estimate[0].mean[GAL_PEX_COUPLE][p];
        assert_true(grown > 0 && grown < log10f(4));
        assert_true(estimate[2].mean[GAL_PEX_COUPLE][p] > estimate[1].mean[GAL_PEX_COUPLE][p]);
        assert_true(estimate[3].mean[GAL_PEX_COUPLE][p] == estimate[2].mean[GAL_PEX_COUPLE][p]);
    }
    for (int i = 0; i < 4; i++) gal_pex_estimate_clear(&estimate[i]);
}

/* The same circuit, said to have other gates than those of training. */
static void bands_are_wider_in_another_process(void **state) {
    (void)state;
    gal_pex_case pex = shared.set.item[0];
    gal_pex_output known, foreign;
    gal_error err = {0};
    must(gal_pex_model_apply(&known, &shared.model, &pex, &err), &err);
    pex.tech.value[GAL_TECH_LENGTH_P] += logf(3);
    must(gal_pex_model_apply(&foreign, &shared.model, &pex, &err), &err);
    for (int t = 0; t < 3; t++)
        for (int32_t i = 0; i < gal_pex_n_sample(&pex, t); i++) {
            assert_true(foreign.mean[t][i] == known.mean[t][i]);
            assert_true(foreign.sd[t][i] > 1.29f * known.sd[t][i]);
        }
    gal_pex_output_clear(&known);
    gal_pex_output_clear(&foreign);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_do_not_change_a_byte),
        cmocka_unit_test(another_seed_is_another_model),
        cmocka_unit_test(resumes_where_it_was_stopped),
        cmocka_unit_test(stops_wherever_it_is_asked_to),
        cmocka_unit_test(refuses_a_foreign_checkpoint),
        cmocka_unit_test(a_saved_model_predicts_the_same),
        cmocka_unit_test(refuses_sets_it_cannot_learn_from),
        cmocka_unit_test(calibration_doubts_few_labels),
        cmocka_unit_test(calibration_measures_the_bands),
        cmocka_unit_test(calibration_follows_the_scale),
        cmocka_unit_test(every_extractor_has_its_scale),
        cmocka_unit_test(couplings_grow_with_the_cell),
        cmocka_unit_test(bands_are_wider_in_another_process),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
