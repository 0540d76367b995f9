#include "netlist/spice_reader.h"

#include "base/ascii.h"
#include <string.h>
#include <strings.h>

/* Is the first line a title or already a card? SPICE decks open with a title; extracted netlists
 * and many schematics do not. It is a card when it is an element beyond doubt: of a form that
 * titles hardly have, and connected to other cards. */

enum { MOST_COMPARED = 16 }; /* nodes, where a card has more */

static int has_digit(gal_view view) {
    for (size_t i = 0; i < view.size; i++)
        if (gal_is_digit(view.text[i])) return 1;
    return 0;
}

static int is_number(gal_view view) {
    double value;
    return gal_spice_number(view, &value) == view.size;
}

static int is_value(const gal_spice_lex *lex, int32_t i, int32_t n_word) {
    return i < n_word && (lex->token[i].kind == GAL_SPICE_QUOTED || is_number(lex->token[i].view));
}

/* The words before the first parameter or CDL property, the name included. */
static int32_t count_words(const gal_spice_lex *lex) {
    int32_t n = 0;
    while (n < lex->n_token && lex->token[n].kind != GAL_SPICE_KEY &&
           !(n && lex->token[n].view.size > 1 && lex->token[n].view.text[0] == '$'))
        n++;
    return n;
}

static int has_key(const gal_spice_lex *lex, const char *key) {
    for (int32_t i = 0; i < lex->n_token; i++)
        if (lex->token[i].kind == GAL_SPICE_KEY && gal_view_equal_nocase(lex->token[i].view, key))
            return 1;
    return 0;
}

/* The character between words i and i + 1 that is no blank; 0 when there is none. */
static char bracket_behind(const gal_spice_lex *lex, int32_t i) {
    const char *p = lex->token[i].view.text + lex->token[i].view.size;
    for (; p < lex->token[i + 1].view.text; p++)
        if (*p == '(' || *p == ')') return *p;
    return 0;
}

/* "M1 (d g s b) nmos4": two or more nodes in parentheses between a name and a model. */
static int has_node_list(const gal_spice_lex *lex, int32_t n_word) {
    if (n_word < 4 || bracket_behind(lex, 0) != '(' || bracket_behind(lex, n_word - 2) != ')')
        return 0;
    for (int32_t i = 1; i < n_word - 2; i++)
        if (bracket_behind(lex, i)) return 0;
    return 1;
}

static int is_source_word(const gal_spice_lex *lex, int32_t i) {
    static const char *const words[] = {"dc", "ac", "pulse", "sin", "pwl", "exp", "poly"};
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (gal_spice_lex_is(lex, i, words[k])) return 1;
    return 0;
}

/* 1 when the card has the words that the letter of its element asks for: nodes, then a model or a
 * value, which may be a parameter instead. */
static int is_well_formed(const gal_spice_lex *lex, int32_t n) {
    const int has_params = n < lex->n_token;
    if (has_node_list(lex, n)) return 1;
    switch (lex->token[0].view.text[0] | 32) {
    case 'r':
    case 'c':
    case 'l':
        return n >= 3 && n <= 6 && (has_params || is_value(lex, 3, n) || is_value(lex, 4, n));
    case 'v':
    case 'i':
        return n >= 3 && (has_params || is_value(lex, 3, n) || is_source_word(lex, 3));
    case 'd':
        return n >= 4 && n <= 5;
    case 'm':
    case 'q':
        return n >= 5 && n <= 8;
    case 'j':
    case 'z':
        return n == 5 || n == 6;
    case 'k':
        return n >= 3 && (has_params || is_value(lex, n - 1, n));
    case 'e':
    case 'g':
        return n >= 3 && (has_params || is_value(lex, 5, n) || is_source_word(lex, 3));
    case 'f':
    case 'h':
        return n >= 3 && (has_params || is_value(lex, 4, n) || is_source_word(lex, 3));
    case 'b':
        return n == 3 && has_params;
    case 't':
    case 'o':
        return n == 6 || (n == 5 && has_params);
    case 's':
        return n == 6;
    case 'w':
        return n == 5;
    case 'n':
        return n >= 4;
    case 'x':
        return n >= 3;
    }
    return 0;
}

/* How many words behind the name may name nets: of R, C, L and sources the two nodes do. */
static int32_t count_nodes(const gal_spice_lex *lex, int32_t n_word) {
    const int has_two = strchr("rclvidbfhegk", lex->token[0].view.text[0] | 32) != NULL;
    const int32_t n = has_two && !has_node_list(lex, n_word) ? 2 : n_word - 1;
    return n < MOST_COMPARED ? n : MOST_COMPARED;
}

/* Numbers are nodes where they are counted, as SPICE 2 did: "2", but not "1.2". */
static int may_be_net(gal_view word) {
    return !is_number(word) || gal_view_is_digits(word);
}

/* 1 when the card names one of the first n_net nets of `first`, or is an inductor that K couples.
 */
static int shares_net(const gal_spice_lex *card, const gal_spice_lex *first, int32_t n_net) {
    for (int32_t i = 0; i < card->n_token; i++)
        for (int32_t k = 1; k <= n_net; k++) {
            const gal_view net = first->token[k].view, word = card->token[i].view;
            if (word.size == net.size && strncasecmp(word.text, net.text, net.size) == 0 &&
                may_be_net(net))
                return 1;
        }
    return 0;
}

/* 1 when another card names a net of the first one, or when there is no other element. */
static int is_connected(const gal_spice_lex *first, int32_t n_net, gal_view text) {
    gal_spice_lex lex;
    gal_spice_lex_init(&lex, first->file, text);
    int shared = 0, n_element = 0, more;
    while (!shared && gal_spice_lex_next(&lex, &more, NULL) == GAL_OK && more) {
        if (lex.line <= first->line) continue;
        const gal_view name = lex.token[0].view;
        n_element += name.size && gal_is_letter(name.text[0]);
        shared = shares_net(&lex, first, n_net);
    }
    gal_spice_lex_clear(&lex);
    return shared || n_element == 0;
}

int gal__spice_is_title(const gal_spice_lex *lex, gal_view text) {
    const gal_view name = lex->token[0].view;
    if (name.size && name.text[0] && strchr(".*+$#", name.text[0])) return 0;
    const int32_t n_word = count_words(lex);
    if (n_word == 0 || name.size == 0 || !is_well_formed(lex, n_word)) return 1;
    if (!has_digit(name) && !(has_key(lex, "w") && has_key(lex, "l"))) return 1;
    return !is_connected(lex, count_nodes(lex, n_word), text);
}
