/* The virtual layout: how a designer might draw the transistors, and what lies where then.
 *
 * Fingers become columns of poly over two rows of diffusion (NMOS below, PMOS above); columns are
 * ordered by simulated annealing so that diffusion is shared and nets are short; several such
 * layouts are measured and averaged. Nothing depends on names or on the order of devices, nets,
 * drains and sources, but for nets that are exact mirror images of each other: they may exchange
 * their rows. Deterministic. Only MOS transistors count.
 */
#ifndef GAL_TASKS_PARASITICS_LAYOUT_H
#define GAL_TASKS_PARASITICS_LAYOUT_H

#include "gnn/tensor.h"
#include "netlist/graph.h"
#include "tasks/parasitics/data.h"

/* Columns of a net: name, unit, meaning. An end is a drain or source; a strip is a piece of
 * diffusion beside a gate; a strip is bare when its net needs no contact (inside a stack). The
 * first part is read off the schematic, the rest (from SPAN on) off the virtual layout. */
#define GAL_LAYOUT_NET_MAP(XX)                                                                     \
    XX(PORT, "", "1 when a port of the cell")                                                      \
    XX(STACK, "", "1 when it only joins two fingers of one type")                                  \
    XX(GATES_N, "", "fingers of NMOS gates")                                                       \
    XX(GATES_P, "", "fingers of PMOS gates")                                                       \
    XX(GATE_W_N, "um", "total width of NMOS gates")                                                \
    XX(GATE_W_P, "um", "total width of PMOS gates")                                                \
    XX(ENDS_N, "", "ends of NMOS fingers")                                                         \
    XX(ENDS_P, "", "ends of PMOS fingers")                                                         \
    XX(END_W_N, "um", "total width of NMOS ends")                                                  \
    XX(END_W_P, "um", "total width of PMOS ends")                                                  \
    XX(GATES, "", "fingers of gates")                                                              \
    XX(ENDS, "", "ends of fingers")                                                                \
    XX(DEPTH_N, "", "NMOS channels to the nearest supply, at most 9")                              \
    XX(DEPTH_P, "", "PMOS channels to the nearest supply, at most 9")                              \
    XX(SUPPLIED_N, "", "NMOS ends with a supply at the other end")                                 \
    XX(SUPPLIED_P, "", "PMOS ends with a supply at the other end")                                 \
    XX(FANIN, "", "other nets that gate a device with an end on it")                               \
    XX(FANOUT, "", "nets at the ends of the devices it gates")                                     \
    XX(FEEDBACK, "", "1 when a signal can come back (cells up to 400 nets)")                       \
    XX(FANOUT_W, "um", "total width on the nets of FANOUT")                                        \
    XX(CHANNEL_W, "um", "total width on further nets across a channel")                            \
    XX(LENGTH, "um", "longest gate")                                                               \
    XX(ORBIT, "", "nets in the same structural place (cells up to 400 nets)")                      \
    XX(CELL_NETS, "", "signal nets of the cell")                                                   \
    XX(CELL_FINGERS, "", "fingers of the cell")                                                    \
    XX(CELL_PORTS, "", "signal ports of the cell")                                                 \
    XX(CELL_W_N, "um", "widest NMOS finger of the cell")                                           \
    XX(CELL_W_P, "um", "widest PMOS finger of the cell")                                           \
    XX(CELL_W_SUM, "um", "total width of the cell")                                                \
    XX(CELL_LENGTH, "um", "mean gate length of the cell")                                          \
    XX(CELL_W_MIN, "um", "narrowest finger of the cell")                                           \
    XX(END_W_MAX_N, "um", "widest NMOS finger with an end on the net")                             \
    XX(END_W_MAX_P, "um", "widest PMOS finger with an end on the net")                             \
    XX(GATE_AREA, "um^2", "total gate area")                                                       \
    XX(SPAN, "um", "from the first to the last pin")                                               \
    XX(SPAN_VAR, "um^2", "variance of SPAN over the layouts")                                      \
    XX(COLUMNS_BOTH, "", "columns whose poly it is in both rows")                                  \
    XX(COLUMNS_ONE, "", "columns whose poly it is in one row")                                     \
    XX(CONTACTS_N, "", "contacted n strips")                                                       \
    XX(CONTACT_W_N, "um", "width of contacted n strips")                                           \
    XX(CONTACTS_P, "", "contacted p strips")                                                       \
    XX(CONTACT_W_P, "um", "width of contacted p strips")                                           \
    XX(OPEN_W, "um", "width of strips that share no gate on their other side")                     \
    XX(BARE, "", "strips without a contact")                                                       \
    XX(GATE_BY_SUPPLY, "um", "gate width beside supply strips")                                    \
    XX(GATE_BY_SIGNAL, "um", "gate width beside contacted signal strips")                          \
    XX(GATE_BY_BARE, "um", "gate width beside bare strips")                                        \
    XX(GATE_BY_OPEN, "um", "gate width beside strips that share no other gate")                    \
    XX(STRIP_BY_GATE, "um", "strip width beside gates")                                            \
    XX(GATE_RUNS, "", "runs of adjacent columns of its poly")                                      \
    XX(CROWD, "um", "length of other nets over its span")                                          \
    XX(CROWD_MEAN, "", "CROWD / SPAN")                                                             \
    XX(GATE_SPAN, "um", "from the first to the last gate")                                         \
    XX(N_SPAN, "um", "from the first to the last n strip")                                         \
    XX(P_SPAN, "um", "from the first to the last p strip")                                         \
    XX(GATE_STRIP_GAP, "um", "between its gates and its strips")                                   \
    XX(EDGE, "um", "to the nearer edge of the cell")                                               \
    XX(IN_SUPPLY_N, "", "n strips of supplies within its span")                                    \
    XX(IN_SUPPLY_P, "", "p strips of supplies within its span")                                    \
    XX(IN_SIGNAL, "", "contacted strips of other signals within its span")                         \
    XX(IN_GATE, "", "gates of other nets within its span")                                         \
    XX(CELL_WIDTH, "um", "from the first to the last column")                                      \
    XX(CELL_OPEN, "", "strips of the cell that share no other gate")                               \
    XX(CROSSES, "", "1 when it has strips in both rows")                                           \
    XX(TREE, "um", "GATE_SPAN + N_SPAN + P_SPAN")                                                  \
    XX(STRIPS, "", "strips")                                                                       \
    XX(STRIP_LENGTH, "um", "mean length of its strips")                                            \
    XX(STRIP_AREA, "um^2", "area of its strips")                                                   \
    XX(STRIP_CROWD, "", "wired nets that cross its strips, mean")                                  \
    XX(STEP, "um", "step of width at its strips, mean")                                            \
    XX(SUPPLY_GAP, "um", "from its strips to the nearest supply strip of the row, mean")           \
    XX(FACES_SUPPLY, "", "share of strips that face a supply strip of the other row")              \
    XX(FACES_WIRED, "", "... a contacted signal strip")                                            \
    XX(FACES_BARE, "", "... a bare strip")                                                         \
    XX(BEHIND_SUPPLY, "", "supply strips behind the gates beside its strips, mean")                \
    XX(BEHIND_WIRED, "", "contacted signal strips there, mean")                                    \
    XX(ALIGNED, "", "gates beside its strips with one in the other row, mean")                     \
    XX(STRAP, "um", "shortest way from an n strip to a p strip; -1: none")                         \
    XX(GATE_ROOM, "um", "to the columns on both sides of its gates, mean")                         \
    XX(GATE_CROWD, "", "wired nets that cross its gates, mean")

