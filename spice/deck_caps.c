#include "spice/deck_caps.h"

#include "base/intern.h"
#include "spice/card_line.h"
#include <stdio.h>
#include <string.h>

/* What the names in a deck are, without regard to case. */
typedef struct known_names {
    gal_intern elements; /* of the top level */
    gal_intern levels;   /* of instances with something inside: "X1", "X1/X2" */
} known_names;

static gal_status no_memory(gal_error *err) {
    return gal_fail(err, GAL_ENOMEM, "out of memory for the deck");
}

static gal_status take_names(known_names *names, gal_view deck, const gal_circuit *circuit,
                             gal_error *err) {
    gal_card_line line;
    while (gal_card_line_next(&line, &deck))
        if (gal_intern_add(&names->elements, line.word[0]) < 0) return no_memory(err);
    for (int32_t d = 0; d < circuit->n_device; d++) {
        const char *name = circuit->device[d].name;
        if (gal_intern_add(&names->elements, gal_view_of(name)) < 0) return no_memory(err);
        for (const char *p = strchr(name, '/'); p; p = strchr(p + 1, '/'))
            if (gal_intern_add(&names->levels, (gal_view){name, (size_t)(p - name)}) < 0)
                return no_memory(err);
    }
    return GAL_OK;
}

/* The net as ngspice calls it. A '/' that no instance stands before is part of a name. */
static gal_status put_net(gal_buf *out, const known_names *names, const gal_circuit *circuit,
                          int32_t net, gal_error *err) {
    const char *name = net < 0 ? "0" : circuit->net[net].name;
    if (!*name || strpbrk(name, " \t,;={}()'\"$"))
        return gal_fail(err, GAL_EMISMATCH, "no card can name the net '%s'", name);
    gal_buf_text(out, " ");
    for (const char *c = name; *c; c++) {
        const gal_view before = {name, (size_t)(c - name)};
        const int level = *c == '/' && gal_intern_find(&names->levels, before) >= 0;
        gal_buf_append(out, level ? "." : c, 1);
    }
    return GAL_OK;
}

/* Cp1, Cp2, ... but for names that elements of the deck have. */
static gal_status put_caps(gal_buf *out, const known_names *names, const gal_circuit *circuit,
                           const gal_cap *cap, int64_t n_cap, gal_error *err) {
    int64_t number = 0;
    gal_buf_text(out, "* capacitances predicted by galena\n");
    for (int64_t k = 0; k < n_cap; k++) {
        char name[32];
        do snprintf(name, sizeof name, "Cp%lld", (long long)++number);
        while (gal_intern_find(&names->elements, gal_view_of(name)) >= 0);
        gal_buf_text(out, name);
        GAL_TRY(put_net(out, names, circuit, cap[k].b, err));
        GAL_TRY(put_net(out, names, circuit, cap[k].a, err));
        gal_buf_printf(out, " %.6g\n", cap[k].farad);
    }
    return GAL_OK;
}

static gal_status put_deck(gal_buf *out, gal_view deck, const char *path, const known_names *names,
                           const gal_circuit *circuit, const gal_cap *cap, int64_t n_cap,
                           gal_error *err) {
    gal_card_line line;
    int placed = 0;
    while (gal_card_line_next(&line, &deck)) {
        const gal_view word = line.word[0];
        const int is_end =
            gal_view_equal_nocase(word, ".end") || gal_view_equal_nocase(word, ".alter");
        if (is_end && !placed++) GAL_TRY(put_caps(out, names, circuit, cap, n_cap, err));
        gal_card_put(out, &line, path);
    }
    return placed ? GAL_OK : put_caps(out, names, circuit, cap, n_cap, err);
}

gal_status gal_deck_add_caps(gal_buf *out, gal_view deck, const char *path,
                             const gal_circuit *circuit, const gal_cap *cap, int64_t n_cap,
                             gal_error *err) {
    known_names names;
    gal_intern_init(&names.elements, 1);
    gal_intern_init(&names.levels, 1);
    gal_status status = take_names(&names, deck, circuit, err);
    if (status == GAL_OK) status = put_deck(out, deck, path, &names, circuit, cap, n_cap, err);
    gal_intern_clear(&names.elements);
    gal_intern_clear(&names.levels);
    return status == GAL_OK ? gal_buf_ok(out, err) : status;
}
