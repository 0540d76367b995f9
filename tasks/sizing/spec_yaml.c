/* YAML specs: the words of galena's own documents, and those of AutoCkt, PPAAS and BagNet.
 *
 * Each entry becomes a statement of the line form. Tags (!!python/tuple, !!float) are ignored: what
 * an entry means follows from its place. Nothing is constructed or run.
 */
#include "base/file.h"
#include "netlist/spice_lex.h"
#include "tasks/sizing/spec_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { TEXT = 400, PARENTS = 8 };

/* Ranges without a step that span this ratio or more are searched by their logarithm. */
#define LOG_RATIO 20

typedef struct reader {
    gal__spec_builder *b;
    yaml_document_t *document;
    yaml_node_t *root;
} reader;

static gal_status fail(reader *r, const yaml_node_t *node, const char *what, gal_error *err) {
    return gal_fail_at(err, GAL_EPARSE, r->b->spec->path, (int)node->start_mark.line + 1,
                       (int)node->start_mark.column + 1, "%s", what);
}

static yaml_node_t *at(const reader *r, int index) {
    return yaml_document_get_node(r->document, index);
}

/* The text of a scalar; NULL for others and for null. */
static const char *text_of(const yaml_node_t *node) {
    if (!node || node->type != YAML_SCALAR_NODE) return NULL;
    const char *text = (const char *)node->data.scalar.value;
    const int plain = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return plain && (!*text || !strcmp(text, "~") || !strcmp(text, "null")) ? NULL : text;
}

static int number_of(const yaml_node_t *node, double *value) {
    const char *text = text_of(node);
    return text && *text && gal_spice_number(gal_view_of(text), value) == strlen(text) &&
           isfinite(*value);
}

static int32_t length_of(const yaml_node_t *node) {
    if (!node || node->type != YAML_SEQUENCE_NODE) return 0;
    return (int32_t)(node->data.sequence.items.top - node->data.sequence.items.start);
}

static yaml_node_t *item_of(const reader *r, const yaml_node_t *node, int32_t i) {
    return i < length_of(node) ? at(r, node->data.sequence.items.start[i]) : NULL;
}

static yaml_node_t *member_of(const reader *r, const yaml_node_t *node, const char *key) {
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
    for (; pair < node->data.mapping.pairs.top; pair++) {
        const char *name = text_of(at(r, pair->key));
        if (name && strcmp(name, key) == 0) return at(r, pair->value);
    }
    return NULL;
}

/* Place i of [LOW, HIGH, STEP] or of {min: LOW, max: HIGH, step: STEP}. */
static yaml_node_t *bound_of(const reader *r, const yaml_node_t *node, int32_t i) {
    static const char *const name[] = {"min", "max", "step"};
    return node->type == YAML_MAPPING_NODE ? member_of(r, node, name[i]) : item_of(r, node, i);
}

/* 1 when the node has nothing but its first n bounds, named or in a list. */
static int only_bounds(const reader *r, const yaml_node_t *node, int32_t n) {
    if (node->type != YAML_MAPPING_NODE) return length_of(node) <= n;
    int32_t known = 0;
    for (int32_t i = 0; i < n; i++) known += bound_of(r, node, i) != NULL;
    return known == node->data.mapping.pairs.top - node->data.mapping.pairs.start;
}

static gal_status state(reader *r, const yaml_node_t *node, const char *word, const char *name,
                        const char *value, gal_error *err) {
    r->b->line = (int)node->start_mark.line + 1;
    return gal__spec_entry(r->b, word, name, value, err);
}

/* A deck beside the spec or, as these projects have it, below a folder above it. */
static gal_status take_deck(reader *r, const yaml_node_t *node, gal_error *err) {
    const char *name = text_of(node);
    char path[TEXT + 3 * PARENTS];
    if (!name || strlen(name) >= TEXT) return fail(r, node, "expected the name of a deck", err);
    for (int up = 0; *name != '/' && up <= PARENTS; up++) {
        *path = '\0';
        for (int i = 0; i < up; i++) strcat(path, "../");
        strcat(path, name);
        const char *seen = gal_path_beside(&r->b->spec->arena, r->b->spec->path, path);
        if (seen && gal_file_exists(seen)) return state(r, node, "deck", "", path, err);
    }
    return state(r, node, "deck", "", name, err);
}

