#!/usr/bin/env bash
# Includes run downwards only: base <- netlist | gnn <- spice <- tasks <- cli. Prints each breach.
cd "$(dirname "$0")/.." || exit 1
declare -A may=([base]="base" [netlist]="base netlist" [gnn]="base gnn" [spice]="base netlist spice"
                [tasks]="base netlist gnn spice tasks" [cli]="base netlist gnn spice tasks cli")
bad=0
for layer in "${!may[@]}"; do
  while IFS=: read -r file include; do
    folder=${include#*\"}; folder=${folder%%/*}
    [[ " ${may[$layer]} " == *" $folder "* ]] && continue
    echo "$file: $include breaks the layers"; bad=1
  done < <(grep -rnoE --include='*.[ch]' '^#include "[a-z]+/' "$layer" | sed 's/:[0-9]*:/:/')
done
exit $bad
