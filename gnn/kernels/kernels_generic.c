/* Kernels for the compiler's baseline: 128-bit vectors (SSE2, NEON). */
#define KERNELS gal__kernels_generic
#define KERNELS_NAME "generic"
#define LANES 4
#define TILE_VECTORS 2
#include "gnn/kernels/kernels_impl.h"
