#!/usr/bin/env bash
# galena size as its users meet it. $1 is the command; runs in tests/.
galena=$1
. cli/checks.sh

# A made-up amplifier: gain in dB and power from two sizes.
cat >"$tmp/toy.sp" <<'DECK'
* Toy amplifier of behavioural sources
.param a=1 b=1 pull=0
*galena var a 0.1 10 log
*galena var b 0.1 10 log
va a 0 {a}
vb b 0 {b}
bg g 0 v=40+8.686*ln(v(a)/(v(b)+0.3))
bs s 0 v=v(b)/(0.2+0.1*v(a)*v(a))
bp p 0 v=v(b)+0.2*v(a)
* No operating point where pull * a > 1/2: pull a v^2 + v + pull a = 0.
bn n 0 i=v(n)+{pull}*v(a)*(v(n)*v(n)+1)
rn n 0 1e9
.op
.tran 1u 1m
*galena measure gain = v(g)
*galena measure speed = v(s)
*galena measure power = v(p)
*galena measure peak = max(p)
*galena corner hot temp=125
.end
DECK

spec() {
  printf 'deck toy.sp\n' >"$tmp/$1.size"
  cat >>"$tmp/$1.size"
}

spec toy <<'SPEC'
gain  >= 50
speed >= 0.5
power <= 2
SPEC

test_usage() {
  check help 0 "$galena" size --help
  has help "$tmp/out" 'minimize power'
  check 'no spec' 2 "$galena" size
  check 'not there' 1 "$galena" size "$tmp/none.size"
  has 'not there' "$tmp/err" 'none.size'
  check check 0 "$galena" size "$tmp/toy.size" --check
  has check "$tmp/out" '^hard gain +>= 50'
}

test_run() {
  check run 0 "$galena" size "$tmp/toy.size" --out "$tmp/sized.sp" --plot "$tmp/conv.svg"
  has run "$tmp/out" '^gain +>= 50 .*met$'
  has run "$tmp/out" '^simulations: 0 offline \(surrogate\) \+ [0-9]+ online'
  has run "$tmp/conv.svg" '</svg>'
  has run "$tmp/sized.sp" '^\* gain .* met$'
  check 'sized deck' 0 "$galena" simulate "$tmp/sized.sp" --limit 9 --metrics gain,speed,power
  awk '$1 == "gain" && $2 >= 50 { n++ } $1 == "speed" && $2 >= 0.5 { n++ }
       $1 == "power" && $2 <= 2 { n++ } END { exit n != 3 }' "$tmp/out" ||
    { echo "sized deck: misses its targets"; bad=1; }
  for engine in cmaes de random; do
    check $engine 0 "$galena" size "$tmp/toy.size" --engine $engine --budget 300 --quiet
  done
  check json 0 "$galena" size "$tmp/toy.size" --json --quiet
  has json "$tmp/out" '"met": true'
  [ -s "$tmp/err" ] && { echo "json: --quiet is not quiet"; bad=1; }
}

test_json_spec() {
  echo '{"deck": "toy.sp", "specs": {"gain": ">= 50", "power": "<= 2"}, "corners": ["nominal", "hot"],
         "budget": 60}' >"$tmp/j.json"
  check 'json spec' 0 "$galena" size "$tmp/j.json"
  has 'json spec' "$tmp/out" '^spec .* nominal +hot +margin'
}

