low-pass filter
* Small enough to learn in a second: two cheap measures, one of a transient.
.param r=1k c=1n rl=10k
*galena var r 100 10k log unit=ohm
*galena var c 0.1n 10n log unit=F
*galena var rl 1k 100k log unit=ohm
v1 in 0 dc 0 ac 1 pulse(0 1 0 1n 1n 1 2)
r1 in out {r}
c1 out 0 {c}
rl out 0 {rl}
.ac dec 10 10 1g
.tran 2u 1m
*galena measure gain = dcgain(out)
*galena measure bw = bw3db(out)
*galena measure settle = settle(out, tol=0.01)
*galena valid gain > -6
.end
