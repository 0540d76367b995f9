#!/usr/bin/env bash
# Times predictions of a surrogate on one thread, beside PyTorch's MLP of 3 x 256 units and beside
# ngspice in a process that keeps the deck loaded, in the same run.
#
# usage: bench/surrogate.sh BUILD_DIR [MODEL DECK [REPEATS]]
# The programs take turns; the best of all counts on both sides.
set -eu
here=$(dirname "$0")
program=${1:?usage: bench/surrogate.sh BUILD_DIR [MODEL DECK [REPEATS]]}/bench/bench_surrogate
model=${2:-$here/../models/surrogate/miller_generic180/model.safetensors}
deck=${3:-$here/../datasets/circuits/miller.sp}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
results=$(mktemp)
trap 'rm -f "$results"' EXIT
for _ in $(seq "${4:-3}"); do
    "$program" "$model" "$deck" 40 >>"$results"
    /usr/bin/python3 "$here/surrogate_torch.py" 40 2>/dev/null >>"$results" || true
done
awk '
    !($1 in best) || $2 < best[$1] { best[$1] = $2 }
    END {
        torch = best["torch_frozen_1024_us"]
        printf "MLP 3x256, batch 1024   galena %6.2f us   torch.jit frozen %6.2f us   %.2f x\n",
               best["mlp_1024_us"], torch, torch / best["mlp_1024_us"]
        printf "MLP 3x256, batch 1      galena %6.2f us   torch.jit frozen %6.2f us   %.2f x\n",
               best["mlp_1_us"], best["torch_frozen_1_us"], best["torch_frozen_1_us"] / best["mlp_1_us"]
        printf "predict, batch 1024     %.2f us (features, distilled network, units, sd, validity)   %.2f x\n",
               best["fast_1024_us"], torch / best["fast_1024_us"]
        printf "predict, batch 1        %.2f us\n", best["fast_1_us"]
        printf "ensemble, batch 1024    %.2f us\n", best["full_1024_us"]
        printf "ngspice, deck loaded    op + ac %.2f ms, all %.2f ms: predict is %.0f and %.0f times faster\n",
               best["ngspice_cheap_ms"], best["ngspice_all_ms"],
               1e3 * best["ngspice_cheap_ms"] / best["fast_1024_us"],
               1e3 * best["ngspice_all_ms"] / best["fast_1024_us"]
    }' "$results"
