/* From an order of units to columns of poly and strips of diffusion with coordinates. */
#include "tasks/parasitics/layout_private.h"

/* Diffusion goes on past columns that have no gate in its row, up to so far. Um; the longest such
 * strip drawn in cells of training is 1.3. */
static const double reach = 1.4;

/* A new strip beside a column; its number. */
static int32_t add_strip(gal__drawing *d, double x, int32_t net, int row, double width) {
    d->strip[d->n_strip] = (gal__strip){.x = x, .width = width, .net = net, .row = row};
    return d->n_strip++;
}

/* The column whose diffusion the newest one's meets at its left, or NULL. */
static const gal__column *column_before(const gal__drawing *d, int row) {
    const int32_t newest = d->n_column - 1;
    for (int32_t i = newest - 1; i >= 0; i--) {
        if (d->column[i].gate[row] >= 0) return &d->column[i];
        if (d->column[newest].x - d->column[i].x > reach) break;
    }
    return NULL;
}

/* The strip of `net` at the left of the newest column: the one before it, or its own. */
static int32_t left_strip(gal__drawing *d, int32_t net, int row, double width, double half) {
    const gal__column *column = &d->column[d->n_column - 1], *before = column_before(d, row);
    if (!before || d->strip[before->right[row]].net != net)
        return add_strip(d, column->x - half, net, row, width);
    gal__strip *strip = &d->strip[before->right[row]];
    strip->shared = 1;
    strip->x = (before->x + column->x) / 2;
    if (width > strip->width) strip->width = width;
    return before->right[row];
}

/* Finger k of a unit, at x. */
static void add_column(gal__drawing *d, const gal__unit *unit, const uint8_t flip[2], int32_t k,
                       double x, double half) {
    gal__column *column = &d->column[d->n_column++];
    *column = (gal__column){
        .x = x, .gate = {-1, -1}, .left = {-1, -1}, .right = {-1, -1}, .width = {0, 0}};
    for (int r = 0; r < 2; r++) {
        if (!unit->has[r]) continue;
        const int turned = flip[r] ^ (k % 2);
        const int32_t left = gal__unit_left(unit, r, turned);
        const int32_t right = gal__unit_other(unit, r, turned);
        column->gate[r] = unit->gate[r];
        column->width[r] = unit->width[r];
        column->left[r] = left_strip(d, left, r, unit->width[r], half);
        column->right[r] = add_strip(d, x + half, right, r, unit->width[r]);
    }
}

void gal__drawing_make(gal__drawing *drawing, const gal__placer *placer, const gal__order *order,
                       const gal__unit *unit, double contacted) {
    double x = 0;
    drawing->n_column = drawing->n_strip = 0;
    for (int32_t i = 0; i < order->n; i++) {
        const int32_t u = order->perm[i];
        const uint8_t flip[2] = {order->flip[0][u], order->flip[1][u]};
        const double half = (unit[u].length + contacted) / 2;
        if (i) {
            const double lengths = unit[order->perm[i - 1]].length + unit[u].length;
            x += lengths / 2 + gal__placer_space(placer, order, i);
        }
        for (int32_t k = 0; k < unit[u].fingers; k++)
            add_column(drawing, &unit[u], flip, k, x + 2 * half * k, half);
        x += 2 * half * (unit[u].fingers - 1);
    }
}
