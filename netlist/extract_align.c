#include "netlist/extract_align.h"

#include "base/ascii.h"
#include "base/intern.h"
#include "base/vec.h"
#include <string.h>

enum { EXACT, FOLDED, LOOSE, N_LEVEL };
enum { NO_NET = -1, AMBIGUOUS = -2 };

/* The nets of the schematic by the keys of one level. */
typedef struct key_table {
    gal_intern key;
    gal_vec(int32_t) net; /* [key.count] net or AMBIGUOUS */
    gal_buf text;         /* the last key */
} key_table;

/* ---- keys ---- */

static char fold(char c) {
    if (c == '.' || c == ':' || c == '|') return '/';
    if (c == '<' || c == '{' || c == '(') return '[';
    return c == '>' || c == '}' || c == ')' ? ']' : gal_lower(c);
}

static void append_folded(gal_buf *buf, const char *name) {
    for (const char *p = name; *p; p++) {
        if (*p == '\\' || (*p == '!' && p[1] == '\0')) continue;
        const char c = fold(*p);
        gal_buf_append(buf, &c, 1);
    }
}

/* Removes the x in front of instance names: of every part but the last. */
static void drop_instance_letters(gal_buf *buf) {
    size_t kept = 0;
    for (size_t i = 0; i < buf->size; i++) {
        const int starts = i == 0 || buf->data[i - 1] == '/';
        const int letter = starts && buf->data[i] == 'x' && i + 1 < buf->size &&
                           buf->data[i + 1] != '/' &&
                           memchr(buf->data + i, '/', buf->size - i) != NULL;
        if (!letter) buf->data[kept++] = buf->data[i];
    }
    buf->size = kept;
}

/* "vss_uq3" is magic's name for a second net called vss. */
static void drop_unique_number(gal_buf *buf) {
    size_t i = buf->size;
    while (i > 0 && gal_is_digit(buf->data[i - 1])) i--;
    if (i < buf->size && i > 3 && memcmp(buf->data + i - 3, "_uq", 3) == 0) buf->size = i - 3;
}

static gal_status make_key(gal_buf *buf, const char *name, int level, gal_error *err) {
    buf->size = 0;
    gal_buf_text(buf, ""); /* an empty key is a text too */
    if (level == EXACT) gal_buf_text(buf, name);
    else append_folded(buf, level == LOOSE && strncmp(name, "N_", 2) == 0 ? name + 2 : name);
    GAL_TRY(gal_buf_ok(buf, err));
    if (level != LOOSE) return GAL_OK;
    drop_instance_letters(buf);
    drop_unique_number(buf);
    return GAL_OK;
}

static gal_status key_schematic(key_table *keys, const gal_circuit *schematic, int level,
                                gal_error *err) {
    for (int32_t n = 0; n < schematic->n_net; n++) {
        GAL_TRY(make_key(&keys->text, schematic->net[n].name, level, err));
        const int32_t id = gal_intern_add(&keys->key, (gal_view){keys->text.data, keys->text.size});
        if (id < 0 || ((size_t)id == keys->net.size && !gal_vec_push(&keys->net, n)))
            return gal_fail(err, GAL_ENOMEM, "out of memory for net names");
        if (keys->net.data[id] != n) keys->net.data[id] = AMBIGUOUS;
    }
    return GAL_OK;
}

static gal_status match_unmatched(gal_align *align, key_table *keys, const gal_circuit *layout,
                                  int level, gal_error *err) {
    for (int32_t n = 0; n < layout->n_net; n++) {
        if (align->net[n] != NO_NET) continue;
        GAL_TRY(make_key(&keys->text, layout->net[n].name, level, err));
        const gal_view key = {keys->text.data, keys->text.size};
        const int32_t id = gal_intern_find(&keys->key, key);
        if (id >= 0 && keys->net.data[id] >= 0) align->net[n] = keys->net.data[id];
    }
    return GAL_OK;
}

static gal_status match_level(gal_align *align, const gal_circuit *schematic,
                              const gal_circuit *layout, int level, gal_error *err) {
    key_table keys = {0};
    gal_intern_init(&keys.key, 0);
    gal_status status = key_schematic(&keys, schematic, level, err);
    if (status == GAL_OK) status = match_unmatched(align, &keys, layout, level, err);
    gal_intern_clear(&keys.key);
    gal_vec_free(&keys.net);
    gal_buf_clear(&keys.text);
    return status;
}

/* ---- capacitances ---- */

static gal_status move_caps(gal_align *align, gal_arena *arena, const gal_extract *extract,
                            gal_extract *sorted, gal_error *err) {
    gal_cap *raw = GAL_ARENA_ARRAY(arena, gal_cap, extract->n_cap);
    if (!raw) return gal_fail(err, GAL_ENOMEM, "out of memory for labels");
    int64_t n = 0;
    for (int64_t k = 0; k < extract->n_cap; k++) {
        const gal_cap *cap = &extract->cap[k];
        const int32_t a = cap->a < 0 ? NO_NET : align->net[cap->a];
        const int32_t b = align->net[cap->b];
        if (a == NO_NET && b == NO_NET) align->lost += cap->farad;
        else raw[n++] = (gal_cap){a, b, cap->farad};
    }
    GAL_TRY(gal_extract_set_caps(sorted, raw, n, err));
    align->cap = GAL_ARENA_ARRAY(arena, gal_cap, sorted->n_cap);
    if (!align->cap) return gal_fail(err, GAL_ENOMEM, "out of memory for labels");
    align->n_cap = sorted->n_cap;
    if (align->n_cap) memcpy(align->cap, sorted->cap, (size_t)align->n_cap * sizeof *align->cap);
    return GAL_OK;
}

static gal_status count_matches(gal_align *align, gal_arena *arena, const gal_circuit *schematic,
                                const gal_circuit *layout, gal_error *err) {
    uint8_t *covered = align->covered = GAL_ARENA_ARRAY(arena, uint8_t, schematic->n_net);
    uint8_t *partial = align->partial = GAL_ARENA_ARRAY(arena, uint8_t, schematic->n_net);
    if (!covered || !partial) return gal_fail(err, GAL_ENOMEM, "out of memory for net matches");
    for (int32_t n = 0; n < layout->n_net; n++) {
        const int32_t net = align->net[n];
        const int is_partial = (layout->net[n].flags & GAL_NET_PARTIAL) != 0;
        align->n_partial += is_partial;
        if (net == NO_NET) continue;
        align->n_matched++;
        align->n_covered += !covered[net];
        covered[net] = 1;
        if (is_partial) partial[net] = 1;
    }
    return GAL_OK;
}

gal_status gal_extract_align(gal_align *align, gal_arena *arena, const gal_circuit *schematic,
                             const gal_extract *extract, gal_error *err) {
    const gal_circuit *layout = &extract->circuit;
    *align = (gal_align){.net = GAL_ARENA_ARRAY(arena, int32_t, layout->n_net)};
    if (!align->net) return gal_fail(err, GAL_ENOMEM, "out of memory for net matches");
    for (int32_t n = 0; n < layout->n_net; n++) align->net[n] = NO_NET;
    for (int level = EXACT; level < N_LEVEL; level++)
        GAL_TRY(match_level(align, schematic, layout, level, err));
    GAL_TRY(count_matches(align, arena, schematic, layout, err));
    gal_extract sorted = {0};
    gal_circuit_init(&sorted.circuit);
    const gal_status status = move_caps(align, arena, extract, &sorted, err);
    gal_extract_clear(&sorted);
    return status;
}
