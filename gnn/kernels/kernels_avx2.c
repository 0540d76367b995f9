/* Kernels for AVX2 with FMA: 16 registers of 8 floats, tiles of 6 x 16. */
#if defined(__x86_64__)
#define KERNELS gal__kernels_avx2
#define KERNELS_NAME "avx2"
#define LANES 8
#define TILE_VECTORS 2
#include "gnn/kernels/kernels_impl.h"
#else
typedef int gal__no_avx2;
#endif
