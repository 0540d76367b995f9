#!/bin/sh
# The command installed in $1 takes models and technologies of the environment's folder first, of its
# own prefix next, of the source tree last; it lists models by name.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
unset GALENA_MODELS GALENA_TECH
galena=$tmp/bin/galena
mkdir "$tmp/bin"
cp "$1/bin/galena" "$galena"

# model FOLDER NAME: one with nothing but a card.
model() { mkdir -p "$1/parasitics/$2" && echo "# $2: for a test" >"$1/parasitics/$2/card.md"; }
# expect PATTERN COMMAND...: the command prints a line like that.
expect() {
  pattern=$1
  shift
  "$@" >"$tmp/out"
  grep -q -- "$pattern" "$tmp/out" && return
  echo "no line \"$pattern\" by $*:"; cat "$tmp/out"; exit 1
}

expect '^parasitics  *generic  *generic: wire' "$galena" models
expect '^parasitics  *sky130  *another name of generic$' "$galena" models
LC_ALL=C sort -c "$tmp/out"

model "$tmp/share/galena/models" of_prefix
expect '^parasitics  *of_prefix  *of_prefix: for a test' "$galena" models
[ "$(wc -l <"$tmp/out")" = 1 ]
expect '^# of_prefix' "$galena" models parasitics/of_prefix
expect '^# generic' "$galena" models parasitics/generic
model "$tmp/own" of_user
expect '^parasitics  *of_user ' env GALENA_MODELS="$tmp/own" "$galena" models

expect '^\.lib tt' "$galena" tech library level1
mkdir -p "$tmp/share/galena/tech/level1"
echo '* of the prefix' >"$tmp/share/galena/tech/level1/tech.lib"
expect '^\* of the prefix' "$galena" tech library level1
