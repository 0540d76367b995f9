/* One door to extracted netlists: whatever the format, a file becomes gal_extracts. */
#ifndef GAL_NETLIST_EXTRACT_READ_H
#define GAL_NETLIST_EXTRACT_READ_H

#include "base/text.h"
#include "netlist/extract.h"
#include "netlist/warning.h"

/* One list: enum value, name for people and options. */
#define GAL_EXTRACT_FORMAT_MAP(XX)                                                                 \
    XX(PAR, "par")                                                                                 \
    XX(CALIBRE, "calibre")                                                                         \
    XX(DSPF, "dspf")                                                                               \
    XX(SPEF, "spef")                                                                               \
    XX(MAGIC, "ext")                                                                               \
    XX(SPICE, "spice")

typedef enum gal_extract_format {
#define XX(name, text) GAL_EXTRACT_##name,
    GAL_EXTRACT_FORMAT_MAP(XX)
#undef XX
} gal_extract_format;

typedef struct gal_extract_options {
    const char *top;        /* SPICE: the cell to flatten; NULL: the one that no other uses */
    gal_warnings *warnings; /* SPICE: what was skipped; may be NULL */
} gal_extract_options;

/* The format, from the content alone; anything else counts as SPICE. Errors: GAL_ENOMEM. O(bytes).
 */
GAL_API gal_status gal_extract_format_of(gal_extract_format *format, gal_view text, gal_error *err);
GAL_API const char *gal_extract_format_name(gal_extract_format format);

/* Appends the circuits of a file (gzip is fine; "-" is standard input). SPICE netlists must hold
 * their capacitors (see spice_caps.h). `options` may be NULL. Errors: those of the format's reader;
 * cells in front of an error in a .par file stay in the set. */
GAL_API gal_status gal_extract_read(gal_extract_set *set, const char *path,
                                    const gal_extract_options *options, gal_error *err);

/* The same of a text that was read; `path` as above. */
GAL_API gal_status gal_extract_parse(gal_extract_set *set, const char *path, gal_view text,
                                     const gal_extract_options *options, gal_error *err);

#endif
