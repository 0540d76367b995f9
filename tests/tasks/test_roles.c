#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tasks/parasitics/roles.h"
#include <math.h>
#include <string.h>

static gal_roles empty(void) {
    gal_roles roles;
    gal_roles_init(&roles);
    return roles;
}

static void add(gal_roles *roles, uint64_t shallow, uint64_t deep, float label) {
    const uint64_t key[2] = {shallow, deep};
    assert_int_equal(gal_roles_add(roles, key, 2, label, NULL), GAL_OK);
}

/* Shallow key 7: labels 1, 2, 6 (mean 3); below it 70: 1, 2 (mean 1.5) and 71: 6 alone. */
static gal_roles three_labels(int32_t least) {
    gal_roles roles = empty();
    add(&roles, 7, 70, 1);
    add(&roles, 7, 71, 6);
    add(&roles, 7, 70, 2);
    assert_int_equal(gal_roles_finish(&roles, least, NULL), GAL_OK);
    return roles;
}

static void assert_near(double got, double expected) {
    if (!(fabs(got - expected) <= 1e-6)) fail_msg("got %g, expected %g", got, expected);
}

static void draws_towards_ever_deeper_means(void **state) {
    (void)state;
    gal_roles roles = three_labels(1);
    float left;
    const uint64_t both[2] = {7, 70}, half[2] = {7, 99}, none[2] = {8, 99};
    /* (3 * 3 + 2 * 0) / 5 = 1.8, then (2 * 1.5 + 2 * 1.8) / 4 = 1.65 */
    assert_near((double)gal_roles_apply(&roles, both, 2, 0, 2, &left), 1.65);
    assert_near((double)left, 2.0 / 5 * 2 / 4);
    assert_near((double)gal_roles_apply(&roles, half, 2, 0, 2, &left), 1.8);
    assert_near((double)left, 2.0 / 5);
    assert_near((double)gal_roles_apply(&roles, none, 2, -4, 2, &left), -4);
    assert_near((double)left, 1);
    assert_near((double)gal_roles_apply(&roles, both, 1, 9, 0, &left), 3);
    gal_roles_clear(&roles);
}

static void forgets_what_was_rarely_seen(void **state) {
    (void)state;
    gal_roles roles = three_labels(2);
    float left;
    const uint64_t rare = 71;
    assert_int_equal(roles.n, 2);
    assert_near((double)gal_roles_apply(&roles, &rare, 1, 5, 1, &left), 5);
    assert_near((double)left, 1);
    gal_roles_clear(&roles);
}

static void an_empty_memory_knows_nothing(void **state) {
    (void)state;
    gal_roles roles = empty();
    float left;
    const uint64_t key = 1;
    assert_near((double)gal_roles_apply(&roles, &key, 1, 2, 3, &left), 2);
    assert_int_equal(gal_roles_finish(&roles, 1, NULL), GAL_OK);
    assert_near((double)gal_roles_apply(&roles, &key, 1, 2, 3, &left), 2);
    assert_near((double)left, 1);
    gal_roles_clear(&roles);
}

/* Enough labels of few keys that rounding would show the order of summation. */
static gal_roles many(int backwards) {
    gal_roles roles = empty();
    for (int i = 0; i < 3000; i++) {
        const int k = backwards ? 2999 - i : i;
        add(&roles, (uint64_t)(k % 3), 100 + (uint64_t)(k % 17), sinf((float)k) * 1e3f);
    }
    assert_int_equal(gal_roles_finish(&roles, 2, NULL), GAL_OK);
    return roles;
}

static void order_of_labels_does_not_matter(void **state) {
    (void)state;
    gal_roles a = many(0), b = many(1);
    assert_int_equal(a.n, 20);
    assert_int_equal(b.n, 20);
    assert_memory_equal(a.key, b.key, 20 * sizeof *a.key);
    assert_memory_equal(a.mean, b.mean, 20 * sizeof *a.mean);
    assert_memory_equal(a.count, b.count, 20 * sizeof *a.count);
    gal_roles_clear(&a);
    gal_roles_clear(&b);
}

static void restores_what_was_saved(void **state) {
    (void)state;
    gal_roles a = three_labels(1), b;
    float left;
    const uint64_t key[2] = {7, 70};
    assert_int_equal(gal_roles_restore(&b, a.key, a.mean, a.count, a.n, NULL), GAL_OK);
    assert_int_equal(b.n, 3);
    assert_near((double)gal_roles_apply(&b, key, 2, 0, 2, &left), 1.65);
    gal_roles_clear(&a);
    gal_roles_clear(&b);
}

static void refuses_damage(void **state) {
    (void)state;
    static const struct {
        uint64_t key[2];
        int32_t count[2];
    } damaged[] = {{{5, 4}, {1, 1}}, {{4, 4}, {1, 1}}, {{4, 5}, {1, 0}}, {{4, 5}, {-3, 1}}};
    const float mean[2] = {1, 2};
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        gal_roles roles;
        gal_error err = {0};
        assert_int_equal(gal_roles_restore(&roles, damaged[i].key, mean, damaged[i].count, 2, &err),
                         GAL_EPARSE);
        assert_non_null(strstr(err.message, "damaged"));
        gal_roles_clear(&roles);
    }
    gal_roles none;
    assert_int_equal(gal_roles_restore(&none, NULL, NULL, NULL, 0, NULL), GAL_OK);
    assert_int_equal(none.n, 0);
    gal_roles_clear(&none);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_towards_ever_deeper_means),
        cmocka_unit_test(forgets_what_was_rarely_seen),
        cmocka_unit_test(an_empty_memory_knows_nothing),
        cmocka_unit_test(order_of_labels_does_not_matter),
        cmocka_unit_test(restores_what_was_saved),
        cmocka_unit_test(refuses_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
