#!/usr/bin/env bash
# Times one GraphSAGE layer here and in PyTorch, in turn, and prints how many times faster galena is.
#
# usage: bench/layer.sh BUILD_DIR [REPEATS]
# Each repeat runs the programs in turn on random and on local ids, two rounds of PyTorch and five
# of galena; the best of all counts on both sides. "bfs" are the random ids renumbered when loaded,
# held against PyTorch on random ids. PyTorch runs as installed and once more with an allocator that
# keeps its memory and asks for huge pages ("kept"), which spares it half its time in page faults.
# Two threads unless OMP_NUM_THREADS says otherwise.
set -eu
here=$(dirname "$0")
program=${1:?usage: bench/layer.sh BUILD_DIR [REPEATS]}/bench/bench_layer
repeats=${2:-3}
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-2}
results=$(mktemp)
trap 'rm -f "$results"' EXIT

torch() { # torch LABEL IDS: runs in the caller's environment
    /usr/bin/python3 "$here/layer_torch.py" "$2" 1 20000 60000 | sed "s/^/$1 $2 /" >>"$results"
}

torch_kept() (
    export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000 MALLOC_TOP_PAD_=1000000000
    export GLIBC_TUNABLES=glibc.malloc.hugetlb=1
    torch kept "$1"
)

for _ in $(seq "$repeats"); do
    for ids in random bfs local; do
        "$program" $ids 5 | sed "s/^/galena $ids /" >>"$results"
        [ $ids = bfs ] || { torch torch $ids; torch_kept $ids; }
    done
done

awk '
    { key = $1 " " $2 " " $3 }
    $3 ~ /_ms$/ && (!(key in best) || $4 < best[key]) { best[key] = $4; how[key] = $5 }
    $3 ~ /^peak/ && $4 > best[key] { best[key] = $4 }
    function versus(label, ids, theirs, what,    other) {
        other = best[label " " theirs " " what]
        printf "  %s %8.1f ms (%s) %5.1f x", label, other, how[label " " theirs " " what],
               other / best["galena " ids " " what]
    }
    function ratio(ids, theirs, what) {
        printf "%-7s %-11s galena %7.1f ms", ids, what, best["galena " ids " " what]
        versus("torch", ids, theirs, what)
        versus("kept", ids, theirs, what)
        print ""
    }
    function roofline(ids, what) {
        floor = best["galena " ids " " what "_floor_ms"]
        printf "%-7s %-12s floor %.1f ms, reached %.0f %%\n", ids, what, floor,
               100 * floor / best["galena " ids " " what "_ms"]
    }
    END {
        n = split("random bfs local", all, " ")
        for (i = 1; i <= n; i++) {
            theirs = all[i] == "bfs" ? "random" : all[i]
            ratio(all[i], theirs, "forward_ms")
            ratio(all[i], theirs, "both_ms")
            ratio(all[i], theirs, "seven_ms")
            roofline(all[i], "forward")
            roofline(all[i], "backward")
        }
        printf "renumbering  %.1f ms, once\n", best["galena bfs renumber_ms"]
        printf "peaks        %.0f GFLOP/s, %.1f GB/s read\n", best["galena local peak_gflops"],
               best["galena local peak_read_gbs"]
    }' "$results"
