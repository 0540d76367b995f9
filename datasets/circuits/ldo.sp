* Low-dropout regulator
* galena testbench; sizes are unit widths (n) and unit lengths (l) of ../tech/README.md.
* Error amplifier m1..m5, pass device mp, divider of rtot, 1 uF with series resistance esr outside.
* 0.8 of the supply from a reference of 0.6. gain and pm: the loop, cut at the divider. psrr in dB at
* 1 kHz (negative is good); dip in V after a step from 1 to 10 mA, drop from 0.8 vdd at its end.
.lib ../tech/generic180/tech.lib tt
.param supply=1 cout=1u i0=1m i1=10m vref={0.6*vdd}
*galena var n1 2 60 log unit=wu
*galena var l1 1 8 log unit=lu
*galena var n3 1 40 log unit=wu
*galena var l3 1 8 log unit=lu
*galena var n5 1 16 log unit=wu
*galena var l5 1 8 log unit=lu
*galena var np 300 6000 log unit=wu
*galena var ib 2u 60u log unit=A
*galena var rtot 50k 1meg log unit=ohm
*galena var esr 10m 2 log unit=ohm
.param n1=16 l1=2 n3=4 l3=2 n5=4 l5=2
.param np=2000 ib=20u rtot=200k esr=0.4
*galena corner tt lib=tt temp=27 supply=1
*galena corner ss lib=ss temp=125 supply=0.9
*galena corner ff lib=ff temp=-40 supply=1.1

.subckt reg fb out vdd ref
ib vdd nb {ib}
xmb nb nb 0 0 nch n={n5} l={l5}
xm5 tail nb 0 0 nch n={2*n5} l={l5}
xm1 x fb tail 0 nch n={n1} l={l1}
xm2 gate ref tail 0 nch n={n1} l={l1}
xm3 x x vdd vdd pch n={n3} l={l3}
xm4 gate x vdd vdd pch n={n3} l={l3}
xmp out gate vdd vdd pch n={np} l=1
rsr out c {esr}
cout c 0 {cout}
.ends reg
vref ref 0 {vref}

* Loop: the divider's tap comes back through a choke, the test signal through a capacitor.
vdd vdd 0 {supply*vdd}
xloop fb oa vdd ref reg
ra oa out {rtot/4}
rb out 0 {rtot*3/4}
ia oa 0 {i1}
lfb out fb 1g
cfb fb ac 1
vac ac 0 dc 0 ac -1

* Closed: supply ripple in the small-signal run, a load step in the transient one.
vddc vddc 0 dc {supply*vdd} ac 1
xclosed fc reg vddc ref reg
rc reg fc {rtot/4}
rd fc 0 {rtot*3/4}
ic reg 0 dc {i0} pulse({i0} {i1} 0 100n 100n 1 2)
bdrop dr 0 v={0.8*vdd}-v(reg)

.op
.ac dec 10 10 1g
.tran 100n 40u
.save all
.meas ac gain find vdb(out) at=10
.meas ac ugf when vdb(out)=0 fall=1
*galena measure pm = pm(out)
.meas ac psrr find vdb(reg) at=1k
.meas tran dip pp v(reg)
.meas tran drop find v(dr) at=39.9u
*galena measure power = power(vddc)
*galena valid gain>30
*galena valid psrr<-20
*galena valid pm>30
.end
