/* Pre-training and what starts from it, on a filter that ngspice runs in a millisecond. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gnn/safetensors.h"
#include "tasks/same_file.h"
#include "tasks/surrogate/evaluate.h"
#include "tasks/surrogate/model_private.h"
#include "tasks/surrogate/pretrained_private.h"
#include <math.h>
#include <omp.h>
#include <string.h>
#include <unistd.h>

#define TMP GALENA_TEST_TMP "/pretrain_"

enum { STEPS = 300, BATCH = 8, N_METRIC = 3 };

static struct shared {
    gal_bench bench;
    gal_surrogate_samples train, few, test;
} shared;

static void must(gal_status status, const gal_error *err) {
    char text[1024];
    if (status != GAL_OK) fail_msg("%s", gal_error_format(err, text, sizeof text));
}

static void sample(gal_surrogate_samples *samples, const char *sweep, uint64_t seed) {
    gal_error err = {0};
    const gal_surrogate_sampling sampling = {.sweep = sweep, .seed = seed, .n_worker = 2};
    must(gal_surrogate_sample(samples, &shared.bench, &sampling, NULL, &err), &err);
}

static int set_up(void **state) {
    (void)state;
    gal_error err = {0};
    must(gal_bench_read(&shared.bench, "data/spice/rc.sp", &err), &err);
    sample(&shared.train, "lhs:120", 1);
    sample(&shared.few, "lhs:40", 3);
    sample(&shared.test, "random:80", 2);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    gal_surrogate_samples_clear(&shared.train);
    gal_surrogate_samples_clear(&shared.few);
    gal_surrogate_samples_clear(&shared.test);
    gal_bench_clear(&shared.bench);
    return 0;
}

static gal_status pretrain(gal_pretrained **p, const char *checkpoint, const gal_report *report,
                           gal_error *err) {
    const gal_bench *bench[] = {&shared.bench, &shared.bench};
    const gal_surrogate_samples *samples[] = {&shared.train, &shared.few};
    gal_pretrain_options o = gal_pretrain_defaults();
    o.steps = STEPS;
    o.batch = BATCH;
    o.checkpoint = checkpoint;
    return gal_pretrain(p, bench, samples, 2, &o, report, err);
}

static void pretrain_to(const char *path, const char *checkpoint) {
    gal_pretrained *p;
    gal_error err = {0};
    must(pretrain(&p, checkpoint, NULL, &err), &err);
    must(gal_pretrained_save(path, p, &err), &err);
    gal_pretrained_destroy(p);
}

static int stop_late(void *user, const char *what, long done, long total, const char *detail) {
    (void)user, (void)what, (void)total, (void)detail;
    return done < 270;
}

/* One thread or two, interrupted or not: the same file. */
static void test_same_bits(void **state) {
    (void)state;
    gal_pretrained *p;
    gal_error err = {0};
    const gal_report report = {.progress = stop_late};
    const int before = omp_get_max_threads();
    pretrain_to(TMP "base.safetensors", NULL);
    unlink(TMP "ck.0");
    unlink(TMP "ck.1");
    omp_set_num_threads(1);
    assert_int_equal(pretrain(&p, TMP "ck", &report, &err), GAL_ECANCELED);
    assert_null(p);
    pretrain_to(TMP "again.safetensors", TMP "ck");
    omp_set_num_threads(before);
    assert_true(same_file(TMP "base.safetensors", TMP "again.safetensors"));
}

static void test_round_trip(void **state) {
    (void)state;
    gal_pretrained *p;
    gal_error err = {0};
    must(gal_pretrained_find(&p, TMP "base.safetensors", &err), &err);
    assert_int_equal(p->n_net, 2);
    assert_int_equal(p->n_run, 160);
    assert_non_null(strstr(p->about.data, " @ "));
    must(gal_pretrained_save(TMP "copy.safetensors", p, &err), &err);
    assert_true(same_file(TMP "base.safetensors", TMP "copy.safetensors"));
    gal_pretrained_destroy(p);
}

