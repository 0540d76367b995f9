#!/usr/bin/env bash
# Twenty hard targets on the two-stage amplifier: how many each engine meets, with how many runs.
#
#   datasets/sizing/bench.sh GALENA OUT [TECH [ENGINE...]]
#
# Targets: a pool of 2000 random designs (seed 424242, never shown to an engine); of those that are
# valid with pm >= 45 the best 20 by ugf / power; each gives one target: its own measures relaxed
# by 2 %, but ugf 5 % beyond it. So no design of the pool meets its own target. An engine starts
# from nothing (--no-start), one seed per target, at most 200 runs, one design at a time (BATCH=2:
# two). MODEL=FILE is the model of engines surrogate and policy, POLICY=FILE keeps the policy. OUT
# keeps pool, specs and results; what is there is not run again.
set -eu
galena=$(realpath "$1") out=$2 tech=${3:-generic180}
shift $(($# < 3 ? $# : 3))
[ $# -gt 0 ] || set -- gp cmaes de random
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
cd "$out"

[ -s tech.lib ] || "$galena" tech library "$tech" --out tech.lib
[ -s miller.sp ] || sed 's|^\.lib .*|.lib tech.lib tt|' "$here/../circuits/miller.sp" >miller.sp
[ -s pool.csv ] || {
  "$galena" simulate miller.sp --sweep random:"${POOL:-2000}" --seed 424242 --csv --quiet >pool.tmp
  mv pool.tmp pool.csv
}
[ -s targets.csv ] || awk -F, -f "$here/targets.awk" pool.csv | sort -t, -k1,1gr >ranked.csv
[ -s targets.csv ] || awk 'NR <= 20' ranked.csv >targets.csv

n=0
while IFS=, read -r _ gain ugf pm power slew settle overshoot; do
  n=$((n + 1))
  cat >"target$n.size" <<SPEC
deck miller.sp
gain >= $gain
ugf >= $ugf
pm >= $pm
power <= $power
slew >= $slew
settle <= $settle
overshoot <= $overshoot
budget 200
SPEC
done <targets.csv

for engine; do
  for i in $(seq $n); do
    result=$engine.$i.json
    [ -s "$result" ] && continue
    "$galena" size "target$i.size" --engine "$engine" --seed "$i" --no-start \
      --batch "${BATCH:-1}" ${MODEL:+--model "$MODEL"} ${POLICY:+--policy "$POLICY"} --json --quiet >result.tmp || true
    mv result.tmp "$result"
  done
  for i in $(seq $n); do
    awk -v i="$i" '/^ "met": true/ { met = 1 } /^ "online":/ { gsub(/[^0-9]/, ""); online = $0 }
                   END { print met ? online : "inf" }' "$engine.$i.json"
  done | sort -g >"$engine.runs"
  awk -v engine="$engine" '{ run[NR] = $1; met += $1 != "inf" }
    END { low = run[int((NR + 1) / 2)]; high = run[int(NR / 2) + 1]
          median = low == "inf" || high == "inf" ? "inf" : (low + high) / 2
          printf "%-10s met %2d/%d  median %s  least %s  most %s\n", engine, met, NR, median, run[1],
                 run[NR] }' "$engine.runs"
done