/* Columns of a pair (a, b), symmetric but for the first two. Weights fall with the distance of two
 * pieces (gates, contacted strips) as exp(-dx / pitch). */
#define GAL_LAYOUT_PAIR_MAP(XX)                                                                    \
    XX(GATE_A, "", "fingers gated by a with an end on b")                                          \
    XX(GATE_B, "", "fingers gated by b with an end on a")                                          \
    XX(GATE_END_W_N, "um", "width of NMOS between gate and end")                                   \
    XX(GATE_END_W_P, "um", "width of PMOS between gate and end")                                   \
    XX(CHANNELS_N, "", "NMOS fingers between the two")                                             \
    XX(CHANNELS_P, "", "PMOS fingers between the two")                                             \
    XX(CHANNEL_W, "um", "their width")                                                             \
    XX(SERIES, "", "pairs of fingers of one type, gated by a and b, that meet at an end")          \
    XX(SERIES_STACK, "", "... that meet at a STACK net")                                           \
    XX(SWITCH, "", "... of both types and with both ends in common")                               \
    XX(STEPS, "", "1: a common device, 2: a common net between two devices, 0: neither")           \
    XX(ALIKE, "", "1 when both are in the same structural place")                                  \
    XX(SERIES_ANY, "", "pairs of fingers of any type, gated by a and b, that meet at an end")      \
    XX(COMMON_GATE, "", "pairs of fingers with one gate net and ends on a and b")                  \
    XX(GATES_STACKED, "um", "width of adjacent gates over a bare strip")                           \
    XX(GATES_SHARED, "um", "width of adjacent gates over a contacted strip")                       \
    XX(GATES_BROKEN, "um", "width of adjacent gates over a diffusion break")                       \
    XX(BESIDE_N, "um", "width of n strips beside gates")                                           \
    XX(BESIDE_P, "um", "width of p strips beside gates")                                           \
    XX(ACROSS_N, "um", "width of n strips at both sides of a gate")                                \
    XX(ACROSS_P, "um", "width of p strips at both sides of a gate")                                \
    XX(OPPOSITE, "", "strips that face each other over the rows")                                  \
    XX(COLUMN, "", "columns with a poly of each")                                                  \
    XX(NEAR_ALL, "", "weight of near pieces")                                                      \
    XX(NEAR_GATE_STRIP, "um", "weight times width of gate and strip in one row")                   \
    XX(NEAR_STRIPS_ACROSS, "um", "weight times width of strips in different rows")                 \
    XX(NEAR_GATES, "", "weight of near gates")                                                     \
    XX(OVERLAP, "um", "common length of the spans")                                                \
    XX(GAP, "um", "between the spans")                                                             \
    XX(CROWD, "", "length of other nets over OVERLAP / (OVERLAP + pitch)")                         \
    XX(OVERLAP_SHARE, "", "OVERLAP / shorter span")                                                \
    XX(GATE_OVERLAP, "um", "common length of the gate spans")                                      \
    XX(N_OVERLAP, "um", "common length of the n strip spans")                                      \
    XX(P_OVERLAP, "um", "common length of the p strip spans")                                      \
    XX(CROSS_OVERLAP, "um", "common length of gate spans and strip spans")                         \
    XX(NEAR_STRIPS, "um", "weight times width of strips in one row")                               \
    XX(NEAR_GATE_STRIP_ACROSS, "um", "weight times width of gate and strip in different rows")

