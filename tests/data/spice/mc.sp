divider with random resistors
.param r=1k
.param ra={agauss(1k,30,1)} rb={agauss(1k,30,1)}
*galena var r 500 2k log
*galena measure out = v(out)
v1 in 0 1
r1 in out {ra*r/1k}
r2 out 0 {rb*r/1k}
.op
.end
