#include "netlist/spice_reader.h"

#include "netlist/spice_more.h"
#include "netlist/spice_type.h"
#include <math.h>
#include <string.h>

/* Element cards. A card is its name, words (nodes, model, values) and from the first KEY or CDL
 * property on parameters. */

typedef struct card {
    gal_spice_reader *r;
    const gal_spice_lex *lex;
    gal_cell *cell;
    gal_element *element; /* being built; not yet in the cell */
    int32_t n_word;       /* token[0..n_word[ come before the first parameter */
    int32_t pins;         /* the token "$PINS"; n_token without one */
} card;

static gal_view word(const card *c, int32_t i) {
    return c->lex->token[i].view;
}

static gal_status expected(const card *c, int32_t i, const char *what) {
    const gal_view name = word(c, 0);
    return gal_spice_lex_fail(c->lex, i, c->r->err, GAL_EPARSE, "'%.*s': expected %s",
                              name.size > 60 ? 60 : (int)name.size, name.text, what);
}

static int is_number(const card *c, int32_t i) {
    double value;
    const gal_spice_token *token = &c->lex->token[i];
    return i < c->n_word && (token->kind == GAL_SPICE_QUOTED ||
                             gal_spice_number(token->view, &value) == token->view.size);
}

static int is_word(const card *c, int32_t i, const char *text) {
    return i < c->n_word && gal_spice_lex_is(c->lex, i, text);
}

/* Tokens [first..first + n[ become nodes. */
static gal_status add_nodes(card *c, int32_t first, int32_t n) {
    for (int32_t i = first; i < first + n; i++) {
        int32_t name;
        GAL_TRY(gal__spice_net(c->r, c->cell, i, &name));
        if (!gal_vec_push(&c->cell->node, name)) return gal__spice_no_memory(c->r);
    }
    c->element->n_node += n;
    return GAL_OK;
}

static gal_status set_model(card *c, int32_t i) {
    return gal__spice_name(c->r, i, &c->element->model);
}

static gal_status set_value(card *c, int32_t i) {
    if (c->lex->token[i].kind == GAL_SPICE_UNCLOSED)
        return gal_spice_lex_fail(c->lex, i, c->r->err, GAL_EPARSE, "this quote is never closed");
    return gal__spice_quantity(c->r, word(c, i), &c->element->value);
}

static gal_status add_param(card *c, int32_t key, int32_t value) {
    gal_param param = {.key = key};
    if (c->lex->token[value].kind == GAL_SPICE_UNCLOSED)
        return gal_spice_lex_fail(c->lex, value, c->r->err, GAL_EPARSE,
                                  "this quote is never closed");
    GAL_TRY(gal__spice_quantity(c->r, word(c, value), &param.value));
    if (!gal_vec_push(&c->cell->element_param, param)) return gal__spice_no_memory(c->r);
    c->element->n_param++;
    return GAL_OK;
}

/* The CDL property `name` without its '$' when it sizes the device; the rest is layout. */
static int is_useful_property(gal_view name) {
    static const char *const useful[] = {"w", "l", "m", "r", "c", "nf"};
    for (size_t i = 0; i < sizeof useful / sizeof useful[0]; i++)
        if (gal_view_equal_nocase(name, useful[i])) return 1;
    return 0;
}

/* One parameter or property at token i; moves *i behind it. */
static gal_status read_param(card *c, int32_t *i) {
    gal_view name = word(c, *i);
    const int is_key = c->lex->token[*i].kind == GAL_SPICE_KEY;
    const int32_t value = *i + 1;
    const int has_value =
        is_key && value < c->lex->n_token && c->lex->token[value].kind != GAL_SPICE_KEY;
    const int property = name.size > 1 && name.text[0] == '$';
    if (property && name.text[1] == '[' && name.size > 3) {
        name = (gal_view){name.text + 2, name.size - 2 - (name.text[name.size - 1] == ']')};
        c->element->model = gal_design_intern(c->r->design, name);
        if (c->element->model < 0) return gal__spice_no_memory(c->r);
    }
    if (property && has_value && gal_view_equal_nocase(name, "$.model"))
        GAL_TRY(set_model(c, value));
    if (property) name = (gal_view){name.text + 1, name.size - 1};
    *i += 1 + has_value;
    if (!has_value || (property && !is_useful_property(name))) return GAL_OK;
    const int32_t key = gal_design_intern(c->r->design, name);
    if (key < 0) return gal__spice_no_memory(c->r);
    return key < GAL_N_KEY || gal__spice_keeps(c->element->letter, name) ? add_param(c, key, value)
                                                                         : GAL_OK;
}

