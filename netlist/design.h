/* The hierarchical netlist: cells (subcircuits) with ports, parameters and elements.
 *
 * A reader fills a design card by card, then links it (model types, subcircuits of instances, local
 * net numbers); gal_design_flatten (netlist/spice_flatten.h) turns a cell of it into a gal_circuit.
 * Names are interned without regard to case, the first spelling is kept: a name is an int32 id, its
 * text is gal_design_name; nets have a spelling in each cell, the first there: gal_cell_net_text.
 * Cell 0 is the implicit main cell that holds what stands outside all
 * subcircuits; its parameters are global. Everything belongs to the design.
 */
#ifndef GAL_NETLIST_DESIGN_H
#define GAL_NETLIST_DESIGN_H

#include "base/intern.h"
#include "base/vec.h"
#include "netlist/circuit.h"
#include "netlist/spice_expr.h"
#include "netlist/warning.h"

/* Names that every design knows under fixed ids: parameters of devices, node 0 and its other name.
 */
#define GAL_KEY_MAP(XX)                                                                            \
    XX(W, "w")                                                                                     \
    XX(L, "l")                                                                                     \
    XX(M, "m")                                                                                     \
    XX(NF, "nf")                                                                                   \
    XX(MULT, "mult")                                                                               \
    XX(WF, "wf")                                                                                   \
    XX(R, "r")                                                                                     \
    XX(C, "c")                                                                                     \
    XX(DC, "dc")                                                                                   \
    XX(GAIN, "gain")                                                                               \
    XX(K, "k")                                                                                     \
    XX(NODE0, "0")                                                                                 \
    XX(GND, "gnd")                                                                                 \
    XX(FINGERS, "fingers")                                                                         \
    XX(NG, "ng")                                                                                   \
    XX(FW, "fw")                                                                                   \
    XX(IND, "ind")                                                                                 \
    XX(MULTI, "multi")                                                                             \
    XX(TYPE, "type")

enum {
#define XX(name, text) GAL_KEY_##name,
    GAL_KEY_MAP(XX)
#undef XX
        GAL_N_KEY
};

/* A number, or an expression to be evaluated where it is used. */
typedef struct gal_quantity {
    double value;     /* NAN when text != NULL or when nothing was given */
    const char *text; /* an expression; NULL: `value` */
} gal_quantity;

typedef struct gal_param {
    int32_t key; /* name */
    gal_quantity value;
} gal_param;

typedef struct gal_element {
    const char *name;           /* as spelled, letter included */
    char letter;                /* upper case */
    gal_device_type type;       /* set by linking; GAL_BLACKBOX for instances with cell >= 0 too */
    int32_t model;              /* name of the model or subcircuit, -1 when there is none */
    int32_t cell;               /* linked instances: the subcircuit; else -1 */
    int32_t first_node, n_node; /* into gal_cell.node */
    int32_t first_param, n_param; /* into gal_cell.element_param */
    int32_t first_pin;            /* CDL $PINS: into gal_cell.pin, one name per node; else -1 */
    gal_quantity value;           /* main value (ohm, farad, gain, volt, ...) */
    const char *refers; /* K, F, H: names of the elements they refer to, by blanks; else NULL */
    int partial;        /* gal_device.partial */
    int32_t file, line;
} gal_element;

typedef struct gal_alias {
    int32_t keep, drop; /* names of nets that are one (.connect) */
} gal_alias;

/* How a cell spells a net that other text, met before, spells with other cases. */
typedef struct gal_spelling {
    int32_t name;
    const char *text;
} gal_spelling;

