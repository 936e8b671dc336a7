/* Whether a strike is another pad's, come through the stand. */
#ifndef ED_CROSSTALK_H
#define ED_CROSSTALK_H

#include "ed_kit.h"

enum ed_crosstalk { ED_OWN_STRIKE, ED_SUSPECT, ED_SWALLOWED };

/* Judges a strike by those that the other pads are having or had just now, learns from it, and keeps it
 * for the pads that come next. `level` and `velocity` are the strike's. */
enum ed_crosstalk ed_crosstalk_of(struct ed_kit *, uint8_t pad, const struct ed_scan *, uint16_t level,
                                  uint16_t velocity);

#endif
