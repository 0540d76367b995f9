low pass
.param r=1k
v1 in 0 dc 0.5 ac 1
r1 in out {r}
.ac dec 10 1k 10meg
.control
run
meas ac zero find vdb(out) at=1k
let edge = zero-3
meas ac bw when vdb(out)=edge fall=1
setplot ac1
let peak = vecmax(vm(out))
let empty =
.endc
.end
