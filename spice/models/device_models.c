#include "spice/models/device_models.h"

#include "base/ascii.h"
#include "base/file.h"
#include <math.h>
#include <string.h>

enum { FILE_LIMIT = 64 << 20 };

static int is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of [*p, end[: up to blanks, '=' and parentheses. */
static gal_view next_word(const char **p, const char *end) {
    while (*p < end && (is_blank(**p) || strchr("()=\n+", **p))) ++*p;
    gal_view word = {*p, 0};
    while (*p < end && !is_blank(**p) && !strchr("()=\n", **p)) ++*p, ++word.size;
    return word;
}

/* A line [text, text + size[ that starts with the directive. */
static int starts(gal_view line, const char *directive) {
    const size_t n = strlen(directive);
    return line.size >= n && gal_view_equal_nocase((gal_view){line.text, n}, directive);
}

/* "skyn.12" without its bin number. */
static gal_view base_name(gal_view name) {
    size_t n = name.size;
    while (n && gal_is_digit(name.text[n - 1])) n--;
    if (n > 1 && n < name.size && name.text[n - 1] == '.') name.size = n - 1;
    return name;
}

static void read_bins(gal_model_card *card) {
    const struct {
        const char *name;
        double *value;
    } bound[] = {{"lmin", &card->min_length},
                 {"lmax", &card->max_length},
                 {"wmin", &card->min_width},
                 {"wmax", &card->max_width}};
    const char *p = card->text, *end = p + card->size;
    card->min_length = card->min_width = 0;
    card->max_length = card->max_width = HUGE_VAL;
    while (p < end) {
        const gal_view word = next_word(&p, end);
        if (!word.size) break;
        for (size_t i = 0; i < sizeof bound / sizeof *bound; i++) {
            if (!gal_view_equal_nocase(word, bound[i].name)) continue;
            const gal_view number = next_word(&p, end);
            double value;
            /* A number with a scale letter (180n) is left unbounded: ngspice then decides. */
            if (gal_number_parse(number, &value) == number.size) *bound[i].value = value;
        }
    }
}

/* Takes one card when it is of the first nmos or pmos name; 0 when memory is out. */
static int take_card(gal_device_models *models, gal_model_card card) {
    const char *p = card.text, *end = p + card.size;
    next_word(&p, end); /* .model */
    const gal_view name = base_name(next_word(&p, end)), type = next_word(&p, end);
    card.is_pmos = gal_view_equal_nocase(type, "pmos");
    if (!card.is_pmos && !gal_view_equal_nocase(type, "nmos")) return 1;
    const char **chosen = card.is_pmos ? &models->pmos : &models->nmos;
    if (!*chosen) *chosen = gal_arena_text(&models->arena, name.text, name.size);
    if (!*chosen) return 0;
    if (!gal_view_equal_nocase(name, *chosen)) return 1;
    read_bins(&card);
    models->card[models->n_card++] = card;
    return 1;
}

static int32_t count_cards(const char *text) {
    int32_t n = 0;
    for (const char *p = text; *p; p++) n += *p == '.';
    return n; /* of dots: more than enough */
}

static gal_status refuse_structure(gal_view line, const char *file, int number, gal_error *err) {
    static const char *const refused[] = {".inc", ".lib", ".subckt", ".control"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (starts(line, refused[i]))
            return gal_fail_at(err, GAL_EPARSE, file, number, 1,
                               "'%s...' found; flat .model cards are expected", refused[i]);
    return GAL_OK;
}

/* Splits the text (which lives in the arena) into cards and other lines. */
static gal_status split(gal_device_models *models, const char *text, const char *file,
                        gal_buf *other, gal_error *err) {
    gal_model_card card = {0};
    int number = 0, in_card = 0;
    for (const char *p = text; *p;) {
        const gal_view line = {p, strcspn(p, "\n")};
        p += line.size + (p[line.size] == '\n');
        number++;
        GAL_TRY(refuse_structure(line, file, number, err));
        const int continues = line.size == 0 || *line.text == '+' || *line.text == '*';
        if (in_card && !continues) {
            if (!take_card(models, card)) return gal_fail(err, GAL_ENOMEM, "out of memory");
            in_card = 0;
        }
        if (starts(line, ".model")) {
            card = (gal_model_card){.text = line.text};
            in_card = 1;
        }
        if (in_card) card.size = (size_t)(line.text + line.size - card.text);
        else if (!continues && !starts(line, ".end"))
            gal_buf_append(other, line.text, line.size), gal_buf_text(other, "\n");
    }
    if (in_card && !take_card(models, card)) return gal_fail(err, GAL_ENOMEM, "out of memory");
    return GAL_OK;
}

static gal_status parse(gal_device_models *models, const char *text, size_t size, const char *file,
                        gal_error *err) {
    gal_buf other;
    gal_buf_init(&other);
    gal_buf_text(&other, "");
    const char *kept = gal_arena_text(&models->arena, text, size);
    models->card = GAL_ARENA_ARRAY(&models->arena, gal_model_card, count_cards(text));
    gal_status status = kept && models->card
                            ? split(models, kept, file, &other, err)
                            : gal_fail(err, GAL_ENOMEM, "out of memory for model cards");
    if (status == GAL_OK) status = gal_buf_ok(&other, err);
    if (status == GAL_OK) {
        models->other = gal_arena_text(&models->arena, other.data, other.size);
        if (!models->other) status = gal_fail(err, GAL_ENOMEM, "out of memory for model cards");
    }
    gal_buf_clear(&other);
    if (status == GAL_OK && (!models->nmos || !models->pmos))
        status = gal_fail_at(err, GAL_EPARSE, file, 0, 0, "no '.model NAME %s' card in it",
                             models->nmos ? "pmos" : "nmos");
    if (status != GAL_OK) gal_device_models_clear(models);
    return status;
}

gal_status gal_device_models_builtin(gal_device_models *models, const char *name, gal_error *err) {
    double vdd;
    const char *text = gal__generic_cards(name, &vdd);
    *models = (gal_device_models){0};
    if (!text)
        return gal_fail(err, GAL_ENOTFOUND,
                        "no built-in device models '%s': expected generic130 or generic180", name);
    models->vdd = vdd;
    return parse(models, text, strlen(text), name, err);
}

gal_status gal_device_models_read(gal_device_models *models, const char *path, double vdd,
                                  gal_error *err) {
    gal_file file;
    *models = (gal_device_models){.vdd = vdd};
    GAL_TRY(gal_file_read(&file, path, FILE_LIMIT, err));
    const gal_status status = parse(models, file.data, file.size, path, err);
    gal_file_clear(&file);
    return status;
}

void gal_device_models_clear(gal_device_models *models) {
    gal_arena_clear(&models->arena);
    *models = (gal_device_models){0};
}

/* 1 when the card's bin holds the device's finger. Both bins of a shared bound do. */
static int fits(const gal_model_card *card, const gal_device *device) {
    const double slack = 1e-10, width = device->width / device->fingers;
    return card->is_pmos == (device->type == GAL_PMOS) &&
           device->length >= card->min_length - slack &&
           device->length <= card->max_length + slack && width >= card->min_width - slack &&
           width <= card->max_width + slack;
}

gal_status gal_device_models_write(gal_buf *deck, const gal_device_models *models,
                                   const gal_circuit *circuit, gal_error *err) {
    for (int32_t d = 0; d < circuit->n_device; d++) {
        const gal_device *device = &circuit->device[d];
        int32_t n = 0;
        for (int32_t k = 0; k < models->n_card; k++) n += fits(&models->card[k], device);
        if (gal_device_is_mos(device) && !n)
            return gal_fail(err, GAL_EMISMATCH,
                            "%s: no %s model for a gate of %g um by %g um (width by length)",
                            device->name, gal_device_type_name(device->type),
                            1e6 * device->width / device->fingers, 1e6 * device->length);
    }
    gal_buf_text(deck, models->other);
    for (int32_t k = 0; k < models->n_card; k++) {
        int needed = 0;
        for (int32_t d = 0; d < circuit->n_device && !needed; d++)
            needed = gal_device_is_mos(&circuit->device[d]) &&
                     fits(&models->card[k], &circuit->device[d]);
        if (!needed) continue;
        gal_buf_append(deck, models->card[k].text, models->card[k].size);
        gal_buf_text(deck, "\n");
    }
    return GAL_OK;
}
