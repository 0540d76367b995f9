/* jansson values: numbers that may be none, and the whole as text. */
#ifndef GAL_TASKS_JSON_H
#define GAL_TASKS_JSON_H

#include "base/text.h"
#include <jansson.h>

/* A real; null when it is not finite. */
json_t *gal__json_number(double value);

/* Appends `root` and a newline, reals with `digits` of them; takes the reference, which may be NULL
 * for what could not be made. GAL_ENOMEM. */
gal_status gal__json_print(gal_buf *out, json_t *root, int digits, gal_error *err);

#endif
