/* Reading the run store: points back, other stores in. */
#include "spice/store_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* "[1,null,2]" into value[0..n[; what is missing is NAN. */
static void read_numbers(double *value, int32_t n, const char *text) {
    const char *p = text ? text : "";
    for (int32_t i = 0; i < n; i++) {
        value[i] = NAN;
        p += strspn(p, "[, ");
        const gal_view rest = gal_view_of(p);
        const size_t used = gal_number_parse(rest, &value[i]);
        p += used ? used : strcspn(p, ",]");
    }
}

static void read_result(gal_point_result *result, const char *status, const char *words) {
    *result = (gal_point_result){.status = GAL_POINT_PARSE, .n_attempt = 0};
    for (int i = 0; i < GAL_POINT_STATUSES; i++)
        if (status && strcmp(status, gal_point_status_name((gal_point_status)i)) == 0)
            result->status = (gal_point_status)i;
    snprintf(result->words, sizeof result->words, "%s", words ? words : "");
}

static const char *text_of(sqlite3_stmt *s, int column) {
    return (const char *)sqlite3_column_text(s, column);
}

gal_status gal_store_get(int *found, double *metric, gal_point_result *result, gal_store *store,
                         const double *value, int32_t corner, uint64_t seed, gal_error *err) {
    sqlite3_stmt *s = store->get;
    sqlite3_bind_int64(s, 1, store->deck);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)gal_store_key(store->bench, value, corner, seed));
    const int code = sqlite3_step(s);
    *found = code == SQLITE_ROW;
    if (*found) {
        read_result(result, text_of(s, 0), text_of(s, 2));
        read_numbers(metric, store->bench->n_metric, text_of(s, 1));
    }
    const gal_status status =
        code == SQLITE_ROW || code == SQLITE_DONE ? GAL_OK : gal__store_fail(store, err);
    sqlite3_reset(s);
    return status;
}

static gal_status count_rows(int64_t *n, gal_store *store, gal_error *err) {
    sqlite3_stmt *s = NULL;
    *n = 0;
    if (sqlite3_prepare_v2(store->db, "SELECT count(*) FROM point WHERE deck=?1", -1, &s, NULL) !=
        SQLITE_OK)
        return gal__store_fail(store, err);
    sqlite3_bind_int64(s, 1, store->deck);
    const int ok = sqlite3_step(s) == SQLITE_ROW;
    if (ok) *n = sqlite3_column_int64(s, 0);
    const gal_status status = ok ? GAL_OK : gal__store_fail(store, err);
    sqlite3_finalize(s);
    return status;
}

gal_status gal_store_count(int64_t *n, gal_store *store, gal_error *err) {
    return count_rows(n, store, err);
}

/* Copies rows of the attached database "other". */
static gal_status copy_rows(gal_store *store, const char *path, gal_error *err) {
    const sqlite3_int64 from = gal__store_deck(store, "other.deck");
    if (!from)
        return gal_fail_at(err, GAL_EMISMATCH, path, 0, 0, "has no points of the deck %s (%s)",
                           store->bench->path, store->hash);
    char sql[400];
    snprintf(sql, sizeof sql,
             "INSERT OR IGNORE INTO point(deck, key, corner, seed, status, vals, metrics, words) "
             "SELECT %lld, key, corner, seed, status, vals, metrics, words FROM other.point "
             "WHERE deck=%lld ORDER BY id",
             (long long)store->deck, (long long)from);
    return gal__store_exec(store, sql, err);
}

gal_status gal_store_merge(int64_t *n_new, gal_store *store, const char *path, gal_error *err) {
    int64_t before, after = 0;
    FILE *file = fopen(path, "rb"); /* ATTACH would create it */
    if (!file) return gal_fail_at(err, GAL_EIO, path, 0, 0, "cannot be read");
    fclose(file);
    GAL_TRY(gal_store_commit(store, err));
    GAL_TRY(count_rows(&before, store, err));
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(store->db, "ATTACH ?1 AS other", -1, &s, NULL) != SQLITE_OK)
        return gal__store_fail(store, err);
    sqlite3_bind_text(s, 1, path, -1, SQLITE_STATIC);
    const int attached = sqlite3_step(s) == SQLITE_DONE;
    sqlite3_finalize(s);
    if (!attached) return gal__store_fail(store, err);
    gal_status status = copy_rows(store, path, err);
    sqlite3_exec(store->db, "DETACH other", NULL, NULL, NULL);
    if (status == GAL_OK) status = count_rows(&after, store, err);
    *n_new = after - before;
    return status;
}

/* Where design variable v is among the stored parameters. */
static int32_t stored_at(const gal_store *store, int32_t v) {
    for (int32_t i = 0; i < store->n_param; i++)
        if (strcmp(store->param[i], store->bench->var[v].name) == 0) return i;
    return -1;
}

/* Room for one row, in one piece: parameters, variables, metrics. */
static gal_status each_row(gal_store *store, sqlite3_stmt *s, double *room, gal_store_row *row,
                           void *user, gal_error *err) {
    const gal_bench *bench = store->bench;
    double *param = room, *value = param + store->n_param, *metric = value + bench->n_var;
    gal_point_result result;
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        read_numbers(param, store->n_param, text_of(s, 3));
        read_numbers(metric, bench->n_metric, text_of(s, 4));
        read_result(&result, text_of(s, 2), text_of(s, 5));
        for (int32_t v = 0; v < bench->n_var; v++) value[v] = param[stored_at(store, v)];
        GAL_TRY(row(user, value, text_of(s, 0), (uint64_t)sqlite3_column_int64(s, 1), metric,
                    &result, err));
    }
    return code == SQLITE_DONE ? GAL_OK : gal__store_fail(store, err);
}

gal_status gal_store_each(gal_store *store, gal_store_row *row, void *user, gal_error *err) {
    const gal_bench *bench = store->bench;
    const size_t n = (size_t)store->n_param + (size_t)bench->n_var + (size_t)bench->n_metric;
    sqlite3_stmt *s = NULL;
    double *room = malloc((n + 1) * sizeof *room);
    if (!room) return gal_fail(err, GAL_ENOMEM, "out of memory for the rows of a run store");
    gal_status status = GAL_OK;
    if (sqlite3_prepare_v2(store->db,
                           "SELECT corner, seed, status, vals, metrics, words FROM point "
                           "WHERE deck=?1 ORDER BY id",
                           -1, &s, NULL) != SQLITE_OK)
        status = gal__store_fail(store, err);
    if (status == GAL_OK) {
        sqlite3_bind_int64(s, 1, store->deck);
        status = each_row(store, s, room, row, user, err);
    }
    sqlite3_finalize(s);
    free(room);
    return status;
}
