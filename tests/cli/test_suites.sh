#!/usr/bin/env bash
# Decks and YAML specs as benchmark suites have them. $1 is the command; runs in tests/.
galena=$1
. cli/checks.sh

# pvt NAME MODEL SUPPLY TEMPERATURE: a common-source stage, measured by its script.
mkdir -p "$tmp/run/netlist" "$tmp/run/yaml"
pvt() {
  cat >"$tmp/run/netlist/$1.cir" <<DECK
common source

.include "../sizes.inc"
.lib "../models.lib" $2
.param vddh=$3
.param vcm='0.5*vddh'
xm1 OUT in 0 0 nfet_dev w=wn l=lch m=mn
rl VDD out {rl}
CL out 0 {cl}
vdd VDD 0 dc=vddh
vin in 0 dc={vbias} ac=1.0

.control
set temp=$4
ac dec 10 1 100G
run
set units=degrees
set wr_vecnames
option numdgt=7
meas ac gain find vm(out) at = 1
meas ac ugbw when vm(out)=1 fall=1
wrdata ac.csv v(out)
op
let ibias = -i(vdd)
.endc
.end
DECK
}
cat >"$tmp/run/sizes.inc" <<'DECK'
* design variables
.param wn=2u lch=0.36u mn = 4
.param rl=2k vbias=0.7
.param cl=1p
DECK
for corner in tt:0.45 ss:0.5 ff:0.4; do
  printf '.lib %s\n.model nch nmos level=1 vto=%s kp=200u lambda=0.05\n' ${corner%:*} ${corner#*:}
  printf '.subckt nfet_dev d g s b w=1u l=1u\nm0 d g s b nch w=w l=l\n.ends\n.endl %s\n' ${corner%:*}
done >"$tmp/run/models.lib"
pvt cs_tt_1.8_27 tt 1.8 27
pvt cs_ss_1.6_125 ss 1.6 125
pvt cs_ff_2.0_m40 ff 2.0 -40
cat >"$tmp/run/yaml/cs.yaml" <<'SPEC'
dsn_netlist: !!python/tuple ["run/netlist/cs_tt_1.8_27.cir",
                             "run/netlist/cs_ss_1.6_125.cir",
                             "run/netlist/cs_ff_2.0_m40.cir",]
num_process: 1
params:
  wn: !!python/tuple [!!float 0.5e-6, !!float 50.0e-6]
  mn: !!python/tuple [1, 20, 1]
  rl: [1.0e3, 100.0e3]
  vbias: [0.55, 0.9]
normalize: !!python/tuple [5, 0.001]
init_params: !!python/tuple [2.0e-6, 4, 2.0e3, 0.7]
prec_params: [9, 0, 0, 3]
target_specs:
  gain_min: !!python/tuple [3, 5]
  ugbw_min: [!!float 1.0e8, !!float 2.0e8]
  ibias_max: !!python/tuple [0.0005, 0.001]
measure:
  vout: v(out)
SPEC

test_script() {
  check script 0 "$galena" simulate "$tmp/run/netlist/cs_tt_1.8_27.cir" --set mn=8
  has script "$tmp/out" '^corner,seed,gain,ugbw,ibias,status,words$'
  has script "$tmp/out" '^nominal,0,[1-9].*,ok,$'
  has script "$tmp/err" 'cir:13: warning: .control block: 2 analyses and 2 meas taken; skipped: '
}

test_spec_for_simulate() {
  check 'spec' 0 "$galena" simulate "$tmp/run/yaml/cs.yaml" --corners all --csv
  has 'spec' "$tmp/out" '^nominal,0,2e-06,4,2000,0.7,'
  has 'spec' "$tmp/out" '^ss_1.6_125,0,2e-06,4,2000,0.7,'
  [ "$(cut -d, -f7 "$tmp/out" | sort -u | wc -l)" = 4 ] || { echo "spec: corners are alike"; bad=1; }
}

test_size() {
  check size 0 "$galena" size "$tmp/run/yaml/cs.yaml" --out "$tmp/run/netlist/sized.sp"
  has size "$tmp/out" '^spec .* nominal +ss_1.6_125 +ff_2.0_m40 '
  has size "$tmp/out" '^ibias +<= 0.000[5-9].* met$'
  check sized 0 "$galena" simulate "$tmp/run/netlist/sized.sp" --metrics vout,gain
  grep -q 'sizes.inc' "$tmp/run/netlist/sized.sp" && { echo "sized: has the old sizes"; bad=1; }
  check target 0 "$galena" size "$tmp/run/yaml/cs.yaml" --target 3 --check
  local third
  third=$(grep '^hard gain' "$tmp/out")
  check again 0 "$galena" size "$tmp/run/yaml/cs.yaml" --target 3 --check
  [ "$(grep '^hard gain' "$tmp/out")" = "$third" ] || { echo "target: differs"; bad=1; }
  check other 0 "$galena" size "$tmp/run/yaml/cs.yaml" --target 4 --check
  [ "$(grep '^hard gain' "$tmp/out")" = "$third" ] && { echo "target: the same"; bad=1; }
  check deck 0 "$galena" size "$tmp/run/yaml/cs.yaml" --deck "$tmp/run/netlist/cs_tt_1.8_27.cir" --check
  has deck "$tmp/out" '4 variables, 3 targets, 1 corners'
}

test_errors() {
  sed 's/v(out)/voltage(out)/' "$tmp/run/yaml/cs.yaml" >"$tmp/run/yaml/bad.yaml"
  check measure 1 "$galena" size "$tmp/run/yaml/bad.yaml"
  has measure "$tmp/err" "bad.yaml:18: no measure 'voltage'; there are dcgain"
  check 'no deck' 1 "$galena" size "$tmp/run/yaml/cs.yaml" --deck "$tmp/none.cir"
  has 'no deck' "$tmp/err" 'none.cir'
}

test_script
test_spec_for_simulate
test_size
test_errors
exit $bad