static gal_status take_decks(reader *r, const yaml_node_t *node, gal_error *err) {
    if (node->type == YAML_SCALAR_NODE) return take_deck(r, node, err);
    if (!length_of(node)) return fail(r, node, "expected a deck or a list of decks", err);
    for (int32_t i = 0; i < length_of(node); i++) GAL_TRY(take_deck(r, item_of(r, node, i), err));
    return GAL_OK;
}

/* A parameter: [low, high], [low, high, step] or the same by name; `place` in the list, for
 * prec_params: digits behind the point. */
static gal_status take_param(reader *r, const char *name, const yaml_node_t *node, int32_t place,
                             gal_error *err) {
    double low, high, step = 0, digits;
    char text[TEXT];
    if (node->type == YAML_SCALAR_NODE)
        return text_of(node) ? state(r, node, "var", name, text_of(node), err) : GAL_OK;
    const yaml_node_t *by = bound_of(r, node, 2);
    if (!number_of(bound_of(r, node, 0), &low) || !number_of(bound_of(r, node, 1), &high) ||
        (by && !number_of(by, &step)) || !only_bounds(r, node, 3))
        return fail(r, node, "expected [LOW, HIGH] or [LOW, HIGH, STEP] or {min, max, step}", err);
    const int log_scale = !step && low > 0 && high >= LOG_RATIO * low;
    if (!step && number_of(item_of(r, member_of(r, r->root, "prec_params"), place), &digits) &&
        digits < 300)
        step = pow(10, -digits);
    size_t used = (size_t)gal_text_printf(text, sizeof text, "%.17g %.17g%s", low, high,
                                          log_scale ? " log" : "");
    if (step > 0) gal_text_printf(text + used, sizeof text - used, " step=%.17g", step);
    GAL_TRY(state(r, node, "var", name, text, err));
    const yaml_node_t *start = item_of(r, member_of(r, r->root, "init_params"), place);
    return start && text_of(start) ? state(r, start, "set", name, text_of(start), err) : GAL_OK;
}

static gal_status take_params(reader *r, const yaml_node_t *node, gal_error *err) {
    if (node->type != YAML_MAPPING_NODE)
        return fail(r, node, "expected NAME: [LOW, HIGH, STEP] entries", err);
    int32_t place = 0;
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++, place++) {
        const char *name = text_of(at(r, pair->key));
        if (!name) return fail(r, at(r, pair->key), "expected the name of a parameter", err);
        GAL_TRY(take_param(r, name, at(r, pair->value), place, err));
    }
    return GAL_OK;
}

/* "MEASURE >= VALUE" or "MEASURE >= LOW..HIGH" */
static gal_status take_target(reader *r, const char *measure, const char *sense,
                              const yaml_node_t *node, gal_error *err) {
    double low, high;
    char value[TEXT];
    const int list = length_of(node) > 0;
    if (!number_of(list ? item_of(r, node, 0) : node, &low) ||
        (list && (!number_of(item_of(r, node, 1), &high) || length_of(node) > 2)))
        return fail(r, node, "expected a number or [LOW, HIGH]", err);
    if (list) gal_text_printf(value, sizeof value, "%s %.17g..%.17g", sense, low, high);
    else gal_text_printf(value, sizeof value, "%s %.17g", sense, low);
    return state(r, node, "specs", measure, value, err);
}

/* target_specs: gain_min, power_max. */
static gal_status take_suffixed(reader *r, const char *name, const yaml_node_t *node,
                                gal_error *err) {
    char measure[TEXT];
    const size_t size = strlen(name);
    const char *sense = size > 4 && !strcmp(name + size - 4, "_min")   ? ">="
                        : size > 4 && !strcmp(name + size - 4, "_max") ? "<="
                                                                       : NULL;
    if (!sense || size >= sizeof measure)
        return fail(r, node, "expected a target called MEASURE_min or MEASURE_max", err);
    snprintf(measure, sizeof measure, "%.*s", (int)size - 4, name);
    return take_target(r, measure, sense, node, err);
}

/* spec_range: gain: [least, most], either may be null; a third entry is a weight. */
static gal_status take_bounds(reader *r, const char *name, const yaml_node_t *node,
                              gal_error *err) {
    static const char *const sense[] = {">=", "<="};
    const int named = node->type == YAML_MAPPING_NODE;
    if (named ? !only_bounds(r, node, 2) || !(bound_of(r, node, 0) || bound_of(r, node, 1))
              : length_of(node) < 2)
        return fail(r, node, "expected [LEAST, MOST], either null, or {min, max}", err);
    for (int32_t i = 0; i < 2; i++)
        if (text_of(bound_of(r, node, i)))
            GAL_TRY(take_target(r, name, sense[i], bound_of(r, node, i), err));
    return GAL_OK;
}

