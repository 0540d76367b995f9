/* The technology as a small vector: what a model may know of a process it was not trained on.
 *
 * Everything is read off the netlist (drawn sizes) but for the extractor, which says whose numbers
 * are to be predicted: extractors disagree by a factor of two and more on the same layout.
 */
#ifndef GAL_TASKS_PARASITICS_TECHNOLOGY_H
#define GAL_TASKS_PARASITICS_TECHNOLOGY_H

#include "netlist/circuit.h"

typedef enum gal_extractor {
    GAL_EXTRACTOR_FOUNDRY, /* a sign-off deck such as Calibre xRC: the default */
    GAL_EXTRACTOR_MAGIC,   /* magic's built-in 2-D tables */
    GAL_N_EXTRACTOR
} gal_extractor;

/* Columns of the vector, appended to every net's and pair's features. */
enum {
    GAL_TECH_LENGTH_N, /* log of the shortest NMOS length, um */
    GAL_TECH_LENGTH_P, /* the same for PMOS */
    GAL_TECH_WIDTH,    /* log of the narrowest device, um */
    GAL_TECH_EXTRACTOR,
    GAL_N_TECH
};

typedef struct gal_technology {
    float value[GAL_N_TECH];
} gal_technology;

/* Whose numbers are asked for. */
GAL_API gal_extractor gal_technology_extractor(const gal_technology *tech);

/* O(devices). A circuit without transistors gets the values of a 150 nm process. */
GAL_API gal_technology gal_technology_of(const gal_circuit *circuit, gal_extractor extractor);

/* Columns of poly are so many times as far apart as in a 150 nm process; from the values above. */
GAL_API double gal_technology_pitch(const float value[GAL_N_TECH]);

/* "foundry", "magic"; the reverse gives -1 for an unknown name. */
GAL_API const char *gal_extractor_name(gal_extractor extractor);
GAL_API int gal_extractor_find(const char *name);

#endif
