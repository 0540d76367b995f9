#!/usr/bin/env bash
# The command as a user meets it: predict with the shipped models, formats out, errors.
set -eu
galena=$1
circuit=../datasets/examples/comparator.sp
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() { echo "FAILED: $*"; exit 1; }
expect() { # CODE COMMAND...
  local want=$1 code=0
  shift
  "$@" > "$dir/out" 2> "$dir/err" || code=$?
  [ "$code" = "$want" ] || { cat "$dir/err"; fail "exit $code, expected $want: $*"; }
}

for verb in "" info convert models parasitics "parasitics predict" "parasitics import" \
            "parasitics train" "parasitics eval" "parasitics validate"; do
  # shellcheck disable=SC2086
  expect 0 "$galena" $verb --help
  grep -q usage "$dir/out" || fail "no usage in $verb --help"
done
expect 2 "$galena" nonsense
expect 2 "$galena" info --nonsense "$circuit"
expect 1 "$galena" info no/such/file.sp
grep -q no/such/file.sp "$dir/err" || fail "the error does not name the file"

expect 0 "$galena" info "$circuit"
grep -q "11 *NMOS" "$dir/out" || fail "eleven NMOS expected"
expect 0 "$galena" info - < "$circuit"
grep -q "11 *NMOS" "$dir/out" || fail "eleven NMOS expected of standard input"

for model in sky130 generic; do
  expect 0 "$galena" parasitics predict "$circuit" --model $model --limit 40
  grep -q "nets, .* fF to ground" "$dir/out" || fail "no summary by $model"
done
expect 1 "$galena" parasitics predict "$dir/cells.par.gz"
grep -q "takes a netlist" "$dir/err" || fail "no word of what predict takes"
expect 0 "$galena" parasitics predict "$circuit" --out "$dir/c.sp"
grep -q "plain value" "$dir/err" && fail "a note about sources where there are none"
expect 0 "$galena" info "$dir/c.sp"
grep -q "capacitors" "$dir/out" || fail "no capacitors in the netlist"
expect 0 "$galena" parasitics predict "$circuit" --out "$dir/c.spef"
expect 1 "$galena" parasitics predict "$circuit" --out "$dir/c.xyz"
grep -q "expected .sp" "$dir/err" || fail "no message about an unknown ending"
expect 0 "$galena" parasitics predict "$circuit" --out "$dir/c.txt"
grep -q "fF to ground" "$dir/c.txt" || fail "no table in a .txt"
expect 0 "$galena" convert "$dir/c.spef" --out "$dir/back.spef"
grep -q "D_NET" "$dir/back.spef" || fail "no nets in the SPEF"
expect 0 "$galena" parasitics predict "$circuit" --json
grep -q '"couplings"' "$dir/out" || fail "no couplings in the JSON"
expect 0 "$galena" parasitics predict "$circuit"
head -1 "$dir/out" | grep -q "^kind,net_a" || fail "plain rows expected in a pipe"
expect 0 "$galena" parasitics predict "$circuit" --calibrate "$dir/c.spef" --csv
expect 1 "$galena" parasitics predict "$circuit" --model no_such_model

# A process that no foundry labels are of: wider bands, and a note.
expect 0 "$galena" parasitics predict "$circuit" --csv
grep -q "bands are widened" "$dir/err" && fail "a note for gates of 0.15 um"
sed 's/ l=0.15/ l=0.5/' "$circuit" > "$dir/long.sp"
expect 0 "$galena" parasitics predict "$dir/long.sp" --csv
grep -q "bands are widened" "$dir/err" || fail "no note for gates of 0.5 um"

# What a written netlist cannot say is named.
printf '* tb\nv1 a 0 pulse(0 1 1n)\nv2 b 0 1.8\nb1 c 0 v=v(a)\nm1 c a b 0 nch w=1u l=0.15u\n' > "$dir/tb.sp"
expect 0 "$galena" convert "$dir/tb.sp" --out "$dir/flat.sp"
grep -q "v1 and 1 more are written by plain values" "$dir/err" || fail "no note about lost waveforms"

# Outputs: said before the work when they cannot be written, and when the disk was full after all.
expect 1 "$galena" parasitics train "$dir/none.par" --out "$dir/no/such/m.safetensors"
grep -q "no/such/m.safetensors: cannot write" "$dir/err" || fail "the output is not named"
expect 2 "$galena" parasitics train "$dir/none.par" --out "$dir/m.safetensors" --folds 1
grep -q -- "--folds: expected 2" "$dir/err" || fail "the option is not named"
expect 2 "$galena" size no.size --budget 4294967297
code=0
"$galena" --help > /dev/full 2> "$dir/err" || code=$?
[ $code = 1 ] || fail "a full disk goes unnoticed"
"$galena" convert data/spice/nand2_1.cdl --out "$dir/bare.par" > /dev/null
for verb in eval validate; do
  expect 1 "$galena" parasitics $verb --data "$dir/bare.par"
  grep -q "no capacitances" "$dir/err" || fail "$verb without labels: $(cat "$dir/err")"
done
echo "all passed"
