#!/usr/bin/env bash
# Pre-trains the shipped sequence model `base`: all ten testbenches on both shipped technologies,
# 3000 points each (seed 1).
#
#   datasets/surrogate/pretrain_shipped.sh GALENA WORK
#
# WORK keeps simulations and checkpoints: an interrupted run goes on.
set -eu
galena=$(realpath "$1") work=$2
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath "$here/../../models/surrogate")/base
decks=()
for circuit in miller folded telescopic ota5t ldo tia2 tia3 bandgap strongarm ring; do
  decks+=("$here/../circuits/$circuit.sp")
done
mkdir -p "$work" "$out"
"$galena" surrogate pretrain "${decks[@]}" --tech generic180,level1 --samples 3000 --seed 1 --steps 16000 \
  --db "$work/runs" --checkpoint "$work/base.checkpoint" --out "$out/model.safetensors"
