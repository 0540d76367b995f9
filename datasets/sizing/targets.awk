# Valid designs of a pool (CSV of galena simulate) with pm >= 45 as targets, ugf / power first: FoM, gain, ugf, pm, power, slew, settle, overshoot.
NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
$at["status"] != "ok" { next }
$at["pm"] < 45 { next }
{ printf "%.8g,%.5g,%.5g,%.5g,%.5g,%.5g,%.5g,%.5g\n", $at["ugf"] / $at["power"], 0.98 * $at["gain"],
    1.05 * $at["ugf"], 0.98 * $at["pm"], 1.02 * $at["power"], 0.98 * $at["slew"],
    1.02 * $at["settle"], 1.02 * $at["overshoot"] + 0.5 }
