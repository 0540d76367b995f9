#!/usr/bin/env bash
# The command as its users meet it: every verb on small files. $1 is the command; runs in tests/.
galena=$1
cells=data/parasitics/cells.par
comparator=../datasets/examples/comparator.sp
. cli/checks.sh
model=$tmp/model.safetensors

test_help_and_usage() {
  check version 0 "$galena" --version
  has version "$tmp/out" '^galena [0-9]+\.[0-9]+'
  for verb in '' info convert models parasitics 'parasitics predict' 'parasitics import' \
              'parasitics train' 'parasitics eval' 'parasitics validate'; do
    check "$verb --help" 0 "$galena" $verb --help
    has "$verb --help" "$tmp/out" '^usage: galena'
    check "$verb --bogus" 2 "$galena" $verb --bogus
    has "$verb --bogus" "$tmp/err" 'bogus'
  done
  check 'no command' 2 "$galena"
  check 'no verb' 2 "$galena" parasitics
  check 'no operand' 2 "$galena" info
  check 'not a number' 2 "$galena" info --warnings many "$comparator"
  check 'no output' 2 "$galena" parasitics train "$cells"
  check 'out of range' 2 "$galena" parasitics train "$cells" --out "$model" --folds 1
}

test_info() {
  check info 0 "$galena" info "$comparator"
  has info "$tmp/out" '11 +NMOS'
  has info "$tmp/out" '^power +1: vdd'
  check 'info --json' 0 "$galena" info "$comparator" --json
  json 'info --json' "$tmp/out"
  for verb in info 'parasitics predict' 'parasitics eval' 'parasitics train --out x' \
              'parasitics import --out x.par' 'convert --out x.sp'; do
    check "$verb none" 1 "$galena" $verb "$tmp/none.sp"
    has "$verb none" "$tmp/err" "$tmp/none\.sp"
  done
}

test_train() {
  check train 0 "$galena" parasitics train "$cells" --out "$model" --epochs 2 --members 1 \
    --pretrain 1 --trees 4 --folds 2 --width 8 --note 'twelve cells'
  has train "$tmp/err" "wrote $model"
  [ -s "$model" ] || { echo 'train: no model'; bad=1; }
  check 'not a model' 1 "$galena" parasitics predict "$comparator" --model "$cells"
  has 'not a model' "$tmp/err" "$cells"
}

predict() { "$galena" parasitics predict "$comparator" --model "$model" --quiet "$@"; }

test_predict() {
  check table 0 predict --limit 5
  has table "$tmp/out" '^net +C_gnd fF'
  has table "$tmp/out" '^14 nets, .* couplings'
  check csv 0 predict --csv
  has csv "$tmp/out" '^kind,net_a,net_b,farad,low,high,probability'
  [ "$(grep -c '^total,' "$tmp/out")" = 14 ] || { echo 'csv: expected 14 totals'; bad=1; }
  cp "$tmp/out" "$tmp/by_option.csv"
  check 'out csv' 0 predict --out "$tmp/x.csv"
  cmp "$tmp/x.csv" "$tmp/by_option.csv" || bad=1
  check json 0 predict --json
  json json "$tmp/out"
  has json "$tmp/out" '"circuit": "comparator"'
  has json "$tmp/out" '"couplings"'
  check 'unknown extractor' 2 predict --extractor nobody
  check calibrate 0 predict --calibrate "$cells" --csv
}

test_netlists() {
  check 'out sp' 0 predict --out "$tmp/x.sp"
  check 'info of sp' 0 "$galena" info "$tmp/x.sp"
  has 'info of sp' "$tmp/out" '11 +NMOS'
  has 'info of sp' "$tmp/out" '[0-9]+ +capacitors'
  check 'out spef' 0 predict --out "$tmp/x.spef"
  has 'out spef' "$tmp/x.spef" '^\*SPEF'
  has 'out spef' "$tmp/x.spef" '^\*CAP'
  local loud=("$galena" parasitics predict "$comparator" --model "$model" --csv)
  check 'calibrate by name' 0 "${loud[@]}" --calibrate "$tmp/x.spef"
  has 'calibrate by name' "$tmp/err" 'calibrated on 14 ground'
  awk '/^\*D_NET/ { n++ } n < 3' "$tmp/x.spef" >"$tmp/two.spef"
  check 'calibrate on two nets' 0 "${loud[@]}" --calibrate "$tmp/two.spef"
  has 'calibrate on two nets' "$tmp/err" 'calibrated on 2 ground, [1-9]'
}

# A netlist of cells: pins of cells, nets inside them only when asked for.
test_cells_to_spef() {
  printf '%s\n' '* cells' '.subckt buf A VGND VPWR X' 'M0 n A VGND VGND nfet_01v8 w=0.65 l=0.15' \
    'M1 n A VPWR VPWR pfet_01v8 w=1 l=0.15' 'M2 X n VGND VGND nfet_01v8 w=0.65 l=0.15' \
    'M3 X n VPWR VPWR pfet_01v8 w=1 l=0.15' .ends '.subckt top a y VGND VPWR' \
    'X1 a VGND VPWR n1 buf' 'X2 n1 VGND VPWR y buf' .ends >"$tmp/top.sp"
  check cells 0 "$galena" parasitics predict "$tmp/top.sp" --model "$model" --out "$tmp/top.spef"
  has cells "$tmp/err" '2 nets inside cells are left out of the SPEF \(--all-nets keeps them\)'
  ! grep -q micrometres "$tmp/err" || { echo 'cells: a warning'; bad=1; }
  has cells "$tmp/top.spef" '^\*I \*[0-9]+:A I$'
  has cells "$tmp/top.spef" '^\*I \*[0-9]+:X O$'
  has cells "$tmp/top.spef" '^\*[0-9]+ a$'
  [ "$(grep -c '^\*D_NET' "$tmp/top.spef")" = 3 ] || { echo 'cells: expected 3 nets'; bad=1; }
  check 'all nets' 0 "$galena" parasitics predict "$tmp/top.sp" --model "$model" --all-nets \
    --out "$tmp/all.spef"
  [ "$(grep -c '^\*D_NET' "$tmp/all.spef")" = 5 ] || { echo 'all nets: expected 5'; bad=1; }
  has 'all nets' "$tmp/all.spef" '^\*I \*[0-9]+:G I$'
}

