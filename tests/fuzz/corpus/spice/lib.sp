.lib tt
.param x=1
.endl tt
.if (x == 1)
r1 a b 1
.elseif (0)
r2 a b 2
.else
.func f(a,b) {a*b}
.param g(x)='x**2'
r3 a b 'f(2,g(3))>1?4:5'
.endif
.connect a b
X0 d g s b sky130_fd_pr__nfet_01v8 w=1 l=0.15 nf=2 \
 mult=2
