#include "netlist/spice_reader.h"

#include <string.h>

/* Is the first line a title or already a card? SPICE decks open with a title; extracted netlists
 * and many schematics do not. */

static int is_digit(char c) {
    return c >= '0' && c <= '9';
}

static int has_digit(gal_view view) {
    for (size_t i = 0; i < view.size; i++)
        if (is_digit(view.text[i])) return 1;
    return 0;
}

static int is_value(const gal_spice_lex *lex, int32_t i) {
    double value;
    if (i >= lex->n_token) return 0;
    const gal_spice_token *token = &lex->token[i];
    return token->kind == GAL_SPICE_KEY || token->kind == GAL_SPICE_QUOTED ||
           gal_spice_number(token->view, &value) == token->view.size;
}

static int has_key(const gal_spice_lex *lex) {
    for (int32_t i = 0; i < lex->n_token; i++)
        if (lex->token[i].kind == GAL_SPICE_KEY) return 1;
    return 0;
}

/* Nodes in parentheses right behind the name, as in "M1 (d g s b) nmos4". */
static int has_node_list(const gal_spice_lex *lex) {
    if (lex->n_token < 3) return 0;
    const char *p = lex->token[0].view.text + lex->token[0].view.size;
    return memchr(p, '(', (size_t)(lex->token[1].view.text - p)) != NULL;
}

static int is_source_word(const gal_spice_lex *lex, int32_t i) {
    static const char *const words[] = {"dc", "ac", "pulse", "sin", "pwl", "exp", "poly"};
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (gal_spice_lex_is(lex, i, words[k])) return 1;
    return 0;
}

/* 1 when the card could be an element. */
static int is_element(const gal_spice_lex *lex) {
    if (has_node_list(lex) || has_key(lex)) return 1;
    if (!has_digit(lex->token[0].view)) return 0;
    switch (lex->token[0].view.text[0] | 32) {
    case 'r':
    case 'c':
    case 'l':
        return lex->n_token <= 6 && (is_value(lex, 3) || is_value(lex, 4));
    case 'v':
    case 'i':
        return is_value(lex, 3) || is_source_word(lex, 3);
    case 'd':
        return lex->n_token >= 4 && lex->n_token <= 5;
    case 'm':
    case 'q':
        return lex->n_token >= 5 && lex->n_token <= 8;
    case 'j':
    case 'z':
        return lex->n_token == 5 || lex->n_token == 6;
    case 'k':
        return is_value(lex, lex->n_token - 1);
    case 'e':
    case 'g':
        return is_value(lex, 5) || is_source_word(lex, 3);
    case 'f':
    case 'h':
        return is_value(lex, 4) || is_source_word(lex, 3);
    case 's':
        return lex->n_token == 6;
    case 'x':
        return lex->n_token >= 3;
    }
    return 0;
}

int gal__spice_is_title(const gal_spice_lex *lex) {
    const gal_view first = lex->token[0].view;
    if (first.size && first.text[0] && strchr(".*+$#", first.text[0])) return 0;
    return !is_element(lex);
}
