* Bandgap reference for supplies below 1.2 V
* galena testbench; sizes are unit widths (n) and unit lengths (l) of ../tech/README.md.
* Currents of a junction voltage and of a difference of two (areas 1 and 8) are added in resistors:
* vref = k4 * (vbe + kr * dvbe), r2 = kr * r1, r4 = k4 * r2. The amplifier compares halves of the two
* branch voltages, so that a p pair works at 1.1 V; m9 starts the circuit. psrr in dB at 100 Hz, drift in
* V/K from -40 to 125.
.lib ../tech/generic180/tech.lib tt
.param supply=1
*galena var r1 2k 50k log unit=ohm
*galena var kr 8 14 log
*galena var k4 0.25 0.6 log
*galena var nm 2 40 log unit=wu
*galena var lm 2 12 log unit=lu
*galena var no 2 40 log unit=wu
*galena var lo 2 10 log unit=lu
*galena var nl 1 20 log unit=wu
*galena var ll 2 10 log unit=lu
*galena var cc 0.5p 10p log unit=F
.param r1=10k kr=9.6 k4=0.45 nm=8 lm=6 no=10
.param lo=4 nl=4 ll=6 cc=2p
*galena corner tt lib=tt temp=27 supply=1
*galena corner ss lib=ss temp=125 supply=0.95
*galena corner ff lib=ff temp=-40 supply=1.1

vdd vdd 0 dc {supply*vdd} ac 1
* mirror: diode m0, branches m1 m2, output m3, amplifier tail m4, start-up monitor m5
xm0 pg pg vdd vdd pch n={nm} l={lm}
xm1 a pg vdd vdd pch n={nm} l={lm}
xm2 b pg vdd vdd pch n={nm} l={lm}
xm3 ref pg vdd vdd pch n={nm} l={lm}
xm4 t pg vdd vdd pch n={nm} l={lm}
xm5 mon pg vdd vdd pch n={nm} l={lm}
q1 0 0 a pnpv
ra a ta {kr*r1/2}
rb ta 0 {kr*r1/2}
r1 b e {r1}
q2 0 0 e pnpv 8
rc b tb {kr*r1/2}
rd tb 0 {kr*r1/2}
r4 ref 0 {k4*kr*r1}
* amplifier: first stage, then m8 draws the mirror's current; xl2 is 5 % smaller, so that the state in
* which only the resistors conduct is none
xo1 x ta t vdd pch n={no} l={lo}
xo2 o tb t vdd pch n={no} l={lo}
xl1 x x 0 0 nch n={nl} l={ll}
xl2 o x 0 0 nch n={0.95*nl} l={ll}
xm8 pg o 0 0 nch n={nl} l={ll}
cc o 0 {cc}
* start-up: st is high until the core's current, copied, pulls it down
xs1 st 0 vdd vdd pch n=0.25 l=150
xs2 st mon 0 0 nch n=10 l=4
xs3 mon mon 0 0 nch n=1 l=4
xm9 pg st 0 0 nch n=0.5 l=4

.nodeset v(a)=0.7 v(b)=0.7
.op
.ac dec 5 10 100meg
.dc temp -40 125 15
.save all
.meas ac psrr find vdb(ref) at=100
*galena measure vref = v(ref)
*galena measure drift = slope(ref)
*galena measure power = power(vdd)
*galena valid vref>0.25
*galena valid drift<5e-4
*galena valid drift>-5e-4
.end
