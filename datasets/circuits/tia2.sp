* Two-stage transimpedance amplifier
* galena testbench; sizes are unit widths (n) and unit lengths (l) of ../tech/README.md.
* An inverter with feedback resistor rf takes the photodiode's current; a common-source stage with a
* diode load follows. Biases itself. zt in dB ohm, noise in V rms at the output, peak in dB.
.lib ../tech/generic180/tech.lib tt
.param supply=1 cpd=100f cl=50f
*galena var n1 1 60 log unit=wu
*galena var p1 1 120 log unit=wu
*galena var l1 1 3 log unit=lu
*galena var rf 500 50k log unit=ohm
*galena var n2 1 40 log unit=wu
*galena var p2 1 40 log unit=wu
*galena var l2 1 3 log unit=lu
.param n1=10 p1=30 l1=1 rf=5k n2=10 p2=6
.param l2=1
*galena corner tt lib=tt temp=27 supply=1
*galena corner ss lib=ss temp=125 supply=0.9
*galena corner ff lib=ff temp=-40 supply=1.1

vdd vdd 0 {supply*vdd}
iin 0 in dc 0 ac 1
cpd in 0 {cpd}
xm1 o1 in 0 0 nch n={n1} l={l1}
xm2 o1 in vdd vdd pch n={p1} l={l1}
rf o1 in {rf}
xm3 out o1 0 0 nch n={n2} l={l2}
xm4 out out vdd vdd pch n={p2} l={l2}
cl out 0 {cl}

.op
.ac dec 10 10k 100g
.noise v(out) iin dec 10 10k 100g
.save all
.meas ac zt find vdb(out) at=10k
.meas ac zmax max vdb(out)
.meas ac peak param='zmax-zt'
*galena measure bw = bw3db(out)
*galena measure noise = onoise()
*galena measure power = power(vdd)
*galena valid zt>54
*galena valid peak<3
.end
