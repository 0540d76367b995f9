* more nodes than a card of the device has: shields of capacitors, the well of a diode
I0 (a b c d e) moscap
I1 (a b c d) mimcap c=1p
I2 (a b c) cmom
N1 (a b c) dio_nw
M1 (d g s b) nmos4
.end
