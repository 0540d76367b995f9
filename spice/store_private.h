/* Shared by the files of store. */
#ifndef GAL_SPICE_STORE_PRIVATE_H
#define GAL_SPICE_STORE_PRIVATE_H

#include "spice/store.h"
#include <sqlite3.h>
#include <stdio.h>

struct gal_store {
    sqlite3 *db;
    char *path;
    const gal_bench *bench;
    char hash[20];
    sqlite3_int64 deck; /* row of the deck */
    const char **param; /* [n_param] all parameters, sorted by name */
    int32_t n_param;
    sqlite3_stmt *get, *put;
    int open;     /* 1: inside a transaction */
    double since; /* when it was opened */
    gal_buf vals, metrics;
};

gal_status gal__store_fail(const gal_store *store, gal_error *err);
gal_status gal__store_exec(gal_store *store, const char *sql, gal_error *err);
/* The row of the store's deck in a deck table ("deck", "other.deck"); 0: none. */
sqlite3_int64 gal__store_deck(gal_store *store, const char *table);

#endif
