* The parasitic vertical pnp of a CMOS process, 5 um x 5 um emitter, for every technology here:
* 0.70 V at 10 uA, slope of -1.9 mV/K from eg and xti. Written for galena; GPL-3.0-or-later.
.model pnpv pnp is=2e-17 bf=8 nf=1.0 vaf=60 ikf=2e-4 ise=4e-16 ne=2 re=20 rb=150 eg=1.17 xti=3
+ cje=6e-14 cjc=4e-14 tf=1e-9
