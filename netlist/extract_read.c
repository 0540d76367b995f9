#include "netlist/extract_read.h"

#include "base/file.h"
#include "netlist/calibre.h"
#include "netlist/dspf.h"
#include "netlist/fields.h"
#include "netlist/magic_ext.h"
#include "netlist/par.h"
#include "netlist/spef.h"
#include "netlist/spice_caps.h"
#include <string.h>

const char *gal_extract_format_name(gal_extract_format format) {
    static const char *const name[] = {
#define XX(id, text) text,
        GAL_EXTRACT_FORMAT_MAP(XX)
#undef XX
    };
    return name[format];
}

/* *found = 1 when the first line of words, read with `flags`, starts with one of the NULL-ended
 * list. A lexical error is no error here: the text is of another format. */
static gal_status starts_with(int *found, gal_view text, unsigned flags, const char *const *word,
                              gal_error *err) {
    gal_fields line;
    gal_fields_init(&line, "", text, flags);
    const gal_status status = gal_fields_next(&line, err);
    *found = 0;
    for (; status == GAL_OK && *word && !*found; word++) *found = gal_fields_is(&line, 0, *word);
    gal_fields_clear(&line);
    return status == GAL_ENOMEM ? status : GAL_OK;
}

/* A line "*|..." anywhere: DSPF may open with any SPICE. */
static int has_directive(gal_view text) {
    for (size_t i = 0; i + 1 < text.size; i++)
        if (text.text[i] == '*' && text.text[i + 1] == '|' && (i == 0 || text.text[i - 1] == '\n'))
            return 1;
    return 0;
}

gal_status gal_extract_format_of(gal_extract_format *format, gal_view text, gal_error *err) {
    static const char *const spef[] = {"*SPEF", NULL};
    static const char *const par[] = {"cell", NULL};
    static const char *const magic[] = {"timestamp", "tech", "version", "style", "scale", NULL};
    static const struct {
        gal_extract_format format;
        unsigned flags;
        const char *const *word;
    } first[] = {{GAL_EXTRACT_SPEF, GAL_FIELDS_SLASHES, spef},
                 {GAL_EXTRACT_PAR, GAL_FIELDS_HASH, par},
                 {GAL_EXTRACT_MAGIC, GAL_FIELDS_HASH, magic}};
    int found = 0;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        *format = first[i].format;
        GAL_TRY(starts_with(&found, text, first[i].flags, first[i].word, err));
        if (found) return GAL_OK;
    }
    *format = GAL_EXTRACT_DSPF;
    if (has_directive(text)) return GAL_OK;
    GAL_TRY(gal_calibre_is_cell(&found, text, err));
    *format = found ? GAL_EXTRACT_CALIBRE : GAL_EXTRACT_SPICE;
    return GAL_OK;
}

gal_status gal_extract_parse(gal_extract_set *set, const char *path, gal_view text,
                             const gal_extract_options *options, gal_error *err) {
    static const gal_extract_options defaults = {0};
    gal_extract_format format;
    if (!options) options = &defaults;
    GAL_TRY(gal_extract_format_of(&format, text, err));
    switch (format) {
    case GAL_EXTRACT_PAR:
        return gal_par_parse(set, path, text.text, text.size, err);
    case GAL_EXTRACT_CALIBRE:
        if (strcmp(path, "-") == 0) break; /* nothing lies beside it */
        return gal_calibre_read(set, path, err);
    case GAL_EXTRACT_DSPF:
        return gal_dspf_parse(set, path, text.text, text.size, err);
    case GAL_EXTRACT_SPEF:
        return gal_spef_parse(set, path, text.text, text.size, err);
    case GAL_EXTRACT_MAGIC:
        return gal_magic_ext_parse(set, path, text.text, text.size, err);
    case GAL_EXTRACT_SPICE:
        break;
    }
    return gal_spice_caps_parse(set, path, text, options->top, options->warnings, err);
}

gal_status gal_extract_read(gal_extract_set *set, const char *path,
                            const gal_extract_options *options, gal_error *err) {
    gal_file file;
    GAL_TRY(gal_file_read(&file, path, 0, err));
    const gal_status status =
        gal_extract_parse(set, path, (gal_view){file.data, file.size}, options, err);
    gal_file_clear(&file);
    return status;
}
