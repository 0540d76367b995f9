/* Sobol points: even coverage of a cube by any number of first points.
 *
 * Primitive polynomials and initial direction numbers: S. Joe, F. Y. Kuo, "Constructing Sobol
 * sequences with better two-dimensional projections", 2008 (new-joe-kuo-6.21201, first rows).
 */
#ifndef GAL_SPICE_SOBOL_H
#define GAL_SPICE_SOBOL_H

#include "base/status.h"
#include <stdint.h>

enum { GAL_SOBOL_DIMENSIONS = 21 };

/* Coordinate `dimension` (0..20) of point `index`, in [0, 1). O(32). */
GAL_API double gal_sobol(int32_t dimension, uint32_t index);

#endif
