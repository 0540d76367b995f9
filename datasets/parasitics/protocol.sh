#!/usr/bin/env bash
# Trains and scores every row of the accuracy table of models/parasitics/*/card.md.
#
#   bash datasets/parasitics/protocol.sh DATA OUT [ROW...]
#
# DATA holds the .par.gz files (datasets/README.md), OUT receives models and
# scores (JSON, one file per row and seed). Rows: t1, generic, t3, unseen, t4, t5 (seeds 1 to 3, or
# $SEEDS), ablation, kinds, sizes, few (needs t1, t3 and t5). Families in no_training.txt are never trained on, in any row.
set -eu
data=$1 out=$2
shift 2
rows=${*:-t1 generic t3 unseen t4 t5 ablation kinds sizes few}
here=$(cd "$(dirname "$0")" && pwd)
galena=${GALENA:-$here/../../build-release/galena}
held=$here/heldout.txt no=$here/no_training.txt
mkdir -p "$out"

train() { # NAME OPTIONS... : writes OUT/NAME.safetensors, resumable
  local name=$1
  shift
  [ -f "$out/$name.safetensors" ] && return
  "$galena" parasitics train --out "$out/$name.safetensors" --checkpoint "$out/$name.ckpt" "$@" \
    > "$out/$name.log" 2>&1
  rm -f "$out/$name".ckpt.*
}
score() { # NAME MODEL OPTIONS...
  local name=$1 model=$2
  shift 2
  "$galena" parasitics eval --quiet --model "$out/$model.safetensors" --json \
    --out "$out/$name.json" "$@"
}

# Training families of both libraries that match a pattern.
families() {
  zcat "$data"/calibre_hd.par.gz "$data"/calibre_hdll.par.gz |
    sed -n 's/^cell .*__//p' | sed 's/_[0-9]*$//' | sort -u | grep -vxFf "$no" | grep -E "^($1)"
}

# Training families of both libraries whose smallest cell has more than so many transistors.
large() {
  zcat "$data"/calibre_hd.par.gz "$data"/calibre_hdll.par.gz | awk -v most="$1" '
    $1 == "cell" { family = $2; sub(/.*__/, "", family); sub(/_[0-9]+$/, "", family); n = 0 }
    $1 == "dev" { n++ }
    $1 == "end" && (!(family in least) || n < least[family]) { least[family] = n }
    END { for (family in least) if (least[family] > most) print family }' |
    sort | grep -vxFf "$no"
}

for row in $rows; do
  echo "$(date +%T) $row"
  case $row in
  t1) # Calibre hd training families -> held-out families of hd and hdll
    for seed in ${SEEDS:-1 2 3}; do
      train t1_$seed "$data/calibre_hd.par.gz" --exclude "$no" --seed $seed \
        --note "Calibre hd, training families"
      score t1_hd_$seed t1_$seed --split "$held" --data "$data/calibre_hd.par.gz"
      score t1_hdll_$seed t1_$seed --split "$held" --data "$data/calibre_hdll.par.gz"
    done ;;
  ablation)
    for kind in pretrain balance; do
      case $kind in pretrain) option="--pretrain 0" ;; balance) option="--balance none" ;; esac
      train ablation_$kind "$data/calibre_hd.par.gz" --exclude "$no" $option
      score ablation_${kind}_hd ablation_$kind --split "$held" --data "$data/calibre_hd.par.gz"
      score ablation_${kind}_hdll ablation_$kind --split "$held" --data "$data/calibre_hdll.par.gz"
    done ;;
  kinds) # Calibre hd without a kind of cell -> that kind, of training families only
    while read -r kind pattern; do
      families "$pattern" > "$out/$kind.txt"
      cat "$no" "$out/$kind.txt" > "$out/without_$kind.txt"
      train kind_$kind "$data/calibre_hd.par.gz" --exclude "$out/without_$kind.txt"
      for library in hd hdll; do
        score kind_${library}_$kind kind_$kind --split "$out/$kind.txt" \
          --data "$data/calibre_$library.par.gz"
      done
    done << 'END'
