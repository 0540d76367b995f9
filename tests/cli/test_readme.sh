#!/usr/bin/env bash
# What the documents show is what the command prints: blocks that begin with "$ galena" are run
# again. Words must be the same; numbers of predictions within 3 %, those of a search may differ (it
# takes other paths where the processor rounds otherwise).
set -u
galena=$(realpath "$1")
top=$(realpath ..)
. cli/checks.sh
mkdir "$tmp/run"
ln -s "$top/datasets" "$tmp/run/datasets"

# same NAME SHOWN PRINTED TOLERANCE: word by word; a tolerance below 0 takes any number.
same() {
  tr -s ' ' '\n' <"$2" >"$tmp/shown"
  tr -s ' ' '\n' <"$3" >"$tmp/printed"
  paste -d '\t' "$tmp/shown" "$tmp/printed" | awk -F '\t' -v name="$1" -v tolerance="$4" '
    function parts(text) { # sets head, number, tail
      match(text, /[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?/)
      head = RSTART ? substr(text, 1, RSTART - 1) : text
      number = RSTART ? substr(text, RSTART, RLENGTH) : 0
      tail = RSTART ? substr(text, RSTART + RLENGTH) : ""
    }
    {
      parts($1); h = head; n = number; t = tail; parts($2)
      far = n > number ? n - number : number - n
      if (h tail != head t || (tolerance >= 0 && far > tolerance * n)) {
        print name ": shows " $1 ", the command prints " $2
        exit 1
      }
    }' || bad=1
}

n=0
for page in README.md docs/sizing.md; do
  rm -f "$tmp"/block.*
  awk -v to="$tmp/block." '
    /^```/ { is_open = !is_open; is_first = is_open; inside = 0; next }
    is_first && /^\$ galena / { inside = 1; file = to (++n) }
    { is_first = 0 }
    inside { print > file }' "$top/$page"
  for block in "$tmp"/block.*; do
    n=$((n + 1))
    command=$(sed -n '1s/^\$ galena //p' "$block")
    sed 1d "$block" >"$tmp/text"
    # shellcheck disable=SC2086
    (cd "$tmp/run" && "$galena" $command) >"$tmp/out" 2>"$tmp/err" || { cat "$tmp/err"; bad=1; }
    case $command in parasitics*) tolerance=0.03 ;; *) tolerance=-1 ;; esac
    same "$page: $command" "$tmp/text" "$tmp/out" "$tolerance"
  done
done
[ "$n" = 3 ] || { echo "$n examples found, 3 expected"; bad=1; }

# The delays of the strong-arm comparator with and without its wires.
delay() {
  "$galena" simulate "$1" --quiet --csv | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "delay") at = i }
    NR == 2 { printf "%.0f ps", 1e12 * $at }'
}
bare=$(delay "$top/datasets/circuits/strongarm.sp")
"$galena" parasitics predict "$top/datasets/circuits/strongarm.sp" --quiet --out "$tmp/strongarm_c.sp"
wired=$(delay "$tmp/strongarm_c.sp")
tr '\n' ' ' <"$top/README.md" >"$tmp/readme"
has 'delays' "$tmp/readme" "decides in $wired with its predicted wires instead of $bare"
exit $bad
