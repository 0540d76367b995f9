#include "tasks/parasitics/technology.h"

#include "base/text.h"
#include "tasks/parasitics/layout.h"
#include <math.h>

static const char *const extractor_name[GAL_N_EXTRACTOR] = {"foundry", "magic"};

const char *gal_extractor_name(gal_extractor extractor) {
    return extractor_name[extractor];
}

int gal_extractor_find(const char *name) {
    for (int i = 0; i < GAL_N_EXTRACTOR; i++)
        if (gal_text_equal_nocase(name, extractor_name[i])) return i;
    return -1;
}

gal_extractor gal_technology_extractor(const gal_technology *tech) {
    return tech->value[GAL_TECH_EXTRACTOR] > 0.5f ? GAL_EXTRACTOR_MAGIC : GAL_EXTRACTOR_FOUNDRY;
}

double gal_technology_pitch(const float value[GAL_N_TECH]) {
    const gal_pex_rules rules = gal_pex_rules_default();
    return (exp((double)value[GAL_TECH_LENGTH_N]) + rules.contacted) / gal_pex_pitch(&rules);
}

static void lower_to(double *least, double value) {
    if (value > 0 && (*least == 0 || value < *least)) *least = value;
}

/* log of a size in um; 0 (not drawn) counts as `otherwise` um. */
static float log_um(double metre, double otherwise) {
    return (float)log(metre > 0 ? metre * 1e6 : otherwise);
}

gal_technology gal_technology_of(const gal_circuit *circuit, gal_extractor extractor) {
    double length_n = 0, length_p = 0, width = 0;
    for (int32_t d = 0; d < circuit->n_device; d++) {
        const gal_device *device = &circuit->device[d];
        if (!gal_device_is_mos(device)) continue;
        lower_to(device->type == GAL_NMOS ? &length_n : &length_p, device->length);
        lower_to(&width, device->width / device->fingers);
    }
    if (length_n == 0) length_n = length_p;
    if (length_p == 0) length_p = length_n;
    gal_technology tech;
    tech.value[GAL_TECH_LENGTH_N] = log_um(length_n, 0.15);
    tech.value[GAL_TECH_LENGTH_P] = log_um(length_p, 0.15);
    tech.value[GAL_TECH_WIDTH] = log_um(width, 0.42);
    tech.value[GAL_TECH_EXTRACTOR] = (float)extractor;
    return tech;
}
