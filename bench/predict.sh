#!/usr/bin/env bash
# Times `galena parasitics predict` on a memory of 31 056 transistors, reading and writing included.
#
# usage: bench/predict.sh BUILD_DIR [REPEATS]
# The netlist, 128 x 40 six-transistor cells with precharge and word-line drivers, is made here. Prints
# seconds, the best of the repeats (5), as a table of couplings (CSV) and as a netlist with capacitors.
set -eu
galena=${1:?usage: bench/predict.sh BUILD_DIR [REPEATS]}/galena
repeats=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk -v rows=128 -v columns=40 'BEGIN {
  print "* memory array\n.subckt cell bl br wl vdd vss"
  print "mn1 q qb vss vss nmos w=0.21u l=0.15u\nmn2 qb q vss vss nmos w=0.21u l=0.15u"
  print "mp1 q qb vdd vdd pmos w=0.14u l=0.15u\nmp2 qb q vdd vdd pmos w=0.14u l=0.15u"
  print "ma1 bl wl q vss nmos w=0.14u l=0.15u\nma2 br wl qb vss nmos w=0.14u l=0.15u\n.ends"
  printf ".subckt array vdd vss pre"
  for (r = 0; r < rows; r++) printf " en%d", r
  for (c = 0; c < columns; c++) printf "\n+ bl%d br%d", c, c
  print ""
  for (r = 0; r < rows; r++) {
    printf "mdn%d wl%d en%d vss vss nmos w=1u l=0.15u\n", r, r, r
    printf "mdp%d wl%d en%d vdd vdd pmos w=2u l=0.15u\n", r, r, r
    for (c = 0; c < columns; c++) printf "x%d_%d bl%d br%d wl%d vdd vss cell\n", r, c, c, c, r
  }
  for (c = 0; c < columns; c++)
    printf "mpl%d bl%d pre vdd vdd pmos w=1u l=0.15u\nmpr%d br%d pre vdd vdd pmos w=1u l=0.15u\n", c, c, c, c
  print ".ends\n.end"
}' >"$work/memory.sp"

best() { # best OUT
  for _ in $(seq "$repeats"); do
    start=$(date +%s.%N)
    "$galena" parasitics predict "$work/memory.sp" --top array --quiet --out "$1"
    echo "$start $(date +%s.%N)"
  done | awk 'NR == 1 || $2 - $1 < b { b = $2 - $1 } END { printf "%.2f s", b }'
}
"$galena" info "$work/memory.sp" --top array | head -3
echo "csv  $(best "$work/memory.csv")"
echo "sp   $(best "$work/memory_c.sp")"
