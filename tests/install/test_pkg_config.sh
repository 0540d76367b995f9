#!/bin/sh
# A program of C, and the same as C++, is compiled, linked and run by what galena.pc of the prefix $1
# says. Status 77: there is no C++ compiler.
set -eu
here=$(cd "$(dirname "$0")" && pwd) tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
PKG_CONFIG_PATH=$(dirname "$(find "$1" -name galena.pc)")
export PKG_CONFIG_PATH

# build_and_run COMPILER LANGUAGE
build_and_run() {
  $1 $CFLAGS -x "$2" "$here/user.c" -x none -o "$tmp/user" $(pkg-config --cflags --libs galena)
  "$tmp/user" "$here/../../models/parasitics/generic/model.safetensors" \
    "$here/../../datasets/examples/comparator.sp" | grep -x '23 devices, total'
}

build_and_run "$CC" c
cxx=${CXX:-c++}
command -v "$cxx" || exit 77
build_and_run "$cxx" c++