test_eval() {
  check eval 0 "$galena" parasitics eval --data "$cells" --model "$model" --json --quiet
  json eval "$tmp/out"
  has eval "$tmp/out" '"circuits": 12'
  for key in ground total coupling baselines r2_log r2_log_95 auc; do has eval "$tmp/out" "\"$key\":"; done
  printf 'inv\n' >"$tmp/families"
  check 'eval split' 0 "$galena" parasitics eval "$cells" --model "$model" --split "$tmp/families"
  has 'eval split' "$tmp/out" '^2 circuits'
  check 'eval csv' 0 "$galena" parasitics eval "$cells" --model "$model" --csv --plot "$tmp/it's.svg" \
    --split "$tmp/families"
  has 'eval csv' "$tmp/out" '^circuit,kind,net_a,net_b,extracted,predicted,low,high$'
  has 'eval csv' "$tmp/out" '^sky130_fd_sc_hd__inv_[0-9]+,coupling,A,Y,[^,]+,[^,]+,[^,]+,[^,]+$'
  has 'eval plot' "$tmp/it's.svg" '>within its band<'
  check 'eval plain' 0 "$galena" parasitics eval "$cells" --model "$model" --split "$tmp/families"
  cp "$tmp/out" "$tmp/plain"
  check 'eval calibrate' 0 "$galena" parasitics eval "$cells" --model "$model" --calibrate "$cells" \
    --split "$tmp/families"
  cmp -s "$tmp/out" "$tmp/plain" && { echo 'eval calibrate: changes nothing'; bad=1; }
  check 'eval calibrate on itself' 1 "$galena" parasitics eval "$cells" --model "$model" --calibrate "$cells"
  has 'eval calibrate on itself' "$tmp/err" 'to calibrate on'
  check 'eval plot' 2 "$galena" parasitics eval "$cells" --plot "$tmp/plot.pdf"
  check 'plot of two lines' 2 "$galena" parasitics eval "$cells" --plot "$tmp/a"$'\n'"b.svg"
  check 'eval both' 2 "$galena" parasitics eval "$cells" --split a --exclude b
}

test_formats() {
  local par=$tmp/again.par one=$tmp/one.par
  check import 0 "$galena" parasitics import --out "$par" "$cells"
  check 'import again' 0 "$galena" parasitics import --out "$tmp/third.par" "$par"
  cmp "$par" "$tmp/third.par" || bad=1
  [ "$(grep -c '^cell' "$par")" = 12 ] || { echo 'import: expected 12 cells'; bad=1; }
  check 'two designs' 1 "$galena" convert "$par" --out "$tmp/x.spef"
  sed -n '/^cell sky130_fd_sc_hd__inv_1$/,/^end/p' "$par" >"$one"
  check 'to spef' 0 "$galena" convert "$one" --out "$tmp/one.spef"
  check 'and back' 0 "$galena" convert "$tmp/one.spef" --out "$tmp/back.par"
  # SPEF holds no transistors, and what lies between a net and the supplies is to ground.
  sums "$one" >"$tmp/sums"
  sums "$tmp/back.par" | diff "$tmp/sums" - || { echo "SPEF changed capacitances"; bad=1; }
  check 'to sp' 0 "$galena" convert "$one" --out "$tmp/one.sp"
  caps "$one" >"$tmp/caps"
  check 'sp and back' 0 "$galena" convert "$tmp/one.sp" --out "$tmp/sp.par"
  caps "$tmp/sp.par" | diff "$tmp/caps" - || { echo 'SPICE changed capacitances'; bad=1; }
  check 'no such format' 1 "$galena" convert "$one" --out "$tmp/one.doc"
}

# Every capacitance of a .par file, up to the order of names and lines.
caps() {
  awk '$1 == "cap" { a = $2 < $3 ? $2 " " $3 : $3 " " $2; printf "%s %.4g\n", a, $4 }' "$1" |
    LC_ALL=C sort
}

# Couplings of signals A and Y of the inverter, and the rest of each as to ground.
sums() {
  awk '$1 == "cap" { signal = ($2 ~ /^[AY]$/) + 2 * ($3 ~ /^[AY]$/)
         if (signal == 3) sum["A Y"] += $4
         else if (signal) sum["0 " (signal == 1 ? $2 : $3)] += $4 }
       END { for (key in sum) printf "%s %.4g\n", key, sum[key] }' "$1" | LC_ALL=C sort
}

test_help_and_usage
test_info
test_train
test_predict
test_netlists
test_cells_to_spef
test_eval
test_formats
exit $bad
