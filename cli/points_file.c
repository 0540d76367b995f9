#include "cli/points_file.h"

#include "base/file.h"
#include "netlist/spice_lex.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_FIELD = 4096, NAME = 200 };

/* One field of a line; 0 behind the last. */
static int next_field(gal_view *field, const char **p) {
    if (!*p) return 0;
    const size_t size = strcspn(*p, ",\n");
    *field = (gal_view){*p, size};
    *p = (*p)[size] == ',' ? *p + size + 1 : NULL;
    while (field->size && strchr(" \t\r", field->text[field->size - 1])) field->size--;
    while (field->size && strchr(" \t", *field->text)) field->text++, field->size--;
    return 1;
}

/* A row of fields by the columns they belong to. */
static gal_status read_row(cli_points *p, const int32_t *column, int32_t n_field, const char *line,
                           const char *path, int number, gal_error *err) {
    gal_view field;
    for (int32_t c = 0; c < p->n_column; c++)
        if (!gal_vec_push(&p->cell, NAN))
            return gal_fail(err, GAL_ENOMEM, "out of memory for points");
    double *row = p->cell.data + p->cell.size - p->n_column;
    for (int32_t i = 0; i < n_field && next_field(&field, &line); i++) {
        if (column[i] < 0 || field.size == 0) continue;
        if (gal_spice_number(field, &row[column[i]]) != field.size)
            return gal_fail_at(err, GAL_EPARSE, path, number, 0, "'%.*s' is not a number",
                               (int)field.size, field.text);
    }
    p->n++;
    return GAL_OK;
}

gal_status cli_points_read(cli_points *p, const char *path, int32_t n_column,
                           int32_t (*column_of)(const void *user, const char *name),
                           const void *user, gal_error *err) {
    int32_t column[MAX_FIELD], n_field = 0, n_known = 0;
    int is_result = 0; /* of an earlier run, which has measures among its columns */
    char unknown[NAME] = "";
    gal_file file;
    gal_view field;
    *p = (cli_points){.n_column = n_column};
    GAL_TRY(gal_file_read(&file, path, 0, err));
    const char *line = strchr(file.data, '\n');
    for (const char *rest = file.data; n_field < MAX_FIELD && next_field(&field, &rest);) {
        char name[NAME];
        snprintf(name, sizeof name, "%.*s", (int)field.size, field.text);
        column[n_field] = column_of(user, name);
        is_result = is_result || !strcmp(name, "status") || !strcmp(name, "valid");
        if (column[n_field] < 0 && !*unknown) snprintf(unknown, sizeof unknown, "%s", name);
        n_known += column[n_field++] >= 0;
    }
    if (n_known && *unknown && !is_result)
        fprintf(stderr, "%s:1: warning: nothing here is called '%s': that column is left out\n",
                path, unknown);
    gal_status status = n_known ? GAL_OK
                                : gal_fail_at(err, GAL_EPARSE, path, 1, 0,
                                              "the first line names no variable of the deck");
    for (int number = 2; status == GAL_OK && line && line[1]; number++) {
        const char *rest = ++line;
        line = strchr(line, '\n');
        if (strspn(rest, " \t\r") == strcspn(rest, "\n")) continue;
        status = read_row(p, column, n_field, rest, path, number, err);
    }
    gal_file_clear(&file);
    if (status != GAL_OK) cli_points_clear(p);
    return status;
}

void cli_points_clear(cli_points *p) {
    gal_vec_free(&p->cell);
    *p = (cli_points){0};
}
