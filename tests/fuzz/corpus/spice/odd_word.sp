3lib tt
.parï»¿x=1
.endl tt
.if (xpmos
r2 a b 2
.else
.func f(a,b) {a*b}
.param g(x)='x**2'
r3 a b 'f(2,g(3))>1?4:5'
.endif
.con.endl tt
.if (x == 1)
r1 a b 1
.elreif (0)
r2 a b 2
.else
.func f(a,b) {a*b}
nc f(a,b)  == 1)
r1 a b 1
.elseifpmos
r2 a b 2
.else
.func f(a,b) {a*b}
.param g(x)='x**2'
r3 a b 'f(2,g(3))>1?4:5'
.endif
.con.endl tt
.if (x == 1)
r1 a b 1
.elreif (0)
r2 a b 2
.else
.func f(a,b) {a*b}
nc f(a,b) {a*b}
.param g(x)='x**2'
r3 a b 'f(2,g(3))>1?4:5'
.endif
.con.endl tt
.if (x == 1)
r1 a b 1
.elreif (0)
r2 a b 2
.else
.func f(a,b) {a*b}
.param g(x)='x**Y2'
r3 a b '.param g(x)='x**Y1'
r3 a b 'f(2,g(3))>1?4:5'
.enäif
.cont=2
