# What the command's tests share; sourced by them. $tmp is an empty directory, removed at the end; a
# failed check sets $bad.
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0

# check NAME STATUS COMMAND...: runs it, keeps $tmp/out and $tmp/err, compares the exit status.
check() {
  local name=$1 expected=$2 got
  shift 2
  "$@" >"$tmp/out" 2>"$tmp/err"
  got=$?
  [ "$got" = "$expected" ] && return
  echo "$name: exit status $got, expected $expected"
  head -5 "$tmp/err"
  bad=1
}

# has NAME FILE PATTERN: the file has a line with the extended regular expression.
has() {
  grep -qE -- "$3" "$2" && return
  echo "$1: no \"$3\" in:"
  head -5 "$2"
  bad=1
}

# json NAME FILE: braces and brackets pair up, and a parser agrees where there is one.
json() {
  local open close
  open=$(tr -cd '[{' <"$2" | wc -c) close=$(tr -cd ']}' <"$2" | wc -c)
  [ "$open" -gt 0 ] && [ "$open" = "$close" ] || { echo "$1: unbalanced JSON"; bad=1; }
  command -v python3 >"$tmp/python" || return 0
  python3 -m json.tool "$2" "$tmp/json" || { echo "$1: not JSON"; bad=1; }
}
