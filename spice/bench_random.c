/* Random functions of a deck: drawn anew for every seed, at their nominal value without one.
 *
 * ngspice draws wherever agauss, gauss, aunif or unif stands, and has no switch for it. Cards of
 * the deck therefore call functions of the bench instead, which weigh the deviation with the
 * parameter galena_random, 0 or 1.
 */
#include "spice/bench_private.h"

#include "base/ascii.h"
#include <string.h>

static const char *const function[] = {"agauss", "gauss", "aunif", "unif"};
enum { N_FUNCTION = sizeof function / sizeof *function };

/* The length of the random function called at text[i], 0: none. */
static size_t call_at(gal_view text, size_t i) {
    size_t size = 0;
    if (i > 0 && gal_is_word(text.text[i - 1])) return 0;
    while (i + size < text.size && gal_is_word(text.text[i + size])) size++;
    if (i + size >= text.size || text.text[i + size] != '(') return 0;
    for (int k = 0; k < N_FUNCTION; k++)
        if (gal_view_equal_nocase((gal_view){text.text + i, size}, function[k])) return size;
    return 0;
}

int gal__bench_draws(gal_view text) {
    const char *p = text.text, *end = text.text + text.size;
    for (; p < end && (p = memchr(p, '(', (size_t)(end - p))); p++) {
        const size_t open = (size_t)(p - text.text);
        for (size_t size = 4; size <= 6 && size <= open; size++)
            if (call_at(text, open - size)) return 1;
    }
    return 0;
}

void gal__bench_tame(gal_buf *out, gal_view text) {
    for (size_t i = 0; i < text.size; i++) {
        if (call_at(text, i)) gal_buf_text(out, "galena_");
        gal_buf_append(out, text.text + i, 1);
    }
}

const char gal__bench_functions[] =
    ".param galena_random=0\n"
    ".func galena_agauss(n,a,s) {(n)+galena_random*agauss(0,a,s)}\n"
    ".func galena_gauss(n,r,s) {(n)*(1+galena_random*agauss(0,r,s))}\n"
    ".func galena_aunif(n,a) {(n)+galena_random*aunif(0,a)}\n"
    ".func galena_unif(n,r) {(n)*(1+galena_random*aunif(0,r))}\n";
