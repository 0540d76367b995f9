/* The state of the SPICE reader, shared by its parts (internal). */
#ifndef GAL_NETLIST_SPICE_READER_H
#define GAL_NETLIST_SPICE_READER_H

#include "netlist/spice_lex.h"
#include "netlist/spice_parse.h"

/* One file being read; a list through the files that include it. */
typedef struct gal_spice_source {
    const char *path;    /* in the design's arena */
    const char *section; /* of .lib; NULL: all of the file */
    const struct gal_spice_source *from;
    int32_t file;   /* into gal_design.file */
    int depth;      /* 0: the file the user named */
    int in_section; /* between .lib SECTION and .endl */
    int found;      /* the section was met */
    int ended;      /* .end was met */
} gal_spice_source;

typedef enum gal_spice_skip {
    GAL_SKIP_NOTHING,
    GAL_SKIP_CONTROL,  /* up to .endc */
    GAL_SKIP_DATA,     /* up to .enddata */
    GAL_SKIP_PROTECTED /* up to .unprot: encrypted text */
} gal_spice_skip;

typedef struct gal_spice_condition {
    int now;  /* this branch is read */
    int done; /* a branch was read, or an outer condition is false */
} gal_spice_condition;

typedef struct gal_spice_reader {
    gal_design *design;
    const gal_spice_options *options; /* never NULL */
    gal_spice_lex *lex;
    gal_spice_source *source;
    gal_error *err;
    gal_vec(int32_t) open; /* cells being read, outermost first: main at [0] */
    gal_vec(gal_spice_condition) condition;
    gal_spice_skip skip;
    gal_spice_budget budget; /* of conditions */
    int32_t n_include;
    size_t n_byte;
    uint32_t unknown_letter; /* bit set: already warned about */
    int32_t schematic;       /* name that xschem gives the main netlist; -1: none */
} gal_spice_reader;

/* The cell being read. */
gal_cell *gal__spice_cell(const gal_spice_reader *r);

gal_status gal__spice_no_memory(const gal_spice_reader *r);

/* A warning at the current card. */
void gal__spice_warn(const gal_spice_reader *r, const char *format, ...) GAL_PRINTF(2, 3);

/* The id of token i. Errors: GAL_EPARSE (quote not closed), GAL_ELIMIT (length), GAL_ENOMEM. */
gal_status gal__spice_name(gal_spice_reader *r, int32_t i, int32_t *name);

/* The id of token i, a net of the cell. Errors as above. */
gal_status gal__spice_net(gal_spice_reader *r, gal_cell *cell, int32_t i, int32_t *name);

/* Number or expression of a piece of the card; expressions are copied. */
gal_status gal__spice_quantity(gal_spice_reader *r, gal_view view, gal_quantity *quantity);

/* Appends a NUL-terminated copy of a view to the design's arena. */
gal_status gal__spice_copy(gal_spice_reader *r, gal_view view, const char **copy);

/* The parts: all cards of a text; a card that starts with '.' or "*."; an element card; the
 * conditional directives (*taken = 1 when the card was one); an include; whether the first card is
 * a title. */
gal_status gal__spice_read_text(gal_spice_reader *r, gal_spice_source *source, gal_view text);
gal_status gal__spice_directive(gal_spice_reader *r);
gal_status gal__spice_element(gal_spice_reader *r);
gal_status gal__spice_conditional(gal_spice_reader *r, int *taken);
gal_status gal__spice_include(gal_spice_reader *r, int32_t path, int32_t section);
int gal__spice_is_title(const gal_spice_lex *lex, gal_view text);

/* Refuses a text that starts as files of other kinds do; "simulator lang=..." (*taken = 1 when the
 * card is that) of any language but SPICE. Errors: GAL_EPARSE. */
gal_status gal__spice_check_kind(const gal_spice_reader *r, gal_view text);
gal_status gal__spice_language(const gal_spice_reader *r, int *taken);

/* 1 when cards are being read, not skipped by .if. */
int gal__spice_is_active(const gal_spice_reader *r);

#endif