mux mux
flop s?e?df
latch s?dl[^y]
adder fa|ha|xor|xnor
and_or [ao][0-9]
driver einv|ebuf|inv|clkinv|bufinv
END
    ;;
  sizes) # Calibre hd without large cells -> those of training families only, by the trees alone
    for most in 12 20 30; do
      large $most > "$out/above_$most.txt"
      cat "$no" "$out/above_$most.txt" > "$out/up_to_$most.txt"
      train size_$most "$data/calibre_hd.par.gz" --exclude "$out/up_to_$most.txt" --no-network
      for library in hd hdll; do
        score size_${library}_$most size_$most --split "$out/above_$most.txt" \
          --data "$data/calibre_$library.par.gz"
      done
    done ;;
  generic) # the shipped model (seed 1): every technology, Calibre and magic; delays
    for seed in ${SEEDS:-1 2 3}; do
      train generic_$seed "$data"/calibre_*.par.gz "$data"/magic_*.par.gz --exclude "$no" \
        --epochs 20 --seed $seed --note "every technology, Calibre and magic, training families"
      for set in calibre_hd calibre_hdll magic_hd magic_hdll; do
        score generic_${set}_$seed generic_$seed --split "$held" --data "$data/$set.par.gz"
      done
      [ $seed != 1 ] || "$galena" parasitics validate --quiet --json --out "$out/delay.json" \
        --model "$out/generic_1.safetensors" --split "$held" --data "$data/calibre_hd.par.gz"
    done ;;
  t3) # zero-shot to another foundry
    for seed in ${SEEDS:-1 2 3}; do
      train t3_$seed "$data"/magic_hd.par.gz "$data"/magic_hdll.par.gz "$data"/magic_hs.par.gz \
        --exclude "$no" --folds 3 --epochs 8 --seed $seed \
        --note "magic sky130 hd, hdll, hs, training families"
      score t3_gf7_$seed t3_$seed --data "$data/magic_gf7.par.gz"
    done ;;
  unseen) # the shipped recipe without gf180 -> gf180
    for seed in ${SEEDS:-1 2 3}; do
      train unseen_$seed "$data"/calibre_*.par.gz "$data"/magic_ams_*.par.gz "$data"/magic_h*.par.gz \
        "$data"/magic_openram_*.par.gz --exclude "$no" --epochs 20 --seed $seed \
        --note "every technology but gf180, Calibre and magic, training families"
      score unseen_gf7_$seed unseen_$seed --data "$data/magic_gf7.par.gz"
    done ;;
  few) # what --calibrate is worth
    python3 "$here/few.py" "$galena" "$data" "$out" ;;
  t4) # small memories -> a large one of the same generator
    for seed in ${SEEDS:-1 2 3}; do
      train t4_$seed "$data/magic_openram_scn4m.par.gz" --exclude "$here/sram128x32.txt" \
        --folds 2 --seed $seed --note "OpenRAM scn4m 16x4 and 64x16"
      score t4_128x32_$seed t4_$seed --only sram128x32 --data "$data/magic_openram_scn4m.par.gz"
    done ;;
  t5) # mixed-signal blocks, leave one design out
    for design in sar1_array sar1_comp avsd_pll; do
      { cat "$no"; echo "$design"; } > "$out/$design.txt"
      for seed in ${SEEDS:-1 2 3}; do
        train t5_${design}_$seed "$data"/magic_ams_sky130.par.gz "$data"/magic_hd.par.gz \
          "$data"/magic_openram_sky130.par.gz --exclude "$out/$design.txt" --folds 3 --epochs 8 \
          --seed $seed --note "magic AMS but $design, hd, OpenRAM sky130"
        score t5_${design}_$seed t5_${design}_$seed --only $design \
          --data "$data/magic_ams_sky130.par.gz"
      done
    done ;;
  esac
done
echo "$(date +%T) done"
