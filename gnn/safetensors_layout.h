/* What the safetensors writer and reader share; internal. */
#ifndef GAL_GNN_SAFETENSORS_LAYOUT_H
#define GAL_GNN_SAFETENSORS_LAYOUT_H

#include "gnn/safetensors.h"

#define GAL__HASH_KEY "galena.xxh3"
enum { GAL__DATA_ALIGN = 64 };

const char *gal__dtype_name(gal_dtype dtype);
size_t gal__dtype_size(gal_dtype dtype);

/* Bytes of an array; 0 when a dimension is negative or the product exceeds 2^63 - 1. */
int gal__tensor_bytes(size_t *bytes, gal_dtype dtype, int32_t n_dim, const int64_t *dim);

/* A new last tensor with a copy of `name`, else zero; NULL when memory is out. */
gal_tensor_view *gal__safetensors_append(gal_safetensors *st, const char *name);

#endif
