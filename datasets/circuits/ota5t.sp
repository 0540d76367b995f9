* Five-transistor operational transconductance amplifier
* galena testbench; sizes are unit widths (n) and unit lengths (l) of ../tech/README.md.
* Differential pair m1 m2, mirror load m3 m4, tail m5 of twice the reference mb.
.lib ../tech/generic180/tech.lib tt
.param supply=1 cl=1p step=0.1
*galena var n1 1 60 log unit=wu
*galena var l1 1 10 log unit=lu
*galena var n3 1 40 log unit=wu
*galena var l3 1 10 log unit=lu
*galena var n5 1 20 log unit=wu
*galena var l5 1 10 log unit=lu
*galena var ib 1u 50u log unit=A
.param n1=16 l1=2 n3=6 l3=3 n5=4 l5=3
.param ib=10u
*galena corner tt lib=tt temp=27 supply=1
*galena corner ss lib=ss temp=125 supply=0.9
*galena corner ff lib=ff temp=-40 supply=1.1

.subckt amp inp inn out vdd
ib vdd nb {ib}
xmb nb nb 0 0 nch n={n5} l={l5}
xm5 tail nb 0 0 nch n={2*n5} l={l5}
xm1 x inp tail 0 nch n={n1} l={l1}
xm2 out inn tail 0 nch n={n1} l={l1}
xm3 x x vdd vdd pch n={n3} l={l3}
xm4 out x vdd vdd pch n={n3} l={l3}
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
* With the default of 7, ngspice steps over ringing: settling is off by 3 % at one point in ten.
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
*galena valid gain>30
*galena valid pm>45
.end
