#!/usr/bin/env bash
# Trains the shipped surrogates, one per testbench on generic180, scores them and writes their cards.
#
#   datasets/surrogate/train_shipped.sh GALENA WORK [CIRCUIT...]
#
# WORK keeps simulations, models and scores: what is there is not made again, and an interrupted run
# goes on. 3000 points of seed 1 train, others of seed 1001 test.
set -eu
galena=$(realpath "$1") work=$2
shift 2
[ $# -gt 0 ] || set -- miller folded telescopic ota5t ldo tia2 tia3 bandgap strongarm ring
here=$(cd "$(dirname "$0")" && pwd)
models=$(realpath "$here/../../models/surrogate")
mkdir -p "$work"

for circuit; do
  deck=$here/../circuits/$circuit.sp
  out=$models/${circuit}_generic180
  case $circuit in
  miller | folded) tested=1000 ;;
  *) tested=500 ;;
  esac
  mkdir -p "$out"
  [ -s "$work/$circuit.safetensors" ] || {
    "$galena" surrogate train "$deck" --samples 3000 --seed 1 --db "$work/$circuit.train.db" \
      --width 96 --out "$work/$circuit.tmp"
    mv "$work/$circuit.tmp" "$work/$circuit.safetensors"
  }
  [ -s "$work/$circuit.json" ] || {
    "$galena" surrogate eval "$deck" --model "$work/$circuit.safetensors" --samples $tested --seed 1001 \
      --db "$work/$circuit.test.db" --json --out "$work/$circuit.tmp"
    mv "$work/$circuit.tmp" "$work/$circuit.json"
  }
  cp "$work/$circuit.safetensors" "$out/model.safetensors"
  "$galena" surrogate predict --model "$work/$circuit.safetensors" |
    /usr/bin/env python3 "$here/card.py" "$deck" "$work/$circuit.json" \
      "$out/model.safetensors" >"$out/card.md"
  echo "$circuit: $(stat -c %s "$out/model.safetensors") bytes"
done
