two-stage Miller amplifier
* A deck as a user would write it: parameters, a library, analyses, .meas, and a .control block that
* galena leaves out. Lines that start with *galena are comments to ngspice.
.param vdd=1.8 w1=10u w6=40u cc=1p
.param l1=0.5u w7={w6/2} ; w7 follows
*galena var w1 2u 50u log unit=m
*galena var w6 10u 100u log step=0.5u
*galena var cc 0.5p 5p log
*galena var l1 0.3u 2u lin
*galena corner ss lib=ss temp=125 vdd=1.6
*galena corner ff lib=ff temp=-40 vdd=2.0

vdd vdd 0 {vdd}
vcm cm 0 {vdd/2}
vp inp cm dc 0 ac 0.5
vn inn cm dc 0 ac -0.5
* feedback at dc only sets the operating point
.subckt pair d1 d2 g1 g2 s w=1u l=1u
m1 d1 g1 s 0 nch w={w} l={l}
m2 d2 g2 s 0 nch w={w} l={l}
.ends
x1 a b fbn inp t pair w={w1} l={l1}
lf out fbn 1g
cf fbn inn 1g
ib vdd bias 10u
m8 bias bias 0 0 nch w=5u l=1u
m5 t bias 0 0 nch w=10u l=1u
m3 a a vdd vdd pch w=10u l=1u
m4 b a vdd vdd pch w=10u l=1u
m6 out b vdd vdd pch w={w6} l=1u
m7 out bias 0 0 nch
+ w={w7} l=1u
cc out z {cc}
rz z b 1k
cl out 0 2p

.op
.ac dec 10 1 1g
.noise v(out) vp dec 5 1 10meg

.meas ac g0 find vdb(out) at=1
.meas ac fu when vdb(out)=0
.meas ac g1 find vdb(out) at={1k*2}
.meas ac loss param='g0-g1'
*galena measure gain = dcgain(out)
*galena measure ugf = ugf(out)
*galena measure pm = pm(out)
*galena measure psrr = psrr(out, vdd)
*galena measure cmrr = cmrr(out, vcm)
*galena measure power = power(vdd)
*galena measure off = offset(out, cm)
*galena measure noise = inoise(from=1k, to=1meg)
*galena valid gain > 20 && pm > 0

.control
run
print all
.endc
.end
