#include "netlist/extract_card.h"

#include "netlist/spice_lex.h"
#include "netlist/spice_type.h"
#include <math.h>

/* ---- numbers ---- */

gal_status gal_card_number(const gal_fields *line, size_t i, const char *what, double *value,
                           gal_error *err) {
    if (i >= line->size) return gal_fields_fail(line, i, err, "expected %s", what);
    const gal_view text = line->word[i].text;
    if (text.size == 0 || gal_spice_number(text, value) != text.size || !isfinite(*value))
        return gal_fields_fail(line, i, err, "expected %s, found \"%.*s\"", what,
                               text.size < 60 ? (int)text.size : 60, text.text);
    return GAL_OK;
}

gal_status gal_card_farad(const gal_fields *line, size_t i, double *farad, gal_error *err) {
    GAL_TRY(gal_card_number(line, i, "a capacitance", farad, err));
    if (fabs(*farad) <= 1) return GAL_OK;
    return gal_fields_fail(line, i, err, "capacitance of %g F, expected at most 1 F", *farad);
}

/* ---- cards ---- */

static gal_status read_size(const gal_fields *line, size_t i, const char *what, double *metre,
                            gal_error *err) {
    GAL_TRY(gal_card_number(line, i, what, metre, err));
    if (*metre > 1e-3) *metre *= 1e-6;
    if (*metre >= 0 && *metre <= 1) return GAL_OK;
    return gal_fields_fail(line, i, err, "expected %s between 0 and 1 m", what);
}

static gal_status read_count(const gal_fields *line, size_t i, const char *what, double least,
                             double *count, gal_error *err) {
    GAL_TRY(gal_card_number(line, i, what, count, err));
    if (*count >= least) return GAL_OK;
    return gal_fields_fail(line, i, err, "expected %s of at least %g", what, least);
}

gal_status gal_card_text(const gal_extract_build *build, gal_view word, const char **text,
                         gal_error *err) {
    *text = gal_arena_text(&gal_extract_build_circuit(build)->arena, word.text, word.size);
    return *text ? GAL_OK : gal_fail(err, GAL_ENOMEM, "out of memory for a name");
}

gal_status gal_card_mos_parse(gal_card_mos *mos, const gal_extract_build *build,
                              const gal_fields *line, size_t model, gal_error *err) {
    if (model >= line->size)
        return gal_fields_fail(line, model, err, "expected four nodes and a model");
    *mos = (gal_card_mos){.multiplier = 1, .fingers = 1};
    GAL_TRY(gal_card_text(build, line->word[model].text, &mos->model, err));
    const int type = gal_spice_mos_of_name(mos->model);
    if (type < 0)
        return gal_fields_fail(line, model, err, "cannot tell NMOS or PMOS from this model name");
    mos->type = (gal_device_type)type;
    for (size_t i = model + 1; i + 1 < line->size; i++) {
        if (gal_fields_is_key(line, i, "w"))
            GAL_TRY(read_size(line, i + 1, "a width", &mos->width, err));
        else if (gal_fields_is_key(line, i, "l"))
            GAL_TRY(read_size(line, i + 1, "a length", &mos->length, err));
        else if (gal_fields_is_key(line, i, "m"))
            GAL_TRY(read_count(line, i + 1, "a multiplier", 1e-6, &mos->multiplier, err));
        else if (gal_fields_is_key(line, i, "nf"))
            GAL_TRY(read_count(line, i + 1, "a number of fingers", 1, &mos->fingers, err));
        else continue;
        i++;
    }
    return GAL_OK;
}

static gal_status add_device(gal_extract_build *build, const gal_device *device, const int32_t *pin,
                             size_t n_pin, gal_error *err) {
    const int32_t d =
        gal_circuit_add_device(gal_extract_build_circuit(build), device, pin, (int32_t)n_pin);
    return d < 0 ? gal_fail(err, GAL_ENOMEM, "out of memory for devices") : GAL_OK;
}

gal_status gal_card_mos_add(gal_extract_build *build, const gal_card_mos *mos, gal_view name,
                            const int32_t pin[4], gal_error *err) {
    gal_device device = {.model = mos->model,
                         .type = mos->type,
                         .width = mos->width,
                         .length = mos->length,
                         .multiplier = mos->multiplier,
                         .fingers = mos->fingers,
                         .value = NAN};
    GAL_TRY(gal_card_text(build, name, &device.name, err));
    return add_device(build, &device, pin, 4, err);
}

gal_status gal_card_add(gal_extract_build *build, const gal_fields *line, gal_device_type type,
                        const int32_t *pin, size_t n_pin, gal_error *err) {
    gal_device device = {.model = "", .type = type, .multiplier = 1, .fingers = 1, .value = NAN};
    GAL_TRY(gal_card_text(build, line->word[0].text, &device.name, err));
    for (size_t i = 1 + n_pin; i < gal_fields_positional(line); i++) {
        const gal_view word = line->word[i].text;
        double value;
        if (gal_spice_number(word, &value) == word.size && isfinite(value)) {
            device.value = value;
            break;
        }
        if (!device.model[0]) GAL_TRY(gal_card_text(build, word, &device.model, err));
    }
    return add_device(build, &device, pin, n_pin, err);
}
