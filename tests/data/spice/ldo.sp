regulator with an ideal error amplifier
.lib "cards.lib" tt
.param vin=1.8 w=5m rl=120
*galena var w 1m 10m log
*galena measure line = linereg(out)
*galena measure load = loadreg(out, run=2)
*galena measure eff = efficiency(vin, out, vs)
*galena measure iq = current(vs)
.meas dc vmax max v(out)
vin in 0 {vin}
vref ref 0 0.6
mp out g in in pch w={w} l=0.5u
e1 g 0 value={1.8/(1+exp(-20*(v(fb)-v(ref))))}
r1 out fb 100k
r2 fb 0 100k
vs out lo 0
rl lo 0 {rl}
il out 0 0
.dc vin 1.7 2.1 0.05
.dc il 0 5m 0.5m
.op
.end
