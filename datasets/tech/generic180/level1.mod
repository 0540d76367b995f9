* A level 1 (Shichman-Hodges) pair of the same 0.18 um, 1.8 V class as bsim3.mod, for quick tests
* and lessons: square law, no velocity saturation, no mobility degradation, no subthreshold current.
* kp = mobility * Cox with Cox = 3.45e-11 / 4.1e-9; gamma = sqrt(2 q eps N) / Cox. lambda is that of
* two gate lengths. Written for galena; GPL-3.0-or-later. Corners: dvtn, dvtp, kun, kup, ktox.
.model galn nmos level=1 vto={0.45+dvtn} kp={2.4e-4*kun/ktox} gamma=0.45 phi=0.85 lambda=0.10
+ tox={4.1e-9*ktox} cgso=3.2e-10 cgdo=3.2e-10 cgbo=1e-12 cj=1.0e-3 mj=0.40 cjsw=2.2e-10 mjsw=0.2
+ pb=0.78 js=1e-6 ld=1.2e-8 kf=2e-28 af=1
.model galp pmos level=1 vto={-0.45-dvtp} kp={6.5e-5*kup/ktox} gamma=0.48 phi=0.86 lambda=0.14
+ tox={4.1e-9*ktox} cgso=3.2e-10 cgdo=3.2e-10 cgbo=1e-12 cj=1.1e-3 mj=0.42 cjsw=2.3e-10 mjsw=0.25
+ pb=0.85 js=1e-6 ld=1.5e-8 kf=5e-29 af=1
