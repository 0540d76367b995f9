* Telescopic cascode amplifier
* galena testbench; sizes are unit widths (n) and unit lengths (l) of ../tech/README.md.
* Pair m1 m2 under the cascodes m3 m4; wide-swing mirror m5..m8 above. The gates of m3 m4 follow the
* tail by the narrow diode mbn, those of m7 m8 the supply by mbc; kc is how much narrower they are.
.lib ../tech/generic180/tech.lib tt
.param supply=1 cl=1p step=0.04
*galena var n1 2 60 log unit=wu
*galena var l1 1 6 log unit=lu
*galena var n3 2 40 log unit=wu
*galena var n5 2 60 log unit=wu
*galena var l5 1 6 log unit=lu
*galena var n7 2 60 log unit=wu
*galena var lc 1 3 log unit=lu
*galena var n9 1 16 log unit=wu
*galena var l9 1 6 log unit=lu
*galena var kc 4 20 log
*galena var ib 2u 40u log unit=A
.param n1=16 l1=2 n3=12 n5=16 l5=2 n7=16
.param lc=1.5 n9=4 l9=2 kc=10 ib=10u
*galena corner tt lib=tt temp=27 supply=1
*galena corner ss lib=ss temp=125 supply=0.9
*galena corner ff lib=ff temp=-40 supply=1.1

.subckt amp inp inn out vdd
ib vdd nb {ib}
xmb nb nb 0 0 nch n={n9} l={l9}
xmt tail nb 0 0 nch n={3*n9} l={l9}
xmp pb nb 0 0 nch n={n9} l={l9}
xmpd pb pb vdd vdd pch n={n5} l={l5}
xmr vcn pb vdd vdd pch n={n5} l={l5}
xmbn vcn vcn tail 0 nch n={n3/kc} l={lc}
xmq vcp nb 0 0 nch n={n9} l={l9}
xmbc vcp vcp vdd vdd pch n={n7/kc} l={lc}
xm1 y1 inp tail 0 nch n={n1} l={l1}
xm2 y2 inn tail 0 nch n={n1} l={l1}
xm3 x vcn y1 0 nch n={n3} l={lc}
xm4 out vcn y2 0 nch n={n3} l={lc}
xm5 z1 x vdd vdd pch n={n5} l={l5}
xm6 z2 x vdd vdd pch n={n5} l={l5}
xm7 x vcp z1 vdd pch n={n7} l={lc}
xm8 out vcp z2 vdd pch n={n7} l={lc}
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
* With the default of 7, ngspice steps over ringing: settling is off by 7 % at one point in ten.
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
