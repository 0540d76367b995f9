#include "tasks/json_private.h"

#include <math.h>
#include <stdlib.h>

json_t *gal__json_number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

gal_status gal__json_print(gal_buf *out, json_t *root, int digits, gal_error *err) {
    char *text =
        root ? json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION((size_t)digits)) : NULL;
    json_decref(root);
    if (!text) return gal_fail(err, GAL_ENOMEM, "out of memory for JSON");
    gal_buf_text(out, text);
    gal_buf_text(out, "\n");
    free(text);
    return gal_buf_ok(out, err);
}
