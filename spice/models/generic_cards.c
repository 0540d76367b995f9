#include "spice/models/device_models.h"

#include <string.h>

/* Level 8 is BSIM3v3. Oxide, threshold, doping, mobility, saturation velocity, junction and overlap
 * capacitances are round textbook figures of the two generations; all else is the default. */
static const char generic180[] =
    ".model galn180 nmos level=8 version=3.3.0 tnom=27 capmod=3 mobmod=1\n"
    "+ tox=4.1e-9 xj=1.2e-7 nch=2.8e17 vth0=0.40 k1=0.55 k2=0.01 k3=2 w0=1e-6\n"
    "+ nlx=1.6e-7 dvt0=1.2 dvt1=0.45 dvt2=-0.03 u0=300 ua=-1e-9 ub=2.2e-18 uc=4e-11\n"
    "+ vsat=9.5e4 a0=1.6 ags=0.4 keta=-0.01 rdsw=150 prwg=0.2 wint=5e-9 lint=1.2e-8\n"
    "+ voff=-0.09 nfactor=1.8 eta0=0.01 dsub=0.3 pclm=0.8 pdiblc1=0.2 pdiblc2=0.003\n"
    "+ drout=0.6 pscbe1=8e8 pscbe2=1e-9 delta=0.01 cgso=3.2e-10 cgdo=3.2e-10 cgbo=1e-12\n"
    "+ cj=1.0e-3 mj=0.40 pb=0.78 cjsw=2.2e-10 mjsw=0.2 pbsw=0.78 cjswg=3.0e-10\n"
    "+ mjswg=0.2 pbswg=0.78 js=1e-6\n"
    ".model galp180 pmos level=8 version=3.3.0 tnom=27 capmod=3 mobmod=1\n"
    "+ tox=4.1e-9 xj=1.2e-7 nch=3.2e17 vth0=-0.42 k1=0.57 k2=0.02 k3=1 w0=1e-6\n"
    "+ nlx=1.0e-7 dvt0=0.8 dvt1=0.35 dvt2=-0.05 u0=95 ua=8e-10 ub=1.2e-18 uc=-8e-11\n"
    "+ vsat=1.4e5 a0=1.5 ags=0.35 keta=0.01 rdsw=350 prwg=0.2 wint=5e-9 lint=1.5e-8\n"
    "+ voff=-0.10 nfactor=1.8 eta0=0.02 dsub=0.4 pclm=1.5 pdiblc1=0.1 pdiblc2=0.004\n"
    "+ drout=0.5 pscbe1=8e8 pscbe2=1e-9 delta=0.01 cgso=3.2e-10 cgdo=3.2e-10 cgbo=1e-12\n"
    "+ cj=1.1e-3 mj=0.42 pb=0.85 cjsw=2.3e-10 mjsw=0.25 pbsw=0.85 cjswg=3.2e-10\n"
    "+ mjswg=0.25 pbswg=0.85 js=1e-6\n";

static const char generic130[] =
    ".model galn130 nmos level=8 version=3.3.0 tnom=27 capmod=3 mobmod=1\n"
    "+ tox=4.1e-9 xj=1.0e-7 nch=3.4e17 vth0=0.45 k1=0.54 k2=-0.01 k3=2 w0=1e-6\n"
    "+ nlx=1.3e-7 dvt0=1.0 dvt1=0.53 dvt2=-0.03 u0=300 ua=-8e-10 ub=2.0e-18 uc=4e-11\n"
    "+ vsat=8.5e4 a0=1.4 ags=0.4 keta=-0.01 rdsw=120 prwg=0.1 wint=8e-9 lint=8e-9\n"
    "+ voff=-0.10 nfactor=1.9 eta0=0.02 dsub=0.4 pclm=0.6 pdiblc1=0.3 pdiblc2=0.004\n"
    "+ drout=0.56 pscbe1=8e8 pscbe2=1e-9 delta=0.01 cgso=2.8e-10 cgdo=2.8e-10 cgbo=1e-12\n"
    "+ cj=1.35e-3 mj=0.44 pb=0.73 cjsw=0.5e-10 mjsw=0.1 pbsw=0.73 cjswg=2.3e-10\n"
    "+ mjswg=0.3 pbswg=0.73 js=1e-6\n"
    ".model galp130 pmos level=8 version=3.3.0 tnom=27 capmod=3 mobmod=1\n"
    "+ tox=4.2e-9 xj=1.0e-7 nch=3.8e17 vth0=-0.60 k1=0.55 k2=0.01 k3=1 w0=1e-6\n"
    "+ nlx=8.0e-8 dvt0=0.7 dvt1=0.40 dvt2=-0.05 u0=90 ua=6e-10 ub=1.2e-18 uc=-6e-11\n"
    "+ vsat=1.3e5 a0=1.3 ags=0.35 keta=0.01 rdsw=400 prwg=0.1 wint=8e-9 lint=1.0e-8\n"
    "+ voff=-0.11 nfactor=1.9 eta0=0.03 dsub=0.45 pclm=1.2 pdiblc1=0.1 pdiblc2=0.004\n"
    "+ drout=0.5 pscbe1=8e8 pscbe2=1e-9 delta=0.01 cgso=2.8e-10 cgdo=2.8e-10 cgbo=1e-12\n"
    "+ cj=7.5e-4 mj=0.35 pb=0.72 cjsw=1.0e-10 mjsw=0.26 pbsw=0.72 cjswg=2.5e-10\n"
    "+ mjswg=0.26 pbswg=0.72 js=1e-6\n";

const char *gal__generic_cards(const char *name, double *vdd) {
    *vdd = 1.8;
    if (strcmp(name, "generic180") == 0) return generic180;
    return strcmp(name, "generic130") == 0 ? generic130 : NULL;
}
