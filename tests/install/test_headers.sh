#!/bin/sh
# Every header installed in $1 compiles alone as C11 and as C++17, and together they do so, too. None
# of them is private. Status 77: there is no C++ compiler.
set -eu
include=$1/include/galena
cd "$include"
headers=$(find . -name '*.h' | LC_ALL=C sort)
[ "$(echo "$headers" | wc -l)" -gt 100 ]
if echo "$headers" | grep -E '_private|_impl|_reader|kernels'; then exit 1; fi

strict="-Wall -Wextra -Werror -pedantic-errors -fsyntax-only -I."
$CC -std=c11 $strict -x c $headers
cxx=${CXX:-c++}
command -v "$cxx" || exit 77
$cxx -std=c++17 $strict -x c++ $headers
echo "$headers" | sed 's/.*/#include "&"/' | $cxx -std=c++17 $strict -x c++ -
