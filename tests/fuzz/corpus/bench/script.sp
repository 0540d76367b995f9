a script
.param vdd=1 k=2
v1 in 0 dc {vdd} ac 1
r1 in out 1k
c1 out 0 1n
.control
set temp=125
let third = 1/3
ac dec 10 1 $&top
meas ac zt max vm(out)
let half = zt*0.5
meas ac bw when vm(out) = $&half fall=1
alter r1 = 2k
op
let p = -v(in)*i(v1)*k
let g = vecmax(vdb(out)) - @r1[i]
reset
.endc
.end
