* FreePDK45 VTG, 45 nm, 1.1 V: the names every technology offers, see ../README.md
.param vdd=1.1 vcm=0.66 lu=0.05u wf=0.5u ws=1 ext=0.14u
.include ../generic180/bipolar.mod
.subckt nch d g s b n=1 l=1
m0 d g s b nmos_vtg w={wf} l={l*lu} m={n*ws} ad={wf*ext/2} as={wf*ext/2} pd={wf+ext} ps={wf+ext}
.ends nch
.subckt pch d g s b n=1 l=1
m0 d g s b pmos_vtg w={wf} l={l*lu} m={n*ws} ad={wf*ext/2} as={wf*ext/2} pd={wf+ext} ps={wf+ext}
.ends pch
