/* What the verbs of `galena parasitics` share. */
#ifndef GALENA_CLI_PEX_COMMON_H
#define GALENA_CLI_PEX_COMMON_H

#include "tasks/parasitics/model.h"

/* "foundry" or "magic" to a gal_extractor, NULL to `otherwise`; -2 after a usage message. */
int cli_extractor(const char *name, int otherwise);

/* Loads the model `name` ("auto": sky130 for a foundry's numbers, generic for magic's).
 * *label receives what to call it. */
gal_status cli_model_load(gal_pex_model *model, const char **label, const char *name,
                          const gal_technology *tech, gal_error *err);

#endif