static gal_status read_params(card *c) {
    for (int32_t i = c->n_word; i < c->pins;) GAL_TRY(read_param(c, &i));
    return GAL_OK;
}

/* M name d g s [b] model [l [w]]; more nodes before the model are possible (SOI). */
static gal_status read_mos(card *c) {
    const int has_property_model = c->element->model >= 0;
    int32_t n = c->n_word - 1;
    while (n > 5 && is_word(c, n, "off")) n--;
    int32_t n_size = 0;
    while (n > 5 && is_number(c, n)) n--, n_size++;
    if (n < 4) return expected(c, n + 1, "drain, gate, source and bulk nodes and a model");
    for (int32_t k = 0; k < n_size && k < 2; k++)
        GAL_TRY(add_param(c, k == 0 ? GAL_KEY_L : GAL_KEY_W, n + 1 + k));
    if (!has_property_model) GAL_TRY(set_model(c, n--));
    return add_nodes(c, 1, n);
}

/* The area at token i, a multiple of the model's. */
static gal_status add_area(card *c, int32_t i) {
    const int32_t key = gal_design_intern(c->r->design, gal_view_of("area"));
    return key < 0 ? gal__spice_no_memory(c->r) : add_param(c, key, i);
}

/* Q c b e [s [t]] model [area]; J d g s [b] model [area]. */
static gal_status read_three_terminal(card *c) {
    const int has_property_model = c->element->model >= 0;
    int32_t n = c->n_word - 1;
    while (n > 4 && is_word(c, n, "off")) n--;
    while (n > 4 && is_number(c, n)) n--;
    if (n + 1 < c->n_word && is_number(c, n + 1)) GAL_TRY(add_area(c, n + 1));
    if (n < 3 + !has_property_model) return expected(c, n + 1, "three nodes and a model");
    if (!has_property_model) GAL_TRY(set_model(c, n--));
    return add_nodes(c, 1, n);
}

static gal_status read_diode(card *c) {
    if (c->n_word < 3) return expected(c, c->n_word, "two nodes and a model");
    if (c->n_word > 3 && c->element->model < 0) GAL_TRY(set_model(c, 3));
    if (c->n_word > 4 && is_number(c, 4)) GAL_TRY(add_area(c, 4));
    return add_nodes(c, 1, 2);
}

/* 1 when `bracket` stands between word i and the next one. */
static int has_bracket(const card *c, int32_t i, char bracket) {
    if (i + 1 >= c->n_word) return 0;
    const char *end = word(c, i).text + word(c, i).size;
    return memchr(end, bracket, (size_t)(word(c, i + 1).text - end)) != NULL;
}

/* R, C, L: two nodes, then a value and a model in any order. A third node (the substrate) comes
 * between when parentheses hold all three or two words follow that are no numbers. */
static gal_status read_passive(card *c) {
    if (c->n_word < 3) return expected(c, c->n_word, "two nodes");
    int32_t n_node = 2;
    if (has_bracket(c, 0, '(')) n_node += !has_bracket(c, 2, ')') && has_bracket(c, 3, ')');
    else if (c->n_word > 4 && !is_number(c, 3) && !is_number(c, 4)) n_node = 3;
    int has_model = c->element->model >= 0, has_value = 0;
    for (int32_t i = 1 + n_node; i < c->n_word; i++) {
        if (is_number(c, i) && !has_value) {
            GAL_TRY(set_value(c, i));
            has_value = 1;
        } else if (!is_number(c, i) && !has_model) {
            GAL_TRY(set_model(c, i));
            has_model = 1;
        }
    }
    return add_nodes(c, 1, n_node);
}

/* 1 for "I0 (a b c) inv": one word that is no value behind nodes in parentheses. */
static int is_bracketed_instance(const card *c) {
    if (c->element->letter != 'I' || c->n_word < 3) return 0;
    const int32_t last = c->n_word - 1;
    return has_bracket(c, 0, '(') && has_bracket(c, last - 1, ')') && !is_number(c, last) &&
           !is_word(c, last, "isource");
}

static gal_status read_instance(card *c);

/* V, I: two nodes, then "1.8" or "DC 1.8" among other words, which are not kept. */
static gal_status read_source(card *c) {
    if (is_bracketed_instance(c)) {
        c->element->letter = 'X';
        return read_instance(c);
    }
    if (c->n_word < 3) return expected(c, c->n_word, "two nodes");
    int32_t n_kept = 3;
    if (is_number(c, 3)) {
        GAL_TRY(set_value(c, 3));
        n_kept = 4;
    }
    for (int32_t i = 3; i + 1 < c->n_word; i++)
        if (is_word(c, i, "dc") && is_number(c, i + 1)) {
            GAL_TRY(set_value(c, i + 1));
            n_kept = 5;
        }
    c->element->partial = c->lex->n_token > n_kept + 2 * c->element->n_param;
    return add_nodes(c, 1, 2);
}

