/* What the schematic tells about a pair of nets, and the pair's structural roles.
 *
 * The two nets are put in an order of their own (gal_pex_rank): `hi` and `lo` below. Lmin is the
 * circuit's shortest channel, d(n) the number of distinct neighbours of net n.
 */
#ifndef GAL_TASKS_PARASITICS_PAIR_CONTEXT_H
#define GAL_TASKS_PARASITICS_PAIR_CONTEXT_H

#include "tasks/parasitics/context.h"
#include "tasks/parasitics/data.h"

enum {
    /* Devices on both nets. */
    GAL_PEX_PAIR_CHANNEL,       /* log1p of devices with drain and source on the pair */
    GAL_PEX_PAIR_GATE_HI,       /* log1p of devices with the gate on hi, an end on lo */
    GAL_PEX_PAIR_GATE_LO,       /* log1p of devices with the gate on lo, an end on hi */
    GAL_PEX_PAIR_SHARE_HI,      /* the three together per terminal of hi */
    GAL_PEX_PAIR_SHARE_LO,      /* ... of lo */
    GAL_PEX_PAIR_SHARED,        /* log1p of the three together */
    GAL_PEX_PAIR_CHANNEL_WIDTH, /* log1p of the total width behind CHANNEL, Lmin */
    GAL_PEX_PAIR_GATE_HI_WIDTH, /* ... behind GATE_HI */
    GAL_PEX_PAIR_GATE_LO_WIDTH, /* ... behind GATE_LO */
    /* Nets c next to both. */
    GAL_PEX_PAIR_COMMON,       /* log1p of their number */
    GAL_PEX_PAIR_ADAMIC,       /* sum of 1 / log(1 + d(c)) (Adamic and Adar) */
    GAL_PEX_PAIR_ALLOCATION,   /* log1p of 8 times the sum of 1 / d(c) (resource allocation) */
    GAL_PEX_PAIR_JACCARD,      /* number / (d(lo) + d(hi) - number + 0.5) */
    GAL_PEX_PAIR_COMMON_SMALL, /* log1p of the number with d(c) <= 8 */
    GAL_PEX_PAIR_VIA, /* six: log1p of the number per two relations (net to c) of lo and hi, order
                         ignored: channel-channel, channel-control, channel-driven,
                         control-control, control-driven, driven-driven */
    /* Walks lo - c - d - hi with d(c), d(d) <= 16. */
    GAL_PEX_PAIR_WALKS = GAL_PEX_PAIR_VIA + 6, /* log1p of their number */
    GAL_PEX_PAIR_WALK_ALLOCATION,              /* log1p of 16 times the sum of 1 / (d(c) d(d)) */
    GAL_PEX_PAIR_WALK_SHARE,                   /* number per terminal of lo (+ 1) */
    /* The two nets. */
    GAL_PEX_PAIR_ALIKE,      /* rounds (of 4) in which both have one colour */
    GAL_PEX_PAIR_SIZE_RATIO, /* log of terminals of hi (+ 0.5) per terminal of lo (+ 0.5) */
    GAL_PEX_PAIR_SIZE,       /* log of terminals of lo (+ 0.5) */
    GAL_PEX_PAIR_DISTANCE,   /* 1: a shared device, 2: a common neighbour, 3: a walk, 4: none */
    GAL_PEX_PAIR_CHANCE,     /* log1p of d(hi) d(lo) */
    /* The technology. */
    GAL_PEX_PAIR_LENGTH, /* log of Lmin, um */
    GAL_PEX_PAIR_ASPECT, /* log of the narrowest finger's width, Lmin */
    /* The base columns of both nets (net_context.h). */
    GAL_PEX_PAIR_HI,
    GAL_PEX_PAIR_LO = GAL_PEX_PAIR_HI + GAL_PEX_N_NET_BASE,
    GAL_PEX_PAIR_CONTEXT = GAL_PEX_PAIR_LO + GAL_PEX_N_NET_BASE
};

/* Fills out [n_pair, GAL_PEX_PAIR_CONTEXT] and role [n_pair, GAL_PEX_N_ROLE].
 *
 * Role k hashes k, the colours of hi and lo in the rounds (1,1) (2,1) (1,2) (2,2) (3,2) (2,3) (3,3)
 * (4,4), and the counts behind CHANNEL, GATE_HI, GATE_LO, COMMON and WALKS cut at 2. Rows do not
 * depend on the order of the pairs. Errors: GAL_ENOMEM, GAL_EINVAL (a net out of range). A pair
 * costs the walks of two steps from lo; threads share the nets. */
GAL_API gal_status gal_pex_pair_context(gal_mat out, uint64_t *role, const gal_pex_context *context,
                                        const gal_pex_pair *pair, int32_t n_pair, gal_error *err);

#endif
