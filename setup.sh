#!/bin/sh
# Installs what Debian lacks, builds galena, and runs the main job or the tests.
#
#   sh setup.sh         build, then predict the parasitics of a shipped circuit
#   sh setup.sh test    build, then run every test
#
# Needs root (or sudo) only when a package is missing.
set -eu
cd "$(dirname "$0")"

packages="gcc libc6-dev cmake ninja-build pkg-config libopenblas-dev libigraph-dev libngspice0-dev
  libjansson-dev libyaml-dev libsqlite3-dev zlib1g-dev libxxhash-dev libcmocka-dev gnuplot-nox"
[ "${1:-demo}" != test ] || packages="$packages g++" # the headers are for C++, too

missing=""
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
  echo "installing:$missing"
  root=""
  [ "$(id -u)" = 0 ] || root=sudo
  $root apt-get update -q
  DEBIAN_FRONTEND=noninteractive $root apt-get install -y -q --no-install-recommends $missing
fi

cmake --preset release
cmake --build --preset release

case "${1:-demo}" in
  demo) build-release/galena parasitics predict datasets/examples/comparator.sp --limit 20 ;;
  test) ctest --preset release ;;
  *) echo "usage: sh setup.sh [demo|test]" >&2; exit 2 ;;
esac
