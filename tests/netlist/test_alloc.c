/* Each allocation of the readers fails in turn: every run must end with GAL_ENOMEM or with success
 * and leave nothing behind. Linked with -Wl,--wrap for the four allocators. */
#include "netlist/info.h"
#include "netlist/spef.h"
#include "netlist/spice_write.h"
#include "spice_testing.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);

static long countdown = -1; /* allocations until the one that fails; -1: none fails */

static int fails(void) {
    return countdown >= 0 && countdown-- == 0;
}

void *__wrap_malloc(size_t size) {
    return fails() ? NULL : __real_malloc(size);
}
void *__wrap_calloc(size_t n, size_t size) {
    return fails() ? NULL : __real_calloc(n, size);
}
void *__wrap_realloc(void *old, size_t size) {
    return fails() ? NULL : __real_realloc(old, size);
}
void *__wrap_aligned_alloc(size_t align, size_t size) {
    return fails() ? NULL : __real_aligned_alloc(align, size);
}

static const char deck[] =
    "* everything that allocates\n.param a=1 b='a*2'\n.func f(x) {x*a}\n.global vdd\n"
    ".subckt inv a y w=1u m=1\n.param wp='w*2'\nm1 y a 0 0 nch w=w l=0.1u m=m\n"
    "m2 y a vdd vdd p1 w=wp l=0.1\n.ends\n.subckt cell A z\nxi / inv $PINS a=a y=n w=2u\n"
    "x2 n z inv w='f(b)*1u'\nx3 n lost\nr1 a n $[rm] $w=1u\n.ends\n.connect q r\n"
    "x1 in out cell m=2\nl1 in q 1n\nl2 out r 1n\nk1 l1 l2 0.5\nf1 in 0 v1 2\nv1 in 0 dc 'nope'\n"
    ".model nch.1 nmos\n.if (a==1)\nc1 out 0 1f\n.endif\n.unknown\n";

/* Everything from text to text. */
static gal_status work(gal_error *err) {
    gal_design design;
    gal_circuit circuit;
    gal_netlist_info info;
    gal_buf text;
    gal_buf_init(&text);
    gal_circuit_init(&circuit);
    gal_status status = gal_design_parse_spice(&design, "t.sp", deck, sizeof deck - 1, NULL, err);
    const gal_flatten_options options = {.warnings = &design.warnings};
    if (status == GAL_OK) status = gal_design_flatten(&circuit, &design, NULL, &options, err);
    if (status == GAL_OK) status = gal_circuit_find_supplies(&circuit, NULL, err);
    if (status == GAL_OK) status = gal_netlist_describe(&info, &circuit, &design, err);
    const gal_spice_write_options models = {.models = 1};
    if (status == GAL_OK) status = gal_spice_write(&text, &circuit, &models, err);
    const gal_extract extract = {.circuit = circuit};
    if (status == GAL_OK) status = gal_spef_print(&text, &extract, NULL, err);
    if (status == GAL_OK) gal_netlist_info_json(&text, &info);
    if (status == GAL_OK) status = gal_buf_ok(&text, err);
    gal_buf_clear(&text);
    gal_circuit_clear(&circuit);
    gal_design_clear(&design);
    return status;
}

static gal_status read_files(gal_error *err) {
    gal_circuit circuit;
    const gal_status status = gal_circuit_read(&circuit, "data/spice/include/deck.sp", NULL, err);
    gal_circuit_clear(&circuit);
    return status;
}

static void fail_each(gal_status (*subject)(gal_error *err)) {
    gal_error err = {0};
    countdown = -1;
    assert_int_equal(subject(&err), GAL_OK);
    int failures = 0;
    for (long k = 0;; k++) {
        assert_true(k < 100000);
        countdown = k;
        const gal_status status = subject(&err);
        const int reached = countdown < 0;
        countdown = -1;
        if (!reached) break;
        /* A warning or a cache that could not be kept is no error; gzip calls it a read error. */
        assert_true(status == GAL_ENOMEM || status == GAL_OK || status == GAL_EIO);
        failures += status != GAL_OK;
    }
    assert_true(failures > 20);
}

static void test_text(void **state) {
    (void)state;
    fail_each(work);
}

static void test_files(void **state) {
    (void)state;
    fail_each(read_files);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
