* sky130 1.8 V core devices, one bin of widths (3 to 5 um): the names every technology offers, see ../README.md
.param vdd=1.8 vcm=1.08 lu=0.15u wf=4u ws=0.45 ext=0.29u
.include ../generic180/bipolar.mod
.subckt nch d g s b n=1 l=1
m0 d g s b skyn w={wf} l={l*lu} m={n*ws} ad={wf*ext/2} as={wf*ext/2} pd={wf+ext} ps={wf+ext}
.ends nch
.subckt pch d g s b n=1 l=1
m0 d g s b skyp w={wf} l={l*lu} m={n*ws} ad={wf*ext/2} as={wf*ext/2} pd={wf+ext} ps={wf+ext}
.ends pch