test_errors() {
  spec nomeasure <<<'phase >= 60'
  check 'no measure' 1 "$galena" size "$tmp/nomeasure.size"
  has 'no measure' "$tmp/err" "nomeasure.size:2: .*no 'phase'; it measures gain, speed, power, peak"
  sed '/galena var/d' "$tmp/toy.sp" >"$tmp/fixed.sp"
  printf 'deck fixed.sp\ngain >= 50\n' >"$tmp/fixed.size"
  check 'no range' 1 "$galena" size "$tmp/fixed.size"
  has 'no range' "$tmp/err" "no parameter has a range: add 'var NAME LOW HIGH.*it has a, b, pull"
  spec unreachable <<<'gain >= 90'
  check unreachable 1 "$galena" size "$tmp/unreachable.size" --budget 25
  has unreachable "$tmp/err" 'gain >= 90 V is missed by .*%.: the best design has .* no design of .* meets it'
  check 'no model' 1 "$galena" size "$tmp/toy.size" --model "$tmp/none.gal"
  check 'no surrogate' 1 "$galena" size "$tmp/toy.size" --engine surrogate
  has 'no surrogate' "$tmp/err" "needs a trained surrogate: --model"
  check 'no engine' 1 "$galena" size "$tmp/toy.size" --engine magic
  has 'no engine' "$tmp/err" 'there are gp, surrogate, policy, ddpg, cmaes, de, random'
}

# Half of the range has no operating point: a warning, and the search goes on where there is one.
test_nonconvergence() {
  spec half <<<$'set pull=1\ngain >= 39\npower <= 0.9\nspeed >= 0.01'
  check half 0 "$galena" size "$tmp/half.size" --no-start --engine random --budget 60 --seed 2
  has half "$tmp/err" 'warning: .* simulations have no result; the first: nonconverged'
  has half "$tmp/out" 'without a result'
  spec none <<<$'set pull=100\ngain >= 39'
  check none 1 "$galena" size "$tmp/none.size" --engine random
  has none "$tmp/err" 'none of the first .* simulations has a result; the first: nonconverged'
}

test_database() {
  check database 0 "$galena" size "$tmp/toy.size" --db "$tmp/toy.db" --seed 3
  grep -v '^simulations' "$tmp/out" >"$tmp/first"
  check again 0 "$galena" size "$tmp/toy.size" --db "$tmp/toy.db" --seed 3
  has again "$tmp/out" '[0-9]+ from the database'
  grep -v '^simulations' "$tmp/out" | cmp -s - "$tmp/first" || { echo "again: differs"; bad=1; }
  sed 's/0.2+0.1/0.3+0.1/' "$tmp/toy.sp" >"$tmp/other.sp"
  sed 's/toy.sp/other.sp/' "$tmp/toy.size" >"$tmp/other.size"
  check 'other deck' 1 "$galena" size "$tmp/other.size" --db "$tmp/toy.db"
  has 'other deck' "$tmp/err" 'belongs to another deck'
}

# A long search, started in the background; $pid is its process.
begin() {
  "$galena" size "$tmp/long.size" --engine random --budget "$1" --db "$tmp/$2.db" \
    >"$tmp/out" 2>"$tmp/err" &
  pid=$!
  for _ in $(seq 100); do
    [ -n "$(pgrep -P $pid)" ] && break
    sleep 0.1
  done
  sleep 1
}

test_interrupt() {
  spec long <<<'peak >= 1000'
  begin 100000 long
  kill -INT $pid
  wait $pid
  [ $? = 1 ] || { echo "interrupt: wrong exit status"; bad=1; }
  has interrupt "$tmp/err" 'interrupted'
  has interrupt "$tmp/err" 'the same command goes on from there'
  has interrupt "$tmp/out" '^peak +>= 1000 .*missed'
  check resume 1 "$galena" size "$tmp/long.size" --engine random --budget 20 --db "$tmp/long.db"
  has resume "$tmp/out" '[1-9][0-9]* from the database'
}

test_killed_worker() {
  spec long <<<'peak >= 1000'
  begin 600 killed
  kill -9 "$(pgrep -P $pid | head -1)"
  wait $pid
  has 'killed worker' "$tmp/out" '600 online'
  grep -q 'without a result' "$tmp/out" && { echo "killed worker: a simulation is lost"; bad=1; }
}

test_usage
test_run
test_json_spec
test_errors
test_nonconvergence
test_database
test_interrupt
test_killed_worker
exit $bad
