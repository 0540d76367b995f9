#!/bin/sh
# A program outside of CMake is compiled, linked and run by what galena.pc of the prefix $1 says.
set -eu
here=$(cd "$(dirname "$0")" && pwd) tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
PKG_CONFIG_PATH=$(dirname "$(find "$1" -name galena.pc)")
export PKG_CONFIG_PATH
$CC $CFLAGS "$here/user.c" -o "$tmp/user" $(pkg-config --cflags --libs galena)
"$tmp/user" "$here/../../models/parasitics/generic/model.safetensors" \
  "$here/../../datasets/examples/comparator.sp" | grep -x '23 devices'
