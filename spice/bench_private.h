/* Shared by the files of bench: reading a deck card by card. */
#ifndef GAL_SPICE_BENCH_PRIVATE_H
#define GAL_SPICE_BENCH_PRIVATE_H

#include "base/intern.h"
#include "base/vec.h"
#include "spice/bench.h"

typedef enum gal__bench_note_kind {
    GAL__NOTE_GALENA, /* a *galena line, behind the word */
    GAL__NOTE_MEAS,   /* a .meas card */
    GAL__NOTE_CONTROL_MEAS,
    GAL__NOTE_CONTROL_LET /* "let NAME = EXPRESSION" */
} gal__bench_note_kind;

/* A line that waits until all analyses and sources are known. */
typedef struct gal__bench_note {
    const char *text, *path;
    int line, order; /* order: the line of the deck that the note is read at */
    gal__bench_note_kind kind;
    int32_t analysis; /* of .control: that it is about; -1: the deck's first of its kind; a plot */
} gal__bench_note;

/* A plot by which a script means an analysis that may still be to come: what `run` did last, and
 * `setplot`'s number 1, 2, ... of a kind. */
enum { GAL__PLOT_OF_RUN = -2, GAL__PLOT_KINDS = GAL_ANALYSIS_TRAN + 1 };
static inline int32_t gal__plot(gal_analysis kind, int32_t number) {
    return GAL__PLOT_OF_RUN - 1 - (int32_t)kind - GAL__PLOT_KINDS * (number - 1);
}
static inline gal_analysis gal__plot_kind(int32_t plot) {
    return (gal_analysis)((GAL__PLOT_OF_RUN - 1 - plot) % GAL__PLOT_KINDS);
}
static inline int32_t gal__plot_number(int32_t plot) {
    return (GAL__PLOT_OF_RUN - 1 - plot) / GAL__PLOT_KINDS + 1;
}

/* What .control blocks say so far. */
typedef struct gal__bench_control {
    int on, line; /* inside a block; its first line */
    int32_t n_analysis, n_measure;
    int32_t last[GAL_ANALYSIS_TRAN + 1]; /* the latest analysis of each kind, from 1; 0: none */
    int32_t latest;                      /* of all, or a plot, plus 1; 0: none */
    gal_buf before;                      /* commands that wait for the next analysis */
    gal_buf skipped;                     /* words of lines that were left out */
} gal__bench_control;

typedef struct gal__bench_builder {
    gal_bench *bench;
    const char *path; /* as given, for messages */
    int line;         /* of the current card */
    int order;        /* the deck's own line that is read */
    int inside;       /* an included file of parameters */
    int depth;        /* of .subckt */
    int ended;        /* behind .end */
    int n_par;        /* par('...') expressions of .meas cards so far */
    gal_intern files; /* included so far */
    gal__bench_control control;
    gal_vec(gal_bench_var) param;
    gal_vec(gal_bench_derived) derived;
    gal_vec(gal_bench_analysis) analysis;
    gal_vec(gal_bench_vector) vector;
    gal_vec(gal_bench_metric) metric;
    gal_vec(gal_bench_corner) corner;
    gal_vec(gal_bench_source) source;
    gal_vec(gal_bench_card) card;
    gal_vec(const char *) valid;
    gal_vec(gal__bench_note) note;
} gal__bench_builder;

/* Texts in the bench's arena; NULL when memory is out. lower: ASCII lower case. */
char *gal__bench_text(gal__bench_builder *b, gal_view text);
char *gal__bench_lower(gal_arena *arena, gal_view text);
gal_status gal__bench_nomem(gal_error *err);
gal_status gal__bench_fail(const gal__bench_builder *b, gal_error *err, gal_status code,
                           const char *format, ...) GAL_PRINTF(4, 5);

/* Cuts the next word (blanks separate) off *rest; size 0 at the end. */
gal_view gal__bench_word(gal_view *rest);
gal_view gal__bench_trim(gal_view text);
/* 1 when the word is in the list, an array of texts; ASCII case ignored. */
int gal__bench_is_one_of(gal_view word, const char *const *list, size_t n);
#define GAL__BENCH_IS_ONE_OF(word, list)                                                           \
    gal__bench_is_one_of(word, list, sizeof(list) / sizeof *(list))

/* bench_scan.c: the lines of the deck; calls gal__bench_card and keeps notes. inline: those of an
 * included file, which belong to the deck. */
gal_status gal__bench_scan(gal__bench_builder *b, gal_view text, gal_error *err);
gal_status gal__bench_inline(gal__bench_builder *b, const char *path, gal_error *err);
/* bench_card.c: one joined card; parts of it for others. */
gal_status gal__bench_card(gal__bench_builder *b, gal_view text, gal_error *err);
gal_status gal__bench_keep(gal__bench_builder *b, gal_view text, gal_error *err);
gal_status gal__bench_derive(gal__bench_builder *b, gal_view name, gal_view text, gal_error *err);
gal_status gal__bench_add_note(gal__bench_builder *b, gal__bench_note_kind kind, gal_view text,
                               int32_t analysis, gal_error *err);
/* bench_control.c: a line of a .control block, and its end. */
gal_status gal__bench_control_line(gal__bench_builder *b, gal_view text, gal_error *err);
void gal__bench_control_end(gal__bench_builder *b);
/* bench_let.c: the measures of .control blocks, when all others are known. name_size: of the name
 * that the text starts with, 0: none. */
size_t gal__bench_name_size(gal_view text);
gal_status gal__bench_control_note(gal__bench_builder *b, const gal__bench_note *note,
                                   gal_error *err);
/* bench_note.c: `var` and `corner` lines behind the word, over finished parameters. */
gal_status gal__bench_range(gal_bench_var *var, int32_t n, gal_arena *arena, int32_t *which,
                            gal_view text, gal_error *err);
gal_status gal__bench_corner(gal_bench_corner *corner, const gal_bench *bench, gal_arena *arena,
                             gal_view text, gal_error *err);
/* bench_edit.c: one more corner of a bench that was read. */
gal_status gal__bench_push_corner(gal_bench *bench, const gal_bench_corner *one, gal_error *err);
/* bench_metric.c: a built-in measure ("gain = dcgain(out)") or a .meas card, of that analysis (-1:
 * the first of its kind); one computed from others, or what a command leaves after an analysis. */
gal_status gal__bench_measure(gal__bench_builder *b, gal_view text, gal_error *err);
gal_status gal__bench_meas(gal__bench_builder *b, gal_view text, int32_t analysis, gal_error *err);
gal_status gal__bench_computed(gal__bench_builder *b, gal_view name, gal_view expression,
                               gal_error *err);
gal_status gal__bench_command(gal__bench_builder *b, gal_view name, gal_view command,
                              int32_t analysis, gal_error *err);
const gal_bench_metric *gal__bench_find(const gal__bench_builder *b, gal_view name);
/* bench_random.c: 1 when the text calls a random function; the text with those calls replaced by
 * ones that galena_random switches, and their definitions. */
int gal__bench_draws(gal_view text);
void gal__bench_tame(gal_buf *out, gal_view text);
extern const char gal__bench_functions[];
/* bench_file.c: mixes an included file and all it includes into the bench's hash. */
gal_status gal__bench_file(gal__bench_builder *b, const char *path, gal_error *err);
/* 1 when the .lib file has that section; 0 also when it cannot be read. */
int gal__bench_has_section(const char *path, gal_view section);

#endif
