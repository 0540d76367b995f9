#include "netlist/spice_reader.h"

#include <string.h>

/* .if (condition) / .elseif / .else / .endif */

/* Finds parameters among those read so far: the cell being read, then the ones around it. */
static gal_status find_param(gal_spice_scope *scope, gal_view name, double *value, gal_error *err) {
    const gal_spice_reader *r = scope->user;
    const int32_t key = gal_intern_find(&r->design->names, name);
    for (size_t depth = r->open.size; key >= 0 && depth-- > 0;) {
        const gal_cell *cell = r->design->cell.data[r->open.data[depth]];
        for (size_t i = cell->param.size; i-- > 0;) {
            const gal_quantity *q = &cell->param.data[i].value;
            if (cell->param.data[i].key != key) continue;
            *value = q->value;
            return q->text ? gal_spice_eval(value, gal_view_of(q->text), scope, err) : GAL_OK;
        }
    }
    return GAL_ENOTFOUND;
}

/* Whether what follows the first word holds; what cannot be evaluated does not, with a warning. */
static gal_status evaluate(gal_spice_reader *r, int *holds) {
    const gal_view first = r->lex->token[0].view, text = r->lex->text;
    const char *start = first.text + first.size;
    const gal_view condition = {start, (size_t)(text.text + text.size - start)};
    gal_spice_scope scope = {.user = r, .find = find_param, .budget = &r->budget};
    gal_error err = {0};
    double value;
    r->budget.most += GAL_SPICE_BUDGET_EACH;
    const gal_status status = gal_spice_eval(&value, condition, &scope, &err);
    *holds = status == GAL_OK && value != 0;
    if (gal_spice_budget_is_spent(&r->budget))
        return gal_spice_lex_fail(r->lex, 0, r->err, GAL_ELIMIT,
                                  "the conditions up to here have more than %lld operands",
                                  (long long)r->budget.most);
    if (status != GAL_OK) gal__spice_warn(r, "condition taken as false: %s", err.message);
    return GAL_OK;
}

gal_status gal__spice_conditional(gal_spice_reader *r, int *taken) {
    const gal_spice_lex *lex = r->lex;
    *taken = 1;
    if (gal_spice_lex_is(lex, 0, ".if")) {
        const int active = gal__spice_is_active(r);
        int now = 0;
        if (active) GAL_TRY(evaluate(r, &now));
        const gal_spice_condition condition = {now, now || !active};
        return gal_vec_push(&r->condition, condition) ? GAL_OK : gal__spice_no_memory(r);
    }
    const int is_else = gal_spice_lex_is(lex, 0, ".else");
    const int is_elseif = gal_spice_lex_is(lex, 0, ".elseif");
    const int is_end = gal_spice_lex_is(lex, 0, ".endif");
    *taken = is_else || is_elseif || is_end;
    if (!*taken) return GAL_OK;
    if (r->condition.size == 0)
        return gal_spice_lex_fail(lex, 0, r->err, GAL_EPARSE, "there is no .if before this");
    gal_spice_condition *condition = &r->condition.data[r->condition.size - 1];
    if (is_end) {
        r->condition.size--;
        return GAL_OK;
    }
    condition->now = !condition->done && is_else;
    if (!condition->done && is_elseif) GAL_TRY(evaluate(r, &condition->now));
    condition->done |= condition->now;
    return GAL_OK;
}
