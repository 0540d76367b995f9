/* Flat model cards out of a PDK's library.
 *
 * Foundry libraries wrap each binned transistor in a subcircuit, write its parameters as
 * expressions with statistical terms and spread one corner over many files: a full sky130 corner
 * takes seconds and hundreds of megabytes per load. A trim reads one section of such a library
 * (.lib and .include followed, relative to the file they stand in, then to the working directory),
 * keeps the MOS models of the devices asked for, drops bins outside the ranges asked for and prints
 * what is left as top-level .model cards of plain numbers: statistical functions at their nominal
 * value, comments gone, the notices at the head of the files they came from kept.
 *
 * Order: init, read, print (and check), clear. Not thread-safe per object.
 */
#ifndef GAL_SPICE_TRIM_H
#define GAL_SPICE_TRIM_H

#include "base/arena.h"
#include "base/intern.h"
#include "base/text.h"
#include "base/vec.h"
#include <stdint.h>

typedef struct gal_trim_options {
    const char *corner; /* section of the library; NULL: the whole file, which has none */
    const char *device; /* "nfet_01v8,pfet_01v8": names of subcircuits or models, a prefix that ends
                           in "__" may be left out; NULL: every MOS model */
    const char *param;  /* "fnoicor=0,skew=1": parameters the library expects from outside; NULL */
    double min_width, max_width;   /* m; bins that touch the closed ranges stay; max 0: no limit */
    double min_length, max_length; /* m */
} gal_trim_options;

typedef struct gal_trim_place {
    const char *file;
    int line;
} gal_trim_place;

/* A parameter or a model's parameter: its name and the text of its value. */
typedef struct gal_trim_param {
    gal_view name, text;
    gal_trim_place place;
} gal_trim_param;

typedef struct gal_trim_cell {
    gal_view name;
    int32_t first, last; /* its parameters: local[first..last[ */
    int32_t n_element;   /* elements inside */
} gal_trim_cell;

typedef struct gal_trim_model {
    gal_view name, type; /* as the library spells them */
    const char *device;  /* the name it gets, without bin number */
    int32_t cell;        /* the subcircuit around it, -1: none */
    int32_t first, last; /* value[first..last[ */
    int32_t bin;         /* number within the device, -1: the device's only card, not numbered */
    double min_width, max_width, min_length, max_length; /* m; 0 and HUGE_VAL without bins */
    gal_trim_place place;
} gal_trim_model;

typedef struct gal_trim {
    gal_arena arena;
    gal_trim_options options;
    const char *path;               /* of the library */
    gal_vec(gal_trim_model) model;  /* kept, in the order of the library */
    gal_vec(gal_trim_param) value;  /* of the models */
    gal_vec(gal_trim_cell) cell;    /* all subcircuits */
    gal_vec(gal_trim_param) local;  /* of the subcircuits */
    gal_vec(gal_trim_param) global; /* [names] the last definition; name.size 0: none */
    gal_vec(const char *) notice;   /* comment blocks at the heads of files */
    gal_vec(const char *) file;     /* read, each once */
    gal_intern name;                /* of the global parameters */
    double scale;                   /* .option scale, 1 without */
    int64_t n_byte;                 /* read */
    int32_t n_bin;                  /* models of the devices before bins were dropped */
} gal_trim;

GAL_API void gal_trim_init(gal_trim *trim);
GAL_API void gal_trim_clear(gal_trim *trim);

/* Reads the library. `path` and the texts in *options must outlive the trim. Errors: GAL_EIO,
 * GAL_EPARSE (file, line and what was expected), GAL_ENOTFOUND (no such section, device, file or
 * parameter; no bin in the ranges), GAL_ELIMIT, GAL_ENOMEM. O(bytes read). */
GAL_API gal_status gal_trim_read(gal_trim *trim, const char *path, const gal_trim_options *options,
                                 gal_error *err);

/* Appends the card. Errors: GAL_ENOTFOUND and GAL_EPARSE (an expression, at its line), GAL_ENOMEM.
 */
GAL_API gal_status gal_trim_print(gal_buf *card, const gal_trim *trim, gal_error *err);

typedef struct gal_trim_check_result {
    int32_t n_point; /* currents compared */
    double worst;    /* largest relative difference of a drain current */
} gal_trim_check_result;

/* Compares drain currents of the original library and of `card` in ngspice, at two biases in the
 * middle of every kept bin. Errors: GAL_ESIM (ngspice's words), GAL_EIO, GAL_ENOMEM. */
GAL_API gal_status gal_trim_check(gal_trim_check_result *result, const gal_trim *trim,
                                  const gal_buf *card, gal_error *err);

/* The value of a model's parameter; for the parts of the trim. */
gal_status gal__trim_value(double *value, const gal_trim *trim, int32_t cell,
                           const gal_trim_param *param, gal_error *err);

/* Reads the cards of the library into the trim, models of no interest left out. */
gal_status gal__trim_read_library(gal_trim *trim, gal_error *err);

/* The name a model gets when its device was asked for, else NULL (also when memory is out, then
 * *no_memory = 1). `cell` may be empty. */
const char *gal__trim_device(gal_trim *trim, gal_view model, gal_view cell, int *no_memory);

#endif
