#!/usr/bin/env bash
# galena surrogate as its users meet it. $1 is the command; runs in tests/.
galena=$1
deck=data/spice/rc.sp
. cli/checks.sh
small="--members 1 --width 16 --layers 2 --epochs 1 --fast-width 8 --fast-steps 200"

check help 0 "$galena" surrogate --help
has help "$tmp/out" 'galena surrogate train amp.sp'
check 'no verb' 2 "$galena" surrogate
check 'verb' 2 "$galena" surrogate guess
for verb in train pretrain predict eval; do
  check "$verb help" 0 "$galena" surrogate $verb --help
  has "$verb help" "$tmp/out" '^usage: galena surrogate '$verb
done
check 'no model' 2 "$galena" surrogate eval $deck
check 'no out' 2 "$galena" surrogate train $deck

check train 0 "$galena" surrogate train $deck --samples 40 --db "$tmp/runs.db" $small --out "$tmp/m.safetensors"
has train "$tmp/err" '40 simulations, 0 of them from the database'
check 'train more' 0 "$galena" surrogate train $deck --samples 40 --db "$tmp/runs.db" $small --out "$tmp/again.safetensors"
has 'train more' "$tmp/err" '40 of them from the database'
cmp -s "$tmp/m.safetensors" "$tmp/again.safetensors" || { echo 'train: not the same again'; bad=1; }
check quiet 0 "$galena" surrogate train $deck --samples 40 --db "$tmp/runs.db" $small --quiet --out "$tmp/q.safetensors"
[ -s "$tmp/err" ] && { echo 'quiet: not quiet'; bad=1; }

check active 0 "$galena" surrogate train $deck --samples 41 --active $small --out "$tmp/a.safetensors"
has active "$tmp/err" '41 simulations'

check 'pretrain no out' 2 "$galena" surrogate pretrain $deck
check pretrain 0 "$galena" surrogate pretrain $deck data/spice/rc.sp --samples 30 --db "$tmp/runs" \
  --steps 40 --batch 8 --nets 1 --checkpoint "$tmp/ck" --out "$tmp/base.safetensors"
has pretrain "$tmp/err" 'rc.sp: 30 simulations, 30 of them from the database'
check from 0 "$galena" surrogate train $deck --samples 40 --db "$tmp/runs.db" $small --from "$tmp/base.safetensors" \
  --adapt-steps 40 --out "$tmp/f.safetensors"
has from "$tmp/err" "the sequence model's share in an answer is"
check 'from full' 0 "$galena" surrogate predict --model "$tmp/f.safetensors" --full
check 'from no base' 1 "$galena" surrogate train $deck --samples 40 --from "$tmp/m.safetensors" --out "$tmp/x"
has 'from no base' "$tmp/err" 'not a model of format "galena pretrained surrogate 1"'

check predict 0 "$galena" surrogate predict --model "$tmp/m.safetensors" --set r=2k,c=1n
has predict "$tmp/out" '^point 1, valid with probability'
has predict "$tmp/out" '^  bw .*Hz$'
check 'predict json' 0 "$galena" surrogate predict --model "$tmp/m.safetensors" --json
has 'predict json' "$tmp/out" '"bw": \{"value": [0-9.e+]+, "sd": [0-9.e-]+, "log": true\}'
printf 'c,r,note,bw\n1n,1k,a,\n2n,,b,1e5\n\n' >"$tmp/points.csv"
check 'predict points' 0 "$galena" surrogate predict --model "$tmp/m.safetensors" --points "$tmp/points.csv"
has 'predict points' "$tmp/out" '^r,c,rl,gain,gain_sd,bw,bw_sd,settle,settle_sd,valid$'
has 'predict points' "$tmp/out" '^1000,2e-09,.*,100000,0,'
[ "$(wc -l <"$tmp/out")" = 3 ] || { echo 'predict points: expected 3 lines'; bad=1; }
check outside 0 "$galena" surrogate predict --model "$tmp/m.safetensors" --set r=1meg
has outside "$tmp/err" '1 of 1 points lie outside'
check 'unknown' 1 "$galena" surrogate predict --model "$tmp/m.safetensors" --set w9=1u
has 'unknown' "$tmp/err" "no variable or metric 'w9'"
printf 'r\nx1k\n' >"$tmp/points.csv"
check 'bad point' 1 "$galena" surrogate predict --model "$tmp/m.safetensors" --points "$tmp/points.csv"
has 'bad point' "$tmp/err" "points.csv:2: 'x1k' is not a number"
check 'no such model' 1 "$galena" surrogate predict --model none
has 'no such model' "$tmp/err" 'no model none for surrogate'

check eval 0 "$galena" surrogate eval $deck --model "$tmp/m.safetensors" --samples 30 --quiet
has eval "$tmp/out" '^settle +fast +'
has eval "$tmp/out" '^ +ridge '
check 'eval json' 0 "$galena" surrogate eval $deck --model "$tmp/m.safetensors" --samples 30 --json --quiet
has 'eval json' "$tmp/out" '"validity_accuracy": '
json 'eval json' "$tmp/out"
check 'other deck' 1 "$galena" surrogate eval data/spice/ring.sp --model "$tmp/m.safetensors"
has 'other deck' "$tmp/err" "variable 1 is 'r' in the surrogate"

# Technologies behind .lib .../tech.lib: a complete one by name, others through a library in the cache.
tech="$PWD/../datasets/tech"
deck=../datasets/circuits/ota5t.sp
check level1 0 "$galena" surrogate train $deck --tech level1 --samples 30 $small --quiet --out "$tmp/l.safetensors"
check 'level1 eval' 0 "$galena" surrogate eval $deck --tech level1 --samples 10 --quiet --model "$tmp/l.safetensors"
check 'other technology' 1 "$galena" surrogate eval $deck --quiet --model "$tmp/l.safetensors"
has 'other technology' "$tmp/err" 'is not the deck that the surrogate was trained on'
check 'no technology' 1 "$galena" surrogate train $deck --tech generic90 --out "$tmp/x.safetensors"
has 'no technology' "$tmp/err" 'generic90'
check 'no tech.lib' 1 "$galena" surrogate train data/spice/rc.sp --tech level1 --out "$tmp/x.safetensors"
has 'no tech.lib' "$tmp/err" "the deck has no '.lib .../tech.lib SECTION' card"
exit $bad
