/* Between the forms of a spec. */
#ifndef GAL_TASKS_SIZING_SPEC_PRIVATE_H
#define GAL_TASKS_SIZING_SPEC_PRIVATE_H

#include "base/vec.h"
#include "tasks/sizing/spec.h"

typedef struct gal__spec_builder {
    gal_sizing_spec *spec;
    gal_vec(gal_target) target;
    gal_vec(const char *) corner;
    gal_vec(gal_sizing_edit) range, set, keep, measure, deck;
    int line; /* of the statement; 0: none */
} gal__spec_builder;

/* Takes one statement of the line form. */
gal_status gal__spec_statement(gal__spec_builder *b, gal_view text, gal_error *err);
/* Takes a JSON or YAML document as statements. */
gal_status gal__spec_json(gal__spec_builder *b, gal_view text, gal_error *err);
gal_status gal__spec_yaml(gal__spec_builder *b, gal_view text, gal_error *err);
/* Takes "WORD NAME VALUE" of a document; `word` "" for targets, "specs" too. */
gal_status gal__spec_entry(gal__spec_builder *b, const char *word, const char *name,
                           const char *value, gal_error *err);
/* 1 for a word that both kinds of documents have. */
int gal__spec_is_word(const char *word);

#endif
