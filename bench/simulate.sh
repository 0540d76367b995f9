#!/usr/bin/env bash
# Times op + ac evaluations of a two-stage amplifier through resident ngspice workers, and the same
# points by starting `ngspice -b` for each; prints rates and how many times faster the workers are.
#
# usage: bench/simulate.sh BUILD_DIR [POINTS [WORKERS]]
# Wall-clock rates suffer from whatever else runs on the machine; processor time per point less so.
set -eu
here=$(dirname "$0")
program=${1:?usage: bench/simulate.sh BUILD_DIR [POINTS [WORKERS]]}/bench/bench_simulate
"$program" "$here/opamp.sp" "${2:-5000}" "${3:-2}" 200 | awk -v workers="${3:-2}" '
    { v[$1] = $2 }
    END {
        printf "resident workers  %7.0f op+ac/s on %d workers  %6.3f ms of processor time each\n",
               v["resident_per_s"], workers, v["resident_cpu_ms"]
        printf "ngspice -b        %7.0f op+ac/s, %d at a time   %6.3f ms\n", v["spawned_per_s"],
               workers, v["spawned_cpu_ms"]
        printf "ratio             %7.1f x by the clock          %6.1f x by processor time\n",
               v["resident_per_s"] / v["spawned_per_s"], v["spawned_cpu_ms"] / v["resident_cpu_ms"]
    }'
