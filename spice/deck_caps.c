#include "spice/deck_caps.h"

#include "base/intern.h"
#include "spice/card_line.h"
#include <stdio.h>
#include <string.h>

/* The net as ngspice calls it. */
static gal_status put_net(gal_buf *out, const gal_circuit *circuit, int32_t net, gal_error *err) {
    const char *name = net < 0 ? "0" : circuit->net[net].name;
    if (!*name || strpbrk(name, " \t,;={}()'\"$"))
        return gal_fail(err, GAL_EMISMATCH, "no card can name the net '%s'", name);
    gal_buf_text(out, " ");
    for (const char *c = name; *c; c++) gal_buf_append(out, *c == '/' ? "." : c, 1);
    return GAL_OK;
}

/* Cp1, Cp2, ... but for names that elements of the deck have. */
static gal_status put_caps(gal_buf *out, const gal_intern *taken, const gal_circuit *circuit,
                           const gal_cap *cap, int64_t n_cap, gal_error *err) {
    int64_t number = 0;
    gal_buf_text(out, "* capacitances predicted by galena\n");
    for (int64_t k = 0; k < n_cap; k++) {
        char name[32];
        do snprintf(name, sizeof name, "Cp%lld", (long long)++number);
        while (gal_intern_find(taken, gal_view_of(name)) >= 0);
        gal_buf_text(out, name);
        GAL_TRY(put_net(out, circuit, cap[k].b, err));
        GAL_TRY(put_net(out, circuit, cap[k].a, err));
        gal_buf_printf(out, " %.6g\n", cap[k].farad);
    }
    return GAL_OK;
}

static gal_status names_of(gal_intern *taken, const gal_circuit *circuit, gal_error *err) {
    for (int32_t d = 0; d < circuit->n_device; d++)
        if (gal_intern_add(taken, gal_view_of(circuit->device[d].name)) < 0)
            return gal_fail(err, GAL_ENOMEM, "out of memory for the deck");
    return GAL_OK;
}

static void put_line(gal_buf *out, const gal_card_line *line, const char *path) {
    char absolute[GAL_CARD_PATH];
    if (gal_card_line_is_file(line) && gal_card_line_file(absolute, line, path)) {
        gal_card_put_file(out, line, absolute);
        return;
    }
    gal_buf_append(out, line->text.text, line->text.size);
    gal_buf_text(out, "\n");
}

gal_status gal_deck_add_caps(gal_buf *out, gal_view deck, const char *path,
                             const gal_circuit *circuit, const gal_cap *cap, int64_t n_cap,
                             gal_error *err) {
    gal_card_line line;
    gal_intern taken;
    gal_intern_init(&taken, 1);
    gal_status status = names_of(&taken, circuit, err);
    int placed = 0;
    while (status == GAL_OK && gal_card_line_next(&line, &deck)) {
        if (!placed && gal_view_equal_nocase(line.word[0], ".end")) {
            status = put_caps(out, &taken, circuit, cap, n_cap, err);
            placed = 1;
        }
        put_line(out, &line, path);
    }
    if (status == GAL_OK && !placed) status = put_caps(out, &taken, circuit, cap, n_cap, err);
    gal_intern_clear(&taken);
    return status == GAL_OK ? gal_buf_ok(out, err) : status;
}
