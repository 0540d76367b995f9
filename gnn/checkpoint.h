/* Checkpoints: a parameter block and the state of its training in one safetensors file.
 *
 * Tensors: every parameter under its name as F32 [rows, cols]; `opt.m.NAME`, `opt.v.NAME` the
 * optimiser's moments; `ema.NAME` the moving average. Metadata: "galena.schema", "galena.dataset"
 * (16 hexadecimal digits), "galena.step", "galena.opt_step", "galena.rng" (the four state words),
 * and the caller's texts, such as hyper-parameters as JSON. Parameter names may not start with
 * "opt." or "ema.", keys not with "galena.".
 *
 * Resuming from a checkpoint of (params, adamw, ema, rng, step) continues bit for bit. A reader
 * that must know hyper-parameters before it can build the model reads the safetensors file, asks
 * gal_safetensors_get, builds, and then calls gal_checkpoint_restore.
 */
#ifndef GAL_GNN_CHECKPOINT_H
#define GAL_GNN_CHECKPOINT_H

#include "gnn/optim.h"
#include "gnn/safetensors.h"

/* What is saved, and what is filled in by a load. Nothing is owned. */
typedef struct gal_checkpoint {
    gal_params *params; /* values only; required */
    gal_adamw *adamw;   /* moments and step; NULL: none */
    float *ema;         /* [params->size] moving average of the values; NULL: none */
    gal_rng *rng;       /* NULL: none */
    int64_t step;       /* training steps done; set by a load (0 where the file has none) */
    uint64_t schema;    /* hash of what the input features mean; 0: unknown, not checked */
    uint64_t dataset;   /* hash of the data and options of the run; 0: unknown, not checked */
} gal_checkpoint;

/* Atomically replaces `path`; a process killed in between leaves the old file. meta[0..n_meta[ are
 * extra texts. Errors: GAL_EINVAL (a name or key of the reserved kind), GAL_EIO, GAL_ENOMEM. */
GAL_API gal_status gal_checkpoint_save(const char *path, const gal_checkpoint *from,
                                       const gal_meta *meta, int32_t n_meta, gal_error *err);

/* Fills the blocks of *into from a file read before; all or nothing. The file must hold exactly
 * the model's parameters in their shapes, and whatever else *into asks for (more is ignored).
 * Where schema or dataset are not 0 they must equal the file's; where 0 they are set (0 when the
 * file has none). Errors: GAL_EMISMATCH with the tensor and both shapes, or both hashes;
 * GAL_EPARSE for metadata that is no number. */
GAL_API gal_status gal_checkpoint_restore(gal_checkpoint *into, const gal_safetensors *file,
                                          gal_error *err);

/* gal_safetensors_read and gal_checkpoint_restore. */
GAL_API gal_status gal_checkpoint_load(gal_checkpoint *into, const char *path, gal_error *err);

#endif