/* What the word behind the two nodes of a controlled source announces. */
static gal_spice_control control_word(const card *c) {
    return c->n_word > 3 ? gal_spice_control_of_word(word(c, 3)) : GAL_SPICE_NODES;
}

/* "poly(n)" there: n, else 0. */
static int32_t poly_order(const card *c) {
    double order;
    if (control_word(c) != GAL_SPICE_POLY || c->n_word <= 4 || !is_number(c, 4) ||
        gal_spice_number(word(c, 4), &order) == 0)
        return 0;
    return order >= 1 && order < 1000 ? (int32_t)order : 0;
}

/* The gain at token i; of a polynomial (order > 0) only "0 gain" is kept. */
static gal_status set_gain(card *c, int32_t i, int32_t order) {
    double offset;
    const int linear = order == 1 && c->n_word == i + 2 &&
                       gal_spice_number(word(c, i), &offset) == word(c, i).size && offset == 0;
    c->element->partial = order > 0 && !linear;
    if (c->element->partial) return GAL_OK;
    return is_number(c, i + linear) ? set_value(c, i + linear) : GAL_OK;
}

/* E, G: out+ out- [vcvs] c+ c- gain, poly(n) and n control pairs, or a function of its own. */
static gal_status read_voltage_controlled(card *c) {
    if (c->n_word < 3) return expected(c, c->n_word, "two nodes");
    GAL_TRY(add_nodes(c, 1, 2));
    const gal_spice_control control = control_word(c);
    c->element->partial = c->n_word == 3 || control == GAL_SPICE_FUNCTION;
    if (c->element->partial) return GAL_OK;
    const int32_t order = poly_order(c);
    const int32_t first = order ? 5 : 3 + (control == GAL_SPICE_VOLTAGE);
    const int32_t n_control = order ? 2 * order : 2;
    if (c->n_word < first + n_control) return expected(c, c->n_word, "control nodes");
    GAL_TRY(add_nodes(c, first, n_control));
    return set_gain(c, first + n_control, order);
}

/* The elements that tokens [first..first + n[ name. */
static gal_status set_refers(card *c, int32_t first, int32_t n) {
    for (int32_t i = first; i < first + n; i++)
        if (c->lex->token[i].kind != GAL_SPICE_WORD)
            return expected(c, i, "the name of an element");
    gal_buf text;
    gal_buf_init(&text);
    for (int32_t i = first; i < first + n; i++) {
        if (i > first) gal_buf_text(&text, " ");
        gal_buf_append(&text, word(c, i).text, word(c, i).size);
    }
    gal_status status = gal_buf_ok(&text, c->r->err);
    if (status == GAL_OK)
        status = gal__spice_copy(c->r, (gal_view){text.data ? text.data : "", text.size},
                                 &c->element->refers);
    gal_buf_clear(&text);
    return status;
}

/* F, H: out+ out- [poly(n)] vname... gain; W: a b vname model. */
static gal_status read_current_controlled(card *c) {
    if (c->n_word < 3) return expected(c, c->n_word, "two nodes");
    GAL_TRY(add_nodes(c, 1, 2));
    c->element->partial = c->n_word == 3;
    if (c->element->partial) return GAL_OK;
    const int32_t order = poly_order(c), n = order ? order : 1;
    const int32_t first = order ? 5 : 3 + (control_word(c) == GAL_SPICE_CURRENT);
    if (c->n_word < first + n) return expected(c, c->n_word, "the name of a voltage source");
    GAL_TRY(set_refers(c, first, n));
    if (c->element->letter == 'W')
        return c->n_word > 4 ? set_model(c, 4) : expected(c, c->n_word, "a model");
    return set_gain(c, first + n, order);
}

/* K l1 l2 ... [coupling] */
static gal_status read_mutual(card *c) {
    int32_t n = c->n_word - 1;
    if (n > 2 && is_number(c, n)) GAL_TRY(set_value(c, n--));
    if (n < 2) return expected(c, n + 1, "two inductors and their coupling");
    return set_refers(c, 1, n);
}

static gal_status read_behavioural(card *c) {
    if (c->n_word < 3) return expected(c, c->n_word, "two nodes");
    c->element->partial = 1;
    return add_nodes(c, 1, 2);
}

/* S: a b c+ c- model; T: a b c d. */
static gal_status read_four_terminal(card *c) {
    if (c->n_word < 5) return expected(c, c->n_word, "four nodes");
    if (c->n_word > 5 && !is_number(c, 5)) GAL_TRY(set_model(c, 5));
    c->element->partial = c->element->letter == 'T';
    return add_nodes(c, 1, 4);
}

