* Folded cascode amplifier
* galena testbench; sizes are unit widths (n) and unit lengths (l) of ../tech/README.md.
* Pair m1 m2 folded at f1 f2 into the cascodes m5 m6; wide-swing mirror m7..m10 below. Narrow
* diodes mbc and mbn, kc times narrower than what they bias, set the cascode gates.
.lib ../tech/generic180/tech.lib tt
.param supply=1 cl=1p step=0.1
*galena var n1 2 60 log unit=wu
*galena var l1 1 6 log unit=lu
*galena var n3 2 60 log unit=wu
*galena var l3 1 6 log unit=lu
*galena var n6 2 60 log unit=wu
*galena var n8 1 40 log unit=wu
*galena var n9 1 40 log unit=wu
*galena var lc 1 3 log unit=lu
*galena var n5 1 16 log unit=wu
*galena var l5 1 6 log unit=lu
*galena var kc 4 20 log
*galena var ib 2u 40u log unit=A
.param n1=16 l1=2 n3=24 l3=2 n6=16 n8=6
.param n9=6 lc=1.5 n5=4 l5=2 kc=10 ib=10u
*galena corner tt lib=tt temp=27 supply=1
*galena corner ss lib=ss temp=125 supply=0.9
*galena corner ff lib=ff temp=-40 supply=1.1

.subckt amp inp inn out vdd
ib vdd nb {ib}
xmb nb nb 0 0 nch n={n5} l={l5}
xmt tail nb 0 0 nch n={2*n5} l={l5}
xmp pb nb 0 0 nch n={n5} l={l5}
xmpd pb pb vdd vdd pch n={n3/2} l={l3}
xmq vcp nb 0 0 nch n={n5} l={l5}
xmbc vcp vcp vdd vdd pch n={n6/kc} l={lc}
xmr vcn pb vdd vdd pch n={n3/2} l={l3}
xmbn vcn vcn 0 0 nch n={n8/kc} l={lc}
xm1 f1 inp tail 0 nch n={n1} l={l1}
xm2 f2 inn tail 0 nch n={n1} l={l1}
xm3 f1 pb vdd vdd pch n={n3} l={l3}
xm4 f2 pb vdd vdd pch n={n3} l={l3}
xm5 x vcp f1 vdd pch n={n6} l={lc}
xm6 out vcp f2 vdd pch n={n6} l={lc}
xm7 x vcn g1 0 nch n={n8} l={lc}
xm8 out vcn g2 0 nch n={n8} l={lc}
xm9 g1 x 0 0 nch n={n9} l={l5}
xm10 g2 x 0 0 nch n={n9} l={l5}
.ends amp

* Open loop: feedback that is a short circuit at direct current and none at any frequency.
vdd vdd 0 {supply*vdd}
xopen inp inn out vdd amp
vin inp 0 dc {vcm} ac 1
lfb out inn 1g
cfb inn 0 1
cl out 0 {cl}

* Unity gain: a step of `step` volts about the same common mode, starting at time 0.
vddu vddu 0 {supply*vdd}
xunity inu outu outu vddu amp
vinu inu 0 dc {vcm-step/2} pulse({vcm-step/2} {vcm+step/2} 0 1n 1n 1 2)
clu outu 0 {cl}

.op
.ac dec 10 10 10g
* With the default of 7, ngspice steps over ringing: settling is off by a tenth at one point in ten.
.option trtol=1
.tran 2n 1u
.save all
.meas ac gain find vdb(out) at=10
.meas ac ugf when vdb(out)=0 fall=1
*galena measure pm = pm(out)
*galena measure power = power(vdd)
*galena measure slew = slew(outu)
*galena measure settle = settle(outu, tol=0.01)
*galena measure overshoot = overshoot(outu)
*galena valid gain>40
*galena valid pm>45
.end