static gal_surrogate *train_few(const gal_pretrained *from) {
    gal_surrogate *s;
    gal_error err = {0};
    gal_surrogate_options o = gal_surrogate_defaults();
    o.members = 2;
    o.width = 24;
    o.layers = 2;
    o.epochs = 1;
    o.fast_steps = 0;
    o.from = from;
    o.adapt_steps = 200;
    must(gal_surrogate_train(&s, &shared.bench, &shared.few, &o, NULL, &err), &err);
    return s;
}

/* Decoders alone, adapted to 40 points, know the deck; the file keeps all of it. */
static void test_adapts(void **state) {
    (void)state;
    gal_pretrained *p;
    gal_error err = {0};
    gal_surrogate_evaluation with, loaded;
    must(gal_pretrained_find(&p, TMP "base.safetensors", &err), &err);
    gal_surrogate *s = train_few(p), *back;
    assert_int_equal(s->n_decoder, 2);
    assert_true(s->decoder_share >= 0 && s->decoder_share <= 1);
    s->decoder_share = 1;
    must(gal_surrogate_evaluate(&with, s, &shared.test, &err), &err);
    for (int m = 0; m < N_METRIC; m++)
        assert_true(with.score[GAL_SURROGATE_FULL * N_METRIC + m].r2 > 0.8);
    must(gal_surrogate_save(TMP "adapted.safetensors", s, &err), &err);
    must(gal_surrogate_load(&back, TMP "adapted.safetensors", &err), &err);
    must(gal_surrogate_evaluate(&loaded, back, &shared.test, &err), &err);
    for (int m = 0; m < N_METRIC; m++)
        assert_true(loaded.score[GAL_SURROGATE_FULL * N_METRIC + m].mae ==
                    with.score[GAL_SURROGATE_FULL * N_METRIC + m].mae);
    gal_surrogate_evaluation_clear(&with);
    gal_surrogate_evaluation_clear(&loaded);
    gal_surrogate_destroy(s);
    gal_surrogate_destroy(back);
    gal_pretrained_destroy(p);
}

static void test_refuses(void **state) {
    (void)state;
    gal_pretrained *p;
    gal_error err = {0};
    gal_safetensors st;
    gal_pretrain_options o = gal_pretrain_defaults();
    assert_int_equal(gal_pretrain(&p, NULL, NULL, 0, &o, NULL, &err), GAL_EINVAL);
    assert_int_equal(gal_pretrained_find(&p, TMP "adapted.safetensors", &err), GAL_EMISMATCH);
    assert_null(p);
    gal_safetensors_init(&st);
    gal_safetensors_set(&st, "format", "galena pretrained surrogate 1", NULL);
    gal_safetensors_set(&st, "nets simulations", "1 100", NULL);
    must(gal_safetensors_write(TMP "bad.safetensors", &st, &err), &err);
    gal_safetensors_clear(&st);
    assert_int_equal(gal_pretrained_find(&p, TMP "bad.safetensors", &err), GAL_EMISMATCH);
    gal_surrogate *s;
    assert_int_equal(gal_surrogate_load(&s, TMP "base.safetensors", &err), GAL_EMISMATCH);
}

/* A checkpoint of other options is not gone on from. */
static void test_other_checkpoint(void **state) {
    (void)state;
    gal_pretrained *p;
    gal_error err = {0};
    const gal_bench *bench[] = {&shared.bench};
    const gal_surrogate_samples *samples[] = {&shared.train};
    gal_pretrain_options o = gal_pretrain_defaults();
    o.checkpoint = TMP "ck";
    o.steps = 10;
    assert_int_equal(gal_pretrain(&p, bench, samples, 1, &o, NULL, &err), GAL_EMISMATCH);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_adapts),           cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_other_checkpoint),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