typedef struct gal_cell {
    int32_t index; /* into gal_design.cell */
    int32_t name;
    int32_t parent; /* the cell whose text encloses this one; -1 for main */
    int32_t file, line;
    int is_duplicate; /* a later definition under a name of its scope: never used */
    int32_t n_use;    /* linked instances of it */
    int32_t n_header; /* param[0..n_header[ stem from the .subckt card: instances override them */
    gal_vec(int32_t) port; /* names, in order */
    gal_vec(gal_param) param;
    gal_vec(gal_element) element;
    gal_vec(gal_param) element_param;
    gal_vec(int32_t) node; /* names; after linking local nets in [0..n_net[ */
    gal_vec(int32_t) pin;  /* names */
    gal_vec(gal_alias) alias;
    gal_vec(gal_spelling) spelling; /* of a name the first counts */
    /* set by linking */
    int32_t *by_key; /* [n_by_key] indices into param by ascending key; of a key the last one */
    int32_t n_by_key;
    int32_t *net;          /* [n_net] names; ports first */
    const char **net_text; /* [n_net] their texts as this cell spells them; NULL: as elsewhere */
    int32_t *port_net;     /* [port.size] local nets */
    int32_t n_net;
} gal_cell;

typedef struct gal_model {
    int32_t name;
    int32_t type; /* gal_device_type, or -1 when the card's type is none of ours */
} gal_model;

/* Short names seen lately, exactly as spelled: parameters and supplies come again and again. */
enum { GAL_RECENT_NAMES = 512 };
typedef struct gal_recent_name {
    uint64_t text; /* up to 8 bytes, padded with zeros; 0: empty */
    int32_t id;
} gal_recent_name;

typedef struct gal_design {
    gal_intern names;
    gal_intern spellings;    /* texts of gal_spelling; case counts */
    gal_intern scopes;       /* pairs of a cell's name and parent, each once */
    gal_vec(int32_t) scoped; /* [scopes.count] the first cell of each pair */
    gal_recent_name recent[GAL_RECENT_NAMES];
    gal_arena arena;          /* texts */
    gal_vec(gal_cell *) cell; /* [0]: main */
    gal_vec(const char *) file;
    gal_vec(gal_model) model;
    gal_vec(gal_spice_function) function;
    int32_t unclosed; /* the outermost cell without .ends; 0: each has its own */
    double scale;     /* .option scale: metres per unit of w and l */
    gal_warnings warnings;
    /* by name id, -1 for none; sized to names.capacity */
    int32_t *model_of;
    int32_t *spelled_in; /* the cell that last named a net so */
    uint8_t *is_global;
    int32_t by_name_size;
} gal_design;

/* Errors: GAL_ENOMEM. The caller clears the design, also after an error. */
GAL_API gal_status gal_design_init(gal_design *design, gal_error *err);
GAL_API void gal_design_clear(gal_design *design);

static inline const char *gal_design_name(const gal_design *design, int32_t name) {
    return design->names.text[name];
}

/* The text of local net `net` as a linked cell spells it. */
static inline const char *gal_cell_net_text(const gal_design *design, const gal_cell *cell,
                                            int32_t net) {
    return cell->net_text ? cell->net_text[net] : gal_design_name(design, cell->net[net]);
}

/* For readers: `name`, spelled `text`, is a net of the cell. 0 when memory is out. O(1), and
 * O(length) where a cell names it for the first time. */
GAL_API int gal_design_spell(gal_design *design, gal_cell *cell, int32_t name, gal_view text);

/* For readers: the id of a name, new if unseen; -1 when memory is out. O(length). */
GAL_API int32_t gal_design_intern(gal_design *design, gal_view name);

/* For readers: a new cell (the current end of design->cell), its file and line unset; NULL when
 * memory is out. */
GAL_API gal_cell *gal_design_add_cell(gal_design *design, int32_t name, int32_t parent);

/* For readers: a .model card. A repeated name keeps its first type. */
GAL_API gal_status gal_design_add_model(gal_design *design, int32_t name, int32_t type,
                                        gal_error *err);

/* The cell under `name` that text inside cell `from` sees: the innermost scope wins. -1: none.
 * O(levels of .subckt around it). */
GAL_API int32_t gal_design_find_cell(const gal_design *design, int32_t name, int32_t from);

/* Index into cell->by_key of the parameter `key` of a linked cell, or -1. O(log). */
GAL_API int32_t gal_cell_find_param(const gal_cell *cell, int32_t key);

/* Resolves types, instances and nets; readers call it once at the end. Fills the warnings on what
 * is not defined. Errors: GAL_ENOMEM. O(size of the design). */
GAL_API gal_status gal_design_link(gal_design *design, gal_error *err);

#endif
