* Two-stage amplifier with Miller compensation
* galena testbench; sizes are unit widths (n) and unit lengths (l) of ../tech/README.md.
* First stage m1..m5; second stage m6 over the sink m7 of k7 references; cc and rz compensate.
.lib ../tech/generic180/tech.lib tt
.param supply=1 cl=2p step=0.2
*galena var n1 2 60 log unit=wu
*galena var l1 1 8 log unit=lu
*galena var n3 1 30 log unit=wu
*galena var l3 1 8 log unit=lu
*galena var n6 4 150 log unit=wu
*galena var n5 1 10 log unit=wu
*galena var l5 1 8 log unit=lu
*galena var k7 1 16 log
*galena var ib 2u 50u log unit=A
*galena var cc 0.2p 5p log unit=F
*galena var rz 100 20k log unit=ohm
.param n1=10 l1=2 n3=5 l3=2 n6=50 n5=2
.param l5=3 k7=8 ib=10u cc=1p rz=1.5k
*galena corner tt lib=tt temp=27 supply=1
*galena corner ss lib=ss temp=125 supply=0.9
*galena corner ff lib=ff temp=-40 supply=1.1

.subckt amp inp inn out vdd
ib vdd nb {ib}
xmb nb nb 0 0 nch n={n5} l={l5}
xm5 tail nb 0 0 nch n={2*n5} l={l5}
xm1 x inn tail 0 nch n={n1} l={l1}
xm2 o1 inp tail 0 nch n={n1} l={l1}
xm3 x x vdd vdd pch n={n3} l={l3}
xm4 o1 x vdd vdd pch n={n3} l={l3}
xm6 out o1 vdd vdd pch n={n6} l={l3}
xm7 out nb 0 0 nch n={k7*n5} l={l5}
rz o1 z {rz}
cc z out {cc}
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
* With the default of 7, ngspice steps over ringing: settling is off by a fifth at one point in ten.
.option trtol=1
.tran 2n 2u
.save all
.meas ac gain find vdb(out) at=10
.meas ac ugf when vdb(out)=0 fall=1
*galena measure pm = pm(out)
*galena measure power = power(vdd)
*galena measure slew = slew(outu)
*galena measure settle = settle(outu, tol=0.01)
*galena measure overshoot = overshoot(outu)
*galena valid gain>40
*galena valid pm>10
.end
