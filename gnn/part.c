#include "gnn/part.h"

#include <stdio.h>

gal_status gal__part_name_set(gal__part_name *name, const char *layer, const char *part, int32_t i,
                              gal_error *err) {
    const int size = (int)sizeof name->text;
    const int n = i < 0 ? snprintf(name->text, sizeof name->text, "%s.%s", layer, part)
                        : snprintf(name->text, sizeof name->text, "%s.%s%d", layer, part, i);
    if (n < size) return GAL_OK;
    return gal_fail(err, GAL_EINVAL, "parameter name %s.%s is too long, expected < %d characters",
                    layer, part, size);
}

gal_status gal__part_linear(gal_linear *l, gal_params *p, const char *layer, const char *part,
                            int32_t i, int32_t in, int32_t out, gal_rng *rng, gal_error *err) {
    gal__part_name name;
    GAL_TRY(gal__part_name_set(&name, layer, part, i, err));
    return gal_linear_init(l, p, name.text, in, out, rng, err);
}
