#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/intern.h"
#include "base/rng.h"
#include "base/vec.h"
#include <stdio.h>
#include <string.h>

static void arena_memory_is_aligned_and_disjoint(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    char *previous = NULL;
    for (size_t size = 1; size < 1 << 22; size = size * 3 + 1) {
        char *memory = gal_arena_calloc(&arena, size, 1);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % 64, 0);
        assert_true(memory[0] == 0 && memory[size - 1] == 0);
        memset(memory, 0xff, size);
        if (previous) assert_int_equal((unsigned char)previous[0], 0xff);
        previous = memory;
    }
    assert_string_equal(gal_arena_text(&arena, "netlist", 3), "net");
    assert_null(gal_arena_calloc(&arena, SIZE_MAX / 2, 4));
    assert_null(gal_arena_alloc(&arena, SIZE_MAX));
    gal_arena_clear(&arena);
}

static void arena_reset_reuses_its_memory(void **state) {
    (void)state;
    gal_arena arena;
    gal_arena_init(&arena);
    size_t total = 0;
    for (int round = 0; round < 3; round++) {
        char *small = gal_arena_alloc(&arena, 1000), *large = gal_arena_alloc(&arena, 5 << 20),
             *larger = gal_arena_alloc(&arena, 9 << 20);
        assert_true(small && large && larger);
        memset(large, round, 5 << 20);
        memset(larger, 9, 9 << 20);
        memset(small, 1, 1000);
        assert_true(large[0] == round && large[(5 << 20) - 1] == round);
        if (round) assert_int_equal(arena.total, total);
        total = arena.total;
        gal_arena_reset(&arena);
    }
    gal_arena_clear(&arena);
}

static void names_are_interned_once(void **state) {
    (void)state;
    for (int fold = 0; fold < 2; fold++) {
        gal_intern intern;
        gal_intern_init(&intern, fold);
        assert_int_equal(gal_intern_find(&intern, gal_view_of("net")), -1);
        char name[32];
        for (int i = 0; i < 5000; i++) {
            snprintf(name, sizeof name, "net%d", i);
            assert_int_equal(gal_intern_add(&intern, gal_view_of(name)), i);
        }
        for (int i = 0; i < 5000; i += 7) {
            snprintf(name, sizeof name, "NET%d", i);
            assert_int_equal(gal_intern_find(&intern, gal_view_of(name)), fold ? i : -1);
            name[0] = 'n', name[1] = 'e', name[2] = 't';
            assert_int_equal(gal_intern_add(&intern, gal_view_of(name)), i);
        }
        gal_intern_clear(&intern);
    }
}

static void random_numbers_are_repeatable_and_fair(void **state) {
    (void)state;
    gal_rng a, b, other;
    gal_rng_init(&a, 1, 0);
    gal_rng_init(&b, 1, 0);
    gal_rng_init(&other, 1, 1);
    int hist[10] = {0}, differ = 0;
    double sum = 0, squares = 0;
    for (int i = 0; i < 100000; i++) {
        const uint64_t x = gal_rng_next(&a);
        assert_true(x == gal_rng_next(&b));
        differ += x != gal_rng_next(&other);
        hist[gal_rng_below(&a, 10)]++;
        gal_rng_below(&b, 10);
        const double z = gal_rng_normal(&other);
        sum += z, squares += z * z;
    }
    assert_true(differ > 99990);
    for (int i = 0; i < 10; i++) assert_in_range(hist[i], 9600, 10400);
    assert_true(sum / 1e5 < 0.02 && sum / 1e5 > -0.02);
    assert_true(squares / 1e5 > 0.97 && squares / 1e5 < 1.03);
}

static void vectors_grow(void **state) {
    (void)state;
    gal_vec(int) v = {0};
    for (int i = 0; i < 1000; i++) assert_true(gal_vec_push(&v, i * i));
    assert_int_equal(v.size, 1000);
    assert_int_equal(v.data[999], 999 * 999);
    assert_int_equal(gal_vec_reserve(&v, SIZE_MAX / 2), 0);
    assert_true(v.size == 1000 && v.data[999] == 999 * 999);
    gal_vec_free(&v);

    gal_vec(const char *) names = {0};
    for (int i = 0; i < 100; i++) assert_true(gal_vec_push(&names, i % 2 ? "odd" : "even"));
    for (int i = 0; i < 100; i++) assert_string_equal(names.data[i], i % 2 ? "odd" : "even");
    gal_vec_free(&names);
    assert_null(v.data);
}

static void hashes_depend_on_order(void **state) {
    (void)state;
    assert_true(gal_hash_mix(gal_hash_mix(0, 1), 2) != gal_hash_mix(gal_hash_mix(0, 2), 1));
    uint64_t hash[] = {7, UINT64_MAX, 7, 0, UINT64_MAX};
    assert_int_equal(gal_hash_unique(hash, 5), 3);
    assert_true(hash[0] == 0 && hash[1] == 7 && hash[2] == UINT64_MAX);
    assert_int_equal(gal_hash_unique(hash, 0), 0);
    assert_true(gal_hash_bytes("ab", 2, 0) != gal_hash_bytes("ba", 2, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_memory_is_aligned_and_disjoint),
        cmocka_unit_test(arena_reset_reuses_its_memory),
        cmocka_unit_test(names_are_interned_once),
        cmocka_unit_test(random_numbers_are_repeatable_and_fair),
        cmocka_unit_test(vectors_grow),
        cmocka_unit_test(hashes_depend_on_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
