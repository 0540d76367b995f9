* GF180MCU 3.3 V devices: the names every technology offers, see ../README.md
.param vdd=3.3 vcm=1.98 lu=0.28u wf=3u ws=1 ext=0.48u
.include ../generic180/bipolar.mod
.subckt nch d g s b n=1 l=1
m0 d g s b gfn w={wf} l={l*lu} m={n*ws} ad={wf*ext/2} as={wf*ext/2} pd={wf+ext} ps={wf+ext}
.ends nch
.subckt pch d g s b n=1 l=1
m0 d g s b gfp w={wf} l={l*lu} m={n*ws} ad={wf*ext/2} as={wf*ext/2} pd={wf+ext} ps={wf+ext}
.ends pch