/* Columns by which third nets stand between a and b, each as near as to the farther of the two.
 * Three more columns of the pair are made of the n such nets, of which m are nearer than a and b
 * are to each other: UNSCREENED_* is 1 - m / (n + 1), or 0 when the pair's own value v is;
 * TO_MEAN_* is v / (v + their sum / (n + 1)); TO_MOST_* is v / (v + their greatest). Shares, not
 * counts, which would grow with the cell. */
#define GAL_LAYOUT_SCREENED_MAP(XX)                                                                \
    XX(NEAR_ALL)                                                                                   \
    XX(OVERLAP)                                                                                    \
    XX(NEAR_STRIPS_ACROSS)                                                                         \
    XX(NEAR_GATE_STRIP)

enum {
#define XX(name, unit, meaning) GAL_LAYOUT_NET_##name,
    GAL_LAYOUT_NET_MAP(XX)
#undef XX
        GAL_PEX_LAYOUT_NET
};

/* Of a pair: what third nets tell, then what the pair does, from GATE_A on. */
enum {
#define XX(name)                                                                                   \
    GAL_LAYOUT_PAIR_UNSCREENED_##name, GAL_LAYOUT_PAIR_TO_MEAN_##name,                             \
        GAL_LAYOUT_PAIR_TO_MOST_##name,
    GAL_LAYOUT_SCREENED_MAP(XX)
#undef XX
#define XX(name, unit, meaning) GAL_LAYOUT_PAIR_##name,
        GAL_LAYOUT_PAIR_MAP(XX)
#undef XX
            GAL_PEX_LAYOUT_PAIR
};

/* [GAL_PEX_LAYOUT_NET] 1 for columns in um, 2 for um^2, 0 for others. */
GAL_API_DATA const uint8_t gal_pex_layout_net_power[GAL_PEX_LAYOUT_NET];

/* Gates in a row and the spaces between neighbours, um. */
typedef struct gal_pex_rules {
    double length;    /* of the shortest gate */
    double contacted; /* space with a contact in it */
    double stacked;   /* ... over a bare strip */
    double broken;    /* ... across a diffusion break */
} gal_pex_rules;

/* Those of a 130 nm process. */
GAL_API gal_pex_rules gal_pex_rules_default(void);

/* From gate to gate with a contact between. */
static inline double gal_pex_pitch(const gal_pex_rules *rules) {
    return rules->length + rules->contacted;
}

typedef struct gal_pex_layout {
    gal_mat net;        /* [n_net, GAL_PEX_LAYOUT_NET] graph nets; zeros without transistors */
    gal_pex_pair *pair; /* [n_pair] near pairs, sorted by (a, b) */
    gal_mat pair_x;     /* [n_pair, GAL_PEX_LAYOUT_PAIR] */
    uint64_t *colour;   /* [n_net] equal: the same structural place */
    int32_t n_pair;
} gal_pex_layout;

/* Lays the circuit out and measures it. `all_pairs`: spans of all pairs of nets of a window (of 128
 * columns of devices) are compared, else of those nearby; right for cells. Results lie in `arena`.
 * Errors: GAL_ENOMEM, GAL_ELIMIT. About 15 ms of processor time, which threads share, for a cell
 * and, with the cube of its columns, 3.5 s for one of 128; larger blocks are drawn less carefully,
 * in time linear in their devices. The same at any number of threads. */
GAL_API gal_status gal_pex_layout_build(gal_pex_layout *layout, gal_arena *arena,
                                        const gal_circuit *circuit, const gal_graph *graph,
                                        int all_pairs, gal_error *err);

/* Writes the rows of any pairs, GATE_A and GATE_B as each pair names its nets; a pair that was
 * never near gets zeros but for ALIKE. GAL_EINVAL when `out` is not [n_pair, GAL_PEX_LAYOUT_PAIR]
 * or a net is none of the graph. O(n_pair log layout->n_pair). */
GAL_API gal_status gal_pex_layout_pairs(gal_mat out, const gal_pex_layout *layout,
                                        const gal_pex_pair *pair, int32_t n_pair, gal_error *err);

#endif
