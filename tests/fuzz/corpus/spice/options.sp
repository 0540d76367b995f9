**.subckt amp in out
*.ipin in
*.iopin gnd
.param off=0 big='1/0' neg=-1u
.func f(x) {x+x}
.subckt opt d g en=0
.subckt inner a
r1 a GND 'f(f(en))'
.ends
m1 d g gnd gnd nch w=0.18µ l=neg m=en
m2 d g 0 0 nch w=big l='sqrt(-1)' m='1-en'
x1 d inner
.ends
x1 in out opt
x2 in out opt en=1 m=off
l1 in out 1n m=0
l2 in 0 1n
k1 l1 l2 0.5
f1 in 0 v1 2 \
* \
+ m=2
.connect gnd agnd
v1 in agnd 0
**.ends
