/* Kernels for AVX-512: 32 registers of 16 floats, tiles of 6 x 64. */
#if defined(__x86_64__)
#define KERNELS gal__kernels_avx512
#define KERNELS_NAME "avx512"
#define LANES 16
#define TILE_VECTORS 4
#include "gnn/kernels/kernels_impl.h"
#else
typedef int gal__no_avx512;
#endif
