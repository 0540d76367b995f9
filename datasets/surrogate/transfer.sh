#!/usr/bin/env bash
# How many simulations of a new technology a surrogate needs that starts from other technologies.
#
#   datasets/surrogate/transfer.sh GALENA WORK DECK TARGET SOURCE,SOURCE,... [N...]
#
# Pre-trains a sequence model of DECK on the sources (3000 points each, seed 11), then trains
# surrogates on N points of TARGET (default 50 100 250 1000 3000), with and without it, for seeds 1
# to 3 up to 250 points and seed 1 above; all are scored on the same 1000 other points (seed 1001).
# Technologies are names or folders (datasets/tech). WORK keeps what is made; an interrupted run
# goes on.
set -eu
galena=$(realpath "$1") work=$2 deck=$(realpath "$3") target=$4 sources=$5
shift 5
[ $# -gt 0 ] || set -- 50 100 250 1000 3000
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$work"
cd "$work"

[ -s base.safetensors ] ||
  "$galena" surrogate pretrain "$deck" --tech "$sources" --samples 3000 --seed 11 --db runs \
    --checkpoint base.checkpoint --out base.safetensors

score() { # score NAME N SEED [--from base.safetensors]
  local name=$1.$2.$3 samples=$2 seed=$3
  shift 3
  [ -s "$name.safetensors" ] ||
    "$galena" surrogate train "$deck" --tech "$target" --samples "$samples" --seed "$seed" --db target.db \
      --fast-steps 0 --out "$name.safetensors" "$@"
  [ -s "$name.json" ] ||
    "$galena" surrogate eval "$deck" --tech "$target" --model "$name.safetensors" --samples 1000 \
      --seed 1001 --db test.db --json --out "$name.json"
}

for n; do
  for seed in 1 2 3; do
    [ "$n" -gt 250 ] && [ $seed -gt 1 ] && continue
    score from "$n" $seed --from base.safetensors
    score alone "$n" $seed
  done
done
/usr/bin/env python3 "$here/transfer.py" from.*.json alone.*.json
