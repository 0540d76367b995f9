CMOS inverter deck
.param wn=0.5u wp='2*wn' vdd=1.8
.model nch nmos level=1 vto=0.5
.model pch pmos (level=1 vto=-0.5)
.option scale=1
.subckt inv in out vdd vss wn=1u wp={2*wn}
m1 out in vss vss nch w='wn' l=0.18u
+ $ comment
* comment
+ m=2
m2 out in vdd vdd pch w=wp l=0.18u nf=2
.ends inv
x1 a b vdd 0 inv wn=0.3u m=3
x2 b c vdd 0 inv
v1 vdd 0 dc 1.8
v2 a 0 pulse(0 1.8 1n 0.1n 0.1n 5n 10n)
c1 c 0 10f
r1 c d 1k
l1 d e 1n
l2 e f 2n
k1 l1 l2 0.9
e1 g 0 d 0 2
f1 g 0 v1 3
g1 g h poly(2) a 0 b 0 0 1 1
h1 h 0 v1 4
b1 i 0 v=v(a)*2
s1 i j a 0 sw1
.model sw1 sw vt=1
t1 i 0 j 0 z0=50 td=1n
d1 j 0 dmod 2
.model dmod d
q1 a b c qn
.model qn npn
j1 a b c jn
.model jn njf
.control
run
.endc
.tran 1n 10n
.end
