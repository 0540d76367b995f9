/* What the verbs of `galena surrogate` share. */
#ifndef GALENA_CLI_SURROGATE_LOAD_H
#define GALENA_CLI_SURROGATE_LOAD_H

#include "tasks/surrogate/model.h"

/* Loads a surrogate by the name of a shipped one or by its path. Errors: those of gal_model_find
 * and gal_surrogate_load. */
gal_status cli_surrogate_load(gal_surrogate **surrogate, const char *name, gal_error *err);

#endif
