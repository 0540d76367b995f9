/* Built-in functions and constants of SPICE expressions (internal). */
#ifndef GAL_NETLIST_SPICE_FUNCTION_H
#define GAL_NETLIST_SPICE_FUNCTION_H

#include "base/text.h"

/* 1 and *value, or 0 when there is no function of that name and number of arguments. */
int gal__spice_call(gal_view name, const double *arg, int n_arg, double *value);

/* 1 and *value, or 0 when there is no constant of that name. */
int gal__spice_constant(gal_view name, double *value);

/* 1 when two names of equal size are the same but for case. */
int gal__spice_same(gal_view a, gal_view b);

#endif
