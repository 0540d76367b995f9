#include "netlist/spice_expr.h"

#include "base/ascii.h"
#include "netlist/spice_function.h"
#include "netlist/spice_lex.h"
#include <math.h>
#include <string.h>

enum { DEEPEST = 400, MOST_STEPS = 1000000, MOST_ARGS = 16, SHOWN = 60, BYTES_OF_OPERAND = 64 };

/* Arguments of the netlist function being evaluated. */
typedef struct call_frame {
    const gal_spice_function *function;
    const double *value; /* [function->n_arg] */
} call_frame;

typedef struct reader {
    const char *start, *p, *end;
    gal_spice_scope *scope;
    const call_frame *frame; /* NULL outside functions */
    gal_error *err;
} reader;

static gal_status eval_text(double *value, gal_view text, gal_spice_scope *scope,
                            const call_frame *frame, gal_error *err);
static gal_status read_ternary(reader *r, double *value);

static int starts_name(char c) {
    return gal_is_letter(c) || c == '_' || (unsigned char)c > 127;
}

static int continues_name(char c) {
    return starts_name(c) || gal_is_digit(c) || c == '.' || c == '$' || c == '#' || c == '@';
}

static void skip_blanks(reader *r) {
    while (r->p < r->end && (unsigned char)*r->p <= ' ') r->p++;
}

static gal_status expected(reader *r, const char *what) {
    const size_t size = (size_t)(r->end - r->start);
    return gal_fail(r->err, GAL_EPARSE, "expected %s at character %d of expression '%.*s%s'", what,
                    (int)(r->p - r->start) + 1, size > SHOWN ? SHOWN : (int)size, r->start,
                    size > SHOWN ? "..." : "");
}

/* Steps over `text` when it comes next. */
static int accept(reader *r, const char *text) {
    skip_blanks(r);
    const size_t size = strlen(text);
    if ((size_t)(r->end - r->p) < size || memcmp(r->p, text, size) != 0) return 0;
    r->p += size;
    return 1;
}

/* Counts n operands against the limits. */
static gal_status charge(const reader *r, int64_t n) {
    gal_spice_budget *budget = r->scope->budget;
    if ((r->scope->n_step += n) > MOST_STEPS)
        return gal_fail(r->err, GAL_ELIMIT, "expression of more than %d operands", MOST_STEPS);
    if (budget && (budget->n_step += n) > budget->most)
        return gal_fail(r->err, GAL_ELIMIT, "the expressions so far have more than %lld operands",
                        (long long)budget->most);
    return GAL_OK;
}

static gal_status enter(reader *r) {
    if (++r->scope->depth > DEEPEST)
        return gal_fail(r->err, GAL_ELIMIT, "expression nested deeper than %d levels", DEEPEST);
    return charge(r, 1);
}

/* Arguments up to the closing parenthesis. */
static gal_status read_args(reader *r, double *arg, int *n) {
    *n = 0;
    if (accept(r, ")")) return GAL_OK;
    do {
        if (*n == MOST_ARGS) return expected(r, "no more than 16 arguments");
        GAL_TRY(read_ternary(r, &arg[(*n)++]));
    } while (accept(r, ","));
    return accept(r, ")") ? GAL_OK : expected(r, "',' or ')'");
}

static gal_status call(reader *r, gal_view name, double *value) {
    double arg[MOST_ARGS];
    int n;
    GAL_TRY(read_args(r, arg, &n));
    const gal_spice_function *f = r->scope->function ? r->scope->function(r->scope, name) : NULL;
    if (f && f->n_arg == n) {
        const call_frame inner = {f, arg};
        return eval_text(value, f->body, r->scope, &inner, r->err);
    }
    if (!f && gal__spice_call(name, arg, n, value)) return GAL_OK;
    return gal_fail(r->err, GAL_ENOTFOUND, "no function '%.*s' with %d arguments",
                    (int)(name.size > SHOWN ? SHOWN : name.size), name.text, n);
}

static gal_status look_up(reader *r, gal_view name, double *value) {
    if (r->frame)
        for (int32_t i = 0; i < r->frame->function->n_arg; i++) {
            const gal_view arg = r->frame->function->arg[i];
            if (name.size != arg.size || !gal__spice_same(name, arg)) continue;
            *value = r->frame->value[i];
            return GAL_OK;
        }
    const gal_status status = r->scope->find(r->scope, name, value, r->err);
    if (status != GAL_ENOTFOUND || gal__spice_constant(name, value)) {
        return status == GAL_ENOTFOUND ? GAL_OK : status;
    }
    return gal_fail(r->err, GAL_ENOTFOUND, "parameter '%.*s' is not defined",
                    (int)(name.size > SHOWN ? SHOWN : name.size), name.text);
}

static gal_status read_name(reader *r, double *value) {
    gal_view name = {r->p, 0};
    while (r->p < r->end && continues_name(*r->p)) r->p++, name.size++;
    return accept(r, "(") ? call(r, name, value) : look_up(r, name, value);
}

