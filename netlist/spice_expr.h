/* Parameter expressions of SPICE dialects.
 *
 * + - * / % ** ^ (power, right to left, before unary minus), comparisons, && || !, ?:, ( ) and
 * quotes or braces used as parentheses; numbers as gal_spice_number reads them; the usual functions
 * (sqrt abs exp ln log log10 ... min max int nint floor ceil sgn pow if limit); log is natural.
 * Statistical functions give their nominal value. Constants: pi, true, false, boltz, echarge,
 * kelvin; temper is 25. Names are found by the caller. Both branches of ?: are evaluated.
 */
#ifndef GAL_NETLIST_SPICE_EXPR_H
#define GAL_NETLIST_SPICE_EXPR_H

#include "base/text.h"
#include <stdint.h>

/* A function of the netlist: .func name(arg, ...) {body}. */
typedef struct gal_spice_function {
    gal_view name, body;
    const gal_view *arg; /* [n_arg] */
    int32_t n_arg;
} gal_spice_function;

/* What many evaluations may take together: so much, and for each device or condition more. */
enum { GAL_SPICE_BUDGET = 10000000, GAL_SPICE_BUDGET_EACH = 1000 };
typedef struct gal_spice_budget {
    int64_t n_step, most; /* operands, about 10 million a second */
} gal_spice_budget;

/* Where names come from; one value per top-level evaluation, shared by those it triggers. */
typedef struct gal_spice_scope {
    void *user;
    /* Sets *value; GAL_ENOTFOUND when there is no such parameter. May evaluate in turn, with the
     * same scope, so that the limits hold for the whole. */
    gal_status (*find)(struct gal_spice_scope *scope, gal_view name, double *value, gal_error *err);
    /* The function of that name or NULL; may itself be NULL. */
    const gal_spice_function *(*function)(struct gal_spice_scope *scope, gal_view name);
    gal_spice_budget *budget; /* the caller's; NULL: only the limits of one evaluation hold */
    int depth;                /* private, 0 at first */
    int64_t n_step;           /* private, 0 at first */
} gal_spice_scope;

/* 1 when evaluations fail for want of budget, and all others will. */
static inline int gal_spice_budget_is_spent(const gal_spice_budget *budget) {
    return budget->n_step > budget->most;
}

/* Errors: GAL_EPARSE (what was expected and where), GAL_ENOTFOUND (names the unknown), GAL_ELIMIT
 * (nested deeper than 400 levels, more than a million operands, more than the budget has left), or
 * what `find` returns. */
GAL_API gal_status gal_spice_eval(double *value, gal_view text, gal_spice_scope *scope,
                                  gal_error *err);

#endif