typedef gal_status take_entry(reader *r, const char *name, const yaml_node_t *node, gal_error *err);

static gal_status each(reader *r, const yaml_node_t *node, take_entry *take, gal_error *err) {
    if (node->type != YAML_MAPPING_NODE) return fail(r, node, "expected NAME: ... entries", err);
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const char *name = text_of(at(r, pair->key));
        if (!name) return fail(r, at(r, pair->key), "expected a name", err);
        GAL_TRY(take(r, name, at(r, pair->value), err));
    }
    return GAL_OK;
}

/* One entry of a word's mapping: text, or bounds of a target or a variable. */
static gal_status take_member(reader *r, const char *word, const yaml_node_t *key,
                              const yaml_node_t *node, gal_error *err) {
    const char *name = text_of(key);
    const int named = name && node->type == YAML_MAPPING_NODE;
    if (named && !strcmp(word, "specs")) return take_bounds(r, name, node, err);
    if (named && !strcmp(word, "var")) return take_param(r, name, node, INT32_MAX, err);
    if (!name || !text_of(node))
        return fail(r, key, "expected NAME: VALUE (in quotes when it has commas)", err);
    return state(r, key, word, name, text_of(node), err);
}

/* A word of galena's own: a scalar, a list or a mapping. */
static gal_status take_word(reader *r, const char *word, const yaml_node_t *node, gal_error *err) {
    if (text_of(node)) return state(r, node, word, "", text_of(node), err);
    for (int32_t i = 0; i < length_of(node); i++) {
        const yaml_node_t *item = item_of(r, node, i);
        if (!text_of(item)) return fail(r, item, "expected text or a number", err);
        GAL_TRY(state(r, item, word, "", text_of(item), err));
    }
    if (node->type != YAML_MAPPING_NODE) return GAL_OK;
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++)
        GAL_TRY(take_member(r, word, at(r, pair->key), at(r, pair->value), err));
    return GAL_OK;
}

static gal_status take_pair(reader *r, const char *key, const yaml_node_t *node, gal_error *err) {
    static const char *const unused[] = {"normalize",   "num_process",       "database_dir",
                                         "measurement", "eval_core_package", "eval_core_class",
                                         "init_params", "prec_params"};
    if (!strcmp(key, "dsn_netlist") || !strcmp(key, "deck")) return take_decks(r, node, err);
    if (!strcmp(key, "params")) return take_params(r, node, err);
    if (!strcmp(key, "target_specs")) return each(r, node, take_suffixed, err);
    if (!strcmp(key, "spec_range")) return each(r, node, take_bounds, err);
    if (gal__spec_is_word(key)) return take_word(r, key, node, err);
    for (size_t i = 0; i < sizeof unused / sizeof *unused; i++)
        if (strcmp(key, unused[i]) == 0) return GAL_OK;
    gal_warn(&r->b->spec->warnings, r->b->spec->path, (int)node->start_mark.line + 1,
             "'%s' is not used", key);
    return GAL_OK;
}

static gal_status take_document(gal__spec_builder *b, yaml_document_t *document, gal_error *err) {
    reader r = {.b = b, .document = document, .root = yaml_document_get_root_node(document)};
    if (!r.root || r.root->type != YAML_MAPPING_NODE)
        return gal_fail_at(err, GAL_EPARSE, b->spec->path, 1, 0,
                           "expected entries such as 'params:' and 'target_specs:'");
    const gal_status status = each(&r, r.root, take_pair, err);
    b->line = 0;
    return status;
}

gal_status gal__spec_yaml(gal__spec_builder *b, gal_view text, gal_error *err) {
    yaml_parser_t parser;
    yaml_document_t document;
    if (!yaml_parser_initialize(&parser)) return gal_fail(err, GAL_ENOMEM, "out of memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.text, text.size);
    gal_status status;
    if (yaml_parser_load(&parser, &document)) {
        status = take_document(b, &document, err);
        yaml_document_delete(&document);
    } else {
        status = gal_fail_at(err, GAL_EPARSE, b->spec->path, (int)parser.problem_mark.line + 1,
                             (int)parser.problem_mark.column + 1, "YAML: %s",
                             parser.problem ? parser.problem : "malformed");
    }
    yaml_parser_delete(&parser);
    return status;
}
