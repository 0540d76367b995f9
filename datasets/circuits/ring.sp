* Five-stage ring oscillator
* galena testbench; sizes are unit widths (n) and unit lengths (l) of ../tech/README.md.
* period in s between the fourth and the fifth rising edge, power in W, swing in units of the supply.
.lib ../tech/generic180/tech.lib tt
.param supply=1
*galena var nn 1 20 log unit=wu
*galena var np 1 40 log unit=wu
*galena var l1 1 3 log unit=lu
*galena var l2 1 3 log unit=lu
*galena var cl 5f 50f log unit=F
.param nn=2 np=5 l1=1 l2=1 cl=20f
*galena corner tt lib=tt temp=27 supply=1
*galena corner ss lib=ss temp=125 supply=0.9
*galena corner ff lib=ff temp=-40 supply=1.1

.subckt inv in out vdd
xmn out in 0 0 nch n={nn} l={l1}
xmp out in vdd vdd pch n={np} l={l2}
cl out 0 {cl}
.ends inv
vdd vdd 0 {supply*vdd}
x1 a b vdd inv
x2 b c vdd inv
x3 c d vdd inv
x4 d e vdd inv
x5 e a vdd inv
.ic v(a)=0
eout out 0 a 0 {1/(supply*vdd)}
bpow pw 0 v={-i(vdd)*v(vdd)}

.op
.tran 10p 8n
.save all
.meas tran period trig v(out) val=0.5 rise=4 targ v(out) val=0.5 rise=5
.meas tran power avg v(pw)
.meas tran swing pp v(out)
*galena valid period>0
*galena valid swing>0.5
.end