/* Behind $PINS: port=net pairs. */
static gal_status read_pins(card *c) {
    c->element->first_pin = (int32_t)c->cell->pin.size;
    for (int32_t i = c->pins + 1; i + 1 < c->lex->n_token; i += 2) {
        int32_t port;
        if (c->lex->token[i].kind != GAL_SPICE_KEY) return expected(c, i, "port=net");
        GAL_TRY(gal__spice_name(c->r, i, &port));
        if (!gal_vec_push(&c->cell->pin, port)) return gal__spice_no_memory(c->r);
        GAL_TRY(add_nodes(c, i + 1, 1));
    }
    return GAL_OK;
}

/* X nodes... [/] cell [parameters], or X [/] cell $PINS port=net ... */
static gal_status read_instance(card *c) {
    int32_t n = c->n_word;
    for (int32_t i = n - 1; i > 1; i--)
        if (is_word(c, i, "params:")) n = i;
    int32_t name = n - 1, end = n - 1;
    for (int32_t i = 1; i < n; i++)
        if (is_word(c, i, "/")) name = i + 1, end = i;
    if (name < 1 || name >= n) return expected(c, n, "nodes and the name of a subcircuit");
    GAL_TRY(set_model(c, name));
    return c->pins < c->lex->n_token ? read_pins(c) : add_nodes(c, 1, end - 1);
}

typedef gal_status element_reader(card *c);
static element_reader *const readers[26] = {
    ['B' - 'A'] = read_behavioural,
    ['C' - 'A'] = read_passive,
    ['D' - 'A'] = read_diode,
    ['E' - 'A'] = read_voltage_controlled,
    ['F' - 'A'] = read_current_controlled,
    ['G' - 'A'] = read_voltage_controlled,
    ['H' - 'A'] = read_current_controlled,
    ['I' - 'A'] = read_source,
    ['J' - 'A'] = read_three_terminal,
    ['K' - 'A'] = read_mutual,
    ['L' - 'A'] = read_passive,
    ['M' - 'A'] = read_mos,
    ['N' - 'A'] = read_instance,
    ['O' - 'A'] = read_four_terminal,
    ['Q' - 'A'] = read_three_terminal,
    ['R' - 'A'] = read_passive,
    ['S' - 'A'] = read_four_terminal,
    ['T' - 'A'] = read_four_terminal,
    ['V' - 'A'] = read_source,
    ['W' - 'A'] = read_current_controlled,
    ['X' - 'A'] = read_instance,
    ['Z' - 'A'] = read_three_terminal,
};

static void warn_unknown(gal_spice_reader *r, char letter) {
    if (!(r->unknown_letter >> (letter - 'A') & 1))
        gal__spice_warn(r, "elements of type %c are not read (the first of them is here)", letter);
    r->unknown_letter |= 1u << (letter - 'A');
}

gal_status gal__spice_element(gal_spice_reader *r) {
    const gal_spice_lex *lex = r->lex;
    gal_cell *cell = gal__spice_cell(r);
    const char letter = (char)(lex->token[0].view.text[0] & ~32);
    if (!readers[letter - 'A']) {
        warn_unknown(r, letter);
        return GAL_OK;
    }
    gal_element element = {.letter = letter,
                           .model = -1,
                           .cell = -1,
                           .first_pin = -1,
                           .first_node = (int32_t)cell->node.size,
                           .first_param = (int32_t)cell->element_param.size,
                           .value = {NAN, NULL},
                           .file = r->source->file,
                           .line = lex->line};
    card c = {r, lex, cell, &element, 1, 1};
    if (letter != 'X') c.pins = lex->n_token;
    while (c.pins < lex->n_token && !gal_spice_lex_is(lex, c.pins, "$pins")) c.pins++;
    while (c.n_word < lex->n_token && lex->token[c.n_word].kind != GAL_SPICE_KEY &&
           !(word(&c, c.n_word).size > 1 && word(&c, c.n_word).text[0] == '$'))
        c.n_word++;
    GAL_TRY(gal__spice_copy(r, lex->token[0].view, &element.name));
    GAL_TRY(read_params(&c));
    GAL_TRY(readers[letter - 'A'](&c));
    if (cell->node.size > INT32_MAX / 2 || cell->element_param.size > INT32_MAX / 2)
        return gal_spice_lex_fail(lex, 0, r->err, GAL_ELIMIT,
                                  "a subcircuit of more than 2^30 nodes");
    return gal_vec_push(&cell->element, element) ? GAL_OK : gal__spice_no_memory(r);
}
