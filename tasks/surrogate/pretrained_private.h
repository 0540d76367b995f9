/* The inside of a pre-trained model. */
#ifndef GAL_TASKS_SURROGATE_PRETRAINED_PRIVATE_H
#define GAL_TASKS_SURROGATE_PRETRAINED_PRIVATE_H

#include "tasks/surrogate/deck_encoder.h"
#include "tasks/surrogate/pretrained.h"

enum { GAL__PRETRAINED_MAX_NET = 4 };

typedef struct gal__pretrained_net {
    gal_params params; /* of the decoder first, so that a decoder's own parameters begin like it */
    gal__decoder decoder;
    gal__deck_encoder encoder;
} gal__pretrained_net;

struct gal_pretrained {
    gal__pretrained_net net[GAL__PRETRAINED_MAX_NET];
    int32_t n_net;
    int64_t n_run; /* simulations behind it */
    gal_buf about; /* "deck @ technology" a line */
};

gal_status gal__pretrained_new(gal_pretrained **pretrained, gal_error *err);
/* One more net, with the weights of a new one. Errors: those of the layers. */
gal_status gal__pretrained_add_net(gal_pretrained *p, uint64_t seed, gal_error *err);
#endif
