/* Dense products on the engine's own register-blocked kernels (gnn/kernels.h): ahead of OpenBLAS on
 * the long and narrow matrices of layers, close to it on large square ones. Parallel over blocks of
 * rows of fixed size, so results do not depend on the thread count.
 */
#ifndef GAL_GNN_GEMM_H
#define GAL_GNN_GEMM_H

#include "gnn/tensor.h"

/* c = beta * c + a b;  c [m, n], a [m, k], b [k, n]. beta = 0 ignores what c held. */
GAL_API void gal_gemm(gal_mat c, gal_mat a, gal_mat b, float beta);
/* c = beta * c + a b^T;  c [m, n], a [m, k], b [n, k]: the gradient of a layer's input. */
GAL_API void gal_gemm_nt(gal_mat c, gal_mat a, gal_mat b, float beta);
/* c = beta * c + a^T b;  c [k, n], a [m, k], b [m, n]: the gradient of a weight. Partial sums over
 * fixed blocks of rows are reduced in order. */
GAL_API void gal_gemm_tn(gal_mat c, gal_mat a, gal_mat b, float beta);

#endif
