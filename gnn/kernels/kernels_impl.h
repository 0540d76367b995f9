/* The table of one instruction set. The including file defines KERNELS, KERNELS_NAME, LANES (floats
 * of a vector register) and TILE_VECTORS (registers across a product's tile). */
#include "gnn/kernels.h"

#include "gnn/kernels/vector.h"

#include "gnn/kernels/product_impl.h"

#include "gnn/kernels/aggregate_impl.h"

#include "gnn/kernels/elementwise_impl.h"

const gal__kernels KERNELS = {
    .name = KERNELS_NAME,
    .product = product,
    .aggregate = aggregate,
    .finish = finish,
    .act_backward = act_backward,
    .col_sum = col_sum,
    .exponential = exponential,
};
