/* What the verbs of `galena parasitics` share. */
#ifndef GALENA_CLI_PEX_COMMON_H
#define GALENA_CLI_PEX_COMMON_H

#include "tasks/parasitics/model.h"

/* "foundry" or "magic" to a gal_extractor, NULL to `otherwise`; -2 after a usage message. */
int cli_extractor(const char *name, int otherwise);

/* The data of a verb: the operands of argv, and what --data named. */
const char *const *cli_data(char **argv, int *n_operand, const char *data);

/* 1 when there is data and at most one list of families, else a message. */
int cli_has_data(int n_path, const char *split, const char *exclude);

/* Loads a shipped model by its name, or a file. */
gal_status cli_model_load(gal_pex_model *model, const char *name, gal_error *err);

#endif
