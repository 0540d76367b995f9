#!/usr/bin/env bash
# galena tech on the synthetic libraries. $1 is the command; runs in tests/.
galena=$1
lib=data/spice/pdk_wrapped/pdk.lib.spice
. cli/checks.sh

check help 0 "$galena" tech --help
has help "$tmp/out" '^usage: galena tech'
check 'no verb' 2 "$galena" tech
check 'no library' 2 "$galena" tech trim
check 'bad range' 2 "$galena" tech trim "$lib" --corner tt --w-range 5u:3u
check 'no section' 1 "$galena" tech trim "$lib" --corner ff
has 'no section' "$tmp/err" "$lib.*no section"
check 'no device' 1 "$galena" tech trim "$lib" --corner tt --device nfet_5v0
has 'no device' "$tmp/err" 'nfet_5v0'
check 'no bin' 1 "$galena" tech trim "$lib" --corner tt --w-range 20u:30u
check trim 0 "$galena" tech trim "$lib" --corner tt --device nfet_1v8,pfet_1v8 --w-range 4u:5u \
  --out "$tmp/card.mod" --check
has trim "$tmp/err" '4 of 8 model cards'
has trim "$tmp/card.mod" '^\.model pfet_1v8\.1 pmos'
check 'trim again' 0 "$galena" tech trim "$tmp/card.mod" --quiet --out "$tmp/again.mod"
diff <(grep -v '^\*' "$tmp/card.mod") <(grep -v '^\*' "$tmp/again.mod") || bad=1

check library 0 "$galena" tech library generic180 --corner ss --out "$tmp/ss.lib"
has library "$tmp/ss.lib" '^\.include "/.*/generic180/devices\.sp"'
[ "$(grep -c '^\.lib ' "$tmp/ss.lib")" = 1 ] || { echo 'library: expected one section'; bad=1; }
check 'no technology' 1 "$galena" tech library generic90
has 'no technology' "$tmp/err" 'generic90'
check 'no cards' 1 "$galena" tech library sky130
has 'no cards' "$tmp/err" 'sky_tt_w4\.mod'
check 'no corner' 1 "$galena" tech library generic180 --corner hot
has 'no corner' "$tmp/err" 'hot'
mkdir "$tmp/pdk"
for corner in t f s; do cp "$tmp/card.mod" "$tmp/pdk/gf180_$corner.mod"; done
check 'by cards' 0 "$galena" tech library "$tmp/pdk" --out "$tmp/gf.lib"
has 'by cards' "$tmp/gf.lib" "^\.include \".*/pdk/gf180_s\.mod\""
has 'by cards' "$tmp/gf.lib" '^\.include "/.*/gf180/devices\.sp"'
rm "$tmp/pdk/gf180_s.mod"
check 'card missing' 1 "$galena" tech library "$tmp/pdk"
has 'card missing' "$tmp/err" 'gf180_s\.mod'
check 'empty directory' 1 "$galena" tech library "$tmp"
exit $bad
