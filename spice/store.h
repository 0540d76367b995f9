/* The run store: one SQLite file with every point that was simulated, so that none is twice.
 *
 * Table `deck`: one row per deck, by the content hash of gal_bench. Table `point`: one row per
 * point, by the hash of all parameter values (those of the corner included), the corner's library
 * section and temperature, and the seed; values and metrics are JSON arrays in the order of the
 * deck's `vars` and `metrics`, numbers to their last bit, null where there is none. `galena
 * simulate` writes it; any SQLite tool reads it. Rows are committed once a second: a process that
 * is killed loses that much, and never the file. One process writes at a time (others wait up to a
 * minute).
 */
#ifndef GAL_SPICE_STORE_H
#define GAL_SPICE_STORE_H

#include "spice/evaluate.h"

typedef struct gal_store gal_store;

/* Opens or creates `path` for the deck. Errors: GAL_EIO (not a database, not writable), and
 * GAL_EMISMATCH when the file holds another deck, unless add_deck is set. */
GAL_API gal_status gal_store_open(gal_store **store, const char *path, const gal_bench *bench,
                                  int add_deck, gal_error *err);
/* Commits and closes; NULL is fine. Errors: GAL_EIO. */
GAL_API gal_status gal_store_close(gal_store *store, gal_error *err);

/* Which point this is: hash of values [n_var], the bench's other parameters, corner and seed. */
GAL_API uint64_t gal_store_key(const gal_bench *bench, const double *value, int32_t corner,
                               uint64_t seed);

/* Looks a point up: *found 1 and metric [n_metric], *result are filled, else 0. Errors: GAL_EIO. */
GAL_API gal_status gal_store_get(int *found, double *metric, gal_point_result *result,
                                 gal_store *store, const double *value, int32_t corner,
                                 uint64_t seed, gal_error *err);

/* Records a point; one that is there is replaced. Errors: GAL_EIO (a full disk, say). */
GAL_API gal_status gal_store_put(gal_store *store, const double *value, int32_t corner,
                                 uint64_t seed, const double *metric,
                                 const gal_point_result *result, gal_error *err);

GAL_API gal_status gal_store_commit(gal_store *store, gal_error *err);

/* Takes in the points of the same deck of another store (a shard); *n_new counts those that were
 * not there. Errors: GAL_EIO, GAL_EMISMATCH (it has no points of this deck). */
GAL_API gal_status gal_store_merge(int64_t *n_new, gal_store *store, const char *path,
                                   gal_error *err);

/* Points of the deck in the store. */
GAL_API gal_status gal_store_count(int64_t *n, gal_store *store, gal_error *err);

/* Calls `row` for every point of the deck, in the order they were stored. Values are those of the
 * design variables as stored. A status other than GAL_OK ends it. */
typedef gal_status gal_store_row(void *user, const double *value, const char *corner, uint64_t seed,
                                 const double *metric, const gal_point_result *result,
                                 gal_error *err);
GAL_API gal_status gal_store_each(gal_store *store, gal_store_row *row, void *user, gal_error *err);

#endif
