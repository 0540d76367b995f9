#!/usr/bin/env bash
# galena simulate as its users meet it. $1 is the command; runs in tests/.
galena=$1
decks=data/spice
. cli/checks.sh

same() {
  cmp -s "$2" "$3" || { echo "$1: differs"; bad=1; }
}

test_help_and_usage() {
  check help 0 "$galena" simulate --help
  has help "$tmp/out" '\*galena measure gain'
  check 'no deck' 2 "$galena" simulate
  check measures 0 "$galena" simulate --measures
  has measures "$tmp/out" '^psrr +ac +dB'
  check 'not there' 1 "$galena" simulate "$tmp/none.sp"
  has 'not there' "$tmp/err" 'none.sp'
}

test_check() {
  check check 0 "$galena" simulate $decks/twostage.sp --check --sweep lhs:30 --corners all
  has check "$tmp/out" 'w6 .*1e-05 to 0.0001 log step 5e-07'
  has check "$tmp/out" 'ac dec 10 1 1g +driven by vdd'
  has check "$tmp/out" '^points 90'
  has check "$tmp/err" 'twostage.sp:56: warning: .control block skipped'
}

test_nominal() {
  check nominal 0 "$galena" simulate $decks/twostage.sp --limit 40 --metrics gain,power
  has nominal "$tmp/out" '^gain +87.3'
  has nominal "$tmp/out" '^status +ok'
  check set 0 "$galena" simulate $decks/twostage.sp --set w1=2u --set vdd=1.7 --csv --quiet
  has set "$tmp/out" '^nominal,0,2e-06,4e-05,'
  cp "$tmp/out" "$tmp/twice"
  check set 0 "$galena" simulate $decks/twostage.sp --set w1=2u,vdd=1.7 --csv --quiet
  same set "$tmp/twice" "$tmp/out"
  check json 0 "$galena" simulate $decks/twostage.sp --json
  has json "$tmp/out" '"gain":87\.3'
}

# ngspice -b prints the same numbers.
test_like_ngspice() {
  command -v ngspice >"$tmp/which" || return
  sed -e '/^.control/,/^.endc/d' -e "s#\"cards.lib\"#\"$PWD/$decks/cards.lib\"#" -e '/loss/d' \
    -e '/^.noise/d' -e '/^.op/d' -e 's/^[.]end$/.save all\n.end/' $decks/twostage.sp >"$tmp/plain.sp"
  ngspice -b "$tmp/plain.sp" >"$tmp/plain.out" 2>&1
  check like 0 "$galena" simulate $decks/twostage.sp --csv --metrics g0,fu,g1
  for column in g0:6 fu:7 g1:8; do
    awk -v name=${column%:*} -v mine="$(sed -n 2p "$tmp/out" | cut -d, -f$((${column#*:} + 1)))" '
      $1 == name && $2 == "=" { found = 1; d = ($3 - mine) / $3; if (d < 0) d = -d; far = d > 1e-4 }
      END { if (!found || far) { print name ": ngspice disagrees with " mine; exit 1 } }
    ' "$tmp/plain.out" || bad=1
  done
}

test_sweep_resumes_and_merges() {
  local sweep=("$galena" simulate $decks/twostage.sp --sweep lhs:24 --csv)
  check plain 0 "${sweep[@]}" --threads 1
  cp "$tmp/out" "$tmp/plain.csv"
  check stored 0 "${sweep[@]}" --db "$tmp/a.db"
  same stored "$tmp/plain.csv" "$tmp/out"
  check again 0 "${sweep[@]}" --db "$tmp/a.db"
  same again "$tmp/plain.csv" "$tmp/out"
  has again "$tmp/err" '24 of them from'
  for i in 1 2 3; do
    check shard 0 "${sweep[@]}" --db "$tmp/part$i.db" --shard $i/3
    has shard "$tmp/err" '^8 points'
  done
  check merge 0 "${sweep[@]}" --db "$tmp/all.db" --merge "$tmp/part1.db,$tmp/part2.db,$tmp/part3.db"
  same merge "$tmp/plain.csv" "$tmp/out"
  has merge "$tmp/err" '24 of them from'
  check 'merge nowhere' 1 "${sweep[@]}" --merge "$tmp/part1.db"
  has 'merge nowhere' "$tmp/err" 'needs --db'
  check 'other deck' 1 "$galena" simulate $decks/ring.sp --db "$tmp/a.db"
  has 'other deck' "$tmp/err" 'belongs to another deck, "two-stage Miller amplifier"'
}

test_points_from_a_file() {
  check sweep 0 "$galena" simulate $decks/twostage.sp --sweep lhs:3 --csv
  cp "$tmp/out" "$tmp/points.csv"
  check points 0 "$galena" simulate $decks/twostage.sp --points "$tmp/points.csv" --csv
  same points "$tmp/points.csv" "$tmp/out"
  printf 'cc, w1 ,note\r\n2p,3u,a\r\n,4u,b\r\n' >"$tmp/some.csv"
  check some 0 "$galena" simulate $decks/twostage.sp --points "$tmp/some.csv" --csv --corners all
  has some "$tmp/out" '^nominal,0,3e-06,.*,2e-12,'
  has some "$tmp/err" '^6 points'
  printf 'w1\n1u\nwide\n' >"$tmp/wrong.csv"
  check 'no number' 1 "$galena" simulate $decks/twostage.sp --points "$tmp/wrong.csv"
  has 'no number' "$tmp/err" "wrong.csv:3: 'wide' is not a number"
  check both 1 "$galena" simulate $decks/twostage.sp --points "$tmp/some.csv" --sweep lhs:3
  has both "$tmp/err" 'exclude each other'
}