static gal_status read_group(reader *r, const char *close, double *value) {
    GAL_TRY(read_ternary(r, value));
    return accept(r, close) ? GAL_OK : expected(r, close);
}

static gal_status read_primary(reader *r, double *value) {
    if (accept(r, "(")) return read_group(r, ")", value);
    if (accept(r, "{")) return read_group(r, "}", value);
    if (accept(r, "'")) return read_group(r, "'", value);
    if (accept(r, "\"")) return read_group(r, "\"", value);
    if (r->p == r->end) return expected(r, "a number or a name");
    if (starts_name(*r->p)) return read_name(r, value);
    if (!gal_is_digit(*r->p) && *r->p != '.') return expected(r, "a number or a name");
    const size_t used = gal_spice_number((gal_view){r->p, (size_t)(r->end - r->p)}, value);
    if (!used) return expected(r, "a number");
    r->p += used;
    return GAL_OK;
}

static gal_status read_unary(reader *r, double *value);

static gal_status read_power(reader *r, double *value) {
    GAL_TRY(read_primary(r, value));
    if (!accept(r, "**") && !accept(r, "^")) return GAL_OK;
    double exponent;
    GAL_TRY(read_unary(r, &exponent));
    *value = pow(*value, exponent);
    return GAL_OK;
}

static gal_status read_unary(reader *r, double *value) {
    GAL_TRY(enter(r));
    skip_blanks(r);
    const char sign = r->p < r->end && *r->p && strchr("+-!~", *r->p) ? *r->p++ : 0;
    GAL_TRY(sign ? read_unary(r, value) : read_power(r, value));
    if (sign == '-') *value = -*value;
    if (sign == '!' || sign == '~') *value = *value == 0;
    r->scope->depth--;
    return GAL_OK;
}

/* Binary operators, longer spellings first; a higher level binds tighter. */
typedef enum operation { OR, AND, EQ, NE, LE, GE, LT, GT, ADD, SUB, MUL, DIV, MOD } operation;
static const struct {
    const char *text;
    operation op;
    int level;
} operators[] = {{"||", OR, 1}, {"&&", AND, 2}, {"==", EQ, 3}, {"!=", NE, 3},
                 {"<>", NE, 3}, {"<=", LE, 4},  {">=", GE, 4}, {"<", LT, 4},
                 {">", GT, 4},  {"|", OR, 1},   {"&", AND, 2}, {"+", ADD, 5},
                 {"-", SUB, 5}, {"*", MUL, 6},  {"/", DIV, 6}, {"%", MOD, 6}};

static double apply(operation op, double a, double b) {
    switch (op) {
    case OR:
        return a != 0 || b != 0;
    case AND:
        return a != 0 && b != 0;
    case EQ:
        return a == b;
    case NE:
        return a != b;
    case LE:
        return a <= b;
    case GE:
        return a >= b;
    case LT:
        return a < b;
    case GT:
        return a > b;
    case ADD:
        return a + b;
    case SUB:
        return a - b;
    case MUL:
        return a * b;
    case DIV:
        return a / b;
    case MOD:
        return fmod(a, b);
    }
    return NAN;
}

/* The operator that comes next with at least `level`, or -1. */
static int next_operator(reader *r, int level) {
    const char *before = r->p;
    for (int i = 0; i < (int)(sizeof operators / sizeof operators[0]); i++) {
        if (!accept(r, operators[i].text)) continue;
        if (operators[i].level >= level) return i;
        r->p = before;
        return -1;
    }
    return -1;
}

static gal_status read_binary(reader *r, int level, double *value) {
    GAL_TRY(read_unary(r, value));
    for (int i; (i = next_operator(r, level)) >= 0;) {
        double right;
        GAL_TRY(read_binary(r, operators[i].level + 1, &right));
        *value = apply(operators[i].op, *value, right);
    }
    return GAL_OK;
}

static gal_status read_ternary(reader *r, double *value) {
    GAL_TRY(enter(r));
    GAL_TRY(read_binary(r, 1, value));
    if (accept(r, "?")) {
        double yes, no;
        GAL_TRY(read_ternary(r, &yes));
        if (!accept(r, ":")) return expected(r, "':'");
        GAL_TRY(read_ternary(r, &no));
        *value = *value != 0 ? yes : no;
    }
    r->scope->depth--;
    return GAL_OK;
}

static gal_status eval_text(double *value, gal_view text, gal_spice_scope *scope,
                            const call_frame *frame, gal_error *err) {
    const char *start = text.text ? text.text : "";
    reader r = {start, start, start + text.size, scope, frame, err};
    GAL_TRY(charge(&r, (int64_t)(text.size / BYTES_OF_OPERAND))); /* long ones of blanks, say */
    GAL_TRY(read_ternary(&r, value));
    skip_blanks(&r);
    return r.p == r.end ? GAL_OK : expected(&r, "an operator or the end");
}

gal_status gal_spice_eval(double *value, gal_view text, gal_spice_scope *scope, gal_error *err) {
    const int depth = scope->depth;
    const gal_status status = eval_text(value, text, scope, NULL, err);
    scope->depth = depth; /* errors leave on the way */
    return status;
}
