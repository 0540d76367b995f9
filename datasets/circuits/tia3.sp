* Three-stage transimpedance amplifier
* galena testbench; sizes are unit widths (n) and unit lengths (l) of ../tech/README.md.
* Three common-source stages with diode loads inside one feedback resistor rf. Biases itself. zt in
* dB ohm, noise in V rms at the output, peak in dB; cf across rf tames the loop.
.lib ../tech/generic180/tech.lib tt
.param supply=1 cpd=100f cl=50f
*galena var n1 2 60 log unit=wu
*galena var p1 1 30 log unit=wu
*galena var n2 2 40 log unit=wu
*galena var p2 1 30 log unit=wu
*galena var n3 2 40 log unit=wu
*galena var p3 1 30 log unit=wu
*galena var l 1 3 log unit=lu
*galena var rf 2k 100k log unit=ohm
*galena var cf 1f 30f log unit=F
.param n1=16 p1=8 n2=10 p2=10 n3=12 p3=12
.param l=1 rf=10k cf=4f
*galena corner tt lib=tt temp=27 supply=1
*galena corner ss lib=ss temp=125 supply=0.9
*galena corner ff lib=ff temp=-40 supply=1.1

vdd vdd 0 {supply*vdd}
iin 0 in dc 0 ac 1
cpd in 0 {cpd}
xm1 o1 in 0 0 nch n={n1} l={l}
xm2 o1 o1 vdd vdd pch n={p1} l={l}
xm3 o2 o1 0 0 nch n={n2} l={l}
xm4 o2 o2 vdd vdd pch n={p2} l={l}
xm5 out o2 0 0 nch n={n3} l={l}
xm6 out out vdd vdd pch n={p3} l={l}
rf out in {rf}
cf out in {cf}
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
*galena valid zt>60
*galena valid peak<6
.end
