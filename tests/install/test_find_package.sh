#!/bin/sh
# An outside CMake project finds, links and runs the library installed in $1.
set -eu
here=$(cd "$(dirname "$0")" && pwd) tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cmake -G Ninja -S "$here" -B "$tmp" -DCMAKE_PREFIX_PATH="$1" >"$tmp/log" || { cat "$tmp/log"; exit 1; }
cmake --build "$tmp"
"$tmp/user" "$here/../../models/parasitics/generic/model.safetensors" \
  "$here/../../datasets/examples/comparator.sp" | grep -x '23 devices, total'
