#!/bin/sh
# Installs the build folder $1 into the folder $2, which is emptied first.
set -eu
rm -rf "$2"
cmake --install "$1" --prefix "$2" >"$1/install.log"
