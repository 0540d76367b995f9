* generic 0.18 um, 1.8 V, level 1: the names every technology offers, see ../README.md
.param vdd=1.8 vcm=1.08 lu=0.18u wf=2u ws=1 ext=0.48u
.include ../generic180/level1.mod
.include ../generic180/bipolar.mod
.subckt nch d g s b n=1 l=1
m0 d g s b galn w={wf} l={l*lu} m={n*ws} ad={wf*ext/2} as={wf*ext/2} pd={wf+ext} ps={wf+ext}
.ends nch
.subckt pch d g s b n=1 l=1
m0 d g s b galp w={wf} l={l*lu} m={n*ws} ad={wf*ext/2} as={wf*ext/2} pd={wf+ext} ps={wf+ext}
.ends pch
