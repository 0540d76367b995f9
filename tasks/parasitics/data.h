/* Cases: one circuit each, as a model sees it, with labels where it was extracted.
 *
 * Labels are log10 of femtofarads. Nets are graph nets (supplies have left), pairs are unordered
 * pairs of graph nets worth scoring: all of them in a cell, those that a rule finds near each
 * other in a large block.
 */
#ifndef GAL_TASKS_PARASITICS_DATA_H
#define GAL_TASKS_PARASITICS_DATA_H

#include "base/report.h"
#include "base/text.h"
#include "gnn/tensor.h"
#include "netlist/extract.h"
#include "netlist/graph.h"
#include "tasks/parasitics/technology.h"

/* What is too small to matter: 1 aF, in fF. Smaller labels take no part in regressions. */
#define GAL_PEX_FLOOR_FF 1e-3

/* Circuits with more signal nets than this have only near pairs scored. */
enum { GAL_PEX_ALL_PAIRS = 150 };

/* Depths at which the role of a pair is looked at. */
enum { GAL_PEX_N_ROLE = 4 };

/* What is predicted. */
typedef enum gal_pex_target {
    GAL_PEX_GROUND,
    GAL_PEX_TOTAL,
    GAL_PEX_COUPLE, /* log10 fF of pairs that couple */
    GAL_PEX_EXIST,  /* does a pair couple by 1 aF or more? */
    GAL_PEX_N_TARGET,
    GAL_PEX_N_SIZE = GAL_PEX_EXIST /* targets that are capacitances */
} gal_pex_target;

/* "ground", "total", "coupling", "existence". */
GAL_API_DATA const char *const gal_pex_target_name[GAL_PEX_N_TARGET];

typedef struct gal_pex_pair {
    int32_t a, b; /* graph nets, a < b */
} gal_pex_pair;

typedef struct gal_pex_case {
    gal_arena arena;            /* owns everything below */
    const gal_circuit *circuit; /* the caller's; must outlive the case */
    const gal_extract *labels;  /* the caller's, or NULL */
    gal_technology tech;
    gal_graph graph;
    gal_mat net_x;       /* [n_net, GAL_PEX_NET_FEATURES] */
    gal_mat pair_x;      /* [n_pair, GAL_PEX_PAIR_FEATURES] */
    gal_pex_pair *pair;  /* [n_pair] sorted by (a, b) */
    uint64_t *pair_role; /* [n_pair, GAL_PEX_N_ROLE] structural roles, shallow to deep (roles.h) */
    uint8_t *near;       /* [n_pair] 0: only scored because a label asks for it */
    uint8_t *routed;     /* [n_net] 0: it merely joins channels of one type */
    int32_t n_pair;
    int32_t n_place; /* structurally different nets: the legs of a one-hot multiplexer count once */
    /* Labels; NULL in a case without. NAN where there is none (or below the floor). */
    float *ground; /* [n_net] */
    float *total;  /* [n_net] */
    float *couple; /* [n_pair] NAN: no coupling */
} gal_pex_case;

/* Samples of a target: nets or pairs. */
static inline int32_t gal_pex_n_sample(const gal_pex_case *pex, gal_pex_target target) {
    return target >= GAL_PEX_COUPLE ? pex->n_pair : pex->graph.n_net;
}
/* Labels of a capacitance, [gal_pex_n_sample]; NULL in a case without. */
static inline const float *gal_pex_labels(const gal_pex_case *pex, gal_pex_target target) {
    return target == GAL_PEX_GROUND  ? pex->ground
           : target == GAL_PEX_TOTAL ? pex->total
                                     : pex->couple;
}

/* Builds a case; `labels` (NULL: none) must belong to the very circuit, and its pairs are then
 * scored whether near or not. Errors: GAL_ENOMEM, GAL_ELIMIT. Near-linear in devices and pairs.
 * The caller clears it. */
GAL_API gal_status gal_pex_case_build(gal_pex_case *pex, const gal_circuit *circuit,
                                      gal_extractor extractor, const gal_extract *labels,
                                      gal_error *err);
/* Forgets the pairs whose keep[n_pair] is 0. O(n_pair). */
GAL_API void gal_pex_case_keep_pairs(gal_pex_case *pex, const uint8_t *keep);
GAL_API void gal_pex_case_clear(gal_pex_case *pex);

/* A training or test set: the extracts it read and one case per circuit with transistors. */
typedef struct gal_pex_set {
    gal_extract_set extract;
    gal_pex_case *item; /* [n] */
    uint64_t *group;    /* [n] cell family: never split between training and test */
    int32_t n;
} gal_pex_set;

typedef struct gal_pex_filter {
    const char *families; /* file with one family per line ("#" comments), or NULL */
    int keep;             /* 1: only those families; 0: all but those */
    const char *only;     /* name of the one cell to keep, or NULL */
    int extractor;        /* gal_extractor of all data, or -1: as each file says */
} gal_pex_filter;

/* Reads every path (any format of netlist/extract_read.h) and builds the cases.
 * Errors: those of the readers, GAL_ENOTFOUND when nothing is left, GAL_ECANCELED, GAL_ENOMEM. */
GAL_API gal_status gal_pex_set_read(gal_pex_set *set, const char *const *path, int n_path,
                                    const gal_pex_filter *filter, const gal_report *report,
                                    gal_error *err);
GAL_API void gal_pex_set_clear(gal_pex_set *set);

/* 1 when the case has labels of that extractor. */
GAL_API int gal_pex_case_labelled(const gal_pex_case *pex, gal_extractor extractor);
/* The extractor whose labels serve for `extractor`: itself where the set has some, else the other.
 * O(cases). */
GAL_API gal_extractor gal_pex_set_extractor(const gal_pex_set *set, gal_extractor extractor);

/* The family of a cell name: what follows the library's "__" without the drive strength "_4". */
GAL_API gal_view gal_pex_family(const char *cell);

#endif
