five-stage ring oscillator
.lib "cards.lib" tt
.param vdd=1.8 wn=2u
.param wp={2.5*wn}
*galena var wn 1u 10u log
*galena measure f = fosc(n1)
*galena measure p = avgpower(vdd, from=5n)
*galena measure swing = pp(n1, from=5n)
.meas tran tp trig v(n1) val='vdd/2' rise=3 targ v(n1) val='vdd/2' rise=4
.subckt inv i o vdd
mn o i 0 0 nch w={wn} l=0.18u
mp o i vdd vdd pch w={wp} l=0.18u
c1 o 0 10f
.ends
vdd vdd 0 {vdd}
x1 n1 n2 vdd inv
x2 n2 n3 vdd inv
x3 n3 n4 vdd inv
x4 n4 n5 vdd inv
x5 n5 n1 vdd inv
.ic v(n1)=0
.tran 20p 20n
.end
