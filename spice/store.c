#include "spice/store.h"

#include "base/hash.h"
#include "spice/bench_value.h"
#include "spice/store_private.h"
#include "spice/wire.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double COMMIT_EVERY = 1; /* s */
enum { APPLICATION = 0x67616c73 };    /* "gals", in the file's header */

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS deck(id INTEGER PRIMARY KEY, hash TEXT UNIQUE NOT NULL,"
    " title TEXT, path TEXT, vars TEXT NOT NULL, metrics TEXT NOT NULL, units TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS point(id INTEGER PRIMARY KEY, deck INTEGER NOT NULL,"
    " key INTEGER NOT NULL, corner TEXT NOT NULL, seed INTEGER NOT NULL, status TEXT NOT NULL,"
    " vals TEXT NOT NULL, metrics TEXT NOT NULL, words TEXT NOT NULL, UNIQUE(deck, key));";

static const char get_sql[] = "SELECT status, metrics, words FROM point WHERE deck=?1 AND key=?2";
static const char put_sql[] = "INSERT OR REPLACE INTO point(deck, key, corner, seed, status, vals,"
                              " metrics, words) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

gal_status gal__store_fail(const gal_store *store, gal_error *err) {
    return gal_fail_at(err, GAL_EIO, store->path, 0, 0, "database: %s", sqlite3_errmsg(store->db));
}

gal_status gal__store_exec(gal_store *store, const char *sql, gal_error *err) {
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? GAL_OK
               : gal__store_fail(store, err);
}

/* All parameters by name. */
static int by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gal_status list_params(gal_store *store, gal_error *err) {
    const gal_bench *bench = store->bench;
    store->n_param = bench->n_var + bench->n_fixed;
    store->param = calloc((size_t)store->n_param + 1, sizeof *store->param);
    if (!store->param) return gal_fail(err, GAL_ENOMEM, "out of memory for a run store");
    for (int32_t i = 0; i < store->n_param; i++)
        store->param[i] =
            i < bench->n_var ? bench->var[i].name : bench->fixed[i - bench->n_var].name;
    qsort(store->param, (size_t)store->n_param, sizeof *store->param, by_name);
    return GAL_OK;
}

/* ["a","b"] */
static void put_text(gal_buf *buf, const char *text, int first) {
    gal_buf_text(buf, first ? "[" : ",");
    gal_buf_json(buf, text);
}

static sqlite3_stmt *prepare(gal_store *store, const char *sql) {
    sqlite3_stmt *statement = NULL;
    sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    return statement;
}

static gal_status add_deck(gal_store *store, gal_error *err) {
    const gal_bench *bench = store->bench;
    gal_buf vars, metrics, units;
    gal_buf_init(&vars);
    gal_buf_init(&metrics);
    gal_buf_init(&units);
    for (int32_t i = 0; i < store->n_param; i++) put_text(&vars, store->param[i], i == 0);
    for (int32_t i = 0; i < bench->n_metric; i++) {
        put_text(&metrics, bench->metric[i].name, i == 0);
        put_text(&units, bench->metric[i].unit, i == 0);
    }
    gal_buf_text(&vars, store->n_param ? "]" : "[]");
    gal_buf_text(&metrics, "]");
    gal_buf_text(&units, "]");
    sqlite3_stmt *s = prepare(store, "INSERT INTO deck(hash, title, path, vars, metrics, units)"
                                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
    const char *const text[] = {store->hash, bench->title, bench->path,
                                vars.data,   metrics.data, units.data};
    for (int i = 0; s && i < 6; i++) sqlite3_bind_text(s, i + 1, text[i], -1, SQLITE_STATIC);
    const int done = s && sqlite3_step(s) == SQLITE_DONE;
    const gal_status status = done ? GAL_OK : gal__store_fail(store, err);
    sqlite3_finalize(s);
    gal_buf_clear(&vars);
    gal_buf_clear(&metrics);
    gal_buf_clear(&units);
    if (done) store->deck = sqlite3_last_insert_rowid(store->db);
    return status;
}

sqlite3_int64 gal__store_deck(gal_store *store, const char *table) {
    gal_buf sql;
    gal_buf_init(&sql);
    gal_buf_printf(&sql, "SELECT id FROM %s WHERE hash=?1", table);
    sqlite3_stmt *s = sql.failed ? NULL : prepare(store, sql.data);
    sqlite3_int64 id = 0;
    if (s && sqlite3_bind_text(s, 1, store->hash, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW)
        id = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    gal_buf_clear(&sql);
    return id;
}

/* Names the deck that the file is of. */
static gal_status other_deck(gal_store *store, gal_error *err) {
    sqlite3_stmt *s = prepare(store, "SELECT title, path, hash FROM deck LIMIT 1");
    gal_status status = GAL_OK;
    if (s && sqlite3_step(s) == SQLITE_ROW)
        status = gal_fail_at(
            err, GAL_EMISMATCH, store->path, 0, 0,
            "belongs to another deck, \"%s\" (%s, %s), not to %s (%s): use "
            "another --db, or --add-deck to keep both in one file",
            (const char *)sqlite3_column_text(s, 0), (const char *)sqlite3_column_text(s, 1),
            (const char *)sqlite3_column_text(s, 2), store->bench->path, store->hash);
    sqlite3_finalize(s);
    return status;
}

static int32_t pragma_number(gal_store *store, const char *sql) {
    sqlite3_stmt *s = prepare(store, sql);
    const int32_t value = s && sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int(s, 0) : -1;
    sqlite3_finalize(s);
    return value;
}

/* A file with other tables is somebody else's. */
static gal_status claim(gal_store *store, gal_error *err) {
    const int32_t application = pragma_number(store, "PRAGMA application_id");
    const int32_t tables = pragma_number(store, "SELECT count(*) FROM sqlite_master");
    if (tables < 0) return gal__store_fail(store, err);
    if (tables > 0 && application != APPLICATION)
        return gal_fail_at(err, GAL_EMISMATCH, store->path, 0, 0,
                           "a database, but not one of galena simulate");
    GAL_TRY(gal__store_exec(store, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", err));
    if (!tables) GAL_TRY(gal__store_exec(store, "PRAGMA application_id=1734438003", err));
    return gal__store_exec(store, schema, err);
}

static gal_status open_store(gal_store *store, int may_add, gal_error *err) {
    GAL_TRY(list_params(store, err));
    snprintf(store->hash, sizeof store->hash, "%016llx", (unsigned long long)store->bench->hash);
    if (sqlite3_open_v2(store->path, &store->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        return gal__store_fail(store, err);
    sqlite3_busy_timeout(store->db, 60000);
    GAL_TRY(claim(store, err));
    store->deck = gal__store_deck(store, "deck");
    if (!store->deck) {
        if (!may_add) GAL_TRY(other_deck(store, err));
        GAL_TRY(add_deck(store, err));
    }
    store->get = prepare(store, get_sql);
    store->put = prepare(store, put_sql);
    return store->get && store->put ? GAL_OK : gal__store_fail(store, err);
}

gal_status gal_store_open(gal_store **out, const char *path, const gal_bench *bench, int may_add,
                          gal_error *err) {
    *out = NULL;
    gal_store *store = calloc(1, sizeof *store);
    if (!store) return gal_fail(err, GAL_ENOMEM, "out of memory for a run store");
    store->bench = bench;
    store->path = strdup(path);
    const gal_status status =
        store->path ? open_store(store, may_add, err) : gal_fail(err, GAL_ENOMEM, "out of memory");
    if (status == GAL_OK) *out = store;
    else gal_store_close(store, NULL);
    return status;
}

gal_status gal_store_commit(gal_store *store, gal_error *err) {
    if (!store->open) return GAL_OK;
    store->open = 0;
    return gal__store_exec(store, "COMMIT", err);
}

gal_status gal_store_close(gal_store *store, gal_error *err) {
    if (!store) return GAL_OK;
    const gal_status status = store->db ? gal_store_commit(store, err) : GAL_OK;
    sqlite3_finalize(store->get);
    sqlite3_finalize(store->put);
    sqlite3_close(store->db);
    gal_buf_clear(&store->vals);
    gal_buf_clear(&store->metrics);
    free(store->param);
    free(store->path);
    free(store);
    return status;
}

static uint64_t mix_number(uint64_t hash, double value) {
    uint64_t bits;
    value += 0.0; /* -0 is 0 */
    memcpy(&bits, &value, sizeof bits);
    return gal_hash_mix(hash, bits);
}

/* A sum over parameters, so that their order does not matter. */
uint64_t gal_store_key(const gal_bench *bench, const double *value, int32_t corner, uint64_t seed) {
    const gal__bench_point point = {.bench = bench, .value = value, .corner = corner};
    const gal_bench_corner *c = &bench->corner[corner];
    uint64_t sum = 0;
    for (int32_t i = 0; i < bench->n_var + bench->n_fixed; i++) {
        const char *name =
            i < bench->n_var ? bench->var[i].name : bench->fixed[i - bench->n_var].name;
        sum += mix_number(gal_hash_bytes(name, strlen(name), 1), gal__bench_param(&point, name));
    }
    if (c->card) sum += c->hash;
    const uint64_t lib = c->lib ? gal_hash_bytes(c->lib, strlen(c->lib), 2) : 0;
    const double temp = isnan(c->temp) ? -1e9 : c->temp;
    return gal_hash_mix(mix_number(gal_hash_mix(sum, lib), temp), seed);
}

static void put_numbers(gal_buf *buf, const double *value, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        gal_buf_text(buf, i ? "," : "[");
        if (isfinite(value[i])) gal_buf_number(buf, value[i]);
        else gal_buf_text(buf, "null");
    }
    gal_buf_text(buf, n ? "]" : "[]");
}

static void put_params(gal_buf *buf, const gal_store *store, const double *value, int32_t corner) {
    const gal__bench_point point = {.bench = store->bench, .value = value, .corner = corner};
    for (int32_t i = 0; i < store->n_param; i++) {
        gal_buf_text(buf, i ? "," : "[");
        gal_buf_number(buf, gal__bench_param(&point, store->param[i]));
    }
    gal_buf_text(buf, store->n_param ? "]" : "[]");
}

/* Opens a transaction when there is none, closes one that has been open for long. */
static gal_status keep_transaction(gal_store *store, gal_error *err) {
    if (store->open && gal__clock() - store->since > COMMIT_EVERY)
        GAL_TRY(gal_store_commit(store, err));
    if (store->open) return GAL_OK;
    GAL_TRY(gal__store_exec(store, "BEGIN IMMEDIATE", err));
    store->open = 1;
    store->since = gal__clock();
    return GAL_OK;
}

gal_status gal_store_put(gal_store *store, const double *value, int32_t corner, uint64_t seed,
                         const double *metric, const gal_point_result *result, gal_error *err) {
    GAL_TRY(keep_transaction(store, err));
    store->vals.size = store->metrics.size = 0;
    put_params(&store->vals, store, value, corner);
    put_numbers(&store->metrics, metric, store->bench->n_metric);
    GAL_TRY(gal_buf_ok(&store->vals, err));
    GAL_TRY(gal_buf_ok(&store->metrics, err));
    sqlite3_stmt *s = store->put;
    sqlite3_bind_int64(s, 1, store->deck);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)gal_store_key(store->bench, value, corner, seed));
    sqlite3_bind_text(s, 3, store->bench->corner[corner].name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 4, (sqlite3_int64)seed);
    sqlite3_bind_text(s, 5, gal_point_status_name(result->status), -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 6, store->vals.data, (int)store->vals.size, SQLITE_STATIC);
    sqlite3_bind_text(s, 7, store->metrics.data, (int)store->metrics.size, SQLITE_STATIC);
    sqlite3_bind_text(s, 8, result->words, -1, SQLITE_STATIC);
    const int done = sqlite3_step(s) == SQLITE_DONE;
    const gal_status status = done ? GAL_OK : gal__store_fail(store, err);
    sqlite3_reset(s);
    return status;
}
