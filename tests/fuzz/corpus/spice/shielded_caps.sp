* capacitors with shields, as Spectre writes instances
I0 (a b c d e) moscap
I1 (a b c d) mimcap c=1p
I2 (a b c) cmom
M1 (d g s b) nmos4
.end
