/* JSON specs: each member becomes a statement of the line form. */
#include "tasks/sizing/spec_private.h"

#include <jansson.h>

static int is_scalar(const json_t *value) {
    return json_is_string(value) || json_is_number(value);
}

static gal_status state(gal__spec_builder *b, const char *word, const char *name,
                        const json_t *value, gal_error *err) {
    char number[40];
    gal_text_printf(number, sizeof number, "%.17g", json_number_value(value));
    return gal__spec_entry(b, word, name, json_is_string(value) ? json_string_value(value) : number,
                           err);
}

static gal_status wrong(const gal__spec_builder *b, const char *key, gal_error *err) {
    return gal_fail_at(err, GAL_EPARSE, b->spec->path, 0, 0,
                       "\"%s\": expected text, a number, a list or an object of them", key);
}

/* One member: a scalar, a list of them or an object of them. */
static gal_status take_member(gal__spec_builder *b, const char *key, json_t *value,
                              gal_error *err) {
    if (is_scalar(value)) return state(b, key, "", value, err);
    if (json_is_array(value)) {
        size_t i;
        json_t *item;
        json_array_foreach(value, i, item) {
            if (!is_scalar(item)) return wrong(b, key, err);
            GAL_TRY(state(b, key, "", item, err));
        }
        return GAL_OK;
    }
    if (!json_is_object(value)) return wrong(b, key, err);
    const char *name;
    json_t *item;
    json_object_foreach(value, name, item) {
        if (!is_scalar(item)) return wrong(b, key, err);
        GAL_TRY(state(b, key, name, item, err));
    }
    return GAL_OK;
}

gal_status gal__spec_json(gal__spec_builder *b, gal_view text, gal_error *err) {
    json_error_t at;
    json_t *root = json_loadb(text.text, text.size, JSON_REJECT_DUPLICATES, &at);
    if (!root)
        return gal_fail_at(err, GAL_EPARSE, b->spec->path, at.line, at.column, "JSON: %s", at.text);
    gal_status status = GAL_OK;
    const char *key;
    json_t *value;
    json_object_foreach(root, key, value) {
        if (!gal__spec_is_word(key))
            status = gal_fail_at(err, GAL_EPARSE, b->spec->path, 0, 0,
                                 "unknown member \"%s\": expected deck, tech, specs, minimize, "
                                 "maximize, corners, keep, budget, margin, var, set or measure",
                                 key);
        else status = take_member(b, key, value, err);
        if (status != GAL_OK) break;
    }
    json_decref(root);
    return status;
}
