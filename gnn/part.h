/* Names of the parts of a layer inside a parameter block. */
#ifndef GAL_GNN_PART_H
#define GAL_GNN_PART_H

#include "gnn/linear.h"

typedef struct gal__part_name {
    char text[sizeof(((gal_tensor_info *)0)->name)];
} gal__part_name;

/* "<layer>.<part><i>", or without a number when i < 0. Errors: GAL_EINVAL (too long). */
gal_status gal__part_name_set(gal__part_name *name, const char *layer, const char *part, int32_t i,
                              gal_error *err);
/* A linear layer under that name. Errors: those of the name and of gal_linear_init. */
gal_status gal__part_linear(gal_linear *l, gal_params *p, const char *layer, const char *part,
                            int32_t i, int32_t in, int32_t out, gal_rng *rng, gal_error *err);

#endif
