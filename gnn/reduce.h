/* Sums over the rows of a matrix, for gradients of parameters that all rows share. Partial sums
 * over fixed blocks of rows, in double, are added in order: the result does not depend on the
 * thread count. */
#ifndef GAL_GNN_REDUCE_H
#define GAL_GNN_REDUCE_H

#include "gnn/tensor.h"

/* sum[c] = beta * sum[c] + scale * sum over rows of a[r][c] * b[r][c];  b.data NULL means ones,
 * beta 0 ignores what sum held. sum [a.cols]. O(rows cols), parallel over blocks of rows. */
void gal__column_dot(float *sum, gal_mat a, gal_mat b, double scale, float beta);

/* The sum over all elements of a * b. */
double gal__dot(gal_mat a, gal_mat b);

#endif
