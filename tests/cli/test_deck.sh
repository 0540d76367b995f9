#!/usr/bin/env bash
# A deck with predicted capacitances is the deck: ngspice simulates it as before, but slower.
set -eu
galena=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() { echo "FAILED: $*"; exit 1; }
delay() { # DECK
  "$galena" simulate "$1" --quiet --csv | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "td") at = i }
    NR == 2 { print $at }'
}
more() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a > b) }'; }

mkdir "$dir/lib" "$dir/out"
cat > "$dir/lib/models.sp" << 'END'
.model n1 nmos level=1 vto=0.5 kp=200u cj=1m cjsw=0.5n tox=4n
.model p1 pmos level=1 vto=-0.5 kp=80u cj=1m cjsw=0.5n tox=4n
END
cat > "$dir/chain.sp" << 'END'
My chain (of inverters)
.include lib/models.sp
.subckt inv a y vdd wn=1u
M1 y a 0 0 n1 w=wn l=0.18u ad='wn*0.5u' pd='2*wn+1u'
M2 y a vdd vdd p1 w='2*wn' l=0.18u ad='wn*1u' pd='4*wn+1u'
.ends
.subckt buf a y vdd
X1 a mid vdd inv
X2 mid y vdd inv wn=4u
.ends
X1 in m1 vdd buf
X3 m1 out vdd inv wn=16u
C1 out 0 100f
V1 vdd 0 1.8
V2 in 0 pulse(0 1.8 1n 50p 50p 2n 4n)
.tran 1p 4n
.meas tran td trig v(in) val=0.9 rise=1 targ v(out) val=0.9 fall=1
.end
END
"$galena" parasitics predict "$dir/chain.sp" --quiet --out "$dir/out/c.sp"
before=$(delay "$dir/chain.sp")
after=$(delay "$dir/out/c.sp")
more "$after" "$before" || fail "capacitances make no delay: $before, then $after"

# A card of the top level stands on the net inside: a large one there is one on X1.mid.
grep -q '^Cp[0-9]* X1.mid 0 ' "$dir/out/c.sp" || fail "no capacitance of an inner net"
sed 's/^\(Cp[0-9]* X1.mid 0\) .*/\1 1p/' "$dir/out/c.sp" > "$dir/out/outside.sp"
sed -e '/^Cp[0-9]* X1.mid 0/d' -e 's/^X2 mid y/Cin mid 0 1p\nX2 mid y/' "$dir/out/c.sp" > "$dir/out/inside.sp"
[ "$(delay "$dir/out/outside.sp")" = "$(delay "$dir/out/inside.sp")" ] || fail "not the same net"
more "$(delay "$dir/out/outside.sp")" "$after" || fail "1 pF make no delay"

# Names with signs of their own, a deck in a pipe, output behind what a log holds already.
cat > "$dir/odd.sp" << 'END'
* odd
.include "lib/my models.sp"
.subckt inv a y vdd
M1 y n/1 0 0 n1 w=1u l=0.18u
M2 y n/1 vdd vdd p1 w=2u l=0.18u
R1 a n/1 1k
.ends
X1 a/b y vdd inv
Cp1 y 0 1f m=0
R1 a/b in 1k
V1 vdd 0 1.8
V2 in 0 0.5
.op
.end
END
cp "$dir/lib/models.sp" "$dir/lib/my models.sp"
"$galena" parasitics predict --quiet --out "$dir/out/odd.sp" - < "$dir/odd.sp" || fail "no deck of a pipe"
grep -q '^\.op' "$dir/out/odd.sp" || fail "a deck of a pipe lost its analysis"
"$galena" parasitics predict --quiet --out "$dir/out/odd.sp" "$dir/odd.sp"
grep -q '^Cp[0-9]* a/b 0 ' "$dir/out/odd.sp" || fail "a/b is called otherwise"
grep -q '^Cp[0-9]* X1\.n/1 0 ' "$dir/out/odd.sp" || fail "n/1 in X1 is called otherwise"
[ "$(grep -c '^Cp1 ' "$dir/out/odd.sp")" = 1 ] || fail "two Cp1"
grep -q "^.include \"/.*/lib/my models.sp\"" "$dir/out/odd.sp" || fail "a path with a blank stayed relative"
echo header > "$dir/log"
"$galena" parasitics predict --quiet --out /dev/stdout "$dir/odd.sp" >> "$dir/log"
head -1 "$dir/log" | grep -q header || fail "the log was replaced"
code=0
"$galena" info "$dir/odd.sp" >&- 2> "$dir/err" || code=$?
[ $code = 1 ] || fail "output into nothing goes unnoticed"
[ "$(wc -l < "$dir/err")" -le 2 ] || fail "an error is told twice"
echo "all passed"
