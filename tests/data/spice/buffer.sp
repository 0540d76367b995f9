unity-gain buffer, a step up
.lib "cards.lib" tt
.param vdd=1.8 w1=10u cc=1p
*galena var w1 2u 50u log
*galena var cc 0.5p 5p log
*galena measure sr = slew(out, from=0.2u, to=2u)
*galena measure ts = settle(out, from=0.2u, to=2u, tol=0.01)
*galena measure os = overshoot(out, from=0.2u, to=2u)
*galena measure td = delay(in, out, edge=rise)
*galena measure power = power(vdd)
*galena measure gain = dcgain(out)
vdd vdd 0 {vdd}
vin in 0 dc 0.7 ac 1 pulse(0.7 1.1 0.2u 1n 1n 5u 10u)
ib vdd bias 10u
m8 bias bias 0 0 nch w=5u l=1u
m5 t bias 0 0 nch w=20u l=1u
m1 a out t 0 nch w={w1} l=0.5u
m2 b in t 0 nch w={w1} l=0.5u
m3 a a vdd vdd pch w=10u l=1u
m4 b a vdd vdd pch w=10u l=1u
m6 out b vdd vdd pch w=40u l=1u
m7 out bias 0 0 nch w=40u l=1u
cc out z {cc}
rz z b 1k
cl out 0 2p
.ac dec 10 1 1g
.tran 5n 2u
.end
