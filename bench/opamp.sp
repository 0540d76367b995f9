two-stage Miller amplifier, op and 101 points of ac: what bench/simulate.sh runs
.param w1=10u w3=20u w5=10u w6=80u w7=40u cc=2p rz=800
*galena var w1 2u 40u log
*galena var w3 5u 50u log
*galena var w5 5u 30u log
*galena var w6 20u 200u log
*galena var w7 10u 100u log
*galena var cc 0.5p 8p log
*galena var rz 100 5k log
*galena measure gain = dcgain(out)
*galena measure ugf = ugf(out)
*galena measure pm = pm(out)
*galena measure power = power(vdd)
.model nch nmos level=1 vto=0.45 kp=200u gamma=0.4 phi=0.8 lambda=0.05 tox=4n cgso=0.3n cgdo=0.3n
+ cj=1m cjsw=0.2n
.model pch pmos level=1 vto=-0.45 kp=70u gamma=0.4 phi=0.8 lambda=0.08 tox=4n cgso=0.3n cgdo=0.3n
+ cj=1m cjsw=0.2n
vdd vdd 0 1.8
vcm cm 0 0.9
vin inp cm dc 0 ac 1
* closed for dc, open for ac
rfb out inn 1g
cfb inn cm 1
ib vdd bias 10u
m8 bias bias 0 0 nch w=5u l=0.5u
m5 t bias 0 0 nch w={w5} l=0.5u
m1 a inn t 0 nch w={w1} l=0.5u
m2 b inp t 0 nch w={w1} l=0.5u
m3 a a vdd vdd pch w={w3} l=0.5u
m4 b a vdd vdd pch w={w3} l=0.5u
m6 out b vdd vdd pch w={w6} l=0.5u
m7 out bias 0 0 nch w={w7} l=0.5u
cc out z {cc}
rz z b {rz}
cl out 0 2p
.ac dec 10 1 10g
.op
.end
