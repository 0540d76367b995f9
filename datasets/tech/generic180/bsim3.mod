* A BSIM3v3.3 pair of no foundry's process: 0.18 um gate, 4.1 nm oxide, 1.8 V. Written for galena
* from physical reasoning; GPL-3.0-or-later as the rest of the project.
*
* Oxide and doping give the body effect (k1 near sqrt(2 q eps N)/Cox); the low-field mobility and
* its degradation give 300 and 80 cm2/Vs at full gate drive; vsat is that of silicon; rdsw a salicided drain's;
* junctions and overlaps are those of a shallow trench process. Corners enter by the parameters
* that tech.lib sets: dvtn, dvtp (V on each threshold), kun, kup (mobility), ktox (oxide).
.model galn nmos level=8 version=3.3.0 tnom=27 capmod=3 mobmod=1 noimod=2
+ tox={4.1e-9*ktox} xj=1.2e-7 nch=2.8e17 vth0={0.42+dvtn} k1=0.55 k2=0.01 k3=2 w0=1e-6
+ nlx=1.6e-7 dvt0=1.2 dvt1=0.45 dvt2=-0.03 u0={320*kun} ua=-1e-9 ub=2.2e-18 uc=4e-11
+ vsat=9.5e4 a0=1.6 ags=0.4 keta=-0.01 rdsw=150 prwg=0.2 wint=5e-9 lint=1.2e-8
+ voff=-0.09 nfactor=1.6 eta0=0.01 dsub=0.3 pclm=0.9 pdiblc1=0.2 pdiblc2=0.003
+ drout=0.6 pscbe1=8e8 pscbe2=1e-9 delta=0.01 cgso=3.2e-10 cgdo=3.2e-10 cgbo=1e-12
+ cj=1.0e-3 mj=0.40 pb=0.78 cjsw=2.2e-10 mjsw=0.2 pbsw=0.78 cjswg=3.0e-10
+ mjswg=0.2 pbswg=0.78 js=1e-6 kt1=-0.25 kt2=-0.03 ute=-1.5 at=3e4
+ noia=1.2e20 noib=3e4 noic=-1e-12 ef=0.95
.model galp pmos level=8 version=3.3.0 tnom=27 capmod=3 mobmod=1 noimod=2
+ tox={4.1e-9*ktox} xj=1.2e-7 nch=3.2e17 vth0={-0.44-dvtp} k1=0.57 k2=0.02 k3=1 w0=1e-6
+ nlx=1.0e-7 dvt0=0.8 dvt1=0.35 dvt2=-0.05 u0={95*kup} ua=8e-10 ub=1.2e-18 uc=-8e-11
+ vsat=1.4e5 a0=1.5 ags=0.35 keta=0.01 rdsw=350 prwg=0.2 wint=5e-9 lint=1.5e-8
+ voff=-0.10 nfactor=1.6 eta0=0.02 dsub=0.4 pclm=1.4 pdiblc1=0.1 pdiblc2=0.004
+ drout=0.5 pscbe1=8e8 pscbe2=1e-9 delta=0.01 cgso=3.2e-10 cgdo=3.2e-10 cgbo=1e-12
+ cj=1.1e-3 mj=0.42 pb=0.85 cjsw=2.3e-10 mjsw=0.25 pbsw=0.85 cjswg=3.2e-10
+ mjswg=0.25 pbswg=0.85 js=1e-6 kt1=-0.27 kt2=-0.02 ute=-1.2 at=1e4
+ noia=9e18 noib=1.5e3 noic=-1e-13 ef=1.05