# One Ctrl-C: without --foreground, timeout signals the process and then its group, and the second
# signal kills, as a second Ctrl-C does.
test_interrupt_saves() {
  local sweep=("$galena" simulate $decks/twostage.sp --sweep lhs:20000 --csv --db "$tmp/i.db")
  check interrupt 1 timeout --foreground --preserve-status -s INT 3 "${sweep[@]}"
  has interrupt "$tmp/err" 'the same command goes on'
  local n=$(($(wc -l <"$tmp/out") - 1))
  [ "$n" -gt 0 ] || { echo "interrupt: nothing was kept"; bad=1; }
}

# Killed without warning: the file is whole and has all but the last second.
test_kill_saves() {
  local sweep=("$galena" simulate $decks/mc.sp --sweep mc:200000 --csv --quiet --db "$tmp/k.db")
  "${sweep[@]}" >"$tmp/out" 2>&1 &
  local pid=$!
  sleep 4
  kill -9 $pid
  wait $pid 2>"$tmp/wait"
  check kill 0 "${sweep[@]/200000/1000}"
  check 'kill count' 0 "$galena" simulate $decks/mc.sp --sweep mc:30 --csv --db "$tmp/k.db"
  has 'kill count' "$tmp/err" '30 of them from'
}

test_corners() {
  check corners 0 "$galena" simulate $decks/twostage.sp --corners all --csv --metrics gain
  has corners "$tmp/out" '^ss,0,'
  check temps 0 "$galena" simulate $decks/twostage.sp --temp -40,125 --supply vdd=1.7,1.9 --csv
  has temps "$tmp/out" '^nominal_temp-40_vdd1.9,0,'
  check 'monte carlo' 0 "$galena" simulate $decks/mc.sp --sweep mc:4 --limit 0
  has 'monte carlo' "$tmp/err" '^4 points: 4 ok'
}

# fails NAME WORDS ARGUMENTS...: exit status 1 and a message.
fails() {
  local name=$1 words=$2
  shift 2
  check "$name" 1 "$galena" simulate "$@"
  has "$name" "$tmp/err" "$words"
}

test_errors() {
  local deck=$decks/twostage.sp
  fails 'no range' 'vdd has no range to sweep' $deck --sweep lhs:3 --vary vdd
  fails 'no such corner' "no corner 'sf'; there are nominal, ss, ff" $deck --corners sf
  fails 'no such measure' "measures no 'gian'; it measures g0" $deck --metrics gian
  fails 'no such parameter' "no parameter 'q'; the deck has w1" $deck --set q=1
  fails 'no such plan' 'expected nominal, lhs:N' $deck --sweep latin:3
  fails 'nothing random' 'nothing in the deck is random' $deck --sweep mc:3
  fails 'bad shard' 'expected I/N' $deck --shard 4/3
  printf 't\n.param w=1u\nv1 d 0 1\nm1 d d 0 0 lost w={w} l=1u\n.op\n*galena measure a = v(d)\n' \
    >"$tmp/model.sp"
  fails 'no model' "can't find model 'lost'" "$tmp/model.sp"
  fails 'no ranges at all' 'add .\*galena var NAME LOW HIGH' "$tmp/model.sp" --sweep lhs:3
  printf 't\n.param x=0\n*galena var x 0 1\n*galena measure a = v(o)\n.op\n' >"$tmp/half.sp"
  printf 'b1 o 0 v={x}>0.5 ? (v(o)>0.5 ? 0 : 1) : {x}\n' >>"$tmp/half.sp"
  check 'half converges' 0 "$galena" simulate "$tmp/half.sp" --sweep grid:8 --csv
  has 'half converges' "$tmp/err" '4 of 8 points have no result; the first: nonconverged: .*node "o"'
}

# A file that may not grow is what a full disk looks like.
test_full_disk() {
  check 'full disk' 1 bash -c "trap '' XFSZ; ulimit -f 40
    '$galena' simulate $decks/mc.sp --sweep mc:2000 --db '$tmp/full.db' --csv"
  has 'full disk' "$tmp/err" 'full.db: database: '
}

test_help_and_usage
test_check
printf 't\nv1 a 0 1\n.op\n*galena measure a = v(a)\n' >"$tmp/one.sp"
if "$galena" simulate "$tmp/one.sp" --quiet >"$tmp/out" 2>&1; then
  test_nominal
  test_like_ngspice
  test_sweep_resumes_and_merges
  test_interrupt_saves
  test_kill_saves
  test_corners
  test_errors
  test_full_disk
fi
exit $bad
